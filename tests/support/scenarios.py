"""Run a flow over a timeline that is written down in the test, and read the journal it gives."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from cadenza.check.checker import Checked, check
from cadenza.check.program import Program
from cadenza.data import zones
from cadenza.data.zone_names import names
from cadenza.engine.among import tabulated
from cadenza.engine.catalogue import Bought, Catalogue, Ledger
from cadenza.engine.clock import Zone
from cadenza.engine.events import Inputs
from cadenza.engine.journal import kept
from cadenza.engine.layout import Layout
from cadenza.engine.plan import Plan, lower
from cadenza.engine.replay import Span, Timeline, replay
from cadenza.syntax.source import Source

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Row = tuple[str, str, Mapping[str, Any]]
"""An event: its kind, when (ISO 8601; without an offset by the customer's clock), and its fields. Money is in minor units."""


def checked(text: str, **others: str) -> Checked:
    """Check a text as `test.flow`; `others` are the files that `use` finds, by name."""
    files = {name: Source(f"{name}.flow", other) for name, other in others.items()}
    return check([Source("test.flow", text)], lambda user, path: files.get(path[-1]), names)


def program(text: str, **others: str) -> Program:
    found = checked(text, **others)
    assert found.program is not None, [f"{one.span.where} {one.code} {one.message}" for one in found.diagnostics]
    return found.program


def codes(text: str, **others: str) -> list[str]:
    """Give the codes of what is wrong with a text, in order."""
    return [one.code for one in checked(text, **others).diagnostics]


def zone(name: str) -> Zone:
    found = zones.zone(name)
    assert found is not None
    return found


def instant(text: str, clock: Zone) -> int:
    """Give microseconds since the epoch; a text without an offset is a reading of the clock."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        return clock.instant((moment.replace(tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1))
    return (moment - _EPOCH) // timedelta(microseconds=1)


def journal(
    text: str,
    rows: Sequence[Row] = (),
    *,
    start: str,
    until: str,
    clock: str | None = None,
    begins: str | None = None,
    customer: Mapping[str, Any] | None = None,
    detail: str = "all",
    columns: Sequence[str] = (),
    catalogue: Sequence[Mapping[str, Any]] = (),
    bought: Sequence[Bought] = (),
    others: Mapping[str, Sequence[Row]] = {},
) -> list[dict[str, Any]]:
    """Replay one customer called `anna`, and give the lines of the journal.

    `clock` is her time zone, else the shop's. `rows` are in the order of processing. `columns` are the fields that the data have
    for customers at all; by default none, so that every channel has an address. `catalogue` are the products of the shop, and
    `bought` is what its customers bought of them. `others` are the customers that she is compared with, with their events, by the
    same clock.
    """
    checked_program = program(text)
    plan = lower(checked_program)
    products = [tuple(one.get(name) for name in plan.layout.products) for one in catalogue]
    plan.catalogue = Catalogue(products, plan.layout.products, zone(checked_program.shop.zone), Ledger(bought))
    here = zone(clock or checked_program.shop.zone)
    fields = dict(customer or {})
    lists = {name: fields.pop(name) for name in ("tags", "subscriptions") if name in fields}
    timeline = Timeline(
        "anna", {"id": "anna", **fields}, lists, _inputs(plan, rows, here), None if begins is None else instant(begins, here)
    )
    span = Span(instant(start, here), instant(until, here))
    everybody = [timeline, *(Timeline(name, {"id": name}, {}, _inputs(plan, events, here)) for name, events in others.items())]
    tabulated(plan, lambda: [(one, here) for one in everybody], zone(checked_program.shop.zone), *span)
    found = replay(plan, timeline, here, span, kept(detail), frozenset(columns))
    return [json.loads(line) for line in found.lines]


def _inputs(plan: Plan, rows: Sequence[Row], here: Zone) -> Inputs:
    at = [instant(when, here) for _, when, _ in rows]
    fields = [event_fields(plan.layout, kind, moment, given) for (kind, _, given), moment in zip(rows, at, strict=True)]
    return Inputs([kind for kind, _, _ in rows], at, fields)


def event_fields(layout: Layout, kind: str, at: int, given: Mapping[str, Any]) -> tuple[Any, ...]:
    """Lay the fields of an event out as the plan has them, questions about lines answered as the data layer would."""
    lines = [tuple(line.get(name) for name in layout.lines) for line in given.get("items", ())]
    values: dict[str, Any] = {**given, "at": at, "items": tuple(lines)}
    values |= {one.name: one.answer(lines) for one in layout.derived if kind in one.kinds}
    return tuple(values.get(name) for name in layout.events.get(kind, ("at",)))


def local(line: Mapping[str, Any], clock: str) -> str:
    """Give when a line happened, as the clock of a zone read it: `2026-03-29 08:00`."""
    moment = (datetime.fromisoformat(line["at"]) - _EPOCH) // timedelta(microseconds=1)
    return (_EPOCH + timedelta(microseconds=zone(clock).wall(moment))).strftime("%Y-%m-%d %H:%M")


def said(lines: Sequence[Mapping[str, Any]], *words: str) -> list[tuple[str, ...]]:
    """Give the lines with these words of `what` in short: when, what, and what it was about."""
    return [
        (line["at"], line["what"], *(str(line[key]) for key in ("message", "tag", "reason", "branch") if key in line))
        for line in lines
        if not words or line["what"] in words
    ]
