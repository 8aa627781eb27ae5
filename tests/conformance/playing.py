"""Play a conformance case: replay its timeline or its data folder, and tell the journal in short."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from cadenza.check.program import Program
from cadenza.check.types import Type
from cadenza.check.vocabulary import CUSTOMER_LISTS, LINE_FIELDS
from cadenza.data.among import among
from cadenza.data.catalogue import catalogue
from cadenza.data.catalogue_events import add_catalogue_events
from cadenza.data.folder import Folder
from cadenza.data.instants import instant
from cadenza.data.rows import Rows
from cadenza.data.timelines import Timelines
from cadenza.data.zones import zone as zone_named
from cadenza.engine.among import tabulated
from cadenza.engine.catalogue import Catalogue, Ledger
from cadenza.engine.clock import UTC as UTC_ZONE
from cadenza.engine.clock import Zone
from cadenza.engine.events import Inputs
from cadenza.engine.journal import kept
from cadenza.engine.plan import Plan, lower
from cadenza.engine.replay import Span, Timeline, replay
from cadenza.values import HOUR, MINUTE, exact
from tests.conformance.cases import Case, Happening, Person, Section, story
from tests.support.scenarios import event_fields, program

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_OF_A_STEP = ("waiting",)


class Line(NamedTuple):
    """A line of a journal, with the clock of its customer."""

    members: Mapping[str, Any]
    clock: Zone


@cache
def program_of(text: str, others: tuple[tuple[str, str], ...]) -> Program:
    """Check a program; many cases share one."""
    return program(text, **dict(others))


# -- Replaying --------------------------------------------------------------------------------------------------------


def played(case: Case, new_folder: Callable[[str], Path]) -> tuple[list[Line], list[str]]:
    """Replay a case; give the lines of the journal, customers by id, and the bad rows of its data."""
    written = case.one("program")
    assert written is not None, f"{case}: there is no program"
    checked = program_of(written.text, tuple(case.others.items()))
    told = story(case.one("timeline"))
    plan = lower(checked, int(told.settings.get("seed", "0")))
    clock = zone_named(checked.shop.zone) or UTC_ZONE
    if tables := case.all("data"):
        folder = new_folder("data")
        for table in tables:
            (folder / table.about).write_text(table.text, encoding="utf-8")
        return _of_folder(plan, clock, told.settings, folder)
    return _of_timelines(plan, clock, told.settings, told.people), []


def _of_folder(plan: Plan, clock: Zone, settings: Mapping[str, str], data: Path) -> tuple[list[Line], list[str]]:
    found: list[Line] = []
    astray = data / "bad_rows.txt"
    with Folder(data, plan.program.events) as folder:
        rows = Rows(folder, plan.program, "quarantine", astray)
        if plan.layout.products:
            plan.catalogue = catalogue(rows, plan, clock)
        add_catalogue_events(rows, plan.layout.events, clock)
        timelines = Timelines(rows, plan, clock)
        span = _span(settings, clock, timelines.span())
        among(timelines, span)
        table = folder.tables.get("customers")
        columns = frozenset(table.columns if table is not None else ())
        for timeline in timelines.between(None, None):
            here = timelines.zone_of(timeline)
            journal = replay(plan, timeline, here, span, kept("all"), columns)
            found += [Line(json.loads(line), here) for line in journal.lines]
    bad = [json.loads(line) for line in astray.read_text(encoding="utf-8").splitlines()] if astray.exists() else []
    return found, [f"{Path(one['file']).name}:{one['line']}" for one in bad]


def _of_timelines(plan: Plan, clock: Zone, settings: Mapping[str, str], people: Sequence[Person]) -> list[Line]:
    plan.catalogue = Catalogue([], plan.layout.products, clock, Ledger(()))
    everybody = [_timeline(plan, one, clock) for one in sorted(people, key=lambda one: one.name)]
    instants = [at for timeline, _ in everybody for at in timeline.inputs.at]
    span = _span(settings, clock, Span(min(instants, default=0), max(instants, default=0)))
    tabulated(plan, lambda: everybody, clock, *span)
    columns = frozenset(name for one in people for name in json.loads(one.fields or "{}"))
    found: list[Line] = []
    for timeline, here in everybody:
        journal = replay(plan, timeline, here, span, kept("all"), columns)
        found += [Line(json.loads(line), here) for line in journal.lines]
    return found


def _span(settings: Mapping[str, str], clock: Zone, data: Span) -> Span:
    start = instant(settings["from"], clock, end=False) if "from" in settings else data.start
    return Span(start, instant(settings["until"], clock, end=True) if "until" in settings else data.until)


def _timeline(plan: Plan, person: Person, clock: Zone) -> tuple[Timeline, Zone]:
    given = _json(person.fields)
    here = zone_named(str(given.get("time_zone"))) or clock
    types, digits = {**plan.program.customer_fields, **CUSTOMER_LISTS}, plan.program.shop.digits
    fields = {name: value_of(types.get(name), value, digits, here) for name, value in given.items()}
    lists = {name: fields.pop(name) for name in CUSTOMER_LISTS if name in fields}
    at = [instant(one.at, here, end=False) for one in person.events]
    assert at == sorted(at), "the events of a timeline stand in the order in which they happen"
    inputs = Inputs(
        [one.kind for one in person.events],
        at,
        [_event(plan, one, now, here) for one, now in zip(person.events, at, strict=True)],
    )
    known_beginning = fields.get("created") is not None or any(one.kind == "signup" for one in person.events)
    begins = min([*at[:1], *([fields["created"]] if fields.get("created") is not None else [])]) if known_beginning else None
    return Timeline(person.name, {"id": person.name, **fields}, lists, inputs, begins), here


def _event(plan: Plan, one: Happening, at: int, here: Zone) -> tuple[Any, ...]:
    digits, known = plan.program.shop.digits, plan.program.events.get(one.kind)
    types = {} if known is None else known.fields
    given = _json(one.fields)
    lines = [
        {name: value_of(LINE_FIELDS.get(name), value, digits, here) for name, value in line.items()}
        for line in given.pop("items", ())
    ]
    fields = {name: value_of(types.get(name), value, digits, here) for name, value in given.items()}
    return event_fields(plan.layout, one.kind, at, {**fields, "items": lines} if lines else fields)


def _json(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text, parse_float=Decimal) if text else {}
    return found


def value_of(type_: Type | None, value: Any, digits: int, here: Zone) -> Any:
    """Read a value as a data folder would have it."""
    if value is None or type_ is None:
        return value
    match type_.name:
        case "money":
            return exact(Fraction(str(value)) * 10**digits)
        case "number":
            return exact(Fraction(str(value)))
        case "date":
            return date.fromisoformat(value).toordinal()
        case "yearly date":
            month, day = str(value).split("-")[-2:]
            return int(month), int(day)
        case "time":
            hours, minutes = str(value).split(":")
            return int(hours) * HOUR + int(minutes) * MINUTE
        case "moment":
            return instant(value, here, end=False)
        case "list":
            return tuple(value_of(type_.element, one, digits, here) for one in value)
    return value


# -- Telling ----------------------------------------------------------------------------------------------------------


def in_short(lines: Sequence[Line], section: Section) -> list[str]:
    """Tell the lines that a section asks for: all but `waiting`, or those with the words it names."""
    names = [word.strip(",") for word in section.about.split()]
    words = {one for one in names if not one.startswith("+")}
    more = [one[1:] for one in names if one.startswith("+")]
    several = len({line.members["customer"] for line in lines}) > 1
    return [
        " ".join(f"{line.members['customer'] + ' ' if several else ''}{_told(line, more)}".split())
        for line in lines
        if line.members["what"] in words or (not words and line.members["what"] != "waiting")
    ]


def _plain(value: object) -> str:
    return json.dumps(value) if isinstance(value, dict | list) else str(value)


def _told(line: Line, more: Sequence[str]) -> str:
    one = line.members
    flow = one["flow"] or ""
    if one["run"] is not None and one["run"] > 1:
        flow = f"{flow}#{one['run']}"
    about = ", ".join([*_about(one), *_ends(line), *(f"{key} {_plain(one.get(key))}" for key in more)])
    return f"{reading(one['at'], line.clock)} {one['what']} {flow} {about}"


def _about(one: Mapping[str, Any]) -> list[str]:
    """Say what a line is about, in the order of the README."""
    channel = f" by {one['channel']}" if one.get("channel") not in (None, "email") else ""
    amount = str(one.get("amount"))
    parts = [
        f"at {one['step']}" if one["what"] in _OF_A_STEP else None,
        f"{one['message']}{channel}" if "message" in one else None,
        f'"{one["subject"]}"' if "subject" in one else None,
        one.get("tag"),
        f"{one['field']} = {one.get('value', 'unknown')}" if "field" in one else None,
        f"{one['score']} {amount if amount.startswith('-') else '+' + amount}" if "score" in one else None,
        one.get("list"),
        f"{one['team']}: {one['text']}" if "team" in one else None,
        f"{one['split']} = {one['arm']}" if "split" in one else None,
        one.get("coupon"),
        one.get("branch"),
        f"{one['promise']}: {' '.join(one['messages'])}" if "promise" in one else None,
        " ".join(one["flows"]) if "flows" in one else None,
        f"shows {' '.join(pick['sku'] for pick in one['products'])}" if "products" in one else None,
        one.get("reason"),
    ]
    return [str(part) for part in parts if part is not None]


def _ends(line: Line) -> list[str]:
    until = line.members.get("until", line.members.get("ends"))
    return [*([] if until is None else [f"until {reading(until, line.clock)}"]), *(["same"] if line.members.get("same") else [])]


def reading(text: str, clock: Zone) -> str:
    """Tell an instant as a clock reads it, with the offset where the same reading came before."""
    now = (datetime.fromisoformat(text) - _EPOCH) // timedelta(microseconds=1)
    wall = clock.wall(now)
    shown = (_EPOCH + timedelta(microseconds=wall)).strftime("%Y-%m-%d %H:%M:%S.%f").removesuffix(".000000").removesuffix(":00")
    if clock.instant(wall) == now:
        return shown
    minutes = (wall - now) // MINUTE
    return f"{shown}{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
