"""Percentiles on the example shop, by the command line: against the files themselves, and for any number of processes."""

from __future__ import annotations

import csv
from bisect import bisect_left
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cadenza.data.example import example
from cadenza.values import Length
from tests.support.folders import cli, lines
from tests.support.scenarios import instant, zone

TOP = """\
shop "Caffè"
  time zone Europe/Rome
  currency EUR
flow top
  when percentile(sum(order.total in the last 12 months)) >= 80%, including those already
  leave when percentile(sum(order.total in the last 12 months)) < 80%
  wait 10 years
flow alike
  when similarity(best) >= 0.8
  tag "alike"
segment best
  percentile(time since last(order)) < 40%
  percentile(count(order)) >= 60%
"""
ROME = zone("Europe/Rome")
LAST = "2025-11-30"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("shop")
    (place / "top.flow").write_text(TOP, encoding="utf-8")
    example(place / "data", 40, 0, ".csv")
    return place


def replayed(shop: Path, jobs: int) -> Path:
    journal = shop / f"{jobs}.jsonl"
    words = ["--data", shop / "data", "--journal", journal, "--from", "2025-02-01", "--until", LAST, "--jobs", str(jobs)]
    assert cli("replay", shop / "top.flow", *words).exit_code == 0
    return journal


def rows(shop: Path, table: str) -> list[dict[str, str]]:
    with (shop / "data" / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def best_fifth(shop: Path, midnight: int) -> set[str]:
    """Work out from the files who is in the top fifth by what they spent in twelve months."""
    begun = {row["customer"] for row in rows(shop, "signup") if instant(row["at"], ROME) < midnight}
    spent = dict.fromkeys(sorted(begun), 0.0)
    for row in rows(shop, "order"):
        at = instant(row["at"], ROME)
        if at < midnight < ROME.add(at, Length(12)):
            spent[row["customer"]] += float(row["total"])
    ranked = sorted(spent.values())
    return {one for one, amount in spent.items() if bisect_left(ranked, amount) >= len(spent) * 0.8}


def test_the_top_fifth_is_who_spent_most(shop: Path) -> None:
    inside: dict[str, bool] = {}
    for line in lines(replayed(shop, 1)):
        if line.get("flow") == "top" and line["what"] in ("entered", "left"):
            inside[line["customer"]] = line["what"] == "entered"
    assert {one for one, is_in in inside.items() if is_in} == best_fifth(shop, instant(LAST, ROME))
    assert not all(inside.values())


def test_entries_and_exits_are_at_midnight_in_the_shop(shop: Path) -> None:
    at = [line["at"] for line in lines(replayed(shop, 1))[1:] if line["what"] in ("entered", "left")]
    assert len(at) > 10
    for one in at:
        moment = int(datetime.fromisoformat(one).astimezone(UTC).timestamp()) * 1_000_000
        assert ROME.time(moment) == 0


@pytest.mark.slow
def test_the_journal_is_the_same_for_two_processes(shop: Path) -> None:
    assert replayed(shop, 1).read_bytes() == replayed(shop, 2).read_bytes()
