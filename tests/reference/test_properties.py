"""Production and the reference interpreter agree on what hypothesis throws.

What they do not agree on is made smaller by leaving out lines and events. That hypothesis makes its throws smaller would take
minutes, where two interpreters compare each.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, event, given, reject, settings
from hypothesis import strategies as st

from tests.reference.fuzz import MOST_SECONDS, TIMELINES, differs, in_time
from tests.reference.shrinking import Pair, shown, shrunk
from tests.support import programs
from tests.support.generating import forms, knots, rarities
from tests.support.generating.dice import thrown_by
from tests.support.generating.playing import lived

KINDS = {"any": 0, "knot": knots.FIRST, "rarity": rarities.FIRST, "form": forms.FIRST}
THROWN = settings(
    deadline=None, database=None, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)


@st.composite
def pairs(draw: st.DrawFn) -> Pair:
    """Make a program that is right by construction, and a timeline on which it does things: each throw of the dice is drawn."""
    kind = draw(st.sampled_from(list(KINDS)))
    event(kind)
    with thrown_by(lambda number: draw(st.integers(0, number - 1))):
        made = programs.thrown(KINDS[kind])
        return Pair(made, lived(TIMELINES * KINDS[kind], made))


def check(pair: Pair) -> None:
    try:
        with in_time(MOST_SECONDS):
            different = differs(pair)
    except TimeoutError:
        reject()
    assert not different, shown(shrunk(pair, differs))


@given(pairs())
@settings(THROWN, max_examples=30)
def test_both_write_the_same_journal_of_what_is_thrown(pair: Pair) -> None:
    check(pair)


@pytest.mark.slow
@given(pairs())
@settings(THROWN, max_examples=2000)
def test_both_write_the_same_journal_of_all_that_is_thrown(pair: Pair) -> None:
    check(pair)
