"""Instants, wall clocks and lengths of time in a zone (semantics 1.1 to 1.3)."""

from __future__ import annotations

import pytest

from cadenza.engine.clock import UTC, add_days, add_months, days_in, in_year, weekday
from cadenza.values import DAY, HOUR, MINUTE, Length
from tests.support.scenarios import instant, journal, said, zone

ORDER = [("order", "2026-01-10 09:00:00.123456", {})]


@pytest.mark.parametrize(
    ("name", "reading", "meant"),
    [
        pytest.param("Europe/Rome", "2026-03-29 02:30", "2026-03-29T01:30+00:00", id="1.2 skipped, moves on to 03:30"),
        pytest.param("Europe/Rome", "2026-03-29 02:00", "2026-03-29T01:00+00:00", id="1.2 the first skipped reading"),
        pytest.param("Europe/Rome", "2026-03-29 01:59", "2026-03-29T00:59+00:00", id="1.2 just before the gap"),
        pytest.param("Europe/Rome", "2026-03-29 03:00", "2026-03-29T01:00+00:00", id="1.2 just after the gap"),
        pytest.param("Europe/Rome", "2026-10-25 02:30", "2026-10-25T00:30+00:00", id="1.2 twice, the first"),
        pytest.param("Europe/Rome", "2026-10-25 02:00", "2026-10-25T00:00+00:00", id="1.2 twice from its start, the first"),
        pytest.param("Europe/Rome", "2026-10-25 03:00", "2026-10-25T02:00+00:00", id="1.2 after what comes twice"),
        pytest.param("Australia/Lord_Howe", "2026-10-04 02:10", "2026-10-03T15:40+00:00", id="1.2 a gap of half an hour"),
        pytest.param("Australia/Lord_Howe", "2026-04-05 01:45", "2026-04-04T14:45+00:00", id="1.2 half an hour twice"),
        pytest.param("Pacific/Apia", "2011-12-30 08:00", "2011-12-30T18:00+00:00", id="1.2 a day that was skipped"),
        pytest.param("America/Sao_Paulo", "2018-11-04 00:00", "2018-11-04T03:00+00:00", id="1.2 a midnight that was skipped"),
        pytest.param("America/St_Johns", "2010-11-06 23:30", "2010-11-07T02:00+00:00", id="1.2 twice across midnight"),
        pytest.param("Asia/Kathmandu", "2026-06-01 12:00", "2026-06-01T06:15+00:00", id="1.2 no change at all"),
    ],
)
def test_a_reading_of_the_clock_means_one_instant(name: str, reading: str, meant: str) -> None:
    assert instant(reading, zone(name)) == instant(meant, UTC)


@pytest.mark.parametrize(
    ("start", "length", "end"),
    [
        pytest.param("2026-03-28 20:00", Length(0, 1, 0), "2026-03-29 20:00", id="1.3 a day before summer time has 23 hours"),
        pytest.param("2026-03-28 20:00", Length(0, 0, 24 * HOUR), "2026-03-29 21:00", id="1.3 24 hours are not a day"),
        pytest.param("2026-10-24 20:00", Length(0, 1, 0), "2026-10-25 20:00", id="1.3 a day before winter time has 25 hours"),
        pytest.param("2026-10-24 20:00", Length(0, 0, 24 * HOUR), "2026-10-25 19:00", id="1.3 24 hours fall short of a day"),
        pytest.param("2026-03-28 02:30", Length(0, 1, 0), "2026-03-29 03:30", id="1.3 a day that ends in the gap"),
        pytest.param("2026-03-22 02:30", Length(0, 7, 0), "2026-03-29 03:30", id="1.3 a week that ends in the gap"),
        pytest.param("2026-01-31 10:00", Length(1, 0, 0), "2026-02-28 10:00", id="1.3 the last of a shorter month"),
        pytest.param("2024-01-31 10:00", Length(1, 0, 0), "2024-02-29 10:00", id="1.3 the last of February in a leap year"),
        pytest.param("2024-02-29 10:00", Length(12, 0, 0), "2025-02-28 10:00", id="1.3 a year after 29 February"),
        pytest.param("2026-01-31 10:00", Length(1, 1, 0), "2026-03-01 10:00", id="1.3 months first, then days"),
        pytest.param("2026-01-31 23:30", Length(1, 0, HOUR), "2026-03-01 00:30", id="1.3 elapsed time comes last"),
    ],
)
def test_a_length_is_added_by_the_calendar(start: str, length: Length, end: str) -> None:
    rome = zone("Europe/Rome")
    assert rome.add(instant(start, rome), length) == instant(end, rome)


@pytest.mark.parametrize(
    ("start", "length", "end"),
    [
        pytest.param("2026-03-31 10:00", Length(1, 0, 0), "2026-02-28 10:00", id="1.3 a month before the 31st"),
        pytest.param("2026-03-29 20:00", Length(0, 1, 0), "2026-03-28 20:00", id="1.3 a day back over the gap"),
        pytest.param("2026-03-29 20:00", Length(0, 0, 24 * HOUR), "2026-03-28 19:00", id="1.3 24 hours back over the gap"),
        pytest.param("2024-02-29 10:00", Length(12, 0, 0), "2023-02-28 10:00", id="1.3 a year before 29 February"),
    ],
)
def test_a_length_is_taken_off_likewise(start: str, length: Length, end: str) -> None:
    rome = zone("Europe/Rome")
    assert rome.add(instant(start, rome), length, -1) == instant(end, rome)


def test_many_instants_are_moved_as_each_one_is() -> None:
    rome = zone("Europe/Rome")
    first = instant("2026-01-01 12:00", rome)
    instants = [first + place * 7 * HOUR for place in range(1000)]
    for length in (Length(0, 3, 0), Length(1, 0, 0), Length(0, 0, 5 * MINUTE), Length(0, 40, HOUR)):
        assert rome.add_all(instants, length)[0] == [rome.add(one, length) for one in instants]


def test_the_clock_of_a_place_reads_what_its_instant_says() -> None:
    tokyo = zone("Asia/Tokyo")
    noon = instant("2026-01-10 12:00", tokyo)
    assert tokyo.time(noon) == 12 * HOUR
    assert noon == instant("2026-01-10T03:00+00:00", UTC)
    assert tokyo.next_change(noon) > noon + 365 * DAY


@pytest.mark.parametrize(
    ("year", "month", "days"), [(2026, 2, 28), (2024, 2, 29), (2000, 2, 29), (1900, 2, 28), (2026, 4, 30), (2026, 12, 31)]
)
def test_months_have_their_days(year: int, month: int, days: int) -> None:
    assert days_in(year, month) == days


def test_1_7_29_february_is_the_28th_in_common_years() -> None:
    assert in_year(2025, 2, 29) == in_year(2025, 2, 28)
    assert in_year(2028, 2, 29) == in_year(2028, 2, 28) + 1


def test_the_calendar_stops_where_dates_do() -> None:
    assert add_months(1, -1) == 1
    assert add_days(3, -10) == 1
    assert add_months(add_days(1, 10**9), 1) == add_days(1, 10**9)
    assert weekday(1) == 0


def test_1_1_instants_are_kept_to_the_microsecond() -> None:
    lines = journal("flow a\n  on order\n  wait 1 hour\n", ORDER, start="2026-01-01", until="2026-02-01")
    assert said(lines, "entered", "finished") == [
        ("2026-01-10T09:00:00.123456Z", "entered"),
        ("2026-01-10T10:00:00.123456Z", "finished"),
    ]
