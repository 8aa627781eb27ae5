"""Several flows at once: flow order, groups, starting and stopping each other (semantics 5.1, 6.2, 6.7, 6.8)."""

from __future__ import annotations

import pytest

from tests.engine.stories import IN_OUT, story


def test_6_2_one_event_lets_in_one_run_of_a_flow() -> None:
    text = 'flow a\n  on order\n  on order where total >= 1 EUR\n  when count(order) >= 1\n  enter every time\n  tag "x"\n'
    assert story(text, [("order", "10", {"total": 500})], "entered", "not_entered") == ["10T00:00 a#1 entered"]


def test_5_1_flow_order_is_priority_then_declaration() -> None:
    text = 'flow a\n  on order\n  tag "a"\nflow b\n  on order\n  priority 5\n  tag "b"\nflow c\n  on order\n  tag "c"\n'
    assert story(text, [("order", "10")], "tagged") == [f"10T00:00 {one}#1 tagged {one}" for one in "bac"]


def test_p2_an_event_lets_everybody_in_before_anybody_steps() -> None:
    text = 'flow a\n  on order\n  tag "a"\nflow b\n  on order\n  tag "b"\n'
    assert [line.split()[2] for line in story(text, [("order", "10")], "entered", "tagged")] == ["entered"] * 2 + ["tagged"] * 2


GROUP = """
flow low
  on cart
  group g
  {low}
  wait 5 days
flow high
  on order
  group g
  {high}
  wait 2 days
"""


@pytest.mark.parametrize(
    ("low", "high", "rows", "expected"),
    [
        pytest.param(
            "",
            "",
            ["cart 10", "order 11"],
            ["10T00:00 low#1 entered", "11T00:00 low#1 left takeover", "11T00:00 high#1 entered", "13T00:00 high#1 finished"],
            id="6.7 the one declared later takes over",
        ),
        pytest.param(
            "",
            "",
            ["order 10", "cart 11"],
            ["10T00:00 high#1 entered", "11T00:00 low not_entered group", "12T00:00 high#1 finished"],
            id="6.7 the one declared earlier is refused",
        ),
        pytest.param(
            "priority 3",
            "",
            ["cart 10", "order 11"],
            ["10T00:00 low#1 entered", "11T00:00 high not_entered group", "15T00:00 low#1 finished"],
            id="6.7 a higher priority keeps its place",
        ),
        pytest.param(
            "priority 3",
            "",
            ["order 10", "cart 11"],
            ["10T00:00 high#1 entered", "11T00:00 high#1 left takeover", "11T00:00 low#1 entered", "16T00:00 low#1 finished"],
            id="6.7 a higher priority takes over",
        ),
    ],
)
def test_a_customer_is_inside_one_flow_of_a_group(low: str, high: str, rows: list[str], expected: list[str]) -> None:
    text = GROUP.format(low=low, high=high).replace("  \n", "")
    assert story(text, [tuple(row.split(" ")) for row in rows]) == expected  # type: ignore[misc]


def test_6_7_of_one_event_the_strongest_of_a_group_enters_first() -> None:
    text = "flow low\n  on order\n  group g\n  wait 1 day\nflow high\n  on order\n  group g\n  wait 1 day\n"
    assert story(text, [("order", "10")], "entered", "not_entered", "left") == [
        "10T00:00 high#1 entered",
        "10T00:00 low not_entered group",
    ]


def test_6_7_a_takeover_drops_the_held_message_and_counts_as_an_exit() -> None:
    text = """
shop "S"
  quiet hours 22:00 to 06:00
flow low
  on cart
  group g
  enter again after 2 days
  send email "x"
flow high
  on order
  group g
  tag "h"
"""
    rows = [("cart", "10 23:00"), ("order", "10 23:30"), ("cart", "12 12:00"), ("cart", "13 00:00")]
    assert story(text, rows, "held", "dropped", *IN_OUT) == [
        "10T23:00 low#1 entered",
        "10T23:00 low#1 held quiet hours x",
        "10T23:30 low#1 dropped left x",
        "10T23:30 low#1 left takeover",
        "10T23:30 high#1 entered",
        "10T23:30 high#1 finished",
        "12T12:00 low not_entered reentry",
        "13T00:00 low#2 entered",
        "13T00:00 low#2 held quiet hours x",
        "13T06:00 low#2 finished",
    ]


def test_6_8_start_is_a_trigger_like_any_other() -> None:
    text = """
flow a
  on order
  start b
  start c
  tag "a"
flow b
  on cart
  tag "b"
flow c
  on cart
  for count(order) >= 2
  tag "c"
"""
    assert story(text, [("order", "10", {"total": 100})], "tagged", *IN_OUT) == [
        "10T00:00 a#1 entered",
        "10T00:00 b#1 entered",
        "10T00:00 c not_entered audience",
        "10T00:00 a#1 tagged a",
        "10T00:00 a#1 finished",
        "10T00:00 b#1 tagged b",
        "10T00:00 b#1 finished",
    ]


def test_6_8_stop_ends_this_run_and_stop_f_all_of_f() -> None:
    text = """
flow a
  on order
  enter every time
  wait 5 days
flow b
  on cart
  stop a
  stop
  tag "never"
"""
    assert story(text, [("order", "10"), ("order", "11"), ("cart", "12")], "left", "tagged") == [
        "12T00:00 a#1 left stop",
        "12T00:00 a#2 left stop",
        "12T00:00 b#1 left stop",
    ]


def test_6_5_without_an_event_only_the_instant_of_the_trigger_is_known() -> None:
    text = """
flow a
  when count(order) >= 1
  wait until 2 days after trigger.at
  tag "x"
"""
    assert story(text, [("order", "10")], "tagged") == ["12T00:00 a#1 tagged x"]
