"""Splits, holdouts and goals: draws that are the same for ever, and what is credited to what."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cadenza.draws import WHOLE, draw
from cadenza.engine.splitting import chosen, whole_weights
from tests.support.scenarios import codes, journal, said

SPLIT = """
flow greet
  on order
  split look
    50% short
      send email "short"
    50% long
      send email "long"
"""


def arms(shares: list[int], customers: int = 4000) -> list[int]:
    """Give the arm of each of many customers."""
    weights = whole_weights([Fraction(share, 100) for share in shares])
    return [chosen([draw(0, "split", "k", f"c{n}", f"arm{a}") for a in range(len(shares))], weights) for n in range(customers)]


@pytest.mark.parametrize("shares", [[50, 50], [10, 90], [20, 30, 50], [100], [0, 100], [1, 99]])
def test_9_3_arms_get_their_share(shares: list[int]) -> None:
    counts = Counter(arms(shares))
    for arm, share in enumerate(shares):
        assert counts[arm] == pytest.approx(40 * share, abs=140)


def test_9_3_a_growing_arm_takes_from_others_and_moves_nobody_between_them() -> None:
    before, after = arms([20, 30, 50]), arms([40, 22, 38])
    moved = Counter((a, b) for a, b in zip(before, after, strict=True) if a != b)
    assert moved
    assert all(b == 0 or (a, b) in ((1, 2), (2, 1)) for a, b in moved)
    # The two others keep their proportion but for rounding: 30:50 became 22:38.
    assert sum(count for (_, b), count in moved.items() if b != 0) < 40


def test_9_3_whole_numbers_decide_where_logarithms_are_close() -> None:
    assert chosen([WHOLE - 1, WHOLE], [1, 1]) == 1
    assert chosen([WHOLE, WHOLE], [1, 3]) == 0
    assert chosen([WHOLE - 1, WHOLE - 3], [1, 3]) == int((WHOLE - 3) ** 1 * WHOLE**3 > (WHOLE - 1) ** 3 * WHOLE)


@given(st.lists(st.integers(1, WHOLE), min_size=2, max_size=4), st.data())
def test_9_3_the_choice_is_the_largest_root(draws: list[int], data: st.DataObject) -> None:
    weights = [data.draw(st.integers(1, 6)) for _ in draws]
    best = chosen(draws, weights)
    for number, weight in zip(draws, weights, strict=True):
        left, right = Fraction(draws[best], WHOLE) ** weight, Fraction(number, WHOLE) ** weights[best]
        assert left >= right


def test_a_customer_keeps_the_arm_for_ever_and_the_journal_names_it() -> None:
    rows = [("order", f"2026-01-{day:02} 09:00", {"id": str(day)}) for day in (3, 9, 20)]
    lines = journal(SPLIT, rows, start="2026-01-01", until="2026-02-01")
    taken = [(line["split"], line["arm"]) for line in lines if line["what"] == "split"]
    assert len(taken) == 3
    assert len(set(taken)) == 1
    assert [line["message"] for line in lines if line["what"] == "sent"] == [taken[0][1]] * 3


def test_afresh_draws_for_each_run() -> None:
    rows = [("order", f"2026-01-{day:02} 09:00", {"id": str(day)}) for day in range(1, 29)]
    lines = journal(SPLIT.replace("split look", "split afresh look"), rows, start="2026-01-01", until="2026-02-01")
    assert {line["arm"] for line in lines if line["what"] == "split"} == {"short", "long"}


def test_a_key_is_shared_by_two_flows() -> None:
    keyed = SPLIT.replace("split look", 'split look keyed "look 2026"')
    other = keyed.replace("flow greet", "flow other").replace("split look", "split again")
    lines = journal(keyed + other, [("order", "2026-01-03 09:00", {"id": "A"})], start="2026-01-01", until="2026-02-01")
    first, second = (line["arm"] for line in lines if line["what"] == "split")
    assert first == second


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("50% long", "40% long", "F0519"),
        ("50% long", "50% short", "F0520"),
        ("", SPLIT.replace("greet", "other").replace("look", 'look keyed "greet/look"').replace("50%", "25%", 1), "F0519"),
    ],
)
def test_shares_that_do_not_add_up_are_found(old: str, new: str, code: str) -> None:
    text = SPLIT.replace(old, new) if old else SPLIT + new
    assert code in codes(text)


def test_one_key_has_one_set_of_arms() -> None:
    keyed = SPLIT.replace("split look", 'split look keyed "k"')
    other = keyed.replace("flow greet", "flow other").replace("50% short", "60% short").replace("50% long", "40% long")
    assert codes(keyed + other) == ["F0521"]


HELD_OUT = """
shop "Shop"
  time zone UTC
  currency EUR
  at most 1 message per day

flow thanks
  on order
  goal order within 7 days
  holdout 99.999%
  send email "thanks"
  send email "more"
"""


def test_8_2_who_is_held_out_walks_the_flow_and_is_sent_nothing() -> None:
    rows = [("order", "2026-01-03 09:00", {"id": "A"}), ("order", "2026-01-05 09:00", {"id": "B"})]
    lines = journal(HELD_OUT, rows, start="2026-01-01", until="2026-02-01")
    assert said(lines) == [
        ("2026-01-03T09:00:00Z", "entered"),
        ("2026-01-03T09:00:00Z", "withheld", "thanks"),
        ("2026-01-03T09:00:00Z", "withheld", "more"),
        ("2026-01-03T09:00:00Z", "finished"),
        ("2026-01-05T09:00:00Z", "goal", "more"),
        ("2026-01-05T09:00:00Z", "entered"),
        ("2026-01-05T09:00:00Z", "withheld", "thanks"),
        ("2026-01-05T09:00:00Z", "withheld", "more"),
        ("2026-01-05T09:00:00Z", "finished"),
    ]


def test_8_6_a_transactional_message_passes_the_holdout() -> None:
    text = HELD_OUT.replace('  send email "more"\n', "    transactional\n")
    lines = journal(text, [("order", "2026-01-03 09:00", {"id": "A"})], start="2026-01-01", until="2026-02-01")
    assert [line["message"] for line in lines if line["what"] == "sent"] == ["thanks"]


@pytest.mark.parametrize("share", ["0%", "100%", "120%"])
def test_a_holdout_leaves_somebody_on_both_sides(share: str) -> None:
    assert codes(HELD_OUT.replace("99.999%", share)) == ["F0522"]


GOAL = """
flow ask
  on signup
  enter every time
  goal order where total >= 20 EUR within 2 days
  send email "ask"
"""


@pytest.mark.parametrize(
    ("when", "total", "reached"),
    [
        ("2026-01-05 09:00", 2000, True),
        ("2026-01-05 09:01", 2000, False),  # 1.4: the deadline itself is in time, a minute later is not
        ("2026-01-04 09:00", 1999, False),
    ],
)
def test_8_7_a_goal_counts_until_its_deadline(when: str, total: int, *, reached: bool) -> None:
    rows = [("signup", "2026-01-03 09:00", {}), ("order", when, {"id": "A", "total": total})]
    lines = journal(GOAL, rows, start="2026-01-01", until="2026-02-01")
    goals = [line for line in lines if line["what"] == "goal"]
    assert bool(goals) is reached
    if reached:
        (sent,) = (line for line in lines if line["what"] == "sent")
        assert goals[0]["credit"] == sent["id"]
        assert goals[0]["cause"] == "order A"


def test_8_7_an_event_is_credited_once_to_the_last_message() -> None:
    rows = [
        ("signup", "2026-01-03 09:00", {}),
        ("signup", "2026-01-03 10:00", {}),
        ("order", "2026-01-03 11:00", {"id": "A", "total": 3000}),
    ]
    lines = journal(GOAL, rows, start="2026-01-01", until="2026-02-01")
    assert [line["run"] for line in lines if line["what"] == "goal"] == [2]
