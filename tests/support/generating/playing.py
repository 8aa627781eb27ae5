"""Replay a generated program on a generated timeline."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from cadenza.data import zones
from cadenza.engine.among import tabulated
from cadenza.engine.catalogue import Bought, Catalogue, Change, Ledger
from cadenza.engine.clock import Zone
from cadenza.engine.customer import Customer
from cadenza.engine.events import Inputs
from cadenza.engine.journal import Journal, kept
from cadenza.engine.plan import Plan, lower
from cadenza.engine.replay import Timeline
from tests.support import programs
from tests.support.generating.timelines import Life, life
from tests.support.scenarios import event_fields
from tests.support.scenarios import program as checked

Line = dict[str, Any]


class Played(NamedTuple):
    """A program, a timeline, and the journal that the one made of the other; `inside` are the runs that go on at its end."""

    made: programs.Made
    life: Life
    plan: Plan
    lines: list[Line]
    inside: list[tuple[str, int]]


@lru_cache(maxsize=8)
def planned(seed: int) -> tuple[programs.Made, Plan]:
    made = programs.program(seed)
    return made, lower(checked(made.text, **made.others))


def lived(seed: int, made: programs.Made) -> Life:
    return life(seed, made.whole, made.shop.currency, made.shop.zone, made.fields)


def played(seed: int, timeline: int) -> Played:
    made, plan = planned(seed)
    life = lived(timeline, made)
    return Played(made, life, plan, *journal(plan, life))


def journal(plan: Plan, life: Life, detail: str = "all") -> tuple[list[Line], list[tuple[str, int]]]:
    """Give the lines of a replay, and the runs that are inside when it ends."""
    inputs = prepared(plan, life)
    written = Journal("anna", kept(detail), plan.ids)
    customer = Customer(plan, life.zone, inputs, written, dict(life.fields), dict(life.lists), life.columns)
    customer.replay(life.begins, life.start, life.until)
    return [json.loads(line) for line in written.lines], [(run.flow.name, run.number) for run in customer.runs]


def prepared(plan: Plan, life: Life) -> Inputs:
    """Give the events of a timeline as a plan has them, and tell the plan what else it asks."""
    inputs = _inputs(plan, life)
    _know_the_shop(plan, life, inputs)
    return inputs


def _inputs(plan: Plan, life: Life) -> Inputs:
    kinds, instants = [kind for kind, _, _ in life.rows], [at for _, at, _ in life.rows]
    return Inputs(kinds, instants, [event_fields(plan.layout, kind, at, fields) for kind, at, fields in life.rows])


def _know_the_shop(plan: Plan, life: Life, inputs: Inputs) -> None:
    """Tell a plan what the shop sells, what was bought there, and how its customers compare, as far as it asks."""
    zone = zones.zone(plan.program.shop.zone)
    assert zone is not None
    everybody = (life, *life.others)
    if plan.layout.products:
        products = [tuple(one.get(name) for name in plan.layout.products) for one in life.products]
        changes = [Change(*one) for one in life.changes if one[1] in plan.layout.products]
        plan.catalogue = Catalogue(products, plan.layout.products, zone, Ledger(_bought(everybody, zone)), changes)
    if plan.asks:
        timelines = [
            (Timeline(one.name, one.fields, one.lists, inputs if one is life else _inputs(plan, one), one.begins), one.zone)
            for one in everybody
        ]
        tabulated(plan, lambda: timelines, zone, life.start, life.until)


def _bought(everybody: Sequence[Life], zone: Zone) -> Iterator[Bought]:
    for one in everybody:
        for number, (kind, at, fields) in enumerate(one.rows):
            for line in fields.get("items", ()) if kind == "order" else ():
                units = line.get("quantity", 1)
                yield Bought(zone.day(at), str(number), one.name, line["sku"], units, units * line.get("price", 0))
