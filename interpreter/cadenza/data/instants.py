"""Read the instants that people type on the command line."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from cadenza.data.errors import DataError
from cadenza.engine.clock import Zone

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def instant(text: str, zone: Zone, *, end: bool) -> int:
    """Give the instant of an ISO 8601 text; without an offset it is the zone's time, and a bare date is its start or its end."""
    try:
        found = date.fromisoformat(text) if len(text) <= 10 else datetime.fromisoformat(text)
    except ValueError:
        raise DataError(f"{text!r} is not an instant; write a date, 2026-11-27, or a date and a time, 2026-11-27T09:30") from None
    if not 1900 <= found.year <= 2199:
        raise DataError(f"{text} is not between the years 1900 and 2199")
    if not isinstance(found, datetime):
        day = found.toordinal()
        return zone.at(day + 1) - 1 if end else zone.at(day)
    if found.tzinfo is None:
        return zone.instant((found.replace(tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1))
    return (found - _EPOCH) // timedelta(microseconds=1)
