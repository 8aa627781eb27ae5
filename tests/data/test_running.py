"""Test figures that are added up day by day against adding them up anew."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter

import pytest

from cadenza.data.running import Running

SOLD = [(10, "b", 2), (10, "a", 3), (11, "c", 1), (14, "b", 1), (14, "d", 0), (20, "a", -5), (20, "c", 2)]


def running() -> Running:
    skus = ["a", "b", "c", "d"]
    days = [
        (day, [skus.index(sku) for _, sku, _ in lines], [figure for _, _, figure in lines])
        for day, lines in ((day, list(lines)) for day, lines in groupby(SOLD, key=itemgetter(0)))
    ]
    return Running(skus, days)


@pytest.mark.parametrize("first", [None, 0, 10, 11, 14, 20, 30])
@pytest.mark.parametrize("day", [0, 10, 11, 12, 15, 20, 21, 99])
def test_any_stretch_of_days_is_what_was_sold_in_it(first: int | None, day: int) -> None:
    totals: dict[str, int] = {}
    for when, sku, figure in SOLD:
        if when < day and (first is None or when >= first):
            totals[sku] = totals.get(sku, 0) + figure
    ranked = sorted(((sku, total) for sku, total in totals.items() if total > 0), key=lambda one: (-one[1], one[0]))
    for most in (1, 2, 9):
        assert running().best(first, day, most) == (ranked[:most] if first is None or first <= day else [])


def test_nothing_was_sold() -> None:
    assert Running([], []).best(None, 5, 3) == []
