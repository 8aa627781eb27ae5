"""Write the data folder of the example shop: the same bytes for the same number of customers and the same seed."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path

from cadenza.data.columns import literal
from cadenza.data.drafts import new_folder
from cadenza.data.folder import LINES, connect
from cadenza.data.shop_life import Row, lives

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def example(destination: Path, customers: int, seed: int, suffix: str) -> dict[str, int]:
    """Write the shop in files of one format, `.csv`, `.jsonl` or `.parquet`; give how many rows each table has."""
    tables = lives(customers, seed)
    if suffix == ".csv":
        orders = tables.get("order", ())
        tables[LINES] = [
            {"order_id": one["id"], "line": number, **line} for one in orders for number, line in enumerate(one.pop("items"), 1)
        ]
    with new_folder(destination) as draft:
        for name, rows in tables.items():
            path = draft / f"{name}{suffix}"
            if suffix == ".csv":
                _csv(path, rows)
            else:
                path.write_text("".join(f"{_encode(row)}\n" for row in rows), encoding="utf-8", newline="\n")
        if suffix == ".parquet":
            _parquet(draft)
    return {name: len(rows) for name, rows in tables.items()}


def _csv(path: Path, rows: Sequence[Row]) -> None:
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(names)
        for row in rows:
            writer.writerow([_cell(row.get(name)) for name in names])


def _cell(value: object) -> object:
    return _encode(value) if isinstance(value, list) else value


def _parquet(draft: Path) -> None:
    """Turn the JSON Lines that were written under the name of a Parquet file into one."""
    connection = connect(draft)
    for path in sorted(draft.glob("*.parquet")):
        lines = path.with_suffix(".jsonl")
        path.rename(lines)
        rows = f"read_json({literal(lines.as_posix())}, format = 'newline_delimited', sample_size = -1)"
        connection.execute(f"COPY (SELECT * FROM {rows}) TO {literal(path.as_posix())} (FORMAT parquet)")
        lines.unlink()
    connection.close()
