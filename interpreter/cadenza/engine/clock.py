"""Keep the calendar on integers: instants, wall clocks, and lengths of time in a zone.

Rule 1: an instant is a whole number of microseconds since the epoch, UTC (semantics 1.1).
Rule 2: a wall clock is the same number as if its reading were UTC; only this file turns one into the other.
Rule 3: nothing here reads the time of day, and nothing knows what happens at an instant.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date

from cadenza.values import DAY, Length

NEVER = 1 << 62
"""Later than any instant."""

_EPOCH_DAY = date(1970, 1, 1).toordinal()
_LAST_DAY = date.max.toordinal()


class Zone:
    """The clock of a place: an offset, and the instants from which another one holds.

    Of a time that comes twice the first is meant, and a time that is skipped moves forward by the length of the gap: both
    are the reading with the offset before the change (semantics 1.2).
    """

    __slots__ = ("_changes", "_offsets", "_shifts", "_walls", "name")

    def __init__(self, name: str, first: int, changes: tuple[tuple[int, int], ...]) -> None:
        self.name = name
        self._changes = [instant for instant, _ in changes]
        self._offsets = [first, *(offset for _, offset in changes)]
        self._shifts: dict[tuple[int, int, int], int | None] = {}
        # A wall clock belongs to the offset before a change until the later of the two readings of that change.
        pairs = zip(self._changes, self._offsets, self._offsets[1:], strict=False)
        self._walls = [instant + max(before, after) for instant, before, after in pairs]

    @property
    def is_utc(self) -> bool:
        return not self._changes and self._offsets == [0]

    def wall(self, instant: int) -> int:
        """Give what the clock reads."""
        return instant + self._offsets[bisect_right(self._changes, instant)]

    def instant(self, wall: int) -> int:
        """Give the instant at which the clock reads this, by 1.2."""
        return wall - self._offsets[bisect_right(self._walls, wall)]

    def next_change(self, instant: int) -> int:
        """Give the first change of the clock after an instant."""
        place = bisect_right(self._changes, instant)
        return self._changes[place] if place < len(self._changes) else NEVER

    def day(self, instant: int) -> int:
        """Give the local date as an ordinal day."""
        return self.wall(instant) // DAY + _EPOCH_DAY

    def time(self, instant: int) -> int:
        """Give the time of day in microseconds since midnight."""
        return self.wall(instant) % DAY

    def at(self, day: int, time: int = 0) -> int:
        """Give the instant of a time on an ordinal day."""
        return self.instant((day - _EPOCH_DAY) * DAY + time)

    def add(self, instant: int, length: Length, sign: int = 1) -> int:
        """Give t + D: months, then days, by the wall clock; what is left is elapsed time (semantics 1.3)."""
        months, days, micros = length
        if months or days:
            if not months and not self._changes:
                return instant + sign * (days * DAY + micros)
            shift = self._shift(sign * months, sign * days, instant // DAY)
            instant = instant + shift if shift is not None else self._by_calendar(instant, sign * months, sign * days)
        return instant + sign * micros

    def _by_calendar(self, instant: int, months: int, days: int) -> int:
        wall = self.wall(instant)
        return self.at(add_days(add_months(wall // DAY + _EPOCH_DAY, months), days), wall % DAY)

    def _shift(self, months: int, days: int, day: int) -> int | None:
        """Give by how much all instants of a day in UTC move; None where they do not move alike.

        Between two changes of the clock the shift depends on the local date alone, and a day in UTC touches two of these.
        """
        key = months, days, day
        found = self._shifts.get(key, 0)
        if found == 0:
            first, last = day * DAY, day * DAY + DAY - 1
            to_first, to_last = self._by_calendar(first, months, days), self._by_calendar(last, months, days)
            alike = to_last - to_first == last - first
            steady = self.next_change(first - 1) > last and self.next_change(to_first - 1) > to_last
            found = self._shifts[key] = to_first - first if alike and steady else None
        return found

    def add_all(self, instants: Sequence[int], length: Length) -> tuple[list[int], bool]:
        """Give t + D for each of many instants that never fall, and whether what comes out is sure never to fall either."""
        if not instants:
            return [], True
        months, days, micros = length
        if not months:
            elapsed = days * DAY + micros
            if not days or self.next_change(instants[0] - 2 * DAY) > instants[-1] + abs(elapsed) + 2 * DAY:
                return [instant + elapsed for instant in instants], True
        return [self.add(instant, length) for instant in instants], False


UTC = Zone("UTC", 0, ())


def add_months(day: int, months: int) -> int:
    """Give the same day some months on; a day that does not exist becomes the last of its month."""
    if not months:
        return day
    start = date.fromordinal(day)
    month = start.year * 12 + start.month - 1 + months
    year, month = month // 12, month % 12 + 1
    if not 1 <= year <= 9999:
        return 1 if year < 1 else _LAST_DAY
    return date(year, month, min(start.day, days_in(year, month))).toordinal()


def add_days(day: int, days: int) -> int:
    return min(max(1, day + days), _LAST_DAY)


def days_in(year: int, month: int) -> int:
    """Give the number of days of a month."""
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def in_year(year: int, month: int, day: int) -> int:
    """Give a yearly date in one year; 29 February is 28 February in common years (semantics 1.7)."""
    return date(year, month, min(day, days_in(year, month))).toordinal()


def weekday(day: int) -> int:
    """Give the day of the week of an ordinal day, Monday 0."""
    return (day - 1) % 7
