"""Columns of events, and the arithmetic over values already picked (semantics 1.5, 2.3)."""

from __future__ import annotations

from fractions import Fraction

import pytest

from cadenza.engine.streams import append_leaving, average, known, leaving, median_gap, most_frequent
from cadenza.values import DAY, Length
from tests.support.scenarios import Row, instant, journal, said, zone

ROME = zone("Europe/Rome")


@pytest.mark.parametrize(
    ("instants", "gap"),
    [
        ([], None),
        ([5], None),
        ([5, 9], 4),
        ([0, 2, 5], 2),
        ([0, 1, 4, 10], 3),
        ([7, 7], 0),
    ],
)
def test_2_3_a_median_gap_is_cut_to_the_microsecond(instants: list[int], gap: int | None) -> None:
    assert median_gap(instants) == gap


@pytest.mark.parametrize(
    ("values", "found"),
    [([], None), ([None], None), (["a", "b"], "b"), (["a", "b", "a"], "a"), (["a", "b", "a", "b"], "b"), ([1, None, None], 1)],
)
def test_2_3_the_most_frequent_value_is_at_a_tie_the_last(values: list[object], found: object) -> None:
    assert most_frequent(values) == found


def test_2_3_an_average_is_exact() -> None:
    assert average(10, 4) == Fraction(5, 2)
    assert average(10, 5) == 2
    assert average(0, 0) is None
    assert known([1, None, 0]) == [1, 0]


def test_1_5_what_leaves_later_never_leaves_before() -> None:
    instants = [instant(f"2026-01-{day}", ROME) for day in ("28 11:00", "29 10:00", "30 09:00", "31 08:00", "31 12:00")]
    leaves = leaving(instants, Length(1, 0, 0), ROME)
    assert leaves == sorted(leaves)
    assert leaves[:4] == [instant("2026-02-28 08:00", ROME)] * 4


def test_a_column_that_grows_leaves_as_one_that_is_laid_out() -> None:
    instants = [instant("2026-01-25", ROME) + place * DAY // 3 for place in range(60)]
    for length in (Length(1, 0, 0), Length(0, 7, 0), Length(0, 0, DAY)):
        grown: list[int] = []
        for one in instants:
            append_leaving(grown, ROME.add(one, length))
        assert grown == leaving(instants, length, ROME)


def test_1_5_an_order_without_lines_that_fit_takes_none_out_of_a_window() -> None:
    text = """
shop "S"
  time zone Europe/Rome

flow f
  on visit
  notify "t" "{sum(order.items.quantity in the last 1 month)} {count(order.items in the last 1 month)}"
"""
    rows: list[Row] = [
        ("order", "2026-01-29 16:00", {"id": "a", "items": [{"sku": "a", "quantity": 2}]}),
        ("order", "2026-01-30 09:00", {"id": "b", "items": []}),
        ("visit", "2026-02-28 10:30", {}),
    ]
    lines = journal(text, rows, start="2026-01-01", until="2026-03-10")
    assert [line["text"] for line in lines if line["what"] == "notified"] == ["2 1"]


def test_1_5_as_many_lines_as_events_are_still_dated_by_their_orders() -> None:
    text = """
shop "S"
  time zone Europe/Rome

flow f
  on visit
  if count(distinct order.items.sku in the last 3 days) = 0
    tag "long ago"
"""
    lines = [{"sku": "a"}, {"sku": "b"}]
    rows = [("order", "2026-01-01", {"items": lines}), ("visit", "2026-01-09", {})]
    assert said(journal(text, rows, start="2026-01-01", until="2026-01-10"), "tagged")
