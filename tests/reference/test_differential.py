"""Production and the reference interpreter write the same journal for generated programs and timelines."""

from __future__ import annotations

import pytest

from tests.reference.fuzz import TIMELINES, compare, differing, made_and_read
from tests.test_generated import titled

PAIRS = [range(first, first + 25) for first in range(0, 75, 25)]
MANY = [range(first, first + 50) for first in range(75, 675, 50)]


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
