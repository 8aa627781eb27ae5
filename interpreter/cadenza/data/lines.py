"""Read the lines of orders: as lists where a program looks at them, or only what it asks of them, answered by DuckDB.

A question about lines (`engine/derive.py`) becomes SQL where its condition can be said in SQL without a change of meaning;
else the lines are read and the engine's own closure answers it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

import attrs

from cadenza.check import terms as t
from cadenza.data.columns import literal, quoted, reading
from cadenza.data.folder import LINES, Table
from cadenza.data.nested import items_sql
from cadenza.data.rows import Rows
from cadenza.engine.derive import Derived
from cadenza.syntax.walk import walk
from cadenza.values import Value

EVERY_KEY = "TRUE /* every key */"
"""Stands in the SQL of lines for a condition on their `key`; one that picks some of the keys may be put in its place."""


class LineColumns(NamedTuple):
    """Where the columns of lines come from: those on the lines themselves, and those of their products."""

    own: dict[str, str]
    products: dict[str, str]


@attrs.define(eq=False)
class LineReader:
    """The lines of one kind of event."""

    rows: Rows
    table: Table

    @property
    def nested(self) -> bool:
        return "items" in self.table.columns

    @property
    def available(self) -> bool:
        if self.nested:
            return "sku" in self._nested_fields  # every line has one; without it there is no line at all
        return self.table.name == "order" and LINES in self.rows.folder.tables

    @property
    def source(self) -> str:
        """Give SQL for the rows that lines are in: their own, or those of the events."""
        return self.rows.source(self.table.name if self.nested else LINES)

    def key(self) -> str:
        """Give the event's side of the key that its lines are joined by."""
        return "e.file_row_number" if self.nested else "CAST(e.id AS VARCHAR)"

    # -- Where lines are ----------------------------------------------------------------------------------------------

    def columns(self) -> LineColumns:
        """Give SQL for each field a line may have: its own, then its product's."""
        own = self._own_columns()
        types = self.rows.types(LINES)
        products: dict[str, str] = {}
        table = self.rows.folder.tables.get("products")
        if table is not None:
            digits = self.rows.program.shop.digits
            for name, physical in table.columns.items():
                if name in types and name not in own and name not in ("sku", "order_id"):
                    products[name] = reading(name, physical, types[name], digits).sql
        return LineColumns(own, products)

    def _own_columns(self) -> dict[str, str]:
        types, digits = self.rows.types(LINES), self.rows.program.shop.digits
        if not self.nested:
            table = self.rows.folder.tables[LINES]
            return {
                name: reading(name, physical, types[name], digits).sql
                for name, physical in table.columns.items()
                if name in types and name not in ("order_id", "line")
            }
        return {name: reading(name, "VARCHAR", types[name], digits).sql for name in self._nested_fields}

    @cached_property
    def _nested_fields(self) -> list[str]:
        """Give the fields that any of the nested lines has, whichever way they are written."""
        physical = self.table.columns["items"]
        if physical.startswith("STRUCT"):
            source = f"(SELECT items FROM {self.rows.source(self.table.name)} LIMIT 0)"
            described = self.rows.folder.rows(f"DESCRIBE SELECT unnest(items, recursive := true) FROM {source}")
        else:
            lines = f"SELECT unnest({items_sql(physical)}) AS line FROM {self.rows.source(self.table.name)}"
            described = self.rows.folder.rows(f"SELECT DISTINCT unnest(json_keys(line)) FROM ({lines})")
        found = {str(row[0]) for row in described}
        return [name for name in self.rows.types(LINES) if name in found and name not in ("order_id", "line")]

    def lines(self) -> str:
        """Give SQL for all lines: `key`, `n` (their order) and the physical columns."""
        if not self.nested:
            table = self.rows.folder.tables[LINES]
            order = ["TRY_CAST(line AS BIGINT)"] if "line" in table.columns else []
            order += [f"CAST({quoted(name)} AS VARCHAR)" for name in ("sku", "quantity", "price") if name in table.columns]
            n = f"[{', '.join(f'CAST({one} AS VARCHAR)' for one in order[-3:])}]"
            if "line" in table.columns:
                n = f"(TRY_CAST(line AS BIGINT), {n})"
            columns = [quoted(name) for name in table.columns if name not in ("order_id", "line")]
            keyed = f"SELECT CAST(order_id AS VARCHAR) AS key, * FROM {self.source}"
            return f"SELECT key, {n} AS n, {', '.join(columns)} FROM ({keyed}) WHERE {EVERY_KEY}"
        physical = self.table.columns["items"]
        fields = self._nested_fields
        items = "items"
        if not physical.startswith("STRUCT"):
            shape = "[{" + ", ".join(f'"{name}": "VARCHAR"' for name in fields) + "}]"
            items = f"from_json(TRY_CAST(nullif(trim(CAST(items AS VARCHAR)), '') AS JSON), {literal(shape)})"
        picked = ", ".join(f"CAST(line.{quoted(name)} AS VARCHAR) AS {quoted(name)}" for name in fields)
        return (
            f"SELECT key, n, {picked} FROM (SELECT key, unnest({items}) AS line, generate_subscripts({items}, 1) AS n "
            f"FROM (SELECT file_row_number AS key, items FROM {self.source}) WHERE {EVERY_KEY})"
        )

    def joined_lines(self, columns: LineColumns, fields: Sequence[str]) -> str:
        """Give SQL for lines with the values of the fields asked for, products joined only where they are needed."""
        own = {name: columns.own[name] for name in fields if name in columns.own}
        of_product = {name: columns.products[name] for name in fields if name in columns.products}
        missing = [name for name in fields if name not in own and name not in of_product]
        picked = [f"{sql} AS {quoted(name)}" for name, sql in own.items()]
        picked += [f"NULL AS {quoted(name)}" for name in missing]
        inner = f"SELECT key, n, sku AS join_sku{''.join(f', {one}' for one in picked)} FROM ({self.lines()})"
        if not of_product:
            return inner
        products = ", ".join(f"{sql} AS {quoted(name)}" for name, sql in of_product.items())
        return (
            f"SELECT * FROM ({inner}) LEFT JOIN (SELECT CAST(sku AS VARCHAR) AS join_sku, {products} "
            f"FROM {self.rows.source('products')}) USING (join_sku)"
        )

    @cached_property
    def decoders(self) -> dict[str, Callable[[object], Value] | None]:
        """Give the way of each field of a line into Python."""
        types, digits = self.rows.types(LINES), self.rows.program.shop.digits
        found: dict[str, Callable[[object], Value] | None] = {}
        products = self.rows.folder.tables.get("products")
        if products is not None:
            found |= {
                name: reading(name, physical, types[name], digits).decode
                for name, physical in products.columns.items()
                if name in types
            }
        if self.nested:
            return found | {name: reading(name, "VARCHAR", types[name], digits).decode for name in self._nested_fields}
        columns = self.rows.folder.tables[LINES].columns
        return found | {
            name: reading(name, physical, types[name], digits).decode for name, physical in columns.items() if name in types
        }

    # -- Lists of lines -----------------------------------------------------------------------------------------------

    def lists(self, fields: Sequence[str]) -> str:
        """Give SQL for one list a field, in the order of the lines, for each `key` of an event."""
        columns = self.columns()
        # A list sorted by a number takes far less memory than one sorted by what makes the order.
        ranked = f"SELECT *, row_number() OVER (PARTITION BY key ORDER BY n) AS place FROM ({self.joined_lines(columns, fields)})"
        lists = ", ".join(f"list({quoted(name)} ORDER BY place) AS {quoted(name)}" for name in fields)
        counted = "count(*) AS line_count" + (f", {lists}" if lists else "")
        return f"SELECT key, {counted} FROM ({ranked}) GROUP BY key"

    # -- Questions about lines ----------------------------------------------------------------------------------------

    def answers(self, questions: Sequence[Derived], unlisted: tuple[Value, ...]) -> list[tuple[str, list[Derived]]]:
        """Give SQL that answers the questions it can, for each `key` of an event.

        Those about products alone meet only the lines of fitting products.
        `unlisted` is a line of which nothing is known; a question that it fits must meet every line: a product may have no row.
        """
        columns = self.columns()
        groups: dict[str, list[tuple[Derived, str]]] = {}
        for one in questions:
            where = "true" if one.where is None else line_sql(one.where)
            if where is None:
                continue
            used = {term.name for term in _fields(one.where)} | ({one.field} if one.field else set())
            of_products = one.function != "sum" and bool(used) and used <= set(columns.products)
            product_only = of_products and not one.answer([unlisted])
            groups.setdefault("products" if product_only else "lines", []).append((one, where))
        return [
            (self._of_products(columns, group) if kind == "products" else self._of_lines(columns, group), [q for q, _ in group])
            for kind, group in groups.items()
        ]

    def _of_products(self, columns: LineColumns, group: list[tuple[Derived, str]]) -> str:
        fields = ", ".join(f"{sql} AS {quoted(name)}" for name, sql in columns.products.items())
        flags = ", ".join(f"({where}) AS {quoted(one.name)}" for one, where in group)
        any_flag = " OR ".join(quoted(one.name) for one, _ in group)
        products = (
            f"SELECT * FROM (SELECT join_sku, {flags} FROM (SELECT CAST(sku AS VARCHAR) AS join_sku, {fields} "
            f"FROM {self.rows.source('products')})) WHERE {any_flag}"
        )
        picked = ", ".join(f"{_aggregate(one, quoted(one.name))} AS {quoted(one.name)}" for one, _ in group)
        lines = f"SELECT key, CAST(sku AS VARCHAR) AS join_sku FROM ({self.lines()})"
        return f"SELECT key, {picked} FROM ({lines}) JOIN ({products}) USING (join_sku) GROUP BY key"

    def _of_lines(self, columns: LineColumns, group: list[tuple[Derived, str]]) -> str:
        looked_at = {term.name for one, _ in group for term in _fields(one.where)}
        fields = sorted(looked_at | {one.field for one, _ in group if one.field})
        inner = self.joined_lines(columns, fields)
        picked = ", ".join(f"{_aggregate(one, where)} AS {quoted(one.name)}" for one, where in group)
        return f"SELECT key, {picked} FROM ({inner}) GROUP BY key"


def _aggregate(question: Derived, where: str) -> str:
    if question.function == "any":
        return f"coalesce(bool_or({where}), false)"
    if question.function == "count":
        return f"count(*) FILTER (WHERE {where})"
    return f"sum(CAST({quoted(question.field or '')} AS DECIMAL(38, 9))) FILTER (WHERE {where})"


def _fields(term: t.Term | None) -> list[t.ElementField]:
    return [one for one in walk(term) if isinstance(one, t.ElementField)]


def line_sql(term: t.Term) -> str | None:
    """Say a condition about a line in SQL, or None where SQL would mean something else; both have three values of truth."""
    match term:
        case t.All(parts=parts) | t.Some(parts=parts):
            said = [line_sql(part) for part in parts]
            if None in said:
                return None
            return "(" + (" AND " if isinstance(term, t.All) else " OR ").join(str(one) for one in said) + ")"
        case t.Not(part=part):
            inner = line_sql(part)
            return None if inner is None else f"(NOT {inner})"
        case t.IsKnown(part=part):
            inner = _value_sql(part)
            return None if inner is None else f"({inner} IS NOT NULL)"
        case t.Comparison(left=left, operator=operator, right=right):
            sides = [_value_sql(left), _value_sql(right)]
            plain = all(one.type.name in ("text", "number", "money", "date") for one in (left, right))
            if None in sides or not plain:
                return None
            return f"({sides[0]} {'<>' if operator == '!=' else operator} {sides[1]})"
        case t.In(item=t.ElementField() as item, whole=t.ListOf(elements=elements)):
            said = [_value_sql(one) for one in elements]
            if None in said or not said or item.type.name not in ("text", "number", "money"):
                return None
            return f"({_value_sql(item)} IN ({', '.join(str(one) for one in said)}))"
        case t.TextTest(test=test, whole=t.ElementField() as whole, part=t.Constant(value=str() as part)):
            function = {"contains": "contains", "starts with": "starts_with", "ends with": "ends_with"}[test]
            return f"{function}({quoted(whole.name)}, {literal(part)})"
        case t.Constant(value=bool() as value):
            return "true" if value else "false"
    return None


def _value_sql(term: t.Term) -> str | None:
    match term:
        case t.ElementField(name=name, type=type_) if type_.name in ("number", "money"):
            return f"CAST({quoted(name)} AS DECIMAL(38, 9))"
        case t.ElementField(name=name):
            return quoted(name)
        case t.Constant(value=str() as text):
            return literal(text)
        case t.Constant(value=bool()):
            return None
        case t.Constant(value=int() as number):
            return str(number)
        case t.Constant(value=Fraction() as number) if 10**9 % number.denominator == 0:
            whole, rest = divmod(abs(number.numerator) * (10**9 // number.denominator), 10**9)
            return f"{'-' if number < 0 else ''}{whole}.{rest:09}"
    return None
