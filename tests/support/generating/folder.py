"""Write a generated timeline as a data folder, for the data layer to read back; its rows in any order."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from cadenza.values import HOUR, MINUTE, Length
from tests.support.generating.dice import Dice
from tests.support.generating.timelines import Life
from tests.support.generating.words import CURRENCIES, PRODUCT_FIELDS, fields_of

_OF_THE_SHOP = ("back_in_stock", "price_drop", "new_product")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def iso(at: int) -> str:
    return (_EPOCH + timedelta(microseconds=at)).isoformat()


def write(place: Path, seed: int, life: Life, fields: Mapping[str, str], currency: str) -> None:
    """Write `life` as tables; `seq` keeps the order of events at one instant, wherever their rows stand."""
    digits, dice = CURRENCIES[currency], Dice("folder", seed)
    place.mkdir()
    types = {"id": "text", "time_zone": "text", **fields}
    everybody = (life, *life.others)
    _table(place / "customers.jsonl", [_customer(one, life.columns, types, digits) for one in everybody])
    types = {**fields_of(("product",)), **PRODUCT_FIELDS}
    _table(place / "products.jsonl", [_known(one, types, digits) for one in life.products])
    for field in ("stock", "price"):
        known = {"sku": "text", "at": "moment", field: types[field]}
        rows = [
            _known({"sku": sku, "at": at, field: value}, known, digits) for sku, name, at, value in life.changes if name == field
        ]
        if rows:
            _table(place / f"{field}.jsonl", rows)
    tables: dict[str, list[dict[str, Any]]] = {}
    for one in everybody:
        for seq, (kind, at, given) in enumerate(one.rows):
            row = _known(given, {name: type_ for name, type_ in fields_of((kind,)).items() if name != "at"}, digits)
            tables.setdefault(kind, []).append({"customer": one.name, "at": iso(at), "seq": seq, **row})
    if not tables:  # a folder has a table of events, if only its header
        (place / "order.csv").write_text("customer,at\n", encoding="utf-8")
    for kind in _OF_THE_SHOP:
        if kind not in tables:  # a folder with such a table is taken at its word, and what is sold brings about no more
            (place / f"{kind}.csv").write_text("customer,at\n", encoding="utf-8")
    for kind, rows in tables.items():
        _table(place / f"{kind}.jsonl", sorted(rows, key=lambda row: dice.below(1000)))


def _customer(life: Life, columns: Collection[str], types: Mapping[str, str], digits: int) -> dict[str, Any]:
    fields = {**life.fields, **life.lists, "time_zone": life.zone.name}
    return {name: _written(fields.get(name), types.get(name, "text"), digits) for name in columns}


def _known(given: Mapping[str, Any], types: Mapping[str, str], digits: int) -> dict[str, Any]:
    """Write every field there may be, those that are not known as nothing: what an event does not say, no product says for it."""
    return {name: _written(given.get(name), type_, digits) for name, type_ in types.items()}


def _table(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")


def _written(value: Any, type_: str, digits: int) -> Any:
    """Write a value as the data of a shop have it."""
    if value is None:
        return None
    match type_:
        case "lines":
            return [_known(line, fields_of(("line",)), digits) for line in value]
        case "money":
            return f"{value // 10**digits}.{value % 10**digits:0{digits}}" if digits else str(value)
        case "date":
            return date.fromordinal(value).isoformat()
        case "yearly date":
            return f"{value[0]:02}-{value[1]:02}"
        case "time":
            return f"{value // HOUR:02}:{value % HOUR // MINUTE:02}"
        case "moment":
            return iso(value)
        case "duration":
            assert isinstance(value, Length)
            parts = (
                (value.months, "months"),
                (value.days, "days"),
                (value.micros // MINUTE, "minutes"),
                (value.micros % MINUTE // 10**6, "seconds"),
            )
            return " ".join(f"{number} {unit}" for number, unit in parts if number)
        case "condition":
            return "yes" if value else "no"
        case "texts":
            return list(value)
        case _:
            return value
