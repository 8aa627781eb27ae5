"""Rules that no single part of the engine keeps, and that every rule of the core has a test."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.scenarios import Row, journal, said

CORE = (
    *(f"1.{rule}" for rule in range(1, 9)),
    *(f"2.{rule}" for rule in range(1, 6)),
    *("3.4", "4.2"),
    *(f"5.{rule}" for rule in range(1, 6)),
    *(f"6.{rule}" for rule in range(1, 9)),
    *(f"7.{rule}" for rule in range(1, 6)),
    *(f"8.{rule}" for rule in range(1, 8)),
    *("9.1", "9.2", "9.3", "10.1"),
)


def test_every_rule_of_the_core_has_a_test() -> None:
    texts = [path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py")]
    named = {f"{chapter}.{rule}" for text in texts for chapter, rule in re.findall(r'(?:id="|def test_)(\d+)[._](\d+)', text)}
    assert sorted(set(CORE) - named) == []


def told(text: str, rows: list[Row], *words: str, until: str = "2026-01-31") -> list[str]:
    lines = journal(text, rows, start="2026-01-01", until=until)
    return [
        " ".join([line["flow"] or "-", line["what"], *(line[key] for key in ("tag", "reason") if key in line)])
        for line in lines
        if line["what"] in words
    ]


def test_5_1_runs_leave_then_flows_are_entered_then_runs_wake() -> None:
    text = """
flow wakes
  on cart
  wait for order up to 5 days
    tag "woken"
flow leaves
  on cart
  leave on order
  wait 5 days
flow enters
  on order
  tag "in"
"""
    rows: list[Row] = [("cart", "2026-01-10", {}), ("order", "2026-01-11", {})]
    assert told(text, rows, "left", "entered", "tagged")[2:] == [
        "leaves left leave on",
        "enters entered",
        "wakes tagged woken",
        "enters tagged in",
    ]


def test_5_1_an_event_moves_only_what_depends_on_it() -> None:
    text = """
flow a
  on view
  while any(visit in the last 3 days)
  leave when now >= 24 hours after last(view)
  wait 2 days
"""
    rows: list[Row] = [("visit", "2026-01-09", {}), ("view", "2026-01-10", {}), ("visit", "2026-01-11", {})]
    lines = journal(text, rows, start="2026-01-01", until="2026-01-31")
    (left,) = [line for line in lines if line["what"] == "left"]
    assert (left["at"][:10], left["reason"], left["cause"]) == ("2026-01-11", "leave when", "anna#2")


def test_5_1_what_an_event_lets_in_is_settled_before_anybody_enters() -> None:
    text = """
flow inner
  on cart where inside outer
  tag "inner"
flow outer
  on cart
  priority 1
  leave on cart
  wait 3 days
"""
    rows: list[Row] = [("cart", "2026-01-10", {}), ("cart", "2026-01-11", {})]
    assert told(text, rows, "entered", "left") == ["outer entered", "outer left leave on", "outer entered"]


def test_5_4_of_messages_held_since_one_instant_that_of_the_lower_run_is_tried_first() -> None:
    text = """
shop "S"
  quiet hours 20:00 to 08:00
flow a
  on order or cart
  send email "a"
flow b
  on order
  send email "b"
"""
    rows: list[Row] = [("cart", "2026-01-09 12:00", {}), ("order", "2026-01-10 21:00", {})]
    lines = journal(text, rows, start="2026-01-01", until="2026-01-31")
    assert [(line["message"], line["run"]) for line in lines if line["what"] == "sent"] == [("a", 1), ("b", 1), ("a", 2)]


def test_5_5_a_held_message_is_tried_by_the_clock_and_begins_at_depth_0() -> None:
    text = """
shop "S"
  quiet hours 20:00 to 08:00
flow first
  on order
  tag "x"
  wait 1 year
flow echo
  on tagged or finished
  enter every time
  send email "m"
"""
    rows: list[Row] = [("order", "2026-01-10 21:00", {})]
    lines = journal(text, rows, start="2026-01-01", until="2026-01-31")
    in_the_morning = [line for line in lines if line["at"].startswith("2026-01-11")]
    assert [line["what"] for line in in_the_morning].count("sent") == 101
    assert in_the_morning[-1]["what"] == "stopped"


def test_5_3_a_fact_counts_before_the_next_step_of_the_same_run() -> None:
    text = """
flow a
  on order
  tag "x"
  if customer.tags contains "x"
    tag "seen"
  send email "m"
  if any(sent "m")
    tag "sent"
"""
    assert told(text, [("order", "2026-01-10", {})], "tagged") == ["a tagged x", "a tagged seen", "a tagged sent"]


def test_5_3_an_exit_by_an_effect_counts_before_the_next_step() -> None:
    text = 'flow a\n  on order\n  leave on tagged "x"\n  tag "x"\n  tag "never"\n'
    assert told(text, [("order", "2026-01-10", {})], "tagged", "left") == ["a tagged x", "a left leave on"]


def test_5_4_of_the_clock_exits_come_first_then_entries_then_waits() -> None:
    text = """
flow waits
  on order
  wait 2 days
  tag "waited"
flow enters
  when time since last(order) >= 2 days
  tag "entered"
flow leaves
  on order
  while time since last(order) < 2 days
  wait 5 days
"""
    assert told(text, [("order", "2026-01-10", {})], "left", "entered", "tagged")[2:] == [
        "leaves left while",
        "enters entered",
        "waits tagged waited",
        "enters tagged entered",
    ]


def test_5_4_what_falls_due_at_the_same_instant_is_another_turn() -> None:
    text = 'flow a\n  on order\n  wait 1 day\n  tag "x"\nflow b\n  on tagged "x"\n  tag "y"\n'
    text += 'flow c\n  when customer.tags contains "x"\n  tag "z"\n'
    assert told(text, [("order", "2026-01-10", {})], "tagged") == ["a tagged x", "b tagged y", "c tagged z"]


@pytest.mark.parametrize(
    ("rows", "tags"),
    [
        pytest.param(["cart", "order"], ["cart", "order"], id="4.1 as they come"),
        pytest.param(["order", "cart"], ["order", "cart"], id="4.1 and no other way"),
    ],
)
def test_events_of_one_instant_are_each_taken_in_to_their_end(rows: list[str], tags: list[str]) -> None:
    text = 'flow a\n  on order\n  tag "order"\nflow b\n  on cart\n  priority 5\n  tag "cart"\n'
    assert told(text, [(kind, "2026-01-10", {}) for kind in rows], "tagged") == [
        f"{'a' if tag == 'order' else 'b'} tagged {tag}" for tag in tags
    ]


def test_2_5_the_cart_that_a_condition_watches_is_emptied_by_an_order() -> None:
    text = 'flow a\n  on cart\n  wait until customer.cart.items is empty\n  tag "gone"\n'
    rows: list[Row] = [("cart", "2026-01-10", {"items": [{"sku": "a"}]}), ("order", "2026-01-11", {})]
    lines = journal(text, rows, start="2026-01-01", until="2026-01-31")
    assert said(lines, "tagged") == [("2026-01-11T00:00:00Z", "tagged", "gone")]


def test_a_replay_that_is_cut_short_is_the_beginning_of_a_longer_one() -> None:
    text = """
flow a
  on order
  enter every time
  wait until monday at 08:00
  send email "x"
flow b
  when count(order in the last 3 days) >= 2
  wait until not any(order in the last 2 days)
  tag "quiet"
"""
    rows: list[Row] = [("order", f"2026-01-{day}", {}) for day in ("05", "06", "12", "20", "22")]
    whole = journal(text, rows, start="2026-01-01", until="2026-01-31")
    for day in range(2, 31):
        until = f"2026-01-{day:02}"
        part = journal(text, rows, start="2026-01-01", until=until)
        assert part == [line for line in whole if line["at"] <= f"{until}T00:00:00Z"]
