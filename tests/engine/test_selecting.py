"""Selections: which products a message shows, in which order, and what happens where there are too few (semantics 9.4)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from cadenza.engine import selecting
from cadenza.engine.catalogue import Bought, Catalogue, Ledger
from tests.support.generating.dice import Dice
from tests.support.scenarios import Row, journal, said, zone

JANUARY = date(2026, 1, 1).toordinal()
FIELDS = "field product.cost: money\nfield product.full_price: money\nfield product.accessories: list of text\n"


def product(sku: str, category: str, price: int, **more: Any) -> dict[str, Any]:
    return {"sku": sku, "category": category, "price": price, "manufacturer": sku[0], **more}


CATALOGUE = [
    product("boots-1", "boots", 9000, accessories=("wax-1", "lace-1"), cost=8000, released=date(2025, 3, 1).toordinal()),
    product("boots-2", "boots", 15000, cost=6000, full_price=30000, released=date(2026, 1, 5).toordinal()),
    product("boots-3", "boots", 12000, stock=0, full_price=13000),
    product("lace-1", "care", 500, stock=3, released=date(2024, 1, 1).toordinal()),
    product("next-1", "boots", 11000, released=date(2026, 6, 1).toordinal()),
    product("tent-1", "tents", 20000),
    product("wax-1", "care", 1000, stock=7),
]


def sold(day: int, basket: str, *skus: str, units: int = 1, revenue: int = 100) -> list[Bought]:
    return [Bought(JANUARY + day - 1, basket, f"who {basket}", sku, units, revenue) for sku in skus]


# Wax goes with boots, twice; laces are what sells, tents are what pays. What comes on the tenth is of the future.
BOUGHT = [
    *sold(1, "A", "boots-1", "wax-1"),
    *sold(2, "B", "boots-1", "wax-1", "lace-1"),
    *sold(3, "C", "lace-1", units=7),
    *sold(4, "D", "tent-1", revenue=20000),
    *sold(-90, "E", "tent-1", units=50),
    *sold(10, "F", "boots-2", "boots-1", units=900),
    *sold(10, "G", "boots-2", "boots-1", units=900),
]


def line(sku: str) -> dict[str, Any]:
    return next({"quantity": 1, **one} for one in CATALOGUE if one["sku"] == sku)


def order(when: str, *skus: str) -> Row:
    return ("order", when, {"id": f"order of {when}", "items": [line(sku) for sku in skus]})


def view(when: str, sku: str) -> Row:
    return ("view", when, {"sku": sku})


NOW = order("2026-01-10 10:00", "boots-1")


def told(selection: str, *rows: Row, show: str = "show picked(trigger.items)") -> list[dict[str, Any]]:
    """Replay a flow that shows a selection of these lines when the last order comes."""
    lines = "".join(f"  {one.strip()}\n" for one in selection.split("|"))
    text = (
        f'{FIELDS}selection picked(basket)\n{lines}\nflow thanks\n  on order where id = "{NOW[2]["id"]}"\n  send email "thanks"\n'
    )
    shows = "".join(f"    {one.strip()}\n" for one in show.split("|"))
    rows = rows if any(row is NOW for row in rows) else (*rows, NOW)
    return journal(text + shows, rows, start="2026-01-01", until="2026-02-01", catalogue=CATALOGUE, bought=BOUGHT)


def picked(selection: str, *rows: Row, show: str = "show picked(trigger.items)") -> str:
    """Give the SKUs of the message, in order."""
    sent = [one for one in told(selection, *rows, show=show) if one["what"] == "sent"]
    return " ".join(one["sku"] for message in sent for one in message.get("products", ()))


@pytest.mark.parametrize(
    ("source", "skus"),
    [
        ("catalog", "boots-1 boots-2 boots-3 lace-1 tent-1 wax-1"),  # by SKU; next-1 is not released yet
        ('products "wax-1", "gone-9", "boots-1"', "wax-1 boots-1"),  # as written, and only what the shop has
        ("basket", "boots-1"),
        ("view", "lace-1 tent-1"),  # the last one first, each once
        ("order.items in the last 5 days", "boots-1 tent-1"),
        ("view and basket", "lace-1 tent-1 boots-1"),
        ("bought together with basket", "wax-1"),  # laces only once: that is chance; boots-2 is of today
        ("accessories of basket", "wax-1 lace-1"),
        ("upgrades of basket", "boots-3 boots-2"),  # dearer boots, the next step up first
    ],
)
def test_products_come_from_a_source_in_its_own_order(source: str, skus: str) -> None:
    rows = (
        order("2025-12-20 10:00", "wax-1"),
        view("2026-01-06 10:00", "lace-1"),
        view("2026-01-07 10:00", "tent-1"),
        order("2026-01-08 10:00", "tent-1"),
        view("2026-01-09 10:00", "lace-1"),
    )
    assert picked(f"from {source} | top 9", *rows) == skus


def test_what_similar_customers_bought_goes_by_how_many_of_them_did() -> None:
    rows = (order("2026-01-05 10:00", "wax-1"),)
    assert picked("from bought by similar customers | top 9", *rows) == "boots-1 wax-1 lace-1"


@pytest.mark.parametrize(
    ("ranking", "skus"),
    [
        ("units sold", "tent-1 lace-1 boots-1 wax-1"),
        ("units sold in the last 30 days", "lace-1 boots-1 wax-1 tent-1"),  # ties by SKU
        ("units sold in the last 30 days, lowest price", "lace-1 wax-1 boots-1 tent-1"),
        ("revenue in the last 1 month", "tent-1 boots-1 lace-1 wax-1"),
        ("newest", "boots-2 boots-1 lace-1 boots-3"),  # unknown comes last
        ("lowest price", "lace-1 wax-1 boots-1 boots-3"),
        ("highest price", "tent-1 boots-2 boots-3 boots-1"),
        ("margin", "boots-2 boots-1 boots-3 lace-1"),
        ("discount", "boots-2 boots-3 boots-1 lace-1"),
        ("recently viewed", "tent-1 wax-1 boots-1 boots-2"),
        ("recently bought", "boots-1 lace-1 boots-2 boots-3"),
    ],
)
def test_rankings_put_the_best_first_and_settle_ties_by_sku(ranking: str, skus: str) -> None:
    rows = (view("2026-01-06 10:00", "wax-1"), view("2026-01-07 10:00", "tent-1"), order("2026-01-08 10:00", "lace-1"))
    assert picked(f"from catalog | rank by {ranking} | top 4", *rows) == skus


def test_confidence_is_smoothed_towards_what_is_popular_and_never_a_lift() -> None:
    assert picked("from bought together with basket and catalog | rank by confidence | top 3") == "wax-1 boots-1 boots-2"


@pytest.mark.parametrize(
    ("lines", "skus"),
    [
        ("where in_stock", "boots-1 boots-2 lace-1 tent-1 wax-1"),  # unknown is in stock, 0 is not
        ("where category not in basket.category", "lace-1 tent-1 wax-1"),
        ("where category = last(view).category", ""),  # a view of which nothing is known
        ("where sku in view.sku", "lace-1 wax-1"),
        ("where price > 100 EUR and in_stock", "boots-2 tent-1"),
        ("where price > 100 EUR | where in_stock", "boots-2 tent-1"),
        ("where time since released < 30 days", "boots-2"),
        ("except order.items | except view", "boots-2 boots-3 tent-1"),
        ("except order.items where price > 50 EUR", "boots-2 boots-3 lace-1 tent-1 wax-1"),
        ("at most 1 per category", "boots-1 lace-1 tent-1"),
        ("at most 1 per category | rank by highest price", "tent-1 boots-2 wax-1"),
    ],
)
def test_filters_leave_products_out(lines: str, skus: str) -> None:
    rows = (view("2026-01-06 10:00", "wax-1"), view("2026-01-07 10:00", "lace-1"))
    assert picked(f"from catalog | {lines} | top 9", *rows) == skus


@pytest.mark.parametrize(
    ("orders", "skus"),
    [
        (["2025-12-01 10:00", "2025-12-21 10:00"], "wax-1"),  # expected on the 10th, at the very instant
        (["2025-12-01 10:00", "2025-12-21 10:01"], ""),
        (["2025-12-01 10:00"], ""),  # one purchase is no cycle
    ],
)
def test_due_is_what_this_customer_should_have_used_up(orders: list[str], skus: str) -> None:
    assert picked("from order.items | where due", *(order(when, "wax-1") for when in orders)) == skus


ELSE = 'from products "wax-1", "boots-1" | except basket | top 3 | else '


def test_else_fills_the_places_left_without_repeats_and_under_the_first_except() -> None:
    assert picked(f'{ELSE} products "boots-1", "wax-1", "tent-1", "lace-1", "boots-2"') == "wax-1 tent-1 lace-1"


def test_the_journal_says_which_selection_gave_a_product() -> None:
    sent = next(one for one in told(f'{ELSE} products "tent-1"') if one["what"] == "sent")
    assert sent["products"] == [{"sku": "wax-1", "from": "picked"}, {"sku": "tent-1", "from": 'products "tent-1"'}]


@pytest.mark.parametrize(
    ("show", "what", "skus"),
    [
        ("show picked(trigger.items) at least 1 else skip", "sent", "wax-1"),
        ("show picked(trigger.items) at least 2 else skip", "skipped", ""),
        ("show picked(trigger.items) at least 2 else without", "sent", ""),
        ("show picked(trigger.items) at least 2 else skip if count(order) > 1", "sent", ""),
        ("show picked(trigger.items) at least 2 else without | show catalog top 1", "sent", "boots-1"),
        ("show picked(trigger.items) | show catalog top 6", "sent", "wax-1 boots-1 boots-2 boots-3 lace-1 tent-1"),
        ("show catalog top 2 | show catalog top 2", "sent", "boots-1 boots-2 boots-3 lace-1"),  # never the same twice
    ],
)
def test_too_few_products_skip_the_message_or_go_without(show: str, what: str, skus: str) -> None:
    lines = told("from accessories of basket | where in_stock | where price > 9 EUR", show=show)
    about = [one for one in lines if one["what"] in ("sent", "skipped")]
    assert [one["what"] for one in about] == [what]
    assert " ".join(one["sku"] for one in about[0].get("products", ())) == skus
    assert said(lines, "skipped") == [("2026-01-10T10:00:00Z", "skipped", "thanks", "shortage")] * (what == "skipped")


def test_a_selection_takes_other_selections_and_defaults() -> None:
    text = """
selection care(most = 1)
  from catalog
  where category = "care"
  top most

selection both(first)
  from first and care(2)
  top 9

flow thanks
  on order
  send email "thanks"
    show both(care)
"""
    lines = journal(text, [NOW], start="2026-01-01", until="2026-02-01", catalogue=CATALOGUE, bought=BOUGHT)
    sent = next(one for one in lines if one["what"] == "sent")
    assert [one["sku"] for one in sent["products"]] == ["lace-1", "wax-1"]


def test_a_list_of_the_whole_shop_is_that_of_the_last_midnight_of_the_shop() -> None:
    text = """
shop "Aurora"
  time zone Europe/Rome

selection best
  from catalog
  rank by units sold
  top 1

flow thanks
  on order
  enter every time
  send email "thanks"
    show best
"""
    rows = [order("2026-01-09T22:59:59Z", "wax-1"), order("2026-01-10T23:00:00Z", "wax-1")]
    lines = journal(text, rows, start="2026-01-01", until="2026-02-01", catalogue=CATALOGUE, bought=BOUGHT)
    assert [one["products"][0]["sku"] for one in lines if one["what"] == "sent"] == ["tent-1", "boots-1"]


@pytest.mark.parametrize("kept", [0, 1 << 27], ids=["nothing kept", "all kept"])
@pytest.mark.parametrize("seed", range(12))
def test_9_4_lists_worked_out_in_portions_are_the_whole_list_in_order(
    seed: int, kept: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cadenza.engine.catalogue._MOST_KEPT", kept)
    dice = Dice("together", seed)
    skus = [f"s{number:03}" for number in range(150)]
    often = skus[:60]
    bought = [
        Bought(1 + number // 10, f"b{number}", f"c{number % 30}", sku)
        for number in range(410)
        for sku in {dice.pick(often if dice.chance(80) else skus) for _ in range(dice.between(4, 24))}
    ]
    catalogue = Catalogue([(sku,) for sku in skus], ("sku",), zone("UTC"), Ledger(bought))
    for basket, day in ((skus[:1], 41), (skus[:3], 30), (skus[100:104], 41), ([*skus[18:25], "unknown"], 20), ([], 41)):
        scores = selecting.confidence(basket, day, catalogue)
        whole = sorted(scores, key=lambda sku: (-scores[sku][0], -scores[sku][1], sku))
        assert list(selecting.by_confidence(basket, day, catalogue)) == whole
    assert len(selecting.confidence(skus[:3], 41, catalogue)) > 2 * 16  # so that there are several portions
