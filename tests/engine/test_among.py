"""`percentile` and `similarity`, against what they say worked out anew from all customers (semantics 9.5)."""

from __future__ import annotations

import random
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from itertools import pairwise
from statistics import median
from typing import Any, NamedTuple

import pytest

from cadenza.engine.among import Past, cosine, first_day_after, tabulated
from cadenza.engine.clock import Zone
from cadenza.engine.events import Inputs
from cadenza.engine.plan import Plan, lower
from cadenza.engine.replay import Timeline
from cadenza.values import DAY, HOUR, Length
from tests.support.scenarios import event_fields, instant, journal, program, said, zone

ROME = zone("Europe/Rome")
ZONES = [ROME, zone("America/New_York"), zone("Pacific/Apia")]
START, UNTIL = instant("2025-01-01", ROME), instant("2025-12-31 23:59", ROME)
DAYS = range(ROME.day(START), ROME.day(UNTIL) + 1)
CATEGORIES = ("beans", "machines", "cups", "tea")


class Order(NamedTuple):
    at: int
    total: int
    category: str | None


class Life(NamedTuple):
    """A customer: a zone, when they begin (None for always), a field that may be missing, and orders."""

    zone: Zone
    begins: int | None
    size: int | None
    orders: tuple[Order, ...]

    def before(self, midnight: int) -> list[Order]:
        return [one for one in self.orders if one.at < midnight]


def shop(seed: int, number: int = 30) -> dict[str, Life]:
    """Make customers who order at random, now and then at midnight exactly, and often for the same amount."""
    draw = random.Random(seed)  # noqa: S311 - an example needs no secret
    found = {}
    for name in range(number):
        midnights = [ROME.at(draw.choice(DAYS)) for _ in range(draw.choice((0, 1, 2, 8)))]
        at = sorted(one + draw.choice((0, 1, 9 * HOUR, DAY - 1)) for one in midnights)
        orders = tuple(Order(one, draw.choice((1000, 2000, 2000, 3550)), draw.choice((*CATEGORIES, None))) for one in at)
        begins = min(at, default=START) - draw.choice((0, DAY)) if draw.random() < 0.5 else None
        found[f"c{name}"] = Life(draw.choice(ZONES), begins, draw.choice((None, 1, 2, 5)), orders)
    return found


def planned(*values: str, lines: str = "") -> Plan:
    """Lower a program that asks these questions, in this order."""
    asked = f'  notify "x" "{" ".join(f"{{{one}}}" for one in values)}"\n'
    head = 'shop "S"\n  time zone Europe/Rome\n  currency EUR\nfield customer.size: number\n'
    return lower(program(f"{head}{lines}flow asking\n  on visit\n{asked}"))


def timeline(plan: Plan, name: str, life: Life) -> Timeline:
    items = [[{"category": one.category, "price": one.total, "quantity": 1}] for one in life.orders]
    fields = [
        event_fields(plan.layout, "order", one.at, {"total": one.total, "items": lines})
        for one, lines in zip(life.orders, items, strict=True)
    ]
    inputs = Inputs(["order"] * len(fields), [one.at for one in life.orders], fields)
    return Timeline(name, {"id": name, "size": life.size}, {}, inputs, life.begins)


def answers(plan: Plan, lives: Mapping[str, Life], days: Sequence[int], place: int = 0) -> dict[tuple[str, int], Any]:
    """Give the answer to a question for each customer on each day."""
    everybody = [(timeline(plan, name, life), life.zone) for name, life in lives.items()]
    tabulated(plan, lambda: everybody, ROME, START, UNTIL)
    found = {}
    for one, own_zone in everybody:
        past = Past(plan, own_zone, one.inputs, one.fields, one.begins)
        found |= {(one.customer, day): past.answer(plan.asks[place], day) for day in days}
    return found


# -- Percentiles against a recomputation ------------------------------------------------------------------------------


def in_the_last(life: Life, midnight: int, length: Length) -> list[Order]:
    """Give the orders still in a window; none stays longer than a later one (semantics 1.5)."""
    orders = life.before(midnight)
    gone = [place for place, one in enumerate(orders) if life.zone.add(one.at, length) <= midnight]
    return orders[max(gone, default=-1) + 1 :]


def gap(life: Life, midnight: int) -> int | None:
    at = [one.at for one in life.before(midnight)]
    return int(median([after - before for before, after in pairwise(at)])) if len(at) > 1 else None


def mean(life: Life, midnight: int) -> Fraction | None:
    totals = [one.total for one in life.before(midnight)]
    return Fraction(sum(totals), len(totals)) if totals else None


QUESTIONS: dict[str, Callable[[Life, int], Any]] = {
    "count(order)": lambda life, midnight: len(life.before(midnight)),
    "count(order in the last 30 days)": lambda life, midnight: len(in_the_last(life, midnight, Length(0, 30))),
    "sum(order.total in the last 2 months)": lambda life, midnight: sum(
        one.total for one in in_the_last(life, midnight, Length(2))
    ),
    "sum(order.total where total > 15 EUR)": lambda life, midnight: sum(
        one.total for one in life.before(midnight) if one.total > 1500
    ),
    "average(order.total)": mean,
    "time since last(order)": lambda life, midnight: midnight - life.before(midnight)[-1].at if life.before(midnight) else None,
    "last(order).at": lambda life, midnight: life.before(midnight)[-1].at if life.before(midnight) else None,
    "median gap(order)": gap,
    "time until expected next(order)": lambda life, midnight: (
        None if (one := gap(life, midnight)) is None or (ahead := life.before(midnight)[-1].at + one - midnight) < 0 else ahead
    ),
    "customer.size": lambda life, midnight: life.size,
    "customer.size * count(order)": lambda life, midnight: None if life.size is None else life.size * len(life.before(midnight)),
}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("question", QUESTIONS)
def test_a_percentile_is_the_share_of_known_values_that_are_lower(question: str, seed: int) -> None:
    lives, days = shop(seed), DAYS[::5]
    found = answers(planned(f"percentile({question})"), lives, days)
    known = 0
    for day in days:
        midnight = ROME.at(day)
        there = {name: life for name, life in lives.items() if life.begins is None or life.begins < midnight}
        values = {name: value for name, life in there.items() if (value := QUESTIONS[question](life, midnight)) is not None}
        ranking = sorted(values.values())
        for name in lives:
            wanted = Fraction(bisect_left(ranking, values[name]), len(ranking)) if name in values else None
            assert found[name, day] == wanted, (name, day)
            known += wanted is not None
    assert known > 100


def test_all_questions_of_a_program_are_answered_side_by_side() -> None:
    lives, days = shop(7), DAYS[::40]
    plan = planned(*(f"percentile({one})" for one in QUESTIONS))
    for place, question in enumerate(QUESTIONS):
        assert answers(plan, lives, days, place) == answers(planned(f"percentile({question})"), lives, days)


# -- Small shops ------------------------------------------------------------------------------------------------------


def counts(*numbers: int) -> dict[str, Life]:
    """Give customers with so many orders, all on the first day."""
    return {f"c{place}": Life(ROME, None, None, (Order(START, 100, "tea"),) * number) for place, number in enumerate(numbers)}


@pytest.mark.parametrize(
    ("numbers", "shares"),
    [
        ((0,), "0"),
        ((4,), "0"),
        ((1, 2, 3, 4, 5), "0 1/5 2/5 3/5 4/5"),
        ((2, 2, 2), "0 0 0"),
        ((1, 3, 3, 3, 9), "0 1/5 1/5 1/5 4/5"),
        ((5, 0, 0), "2/3 0 0"),
    ],
)
def test_who_ties_shares_the_lower_place(numbers: tuple[int, ...], shares: str) -> None:
    day = DAYS[5]
    found = answers(planned("percentile(count(order))"), counts(*numbers), [day])
    assert [found[f"c{place}", day] for place in range(len(numbers))] == [Fraction(one) for one in shares.split()]


def test_who_has_no_value_has_no_percentile_and_is_not_counted() -> None:
    lives = {str(size): Life(ROME, None, size, ()) for size in (1, None, 2)}
    found = answers(planned("percentile(customer.size)"), lives, [DAYS[5]])
    assert list(found.values()) == [0, None, Fraction(1, 2)]


def test_an_event_at_midnight_counts_from_the_next_midnight_on() -> None:
    lives = {"a": Life(ROME, None, None, (Order(ROME.at(DAYS[5]), 100, "tea"),)), "b": Life(ROME, None, None, ())}
    found = answers(planned("percentile(count(order))"), lives, DAYS[4:7])
    assert [found["a", day] for day in DAYS[4:7]] == [0, 0, Fraction(1, 2)]


def test_before_they_begin_customers_are_not_counted() -> None:
    lives = counts(2, 1) | {"new": Life(ROME, ROME.at(DAYS[9]), None, ())}
    found = answers(planned("percentile(count(order))"), lives, DAYS[8:11])
    assert [found["new", day] for day in DAYS[8:11]] == [None, None, 0]
    assert [found["c0", day] for day in DAYS[8:11]] == [Fraction(1, 2), Fraction(1, 2), Fraction(2, 3)]


@pytest.mark.parametrize("length", ["3 months", "1 month 1 day"])
def test_a_length_in_months_has_no_place_among_days(length: str) -> None:
    plan = planned(f"percentile(median gap(order) + {length})")
    assert set(answers(plan, shop(1), DAYS[::50]).values()) == {None}


# -- Similarity -------------------------------------------------------------------------------------------------------


def spent(life: Life, midnight: int) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in life.before(midnight):
        if one.category is not None:
            found[one.category] = found.get(one.category, 0) + one.total
    return found


def alike(mine: Mapping[str, int], others: Sequence[Mapping[str, int]]) -> Decimal | None:
    """Give the cosine with the mean of others, to twelve decimals."""
    with localcontext(prec=80):
        zero = Decimal(0)
        mean = {one: sum((Decimal(other.get(one, 0)) for other in others), zero) / (len(others) or 1) for one in CATEGORIES}
        sizes = (
            sum((Decimal(one) ** 2 for one in mine.values()), zero).sqrt() * sum((one**2 for one in mean.values()), zero).sqrt()
        )
        if not sizes:
            return None
        dot = sum((Decimal(mine.get(one, 0)) * mean[one] for one in CATEGORIES), zero)
        return (dot / sizes).quantize(Decimal("1E-12"), ROUND_HALF_UP)


@pytest.mark.parametrize("seed", range(3))
def test_similarity_is_the_cosine_with_the_mean_of_the_members(seed: int) -> None:
    lives, days = shop(seed), DAYS[::9]
    plan = planned("similarity(busy)", lines="segment busy where count(order in the last 60 days) >= 2\n")
    found = answers(plan, lives, days)
    known = 0
    for day in days:
        midnight = ROME.at(day)
        there = [life for life in lives.values() if life.begins is None or life.begins < midnight]
        members = [spent(life, midnight) for life in there if len(in_the_last(life, midnight, Length(0, 60))) >= 2]
        for name, life in lives.items():
            wanted = alike(spent(life, midnight), members) if members and life in there else None
            assert found[name, day] == (None if wanted is None else Fraction(wanted)), (name, day)
            known += wanted is not None
    assert known > 100


def test_the_members_of_a_segment_may_be_known_by_their_percentile() -> None:
    lives, days = shop(4), DAYS[::20]
    best = "segment best where percentile(sum(order.total)) >= 80%\n"
    found = answers(planned("percentile(sum(order.total))", "similarity(best)", lines=best), lives, days, 1)
    shares = answers(planned("percentile(sum(order.total))"), lives, days)
    for (name, day), one in found.items():
        midnight = ROME.at(day)
        members = [spent(lives[other], midnight) for other in lives if (shares[other, day] or 0) >= Fraction(4, 5)]
        begun = (lives[name].begins or 0) < midnight
        wanted = alike(spent(lives[name], midnight), members) if begun else None
        assert one == (None if wanted is None else Fraction(wanted))


@pytest.mark.parametrize(
    ("a", "b", "wanted"),
    [
        ({"x": 3}, {"x": 7}, 1),
        ({"x": 3}, {"y": 7}, 0),
        ({"x": 1, "y": 1}, {"x": 1}, Fraction(707106781187, 10**12)),
        ({"x": 3, "y": 4}, {"x": 1}, Fraction(3, 5)),
        ({"x": -2}, {"x": 5}, -1),
        ({"x": Fraction(1, 3), "y": Fraction(1, 3)}, {"x": 10**30, "y": 10**30}, 1),
        ({}, {"x": 1}, None),
        ({"x": 1}, {}, None),
    ],
)
def test_a_cosine_is_exact_to_twelve_decimals(a: dict[Any, Any], b: dict[Any, Any], wanted: object) -> None:
    assert cosine(a, b) == cosine(b, a) == wanted


# -- Nothing later counts ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_what_comes_later_changes_nothing_up_to_now(seed: int) -> None:
    lives, cut = shop(seed), DAYS[200]
    then = ROME.at(cut)
    known = {name: life for name, life in lives.items() if life.begins is None or life.begins < then}
    short = {name: life._replace(orders=tuple(life.before(then))) for name, life in known.items()}
    days = range(DAYS[0], cut + 1, 10)
    plan = planned(*(f"percentile({one})" for one in QUESTIONS), "similarity(two)", lines="segment two where count(order) >= 2\n")
    for place in range(len(plan.asks)):
        whole = answers(plan, lives, days, place)
        assert answers(plan, short, days, place) == {key: one for key, one in whole.items() if key[0] in short}


# -- Days -------------------------------------------------------------------------------------------------------------


def test_the_first_day_after_an_instant_begins_after_it_where_midnights_are_skipped_or_come_twice() -> None:
    for name in ("Europe/Rome", "America/Havana", "America/Sao_Paulo", "America/St_Johns", "Pacific/Apia"):
        clock = zone(name)
        for place in range(clock.day(instant("2006-01-01", clock)), clock.day(instant("2012-02-01", clock))):
            midnight = clock.at(place)
            for one in (midnight - HOUR, midnight - 1, midnight, midnight + 1, midnight + HOUR):
                day = first_day_after(one, clock)
                assert clock.at(day) > one
                assert clock.at(day - 1) <= one


# -- In a replay ------------------------------------------------------------------------------------------------------

TOP = """
shop "S"
  time zone Europe/Rome
  currency EUR
flow top
  when percentile(sum(order.total in the last 30 days)) >= 50%
  leave when percentile(sum(order.total in the last 30 days)) < 50%
  wait 1 year
"""


def order(at: str, total: int) -> tuple[str, str, dict[str, Any]]:
    return "order", at, {"id": at, "total": total}


def test_a_watch_moves_at_midnights_of_the_shop_alone() -> None:
    found = journal(
        TOP,
        [order("2026-01-05 15:00", 5000)],
        start="2026-01-01",
        until="2026-03-01",
        clock="America/New_York",
        others={"ben": [order("2026-01-20 10:00", 9000)]},
    )
    assert [(one[0], one[1]) for one in said(found, "entered", "left")] == [
        ("2026-01-05T23:00:00Z", "entered"),  # 00:00 in Rome, after her order
        ("2026-01-20T23:00:00Z", "left"),  # the other one is ahead
    ]


def test_others_may_move_a_customer_who_does_nothing() -> None:
    found = journal(
        TOP,
        [order("2026-01-25 10:00", 1000)],
        start="2026-01-01",
        until="2026-03-10",
        others={
            "ben": [order("2026-01-02 10:00", 9000)],
            "eva": [order("2026-01-03 10:00", 8000)],
            "ugo": [],
        },
    )
    assert [(one[0], one[1]) for one in said(found, "entered", "left")] == [
        ("2026-02-01T23:00:00Z", "entered"),  # when what ben bought is thirty days old
        ("2026-02-24T23:00:00Z", "left"),
    ]


def test_a_parameter_may_be_a_time_since() -> None:
    text = TOP.replace("flow top", "value fifth(what) = percentile(what)\nflow top").replace(
        "percentile(sum(order.total in the last 30 days))", "fifth(time since last(order))"
    )
    found = journal(
        text,
        [order("2026-01-05 15:00", 1)],
        start="2026-01-01",
        until="2026-02-01",
        others={
            "ben": [order("2026-01-20 10:00", 1)],
        },
    )
    assert [(one[0], one[1]) for one in said(found, "entered", "left")] == [("2026-01-20T23:00:00Z", "entered")]


@pytest.mark.parametrize(
    ("question", "row", "wanted"),
    [
        ("customer.cart.total", ("cart", "2026-01-05 15:00", {"total": 700, "items": []}), "entered"),
        ("count(customer.cart.items)", ("cart", "2026-01-05 15:00", {"items": [{"sku": "a"}]}), "entered"),
        ("count(visit where path = customer.id)", ("visit", "2026-01-05 15:00", {"path": "anna"}), "entered"),
        ("count(visit where path = customer.id)", ("visit", "2026-01-05 15:00", {"path": "ben"}), None),
        ("count(visit) * 10", ("visit", "2026-01-06 00:00", {}), None),
    ],
)
def test_a_question_may_look_at_the_cart_and_at_the_row(question: str, row: Any, wanted: str | None) -> None:
    text = f'shop "S"\n  time zone Europe/Rome\n  currency EUR\nflow top\n  when percentile({question}) > 0\n  tag "a"\n'
    found = journal(text, [row], start="2026-01-01", until="2026-01-06 12:00", others={"ben": []})
    assert [one[:2] for one in said(found, "entered")] == ([("2026-01-05T23:00:00Z", wanted)] if wanted else [])


def test_an_order_does_away_with_the_cart_for_the_next_midnight() -> None:
    text = TOP.replace("sum(order.total in the last 30 days)", "customer.cart.total")
    rows = [("cart", "2026-01-05 15:00", {"total": 700, "items": []}), order("2026-01-07 15:00", 700)]
    found = journal(text, rows, start="2026-01-01", until="2026-02-01", others={"ben": []})
    assert [one[:2] for one in said(found, "entered", "left")] == [
        ("2026-01-05T23:00:00Z", "entered"),
        ("2026-01-07T23:00:00Z", "left"),
    ]
