"""Find the rows that cannot be used, and keep them out: a bad row is named with its file, line, column and value."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import attrs

from cadenza.check.program import Program
from cadenza.check.types import MOMENT, NUMBER, TEXT, Type
from cadenza.check.vocabulary import CUSTOMER_LISTS, HISTORIES, LINE_FIELDS, PRODUCT_FIELDS
from cadenza.data.columns import Reading, instant_sql, quoted, reading
from cadenza.data.errors import BadRow, BadRowsError, DataError
from cadenza.data.folder import LINES, Folder, Table
from cadenza.data.nested import BELOW_ZERO, NOT_BELOW_ZERO, Check, nested_checks
from cadenza.syntax.diagnostics import closest

_SHOWN = 20
_NEEDED = {
    "customers": ("id",),
    "products": ("sku",),
    LINES: ("order_id", "sku"),
    **{name: ("sku", "at", name) for name in HISTORIES},
}
_OF_EVENTS = ("customer", "at")
"""What every row has: of each table that is named here, and of each kind of event."""
_LONGEST = 60
_TOGETHER = 200_000
_EARLIEST, _LATEST = -2_208_988_800_000_000, 7_258_118_400_000_000
"""The years 1900 to 2199: what lies outside is a slip of the pen, or another unit of time."""


@attrs.define(eq=False)
class Rows:
    """The usable rows of a folder, as one program reads them; `bad` counts the others by table."""

    folder: Folder
    program: Program
    policy: str = "stop"
    quarantine: Path | None = None
    bad: dict[str, int] = attrs.field(factory=dict)
    _sources: dict[str, str] = attrs.field(factory=dict)

    def __attrs_post_init__(self) -> None:
        found: list[BadRow] = []
        for name in sorted(self.folder.tables, key=lambda one: (one not in ("customers", "products"), one == LINES, one)):
            table = self.folder.tables[name]
            self._require_columns(table)
            self._sources[name] = table.source
            found += self._set_aside(table, [*self._cells(table), *self._relations(table)])
            found += self._set_aside(table, list(self._duplicates(table)))
        count = sum(self.bad.values())
        if count and self.policy == "stop":
            raise BadRowsError(found[:_SHOWN], count)
        if self.policy == "quarantine" and self.quarantine is not None:
            _write(self.quarantine, found)

    def source(self, name: str) -> str:
        """Give the SQL of a table without its bad rows."""
        return self._sources[name]

    def parts(self, source: str, key: str) -> list[str]:
        """Give conditions on the key of a table that cut it into parts: all of its keys at once might be too many for memory."""
        parts = self.folder.rows(f"SELECT count(*) FROM {source}")[0][0] // _TOGETHER + 1
        return [f"hash({key}) % {parts} = {part}" for part in range(parts)]

    def add(self, table: Table) -> None:
        """Put a table that was made beside those of the folder; all of its rows are good."""
        self.folder.tables[table.name] = table
        self._sources[table.name] = table.source

    def types(self, name: str) -> dict[str, Type]:
        """Give the columns a table may have."""
        if name == "customers":
            return {**self.program.customer_fields, **CUSTOMER_LISTS}
        if name == "products":
            return dict(self.program.product_fields)
        if name == LINES:
            fields = LINE_FIELDS | {k: v for k, v in self.program.product_fields.items() if k not in LINE_FIELDS}
            return {"order_id": TEXT, "line": NUMBER, **fields}
        if name in HISTORIES:
            return {"sku": TEXT, "at": MOMENT, name: PRODUCT_FIELDS[name]}
        return {"customer": TEXT, "seq": NUMBER, "id": TEXT, **self.program.events[name].fields}

    def read(self, table: Table, column: str) -> Reading:
        return reading(column, table.columns[column], self.types(table.name)[column], self.program.shop.digits)

    # -- What every table must have -----------------------------------------------------------------------------------

    def _require_columns(self, table: Table) -> None:
        for column in _NEEDED.get(table.name, _OF_EVENTS):
            if column not in table.columns:
                near = closest(column, table.columns)
                hint = f"is it `{near}`?" if near else f"it has: {', '.join(table.columns)}"
                raise DataError(f"{table.path}:1: the table has no column `{column}`; {hint}")
        if table.name in ("customers", "products"):
            return
        known = self.types(table.name)
        for place, column in enumerate(table.columns, 1):
            if column not in known:
                near = closest(column, known)
                hint = f"did you mean `{near}`?" if near else f"`{table.name}` has: {', '.join(sorted(known))}"
                raise DataError(f"{table.path}:1:{place}: there is no column `{column}` in `{table.name}`; {hint}")

    # -- What makes a row bad -----------------------------------------------------------------------------------------

    def _cells(self, table: Table) -> Iterator[Check]:
        """Cells that are missing where they must not be, or that cannot be read as what their column is."""
        known = self.types(table.name)
        for column, physical in table.columns.items():
            name = quoted(column)
            if column in _NEEDED.get(table.name, ()) or column in _OF_EVENTS:
                blank = f" OR {name} = ''" if physical == "VARCHAR" else ""
                yield Check(column, f"({name} IS NULL{blank})", "this is missing", "every row needs one")
            if column == "at":
                sql = instant_sql(name, physical)
                says = "this is not an instant"
                if not physical.startswith("TIMESTAMP"):
                    yield Check(column, f"{name} IS NOT NULL AND ({sql}) IS NULL", says, self._help(MOMENT))
                outside = f"({sql}) NOT BETWEEN {_EARLIEST} AND {_LATEST}"
                yield Check(column, outside, "this is not between the years 1900 and 2199", self._help(MOMENT))
            elif column == "items":
                types = {name: one for name, one in self.types(LINES).items() if name not in ("order_id", "line")}
                yield from nested_checks(self.source(table.name), physical, types, self.program.shop.digits)
            elif column in known:
                read = self.read(table, column)
                if read.bad is not None:
                    yield Check(column, read.bad, read.says, read.help)
                if column in NOT_BELOW_ZERO and known[column].name in ("number", "money"):
                    below = f"TRY_CAST({name} AS DOUBLE) < 0" if physical == "VARCHAR" else f"{name} < 0"
                    help = "write 0 where there is none" if column == "stock" else BELOW_ZERO[1]
                    yield Check(column, below, f"this {BELOW_ZERO[0]}", help)

    def _help(self, type_: Type) -> str:
        return reading("at", "VARCHAR", type_, 2).help

    def _relations(self, table: Table) -> Iterator[Check]:
        """Rows that speak of a customer, an order or a product that is not there."""
        of_customers = "customer" in table.columns and table.name not in ("customers", "products", LINES)
        if of_customers and "customers" in self.folder.tables:
            yield from self._missing(table, "customer", "customers", "customer")
        if table.name in HISTORIES and "products" in self.folder.tables:
            yield from self._missing(table, "sku", "products", "product")
        if table.name == LINES:
            if "order" not in self.folder.tables or "id" not in self.folder.tables["order"].columns:
                raise DataError(f"{table.path}: these lines belong to orders, and there is no table `order` with an `id`")
            yield from self._missing(table, "order_id", "order", "order")

    def _missing(self, table: Table, column: str, of: str, word: str) -> Iterator[Check]:
        """Tell an id that is nowhere from one whose own row cannot be used."""
        mine, key = f"CAST({quoted(column)} AS VARCHAR)", "sku" if of == "products" else "id"
        every, good = self.folder.tables[of].source, self.source(of)

        def astray(among: str, part: str = "TRUE") -> str:
            mine_of = f"SELECT file_row_number, {mine} AS k FROM {self.source(table.name)} WHERE k IS NOT NULL AND {part}"
            theirs = f"SELECT CAST({key} AS VARCHAR) AS k FROM {among} WHERE {part}"
            return f"SELECT file_row_number FROM ({mine_of}) ANTI JOIN ({theirs}) USING (k)"

        if not any(self.folder.rows(f"{astray(good, part)} LIMIT 1") for part in self.parts(good, "k")):
            return
        nowhere, unusable = (f"file_row_number IN ({astray(among)})" for among in (every, good))
        yield Check(column, nowhere, f"there is no such {word}", f"add a row to {of}, or correct the {key}")
        if of in self.bad:
            yield Check(column, unusable, f"the row of this {word} cannot be used", f"correct that row of {of}")

    def _duplicates(self, table: Table) -> Iterator[Check]:
        """Rows whose id was there before: the first in the order of semantics 4.1 counts (4.2)."""
        known = {"customers": "id", "products": "sku", **dict.fromkeys(HISTORIES, "at")}
        column = known.get(table.name, "id" if "id" in table.columns else None)
        if column is None or table.name == LINES:
            return
        key, says = f"CAST({quoted(column)} AS VARCHAR)", "another row has the same id"
        if table.name in HISTORIES:
            key = f"(CAST(sku AS VARCHAR), {instant_sql(quoted('at'), table.columns['at'])})"
            says = "another row is of the same product and the same instant"
        source = self.source(table.name)

        def twice(part: str = "TRUE") -> str:
            return f"SELECT {key} AS k FROM {source} WHERE k IS NOT NULL AND {part} GROUP BY k HAVING count(*) > 1"

        if not any(self.folder.rows(f"{twice(part)} LIMIT 1") for part in self.parts(source, "k")):
            return
        order = "file_row_number"
        if table.name in known:
            order = f"to_json({_row(table)})"
        elif "at" in table.columns:
            order = f"{instant_sql(quoted('at'), table.columns['at'])}, CAST(customer AS VARCHAR), to_json({_row(table)})"
        later = (
            f"SELECT file_row_number FROM (SELECT file_row_number, row_number() OVER (PARTITION BY {key} ORDER BY {order}) "
            f"AS n FROM {source} WHERE {key} IN ({twice()})) WHERE n > 1"
        )
        yield Check(column, f"file_row_number IN ({later})", says, "keep one of them")

    # -- Setting aside ------------------------------------------------------------------------------------------------

    def _set_aside(self, table: Table, checks: list[Check]) -> list[BadRow]:
        if not checks:
            return []
        source = self.source(table.name)
        which = " ".join(f"WHEN {check.sql} THEN {number}" for number, check in enumerate(checks))
        kept = f"bad {table.name} {len(self._sources)} {len(checks)}"
        found = self.folder.rows(
            f"SELECT file_row_number, which FROM (SELECT file_row_number, CASE {which} END AS which FROM {source}) "
            "WHERE which IS NOT NULL ORDER BY file_row_number"
        )
        if not found:
            return []
        self.bad[table.name] = self.bad.get(table.name, 0) + len(found)
        self.folder.rows(f"CREATE TABLE {quoted(kept)} (row_number BIGINT)")
        self.folder.connection.executemany(f"INSERT INTO {quoted(kept)} VALUES (?)", [[row[0]] for row in found])
        self._sources[table.name] = (
            f"(SELECT * FROM {source} WHERE file_row_number NOT IN (SELECT row_number FROM {quoted(kept)}))"
        )
        shown = found if self.policy == "quarantine" else found[:_SHOWN]
        return [self._described(table, int(str(row)), checks[int(str(number))]) for row, number in shown]

    def _described(self, table: Table, row: int, check: Check) -> BadRow:
        sql = f"SELECT CAST({quoted(check.column)} AS VARCHAR) FROM {table.source} WHERE file_row_number = {row}"
        value = self.folder.rows(sql)[0][0]
        shown = "" if value is None else str(value)
        short = shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"
        says = f"{check.says}: {json.dumps(short, ensure_ascii=False)}" if shown else check.says
        return BadRow(table.path.as_posix(), table.place(row), check.column, shown, says, check.help)


def _write(file: Path, rows: list[BadRow]) -> None:
    """Write what is wrong with rows, one object a line."""
    text = "".join(f"{json.dumps(row._asdict(), ensure_ascii=False)}\n" for row in rows)
    try:
        file.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise DataError(f"{file}: {(error.strerror or str(error)).lower()}") from None


def _row(table: Table) -> str:
    """Give the canonical form of a row, as text whose order does not depend on the file."""
    columns = sorted(table.columns)
    return "[" + ", ".join(f"CAST({quoted(column)} AS VARCHAR)" for column in columns) + "]"
