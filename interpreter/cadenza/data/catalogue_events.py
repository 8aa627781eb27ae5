"""Work out the events that a catalogue brings about: a product is back, costs less, or is new (semantics 4.3).

Rule 1: a change reaches whoever viewed the product or put it in a cart before it, in the last 90 days of the shop's calendar, and
did not buy it after that. So the last such contact alone decides: no earlier one stays longer (1.5).
Rule 2: a release reaches whoever viewed or bought something of its manufacturer or category before it, however long ago.
Rule 3: a change comes before what customers do at its instant (4.1): they saw, carted or bought the product before it or not.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

import attrs

from cadenza.check.vocabulary import SHOP_EVENTS
from cadenza.data.columns import instant_sql, naive_sql, quoted
from cadenza.data.folder import Table
from cadenza.data.lines import LineReader
from cadenza.data.rows import Rows
from cadenza.engine.clock import Zone
from cadenza.values import DAY

_EPOCH_DAY = 719163
_LONG_AGO = -(2**62)
_WINDOW = 90
_NO_CHANGES = "SELECT '' AS sku, 0::BIGINT AS t, NULL::DECIMAL(28, 9) AS value WHERE false"


def add_catalogue_events(rows: Rows, kinds: Collection[str], zone: Zone) -> None:
    """Add a table of each of these kinds that the folder does not have itself; `zone` is the shop's."""
    events = _CatalogueEvents(rows, zone)
    makers: dict[str, Callable[[], str | None]] = {
        "back_in_stock": lambda: events.changed("stock", "before = 0 AND value > 0"),
        "price_drop": lambda: events.changed("price", "value < before"),
        "new_product": events.released,
    }
    for kind in SHOP_EVENTS:
        if kind in kinds and kind not in rows.folder.tables and (sql := makers[kind]()) is not None:
            rows.add(_kept(rows, kind, sql))


def _kept(rows: Rows, kind: str, sql: str) -> Table:
    """Work out the rows of a kind once; of several at one instant the first by SKU comes first, as its SKU is its id."""
    name = quoted(f"made {kind}")
    rows.folder.rows(
        f"CREATE TABLE {name} AS SELECT row_number() OVER (ORDER BY customer, t, sku) - 1 AS file_row_number, "
        f'customer, make_timestamptz(t) AS "at", sku AS id, * EXCLUDE (customer, t) FROM ({sql})'
    )
    columns = {str(row[0]): str(row[1]) for row in rows.folder.rows(f"DESCRIBE {name}") if row[0] != "file_row_number"}
    return Table(kind, rows.folder.path / kind, columns, name, made=True)


@attrs.define(eq=False)
class _CatalogueEvents:
    """SQL for the rows of each kind. In all of it `t` is an instant, or with `naive` a reading of the shop's clock."""

    rows: Rows
    zone: Zone

    def changed(self, field: str, test: str) -> str | None:
        """Give whom each change of a field reaches, where it is such a change; the value before it is `before`."""
        if field not in self.rows.folder.tables or (contacts := self._contacts(field)) is None:
            return None
        changes = (
            f"SELECT * FROM (SELECT sku, t, value, lag(value) OVER (PARTITION BY sku ORDER BY t, value) AS before "
            f"FROM ({self._history(field)})) WHERE {test}"
        )
        reached = (
            f"SELECT k.customer, k.sku, k.t, c.t AS changed, c.before FROM ({contacts}) k JOIN ({changes}) c ON k.sku = c.sku "
            f"AND c.t > k.t AND c.t <= k.until AND c.t < k.t + {(_WINDOW + 2) * DAY}"
        )
        later = self._at_wall(f"SELECT * REPLACE (t + {_WINDOW * DAY} AS t), true AS naive FROM ({self._walls(reached)})")
        old_price = ", before AS old_price" if field == "price" else ""
        return self._priced(f"SELECT customer, sku, changed AS t{old_price} FROM ({later}) WHERE changed < t")

    def released(self) -> str | None:
        """Give whom each release reaches."""
        table = self.rows.folder.tables.get("products")
        known = [name for name in ("category", "manufacturer") if table is not None and name in table.columns]
        met = [] if table is None else list(self._met(known))
        if table is None or "released" not in table.columns or not known or not met:
            return None
        day, source = self.rows.read(table, "released").sql, self.rows.source("products")
        fields = ", ".join(f"{self.rows.read(table, name).sql} AS {quoted(name)}" for name in known)
        released = self._at_wall(
            f"SELECT CAST(sku AS VARCHAR) AS sku, {fields}, ({day} - {_EPOCH_DAY}) * {DAY} AS t, true AS naive "
            f"FROM {source} WHERE {day} IS NOT NULL"
        )
        history = self._at_wall(" UNION ALL ".join(met))
        reached = " UNION ".join(
            f"SELECT customer, sku, r.t FROM ({released}) r JOIN (SELECT customer, {quoted(name)} AS known, min(t) AS first "
            f"FROM ({history}) GROUP BY ALL) ON known = r.{quoted(name)} AND first < r.t"
            for name in known
        )
        return self._priced(reached)

    # -- Products over time -------------------------------------------------------------------------------------------

    def _history(self, field: str) -> str:
        """Give every value of a field and from when it holds; before the first row of its table it is that of `products`."""
        tables = self.rows.folder.tables
        found = []
        if (products := tables.get("products")) is not None and field in products.columns:
            value = _amount(field)
            found.append(
                f"SELECT CAST(sku AS VARCHAR) AS sku, {_LONG_AGO} AS t, {value} AS value "
                f"FROM {self.rows.source('products')} WHERE {value} IS NOT NULL"
            )
        if (table := tables.get(field)) is not None:
            sql = f"SELECT CAST(e.sku AS VARCHAR) AS sku, {_when(table)}, {_amount(field)} AS value"
            found.append(f"SELECT sku, t, value FROM ({self._at_wall(f'{sql} FROM {self.rows.source(field)} e')})")
        return " UNION ALL ".join(found) or _NO_CHANGES

    def _priced(self, events: str) -> str:
        """Add the price of the product at each event."""
        prices = f"SELECT sku AS of, t AS since, value FROM ({self._history('price')})"
        return f"SELECT e.*, p.value AS price FROM ({events}) e ASOF LEFT JOIN ({prices}) p ON e.sku = p.of AND e.t >= p.since"

    # -- Customers and products ---------------------------------------------------------------------------------------

    def _contacts(self, field: str) -> str | None:
        """Give when customers viewed or carted products that change, each until their next contact or purchase, included."""
        contacts = [*self._views([]), *self._lines("cart", ["sku"])]
        if not contacts:
            return None
        told = [f"SELECT *, false AS bought FROM ({one})" for one in contacts]
        told += [f"SELECT *, true AS bought FROM ({one})" for one in self._lines("order", ["sku"])]
        change = f"SELECT CAST(sku AS VARCHAR) FROM {self.rows.source(field)}"
        of_these = f"SELECT * FROM ({' UNION ALL '.join(told)}) WHERE sku IN ({change})"
        return (
            f"SELECT customer, sku, t, coalesce(next, {2**62}) AS until FROM (SELECT *, lead(t) OVER (PARTITION BY customer, sku "
            f"ORDER BY t, bought) AS next FROM ({self._at_wall(of_these)})) WHERE NOT bought"
        )

    def _met(self, fields: Sequence[str]) -> Iterator[str]:
        yield from self._views(fields)
        yield from self._lines("order", ["sku", *fields])

    def _views(self, fields: Sequence[str]) -> Iterator[str]:
        """Give who viewed what and when; fields of a product are those that the view has itself, else those of `products`."""
        tables = self.rows.folder.tables
        view, products = tables.get("view"), tables.get("products")
        if view is None or "sku" not in view.columns:
            return
        read = {name: self.rows.read(view, name).sql for name in fields if name in view.columns}
        own = {name: sql.replace(quoted(name), f"e.{quoted(name)}") for name, sql in read.items()}
        picked = "".join(f", {own.get(name, f'p.{quoted(name)}')} AS {quoted(name)}" for name in fields)
        joined = ""
        if products is not None and len(own) < len(fields):
            found = ", ".join(f"{self.rows.read(products, name).sql} AS {quoted(name)}" for name in fields)
            joined = f" LEFT JOIN (SELECT CAST(sku AS VARCHAR) AS key, {found} FROM {self.rows.source('products')}) p"
            joined += " ON p.key = CAST(e.sku AS VARCHAR)"
        yield (
            f"SELECT CAST(e.customer AS VARCHAR) AS customer, CAST(e.sku AS VARCHAR) AS sku, {_when(view)}{picked} "
            f"FROM {self.rows.source('view')} e{joined}"
        )

    def _lines(self, kind: str, fields: Sequence[str]) -> Iterator[str]:
        """Give who had what among the lines of their events, and when; the first field is the SKU."""
        table = self.rows.folder.tables.get(kind)
        if table is None or not (reader := LineReader(self.rows, table)).available:
            return
        lines = reader.joined_lines(reader.columns(), fields)
        source = self.rows.source(kind)
        events = f"SELECT {reader.key()} AS key, CAST(e.customer AS VARCHAR) AS customer, {_when(table)} FROM {source} e"
        picked = ", ".join(f"l.{quoted(name)}" for name in fields[1:])
        yield (
            f"SELECT o.customer, CAST(l.sku AS VARCHAR) AS sku, o.t, o.naive{', ' if picked else ''}{picked} "
            f"FROM ({events}) o JOIN ({lines}) l ON l.key = o.key"
        )

    # -- The shop's clock ---------------------------------------------------------------------------------------------

    def _at_wall(self, sql: str) -> str:
        """Turn readings of the shop's clock into instants; `naive` says which they are, and is gone."""
        offsets = _listed((max(before, after) + at, after) for at, before, after in self._shifts())
        turned = "CASE WHEN naive THEN t - ahead ELSE t END"
        return f"SELECT * EXCLUDE (naive, start, ahead) REPLACE ({turned} AS t) FROM ({sql}) ASOF JOIN ({offsets}) ON t >= start"

    def _walls(self, sql: str) -> str:
        """Turn instants into readings of the shop's clock."""
        offsets = _listed((at, after) for at, _, after in self._shifts())
        return f"SELECT * EXCLUDE (start, ahead) REPLACE (t + ahead AS t) FROM ({sql}) ASOF JOIN ({offsets}) ON t >= start"

    def _shifts(self) -> Iterator[tuple[int, int, int]]:
        """Give each change of the clock, with how far it was ahead before and is after; the first is that of all time."""
        ahead = self.zone.wall(_LONG_AGO) - _LONG_AGO
        yield _LONG_AGO, ahead, ahead
        at = self.zone.next_change(_LONG_AGO)
        while at < -_LONG_AGO:
            before, ahead = ahead, self.zone.wall(at) - at
            yield at, before, ahead
            at = self.zone.next_change(at)


def _listed(offsets: Iterator[tuple[int, int]]) -> str:
    rows = ", ".join(f"({start}::BIGINT, {ahead}::BIGINT)" for start, ahead in offsets)
    return f"SELECT * FROM (VALUES {rows}) offsets(start, ahead)"


def _when(table: Table) -> str:
    at = table.columns["at"]
    return f"{instant_sql('e.' + quoted('at'), at)} AS t, {naive_sql('e.' + quoted('at'), at)} AS naive"


def _amount(field: str) -> str:
    """Give a number or an amount of money as it is written, exactly."""
    return f"TRY_CAST(nullif(trim(CAST({quoted(field)} AS VARCHAR)), '') AS DECIMAL(28, 9))"
