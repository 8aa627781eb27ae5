"""Ask DuckDB for customers and for the events of one kind: only the fields a plan looks at, in the order of semantics 4.1."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cadenza.data.columns import decimal_value, instant_sql, literal, naive_sql, quoted
from cadenza.data.lines import EVERY_KEY, LineReader
from cadenza.data.rows import Rows
from cadenza.engine.clock import Zone
from cadenza.engine.derive import Derived
from cadenza.engine.layout import Layout
from cadenza.values import Value

AFTER_FIELDS = 3
"""Behind the fields of an event, whose first is its instant: `seq`, whether by the clock on the wall, and who."""

_PATH = "coalesce(nullif(regexp_replace(regexp_replace(url, '^[A-Za-z]+://[^/]*', ''), '[?#].*$', ''), ''), '/')"


def _between(column: str, above: str | None, upto: str | None) -> str:
    bounds = [f"{column} > {literal(above)}"] if above is not None else []
    bounds += [f"{column} <= {literal(upto)}"] if upto is not None else []
    return f" WHERE {' AND '.join(bounds)}" if bounds else ""


def _nulls_first(keys: Sequence[str]) -> str:
    return ", ".join(f"{key} NULLS FIRST" for key in keys)


class EventQuery:
    """The events of one kind. `fields_of` turns a row into the fields of an event, None where its head is them already."""

    def __init__(self, rows: Rows, layout: Layout, kind: str) -> None:
        self.kind = kind
        self._rows = rows
        self._layout = layout
        self._table = rows.folder.tables[kind]
        self._lines = LineReader(rows, self._table)
        self._select: list[str] = []
        self._joins: list[str] = []
        self._answered: dict[str, str] = {}
        self._decoders: list[Callable[[tuple[Any, ...]], Value]] = []
        self._plain = True
        self._fields()

    @property
    def fields_of(self) -> Callable[[tuple[Any, ...]], tuple[Value, ...]] | None:
        decoders = self._decoders
        return None if self._plain else lambda row: (row[0], *[decode(row) for decode in decoders])

    @property
    def width(self) -> int:
        """How many fields an event has, its instant first."""
        return 1 + len(self._select)

    @property
    def may_be_by_the_wall(self) -> bool:
        """Whether some instants may have no offset of their own."""
        return naive_sql("at", self._table.columns["at"]) != "false"

    def sql(self, above: str | None, upto: str | None) -> str:
        """Give SQL for the events in order. Those of many orders with lines are made some at a time, and put aside."""
        at, customer = self._table.columns["at"], "CAST(e.customer AS VARCHAR)"
        numbered = "seq" in self._table.columns
        seq = "coalesce(TRY_CAST(e.seq AS BIGINT), 0)" if numbered else "0"
        instant = instant_sql("e." + quoted("at"), at)
        fields = [f"{instant} AS t", *self._select, seq, naive_sql("e." + quoted("at"), at), f"{customer} AS c"]
        order = [customer, instant, *([seq] if numbered else []), *self._ties()]
        source, where = self._rows.source(self.kind), _between(customer, above, upto)

        def found(part: str = "TRUE", also: str = "") -> str:
            return f"SELECT {', '.join(fields)}{also} FROM (SELECT * FROM {source} e WHERE {part}) e {self._joined(part)}{where}"

        largest = self._lines.source if "ll" in self._answered else source
        parts = self._rows.parts(largest, self._lines.key()) if self._answered else []
        if len(parts) < 2:
            return f"{found()} ORDER BY {_nulls_first(order)}"
        aside, keys = quoted(f"events {self.kind}"), [f"key{place}" for place in range(len(order))]
        also = "".join(f", {one} AS {key}" for one, key in zip(order, keys, strict=True))
        self._rows.folder.rows(f"CREATE OR REPLACE TABLE {aside} AS {found('FALSE', also)}")
        for part in parts:
            self._rows.folder.rows(f"INSERT INTO {aside} {found(part, also)}")
        return f"SELECT * EXCLUDE ({', '.join(keys)}) FROM {aside} ORDER BY {_nulls_first(keys)}"

    def _joined(self, part: str) -> str:
        """Give the joins for the events that a condition on the key of lines picks."""
        on = self._lines.key()
        lines = (
            f"LEFT JOIN ({sql.replace(EVERY_KEY, part.replace(on, 'key'))}) {name} ON {name}.key = {on}"
            for name, sql in self._answered.items()
        )
        return " ".join([*lines, *self._joins])

    def _ties(self) -> list[str]:
        """Give what settles the order of rows of one instant: the id, then the row itself in its canonical form."""
        columns = self._table.columns
        if "id" in columns:
            whole = self._rows.folder.rows(f"SELECT count(*) = count(id) FROM {self._rows.source(self.kind)}")[0][0]
            if whole:
                return ["CAST(e.id AS VARCHAR)"]
        ids = ["e.id IS NULL", "CAST(e.id AS VARCHAR)"] if "id" in columns else []
        return [
            *ids,
            *(f"{self._canonical(name)}" for name in sorted(columns) if name not in ("id", "at", "customer")),
        ]

    def _canonical(self, name: str) -> str:
        if name in ("items", "seq"):
            return f"CAST(e.{quoted(name)} AS VARCHAR)"
        return self._rows.read(self._table, name).sql.replace(quoted(name), f"e.{quoted(name)}")

    # -- Fields -------------------------------------------------------------------------------------------------------

    def _fields(self) -> None:
        fields = self._layout.events[self.kind][1:]
        questions = {one.name: one for one in self._layout.derived if one.name in fields}
        answers = self._answers(list(questions.values()))
        left = [one for name, one in questions.items() if name not in answers]
        if self._lines.available and (left or "items" in fields):
            self._answered["ll"] = self._lines.lists(self._layout.lines)
        products = self._product_fields(fields)
        for field in fields:
            if field in questions:
                self._question(questions[field], answers.get(field))
            elif field == "items":
                self._items(self._line_tuples)
            else:
                self._field(field, products)

    def _add(self, sql: str, decode: Callable[[Any], Value] | None) -> None:
        place = 1 + len(self._select)
        self._select.append(sql)
        if decode is None:
            self._decoders.append(lambda row: row[place])
        else:
            self._plain = False
            self._decoders.append(lambda row: decode(row[place]))

    def _field(self, name: str, products: Mapping[str, str]) -> None:
        columns = self._table.columns
        if name in columns:
            reading = self._rows.read(self._table, name)
            self._add(reading.sql.replace(quoted(name), f"e.{quoted(name)}"), reading.decode)
        elif name == "path" and "url" in columns:
            self._add(_PATH.replace("url", "e.url"), None)
        elif name in products:
            table = self._rows.folder.tables["products"]
            self._add(f"p.{quoted(name)}", self._rows.read(table, name).decode)
        else:
            self._add("NULL", None)

    def _product_fields(self, fields: Sequence[str]) -> dict[str, str]:
        """Give SQL for the fields of the product an event is about, where the event itself has no such column."""
        table = self._rows.folder.tables.get("products")
        if table is None or "sku" not in self._table.columns:
            return {}
        wanted = [name for name in fields if name in table.columns and name not in self._table.columns]
        found = {name: self._rows.read(table, name).sql for name in wanted}
        if found:
            picked = ", ".join(f"{sql} AS {quoted(name)}" for name, sql in found.items())
            source = f"SELECT CAST(sku AS VARCHAR) AS key, {picked} FROM {self._rows.source('products')}"
            self._joins.append(f"LEFT JOIN ({source}) p ON p.key = CAST(e.sku AS VARCHAR)")
        return found

    # -- Lines --------------------------------------------------------------------------------------------------------

    def _answers(self, questions: Sequence[Derived]) -> dict[str, str]:
        """Join the answers that SQL gives to questions about lines; give the column of each."""
        found: dict[str, str] = {}
        if self._lines.available:
            for number, (sql, answered) in enumerate(self._lines.answers(questions, (None,) * len(self._layout.lines))):
                self._answered[f"l{number}"] = sql
                found |= {one.name: f"l{number}.{quoted(one.name)}" for one in answered}
        return found

    def _question(self, question: Derived, answer: str | None) -> None:
        if answer is not None and question.function == "sum":
            self._add(f"coalesce({answer}, 0)", decimal_value)
        elif answer is not None:
            self._add(f"coalesce({answer}, {'false' if question.function == 'any' else '0'})", None)
        else:
            self._items(lambda lists: question.answer(self._line_tuples(lists)))

    def _items(self, use: Callable[[tuple[Any, ...] | None], Value]) -> None:
        """Read the lines of an event as one list a field."""
        names = self._layout.lines
        if not self._lines.available:
            self._add("NULL", lambda lists: use(None))
            return
        self._add(f"struct_pack(n := ll.line_count{''.join(f', {quoted(name)} := ll.{quoted(name)}' for name in names)})", use)

    def _line_tuples(self, lists: Any) -> tuple[tuple[Value, ...], ...]:
        if not lists or lists["n"] is None:
            return ()
        columns = [
            [decode(value) for value in lists[name]] if (decode := self._line_decoder(name)) else lists[name]
            for name in self._layout.lines
        ]
        return tuple(zip(*columns, strict=True)) if columns else ((),) * int(lists["n"])

    def _line_decoder(self, name: str) -> Callable[[object], Value] | None:
        return self._lines.decoders.get(name)


class CustomerQuery:
    """Reads the rows of customers: what the plan looks at, and when each begins (semantics 3.3)."""

    def __init__(self, rows: Rows, layout: Layout, zone: Zone, instants: Sequence[str]) -> None:
        self._rows = rows
        self._zone = zone
        self._instants = instants
        self._table = rows.folder.tables.get("customers")
        columns = self._table.columns if self._table is not None else {}
        wanted = [*layout.customer, "time_zone", "tags", "subscriptions"]
        self._readings = {
            name: rows.read(self._table, name)
            for name in dict.fromkeys(wanted)
            if self._table is not None and name in columns and name != "id"
        }
        self._created = "created" in columns
        self._signups = "signup" in rows.folder.tables

    def sql(self, ids: str, above: str | None, upto: str | None) -> str:
        source = f"({ids})" if self._table is None else self._rows.source("customers")
        columns = ", ".join(
            [
                "CAST(id AS VARCHAR) AS c",
                *(f"{one.sql} AS {quoted(f'field {name}')}" for name, one in self._readings.items()),
                *self._beginning(),
            ]
        )
        joins = ""
        if self._created or self._signups:
            firsts = (
                "SELECT c AS first_of, min(t) FILTER (WHERE naive) AS first_wall, min(t) FILTER (WHERE NOT naive) AS first_exact "
                f"FROM ({' UNION ALL '.join(self._instants)}) GROUP BY c"
            )
            signups = self._rows.source("signup") if self._signups else "(SELECT NULL AS customer)"
            signed = f"SELECT DISTINCT CAST(customer AS VARCHAR) AS signed FROM {signups}"
            joins = (
                f" LEFT JOIN ({firsts}) ON CAST(id AS VARCHAR) = first_of LEFT JOIN ({signed}) ON CAST(id AS VARCHAR) = signed"
            )
        return f"SELECT {columns} FROM {source}{joins}{_between('CAST(id AS VARCHAR)', above, upto)} ORDER BY CAST(id AS VARCHAR)"

    def _beginning(self) -> list[str]:
        if not (self._created or self._signups):
            return []
        created, wall = "CAST(NULL AS BIGINT)", "false"
        if self._created and self._table is not None:
            physical = self._table.columns["created"]
            created, wall = instant_sql("created", physical), naive_sql("created", physical)
        return [f"{created} AS created_at", f"{wall} AS created_wall", "signed IS NOT NULL", "first_wall", "first_exact"]

    def fields(self, row: tuple[Any, ...]) -> dict[str, Value]:
        found: dict[str, Value] = {"id": row[0]}
        for place, (name, reading) in enumerate(self._readings.items(), 1):
            value = row[place]
            found[name] = reading.decode(value) if reading.decode is not None else value
        return found

    def lists(self, fields: Mapping[str, Value]) -> dict[str, tuple[str, ...]]:
        return {
            name: tuple(str(one) for one in value)
            for name in ("tags", "subscriptions")
            if isinstance(value := fields.get(name), tuple)
        }

    def begins(self, row: tuple[Any, ...]) -> int | None:
        """Give the earlier of `created` or a signup and the first event; None without either."""
        if not (self._created or self._signups):
            return None
        created, wall, signed, first_wall, first_exact = row[1 + len(self._readings) :]
        if created is None and not signed:
            return None
        zone = self._zone
        found = [] if created is None else [zone.instant(created) if wall else created]
        found += [] if first_wall is None else [zone.instant(first_wall)]
        found += [] if first_exact is None else [first_exact]
        return min(found)
