"""Entering and leaving flows: triggers, sequences, re-entry, groups (semantics 6)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.stories import story
from tests.support.scenarios import Row, journal

# -- Re-entry ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("enter", "expected"),
    [
        pytest.param(
            "enter again",
            [
                "10T09:00 a#1 entered",
                "11T09:00 a not_entered reentry",
                "12T09:00 a#1 finished",
                "12T10:00 a#2 entered",
                "14T10:00 a#2 finished",
            ],
            id="6.3 again",
        ),
        pytest.param(
            "enter again after 3 days",
            ["10T09:00 a#1 entered", "11T09:00 a not_entered reentry", "12T09:00 a#1 finished", "12T10:00 a not_entered reentry"],
            id="6.3 again after",
        ),
        pytest.param(
            "enter once",
            ["10T09:00 a#1 entered", "11T09:00 a not_entered reentry", "12T09:00 a#1 finished", "12T10:00 a not_entered reentry"],
            id="6.3 once",
        ),
        pytest.param(
            "enter again, starting over",
            [
                "10T09:00 a#1 entered",
                "11T09:00 a#1 left restart",
                "11T09:00 a#2 entered",
                "12T10:00 a#2 left restart",
                "12T10:00 a#3 entered",
                "14T10:00 a#3 finished",
            ],
            id="6.3 starting over",
        ),
        pytest.param(
            "enter every time",
            [
                "10T09:00 a#1 entered",
                "11T09:00 a#2 entered",
                "12T09:00 a#1 finished",
                "12T10:00 a#3 entered",
                "13T09:00 a#2 finished",
                "14T10:00 a#3 finished",
            ],
            id="6.3 every time",
        ),
    ],
)
def test_a_second_trigger(enter: str, expected: list[str]) -> None:
    text = f"flow a\n  on order\n  {enter}\n  wait 2 days\n"
    assert story(text, [("order", "10 09:00"), ("order", "11 09:00"), ("order", "12 10:00")]) == expected


def test_6_3_again_is_the_default() -> None:
    rows: list[Any] = [("order", "10"), ("order", "11"), ("order", "12")]
    assert story("flow a\n  on order\n  wait 2 days\n", rows) == story("flow a\n  on order\n  enter again\n  wait 2 days\n", rows)


@pytest.mark.parametrize(("second", "word"), [("13 09:00", "entered"), ("13 08:59", "not_entered")])
def test_6_3_at_the_instant_of_last_exit_and_d_a_customer_may_enter(second: str, word: str) -> None:
    text = 'flow a\n  on order\n  enter again after 3 days\n  tag "x"\n'
    assert word in story(text, [("order", "10 09:00"), ("order", second)])[-2 if word == "entered" else -1]


def test_6_3_an_event_that_ends_a_run_may_let_in_the_next() -> None:
    text = "flow a\n  on order\n  leave on order\n  wait 2 days\n"
    assert story(text, [("order", "10"), ("order", "11")]) == [
        "10T00:00 a#1 entered",
        "11T00:00 a#1 left leave on",
        "11T00:00 a#2 entered",
        "13T00:00 a#2 finished",
    ]


def test_6_3_the_old_run_goes_on_where_starting_over_is_refused() -> None:
    text = "flow a\n  on order\n  for count(order) = 1\n  enter again, starting over\n  wait 2 days\n"
    assert story(text, [("order", "10"), ("order", "11")]) == [
        "10T00:00 a#1 entered",
        "11T00:00 a not_entered audience",
        "12T00:00 a#1 finished",
    ]


# -- Refusals and exits -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        pytest.param("active from 2026-01-11 to 2026-01-20", "inactive", id="6.2 inactive"),
        pytest.param("for count(order) >= 2", "audience", id="6.2 audience"),
        pytest.param('for customer.country = "IT"', "audience", id="P5 an unknown audience"),
        pytest.param("while count(order) >= 2", "while", id="6.2 while"),
        pytest.param('while customer.country != "IT"', "while", id="P5 an unknown while"),
        pytest.param("leave when count(order) >= 1", "leave when", id="6.2 leave when, true at once"),
        pytest.param(
            "active from 2026-01-11 to 2026-01-20\n  for no = yes\n  while no = yes", "inactive", id="6.2 the first reason"
        ),
        pytest.param("for no = yes\n  while no = yes", "audience", id="6.2 audience before while"),
    ],
)
def test_a_trigger_is_refused(header: str, reason: str) -> None:
    assert story(f"flow a\n  on order\n  {header}\n  wait 1 day\n", [("order", "10")]) == [f"10T00:00 a not_entered {reason}"]


@pytest.mark.parametrize(
    ("day", "inside"), [("2026-01-09", False), ("2026-01-10", True), ("2026-01-12", True), ("2026-01-13", False)]
)
def test_6_2_a_flow_is_active_on_local_days_both_included(day: str, inside: bool) -> None:
    text = 'flow a\n  on order\n  active from 2026-01-10 to 2026-01-12\n  tag "x"\n'
    for hour in ("00:00", "23:59"):
        lines = journal(text, [("order", f"{day} {hour}", {})], start="2026-01-01", until="2026-02-01", clock="Asia/Tokyo")
        assert (lines[0]["what"] == "entered") is inside


@pytest.mark.parametrize(
    ("header", "rows", "left"),
    [
        pytest.param("leave on return", [("return", "11")], "11T00:00 a#1 left leave on", id="5.1d leave on"),
        pytest.param(
            "leave on order where total >= 20 EUR",
            [("order", "11", {"total": 1999}), ("order", "12", {"total": 2000})],
            "12T00:00 a#1 left leave on",
            id="5.1d leave on where",
        ),
        pytest.param(
            "leave on shipment where order_id = trigger.id",
            [("shipment", "11", {"order_id": "B"}), ("shipment", "12", {"order_id": "A"})],
            "12T00:00 a#1 left leave on",
            id="6.5 leave on by the trigger",
        ),
        pytest.param("leave when count(order) >= 2", [("order", "11")], "11T00:00 a#1 left leave when", id="5.1d leave when"),
        pytest.param("while count(order) < 2", [("order", "11")], "11T00:00 a#1 left while", id="5.1d while"),
        pytest.param("while time since last(order) < 3 days", [], "13T00:00 a#1 left while", id="5.4b while, by time alone"),
        pytest.param("leave when time since trigger > 3 days", [], "13T00:00 a#1 left leave when", id="5.4b leave when, by time"),
        pytest.param("leave when today >= 2026-01-12", [], "12T00:00 a#1 left leave when", id="5.4b leave when, by date"),
        pytest.param(
            "leave when customer.cart.total >= 10 EUR",
            [("cart", "11", {"total": 1000})],
            "11T00:00 a#1 left leave when",
            id="2.5 leave when, by the cart",
        ),
        pytest.param('leave on sent "x"', [("view", "11")], "11T00:00 a#1 left leave on", id="5.3 leave on an effect"),
        pytest.param(
            'leave when customer.tags contains "t"', [("view", "11")], "11T00:00 a#1 left leave when", id="5.3 by a tag"
        ),
        pytest.param('leave when customer.city = "Rome"', [("view", "11")], "11T00:00 a#1 left leave when", id="5.3 by a field"),
        pytest.param("leave when customer.score >= 5", [("view", "11")], "11T00:00 a#1 left leave when", id="5.3 by a score"),
        pytest.param(
            'leave when customer.subscriptions contains "n"', [("view", "11")], "11T00:00 a#1 left leave when", id="5.3 by a list"
        ),
        pytest.param("leave when inside b", [("view", "11")], "11T00:00 a#1 left leave when", id="5.3 by another flow's entry"),
        pytest.param('leave on entered "b"', [("view", "11")], "11T00:00 a#1 left leave on", id="5.3 by entered"),
        pytest.param('leave on finished "b"', [("view", "11")], "12T00:00 a#1 left leave on", id="5.3 by finished"),
    ],
)
def test_a_run_leaves(header: str, rows: list[Any], left: str) -> None:
    text = f"""
flow a
  on order
  enter once
  {header}
  wait 10 days
flow b
  on view
  tag "t"
  set customer.city = "Rome"
  add 5 points to customer.score
  subscribe "n"
  send email "x"
  wait 1 day
"""
    found = story(text, [("order", "10", {"id": "A", "total": 100}), *rows], "left")
    assert found == [left]


def test_6_5_leave_on_sees_only_what_comes_after_entry() -> None:
    text = "flow a\n  on order\n  leave on cart\n  wait 1 day\n"
    assert story(text, [("cart", "10"), ("order", "10")])[-1] == "11T00:00 a#1 finished"
    assert story(text, [("order", "10"), ("cart", "10")])[-1] == "10T00:00 a#1 left leave on"


def test_5_2_no_step_is_taken_while_leave_when_holds() -> None:
    text = """
flow a
  on order
  leave when customer.tags contains "gone"
  tag "gone"
  tag "never"
"""
    assert story(text, [("order", "10")], "tagged", "left") == ["10T00:00 a#1 tagged gone", "10T00:00 a#1 left leave when"]


# -- When -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "rows", "at"),
    [
        pytest.param("count(order) >= 2", ["10", "11"], ["11T00:00"], id="6.1 by an event"),
        pytest.param("time since last(order) >= 3 days", ["10", "11"], ["14T00:00"], id="6.1 by time alone"),
        pytest.param(
            "time since last(order) >= 3 days", ["10", "13", "14"], ["17T00:00"], id="P1 an order at that instant prevents it"
        ),
        pytest.param("time since last(order) >= 3 days", ["10", "20"], ["13T00:00", "23T00:00"], id="6.1 at each change"),
        pytest.param("not any(order in the last 3 days)", ["10"], ["13T00:00"], id="6.1 only the change, not at START"),
        pytest.param("count(order in the last 3 days) >= 2", ["10", "11", "12"], ["11T00:00"], id="6.1 still true is no change"),
        pytest.param("count(order in the last 3 days) = 1", ["10", "11"], ["10T00:00", "13T00:00"], id="1.5 the oldest leaves"),
        pytest.param("count(order) = 0 and today >= 2026-01-20", [], ["20T00:00"], id="6.1 a date alone"),
    ],
)
def test_when_a_condition_becomes_true(condition: str, rows: list[str], at: list[str]) -> None:
    found = story(f'flow a\n  when {condition}\n  tag "x"\n', [("order", day) for day in rows], "entered")
    assert found == [f"{one} a#{number} entered" for number, one in enumerate(at, 1)]


@pytest.mark.parametrize(
    ("words", "at"),
    [("", []), (", including those already", ["01T00:00 a#1 entered"]), (" including those already", ["01T00:00 a#1 entered"])],
)
def test_6_1_those_for_whom_it_is_already_true_enter_only_with_the_words(words: str, at: list[str]) -> None:
    text = f'flow a\n  when count(order) >= 1{words}\n  tag "x"\n'
    lines = journal(text, [("order", "2025-12-01", {}), ("order", "2026-01-05", {})], start="2026-01-01", until="2026-01-31")
    assert [f"{line['at'][8:16]} a#{line['run']} entered" for line in lines if line["what"] == "entered"] == at


def test_6_1_a_customer_who_begins_later_enters_by_what_is_true_then() -> None:
    text = 'flow a\n  when count(order) = 0\n  tag "none"\nflow b\n  when count(order) >= 1\n  tag "some"\n'
    assert story(text, [], "entered", begins="2026-01-05 10:00") == ["05T10:00 a#1 entered"]
    assert story(text, [("order", "05 10:00")], "entered", begins="2026-01-05 10:00") == ["05T10:00 b#1 entered"]


def test_6_1_a_change_that_was_missed_is_not_made_up_for() -> None:
    text = 'flow a\n  when count(order) >= 1\n  for count(view) >= 1\n  tag "x"\n'
    assert story(text, [("order", "10"), ("view", "11"), ("order", "12")]) == ["10T00:00 a not_entered audience"]


def test_3_4_before_start_events_are_only_facts() -> None:
    text = 'flow a\n  on order\n  tag "x"\nflow b\n  on cart then no order within 3 days\n  tag "y"\n'
    rows: list[Row] = [("order", "2025-12-31 23:59", {}), ("cart", "2025-12-31", {}), ("order", "2026-01-01", {})]
    lines = journal(text, rows, start="2026-01-01", until="2026-01-31")
    assert [(line["flow"], line["at"]) for line in lines if line["what"] == "entered"] == [("a", "2026-01-01T00:00:00Z")]


def test_3_4_until_is_included() -> None:
    text = 'flow a\n  on order\n  wait 1 day\n  tag "x"\n'
    assert story(text, [("order", "30 00:00")], "tagged") == ["31T00:00 a#1 tagged x"]
    assert story(text, [("order", "30 00:01")], "tagged") == []


# -- Sequences --------------------------------------------------------------------------------------------------------

NO_ORDER = "on cart then no order or empty_cart within 1 hour"


@pytest.mark.parametrize(
    ("trigger", "rows", "at"),
    [
        pytest.param(NO_ORDER, ["cart 10 09:00"], ["10T10:00"], id="6.4 at the end of D"),
        pytest.param(NO_ORDER, ["cart 10 09:00", "order 10 10:00"], [], id="1.4 an order at the very end is in time"),
        pytest.param(NO_ORDER, ["cart 10 09:00", "order 10 10:01"], ["10T10:00"], id="6.4 an order after the end"),
        pytest.param(NO_ORDER, ["cart 10 09:00", "empty_cart 10 09:30"], [], id="6.4 any of several"),
        pytest.param(NO_ORDER, ["cart 10 09:00", "cart 10 09:30"], ["10T10:30"], id="6.4 a repeated first event starts over"),
        pytest.param(
            NO_ORDER, ["order 10 09:00", "cart 10 09:00"], ["10T10:00"], id="6.4 an order before the cart, at its instant"
        ),
        pytest.param("on cart then order within 1 day", ["cart 10", "order 11"], ["11T00:00"], id="1.4 within is inclusive"),
        pytest.param("on cart then order within 1 day", ["cart 10", "order 11 00:01"], [], id="6.4 too late"),
        pytest.param(
            "on cart then order within 1 day", ["cart 10", "cart 11", "order 12"], ["12T00:00"], id="6.4 from the last cart"
        ),
        pytest.param(
            "on cart then order within 1 day then return within 2 days",
            ["cart 10", "order 11", "return 13"],
            ["13T00:00"],
            id="6.4 each D runs from the one before",
        ),
        pytest.param(
            "on cart then no order within 1 day then order within 1 day",
            ["cart 10", "order 12"],
            ["12T00:00"],
            id="6.4 after a `no`, from its deadline",
        ),
        pytest.param(
            "on cart then no order within 1 day then no view within 1 day",
            ["cart 10"],
            ["12T00:00"],
            id="6.4 two `no`",
        ),
        pytest.param(
            "on view then view within 1 day",
            ["view 10", "view 10 12:00", "view 11"],
            ["10T12:00"],
            id="6.4 an event that is used up starts nothing",
        ),
        pytest.param(
            "on cart then no cart within 1 hour",
            ["cart 10 09:00", "cart 10 09:30"],
            ["10T10:30"],
            id="6.4 what ends a sequence may start it over",
        ),
    ],
)
def test_a_sequence(trigger: str, rows: list[str], at: list[str]) -> None:
    found = story(f'flow a\n  {trigger}\n  tag "x"\n', [tuple(row.split(" ", 1)) for row in rows], "entered")  # type: ignore[misc]
    assert [line.split()[0] for line in found] == at


def test_6_4_with_enter_every_time_each_first_event_has_its_own() -> None:
    text = f"flow a\n  {NO_ORDER}\n  enter every time\n  wait 1 day\n"
    assert story(text, [("cart", "10 09:00"), ("cart", "10 09:30")], "entered") == [
        "10T10:00 a#1 entered",
        "10T10:30 a#2 entered",
    ]


def test_6_5_the_trigger_of_a_sequence_is_its_first_event() -> None:
    text = """
flow a
  on cart then order where total >= trigger.total within 1 day
  send email "x"
    subject "{trigger.total}"
"""
    rows: list[Row] = [
        ("cart", "2026-01-10", {"total": 5000}),
        ("order", "2026-01-10 01:00", {"total": 4900}),
        ("order", "2026-01-10 02:00", {"total": 5000}),
    ]
    lines = journal(text, rows, start="2026-01-01", until="2026-01-31")
    assert [(line["at"], line["subject"]) for line in lines if line["what"] == "sent"] == [("2026-01-10T02:00:00Z", "50.00 EUR")]
