"""Find rows whose nested lines cannot be used: a cell `items` that is no list of lines, or a line whose fields cannot be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from cadenza.check.types import Type
from cadenza.data.columns import literal, quoted, reading

_HELP = 'write a list of lines: [{"sku": "wine-1", "quantity": 2, "price": "9.90"}]'
NOT_BELOW_ZERO = ("quantity", "price", "stock", "total", "discount")
BELOW_ZERO = ("is below zero", "write goods that come back as a `return` event")


class Check(NamedTuple):
    """A reason why a row may be bad: SQL that is true for a bad row."""

    column: str
    sql: str
    says: str
    help: str


def items_sql(physical: str) -> str:
    """Give nested lines as a list of JSON, whichever way they are written; NULL where that cannot be done."""
    if physical.startswith("STRUCT"):
        return "CAST(to_json(items) AS JSON[])"
    return "TRY_CAST(nullif(trim(CAST(items AS VARCHAR)), '') AS JSON[])"


def nested_checks(source: str, physical: str, types: Mapping[str, Type], digits: int) -> Iterator[Check]:
    """Give what may be wrong with the lines of a row."""
    items, text = items_sql(physical), "nullif(trim(CAST(items AS VARCHAR)), '')"
    yield Check("items", f"{text} IS NOT NULL AND ({items}) IS NULL", "this is not a list of lines", _HELP)
    lines = f"SELECT file_row_number AS key, unnest({items}) AS line FROM {source}"

    def some(test: str) -> str:
        return f"file_row_number IN (SELECT key FROM ({lines}) WHERE {test})"

    yield Check("items", some("json_type(line) <> 'OBJECT'"), "this is not a list of lines", _HELP)
    yield Check("items", some("coalesce(line ->> '$.sku', '') = ''"), "a line has no `sku`", _HELP)
    listed = ", ".join(literal(name) for name in types)
    unknown = some(f"len(list_filter(json_keys(line), lambda name: name NOT IN ({listed}))) > 0")
    yield Check("items", unknown, "a line has a field that lines do not have", f"a line has: {', '.join(types)}")
    for name, type_ in types.items():
        value = f"(SELECT key, line ->> {literal(f'$.{name}')} AS {quoted(name)} FROM ({lines}))"
        found = reading(name, "VARCHAR", type_, digits)
        if found.bad is not None:
            sql = f"file_row_number IN (SELECT key FROM {value} WHERE {found.bad})"
            yield Check("items", sql, f"a line's `{name}` cannot be read", found.help)
        if name in NOT_BELOW_ZERO:
            sql = f"file_row_number IN (SELECT key FROM {value} WHERE TRY_CAST({quoted(name)} AS DOUBLE) < 0)"
            yield Check("items", sql, f"a line's `{name}` {BELOW_ZERO[0]}", BELOW_ZERO[1])
