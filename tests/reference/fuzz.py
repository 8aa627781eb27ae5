"""Hold production against the reference on generated pairs: `python -m tests.reference.fuzz FIRST COUNT`.

A pair is a program and a timeline, both made from its number; each program meets four timelines.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, time
from fractions import Fraction
from functools import lru_cache
from itertools import zip_longest
from multiprocessing import Pool
from typing import Any, NamedTuple

from cadenza.check.vocabulary import CUSTOMER_FIELDS, LINE_FIELDS, PRODUCT_FIELDS
from cadenza.engine.plan import Plan, lower
from cadenza.syntax import nodes as n
from cadenza.values import HOUR, MINUTE, SECOND
from tests.reference.comparing import Row
from tests.reference.program import Program
from tests.reference.running import Customer
from tests.reference.selecting import Order, Shop
from tests.reference.shrinking import Pair, shown, shrunk
from tests.reference.streams import Event
from tests.reference.times import DECIMALS, Clock, Moment, Money, Yearly
from tests.support import programs
from tests.support.generating.playing import Line, journal, lived
from tests.support.generating.rarities import FIRST
from tests.support.generating.timelines import Life
from tests.support.generating.words import PRODUCT_FIELDS as OWN_FIELDS
from tests.support.generating.words import named
from tests.support.scenarios import program as checked

TIMELINES = 4
"""How many timelines a program meets."""
SHOWING = 3
"""One of so many programs is made to show products, but for those that do rare things."""
AT_ONCE = 200
"""How many pairs a process is given at once."""
MOST_SECONDS_TO_SHRINK = 120
MOST_SECONDS = 20
"""For how long a pair is compared: few programs bring about ten thousand steps at one instant, over and over."""


def plain(value: Any, type_: str, digits: int) -> Any:
    """Give a value of a timeline as the reference has it."""
    if value is None:
        return None
    match type_:
        case "money":
            return Money(Fraction(value, 10**digits))
        case "number":
            return Fraction(value)
        case "date":
            return date.fromordinal(value)
        case "yearly date":
            return Yearly(*value)
        case "time":
            return time(value // HOUR, value % HOUR // MINUTE, value % MINUTE // SECOND)
        case "moment":
            return Moment(value)
        case "texts":
            return list(value)
        case "lines":
            return [{name: plain(one, named(LINE_FIELDS[name]), digits) for name, one in line.items()} for line in value]
    return value


def kind_of(type_: Any) -> str:
    """Give the word for a type of the vocabulary, or of a declaration."""
    words = {n.YesNoType: "condition", n.YearlyDateType: "yearly date", n.OneOfType: "text", n.ListType: "texts"}
    return words.get(type(type_)) or (type_.name if isinstance(type_, n.PlainType) else named(type_))


def row(program: Program, made: programs.Made, life: Life) -> Row:
    """Give a customer as the reference has them."""
    digits = DECIMALS.get(made.shop.currency, 2)
    types = {name: named(type_) for name, type_ in CUSTOMER_FIELDS.items()} | made.fields
    fields = {name: plain(value, types.get(name, "text"), digits) for name, value in life.fields.items()}
    events = []
    for kind, at, given in life.rows:
        declared = program.events[kind].fields
        known = {name: plain(value, kind_of(declared[name]), digits) for name, value in given.items() if name in declared}
        events.append(Event(kind, Moment(at), known))
    return Row(life.name, life.zone.name, fields, life.lists, life.begins, events)


def told(program: Program, made: programs.Made, life: Life) -> list[Line]:
    """Give the lines that the reference writes."""
    everybody = [row(program, made, one) for one in (life, *life.others)]
    customer = Customer(program, everybody[0], everybody, life.columns)
    customer.shop = sold(program, made, life)
    customer.replay(life.start, life.until)
    return customer.lines


def sold(program: Program, made: programs.Made, life: Life) -> Shop:
    """Give what the shop sells, and what was bought there."""
    digits = DECIMALS.get(made.shop.currency, 2)
    types = {**{name: named(type_) for name, type_ in PRODUCT_FIELDS.items()}, **OWN_FIELDS}
    products = {one["sku"]: {name: plain(value, types[name], digits) for name, value in one.items()} for one in life.products}
    orders = [Order(at, one.name, plain(given.get("items", ()), "lines", digits))
              for one in (life, *life.others) for kind, at, given in one.rows if kind == "order"]  # fmt: skip
    changes = [(sku, field, at, plain(value, types[field], digits)) for sku, field, at, value in life.changes]
    return Shop(Clock(program.zone), products, changes, orders)


@lru_cache(maxsize=2)
def made_and_read(number: int) -> tuple[programs.Made, Plan, Program]:
    """Give the program of a number as production has it and as the reference has it."""
    made = programs.showing(number) if number % SHOWING == 2 and number < FIRST else programs.program(number)
    return made, lower(checked(made.text, **made.others)), Program(made.text, made.others)


def compare(pair: int) -> tuple[list[Line], list[Line]]:
    """Give the lines of production and those of the reference."""
    made, plan, program = made_and_read(pair // TIMELINES)
    life = lived(pair, made)
    lines, _ = journal(plan, life)
    return lines, told(program, made, life)


def differing(production: list[Line], reference: list[Line]) -> tuple[Line | None, Line | None] | None:
    """Give the first two lines that are not the same, None where a journal has ended."""
    return next((pair for pair in zip_longest(production, reference) if pair[0] != pair[1]), None)


class Compared(NamedTuple):
    """Of some pairs: which differ, how, and which took too long to be compared."""

    different: list[int]
    told: list[str]
    too_long: list[int]


def compared(pairs: range) -> Compared:
    found = Compared([], [], [])
    for pair in pairs:
        try:
            with in_time(MOST_SECONDS):
                first = differing(*compare(pair))
        except TimeoutError:
            found.too_long.append(pair)
            continue
        except Exception as error:
            error.add_note(f"pair {pair}")
            raise
        if first is not None:
            found.different.append(pair)
            found.told.append(f"-- {pair}\n{made_small(pair)}\n production {first[0]}\n reference  {first[1]}")
    return found


def made_small(pair: int) -> str:
    """Give a pair that differs in as few words as it takes to differ."""
    made, _, _ = made_and_read(pair // TIMELINES)
    whole = Pair(made, lived(pair, made))
    try:
        with in_time(MOST_SECONDS_TO_SHRINK):
            return shown(shrunk(whole, differs))
    except TimeoutError:
        return shown(whole)


def differs(pair: Pair) -> bool:
    made, life = pair
    lines, _ = journal(lower(checked(made.text, **made.others)), life)
    return differing(lines, told(Program(made.text, made.others), made, life)) is not None


@contextmanager
def in_time(seconds: int) -> Iterator[None]:
    """Give up with `TimeoutError` what takes longer."""
    signal.signal(signal.SIGALRM, _give_up)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)


def _give_up(*_: object) -> None:
    raise TimeoutError


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> None:
    first, count = map(int, sys.argv[1:])
    parts = [range(start, min(start + AT_ONCE, first + count)) for start in range(first, first + count, AT_ONCE)]
    different, too_long = [], []
    with Pool() as pool:
        for done, one in enumerate(pool.imap_unordered(compared, parts), 1):
            different += one.different
            too_long += one.too_long
            for text in one.told:
                say(text)
            if done % 25 == 0:
                say(f"   {done} of {len(parts)} parts, {len(different)} differ")
    say(f"{count} pairs, {len(different)} differ: {sorted(different)}; not compared, for they took too long: {sorted(too_long)}")
    sys.exit(bool(different))


if __name__ == "__main__":
    main()
