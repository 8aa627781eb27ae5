"""Write data folders, and run the program as a person would: in this process, or in one of its own where that matters."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
from click.testing import CliRunner, Result

from cadenza.cli.main import cadenza

ROOT = Path(__file__).parents[2]

THANKS = """\
shop "Cantina"
  currency EUR
flow thanks
  on order where any(items where category = "wine")
  enter every time
  send email "thanks"
    subject "{trigger.id}: {trigger.total}, {sum(trigger.items.quantity)} pieces"
"""
"""A flow that looks at orders, their lines and the products of these."""

TABLES: Mapping[str, str] = {
    "customers.csv": "id,country\na,IT\nb,DE\n",
    "products.csv": "sku,category\nrosso,wine\nbread,bakery\n",
    "order.csv": "customer,at,id,total\na,2026-01-01T10:00:00Z,1,10.00\nb,2026-01-02T10:00:00Z,2,20.50\n",
    "order_items.csv": "order_id,sku,quantity,price\n1,rosso,2,5.00\n2,bread,1,20.50\n",
}
"""A folder that has nothing wrong with it."""


def write(folder: Path, tables: Mapping[str, str | bytes | None]) -> Path:
    """Write the files of a folder; None stands for a file that is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in tables.items():
        if text is not None:
            (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def parquet(file: Path, sql: str) -> None:
    """Write what a query gives as a Parquet file."""
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({sql}) TO '{file.as_posix()}' (FORMAT parquet)")


def cli(*words: str | Path) -> Result:
    """Run a command in this process; a traceback fails the test at once."""
    result = CliRunner().invoke(cadenza, [str(word) for word in words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def process(*words: str | Path, env: Mapping[str, str] | None = None, **more: Any) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own."""
    more = {"capture_output": True, **more}
    return subprocess.run(
        [sys.executable, "-m", "cadenza", *map(str, words)],
        env={**os.environ, "PYTHONPATH": str(ROOT / "interpreter"), **(env or {})},
        text=True,
        check=False,
        **more,
    )


def replay(flow: str, data: Path, *options: str) -> list[dict[str, Any]]:
    """Replay a folder through a flow, and give the lines of the journal, its header first."""
    place = data.parent
    (place / "test.flow").write_text(flow, encoding="utf-8")
    result = cli("replay", place / "test.flow", "--data", data, "--journal", place / "j.jsonl", *options)
    assert result.exit_code == 0, result.stderr
    return lines(place / "j.jsonl")


def lines(journal: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in journal.read_text(encoding="utf-8").splitlines()]


def subjects(journal: Sequence[Mapping[str, Any]]) -> list[str]:
    """Give the subjects of the messages that went out."""
    return [line["subject"] for line in journal if line.get("what") == "sent"]


def sent(journal: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Give to whom messages went, and when."""
    return [(line["customer"], line["at"]) for line in journal if line.get("what") == "sent"]


@contextmanager
def as_nobody() -> Iterator[None]:
    """Give up the rights of the superuser for a while, for whom no file is unreadable."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)
