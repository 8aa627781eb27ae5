"""The table of each time zone says what the zone itself says."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, datetime, timedelta
from importlib import resources

import pytest

from cadenza.data import zone_names, zones
from cadenza.engine.clock import NEVER
from cadenza.values import SECOND

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SOME = [
    "Europe/Rome",
    "America/New_York",
    "Asia/Tokyo",
    "Africa/Casablanca",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Asia/Kathmandu",
]


def of_tzdata(name: str) -> zoneinfo.ZoneInfo:
    *folders, file = name.split("/")
    with resources.files(".".join(["tzdata", "zoneinfo", *folders])).joinpath(file).open("rb") as stream:
        return zoneinfo.ZoneInfo.from_file(stream, key=name)


def wrong(name: str, step: timedelta, last: int = 2100) -> list[datetime]:
    """Give the instants from 1970 to the last year, a step apart, at which the table and the zone differ."""
    table, zone = zones.zone(name), of_tzdata(name)
    assert table is not None
    found, at = [], datetime(1970, 1, 1, 0, 30, tzinfo=UTC)
    while at.year < last:
        instant = (at - EPOCH) // timedelta(microseconds=1)
        if table.wall(instant) - instant != (zone.utcoffset(at.astimezone(zone)) or timedelta()) // timedelta(seconds=1) * SECOND:
            found.append(at)
        at += step
    return found


@pytest.mark.parametrize("name", SOME)
def test_the_table_of_a_zone_is_right_every_few_hours(name: str) -> None:
    assert wrong(name, timedelta(hours=29)) == []


@pytest.mark.slow
def test_the_table_of_every_zone_is_right() -> None:
    assert {name: found for name in sorted(zone_names.names()) if (found := wrong(name, timedelta(days=3, hours=5), 2040))} == {}


@pytest.mark.parametrize("name", SOME)
def test_a_change_comes_at_its_second(name: str) -> None:
    table, zone = zones.zone(name), of_tzdata(name)
    assert table is not None
    at = 0
    while (at := table.next_change(at)) < NEVER:
        for instant in (at - SECOND, at):
            moment = EPOCH + timedelta(microseconds=instant)
            assert EPOCH + timedelta(microseconds=table.wall(instant)) == moment.astimezone(zone).replace(tzinfo=UTC)


def test_a_name_that_is_no_zone_has_no_table() -> None:
    assert zones.zone("Europe/Atlantis") is None
    assert zones.zone("../etc/passwd") is None


def test_both_lists_of_names_are_one() -> None:
    assert zones.names() == zone_names.names()
    assert "Europe/Rome" in zones.names()
