"""Find the instants that a description of days and times means: for calendar triggers (6.6) and for waits (7.2)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, assert_never

from cadenza.check import program as p
from cadenza.check import terms as t
from cadenza.engine.calendar import occurrence
from cadenza.engine.clock import NEVER, Zone, days_in, weekday
from cadenza.engine.conditions import Compiled, Conditions
from cadenza.engine.dependencies import depends
from cadenza.values import Length

if TYPE_CHECKING:
    from cadenza.engine.customer import Customer

Next = Callable[["Customer", int], int]
"""Gives the first instant at or after one that fits, or NEVER."""

_MOST_DAYS = 366 * 9
_MOST_YEARS = 9


def next_of(calendar: p.Calendar, conditions: Conditions, scores: frozenset[str]) -> tuple[Next, frozenset[str]]:
    """Compile a calendar trigger; give the kinds of event that may move it, too."""
    parts: list[t.Term | None] = []
    match calendar:
        case p.EveryDay(at=at) | p.EveryWeekdays(at=at) | p.EveryMonth(at=at) | p.EveryYear(at=at):
            parts = [at]
        case p.YearlyFrom(date=day, at=at) | p.OnDay(date=day, at=at):
            parts = [day, at]
        case p.AtMoment(moment=moment):
            parts = [moment]
        case _:
            assert_never(calendar)
    kinds = frozenset().union(*(depends(part, scores) for part in parts))
    return _Descriptions(conditions).calendar(calendar), kinds


def first_fit(description: p.Description, conditions: Conditions) -> Compiled:
    """Compile a wait: its first fitting instant, now included; unknown where a value it needs is (semantics 7.2)."""
    return _Descriptions(conditions).wait(description)


class _Descriptions:
    def __init__(self, conditions: Conditions) -> None:
        self._conditions = conditions

    def clock(self, at: t.Term | None) -> Compiled:
        return (lambda c, e: 0) if at is None else self._conditions.compile(at)

    # -- Triggers -----------------------------------------------------------------------------------------------------

    def calendar(self, calendar: p.Calendar) -> Next:
        match calendar:
            case p.EveryDay(at=at):
                return _days(self.clock(at), lambda day: True)
            case p.EveryWeekdays(days=days, at=at):
                return _days(self.clock(at), lambda day: weekday(day) in days)
            case p.EveryMonth(day=number, at=at):
                return _days(self.clock(at), lambda day: _is_month_day(day, number))
            case p.EveryYear(month=month, day=number, at=at):
                return _yearly(lambda c, e: (month, number), (), self.clock(at))
            case p.YearlyFrom(date=term, at=at):
                base, shifts = self.yearly(term)
                return _yearly(base, shifts, self.clock(at))
            case p.OnDay(date=term, at=at):
                return _once(_instant(self._conditions.compile(term), self.clock(at)))
            case p.AtMoment(moment=moment):
                return _once(self._conditions.compile(moment))
            case _:
                assert_never(calendar)

    def yearly(self, term: t.Term) -> tuple[Compiled, tuple[tuple[int, Length], ...]]:
        """Split a yearly date into what comes back each year and how it is shifted."""
        shifts: list[tuple[int, Length]] = []
        while isinstance(term, t.Shift) and isinstance(term.length, t.Constant) and isinstance(term.length.value, Length):
            shifts.insert(0, (term.sign, term.length.value))
            term = term.moment
        return self._conditions.compile(term), tuple(shifts)

    # -- Waits --------------------------------------------------------------------------------------------------------

    def wait(self, description: p.Description) -> Compiled:
        match description:
            case p.AtClock(time=time):
                return _next_time(self._conditions.compile(time))
            case p.AtMoment(moment=moment):
                return self._conditions.compile(moment)
            case p.OnDay(date=term, at=at):
                return _instant(self._conditions.compile(term), self.clock(at))
            case p.EveryWeekdays(at=None):
                today, later = self.calendar(description), description.days
                return lambda c, e: c.now if weekday(c.zone.day(c.now)) in later else today(c, c.now)
            case p.EveryWeekdays():
                return _or_unknown(self.calendar(description))
            case p.YearlyFrom(date=term, at=None):
                base, shifts = self.yearly(term)
                return _yearly_day(base, shifts)
            case p.YearlyFrom():
                return _or_unknown(self.calendar(description))
            case _:
                assert_never(description)


def _days(clock: Compiled, fits: Callable[[int], bool]) -> Next:
    def find(c: Customer, after: int) -> int:
        time = clock(c, None)
        if time is None:
            return NEVER
        zone = c.zone
        # The day before, too: a time that is skipped at midnight may fall on the next day.
        first = zone.day(after) - 1
        for day in range(first, first + _MOST_DAYS):
            if fits(day) and (instant := zone.at(day, time)) >= after:
                return instant
        return NEVER

    return find


def _is_month_day(day: int, number: int) -> bool:
    """Whether a day is the one of its month; `day 31` is the last day of a shorter one (semantics 1.7)."""
    found = date.fromordinal(day)
    return found.day == min(number, days_in(found.year, found.month))


def _yearly(base: Compiled, shifts: tuple[tuple[int, Length], ...], clock: Compiled) -> Next:
    def find(c: Customer, after: int) -> int:
        value, time = base(c, None), clock(c, None)
        if value is None or time is None:
            return NEVER
        zone = c.zone
        day = zone.day(after) - 1
        for _ in range(_MOST_YEARS):
            found = occurrence(value, shifts, "next", day)
            if found is None:
                return NEVER
            if (instant := zone.at(found, time)) >= after:
                return instant
            day = found + 1
        return NEVER

    return find


def _yearly_day(base: Compiled, shifts: tuple[tuple[int, Length], ...]) -> Compiled:
    """All of the day fits, so on the day itself it is now."""

    def find(c: Customer, e: object) -> int | None:
        value = base(c, e)
        if value is None:
            return None
        today = c.zone.day(c.now)
        found = occurrence(value, shifts, "next", today)
        return None if found is None else c.now if found == today else c.zone.at(found)

    return find


def _once(instant: Compiled) -> Next:
    def find(c: Customer, after: int) -> int:
        found = instant(c, None)
        return found if found is not None and found >= after else NEVER

    return find


def _instant(day: Compiled, clock: Compiled) -> Compiled:
    def find(c: Customer, e: object) -> int | None:
        found, time = day(c, e), clock(c, e)
        return None if found is None or time is None else c.zone.at(found, time)

    return find


def _next_time(clock: Compiled) -> Compiled:
    """Give that instant of today, if it is not past, else of tomorrow (semantics 7.2)."""

    def find(c: Customer, e: object) -> int | None:
        time = clock(c, e)
        if time is None:
            return None
        zone: Zone = c.zone
        today = zone.day(c.now)
        instant = zone.at(today, time)
        return instant if instant >= c.now else zone.at(today + 1, time)

    return find


def _or_unknown(find: Next) -> Compiled:
    def first(c: Customer, e: object) -> int | None:
        instant = find(c, c.now)
        return instant if instant < NEVER else None

    return first
