"""Promises: what must hold on every timeline, whatever flows do (semantics 10.2)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.scenarios import codes, journal

FLOWS = """
flow thanks
  on order
  enter every time
  send email "thanks"

flow ask
  on signup
  enter every time
  send sms "ask"
"""


def broken(promise: str, *rows: tuple[str, str], flows: str = FLOWS) -> list[tuple[str, list[str]]]:
    """Give when a promise was broken in January 2026, and by which messages."""
    full: list[tuple[str, str, dict[str, Any]]] = [(kind, f"2026-01-{when}", {}) for kind, when in rows]
    lines = journal(f"{flows}\n{promise}\n", full, start="2026-01-01", until="2026-02-01")
    return [(line["at"][8:16], line["messages"]) for line in lines if line["what"] == "broken"]


@pytest.mark.parametrize(
    ("promise", "rows", "expected"),
    [
        ("always at most 1 message per day", [("order", "03 09:00"), ("order", "03 23:00"), ("order", "04 00:00")], ["03T23:00"]),
        (
            "always at most 2 messages per 7 days",
            [("order", "03 09:00"), ("signup", "05 09:00"), ("order", "10 08:59")],
            ["10T08:59"],
        ),
        ("always at most 2 messages per 7 days", [("order", "03 09:00"), ("signup", "05 09:00"), ("order", "10 09:00")], []),
        ("always at most 1 sms per 7 days", [("order", "03 09:00"), ("signup", "05 09:00"), ("order", "06 09:00")], []),
        ('never email "thanks" within 2 days after signup', [("signup", "03 09:00"), ("order", "05 08:59")], ["05T08:59"]),
        ('never email "thanks" within 2 days after signup', [("signup", "03 09:00"), ("order", "05 09:00")], []),
        ('never sms "thanks" within 2 days after signup', [("signup", "03 09:00"), ("order", "04 09:00")], []),
        (
            'never email within 2 days before (signup where source = "x") or checkout',
            [("order", "03 09:00"), ("checkout", "04 09:00")],
            ["04T09:00"],
        ),
        ("never email within 2 days before signup", [("order", "03 09:00"), ("signup", "05 09:00")], []),
        ("never the same message twice within 3 days", [("order", "03 09:00"), ("order", "05 09:00")], ["05T09:00"]),
        (
            "never the same message twice within 3 days",
            [("order", "03 09:00"), ("signup", "05 09:00"), ("order", "06 09:00")],
            [],
        ),
    ],
)
def test_10_2_a_promise_is_held_against_what_was_sent(promise: str, rows: list[tuple[str, str]], expected: list[str]) -> None:
    assert [when for when, _ in broken(promise, *rows)] == expected


def test_10_2_an_event_that_fits_twice_breaks_a_promise_once() -> None:
    rows = [("order", "03 09:00"), ("signup", "04 09:00")]
    assert broken("never email within 2 days before signup or signup", *rows) == [("04T09:00", ["thanks"])]


def test_10_2_the_journal_names_the_messages() -> None:
    rows = [("order", "03 09:00"), ("signup", "03 10:00"), ("order", "03 11:00")]
    assert broken("always at most 2 messages per day", *rows) == [("03T11:00", ["thanks", "ask", "thanks"])]


def test_10_2_transactional_messages_stand_apart() -> None:
    flows = FLOWS.replace('send email "thanks"', 'send email "thanks"\n    transactional')
    assert broken("always at most 1 message per day", ("order", "03 09:00"), ("order", "03 10:00"), flows=flows) == []


def test_10_2_two_flows_of_a_group_are_never_inside_together() -> None:
    flows = """
flow first
  on order
  group cycle
  wait 5 days
  tag "x"

flow second
  on signup
  group cycle
  wait 5 days
  tag "y"
"""
    rows = [("order", "03 09:00"), ("signup", "03 10:00"), ("order", "03 11:00")]
    assert broken("never inside two of group cycle", *rows, flows=flows) == []


@pytest.mark.parametrize(
    ("promise", "code"),
    [
        ("always at most 3 mesages per day", "F0603"),
        ("never letter within 3 days after order", "F0603"),
        ("never email within 3 days after ordr", "F0302"),
        ("never inside two of group cycl", "F0301"),
        ("never the same letter twice within 1 year", "F0603"),
        ("always at most 0 messages per day", "F0517"),
    ],
)
def test_what_is_wrong_with_a_promise_is_found(promise: str, code: str) -> None:
    assert codes(f"{FLOWS}\n{promise}\n") == [code]
