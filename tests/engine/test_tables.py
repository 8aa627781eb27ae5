"""Tables of constants: a flow for each of their rows, and what is looked up in them (semantics 6.9)."""

from __future__ import annotations

import pytest

from tests.support.scenarios import checked, codes, journal, said

PAIRS = """
table pairs
  bought,    mail,         discount
  "boots-1", "boots_care", 10% off
  "tent-2",  "tent_light", 15% off

flow pair
  for each row of pairs
  on order where items.sku contains bought
  enter once
  send email mail
    coupon "pair" discount for 7 days
"""


def order(day: int, *skus: str) -> tuple[str, str, dict[str, object]]:
    items = [{"sku": sku, "quantity": 1} for sku in skus]
    return "order", f"2026-01-{day:02} 09:00", {"id": str(day), "items": items}


def test_6_9_a_flow_stands_once_for_each_row() -> None:
    lines = journal(PAIRS, [order(3, "tent-2"), order(9, "boots-1", "tent-2")], start="2026-01-01", until="2026-01-20")
    assert [(line["flow"], line["message"]) for line in lines if line["what"] == "sent"] == [
        ("pair[2]", "tent_light"),
        ("pair[1]", "boots_care"),
    ]
    assert [line["offer"] for line in lines if line["what"] == "coupon_issued"] == ["15% off"]


def test_inside_start_and_stop_mean_the_flow_of_any_row() -> None:
    text = """
table waits
  tag_name, length
  "a", 1 day
  "b", 2 days

flow each
  for each row of waits
  on signup
  wait length
  tag tag_name

flow watcher
  when inside each
  wait 36 hours
  stop each
  start each
"""
    lines = journal(text, [("signup", "2026-01-03 09:00", {})], start="2026-01-01", until="2026-01-05 08:00")
    assert said(lines, "tagged", "left") == [("2026-01-04T09:00:00Z", "tagged", "a"), ("2026-01-04T21:00:00Z", "left", "stop")]
    assert [line["flow"] for line in lines if line["what"] == "entered"] == [
        "each[1]",
        "each[2]",
        "watcher",
        "each[1]",
        "each[2]",
    ]


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("first(pairs where bought in trigger.items.sku).mail", "tent_light"),
        ("last(pairs).mail", "tent_light"),
        ("first(pairs.mail)", "boots_care"),
        ("count(pairs)", "2"),
        ("count(pairs where mail starts with 'tent')", "1"),
        ("first(pairs where bought = 'none').mail else 'nothing'", "nothing"),
    ],
)
def test_rows_are_looked_up(expression: str, value: str) -> None:
    text = f'{PAIRS}\nflow look\n  on order\n  send email "look"\n    subject "{{{expression}}}"\n'
    lines = journal(text, [order(3, "tent-2")], start="2026-01-01", until="2026-01-20")
    assert [line["subject"] for line in lines if line.get("message") == "look"] == [value]


@pytest.mark.parametrize(("condition", "entered"), [("any(pairs where bought in items.sku)", True), ("count(pairs) = 3", False)])
def test_rows_decide(condition: str, *, entered: bool) -> None:
    text = f'{PAIRS}\nflow look\n  on order where {condition}\n  tag "looked"\n'
    lines = journal(text, [order(3, "tent-2")], start="2026-01-01", until="2026-01-20")
    assert any(line["flow"] == "look" for line in lines) is entered


def test_a_column_comes_before_a_field_of_what_is_around_it() -> None:
    text = """
table known
  sku, reply
  "boots-1", "boots"

flow asked
  on order
  if any(order.items where any(known where sku = "boots-1"))
    tag "row"
  if any(known where any(order.items where sku = "tent-2"))
    tag "line"
"""
    lines = journal(text, [order(3, "tent-2")], start="2026-01-01", until="2026-01-05")
    assert [line["tag"] for line in lines if line["what"] == "tagged"] == ["row", "line"]


def test_2_2_a_row_about_what_is_unknown_does_not_fit() -> None:
    text = f"""{PAIRS}
field customer.favourite: text

flow asked
  on signup
  if not any(pairs where bought = customer.favourite)
    tag "none"
  if count(pairs where bought = customer.favourite) = 0
    tag "zero"
"""
    lines = journal(text, [("signup", "2026-01-03 09:00", {})], start="2026-01-01", until="2026-01-05")
    assert [line["tag"] for line in lines if line["what"] == "tagged"] == ["none", "zero"]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('"tent-2",  "tent_light", 15% off', '"tent-2",  "tent_light"', "F0425"),
        ("bought,    mail,         discount", "bought,    mail,         mail", "F0425"),
        ('"tent-2",  "tent_light", 15% off', '"tent-2",  "tent_light", 15%', "F0426"),
        ('"tent-2",  "tent_light", 15% off', '"tent-2",  customer.city, 15% off', "F0426"),
        ("for each row of pairs", "for each row of pears", "F0301"),
    ],
)
def test_what_is_wrong_with_a_table_is_found(old: str, new: str, code: str) -> None:
    assert code in codes(PAIRS.replace(old, new))


@pytest.mark.parametrize(
    ("expression", "code"),
    [("sum(pairs)", "F0427"), ("first(pairs)", "F0427"), ("first(pairs).colour", "F0303"), ("any(pairs.mail)", "F0427")],
)
def test_what_a_table_does_not_give_is_found(expression: str, code: str) -> None:
    assert code in codes(f"{PAIRS}\nvalue x = {expression}\n")


def test_a_mistake_in_the_body_is_said_once_for_all_rows() -> None:
    assert codes(PAIRS + "  wait until customer.nowhere\n") == ["F0303"]


def test_a_custom_event_is_declared_and_lets_in() -> None:
    text = """
event scan(place: text, points: number, level: one of "low" or "mid" or "high")

flow thanks
  on scan "Milan" where points >= 10 and level >= "mid"
  tag "scanned"
  notify "club" "{trigger.points} at {trigger.place}, {count(scan)} so far"
"""
    rows = [
        ("scan", "2026-01-03 09:00", {"place": "Milan", "points": 9, "level": "high"}),
        ("scan", "2026-01-04 09:00", {"place": "Milan", "points": 10, "level": "low"}),
        ("scan", "2026-01-05 09:00", {"place": "Milan", "points": 12, "level": "high"}),
        ("scan", "2026-01-06 09:00", {"place": "Rome", "points": 12, "level": "high"}),
    ]
    lines = journal(text, rows, start="2026-01-01", until="2026-01-20")
    assert [(line["at"], line.get("text")) for line in lines if line["what"] == "notified"] == [
        ("2026-01-05T09:00:00Z", "12 at Milan, 3 so far")
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("event order(place: text)", "F0305"),
        ("event scan(at: moment)", "F0304"),
        ("event scan(place: text, place: text)", "F0304"),
        ("event scan(place: colour)", "F0421"),
        ("event scan(place: text)\nevent scan", "F0304"),
        ('event scan\nflow a\n  on scan "Milan"\n  tag "x"', "F0408"),
    ],
)
def test_what_is_wrong_with_an_event_is_found(text: str, code: str) -> None:
    assert code in codes(f"{text}\n")


def test_an_event_may_have_no_fields() -> None:
    assert checked('event scan\nflow a\n  on scan\n  tag "x"\n').diagnostics == ()
