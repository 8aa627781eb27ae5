"""Values, and the arithmetic of time (semantics 1 and 2.4): unknown is None, a length is `cadenza.values.Length`."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from cadenza.values import DAY, HOUR, MINUTE, SECOND, Length, half_up

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
UNITS = {
    "second": Length(0, 0, SECOND), "minute": Length(0, 0, MINUTE), "hour": Length(0, 0, HOUR), "day": Length(0, 1, 0),
    "week": Length(0, 7, 0), "month": Length(1, 0, 0), "year": Length(12, 0, 0),
}  # fmt: skip
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DECIMALS = {"JPY": 0, "TND": 3}
"""The minor units of currencies that have not two decimals."""


class Moment(int):
    """An instant: microseconds since the epoch, UTC (1.1)."""


class Weekday(int):
    """Monday is 0."""


class Money(NamedTuple):
    amount: Fraction


class Yearly(NamedTuple):
    """A day of each year; `shifts` are what an expression moves it by, one after the other (1.7)."""

    month: int
    day: int
    shifts: tuple[Length, ...] = ()

    def of(self, year: int) -> date:
        found = day_of(year, self.month, self.day)
        for shift in self.shifts:
            found = later(found, shift)
        return found

    def around(self, today: date) -> list[date]:
        years = 2 + sum(1 + abs(shift.months) // 12 + abs(shift.days) // 365 for shift in self.shifts)
        return [self.of(year) for year in range(today.year - years, today.year + years + 1)]

    def next(self, today: date) -> date:
        return min(day for day in self.around(today) if day >= today)

    def last(self, today: date) -> date:
        return max(day for day in self.around(today) if day <= today)


def day_of(year: int, month: int, day: int) -> date:
    """1.7: a day that does not exist means the month's last."""
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def later(day: Any, length: Length) -> Any:
    """Add months, then days, to a date or a reading of the clock: a day that does not exist becomes the month's last (1.3)."""
    month = day.year * 12 + day.month - 1 + length.months
    year, month = month // 12, month % 12 + 1
    return day.replace(year=year, month=month, day=min(day.day, calendar.monthrange(year, month)[1])) + timedelta(length.days)


def times(length: Length | None, number: Fraction) -> Length | None:
    """Multiply; a part of a calendar length is unknown, for days and longer come whole."""
    if length is None or any((part * number).denominator != 1 for part in length[:2]):
        return None
    return Length(*(int(part * number) for part in length))


def plus(one: Length, other: Length) -> Length:
    return Length(*(a + b for a, b in zip(one, other, strict=True)))


class Clock:
    """What a customer's clock reads."""

    def __init__(self, name: str) -> None:
        self.zone = ZoneInfo(name)

    def wall(self, at: int) -> datetime:
        return (EPOCH + timedelta(microseconds=at)).astimezone(self.zone).replace(tzinfo=None)

    def instant(self, wall: datetime, fold: int = 0) -> Moment:
        """1.2: with `fold=0` a reading that is skipped moves forward, and of one that comes twice the first is meant."""
        return Moment((wall.replace(tzinfo=self.zone, fold=fold) - EPOCH) // timedelta(microseconds=1))

    def at(self, day: date, clock: time = time()) -> Moment:
        return self.instant(datetime.combine(day, clock))

    def add(self, at: int, length: Length) -> Moment:
        if length.months or length.days:  # 1.3: days and longer by the wall clock, the rest elapsed
            at = self.instant(later(self.wall(at).replace(fold=0), length))
        return Moment(at + length.micros)

    def changes(self, start: int, until: int) -> list[int]:
        """Give the midnights of a time, and the instants at which the clock is changed, which are quarters of an hour."""
        found, day = [], self.wall(start).date()
        while not found or found[-1] <= until:
            found.append(self.at(day))
            day += timedelta(1)
        quarters = [at for day, after in pairwise(found) if after - day != DAY for at in range(day, after, 15 * MINUTE)]
        return found + [at for at in quarters if self.offset(at) != self.offset(at - 1)]

    def offset(self, at: int) -> timedelta | None:
        return (EPOCH + timedelta(microseconds=at)).astimezone(self.zone).utcoffset()

    def period(self, at: int, unit: str) -> Any:
        """1.8: the calendar period of an instant."""
        wall = self.wall(at)
        match unit:
            case "hour":
                return wall.date(), wall.hour, self.offset(at)
            case "day":
                return wall.date()
            case "week":
                return wall.isocalendar()[:2]
            case "month":
                return wall.year, wall.month
            case _:
                return wall.year


def iso(at: int) -> str:
    return (EPOCH + timedelta(microseconds=at)).isoformat().replace("+00:00", "Z")


def shown(value: Any, clock: Clock, currency: str) -> Any:
    """Give a value as texts and the journal show it."""
    match value:
        case bool():
            return value
        case Moment():
            return f"{clock.wall(value):%Y-%m-%d %H:%M}"
        case Weekday():
            return WEEKDAYS[value]
        case Money(amount):
            minor = half_up(amount * 10 ** DECIMALS.get(currency, 2))  # 2.4
            sign, digits = "-" * (minor < 0), DECIMALS.get(currency, 2)
            whole, rest = divmod(abs(minor), 10**digits)
            return f"{sign}{whole}{f'.{rest:0{digits}}' if digits else ''} {currency}"
        case Yearly():
            return f"{value.month:02}-{value.day:02}"
        case Length():
            return length_shown(value)
        case date():
            return str(value)
        case time():
            return f"{value:%H:%M}"
        case Fraction():
            return number_shown(value)
        case list():
            return [shown(one, clock, currency) for one in value]
    return value


def data(value: Any, clock: Clock, currency: str) -> Any:
    """Give a value as a member of a line: a moment in UTC, a number as JSON has it where it is whole."""
    if isinstance(value, Moment):
        return iso(value)
    if isinstance(value, Fraction) and value.denominator == 1:
        return int(value)
    if isinstance(value, list):
        return [data(one, clock, currency) for one in value]
    return shown(value, clock, currency)


def length_shown(length: Length) -> str:
    days, rest = divmod(length.micros, DAY)
    found = [(length.months, "month"), (length.days + days, "day"), (rest // HOUR, "hour"), (rest % HOUR // MINUTE, "minute")]
    found.append((Fraction(rest % MINUTE, SECOND), "second"))
    return " ".join(f"{number_shown(number)} {word}{'s' * (number != 1)}" for number, word in found if number) or "0 seconds"


def number_shown(number: Fraction | int) -> str:
    """At most six decimals, half up."""
    millionths = half_up(number * 10**6)
    whole, rest = divmod(abs(millionths), 10**6)
    return f"{'-' * (millionths < 0)}{whole}.{rest:06}".rstrip("0").rstrip(".")
