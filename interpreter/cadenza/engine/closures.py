"""The closures that conditions are made of, one function for each: logic, lengths of time, the clock, arithmetic."""

from __future__ import annotations

import operator
from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from cadenza.check.types import Type
from cadenza.engine.calendar import day_end, time_changes
from cadenza.engine.reductions import Compiled
from cadenza.values import Length, Value, exact

if TYPE_CHECKING:
    from cadenza.engine.customer import Customer

ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def empty_of(name: str, type_: Type) -> Value:
    """Give what a field of no event is: unknown, but a list is empty, and a question about no lines is answered (2.2, 2.3)."""
    if type_.name == "list":
        return ()
    if not name.startswith("#"):
        return None
    return False if type_.name == "condition" else 0


def today(c: Customer, e: Any) -> int:
    c.until = min(c.until, day_end(c.now, c.zone))
    return c.zone.day(c.now)


def every(parts: list[Compiled]) -> Compiled:
    def every(c: Customer, e: Any) -> bool | None:
        result: bool | None = True
        for part in parts:
            value = part(c, e)
            if value is False:
                return False
            if value is None:
                result = None
        return result

    return every


def some(parts: list[Compiled]) -> Compiled:
    def some(c: Customer, e: Any) -> bool | None:
        result: bool | None = False
        for part in parts:
            value = part(c, e)
            if value is True:
                return True
            if value is None:
                result = None
        return result

    return some


def chosen(cases: list[tuple[Compiled, Compiled]], otherwise: Compiled | None) -> Compiled:
    def chosen(c: Customer, e: Any) -> Any:
        for condition, value in cases:
            if condition(c, e) is True:
                return value(c, e)
        return None if otherwise is None else otherwise(c, e)

    return chosen


def mapped(inner: Compiled, change: Callable[[Any], Any]) -> Compiled:
    return lambda c, e: None if (value := inner(c, e)) is None else change(value)


def turned(sign: str) -> str:
    return {"<": ">", "<=": ">=", ">": "<", ">=": "<="}.get(sign, sign)


def compared_lengths(left: Compiled, right: Compiled, compare: Callable[[Any, Any], bool]) -> Compiled:
    """Compare lengths of time of one kind; months with anything shorter are unknown (semantics 1.6)."""

    def lengths(c: Customer, e: Any) -> bool | None:
        a, b = left(c, e), right(c, e)
        if a is None or b is None:
            return None
        (months_a, rest_a), (months_b, rest_b) = a.comparable, b.comparable
        if (months_a or months_b) and (rest_a or rest_b):
            return None
        return compare((months_a, rest_a), (months_b, rest_b))

    return lengths


def clock_passed(direction: str, moment: Compiled, sign: str, length: Compiled) -> Compiled:
    """`time since X >= D` from X + D on, `> D` after it; `time until X <= D` from X - D on (semantics 1.6)."""
    since = direction == "since"
    # As a claim about now and the instant at which the length is reached: at or after it, or strictly after.
    strict = sign in ((">", "<=") if since else ("<", ">="))
    negated = sign in (("<", "<=") if since else (">", ">="))

    def clock(c: Customer, e: Any) -> bool | None:
        x, d = moment(c, e), length(c, e)
        if x is None or d is None:
            return None
        now = c.now
        if since:
            if now < x:
                c.until = min(c.until, x)
                return None
            edge = c.zone.add(x, d)
        else:
            if now > x:
                return None
            c.until = min(c.until, x + 1)
            edge = c.zone.add(x, d, -1)
        if strict:
            edge += 1
        if now < edge:
            c.until = min(c.until, edge)
            return negated
        return not negated

    return clock


def now_against(moment: Compiled, sign: str) -> Compiled:
    """Compare now with a moment, which may be still to come (semantics 1.6)."""
    compare = ORDER[sign]

    def compared(c: Customer, e: Any) -> bool | None:
        x = moment(c, e)
        if x is None:
            return None
        if c.now <= x:
            c.until = min(c.until, x if c.now < x else x + 1)
        return compare(c.now, x)

    return compared


def time_of_day(other: Compiled, sign: str) -> Compiled:
    compare = ORDER[sign]

    def reads(c: Customer, e: Any) -> bool | None:
        time = other(c, e)
        if time is None:
            return None
        c.until = min(c.until, time_changes(c.now, time, c.zone))
        return compare(c.zone.time(c.now), time)

    return reads


def elapsed(direction: str, moment: Compiled) -> Compiled:
    def elapsed(c: Customer, e: Any) -> Length | None:
        x = moment(c, e)
        if x is None:
            return None
        early, late = (x, c.now) if direction == "since" else (c.now, x)
        # By the clock on the wall, so that 90 days are shown as 90 days whatever summer time does.
        return Length(0, 0, max(0, c.zone.wall(late) - c.zone.wall(early))) if early <= late else None

    return elapsed


def arithmetic(left: Type, sign: str, result: Type) -> Callable[[Any, Any], Any]:
    if result.name == "duration":
        if left.name == "moment":
            return lambda a, b: Length(0, 0, a - b)
        return _LENGTH_WORK[sign]
    if sign == "/":
        return lambda a, b: None if b == 0 else exact(Fraction(a) / Fraction(b))
    if sign == "*":
        return lambda a, b: _number(a * b)
    return operator.add if sign == "+" else operator.sub


def _number(value: int | Fraction) -> int | Fraction:
    return value if isinstance(value, int) else exact(value)


def _add_lengths(a: Length, b: Length) -> Length:
    return Length(a.months + b.months, a.days + b.days, a.micros + b.micros)


def _take_lengths(a: Length, b: Length) -> Length:
    return Length(a.months - b.months, a.days - b.days, a.micros - b.micros)


def _scale(a: Any, b: Any) -> Length | None:
    """Multiply a length of time; unknown where a day or a month comes out in parts."""
    length, by = (a, b) if isinstance(a, Length) else (b, a)
    months, days = length.months * by, length.days * by
    if months != int(months) or days != int(days):
        return None
    return Length(int(months), int(days), int(length.micros * by))


def _divide_length(length: Length, by: int | Fraction) -> Length | None:
    return None if by == 0 else _scale(length, exact(Fraction(1) / Fraction(by)))


_LENGTH_WORK: dict[str, Callable[[Any, Any], Any]] = {
    "+": _add_lengths,
    "-": _take_lengths,
    "*": _scale,
    "/": _divide_length,
}
