"""Read a column as what the program calls it: SQL that gives a value exactly, and says where it cannot.

The same value comes out of CSV, JSON Lines and Parquet; an empty text is a missing value in all three.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

from cadenza.check.types import Type
from cadenza.values import HOUR, MINUTE, SECOND, Length, Value, exact

_OFFSET = r"(Z|z|[+-]\d{2}(:?\d{2})?)$"
_EPOCH_DAY = 719163
_TEXTS = {"number": "a number", "money": "an amount of money", "date": "a date", "time": "a time of day", "moment": "an instant"}
_EXAMPLES = {
    "number": "write digits with a dot for decimals, at most nine of them: 12 or 12.5",
    "money": "write digits with a dot for decimals and no currency: 12.50",
    "date": "write year-month-day: 2026-11-27",
    "yearly date": "write year-month-day, or month-day: 1990-05-17 or 05-17",
    "time": "write hours and minutes: 09:30",
    "moment": "write ISO 8601, as 2026-11-27T09:30:00Z, or seconds since 1970",
    "condition": "write yes or no",
    "duration": "write a number with a unit: 30 days",
}


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


class Reading(NamedTuple):
    """How one column is read: SQL for its value, SQL that is true where the value cannot be read, and the way into Python."""

    sql: str
    bad: str | None
    decode: Callable[[object], Value] | None
    says: str
    help: str


def reading(column: str, physical: str, type_: Type, digits: int) -> Reading:
    """Say how a column of a physical type is read as a type of the language."""
    name = quoted(column)
    text = f"nullif(CAST({name} AS VARCHAR), '')"
    says = f"this is not {_TEXTS.get(type_.name, str(type_))}"
    help = _EXAMPLES.get(type_.name, "write a text")

    def read(sql: str, decode: Callable[[object], Value] | None = None, *, safe: bool = False) -> Reading:
        return Reading(sql, None if safe else f"{text} IS NOT NULL AND ({sql}) IS NULL", decode, says, help)

    match type_.name:
        case "text":
            return read(text, safe=True)
        case "one of":
            options = ", ".join(literal(option) for option in type_.options)
            shown = ", ".join(type_.options)
            sql = f"CASE WHEN {text} IN ({options}) THEN {text} END"
            return read(sql)._replace(help=f"write one of: {shown}")
        case "number" | "money":
            return _numeric(name, text, physical, type_, digits, read)
        case "condition":
            yes, no = "('yes', 'true', 't', 'y', '1')", "('no', 'false', 'f', 'n', '0')"
            return read(f"CASE WHEN lower({text}) IN {yes} THEN true WHEN lower({text}) IN {no} THEN false END")
        case "date":
            return read(f"date_diff('day', DATE '1970-01-01', TRY_CAST({text} AS DATE)) + {_EPOCH_DAY}")
        case "yearly date":
            full, short = f"TRY_CAST({text} AS DATE)", f"TRY_CAST('2000-' || ltrim({text}, '-') AS DATE)"
            return read(f"coalesce(month({full}) * 100 + day({full}), month({short}) * 100 + day({short}))", _yearly)
        case "time":
            return read(f"date_diff('microsecond', TIME '00:00', TRY_CAST({text} AS TIME))")
        case "moment":
            return read(instant_sql(name, physical))
        case "duration":
            return read(f"CASE WHEN regexp_full_match({text}, '{_DURATION_SQL}') THEN {text} END", _length)
        case _:
            return read(text if physical != "VARCHAR[]" else f"CAST(to_json({name}) AS VARCHAR)", _list, safe=True)


def _numeric(name: str, text: str, physical: str, type_: Type, digits: int, read: Callable[..., Reading]) -> Reading:
    """Give whole numbers, and money in minor units, as integers where the type of the column promises them."""
    whole = physical in ("BIGINT", "INTEGER", "SMALLINT", "TINYINT", "UINTEGER", "USMALLINT", "UTINYINT")
    decimal = re.fullmatch(r"DECIMAL\(\d+,(\d+)\)", physical)
    scale = 10**digits if type_.name == "money" else 1
    if whole:
        return read(f"CAST({name} AS BIGINT) * {scale}" if scale > 1 else f"CAST({name} AS BIGINT)", safe=True)
    if decimal and 10 ** int(decimal[1]) <= scale:
        return read(f"CAST({name} * {scale} AS BIGINT)", safe=True)
    number = f"TRY_CAST({text} AS DECIMAL(28, 9))"
    precise = f"regexp_full_match(rtrim(trim({text}), '0'), '[+-]?[0-9]*[.]?[0-9]{{0,9}}([eE][+-]?[0-9]+)?')"
    sql = f"CASE WHEN {precise} THEN CAST({number} * {scale} AS VARCHAR) END"
    return read(sql, decimal_value)


def instant_sql(name: str, physical: str) -> str:
    """Give microseconds since the epoch, by the clock on the wall where the value has no offset of its own."""
    if physical.startswith("TIMESTAMP") or physical == "DATE":
        return f"epoch_us(CAST({name} AS {'TIMESTAMPTZ' if 'TIME ZONE' in physical else 'TIMESTAMP'}))"
    text = f"trim(CAST({name} AS VARCHAR))"
    number = f"TRY_CAST({text} AS BIGINT)"
    epoch = (
        f"CASE WHEN abs({number}) < 100000000000 THEN {number} * 1000000 "
        f"WHEN abs({number}) < 100000000000000 THEN {number} * 1000 ELSE {number} END"
    )
    return (
        f"CASE WHEN regexp_full_match({text}, '-?[0-9]+') THEN {epoch} "
        f"WHEN regexp_matches({text}, '[0-9]{_OFFSET}') AND length({text}) > 12 "
        f"THEN epoch_us(TRY_CAST({text} AS TIMESTAMPTZ)) "
        f"ELSE epoch_us(TRY_CAST({text} AS TIMESTAMP)) END"
    )


def naive_sql(name: str, physical: str) -> str:
    """Say whether an instant was written by the clock on the wall, without an offset."""
    if physical.startswith("TIMESTAMP") or physical == "DATE":
        return "false" if "TIME ZONE" in physical else "true"
    text = f"trim(CAST({name} AS VARCHAR))"
    return f"NOT (regexp_full_match({text}, '-?[0-9]+') OR (regexp_matches({text}, '[0-9]{_OFFSET}') AND length({text}) > 12))"


# -- From what DuckDB gives to the values of the language -------------------------------------------------------------

_UNITS = {"second": SECOND, "minute": MINUTE, "hour": HOUR}
_DURATION = re.compile(r"\s*(\d+)\s+(second|minute|hour|day|week|month|year)s?")
_DURATION_SQL = r"\s*([0-9]+\s+(second|minute|hour|day|week|month|year)s?\s*)+"


def decimal_value(value: object) -> Value:
    """Give a decimal exactly: a whole number as int."""
    return None if value is None else exact(Fraction(str(value)))


def _yearly(value: object) -> Value:
    return None if not isinstance(value, int) else (value // 100, value % 100)


def _length(value: object) -> Value:
    if value is None:
        return None
    months = days = micros = 0
    for amount, unit in _DURATION.findall(str(value)):
        number = int(amount)
        if unit in _UNITS:
            micros += number * _UNITS[unit]
        elif unit in ("day", "week"):
            days += number * (7 if unit == "week" else 1)
        else:
            months += number * (12 if unit == "year" else 1)
    return Length(months, days, micros)


def _list(value: object) -> tuple[str, ...]:
    """Read a list of texts: as JSON, or parted by semicolons as a cell of a table has it."""
    if value is None:
        return ()
    text = str(value).strip()
    if text.startswith("["):
        try:
            return tuple(str(one) for one in json.loads(text))
        except ValueError:
            pass
    return tuple(part.strip() for part in text.split(";") if part.strip())
