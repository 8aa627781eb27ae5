"""Say what a value of a program is while it runs.

Unknown is None. A text is str; a number is int or Fraction; money is a number of minor units; a date is an ordinal day; a
moment is an int of microseconds since the epoch, UTC; a time of day is an int of microseconds since midnight; a weekday is an
int, Monday 0; a yearly date is (month, day); a list is a tuple; a yes or no is bool. Types are static, so a value does not
carry its own.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

Number = int | Fraction


class Length(NamedTuple):
    """A length of time: calendar months and days, then elapsed microseconds (semantics 1.3)."""

    months: int = 0
    days: int = 0
    micros: int = 0

    def __bool__(self) -> bool:
        return self.months > 0 or self.days > 0 or self.micros > 0

    @property
    def comparable(self) -> tuple[int, int]:
        """Months, and the rest in microseconds: where a length has no place in the calendar, a day has 24 hours."""
        return self.months, self.days * DAY + self.micros


Value = object


def exact(value: Number) -> Number:
    """Give a whole number as int, which is faster, and any other as it is."""
    return value.numerator if value.denominator == 1 else value


def half_up(value: Number) -> int:
    """Round to a whole number, halves away from zero (semantics 2.4)."""
    if isinstance(value, int):
        return value
    doubled = abs(value) * 2 + 1
    rounded = int(doubled.numerator // (doubled.denominator * 2))
    return rounded if value >= 0 else -rounded
