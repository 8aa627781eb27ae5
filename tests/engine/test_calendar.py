"""Calendar triggers, yearly dates, and when a reading of the clock changes (semantics 1.6, 1.7, 6.6)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from cadenza.engine.calendar import day_end, occurrence, time_changes
from cadenza.values import HOUR, MINUTE, Length
from tests.support.scenarios import Row, instant, journal, local, zone

FIELDS = "field customer.renewal: date\nfield customer.hour: time\n"


def entries(trigger: str, start: str, until: str, *, clock: str = "UTC", rows: list[Row] | None = None, **more: Any) -> list[str]:
    """Give when a trigger let a customer in, by the customer's clock."""
    text = f'{FIELDS}flow a\n  {trigger}\n  tag "in"\n'
    lines = journal(text, rows or [], start=start, until=until, clock=clock, **more)
    return [local(line, clock) for line in lines if line["what"] == "entered"]


@pytest.mark.parametrize(
    ("trigger", "start", "until", "clock", "at"),
    [
        pytest.param(
            "every day at 02:30",
            "2026-03-28",
            "2026-03-30 23:00",
            "Europe/Rome",
            ["2026-03-28 02:30", "2026-03-29 03:30", "2026-03-30 02:30"],
            id="6.6 a skipped time moves on",
        ),
        pytest.param(
            "every day at 02:30",
            "2026-10-24 12:00",
            "2026-10-26 12:00",
            "Europe/Rome",
            ["2026-10-25 02:30", "2026-10-26 02:30"],
            id="6.6 a time that comes twice fires once",
        ),
        pytest.param(
            "every day",
            "2018-11-03",
            "2018-11-04 12:00",
            "America/Sao_Paulo",
            ["2018-11-03 00:00", "2018-11-04 01:00"],
            id="6.6 a midnight that is skipped",
        ),
        pytest.param(
            "every monday at 08:00",
            "2026-01-11 12:00",
            "2026-01-20",
            "Asia/Tokyo",
            ["2026-01-12 08:00", "2026-01-19 08:00"],
            id="6.6 the weekday is local",
        ),
        pytest.param(
            "every monday, thursday at 09:00",
            "2026-01-12 09:00",
            "2026-01-15 09:00",
            "UTC",
            ["2026-01-12 09:00", "2026-01-15 09:00"],
            id="6.6 START and UNTIL are included",
        ),
        pytest.param(
            "every month on day 31 at 10:00",
            "2026-01-01",
            "2026-05-01",
            "UTC",
            ["2026-01-31 10:00", "2026-02-28 10:00", "2026-03-31 10:00", "2026-04-30 10:00"],
            id="1.7 day 31",
        ),
        pytest.param(
            "every year on 29 february",
            "2026-01-01",
            "2028-12-31",
            "UTC",
            ["2026-02-28 00:00", "2027-02-28 00:00", "2028-02-29 00:00"],
            id="1.7 a year's 29 February",
        ),
        pytest.param(
            "every year on 25 december at 09:00", "2026-12-25 09:01", "2027-12-24", "UTC", [], id="6.6 not before START"
        ),
        pytest.param(
            "at 2026-11-27 08:00", "2026-11-27 08:00", "2026-11-30", "Asia/Tokyo", ["2026-11-27 08:00"], id="6.6 a moment"
        ),
        pytest.param("at 2026-11-27 08:00", "2026-11-27 08:01", "2026-11-30", "UTC", [], id="6.6 a moment that is past"),
        pytest.param("every year on customer.birthday at 09:00", "2026-01-01", "2028-01-01", "UTC", [], id="6.6 a missing field"),
        pytest.param("every day at customer.hour", "2026-01-01", "2026-01-05", "UTC", [], id="6.6 a missing time"),
    ],
)
def test_a_calendar_lets_in_at(trigger: str, start: str, until: str, clock: str, at: list[str]) -> None:
    assert entries(trigger, start, until, clock=clock) == at


@pytest.mark.parametrize(
    ("birthday", "trigger", "until", "at"),
    [
        pytest.param(
            (2, 29),
            "every year on customer.birthday at 09:00",
            "2028-12-31",
            ["2026-02-28 09:00", "2027-02-28 09:00", "2028-02-29 09:00"],
            id="1.7 29 February",
        ),
        pytest.param(
            (1, 2),
            "every year on 7 days before customer.birthday",
            "2027-12-31",
            ["2026-12-26 00:00", "2027-12-26 00:00"],
            id="1.7 before it, over new year",
        ),
        pytest.param(
            (2, 29),
            "every year on 1 day after customer.birthday",
            "2028-12-31",
            ["2026-03-01 00:00", "2027-03-01 00:00", "2028-03-01 00:00"],
            id="1.7 the day after 29 February",
        ),
        pytest.param(
            (1, 1),
            "every year on customer.birthday",
            "2027-06-01",
            ["2026-01-01 00:00", "2027-01-01 00:00"],
            id="6.6 at START itself",
        ),
        pytest.param(
            (2, 10),
            "3 days before customer.birthday at 08:00",
            "2027-06-01",
            ["2026-02-07 08:00", "2027-02-07 08:00"],
            id="1.7 days from a yearly date come each year",
        ),
    ],
)
def test_a_birthday_lets_in_at(birthday: tuple[int, int], trigger: str, until: str, at: list[str]) -> None:
    assert entries(trigger, "2026-01-01", until, customer={"birthday": birthday}) == at


def test_6_6_days_from_a_date_come_once() -> None:
    renewal = {"renewal": date(2026, 3, 1).toordinal()}
    assert entries("7 days before customer.renewal at 10:00", "2026-01-01", "2028-01-01", customer=renewal) == [
        "2026-02-22 10:00"
    ]


def test_6_6_every_year_on_a_full_date_begins_with_its_own_year() -> None:
    renewal = {"renewal": date(2027, 3, 1).toordinal()}
    at = entries("every year on customer.renewal at 10:00", "2026-01-01", "2029-01-01", customer=renewal)
    assert at == ["2027-03-01 10:00", "2028-03-01 10:00"]


def test_6_6_a_field_that_changes_moves_the_trigger() -> None:
    text = """
field customer.renewal: date
flow renew
  on order
  set customer.renewal = 2026-02-10
flow remind
  3 days before customer.renewal at 10:00
  tag "reminded"
"""
    first = {"renewal": date(2026, 2, 1).toordinal()}
    lines = journal(text, [("order", "2026-01-20", {})], start="2026-01-01", until="2026-03-01", customer=first)
    assert [line["at"] for line in lines if line["what"] == "tagged"] == ["2026-02-07T10:00:00Z"]


@pytest.mark.parametrize(("changed", "fires"), [("09:59", True), ("10:00", False)])
def test_6_6_an_instant_not_later_than_the_change_does_not_fire(changed: str, fires: bool) -> None:
    text = """
field customer.renewal: date
flow renew
  on order
  set customer.renewal = 2026-02-10
flow remind
  0 days after customer.renewal at 10:00
  tag "reminded"
"""
    lines = journal(text, [("order", f"2026-02-10 {changed}", {})], start="2026-01-01", until="2026-03-01")
    assert any(line["what"] == "tagged" for line in lines) is fires


def test_6_6_a_customer_who_begins_later_has_no_earlier_instants() -> None:
    assert entries("every day at 09:00", "2026-01-01", "2026-01-03 12:00", begins="2026-01-02 09:00") == [
        "2026-01-02 09:00",
        "2026-01-03 09:00",
    ]


@pytest.mark.parametrize(
    ("now", "time", "changes"),
    [
        pytest.param("2026-10-25T00:00+00:00", 150 * MINUTE, "2026-10-25T00:30+00:00", id="the first 02:30"),
        pytest.param("2026-10-25T01:00+00:00", 150 * MINUTE, "2026-10-25T01:30+00:00", id="the second 02:30"),
        pytest.param("2026-10-25T00:40+00:00", 150 * MINUTE, "2026-10-25T01:00+00:00", id="the clock goes back"),
        pytest.param("2026-10-25T12:00+00:00", 9 * HOUR, "2026-10-25T23:00+00:00", id="midnight"),
    ],
)
def test_a_reading_is_looked_at_again_whenever_the_clock_passes_it(now: str, time: int, changes: str) -> None:
    rome = zone("Europe/Rome")
    assert time_changes(instant(now, rome), time, rome) == instant(changes, rome)


def test_a_day_that_comes_back_ends_twice() -> None:
    st_johns = zone("America/St_Johns")
    back = instant("2010-11-07T02:31+00:00", st_johns)
    assert local({"at": "2010-11-07T02:31:00+00:00"}, "America/St_Johns") == "2010-11-06 23:01"
    assert day_end(back, st_johns) == instant("2010-11-07T03:30+00:00", st_johns)


@pytest.mark.parametrize(
    ("yearly", "shifts", "which", "today", "found"),
    [
        ((2, 29), (), "next", date(2026, 2, 28), date(2026, 2, 28)),
        ((2, 29), (), "next", date(2026, 3, 1), date(2027, 2, 28)),
        ((2, 29), (), "last", date(2028, 2, 28), date(2027, 2, 28)),
        ((1, 2), ((-1, Length(0, 3, 0)),), "next", date(2026, 12, 30), date(2026, 12, 30)),
        ((1, 2), ((-1, Length(0, 3, 0)),), "next", date(2026, 12, 31), date(2027, 12, 30)),
        ((12, 30), ((1, Length(0, 7, 0)),), "last", date(2026, 1, 6), date(2026, 1, 6)),
        (date(2026, 5, 1).toordinal(), (), "next", date(2020, 1, 1), date(2026, 5, 1)),
        (date(2026, 5, 1).toordinal(), (), "last", date(2026, 4, 30), None),
    ],
)
def test_1_7_a_yearly_date_means_its_next_or_its_last_day(
    yearly: tuple[int, int] | int, shifts: tuple[tuple[int, Length], ...], which: str, today: date, found: date | None
) -> None:
    day = occurrence(yearly, shifts, which, today.toordinal())
    assert (None if day is None else date.fromordinal(day)) == found
