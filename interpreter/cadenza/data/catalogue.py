"""Read the products of a folder, and count in DuckDB what the shop sold of them, day by day.

A day is one of the shop's zone. What is asked of a day looks at the days before it alone, so nothing that comes later changes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from typing import Any

import attrs

from cadenza.check.vocabulary import HISTORIES
from cadenza.data.columns import instant_sql, literal, naive_sql, quoted
from cadenza.data.errors import DataError
from cadenza.data.lines import LineReader
from cadenza.data.rows import Rows
from cadenza.data.running import Running
from cadenza.engine.catalogue import Baskets, Catalogue, Change
from cadenza.engine.clock import Zone
from cadenza.engine.plan import Plan
from cadenza.values import DAY, Number, Value, exact

_EPOCH_DAY = 719163
_PARTS = 10**9
"""What is no whole number is counted in parts of this size."""
_DAYS = quoted("shop days")
_HEAVY = 1024
"""How many products are looked at first where the best are wanted: most shops sell most of few."""


def catalogue(rows: Rows, plan: Plan, zone: Zone) -> Catalogue:
    """Give the products that messages may show, as the plan reads them."""
    table = rows.folder.tables.get("products")
    if table is None:
        raise DataError(f"{rows.folder.path}: a message shows products, and there is no table `products`; put one beside `order`")
    fields = plan.layout.products
    readings = [rows.read(table, name) if name in table.columns else None for name in fields]
    select = ", ".join("NULL" if one is None else one.sql for one in readings)
    decoders = [None if one is None else one.decode for one in readings]
    found = rows.folder.rows(f"SELECT {select} FROM {rows.source('products')}")
    if any(decoders):
        pairs = [(place, decode) for place, decode in enumerate(decoders) if decode is not None]
        found = [_decoded(row, pairs) for row in found]
    histories = [field for field in HISTORIES if field in fields and field in rows.folder.tables]
    changes = [change for field in histories for change in _changes(rows, field, zone)]
    return Catalogue(found, fields, zone, ShopFigures(rows, zone), changes)


def _changes(rows: Rows, field: str, zone: Zone) -> Iterator[Change]:
    """Give what the table of a field says of products: from when they have which value."""
    table = rows.folder.tables[field]
    value, at = rows.read(table, field), table.columns["at"]
    instant, naive = instant_sql(quoted("at"), at), naive_sql(quoted("at"), at)
    sql = f"SELECT CAST(sku AS VARCHAR), {instant}, {naive}, {value.sql} FROM {rows.source(field)} ORDER BY ALL"
    for sku, t, by_the_wall, found in rows.folder.each(sql):
        yield Change(sku, field, zone.instant(t) if by_the_wall else t, value.decode(found) if value.decode else found)


def _decoded(row: tuple[Value, ...], decoders: Sequence[tuple[int, Callable[[Value], Value]]]) -> tuple[Value, ...]:
    values = list(row)
    for place, decode in decoders:
        values[place] = decode(values[place])
    return tuple(values)


@attrs.define(eq=False)
class ShopFigures:
    """What a folder's orders say of its products; nothing is read before it is asked for."""

    rows: Rows
    zone: Zone
    _best: dict[tuple[str, int | None, int], tuple[int, list[tuple[str, Number]]]] = attrs.field(factory=dict)
    _heavy: dict[str, tuple[Running, Number]] = attrs.field(factory=dict)

    # -- What sold ----------------------------------------------------------------------------------------------------

    def best(self, measure: str, first: int | None, day: int, most: int) -> Sequence[tuple[str, Number]]:
        key = (measure, first, day)
        asked, found = self._best.get(key, (0, []))
        if asked < most:
            heavy, bound = self._heavy_by(measure)
            found = self._in_units(measure, heavy.best(first, day, most)) if most <= _HEAVY // 8 else []
            # Nothing else can have sold more in these days than it ever did.
            if len(found) < most or found[-1][1] <= bound:
                ranked = f"GROUP BY sku HAVING figure > 0 ORDER BY figure DESC, sku LIMIT {most}"
                found = self._figures(measure, f"{self._sold(measure, first, day)} {ranked}")
            self._best[key] = most, found
        return found[:most]

    def sold(self, measure: str, first: int | None, day: int, skus: Sequence[str]) -> Mapping[str, Number]:
        if not skus:
            return {}
        listed = ", ".join(map(literal, skus))
        return dict(self._figures(measure, f"{self._sold(measure, first, day)} AND sku IN ({listed}) GROUP BY sku"))

    def _sold(self, measure: str, first: int | None, day: int) -> str:
        since = "" if first is None else f" AND day >= {first}"
        return f"SELECT sku, sum({measure}) AS figure FROM {self._days} WHERE day < {day}{since}"

    def _figures(self, measure: str, sql: str) -> list[tuple[str, Number]]:
        return self._in_units(measure, [(str(sku), int(str(figure))) for sku, figure in self.rows.folder.rows(sql)])

    def _in_units(self, measure: str, figures: list[tuple[str, int]]) -> list[tuple[str, Number]]:
        scale = self._scales[measure]
        return [(sku, figure if scale == 1 else exact(Fraction(figure, scale))) for sku, figure in figures]

    @cached_property
    def _days(self) -> str:
        """The table of what was sold of each product on each day."""
        sums = ", ".join(
            f"CAST(sum({name}) AS {'BIGINT' if scale == 1 else 'HUGEINT'}) AS {name}" for name, scale in self._scales.items()
        )
        self.rows.folder.rows(
            f"CREATE TABLE {_DAYS} AS SELECT day, sku, {sums} FROM ({self._lines_sql()}) GROUP BY day, sku ORDER BY day"
        )
        return _DAYS

    def _heavy_by(self, measure: str) -> tuple[Running, Number]:
        """Give the figures of the products that ever sold most, and the most that any other one did."""
        if measure not in self._heavy:
            totals = f"SELECT sku, sum({measure}) AS figure FROM {self._days} GROUP BY sku ORDER BY figure DESC, sku"
            heavy = f"SELECT sku, row_number() OVER (ORDER BY sku) - 1 AS place FROM ({totals} LIMIT {_HEAVY})"
            skus = [str(sku) for sku, _ in self.rows.folder.rows(f"{heavy} ORDER BY place")]
            daily: Any = self.rows.folder.rows(
                f"SELECT day, list(place), list({measure}) FROM {self._days} JOIN ({heavy}) USING (sku) GROUP BY day ORDER BY day"
            )
            rest = self._figures(measure, f"{totals} LIMIT 1 OFFSET {_HEAVY}")
            self._heavy[measure] = Running(skus, daily), rest[0][1] if rest else 0
        return self._heavy[measure]

    # -- What was bought together -------------------------------------------------------------------------------------

    @property
    def baskets(self) -> Baskets:
        return self._baskets

    @cached_property
    def _baskets(self) -> Baskets:
        orders = f"SELECT day, customer, list(DISTINCT sku) FROM ({self._lines_sql()}) GROUP BY day, basket, customer"
        return Baskets(self.rows.folder.each(f"{orders} ORDER BY day"))

    # -- The lines of all orders --------------------------------------------------------------------------------------

    @cached_property
    def _reader(self) -> LineReader | None:
        table = self.rows.folder.tables.get("order")
        reader = None if table is None else LineReader(self.rows, table)
        return reader if reader is not None and reader.available else None

    @cached_property
    def _scales(self) -> dict[str, int]:
        """By how much figures are multiplied, so that they are whole numbers."""
        quantity, price = (_PARTS if self._in_parts(name) else 1 for name in ("quantity", "price"))
        return {"units": quantity, "revenue": quantity * price}

    def _in_parts(self, name: str) -> bool:
        return self._reader is not None and self._reader.decoders.get(name) is not None

    def _lines_sql(self) -> str:
        reader = self._reader
        if reader is None:
            return (
                "SELECT 0 AS day, 0 AS basket, '' AS customer, '' AS sku, 0::HUGEINT AS units, 0::HUGEINT AS revenue WHERE false"
            )
        units, price = (self._whole(name) for name in ("quantity", "price"))
        lines = reader.joined_lines(reader.columns(), ["sku", "quantity", "price"])
        return (
            "SELECT day, basket, customer, sku, units, units * coalesce(price, 0) AS revenue FROM (SELECT day, basket, customer, "
            f"CAST(l.sku AS VARCHAR) AS sku, coalesce({units}, {self._scales['units']}) AS units, {price} AS price "
            f"FROM ({self._orders(reader)}) o JOIN ({lines}) l ON l.key = o.key)"
        )

    def _whole(self, name: str) -> str:
        column = f"l.{quoted(name)}"
        if self._in_parts(name):
            return f"CAST(CAST({column} AS DECIMAL(38, 9)) * {_PARTS} AS HUGEINT)"
        return f"CAST({column} AS BIGINT)"

    def _orders(self, reader: LineReader) -> str:
        """Give SQL for the orders with their day in the shop's zone."""
        source, at = self.rows.source("order"), reader.table.columns["at"]
        instant, naive = instant_sql('e."at"', at), naive_sql('e."at"', at)
        orders = (
            f"SELECT {reader.key()} AS key, e.file_row_number AS basket, CAST(e.customer AS VARCHAR) AS customer, "
            f"{instant} AS t, {naive} AS naive FROM {source} e"
        )
        offsets = " UNION ALL ".join(
            f"SELECT {start}::BIGINT AS start, {offset}::BIGINT AS ahead" for start, offset in self._offsets()
        )
        return (
            f"SELECT key, basket, customer, (CASE WHEN naive THEN t ELSE t + ahead END) // {DAY} + {_EPOCH_DAY} AS day "
            f"FROM ({orders}) ASOF JOIN ({offsets}) ON t >= start"
        )

    def _offsets(self) -> Iterator[tuple[int, int]]:
        """Give how far the shop's clock is ahead, from which instant on."""
        start = -(2**62)
        while start < 2**62:
            yield start, self.zone.wall(start) - start
            start = self.zone.next_change(start)
