"""Change a program and its timelines so that the journal stays the same, or changes in a way that is known beforehand."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from cadenza.check.program import Program
from cadenza.check.vocabulary import ADDRESSES
from cadenza.driver import Options, replay_folder
from cadenza.engine.plan import Plan, lower
from cadenza.engine.replay import Span
from cadenza.syntax.parser import parse
from cadenza.syntax.printer import printed
from cadenza.syntax.source import Source
from cadenza.values import DAY, Length
from tests.support import folders, programs
from tests.support.generating import folder
from tests.support.generating.dice import Dice
from tests.support.generating.playing import journal, lived
from tests.support.generating.remarks import remarked
from tests.support.generating.timelines import Life
from tests.support.generating.words import PRODUCT_FIELDS, fields_of
from tests.support.programs import Made
from tests.support.scenarios import program as checked
from tests.support.scenarios import zone

Files = tuple[tuple[str, str], ...]
"""The texts of a program by the names of their files; the first uses the others."""


class Play(NamedTuple):
    """A program, what is done to a timeline before it is replayed, and how a line of the journal is read.

    Of a change there are two, before it and after; they are right if all their lines read alike.
    """

    files: Files
    life: Callable[[Life], Life] = lambda life: life
    reading: Callable[[str], str] = lambda line: line


Change = Callable[[Made], tuple[Play, Play]]


@lru_cache(maxsize=32)
def program_of(files: Files) -> Program:
    (_, text), *others = files
    return checked(text, **dict(others))


@lru_cache(maxsize=32)
def plan_of(files: Files) -> Plan:
    return lower(program_of(files))


@lru_cache(maxsize=128)
def _life(seed: int, timeline: int) -> Life:
    return lived(timeline, programs.program(seed))


@lru_cache(maxsize=128)
def told(play: Play, seed: int, timeline: int) -> list[str]:
    """Give the lines of a replay, and last the runs that are inside at its end."""
    lines, inside = journal(plan_of(play.files), play.life(_life(seed, timeline)))
    return [play.reading(json.dumps(one, ensure_ascii=False)) for one in [*lines, inside]]


def files_of(made: Made, change: Callable[[str], str] = lambda text: text) -> Files:
    """Give the files of a program, each of them changed."""
    return tuple((name, change(text)) for name, text in (("test", made.text), *made.others.items()))


def nowhere(line: str) -> str:
    """Leave out where in the program a step stands."""
    return re.sub(r'"source": "[^"]*"', '"source": null', line)


# -- Another time -----------------------------------------------------------------------------------------------------

_CLOCKS = ("UTC", "Asia/Tokyo", "Asia/Kolkata")
"""Clocks that are never changed."""
_WEEKS = (1, -1, -2, -5, -9, -26, -39)
"""By so many no timeline comes near enough to a leap year for a yearly date to come back a day later."""
_CYCLE = 28 * 365 + 7
"""The days of 28 years: the same dates fall on the same weekdays again, and the clocks are changed on the same days."""
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)|(?<![\d-])(\d\d)-(\d\d)(?![\d-])")
_NAMED_DAY = re.compile(r"\b(\d+) (march|november|february)\b")
_MONTHS = "january february march april may june july august september october november december".split()
# What has no place in a program that knows nothing of months and years, and what stands for it.
_WITHOUT_MONTHS = {
    r"\b\d+ months?\b": "30 days",
    r"\bper month\b": "per week",
    r"\bevery month on day \d+": "every monday",
    r"\btoday\.month\b": "now.hour",
    r"\.(day|month|year)\b": ".hour",
    r"\bdecember\b": "5",
}


def some_weeks_later(made: Made) -> tuple[Play, Play]:
    """Move all time by whole weeks: the dates of the program, of the data and of the journal; the clocks are never changed."""
    dice = Dice("weeks", made.seed)
    days, clock = 7 * dice.pick(_WEEKS), dice.pick(_CLOCKS)

    def steady(text: str) -> str:
        text = text.replace(f"time zone {made.shop.zone}", f"time zone {clock}")
        for words, others in _WITHOUT_MONTHS.items():
            text = re.sub(words, others, text)
        return text

    def later(text: str) -> str:
        return _NAMED_DAY.sub(lambda found: _day_of_year(found, days), _moved(steady(text), days))

    before = Play(files_of(made, steady), lambda life: _steady(life, clock))
    return before, Play(
        files_of(made, later), lambda life: _later(before.life(life), made, days), lambda line: _moved(line, -days)
    )


def twenty_eight_years_later(made: Made) -> tuple[Play, Play]:
    """Move all time by a cycle of the calendar, with its months, its leap years and the days on which clocks are changed."""

    def before(text: str) -> str:
        return re.sub(r"\.year\b", ".month", text)

    def later(text: str) -> str:
        return _moved(before(text), _CYCLE)

    after = Play(files_of(made, later), lambda life: _later(life, made, _CYCLE), lambda line: _moved(line, -_CYCLE))
    return Play(files_of(made, before)), after


def _steady(life: Life, clock: str) -> Life:
    """Give a timeline by a clock that is never changed, and without months."""
    fields = {k: Length(0, v.days + 30 * v.months, v.micros) if isinstance(v, Length) else v for k, v in life.fields.items()}
    return life._replace(fields=fields, zone=zone(clock), others=tuple(_steady(one, clock) for one in life.others))


def _moved(text: str, days: int) -> str:
    """Move the dates that a text names."""

    def other(found: re.Match[str]) -> str:
        if found[1]:
            return (date.fromordinal(date.fromisoformat(found[1]).toordinal() + days)).isoformat()
        return "{:02}-{:02}".format(*_yearly(int(found[2]), int(found[3]), days))

    return _DATE.sub(other, text)


def _yearly(month: int, day: int, days: int) -> tuple[int, int]:
    """Move a yearly date: in common years, which those of all timelines are, it comes back every 365 days."""
    if days % _CYCLE == 0:
        return month, day
    first = date(2026, month, min(day, 28) if month == 2 else day).timetuple().tm_yday
    moved = date.fromordinal(date(2026, 1, 1).toordinal() + (first - 1 + days) % 365)
    return moved.month, moved.day


def _day_of_year(found: re.Match[str], days: int) -> str:
    month, day = _yearly(_MONTHS.index(found[2]) + 1, int(found[1]), days)
    return f"{day} {_MONTHS[month - 1]}"


def _later(life: Life, made: Made, days: int) -> Life:
    """Move a timeline, and all that is known of the shop."""
    goods = {**fields_of(("product",)), **PRODUCT_FIELDS}
    return life._replace(
        fields=_fields_moved(life.fields, made.fields, days),
        rows=[(kind, at + days * DAY, _fields_moved(fields, fields_of((kind,)), days)) for kind, at, fields in life.rows],
        start=life.start + days * DAY,
        until=life.until + days * DAY,
        begins=None if life.begins is None else life.begins + days * DAY,
        others=tuple(_later(one, made, days) for one in life.others),
        products=tuple(_fields_moved(one, goods, days) for one in life.products),
        changes=tuple((sku, field, at + days * DAY, value) for sku, field, at, value in life.changes),
    )


def _fields_moved(fields: Mapping[str, Any], types: Mapping[str, str], days: int) -> dict[str, Any]:
    return {name: _value_moved(value, types.get(name, "text"), days) for name, value in fields.items()}


def _value_moved(value: Any, type_: str, days: int) -> Any:
    match type_:
        case "moment":
            return value + days * DAY
        case "date":
            return value + days
        case "yearly date":
            return _yearly(*value, days)
        case "lines":
            return [_fields_moved(line, fields_of(("line",)), days) for line in value]
        case _:
            return value


# -- Another program --------------------------------------------------------------------------------------------------

_NAMES = {
    "f1": "w3", "f2": "w2", "f3": "w1",
    "m1": "µ9", "m2": "µ8", "m3": "µ7", "m4": "µ6", "m5": "µ5", "receipt": "quittun", "invoice": "zahlung",
    "loyal": "vivid", "dormant": "resting", "lately": "justin", "touch": "brush", "big": "fat",
}  # fmt: skip
"""Flows, messages, segments and events; by their names they come the other way round.

No other text of a program or a timeline is a part of such a name, nor holds one.
"""
_FLOW = re.compile(r"^flow (\w+).*\n(?:  .*\n)*", re.MULTILINE)


def other_names(made: Made) -> tuple[Play, Play]:
    """Rename flows, messages, segments and events, in names as long, so that `source` stays.

    A split without a key is drawn by the name of its flow: as the reference says, it is given the old one as a key. A holdout
    has no key, so that its flow keeps its name.
    """
    held_out = {found[1] for found in _FLOW.finditer(made.text) if "  holdout 30%\n" in found[0]}
    names = {old: new for old, new in _NAMES.items() if old not in held_out}
    back = {new: old for old, new in names.items()}
    files = files_of(made, lambda text: _FLOW.sub(lambda found: _keyed(found, back), _renamed(text, names)))
    return Play(files_of(made)), Play(files, lambda life: _life_renamed(life, names), lambda line: _renamed(line, back))


def _renamed(text: str, names: Mapping[str, str]) -> str:
    return re.sub(r"\w+", lambda found: names.get(found[0], found[0]), text)


def _keyed(flow: re.Match[str], back: Mapping[str, str]) -> str:
    if flow[1] not in back:
        return flow[0]
    return re.sub(r"^( *split (?:afresh )?(\w+))$", rf'\1 keyed "{back[flow[1]]}/\2"', flow[0], flags=re.MULTILINE)


def _life_renamed(life: Life, names: Mapping[str, str]) -> Life:
    def renamed(fields: Mapping[str, Any]) -> dict[str, Any]:
        return {name: names.get(value, value) if isinstance(value, str) else value for name, value in fields.items()}

    rows = [(kind, at, renamed(given)) for kind, at, given in life.rows]
    return life._replace(rows=rows, others=tuple(_life_renamed(one, names) for one in life.others))


_NOBODY = (
    'on order where id = "none"',
    'on order where id = "none" then cart within 1 day',
    "when count(order) < 0",
    'when customer.country = "Atlantis", including those already',
    'on click "never sent"',
    "at 1999-12-31 12:00",
)
"""Who enters a flow that nobody ever enters."""


def _for_nobody(made: Made, *headers: str) -> str:
    """Write a flow that would do much, to somebody."""
    lines = [
        Dice("nobody", made.seed).pick(_NOBODY),
        *headers,
        "goal order within 3 days",
        "at most 1 message per day, else wait up to 2 days",
        'send email "m1"',
        'tag "t1"',
        'issue coupon "c1" 10% off for 2 days',
        "wait for order or view up to 1 day",
        'set customer.first_name = "Nobody"',
    ]
    return "flow nobody\n" + "".join(f"  {line}\n" for line in lines)


def nobody_last(made: Made) -> tuple[Play, Play]:
    """Add a flow that nobody enters, below all others."""
    (name, text), *others = before = files_of(made)
    return Play(before), Play(((name, f"{text}\n{_for_nobody(made)}"), *others))


def nobody_first(made: Made) -> tuple[Play, Play]:
    """Add a flow that nobody enters, before all others and stronger than they are."""
    (name, text), *others = before = files_of(made)
    text = re.sub("^flow ", f"{_for_nobody(made, 'priority 9', 'group g')}\nflow ", text, count=1, flags=re.MULTILINE)
    return Play(before, reading=nowhere), Play(((name, text), *others), reading=nowhere)


def formatted(made: Made) -> tuple[Play, Play]:
    """Format the program; before, comments and blank lines stood in it as deep as anybody likes."""
    before = files_of(made, lambda text: remarked(made.seed, text))
    after = tuple((name, printed(parse(Source(f"{name}.flow", text)))) for name, text in before)
    return Play(before, reading=nowhere), Play(after, reading=nowhere)


CHANGES: tuple[Change, ...] = (
    some_weeks_later,
    twenty_eight_years_later,
    other_names,
    nobody_last,
    nobody_first,
    formatted,
)


# -- Many customers ---------------------------------------------------------------------------------------------------

Tables = Mapping[str, list[dict[str, Any]]]
"""The rows of each table of a data folder."""


def shop(made: Made, timelines: Sequence[int], place: Path) -> tuple[Tables, Span]:
    """Give the tables of a shop that has a customer for each timeline, and a period that is that of all of them.

    There are tables of what the program names alone: each takes its time.
    """
    kinds = plan_of(files_of(made)).layout.events
    columns = frozenset({"id", "time_zone", *made.fields, *filter(None, ADDRESSES.values())})
    tables: dict[str, list[dict[str, Any]]] = {"order": []}
    lives = [lived(timeline, made) for timeline in timelines]
    for number, life in enumerate(lives):
        name, alone = f"c{number}", place / str(number)
        rows = [row for row in life.rows if row[0] in kinds]
        own = life._replace(name=name, fields={**life.fields, "id": name}, rows=rows, columns=columns, others=(), changes=())
        folder.write(alone, timelines[number], own, made.fields, made.shop.currency)
        for file in sorted(alone.glob("*.jsonl")):
            found = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
            if file.stem != "products":
                tables.setdefault(file.stem, []).extend(found if file.stem == "customers" else (_of(name, row) for row in found))
            elif number == 0:
                tables["products"] = found
    return tables, Span(min(life.start for life in lives), max(life.until for life in lives))


def _of(customer: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """Give a row to a customer; orders of two customers are two."""
    ids = {name: f"{customer}-{row[name]}" for name in ("id", "order_id") if row.get(name) is not None}
    return {**row, **ids, "customer": customer}


def permuted(tables: Tables, seed: int) -> Tables:
    """Put the rows of all tables in another order, and the tables too."""
    dice = Dice("permuted", seed)
    return {name: sorted(rows, key=lambda row: dice.below(1000)) for name, rows in reversed(tables.items())}


def without(tables: Tables, gone: AbstractSet[str]) -> Tables:
    """Take customers out."""
    return {
        name: [row for row in rows if row.get("id" if name == "customers" else "customer") not in gone]
        for name, rows in tables.items()
    }


def with_more(tables: Tables, kinds: Sequence[str], at: int) -> Tables:
    """Put in an event of each of these kinds for each customer, and a field of customers that nobody knows."""
    customers = [{**row, "shoe": "41"} for row in tables["customers"]]
    more = [{"customer": row["id"], "at": folder.iso(at)} for row in customers]
    return {**tables, "customers": customers} | {kind: [*tables.get(kind, []), *more] for kind in kinds}


def replayed(made: Made, tables: Tables, span: Span, place: Path) -> list[str]:
    """Replay a shop through a program, and give the lines of the journal, its header first."""
    files = {f"{name}.jsonl": "".join(f"{json.dumps(row)}\n" for row in rows) for name, rows in tables.items() if rows}
    folders.write(place, {**files, **({} if tables["order"] else {"order.csv": "customer,at\n"})})
    written = place.with_suffix(".jsonl")
    options = Options(written, "all", folder.iso(span.start), folder.iso(span.until))
    replay_folder(program_of(files_of(made)), place, options, lambda done, total: None)
    return written.read_text(encoding="utf-8").splitlines()


def of_customers(lines: Sequence[str], names: AbstractSet[str]) -> list[str]:
    """Give the lines of these customers."""
    return [line for line in lines[1:] if json.loads(line)["customer"] in names]
