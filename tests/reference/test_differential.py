"""Production and the reference interpreter write the same journal for generated programs and timelines."""

from __future__ import annotations

import pytest

from tests.reference.fuzz import TIMELINES, compare, differing
from tests.reference.program import UnsupportedError
from tests.test_generated import concerning, titled

PAIRS = [range(first, first + 25) for first in range(0, 75, 25)]
MANY = [range(first, first + 50) for first in range(75, 675, 50)]


def check(pairs: range) -> None:
    compared = 0
    for pair in pairs:
        with concerning(pair // TIMELINES, pair):
            try:
                production, reference = compare(pair)
            except UnsupportedError:
                continue
            assert differing(production, reference) is None
        compared += 1
    assert compared > len(pairs) // 2, "most pairs hold something that the reference does not know"


@pytest.mark.parametrize("seeds", PAIRS, ids=titled)
def test_both_write_the_same_journal(seeds: range) -> None:
    check(seeds)


@pytest.mark.slow
@pytest.mark.parametrize("seeds", MANY, ids=titled)
def test_both_write_the_same_journal_of_any_pair(seeds: range) -> None:
    check(seeds)
