"""Decide whether a message may go out now: consent, quiet times and limits (semantics 8.3 to 8.6)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from cadenza.check import program as p
from cadenza.check.vocabulary import CHANNELS
from cadenza.engine.clock import Zone, add_months, weekday
from cadenza.engine.streams import append_leaving
from cadenza.values import DAY, HOUR, Value

_DEFAULT_CHANNEL = "email"


class Consent:
    """Which channels of a customer are open."""

    __slots__ = ("_blocked", "_given", "_required", "_unsubscribed")

    def __init__(self, required: frozenset[str], fields: Mapping[str, Value]) -> None:
        self._required = required
        self._given = {channel for channel in required if fields.get(f"consent_{channel}") is True}
        self._unsubscribed: set[str] = set()
        self._blocked: set[str] = set()

    def allows(self, channel: str, *, transactional: bool) -> bool:
        """Say whether a channel is open; a transactional message passes all but a complaint and a bounce (8.6)."""
        if channel in self._blocked:
            return False
        if transactional:
            return True
        return channel not in self._unsubscribed and (channel not in self._required or channel in self._given)

    def subscribe(self, channel: Value) -> None:
        name = str(channel or _DEFAULT_CHANNEL)
        self._unsubscribed.discard(name)
        self._given.add(name)

    def unsubscribe(self, channel: Value) -> None:
        self._unsubscribed.add(str(channel or _DEFAULT_CHANNEL))

    def complain(self) -> None:
        self._blocked.update(CHANNELS)

    def bounce(self, channel: Value, kind: Value) -> None:
        if kind == "hard":
            self._blocked.add(str(channel or _DEFAULT_CHANNEL))


class Sliding:
    """The messages that count under a limit `per 7 days`: when each leaves it, never falling (semantics 1.5)."""

    __slots__ = ("_count", "_leaves", "_length", "_zone")

    def __init__(self, limit: p.Limit, zone: Zone) -> None:
        assert limit.length is not None
        self._count = limit.count
        self._length = limit.length
        self._zone = zone
        self._leaves: list[int] = []

    def add(self, now: int) -> None:
        append_leaving(self._leaves, self._zone.add(now, self._length))

    def room_at(self, now: int) -> int:
        """Give the first instant from now on at which there is room for one more."""
        leaves, count = self._leaves, self._count
        # As many as fit are inside for as long as the oldest of them is.
        return leaves[-count] if len(leaves) >= count and leaves[-count] > now else now


class Periodic:
    """The messages that count under a limit `per day`, by the customer's calendar (semantics 1.8)."""

    __slots__ = ("_at", "_count", "_name", "_zone")

    def __init__(self, limit: p.Limit, zone: Zone) -> None:
        assert limit.period is not None
        self._count = limit.count
        self._name = limit.period
        self._zone = zone
        self._at: list[int] = []

    def add(self, now: int) -> None:
        self._at.append(now)

    def room_at(self, now: int) -> int:
        at, count = self._at, self._count
        if len(at) < count:
            return now
        start, end = period(self._name, now, self._zone)
        return end if at[-count] >= start else now


def covers(limit: p.Limit, channel: str) -> bool:
    """Whether a limit counts messages of a channel; `onsite` only where it is named (semantics 8.4)."""
    return channel != "onsite" if limit.channel is None else limit.channel == channel


def period(name: str, now: int, zone: Zone) -> tuple[int, int]:
    """Give the calendar period that an instant lies in: its start, and the start of the next (semantics 1.8)."""
    if name == "hour":
        start = now - zone.wall(now) % HOUR
        change = zone.next_change(start)  # where the clock changes within an hour, that is two
        return change if change <= now else start, min(start + HOUR, zone.next_change(now))
    day = zone.day(now)
    if name == "day":
        first, next_first = day, day + 1
    elif name == "week":
        first = day - weekday(day)
        next_first = first + 7
    else:
        start_of = date.fromordinal(day).replace(day=1)
        first = (start_of.replace(month=1) if name == "year" else start_of).toordinal()
        next_first = add_months(first, 12 if name == "year" else 1)
    return zone.at(first), zone.at(next_first)


class QuietTimes:
    """When a shop is silent, for each channel (semantics 8.4)."""

    def __init__(self, shop: p.Shop) -> None:
        self._hours = {hours.channel: hours for hours in shop.quiet_hours}
        self._weekdays = shop.quiet_weekdays
        self._dates = shop.quiet_dates
        self.never = not (self._hours or self._weekdays or self._dates)

    def over(self, channel: str, now: int, zone: Zone) -> int:
        """Give the first instant from now on at which the clock reads a time that is not quiet."""
        if self.never or channel == "onsite":
            return now
        while (end := self._quiet_until(channel, now, zone)) > now:
            now = end
        return now

    def _quiet_until(self, channel: str, now: int, zone: Zone) -> int:
        """Give the instant at which the quiet time now is over, at the latest the next change of the clock."""
        day, time = zone.day(now), zone.time(now)
        left = 0
        if weekday(day) in self._weekdays or day in self._dates:
            left = DAY - time
        else:
            hours = self._hours.get(channel, self._hours.get(None))
            if hours is not None and _within(time, hours.start, hours.end):
                left = (hours.end - time) % DAY
        return min(now + left, zone.next_change(now)) if left else now


def _within(time: int, start: int, end: int) -> bool:
    return start <= time < end if start < end else time >= start or time < end
