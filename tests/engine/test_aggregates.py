"""What is asked of streams: counts, sums, firsts and lasts, in windows (semantics 1.5, 2.3, 6.5)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.scenarios import Row, journal

WINE = {"sku": "w", "quantity": 2, "price": 1000, "category": "wine"}
BEER = {"sku": "b", "quantity": 1, "price": 300, "category": "beer"}
ORDERS: list[Row] = [
    ("order", "2026-01-01 09:00", {"id": "A", "total": 2000, "items": [WINE]}),
    ("order", "2026-01-03 09:00", {"id": "B", "total": 600, "coupon": "X", "items": [BEER, BEER]}),
    ("order", "2026-01-09 09:00", {"id": "C", "items": [WINE, BEER]}),
    ("view", "2026-01-09 10:00", {"sku": "w", "category": "wine"}),
    ("view", "2026-01-09 11:00", {"sku": "b", "category": "beer"}),
    ("view", "2026-01-09 12:00", {"sku": "x", "category": "wine"}),
]


def asked(expression: str, rows: list[Row] | None = None, at: str = "2026-01-10 09:00", **more: Any) -> str:
    """Give what an expression is, in a text, for a run let in by a `search`; `none` where it is unknown."""
    quoted = expression.replace('"', "'")
    text = f'flow a\n  on search\n  notify "t" "{{{quoted} else \'none\'}}"\n'
    given = {"start": "2026-01-01", "until": "2026-03-01", **more}
    events = ORDERS if rows is None else rows
    lines = journal(text, [*events, ("search", at, {"query": "wine"})], **given)
    return next(str(line["text"]) for line in lines if line["what"] == "notified")


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        pytest.param("count(order)", "3", id="2.3 count"),
        pytest.param("sum(order.total)", "26.00 EUR", id="2.3 what is missing is passed over"),
        pytest.param("average(order.total)", "13.00 EUR", id="2.3 in an average, too"),
        pytest.param("min(order.total)", "6.00 EUR", id="2.3 min"),
        pytest.param("max(order.total)", "20.00 EUR", id="2.3 max"),
        pytest.param("first(order).id", "A", id="2.3 first"),
        pytest.param("last(order).id", "C", id="2.3 last"),
        pytest.param("last(order.total)", "6.00 EUR", id="2.3 the last that is known"),
        pytest.param("first(order.coupon)", "X", id="2.3 the first that is known"),
        pytest.param("count(order.coupon)", "1", id="2.3 count of what is known"),
        pytest.param("count(distinct view.category)", "2", id="2.3 count distinct"),
        pytest.param("most frequent(view.category)", "wine", id="2.3 most frequent"),
        pytest.param("most frequent(order.items.category)", "beer", id="2.3 most frequent of lines"),
        pytest.param("most frequent(view.sku)", "x", id="2.3 at a tie the one that came last"),
        pytest.param("count(order.items)", "5", id="2.3 lines"),
        pytest.param("sum(order.items.quantity)", "7", id="2.3 a sum over lines"),
        pytest.param('sum(order.items.quantity where category = "wine")', "4", id="2.3 a where about the line"),
        pytest.param('count(order where items.category contains "wine")', "2", id="2.3 a where about the order's lines"),
        pytest.param("count(order where total > 6 EUR)", "1", id="2.1 a where that is unknown does not hold"),
        pytest.param("count(order or view)", "6", id="2.3 several kinds"),
        pytest.param('count(view "w")', "1", id="2.3 a main field"),
        pytest.param('count(view where sku = "w" or category = "beer")', "2", id="2.3 a where of fields"),
        pytest.param("count(order in the last 7 days)", "1", id="1.5 at t + D an event has left"),
        pytest.param("count(order in the last 169 hours)", "2", id="1.5 hours"),
        pytest.param("sum(order.total in the last 8 days)", "6.00 EUR", id="1.5 a sum in a window"),
        pytest.param("count(order since 2026-01-03)", "2", id="1.7 since a date, its start"),
        pytest.param("count(order before 2026-01-03)", "1", id="1.7 before a date"),
        pytest.param("count(order since 2026-01-02 before 2026-01-09 09:00)", "1", id="1.5 since and before"),
        pytest.param("count(order since first(order))", "2", id="6.5 since an event, by its rank"),
        pytest.param("count(order before last(order))", "2", id="6.5 before an event, by its rank"),
        pytest.param("count(search since trigger)", "0", id="6.5 the trigger itself is not after it"),
        pytest.param(
            "count(order in the last 30 days where total = max(order.total))", "1", id="2.3 a where about more than the event"
        ),
        pytest.param("first(order in the last 8 days).id", "B", id="1.5 first in a window"),
        pytest.param("first(order in the last 2 days).id", "C", id="1.5 first in a shorter window"),
        pytest.param("last(order before 2026-01-05).id", "B", id="1.5 last before"),
        pytest.param("expected next(order)", "2026-01-13 09:00", id="2.3 the last and the median gap"),
        pytest.param("expected next(order since 2026-01-09)", "none", id="2.3 expected next needs two events"),
        pytest.param("count(return)", "0", id="2.3 count of nothing"),
        pytest.param("sum(return.items.price)", "0.00 EUR", id="2.3 a sum of nothing, in its unit"),
        pytest.param("average(review.rating)", "none", id="2.3 an average of nothing"),
        pytest.param("min(review.rating)", "none", id="2.3 a min of nothing"),
        pytest.param("last(review).sku", "none", id="2.3 the last of nothing"),
        pytest.param("most frequent(review.sku)", "none", id="2.3 most frequent of nothing"),
        pytest.param("median gap(order)", "4 days", id="2.3 a median of two gaps is their mean"),
        pytest.param("median gap(return)", "none", id="2.3 a median of nothing"),
        pytest.param("sum(order.total) / count(order.total)", "13.00 EUR", id="2.4 arithmetic with aggregates"),
    ],
)
def test_an_aggregate(expression: str, value: str) -> None:
    assert asked(expression) == value


@pytest.mark.parametrize(
    ("at", "count"),
    [
        pytest.param("2026-02-27 12:00", "4", id="1.5 all four are in"),
        pytest.param("2026-02-28 09:59", "4", id="1.5 until the first leaves"),
        pytest.param("2026-02-28 10:00", "1", id="1.5 with the third the earlier ones leave"),
        pytest.param("2026-02-28 12:00", "0", id="1.5 and then the last"),
    ],
)
def test_no_event_stays_longer_in_a_window_than_a_later_one(at: str, count: str) -> None:
    days = ["28 11:00", "29 11:30", "30 10:00", "31 12:00"]
    rows: list[Row] = [("order", f"2026-01-{day}", {}) for day in days]
    assert asked("count(order in the last 1 month)", rows, at) == count


@pytest.mark.parametrize(("at", "count"), [("2026-03-29 19:59", "1"), ("2026-03-29 20:00", "0")])
def test_1_5_a_window_of_a_day_is_a_day_of_the_calendar(at: str, count: str) -> None:
    rows: list[Row] = [("order", "2026-03-28 20:00", {})]
    assert asked("count(order in the last 1 day)", rows, at, clock="Europe/Rome", until="2026-04-01") == count


@pytest.mark.parametrize(
    ("rows", "counts"),
    [
        pytest.param(["order", "search", "order"], ["1", "0"], id="6.5 only what comes after, at one instant"),
        pytest.param(["search", "order", "order"], ["0", "0"], id="6.5 not what has not come yet"),
        pytest.param(["order", "order", "search"], ["2", "0"], id="6.5 not what came before"),
    ],
)
def test_events_of_one_instant_are_told_apart_by_rank(rows: list[str], counts: list[str]) -> None:
    text = 'flow a\n  on search\n  notify "t" "{count(order)}"\n  notify "t" "{count(order since trigger)}"\n'
    lines = journal(text, [(kind, "2026-01-10", {}) for kind in rows], start="2026-01-01", until="2026-02-01")
    assert [line["text"] for line in lines if line["what"] == "notified"] == counts


def test_6_5_since_trigger_grows_while_the_run_waits() -> None:
    text = 'flow a\n  on search\n  wait 2 days\n  notify "t" "{count(order since trigger)} {sum(order.total since trigger)}"\n'
    rows: list[Row] = [("search", "2026-01-10", {}), *[("order", f"2026-01-{day}", {"total": 100}) for day in (10, 11, 12, 13)]]
    lines = journal(text, rows, start="2026-01-01", until="2026-02-01")
    assert [line["text"] for line in lines if line["what"] == "notified"] == ["3 3.00 EUR"]


def test_6_5_without_a_trigger_event_since_trigger_counts_from_entry() -> None:
    text = 'flow a\n  when count(order) >= 2\n  wait 1 day\n  notify "t" "{count(order since trigger)}"\n'
    rows: list[Row] = [("order", "2026-01-10", {}), ("order", "2026-01-11", {}), ("order", "2026-01-11", {})]
    lines = journal(text, rows, start="2026-01-01", until="2026-02-01")
    assert [line["text"] for line in lines if line["what"] == "notified"] == ["1"]


def test_effects_are_streams_too() -> None:
    text = """
flow a
  on order
  enter every time
  send email "x"
  send sms "y"
  tag "t"
  notify "t" "{count(sent)} {count(sent 'x')} {count(sent of this flow)} {count(sent where channel = 'sms')} {count(tagged)}"
"""
    rows: list[Row] = [
        ("sent", "2026-01-09", {"message": "x", "channel": "email"}),
        ("order", "2026-01-10", {}),
        ("order", "2026-01-11", {}),
    ]
    lines = journal(text, rows, start="2026-01-09", until="2026-02-01")
    assert [line["text"] for line in lines if line["what"] == "notified"] == ["3 2 2 1 1", "5 3 2 2 1"]


@pytest.mark.parametrize("kind", ["open", "click", "bounce"])
def test_events_of_this_flow_are_about_its_own_sendings(kind: str) -> None:
    text = f"""
flow a
  on order
  send email "x"
  wait 2 days
  notify "t" "{{count({kind} of this flow)}} {{count({kind})}}"
"""
    rows: list[Row] = [
        ("sent", "2026-01-08", {"message": "x", "channel": "email"}),
        (kind, "2026-01-09", {"message": "x", "channel": "sms"}),
        ("order", "2026-01-10", {}),
        (kind, "2026-01-10", {"message": "x", "channel": "sms"}),
        (kind, "2026-01-11", {"message": "y", "channel": "sms"}),
    ]
    lines = journal(text, rows, start="2026-01-01", until="2026-02-01")
    assert [line["text"] for line in lines if line["what"] == "notified"] == ["1 3"]


def test_a_complaint_of_this_flow_is_about_its_own_message() -> None:
    text = """
flow a
  on order
  enter every time
  leave on complaint of this flow
  send email "x"
  wait 9 days
"""
    rows: list[Row] = [("order", "2026-01-09", {}), ("order", "2026-01-10", {}), ("complaint", "2026-01-11", {"message": "x"})]
    lines = journal(text, rows, start="2026-01-01", until="2026-02-01")
    ended = [(line["what"], line["run"]) for line in lines if line["what"] in ("left", "finished")]
    assert ended == [("left", 2), ("finished", 1)]


@pytest.mark.parametrize(
    ("alias", "rows", "entered"),
    [
        ("event big = order where total >= 50 EUR", [("order", {"total": 5000})], True),
        ("event big = order where total >= 50 EUR", [("order", {"total": 4999})], False),
        ("event big = order or cart", [("cart", {"total": 1})], True),
    ],
)
def test_an_event_may_have_a_name_of_its_own(alias: str, rows: list[tuple[str, dict[str, Any]]], entered: bool) -> None:
    text = f'{alias}\nflow a\n  on big\n  tag "x"\n'
    lines = journal(text, [(kind, "2026-01-10", fields) for kind, fields in rows], start="2026-01-01", until="2026-02-01")
    assert bool(lines) is entered
