"""Answer what a calendar on the wall would: parts of an instant, yearly dates, and when a reading changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from cadenza.engine.clock import Zone, add_days, add_months, in_year, weekday
from cadenza.values import DAY, HOUR, Length

if TYPE_CHECKING:
    from cadenza.engine.customer import Customer


def day_end(now: int, zone: Zone) -> int:
    """Give the next instant at which the local date may be another one."""
    return min(now + DAY - zone.time(now), zone.next_change(now))


def time_changes(now: int, time: int, zone: Zone) -> int:
    """Give the next instant at which the reading of the clock may pass a time of day, or cease to be it.

    Counted on from the reading now, for a time that comes twice is passed twice.
    """
    ahead = time - zone.time(now)
    return min(day_end(now, zone), now + (ahead - 1) % DAY + 1, now + ahead % DAY + 1)


def moment_part(part: str, instant: int, customer: Customer, *, moving: bool = False) -> int:
    """Give a part of an instant by the customer's clock; of a `moving` one, lower `until` to when it may change."""
    zone = customer.zone
    if part == "time":
        return zone.time(instant)
    if part == "hour":
        if moving:
            next_hour = instant + HOUR - zone.wall(instant) % HOUR
            customer.until = min(customer.until, next_hour, zone.next_change(instant))
        return zone.time(instant) // HOUR
    if moving:
        customer.until = min(customer.until, day_end(instant, zone))
    day = zone.day(instant)
    if part == "date":
        return day
    if part == "weekday":
        return weekday(day)
    found: int = getattr(date.fromordinal(day), part)
    return found


def occurrence(yearly: tuple[int, int] | int, shifts: Sequence[tuple[int, Length]], which: str, today: int) -> int | None:
    """Give the day of a yearly date that is next from today on, or the last up to today (semantics 1.7).

    A full date, given as its ordinal day, comes back each year from its own year on.
    """
    first = date.fromordinal(yearly) if isinstance(yearly, int) else None
    month, day = (first.month, first.day) if first is not None else yearly  # type: ignore[misc]
    year = date.fromordinal(today).year
    begins = first.year if first else 1
    found = []
    # A shift may carry a day into another year, and each that is added by two at most more than its whole years.
    reach = 1 + sum(2 + length.months // 12 + length.days // 365 for _, length in shifts)
    for one in range(max(year - reach, begins), min(max(year, begins) + reach + 1, 9999)):
        shifted = in_year(one, month, day)
        for sign, length in shifts:
            shifted = add_days(add_months(shifted, sign * length.months), sign * length.days)
        found.append(shifted)
    if which == "next":
        return min((one for one in found if one >= today), default=None)
    return max((one for one in found if one <= today), default=None)
