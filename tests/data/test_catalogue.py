"""What a shop sold by a midnight: counted in DuckDB as by hand, and the same whatever comes later and in whatever order."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest

from cadenza.data.catalogue import ShopFigures
from cadenza.data.example import example
from cadenza.data.folder import Folder
from cadenza.data.rows import Rows
from cadenza.engine.catalogue import Bought, Ledger
from tests.support.folders import TABLES, cli, process, replay, write
from tests.support.scenarios import program, zone

ROME = zone("Europe/Rome")
FLOW = """\
use stdlib.selections

shop "Caffè"
  time zone Europe/Rome
  currency EUR

flow thanks
  on order
  enter every time
  send email "thanks"
    show cross_sell(trigger.items) top 3 at least 2 else skip
    show best_sellers(2 months) top 2
    show replenish top 2
    show recently_viewed top 2
    show value_ladder(trigger.items) top 1
"""
DAYS = [datetime(2024, 1, 3), datetime(2024, 3, 31), datetime(2024, 11, 4), datetime(2025, 6, 1), datetime(2026, 2, 1)]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data") / "shop"
    example(folder, 60, 3, ".csv")
    return folder


@contextmanager
def figures(folder: Path) -> Iterator[ShopFigures]:
    flow = program('shop "Caffè"\n  time zone Europe/Rome\nflow f\n  on order\n  tag "t"\n')
    with Folder(folder, flow.events) as opened:
        yield ShopFigures(Rows(opened, flow), ROME)


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def ledger(folder: Path) -> Ledger:
    """Count the orders of the shop by hand."""
    orders = {row["id"]: row for row in rows(folder / "order.csv")}
    lines = [(orders[row["order_id"]], row) for row in rows(folder / "order_items.csv")]
    return Ledger(
        Bought(
            ROME.day(round(datetime.fromisoformat(order["at"]).timestamp()) * 1_000_000),
            order["id"],
            order["customer"],
            line["sku"],
            int(line["quantity"]),
            int(line["quantity"]) * int(line["price"].replace(".", "")),
        )
        for order, line in lines
    )


@pytest.mark.parametrize("day", DAYS, ids=lambda day: f"{day:%Y-%m-%d}")
def test_the_figures_of_a_midnight_are_those_counted_by_hand(shop: Path, day: datetime) -> None:
    before, skus = day.toordinal(), [row["sku"] for row in rows(shop / "products.csv")]
    by_hand = ledger(shop)
    with figures(shop) as found:
        for first in (None, before - 30, before - 1):
            for measure in ("units", "revenue"):
                assert found.best(measure, first, before, 5) == by_hand.best(measure, first, before, 5)
                assert found.best(measure, first, before, 99) == by_hand.best(measure, first, before, 99)
                assert found.sold(measure, first, before, skus) == by_hand.sold(measure, first, before, skus)
        assert found.baskets.holding(before, skus) == by_hand.baskets.holding(before, skus)
        for sku in skus:
            assert found.baskets.together(before, sku) == by_hand.baskets.together(before, sku)
        similar = by_hand.baskets.similar(before, "c0007", skus[:9])
        assert found.baskets.similar(before, "c0007", skus[:9]) == similar


def test_the_figures_are_not_empty_and_counting_back_and_forth_changes_none(shop: Path) -> None:
    with figures(shop) as found:
        early, late = (found.baskets.together(day.toordinal(), "beans-1").counts for day in DAYS[2:4])
        assert found.best("units", None, DAYS[3].toordinal(), 1)[0][1] > 10
        assert 0 < sum(early.values()) < sum(late.values())
        assert found.baskets.together(DAYS[2].toordinal(), "beans-1") == (early, 0, 0)


def rewritten(shop: Path, folder: Path, change: Callable[[list[dict[str, str]]], list[dict[str, str]]]) -> Path:
    """Write the shop once more, each table of events changed."""
    for file in sorted(shop.iterdir()):
        found = rows(file)
        kept = change(found) if "at" in found[0] or file.stem == "order_items" else found
        (folder / file.name).parent.mkdir(exist_ok=True)
        with (folder / file.name).open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(found[0]))
            writer.writeheader()
            writer.writerows(kept)
    return folder


def messages(folder: Path) -> list[dict[str, Any]]:
    """Give what was sent and what was not, but for where the flow was written."""
    found = [line for line in replay(FLOW, folder)[1:] if line["what"] in ("sent", "skipped")]
    return [{**line, "source": None} for line in found]


@pytest.mark.slow
def test_the_future_changes_no_list_and_neither_does_the_order_of_rows(shop: Path, tmp_path: Path) -> None:
    whole = messages(shop)
    assert {one["from"] for line in whole for one in line.get("products", ())} >= {"cross_sell", "best_sellers", "replenish"}
    end = "2025-03-01T00:00:00Z"
    orders = {row["id"] for row in rows(shop / "order.csv") if row["at"] < end}
    truncated = rewritten(
        shop,
        tmp_path / "truncated",
        lambda found: [row for row in found if (row["at"] < end if "at" in row else row["order_id"] in orders)],
    )
    assert messages(truncated) == [line for line in whole if str(line["at"]) < end]
    shuffled = rewritten(shop, tmp_path / "shuffled", lambda found: Random(5).sample(found, len(found)))  # noqa: S311 - no secret
    assert messages(shuffled) == whole


@pytest.mark.slow
def test_processes_and_hash_seeds_change_no_byte(shop: Path, tmp_path: Path) -> None:
    (tmp_path / "f.flow").write_text(FLOW, encoding="utf-8")
    journals = []
    for seed, jobs in (("1", "1"), ("2", "2")):
        journal = tmp_path / f"{seed}.jsonl"
        words = ("replay", tmp_path / "f.flow", "--data", shop, "--journal", journal, "--jobs", jobs)
        assert process(*words, env={"PYTHONHASHSEED": seed}).returncode == 0
        journals.append(journal.read_bytes())
    assert journals[0] == journals[1]


def test_decimals_of_quantities_are_counted_exactly_and_a_missing_quantity_is_one(tmp_path: Path) -> None:
    lines = b"order_id,sku,quantity,price\nA,x,0.1,1.00\nA,y,,2.00\nB,x,0.2,0.50\n"
    orders = b"id,customer,at,total\nA,1,2026-01-01T10:00:00Z,1\nB,1,2026-01-02T10:00:00,1\n"
    with figures(write(tmp_path / "d", {"order.csv": orders, "order_items.csv": lines})) as found:
        day = datetime(2026, 1, 3).toordinal()
        assert [(sku, str(number)) for sku, number in found.best("units", None, day, 9)] == [("y", "1"), ("x", "3/10")]
        assert found.sold("revenue", None, day, ["x", "y", "z"]) == {"x": 20, "y": 200}


def test_a_message_that_shows_products_needs_the_table_of_products(tmp_path: Path) -> None:
    tables = {name: text for name, text in TABLES.items() if not name.startswith("products")}
    (tmp_path / "f.flow").write_text('flow f\n  on order\n  send email "m"\n    show catalog top 1\n', encoding="utf-8")
    done = cli("replay", tmp_path / "f.flow", "--data", write(tmp_path / "d", tables))
    assert done.exit_code == 2
    assert "there is no table `products`" in done.output


@pytest.mark.parametrize(
    ("says", "before", "at", "after"),
    [
        ("from catalog\n  where in_stock", "a", "ac", "c"),
        ("from catalog\n  where price < 8 EUR", "ab", "b", "bc"),
        ("from catalog\n  rank by lowest price", "abc", "bac", "cba"),
        ("from upgrades of order.items", "c", "ac", "a"),
    ],
    ids=("stock", "price", "ranking", "upgrades"),
)
def test_9_4_stock_and_price_are_as_of_now(tmp_path: Path, says: str, before: str, at: str, after: str) -> None:
    """Of c there are 4 from the 11th, and of a none from the 12th; a costs more from the 11th, and c less from the 12th."""
    data = write(
        tmp_path / "data",
        {
            "products.csv": "sku,category,stock,price\na,x,1,5\nb,x,0,7\nc,x,0,9\n",
            "stock.csv": "sku,at,stock\na,2026-01-12T10:00:00,0\nc,2026-01-11T10:00:00Z,4\n",
            "price.csv": "sku,at,price\nc,2026-01-12T10:00:00Z,6\na,2026-01-11T10:00:00Z,8\n",
            "customers.csv": "id\nu\n",
            "order_items.csv": "order_id,sku\n1,b\n2,b\n3,b\n",
            "order.csv": "customer,at,id\nu,2026-01-11T09:59:59.999999Z,1\nu,2026-01-11T10:00:00Z,2\nu,2026-01-12T10:00:00Z,3\n",
        },
    )
    flow = 'flow f\n  on order\n  enter every time\n  send email "m"\n    show list top 4\n'
    lines = replay(f'shop "S"\n  currency EUR\n\nselection list\n  {says}\n\n{flow}', data)
    shown = ["".join(one["sku"] for one in line.get("products", ())) for line in lines[1:] if line["what"] == "sent"]
    assert shown == [before, at, after]
