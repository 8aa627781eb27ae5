"""The journal: words, details, order, ids, causes, and what a condition saw (semantics 10.1)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cadenza.check.vocabulary import REASONS
from cadenza.engine.journal import DETAILS, WORDS, kept, members
from tests.support.scenarios import Row, journal

FLOW = """
flow a
  on order where total >= 20 EUR
  for count(order) <= 2
  if trigger.total >= 50 EUR
    tag "big"
  send email "thanks"
    subject "È {trigger.total}, davvero"
  wait 1 day

flow b
  on tagged "big"
  send email "vip"

flow c
  when any(sent "vip")
  notify "team" "vip"
"""
ROWS: list[Row] = [
    ("order", "2026-01-10 09:00", {"id": "A1", "total": 6000}),
    ("order", "2026-01-10 10:00", {"id": "A2", "total": 6000}),
]


def lines(detail: str = "all") -> list[dict[str, Any]]:
    return journal(FLOW, ROWS, start="2026-01-01", until="2026-01-31", detail=detail)


def test_10_1_a_line_names_what_where_and_why() -> None:
    first, branched = lines()[0], lines()[1]
    assert list(first) == ["id", "at", "customer", "flow", "run", "step", "source", "what", "cause", "saw"]
    assert first == {
        "id": "anna#1",
        "at": "2026-01-10T09:00:00Z",
        "customer": "anna",
        "flow": "a",
        "run": 1,
        "step": None,
        "source": "test.flow:3",
        "what": "entered",
        "cause": "order A1",
        "saw": {"count(order)": 1},
    }
    assert (branched["step"], branched["source"], branched["saw"]) == ("1", "test.flow:5", {"trigger.total": "60.00 EUR"})


def test_10_1_the_cause_is_the_nearest_written_line_or_the_event() -> None:
    found = {(line["what"], line["flow"], line.get("message")): line for line in lines() if line["run"] == 1}
    tagged, entered = found["tagged", "a", None], found["entered", "b", None]
    vip, seen = found["sent", "b", "vip"], found["entered", "c", None]
    assert entered["cause"] == tagged["id"]
    assert vip["cause"] == entered["id"]
    assert seen["cause"] == vip["id"]
    assert found["finished", "a", None]["cause"] == found["waiting", "a", None]["id"]


def test_10_1_what_a_detail_leaves_out_is_passed_through() -> None:
    assert [(line["id"], line["message"], line["cause"]) for line in lines("messages")] == [
        ("anna#1", "thanks", "order A1"),
        ("anna#2", "vip", "order A1"),
    ]


@pytest.mark.parametrize("detail", DETAILS)
def test_a_detail_writes_its_words_and_no_others(detail: str) -> None:
    assert {line["what"] for line in lines(detail)} == {line["what"] for line in lines()} & kept(detail)


def test_more_detail_writes_all_that_less_does() -> None:
    least, middle, most = (kept(detail) for detail in DETAILS)
    assert least < middle < most == set(WORDS)


def test_10_1_the_clock_is_a_cause() -> None:
    found = journal('flow a\n  every day at 09:00\n  tag "x"\n', start="2026-01-01", until="2026-01-02")
    assert found[0]["cause"] == "clock"


def test_an_event_without_an_id_is_named_by_its_instant() -> None:
    found = journal(
        'flow a\n  on visit\n  tag "x"\n', [("visit", "2026-01-01 10:00", {})], start="2026-01-01", until="2026-01-02"
    )
    assert found[0]["cause"] == "visit at 2026-01-01T10:00:00Z"


def test_10_1_a_run_still_inside_at_the_end_has_no_last_line() -> None:
    found = journal("flow a\n  on visit\n  wait 9 days\n", [("visit", "2026-01-01", {})], start="2026-01-01", until="2026-01-05")
    assert [line["what"] for line in found] == ["entered", "waiting"]


def test_10_1_leaving_is_written_before_entering_and_entering_before_steps() -> None:
    text = 'flow a\n  on order\n  leave on order\n  tag "x"\n  wait 9 days\nflow b\n  on order\n  for no = yes\n  tag "y"\n'
    rows: list[Row] = [("order", "2026-01-10", {}), ("order", "2026-01-11", {})]
    found = journal(text, rows, start="2026-01-01", until="2026-01-12")
    assert [line["what"] for line in found if line["at"] >= "2026-01-11"] == [
        "left",
        "entered",
        "not_entered",
        "tagged",
        "waiting",
    ]


def test_every_reason_that_is_written_is_explained() -> None:
    text = 'shop "S"\n  quiet hours 22:00 to 06:00\nflow a\n  on order\n  leave on cart\n  send email "x"\n'
    rows: list[Row] = [("order", "2026-01-10 23:00", {}), ("order", "2026-01-10 23:01", {}), ("cart", "2026-01-10 23:02", {})]
    found = journal(text, rows, start="2026-01-01", until="2026-01-12")
    assert {line["reason"] for line in found if "reason" in line} <= set(REASONS)


def test_members_without_a_value_are_left_out_and_letters_stay_as_they_are() -> None:
    assert members({"a": 1, "b": None, "c": "è", "d": 'x"y'}) == ',"a":1,"c":"è","d":"x\\"y"'
    assert json.loads("{" + members({"a": [1, "è"]})[1:] + "}") == {"a": [1, "è"]}
