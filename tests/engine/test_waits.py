"""Waiting: lengths, moments, conditions and events (semantics 7)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.support.scenarios import Row, journal, local, said

SUNDAY_NOON = "2026-01-11 12:00"


def gone_on(wait: str, at: str, *, clock: str = "UTC", customer: dict[str, Any] | None = None) -> str:
    """Give when a run that reached a wait at some time went on, by the customer's clock."""
    text = f'field customer.renewal: date\nfield customer.hour: time\nflow a\n  on order\n  {wait}\n  tag "on"\n'
    lines = journal(text, [("order", at, {})], start="2026-01-01", until="2028-12-31", clock=clock, customer=customer or {})
    return next(local(line, clock) for line in lines if line["what"] == "tagged")


@pytest.mark.parametrize(
    ("wait", "at", "clock", "on"),
    [
        pytest.param("wait 2 days", "2026-03-28 20:00", "Europe/Rome", "2026-03-30 20:00", id="7.1 days by the calendar"),
        pytest.param("wait 48 hours", "2026-03-28 20:00", "Europe/Rome", "2026-03-30 21:00", id="7.1 hours elapse"),
        pytest.param("wait 1 month", "2026-01-31 08:00", "UTC", "2026-02-28 08:00", id="7.1 the last of a shorter month"),
        pytest.param("wait until 08:00", "2026-03-28 20:00", "Europe/Rome", "2026-03-29 08:00", id="7.2 before summer time"),
        pytest.param("wait until 08:00", "2026-10-24 20:00", "Europe/Rome", "2026-10-25 08:00", id="7.2 before winter time"),
        pytest.param("wait until 02:30", "2026-03-28 20:00", "Europe/Rome", "2026-03-29 03:30", id="7.2 a time that is skipped"),
        pytest.param("wait until 08:00", "2026-01-11 08:00", "UTC", "2026-01-11 08:00", id="7.2 now is included"),
        pytest.param("wait until 08:00", "2026-01-11 08:01", "UTC", "2026-01-12 08:00", id="7.2 past, so tomorrow"),
        pytest.param("wait until monday at 08:00", SUNDAY_NOON, "Asia/Tokyo", "2026-01-12 08:00", id="7.2 the local weekday"),
        pytest.param("wait until monday at 08:00", "2026-01-12 08:00", "UTC", "2026-01-12 08:00", id="7.2 a weekday now"),
        pytest.param(
            "wait until monday at 08:00", "2026-01-12 08:01", "UTC", "2026-01-19 08:00", id="7.2 a week from a minute ago"
        ),
        pytest.param("wait until monday", "2026-01-12 15:00", "UTC", "2026-01-12 15:00", id="7.2 all of a monday is monday"),
        pytest.param("wait until monday", SUNDAY_NOON, "Asia/Tokyo", "2026-01-12 00:00", id="7.2 a day begins at midnight"),
        pytest.param("wait until 2026-01-20 10:00", SUNDAY_NOON, "Asia/Tokyo", "2026-01-20 10:00", id="7.2 a moment"),
        pytest.param("wait until 2026-01-20", SUNDAY_NOON, "Asia/Tokyo", "2026-01-20 00:00", id="7.2 a date begins at midnight"),
        pytest.param("wait until 2026-01-11", SUNDAY_NOON, "UTC", SUNDAY_NOON, id="7.2 a moment that is past"),
        pytest.param(
            "wait until 2 hours after trigger.at", SUNDAY_NOON, "UTC", "2026-01-11 14:00", id="7.2 counted from a moment"
        ),
    ],
)
def test_a_wait_goes_on_at(wait: str, at: str, clock: str, on: str) -> None:
    assert gone_on(wait, at, clock=clock) == on


@pytest.mark.parametrize(
    ("wait", "customer", "on"),
    [
        pytest.param("wait until customer.renewal at 09:00", {"renewal": "2026-02-01"}, "2026-02-01 09:00", id="7.2 a field"),
        pytest.param(
            "wait until 3 days before customer.renewal", {"renewal": "2026-02-01"}, "2026-01-29 00:00", id="7.2 before it"
        ),
        pytest.param("wait until customer.birthday", {"birthday": (2, 29)}, "2026-02-28 00:00", id="1.7 29 February"),
        pytest.param("wait until customer.birthday", {"birthday": (1, 11)}, SUNDAY_NOON, id="1.7 today is the next birthday"),
        pytest.param(
            "wait until customer.birthday at 09:00", {"birthday": (1, 11)}, "2027-01-11 09:00", id="7.2 today at 9 is past"
        ),
        pytest.param(
            "wait until 3 days before customer.birthday at 09:00",
            {"birthday": (1, 2)},
            "2026-12-30 09:00",
            id="1.7 over new year",
        ),
    ],
)
def test_a_wait_follows_a_field(wait: str, customer: dict[str, Any], on: str) -> None:
    if "renewal" in customer:
        customer = {"renewal": date.fromisoformat(customer["renewal"]).toordinal()}
    assert gone_on(wait, SUNDAY_NOON, customer=customer) == on


def test_7_2_a_wait_for_what_is_unknown_goes_on_at_once_and_says_so() -> None:
    text = 'flow a\n  on order\n  wait until customer.birthday at 09:00\n  tag "on"\n'
    lines = journal(text, [("order", SUNDAY_NOON, {})], start="2026-01-01", until="2026-02-01")
    assert said(lines, "waiting", "tagged") == [
        ("2026-01-11T12:00:00Z", "waiting", "unknown"),
        ("2026-01-11T12:00:00Z", "tagged", "on"),
    ]


def steps(text: str, rows: list[Row], **more: Any) -> list[tuple[str, ...]]:
    """Give branches, tags and ends of a replay of January 2026."""
    lines = journal(text, rows, start="2026-01-01", until="2026-01-31", **more)
    return [(when[8:16], *rest) for when, *rest in said(lines, "branched", "tagged", "finished", "left")]


WAIT_FOR = """
flow a
  on order
  wait for click "news" up to 2 days
    tag "clicked"
  else
    tag "silent"
"""


@pytest.mark.parametrize(
    ("click", "tag"),
    [
        pytest.param("2026-01-12 10:00", "clicked", id="1.4 an event at the very deadline is in time"),
        pytest.param("2026-01-12 10:00:00.000001", "silent", id="1.4 a microsecond later is late"),
        pytest.param("2026-01-10 10:00", "clicked", id="7.4 at the instant of the trigger, but after it"),
        pytest.param("2026-01-10 09:59", "silent", id="7.4 before the wait began"),
    ],
)
def test_a_wait_for_an_event(click: str, tag: str) -> None:
    rows: list[Row] = [("order", "2026-01-10 10:00", {}), ("click", click, {"message": "news"})]
    lines = steps(WAIT_FOR, sorted(rows, key=lambda row: row[1]))
    assert [line[2] for line in lines if line[1] == "tagged"] == [tag]


def test_7_4_an_event_before_the_trigger_at_its_instant_does_not_count() -> None:
    rows: list[Row] = [("click", "2026-01-10 10:00", {"message": "news"}), ("order", "2026-01-10 10:00", {})]
    assert ("12T10:00", "tagged", "silent") in steps(WAIT_FOR, rows)


def test_7_4_another_message_is_not_awaited() -> None:
    rows: list[Row] = [("order", "2026-01-10 10:00", {}), ("click", "2026-01-11 10:00", {"message": "other"})]
    assert ("12T10:00", "tagged", "silent") in steps(WAIT_FOR, rows)


def test_7_4_both_blocks_go_on_below() -> None:
    text = WAIT_FOR + '  tag "after"\n'
    rows: list[Row] = [("order", "2026-01-10 10:00", {}), ("click", "2026-01-11 10:00", {"message": "news"})]
    assert steps(text, rows) == [
        ("11T10:00", "branched", "then"),
        ("11T10:00", "tagged", "clicked"),
        ("11T10:00", "tagged", "after"),
        ("11T10:00", "finished"),
    ]
    assert steps(text, rows[:1])[1:] == [
        ("12T10:00", "tagged", "silent"),
        ("12T10:00", "tagged", "after"),
        ("12T10:00", "finished"),
    ]


def test_p1_an_order_at_the_instant_a_wait_ends_comes_first() -> None:
    text = 'flow a\n  on cart\n  leave on order\n  wait 1 hour\n  tag "late"\n'
    rows: list[Row] = [("cart", "2026-01-10 10:00", {}), ("order", "2026-01-10 11:00", {})]
    assert steps(text, rows) == [("10T11:00", "left", "leave on")]


CLICK_OF_THIS_FLOW = """
flow a
  on order
  enter every time
  send email "news"
  wait for click of this flow up to 2 days
    tag "clicked"
  else
    tag "silent"
flow b
  on cart
  send email "news"
"""


@pytest.mark.parametrize(
    ("rows", "tags"),
    [
        pytest.param([("order", "10"), ("click", "11")], ["clicked"], id="7.4 sent by this run"),
        pytest.param([("order", "10"), ("cart", "10T12"), ("click", "11")], ["silent"], id="7.4 sent last by another flow"),
        pytest.param([("order", "10"), ("order", "11"), ("click", "11T12")], ["silent", "clicked"], id="7.4 by another run"),
        pytest.param(
            [("order", "10"), ("click", "11"), ("cart", "11T12"), ("click", "11T13")], ["clicked"], id="7.4 the first one"
        ),
    ],
)
def test_a_click_of_this_flow_is_about_the_last_message_sent(rows: list[tuple[str, str]], tags: list[str]) -> None:
    full: list[Row] = [(kind, f"2026-01-{day}", {"message": "news"} if kind == "click" else {}) for kind, day in rows]
    lines = journal(CLICK_OF_THIS_FLOW, full, start="2026-01-01", until="2026-01-31")
    by_run = sorted((line["run"], line["tag"]) for line in lines if line["what"] == "tagged")
    assert [tag for _, tag in by_run] == tags


@pytest.mark.parametrize(
    ("condition", "rows", "expected"),
    [
        pytest.param("count(order) >= 1", ["10T10"], ("10T10:00", "then"), id="7.3 already true"),
        pytest.param("count(order) >= 2", ["10T10", "11T10"], ("11T10:00", "then"), id="7.3 true by an event"),
        pytest.param("count(order) >= 2", ["10T10", "13T10"], ("13T10:00", "then"), id="7.3 true by an event at the timeout"),
        pytest.param("count(order) >= 2", ["10T10", "13T10:00:00.000001"], ("13T10:00", "else"), id="7.3 too late"),
        pytest.param("time since last(order) >= 2 days", ["10T10"], ("12T10:00", "then"), id="7.3 true by time alone"),
        pytest.param("time since last(order) >= 3 days", ["10T10"], ("13T10:00", "then"), id="7.3 true by time at the timeout"),
        pytest.param("time since last(order) > 3 days", ["10T10"], ("13T10:00", "else"), id="1.6 more than is after it"),
        pytest.param("not any(order in the last 1 day)", ["10T10"], ("11T10:00", "then"), id="7.3 the window is left"),
        pytest.param("not any(order in the last 2 days)", ["10T10", "11T10"], ("13T10:00", "then"), id="7.3 the window moves on"),
        pytest.param("today >= 2026-01-12", ["10T10"], ("12T00:00", "then"), id="7.3 a date comes"),
        pytest.param("now >= 2026-01-12 08:30", ["10T10"], ("12T08:30", "then"), id="7.3 a moment comes"),
        pytest.param("now.time >= 09:00", ["10T10"], ("10T10:00", "then"), id="7.3 the clock reads enough"),
        pytest.param("now.weekday = monday", ["10T10"], ("12T00:00", "then"), id="7.3 a weekday comes"),
        pytest.param("now.hour = 3", ["10T10"], ("11T03:00", "then"), id="7.3 an hour comes"),
        pytest.param("now.day = 12", ["10T10"], ("12T00:00", "then"), id="7.3 a day of the month comes"),
        pytest.param('customer.country = "IT"', ["10T10"], ("13T10:00", "else"), id="P5 unknown does not hold"),
    ],
)
def test_a_wait_until_a_condition_holds(condition: str, rows: list[str], expected: tuple[str, str]) -> None:
    text = f'flow a\n  on order\n  enter once\n  wait until {condition} up to 3 days\n    tag "x"\n  else\n    tag "y"\n'
    lines = steps(text, [("order", f"2026-01-{day}", {}) for day in rows])
    assert [(line[0], line[2]) for line in lines if line[1] == "branched"] == [expected]


def test_7_3_a_wait_without_a_timeout_may_last_for_ever() -> None:
    text = 'flow a\n  on order\n  enter once\n  wait until count(order) >= 2\n  tag "x"\n'
    assert steps(text, [("order", "2026-01-10", {})]) == []


def test_7_2_a_time_later_than_the_timeout_is_given_up() -> None:
    text = 'flow a\n  on order\n  wait until monday at 09:00 up to 1 day\n    tag "monday"\n  else\n    tag "no"\n'
    assert ("11T10:00", "tagged", "no") in steps(text, [("order", "2026-01-10 10:00", {})])
    assert ("12T09:00", "tagged", "monday") in steps(text, [("order", "2026-01-11 10:00", {})])


def test_7_3_a_condition_about_an_effect_of_another_flow_wakes() -> None:
    text = """
flow waits
  on order
  wait until customer.tags contains "gold" and customer.points >= 10
  tag "seen"
flow acts
  on cart
  tag "gold"
  add 10 points to customer.points
"""
    assert ("11T00:00", "tagged", "seen") in steps(text, [("order", "2026-01-10", {}), ("cart", "2026-01-11", {})])


def test_5_3_an_effect_of_another_flow_is_an_event_to_wait_for() -> None:
    text = """
flow waits
  on order
  wait for tagged "gold" up to 5 days
    tag "then"
flow acts
  on cart
  tag "gold"
"""
    rows: list[Row] = [("order", "2026-01-10", {}), ("cart", "2026-01-11", {}), ("cart", "2026-01-12", {})]
    assert [line for line in steps(text, rows) if line[1] == "tagged"] == [
        ("11T00:00", "tagged", "gold"),
        ("11T00:00", "tagged", "then"),
        ("12T00:00", "tagged", "gold"),
    ]
