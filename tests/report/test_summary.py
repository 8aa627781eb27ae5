"""Counts of a replay join in any order, and read the same as if they had been counted at once."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cadenza.engine.journal import Journal, kept
from cadenza.engine.replay import Span
from cadenza.report.overview import overview
from cadenza.report.summary import Summary
from cadenza.report.table import number, table

KEYS = st.sampled_from(
    [("a", "sent", None), ("b", "sent", None), ("a", "entered", None), ("a", "dropped", "consent"), ("b", "held", "quiet hours")]
)
CUSTOMERS = st.lists(st.dictionaries(KEYS, st.integers(1, 5)), max_size=8)


def summed(customers: Sequence[tuple[int, dict[tuple[str, str, str | None], int]]]) -> Summary:
    summary = Summary()
    for place, counts in customers:
        journal = Journal(f"c{place}", kept("all"), {})
        for key, times in counts.items():
            journal.counts[key] += times
        summary.add(f"c{place}", 2, place * 7919, journal)
    return summary


@given(customers=CUSTOMERS, cut=st.integers(0, 8))
def test_parts_join_to_the_whole_in_any_order(customers: list[dict[tuple[str, str, str | None], int]], cut: int) -> None:
    numbered = list(enumerate(customers))
    whole = summed(numbered)
    for parts in ([numbered[:cut], numbered[cut:]], [numbered[cut:], numbered[:cut]]):
        joined = Summary()
        for part in parts:
            joined.join(summed(part))
        assert joined.as_json(["a", "b"]) == whole.as_json(["a", "b"])
        assert joined.digest == whole.digest


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [([], [0, 0, 0]), ([1], [1, 1, 1]), ([1, 2], [1, 2, 2]), ([1] * 9 + [50], [1, 1, 50]), ([1, 2, 3, 4, 5], [3, 5, 5])],
)
def test_the_middle_the_ninetieth_of_a_hundred_and_the_most_are_counts_that_occur(sizes: list[int], expected: list[int]) -> None:
    summary = summed([(place, {("a", "sent", None): size}) for place, size in enumerate(sizes)])
    assert summary.per_customer == expected


def test_who_got_nothing_does_not_count_among_who_got_messages() -> None:
    summary = summed([(0, {}), (1, {("a", "sent", None): 4}), (2, {("a", "entered", None): 1})])
    assert (summary.reached[None], summary.customers, summary.per_customer) == (1, 3, [4, 4, 4])


def test_the_busiest_is_the_first_by_id_of_those_who_got_most() -> None:
    summary = summed([(place, {("a", "sent", None): size}) for place, size in [(3, 4), (1, 4), (2, 3)]])
    assert summary.busiest == (4, "c1")


def test_an_overview_of_nothing_has_no_messages() -> None:
    text = overview(Summary(), ["a"], Span(0, 0), {}, None)
    assert "0 messages went to 0 of 0 customers" in text
    assert "busiest" not in text


def test_a_table_puts_words_to_the_left_and_numbers_to_the_right() -> None:
    assert table(("flow", "sent"), [["a", number(1234)], ["longer", number(0)]]) == "flow     sent\na       1,234\nlonger      -"
