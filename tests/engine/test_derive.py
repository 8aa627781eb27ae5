"""What is answered beforehand, and what cannot be: conditions on events and their lines."""

from __future__ import annotations

import pytest

from tests.support.scenarios import journal, said


@pytest.mark.parametrize(
    ("where", "tagged"),
    [
        ("time until 2026-03-30 >= 5 days", True),
        ("time until 2026-01-12 >= 5 days", False),
        ("released < 2026-01-10 12:00", True),
        ("time since released >= 1 year", True),
    ],
)
def test_a_condition_on_lines_may_ask_the_clock(where: str, *, tagged: bool) -> None:
    text = f'flow a\n  on order where any(items where {where})\n  tag "x"\n'
    items = [{"sku": "s1", "quantity": 1, "released": 738_000}]
    lines = journal(text, [("order", "2026-01-10 09:00", {"id": "A", "items": items})], start="2026-01-01", until="2026-02-01")
    assert bool(said(lines, "tagged")) is tagged


def test_an_input_event_is_judged_by_the_time_at_which_it_comes() -> None:
    text = 'flow a\n  on order where time until 2026-01-12 >= 5 days\n  enter every time\n  tag "x"\n'
    rows = [("order", "2026-01-05 09:00", {"id": "A"}), ("order", "2026-01-08 09:00", {"id": "B"})]
    lines = journal(text, rows, start="2026-01-01", until="2026-02-01")
    assert [line["cause"] for line in lines if line["what"] == "entered"] == ["order A"]


def test_a_question_about_lines_is_unknown_of_events_without_lines() -> None:
    text = 'event touch = order or view\n\nflow a\n  on touch where items.sku contains "s2"\n  enter every time\n  tag "x"\n'
    items = [{"sku": "s2", "quantity": 1}]
    rows = [("view", "2026-01-05 09:00", {"sku": "s2"}), ("order", "2026-01-08 09:00", {"id": "A", "items": items})]
    lines = journal(text, rows, start="2026-01-01", until="2026-02-01")
    assert [line["cause"] for line in lines if line["what"] == "entered"] == ["order A"]
