"""Conditions: three-valued logic, comparisons, time, and until when a value holds (semantics 1.6, 2)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.scenarios import Row, codes, journal

FIELDS = """
field customer.tier: one of "bronze" or "silver" or "gold"
field customer.since: date
field customer.level: number
field customer.vip: yes/no
field customer.words: list of text
segment loyal where customer.level >= 3
segment many(n = 2) where count(order) >= n
value grade
  "high" if customer.level >= 5
  "some" if customer.level >= 1
segment strict
  any of
    customer.level >= 3
    all of
      customer.vip = yes
      customer.level >= 1
  none of
    customer.country = "FR"
    customer.country = "DE"
"""

ANNA: dict[str, Any] = {"level": 3, "country": "IT", "tier": "silver", "words": ("a", "b"), "since": 739000, "vip": True}


def holds(condition: str, rows: list[Row] | None = None, customer: dict[str, Any] | None = None, clock: str = "UTC") -> bool:
    """Say whether a condition holds for a run let in by an order on 10 January at 09:00."""
    text = f'{FIELDS}flow a\n  on order\n  enter every time\n  if {condition}\n    tag "yes"\n  else\n    tag "no"\n'
    order: Row = ("order", "2026-01-10 09:00", {"id": "A", "total": 4000, "items": LINES})
    lines = journal(
        text,
        [*(rows or []), order],
        start="2026-01-10 09:00",
        until="2026-01-10 09:00",
        clock=clock,
        customer=ANNA if customer is None else customer,
    )
    return [line["tag"] for line in lines if line["what"] == "tagged"][-1] == "yes"


LINES = [
    {"sku": "wine-1", "quantity": 2, "price": 1000, "category": "wine"},
    {"sku": "glass-1", "quantity": 6, "price": 300, "category": "glasses"},
]

TRUE = [
    pytest.param('customer.level = 3 and customer.country = "IT"', id="2.1 and"),
    pytest.param('customer.city = "Rome" or customer.level = 3', id="2.1 true or unknown"),
    pytest.param('not (customer.city = "Rome" and customer.level = 4)', id="2.1 unknown and false is false"),
    pytest.param("customer.level != 4", id="2.1 not equal"),
    pytest.param("customer.level between 3 and 4", id="2.1 between includes its ends"),
    pytest.param("customer.level between 1 and 3", id="2.1 between includes its upper end"),
    pytest.param("customer.city is not known", id="2.2 is not known"),
    pytest.param("customer.level is known", id="2.2 is known"),
    pytest.param("customer.city is empty", id="2.2 missing is empty"),
    pytest.param("customer.tags is empty", id="2.2 no tags are empty"),
    pytest.param("customer.words is not empty", id="2.2 a list is not"),
    pytest.param("not inside a or inside a", id="2.2 inside is never unknown"),
    pytest.param("inside a", id="2.2 a run is inside its own flow"),
    pytest.param("loyal", id="2.2 a segment"),
    pytest.param("many(1) and not many", id="2.2 a segment with a parameter"),
    pytest.param("strict", id="2.1 any, all and none of"),
    pytest.param('grade = "some"', id="2.1 a value by cases"),
    pytest.param('customer.tier >= "bronze" and customer.tier < "gold"', id="2.1 an order as written"),
    pytest.param('customer.country in ["FR", "IT"]', id="2.5 in a list"),
    pytest.param('customer.country not in ["FR", "DE"]', id="2.5 not in a list"),
    pytest.param('customer.country in [customer.city, "IT"]', id="2.5 in passes over unknown members"),
    pytest.param('customer.words contains "a" and customer.words does not contain "c"', id="2.5 contains"),
    pytest.param('customer.country starts with "I" and customer.country ends with "T"', id="2.5 starts with"),
    pytest.param('customer.country does not contain "t"', id="2.5 text equality is exact"),
    pytest.param("1 / 3 * 3 = 1", id="2.4 numbers are exact"),
    pytest.param("trigger.total * 10% = 4 EUR", id="2.4 a percentage of money"),
    pytest.param("trigger.total / 20 EUR = 2", id="2.4 money through money"),
    pytest.param("10% + 5% = 0.15", id="2.4 percentages"),
    pytest.param("customer.level * -1 + 5 - 1 = 1", id="2.4 arithmetic"),
    pytest.param("today = 2026-01-10 and today > customer.since", id="1.6 today with a date"),
    pytest.param("now = 2026-01-10 09:00", id="1.6 now with a moment"),
    pytest.param("now < 2026-01-11", id="1.6 now with a moment to come"),
    pytest.param("now <= 2026-01-10 09:00 and now >= 2026-01-10 09:00", id="1.6 now at the moment itself"),
    pytest.param("2026-01-01 < now", id="1.6 a moment with now"),
    pytest.param(
        "now.weekday = saturday and now.month = 1 and now.day = 10 and now.year = 2026 and now.hour = 9", id="1.6 parts"
    ),
    pytest.param("now.time >= 09:00 and now.time < 09:01", id="1.6 a time of day"),
    pytest.param("now.weekday in [saturday, sunday]", id="1.6 weekdays"),
    pytest.param("time since trigger >= 0 days", id="1.6 time since an event"),
    pytest.param("time until 2026-01-13 09:00 <= 3 days", id="1.6 time until, from X - D on"),
    pytest.param('trigger.items.sku contains "wine-1"', id="2.2 items of the trigger"),
    pytest.param('any(trigger.items where category = "wine" and quantity >= 2)', id="2.3 a where about lines"),
    pytest.param("sum(trigger.items.quantity) = 8 and count(trigger.items) = 2", id="2.3 a sum over lines"),
    pytest.param('first(trigger.items).sku = "wine-1" and last(trigger.items.sku) = "glass-1"', id="2.3 the first line"),
    pytest.param("customer.cart.items is empty and customer.cart.total = 0 EUR", id="2.5 an empty cart"),
]
NOT_TRUE = [
    pytest.param('customer.city = "Rome"', id="P5 unknown"),
    pytest.param('customer.city != "Rome"', id="P5 not equal to unknown"),
    pytest.param('not (customer.city = "Rome")', id="2.1 not unknown"),
    pytest.param('customer.city = "Rome" and customer.level = 3', id="2.1 unknown and true"),
    pytest.param('customer.city = "Rome" or customer.level = 4', id="2.1 unknown or false"),
    pytest.param('customer.city not in ["Rome"]', id="2.1 unknown not in"),
    pytest.param('customer.city does not contain "R"', id="2.1 unknown does not contain"),
    pytest.param("customer.level / 0 = 1", id="2.4 division by zero is unknown"),
    pytest.param("not (customer.level / 0 = 1)", id="2.4 and stays so"),
    pytest.param("not loyal", id="2.2 not a segment that holds"),
    pytest.param("trigger.discount < 1 EUR", id="P5 a missing field of the trigger"),
    pytest.param("time since last(view) > 1 day", id="2.3 the last of nothing"),
    pytest.param("time since last(view) < 1 day", id="2.3 the last of nothing, either way"),
    pytest.param("time since trigger > 0 days", id="1.6 more than is after it"),
    pytest.param("time until 2026-01-13 09:00 < 3 days", id="1.6 less than is after X - D"),
    pytest.param("time until 2026-01-10 08:59 < 3 days", id="1.6 time until what is past is unknown"),
    pytest.param("not (time until 2026-01-10 08:59 < 3 days)", id="1.6 and stays so"),
    pytest.param("time since 2026-01-10 09:01 < 3 days", id="1.6 time since what is to come is unknown"),
    pytest.param("now != 2026-01-10 09:00", id="1.6 now is not unequal to itself"),
    pytest.param("now > 2026-01-10 09:00", id="1.6 now is not after itself"),
    pytest.param("average(view.price) >= 0 EUR", id="2.3 the average of nothing"),
    pytest.param("any(order where total > 40 EUR)", id="2.1 a where that does not hold"),
]


@pytest.mark.parametrize("condition", TRUE)
def test_a_condition_holds(condition: str) -> None:
    assert holds(condition)


@pytest.mark.parametrize("condition", NOT_TRUE)
def test_a_condition_does_not_hold(condition: str) -> None:
    assert not holds(condition)


@pytest.mark.parametrize("condition", [one for one in TRUE if "of" not in str(one.id)])
def test_what_holds_fails_where_it_is_denied(condition: str) -> None:
    assert not holds(f"not ({condition})")


@pytest.mark.parametrize(
    ("condition", "customer"),
    [
        ("not loyal", {}),
        ("not strict", {}),
        ("grade is not known", {}),
        ("customer.vip is not known", {}),
        ("customer.words is empty", {}),
    ],
)
def test_2_2_what_rests_on_a_missing_field_is_no_or_unknown(condition: str, customer: dict[str, Any]) -> None:
    assert holds(condition, customer=customer)


@pytest.mark.parametrize(
    ("rows", "condition"),
    [
        pytest.param(
            [("cart", {"total": 500, "items": LINES})], "customer.cart.items is empty", id="2.5 an order empties the cart"
        ),
        pytest.param([("cancellation", {"order_id": "A"})], "count(order) = 1", id="2.5 a cancelled order stays an order"),
        pytest.param([("return", {"order_id": "A"})], "count(order) = 1 and count(return) = 1", id="2.5 a returned one, too"),
        pytest.param([("unsubscribe", {}), ("order", {})], "count(order) = 2", id="4.2 events count after an unsubscribe"),
        pytest.param(
            [("order", {"id": None}), ("order", {"id": None})], "count(order) = 3", id="4.2 identical rows are two events"
        ),
    ],
)
def test_facts_are_never_undone(rows: list[tuple[str, dict[str, Any]]], condition: str) -> None:
    assert holds(condition, [(kind, "2026-01-10 08:00", fields) for kind, fields in rows])


def test_2_5_the_cart_is_what_the_last_cart_event_said() -> None:
    text = (
        'flow a\n  on cart or empty_cart\n  enter every time\n  notify "t" "{customer.cart.total} {count(customer.cart.items)}"\n'
    )
    rows: list[Row] = [
        ("cart", "2026-01-10", {"total": 500, "items": LINES}),
        ("cart", "2026-01-11", {"total": 300, "items": LINES[:1]}),
        ("empty_cart", "2026-01-12", {}),
    ]
    lines = journal(text, rows, start="2026-01-01", until="2026-01-31")
    assert [line["text"] for line in lines if line["what"] == "notified"] == ["5.00 EUR 2", "3.00 EUR 1", "0.00 EUR 0"]


@pytest.mark.parametrize(
    ("condition", "at"),
    [
        pytest.param("time since last(order) >= 1 day", ["11T09:00:00"], id="1.6 from X + D on"),
        pytest.param("time since last(order) > 1 day", ["11T09:00:00.000001"], id="1.6 after X + D"),
        pytest.param("time since last(order) < 1 day", ["10T09:00:00"], id="1.6 until X + D"),
        pytest.param("not (time since last(order) < 1 day)", ["11T09:00:00"], id="1.6 the opposite of less"),
        pytest.param("not (time since last(order) <= 1 day)", ["11T09:00:00.000001"], id="1.6 the opposite of at most"),
        pytest.param("time until 2026-01-13 <= 1 day", ["12T00:00:00"], id="1.6 from X - D on"),
        pytest.param("time until 2026-01-13 < 1 day", ["12T00:00:00.000001"], id="1.6 after X - D"),
        pytest.param("time until customer.birthday <= 3 days", ["17T00:00:00"], id="1.7 the next birthday"),
        pytest.param("time since last(order) > time since last(view)", ["10T10:00:00"], id="1.6 two clocks are two moments"),
        pytest.param("today = 2026-01-12", ["12T00:00:00"], id="1.6 a date"),
        pytest.param("today = customer.birthday", ["20T00:00:00"], id="1.7 a birthday is today"),
        pytest.param("now.time = 10:00", [f"{day:02}T10:00:00" for day in range(1, 31)], id="1.6 an instant each day"),
        pytest.param(
            "now.weekday = monday and now.hour = 7", [f"{day:02}T07:00:00" for day in (5, 12, 19, 26)], id="1.6 an hour"
        ),
        pytest.param("now >= 2026-01-12 08:00", ["12T08:00:00"], id="1.6 a moment"),
        pytest.param("now > 2026-01-12 08:00", ["12T08:00:00.000001"], id="1.6 after a moment"),
        pytest.param("now = 2026-01-12 08:00", ["12T08:00:00"], id="1.6 at a moment"),
        pytest.param("count(order in the last 2 days) = 0 and count(order) > 0", ["12T09:00:00"], id="1.5 at t + D it has left"),
        pytest.param("now.day = 11 or time since last(order) >= 3 days", ["11T00:00:00", "13T09:00:00"], id="1.6 either of two"),
    ],
)
def test_a_condition_becomes_true_by_time_at_the_very_moment(condition: str, at: list[str]) -> None:
    text = f'flow a\n  when {condition}\n  enter every time\n  tag "x"\n'
    rows: list[Row] = [("order", "2026-01-10 09:00", {}), ("view", "2026-01-10 10:00", {})]
    lines = journal(text, rows, start="2026-01-01", until="2026-01-31", customer={"birthday": (1, 20)})
    assert [line["at"][8:-1] for line in lines if line["what"] == "entered"] == at


def test_1_6_a_time_of_day_that_comes_twice_is_passed_twice() -> None:
    text = 'flow a\n  when now.time >= 02:30\n  enter every time\n  tag "x"\n'
    lines = journal(text, start="2026-10-25", until="2026-10-25 23:00", clock="Europe/Rome")
    assert [line["at"] for line in lines if line["what"] == "entered"] == ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"]


@pytest.mark.parametrize("condition", ["3 days > 20 EUR", "today > 09:00", 'customer.level = "x"'])
def test_units_that_do_not_agree_are_never_run(condition: str) -> None:
    assert codes(f'{FIELDS}flow a\n  on order\n  if {condition}\n    tag "x"\n')
