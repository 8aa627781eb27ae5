"""Production and the reference interpreter write the same journal for generated programs and timelines."""

from __future__ import annotations

import pytest

from tests.reference.fuzz import TIMELINES, compare, differing, made_and_read
from tests.support.generating import forms, knots, rarities
from tests.test_generated import titled

TIGHT = knots.FIRST * TIMELINES
"""From here on programs are made so that many things fall due at one instant."""
RARE = rarities.FIRST * TIMELINES
"""From here on programs do what others do seldom."""
ODD = forms.FIRST * TIMELINES
"""From here on programs have forms that others do not take."""
PAIRS = [
    range(first, first + 100)
    for start, many in ((0, 1000), (TIGHT, 500), (RARE, 300), (ODD, 200))
    for first in range(start, start + many, 100)
]
MANY = [range(first, first + 200) for start in (0, TIGHT, RARE, ODD) for first in range(start + 2000, start + 5000, 200)]


def check(pairs: range) -> None:
    for pair in pairs:
        production, reference = compare(pair)
        assert differing(production, reference) is None, f"pair {pair}\n{made_and_read(pair // TIMELINES)[0].whole}"


@pytest.mark.parametrize("seeds", PAIRS, ids=titled)
def test_both_write_the_same_journal(seeds: range) -> None:
    check(seeds)


@pytest.mark.slow
@pytest.mark.parametrize("seeds", MANY, ids=titled)
def test_both_write_the_same_journal_of_any_pair(seeds: range) -> None:
    check(seeds)
