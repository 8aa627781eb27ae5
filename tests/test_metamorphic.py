"""What a change of program or data does to a journal, where that is known beforehand: nothing, or the same change."""

from __future__ import annotations

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from itertools import count, zip_longest
from pathlib import Path

import pytest

from tests.support import cutting, programs
from tests.support.generating.playing import played
from tests.support.generating.words import OUTSIDE
from tests.support.metamorphic import (
    CHANGES,
    Change,
    Play,
    Tables,
    files_of,
    of_customers,
    permuted,
    plan_of,
    replayed,
    shop,
    told,
    with_more,
    without,
)

FEW = [range(first, first + 3) for first in range(5000, 5009, 3)]
MANY = [range(first, first + 9) for first in range(6000, 6063, 9)]
"""Programs, by their numbers."""
EACH, MORE = 8, 16
"""How many timelines are replayed through each of few programs, and of many."""
CROWD, LARGER = 50, 100
"""How many customers a shop has, and one of those that are slow."""
EVERYBODY = frozenset(f"c{number}" for number in range(LARGER))
GONE = frozenset(f"c{number}" for number in range(0, LARGER, 3))


def titled(seeds: range) -> str:
    return f"{seeds.start}-{seeds.stop - 1}"


def first_difference(one: Sequence[str], other: Sequence[str]) -> tuple[str | None, str | None] | None:
    return next((pair for pair in zip_longest(one, other) if pair[0] != pair[1]), None)


# -- One customer -----------------------------------------------------------------------------------------------------


def check_change(change: Change, seeds: range, timelines: int) -> None:
    lines = 0
    for seed in seeds:
        before, after = change(programs.program(seed))
        for timeline in range(seed * timelines, (seed + 1) * timelines):
            one, other = (told(play, seed, timeline) for play in (before, after))
            assert first_difference(one, other) is None, f"program {seed}, timeline {timeline}\n{before.files}\n{after.files}"
            lines += len(one) - 1
    assert lines > len(seeds) * timelines


@pytest.mark.parametrize("seeds", FEW, ids=titled)
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_change_leads_to_the_journal_that_is_known_beforehand(change: Change, seeds: range) -> None:
    check_change(change, seeds, EACH)


@pytest.mark.slow
@pytest.mark.parametrize("seeds", MANY, ids=titled)
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_change_of_any_replay_leads_to_the_journal_that_is_known_beforehand(change: Change, seeds: range) -> None:
    check_change(change, seeds, MORE)


# -- A replay cut in two ----------------------------------------------------------------------------------------------


def check_cuts(seeds: range) -> None:
    lines = 0
    for seed in seeds:
        one = played(seed, seed)
        for cut, found in cutting.cuts(one):
            assert found == one.lines, f"program and timeline {seed}, cut at {cut}\n{one.made.whole}"
            lines += len(found)
    assert lines > len(seeds)


def test_a_replay_that_is_cut_in_two_and_kept_as_bytes_in_between_is_the_whole() -> None:
    check_cuts(range(5500, 5530))


@pytest.mark.slow
@pytest.mark.parametrize("seeds", [range(first, first + 100) for first in range(1000, 1500, 100)], ids=titled)
def test_any_replay_that_is_cut_in_two_is_the_whole(seeds: range) -> None:
    check_cuts(seeds)


# -- Many customers ---------------------------------------------------------------------------------------------------


def more_of_what_nobody_names(made: programs.Made, tables: Tables, at: int) -> Tables:
    """Put in kinds of events that a program names nowhere; a signup would be a beginning, and an order sells something."""
    known = {*plan_of(files_of(made)).layout.events, "signup", "order"}
    return with_more(tables, [kind for kind in OUTSIDE if kind not in known][:2], at)


def looks_at_others(made: programs.Made) -> bool:
    return re.search(r"\b(percentile|similarity|show)\b", made.whole) is not None


def leavers(made: programs.Made) -> AbstractSet[str]:
    """Give who is taken out: nobody where what happens to one customer depends on all."""
    return frozenset() if looks_at_others(made) else GONE


def made_for(seed: int) -> programs.Made:
    """Give the first program from a number on that does something; from an even number, it looks at nobody else."""
    found = (made for made in map(programs.program, count(seed)) if seed % 2 or not looks_at_others(made))
    return next(made for made in found if all(len(told(Play(files_of(made)), made.seed, timeline)) > 1 for timeline in range(3)))


@pytest.mark.parametrize("seed", [7000, 7051])
def test_customers_have_the_same_lines_whoever_else_is_there_and_in_any_order(seed: int, tmp_path: Path) -> None:
    made = made_for(seed)
    tables, span = shop(made, range(seed * CROWD, (seed + 1) * CROWD), tmp_path)
    other = permuted(without(more_of_what_nobody_names(made, tables, span.until), leavers(made)), seed)
    whole, part = (replayed(made, rows, span, tmp_path / name) for name, rows in (("whole", tables), ("part", other)))
    assert len(whole) > CROWD
    assert first_difference(of_customers(whole, EVERYBODY - leavers(made)), part[1:]) is None, made.whole


@pytest.mark.slow
@pytest.mark.parametrize("seed", [*range(7200, 7500, 50), *range(7501, 7509, 2)])
def test_customers_of_any_shop_have_the_same_lines(seed: int, tmp_path: Path) -> None:
    made = made_for(seed)
    tables, span = shop(made, range(seed * LARGER, (seed + 1) * LARGER), tmp_path)
    changes: dict[str, Tables] = {
        "permuted": permuted(tables, seed),
        "without": without(tables, leavers(made)),
        "more": more_of_what_nobody_names(made, tables, span.until),
    }
    whole = replayed(made, tables, span, tmp_path / "whole")
    for name, changed in changes.items():
        lines = replayed(made, changed, span, tmp_path / name)
        gone = leavers(made) if name == "without" else frozenset()
        assert first_difference(of_customers(whole, EVERYBODY - gone), lines[1:]) is None, f"{name}\n{made.whole}"
