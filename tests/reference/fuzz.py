"""Hold production against the reference on generated pairs: `python -m tests.reference.fuzz FIRST COUNT`.

A pair is a program and a timeline, both made from its number; each program meets four timelines.
"""

from __future__ import annotations

import sys
from datetime import date, time
from fractions import Fraction
from functools import lru_cache
from itertools import zip_longest
from typing import Any

from cadenza.check.vocabulary import CUSTOMER_FIELDS, LINE_FIELDS
from cadenza.engine.plan import Plan, lower
from cadenza.syntax import nodes as n
from cadenza.values import HOUR, MINUTE, SECOND
from tests.reference.program import Program, UnsupportedError
from tests.reference.running import Customer
from tests.reference.times import DECIMALS, Moment, Money, Yearly
from tests.support import programs
from tests.support.generating.playing import Line, journal, lived
from tests.support.generating.timelines import Life
from tests.support.generating.words import named
from tests.support.scenarios import program as checked

LEFT_OUT = {"customer", "source", "saw", "flows"}
TIMELINES = 4
"""How many timelines a program meets."""


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


def told(program: Program, made: programs.Made, life: Life) -> list[Line]:
    """Give the lines that the reference writes."""
    digits = DECIMALS.get(made.shop.currency, 2)
    types = {name: named(type_) for name, type_ in CUSTOMER_FIELDS.items()} | made.fields
    fields = {name: plain(value, types.get(name, "text"), digits) for name, value in life.fields.items()}
    rows = [(kind, at, {name: plain(value, kind_of(program.events[kind].fields[name]), digits) for name, value in given.items()})
            for kind, at, given in life.rows]  # fmt: skip
    customer = Customer(program, "anna", life.zone.name, fields, life.lists, life.columns)
    customer.replay(life.begins, life.start, life.until, rows)
    return customer.lines


def understood(text: str) -> str:
    """Leave out the products of messages and the promises, of which the reference knows nothing."""
    if any(line.startswith("use ") for line in text.splitlines()):
        raise UnsupportedError("use")
    words = ("show ", "always ", "never ")
    return "".join(line for line in text.splitlines(keepends=True) if not line.lstrip().startswith(words))


@lru_cache(maxsize=2)
def made_and_read(number: int) -> tuple[programs.Made, Plan, Program]:
    """Give the program of a number as production has it and as the reference has it."""
    made = programs.program(number)
    made = made._replace(text=understood(made.text))
    return made, lower(checked(made.text)), Program(made.text)


def compare(pair: int) -> tuple[list[Line], list[Line]]:
    """Give the lines of production and those of the reference, each without what the reference leaves out."""
    made, plan, program = made_and_read(pair // TIMELINES)
    life = lived(pair, made)
    lines, _ = journal(plan, life)
    return [{key: value for key, value in line.items() if key not in LEFT_OUT} for line in lines], told(program, made, life)


def differing(production: list[Line], reference: list[Line]) -> tuple[Line | None, Line | None] | None:
    """Give the first two lines that are not the same, None where a journal has ended."""
    return next((pair for pair in zip_longest(production, reference) if pair[0] != pair[1]), None)


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def main() -> None:
    first, count = map(int, sys.argv[1:])
    different, unsupported = [], []
    for pair in range(first, first + count):
        try:
            found = differing(*compare(pair))
        except UnsupportedError as error:
            unsupported.append(pair)
            say(f"-- {pair}: unsupported: {error}")
            continue
        if found is not None:
            different.append(pair)
            made, _, _ = made_and_read(pair // TIMELINES)
            say(f"-- {pair}\n{made.text}\n{lived(pair, made).rows}\n production {found[0]}\n reference  {found[1]}")
    say(f"{count} pairs, {len(different)} differ: {different}; {len(unsupported)} unsupported: {unsupported}")


if __name__ == "__main__":
    main()
