"""Read time zones from the tzdata package, never from the machine, so that every machine has the same clock."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import resources

import tzdata

from cadenza.engine.clock import Zone
from cadenza.values import SECOND

VERSION: str = tzdata.IANA_VERSION

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
_STEP = timedelta(days=7)


def names() -> frozenset[str]:
    """Give the names of all zones."""
    text = resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8")
    return frozenset(text.split())


@cache
def zone(name: str) -> Zone | None:
    """Give the clock of a zone, or None where there is no such zone.

    Its changes are found by asking for the offset once a week from 1970 to 2100 and halving the weeks in which it differs;
    before and after, the nearest offset holds. No zone has gone forth and back within a week since 1970 (tested).
    """
    if name not in names():
        return None
    *folders, file = name.split("/")
    place = resources.files(".".join(["tzdata", "zoneinfo", *folders])).joinpath(file)
    with place.open("rb") as stream:
        found = zoneinfo.ZoneInfo.from_file(stream, key=name)
    changes: list[tuple[int, int]] = []
    before, offset = _FIRST, _offset(found, _FIRST)
    first = offset
    while before < _LAST:
        after = before + _STEP
        if (later := _offset(found, after)) != offset:
            changes.append((_change(found, before, after, offset), later))
            offset = later
        before = after
    return Zone(name, first, tuple(changes))


def _offset(found: zoneinfo.ZoneInfo, at: datetime) -> int:
    """Give the offset in microseconds."""
    offset = at.astimezone(found).utcoffset()
    assert offset is not None
    return (offset.days * 86400 + offset.seconds) * SECOND


def _change(found: zoneinfo.ZoneInfo, low: datetime, high: datetime, before: int) -> int:
    """Give the first instant, to the second, at which the offset is no longer `before`."""
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
        if _offset(found, middle) == before:
            low = middle
        else:
            high = middle
    return (high - _EPOCH) // timedelta(microseconds=1)
