"""What a person reads when the data cannot be used: which file, line and column, what is wrong, and what to do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result
from syrupy.assertion import SnapshotAssertion

from tests.support.folders import TABLES, THANKS, as_nobody, cli, lines, parquet, sent, write

ORDER = "customer,at,id,total\n"
GOOD = "b,2026-01-02T10:00:00Z,2,20.50\n"
NESTED = "customer,at,id,items\n"
ALONE: dict[str, str | bytes | None] = {"order.csv": None, "order_items.csv": None}
"""A change to the good folder that takes its orders and lines away."""

Tables = dict[str, str | bytes | None]

BAD_ROWS: dict[str, Tables] = {
    "bad instant": {"order.csv": f"{ORDER}a,yesterday,1,10\n{GOOD}"},
    "no such month": {"order.csv": f"{ORDER}a,2026-13-01T10:00:00,1,10\n{GOOD}"},
    "year 9999": {"order.csv": f"{ORDER}a,9999-12-31T23:59:59Z,1,10\n{GOOD}"},
    "no instant": {"order.csv": f"{ORDER}a,,1,10\n{GOOD}"},
    "negative quantity": {"order_items.csv": "order_id,sku,quantity\n1,rosso,2\n2,bread,-1\n"},
    "negative total": {"order.csv": f"{ORDER}{GOOD}a,2026-01-01,1,-3\n"},
    "not a number": {"order.csv": f'{ORDER}{GOOD}a,2026-01-01,1,"1,000"\n'},
    "customer without a row": {"order.csv": f"{ORDER}zoe,2026-01-01,1,10\n{GOOD}"},
    "customer without an id": {"customers.csv": "id,country\na,IT\nb,DE\n,FR\n"},
    "customer with a bad row": {"customers.csv": "id,birthday\na,17.5.1990\nb,1990-05-17\n"},
    "customer twice": {"customers.csv": "id,country\na,IT\na,DE\nb,DE\n"},
    "order twice": {"order.csv": f"{ORDER}a,2026-01-01T10:00:00Z,1,10.00\n{GOOD}b,2026-01-03,2,5\n"},
    "product twice": {"products.csv": "sku,category\nrosso,wine\nbread,bakery\nrosso,bakery\n"},
    "line without an order": {"order_items.csv": "order_id,sku,quantity\n1,rosso,2\n3,bread,1\n"},
    "line over several lines of the file": {
        "order.csv": f'{ORDER}a,2026-01-01,"1\n\n",1\n{GOOD}b,never,3,1\n',
        "order_items.csv": None,
    },
    "items that are no list": ALONE | {"order.csv": f"{NESTED}a,2026-01-01,1,rosso\n"},
    "items that are numbers": ALONE | {"order.csv": f'{NESTED}a,2026-01-01,1,"[1,2]"\n'},
    "items without a sku": ALONE | {"order.csv": f'{NESTED}a,2026-01-01,1,"[{{""quantity"":1}}]"\n'},
    "items with an unknown field": ALONE | {"order.csv": f'{NESTED}a,2026-01-01,1,"[{{""sku"":""x"",""qty"":1}}]"\n'},
    "items with a bad quantity": ALONE | {"order.csv": f'{NESTED}a,2026-01-01,1,"[{{""sku"":""x"",""quantity"":""two""}}]"\n'},
    "items with a negative quantity": ALONE
    | {"order.jsonl": '\n{"customer":"a","at":1767225600,"id":1,"items":[{"sku":"rosso","quantity":-1}]}\n'},
    "bad JSON Lines": ALONE | {"order.jsonl": '{"customer":"b","at":"2026-01-01"}\n\n{"customer":"a","at":"soon"}\n'},
}

UNUSABLE: dict[str, Tables] = {
    "unknown column": {"order.csv": "customer,at,id,totl\na,2026-01-01,1,10\n"},
    "missing column": {"order.csv": "client,at,id\na,2026-01-01,1\n"},
    "column twice": {"order.csv": "customer,at,id,ID\na,2026-01-01,1,2\n"},
    "column without a name": {"order.csv": "customer,at,id,\na,2026-01-01,1,2\n"},
    "other separator": {"order.csv": "customer;at;id\na;2026-01-01;1\n"},
    "too many cells": {"order.csv": f"{ORDER}a,2026-01-01,1,10,50\n"},
    "too few cells": {"order.csv": f"{ORDER}a,2026-01-01,1,10\nb,2026-01-02\n"},
    "open quote": {"order.csv": f'{ORDER}a,2026-01-01,1,10\nb,"2026-01-02,2,10\n'},
    "mixed line ends": {"order.csv": f"{ORDER}a,2026-01-01,1,10\r\nb,2026-01-02,2,10\n"},
    "empty file": {"order.csv": ""},
    "blank file": {"order.csv": "\n\n\n\n\n"},
    "not UTF-8": {"order.csv": ORDER.encode() + GOOD.encode() + "à,2026-01-01,1,10\n".encode("latin-1")},
    "not UTF-8 names": {"customers.csv": "id,città\na,Roma\n".encode("latin-1")},
    "JSON that is not UTF-8": ALONE | {"order.jsonl": b'{"customer":"a"}\n{"customer":"\xe0"}\n'},
    "not JSON": ALONE | {"order.jsonl": '{"customer":"a","at":"2026-01-01"}\n{"customer":\n'},
    "JSON that is no object": ALONE | {"order.jsonl": "[1]\n"},
    "not Parquet": ALONE | {"order.parquet": b"PAR1 and then something else"},
    "no events": ALONE,
    "lines without orders": {"order.csv": None, "view.csv": "customer,at,sku\na,2026-01-01,rosso\n"},
    "unknown table": {"ordr.csv": "customer,at\na,2026-01-01\n"},
    "table twice": {"order.jsonl": '{"customer":"a","at":"2026-01-01"}\n'},
}


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("test.flow").write_text(THANKS, encoding="utf-8")


def run(tables: Tables, *options: str) -> Result:
    write(Path("data"), {**TABLES, **tables})
    return cli("replay", "test.flow", "--data", "data", "--journal", "j.jsonl", *options)


def left_behind() -> list[str]:
    return sorted(path.name for path in Path().iterdir() if path.name not in ("data", "test.flow"))


@pytest.mark.parametrize("name", BAD_ROWS)
def test_a_bad_row_is_named_and_stops_a_replay(name: str, snapshot: SnapshotAssertion) -> None:
    result = run(BAD_ROWS[name])
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr == snapshot
    assert left_behind() == []


@pytest.mark.parametrize("name", UNUSABLE)
def test_a_file_that_cannot_be_used_is_named_and_stops_a_replay(name: str, snapshot: SnapshotAssertion) -> None:
    result = run(UNUSABLE[name])
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr == snapshot
    assert left_behind() == []


def test_a_parquet_file_that_was_cut_off_is_named(snapshot: SnapshotAssertion) -> None:
    write(Path("data"), {})
    parquet(Path("data/order.parquet"), "SELECT 'a' AS customer, TIMESTAMP '2026-01-01' AS at FROM range(1000)")
    whole = Path("data/order.parquet").read_bytes()
    result = run({"order.csv": None, "order_items.csv": None, "order.parquet": whole[: len(whole) // 2]})
    assert (result.exit_code, result.stderr) == (2, snapshot)


def test_a_bad_row_of_a_parquet_file_is_named_by_its_number(snapshot: SnapshotAssertion) -> None:
    write(Path("data"), {})
    parquet(
        Path("data/order.parquet"), "SELECT 'a' AS customer, 1767225600 + n AS at, n AS id, 3 - n AS total FROM range(5) t(n)"
    )
    result = run({"order.csv": None, "order_items.csv": None})
    assert (result.exit_code, result.stderr) == (1, snapshot)


def test_only_the_first_twenty_bad_rows_are_shown() -> None:
    rows = "".join(f"a,never,{number},1\n" for number in range(100, 150))
    shown = run({"order.csv": ORDER + rows, "order_items.csv": None}).stderr
    assert shown.count("this is not an instant") == 20
    assert "… and 30 more\n50 rows cannot be used" in shown


@pytest.mark.parametrize("data", ["nowhere", "test.flow", "test.flow/below"])
def test_data_must_be_a_folder(data: str, snapshot: SnapshotAssertion) -> None:
    result = cli("replay", "test.flow", "--data", data)
    assert (result.exit_code, result.stderr) == (2, snapshot)


@pytest.mark.parametrize("locked", ["data", "data/order.csv"])
def test_a_file_or_folder_without_permission_is_named(locked: str, tmp_path: Path) -> None:
    write(Path("data"), TABLES)
    for above in (tmp_path, *tmp_path.parents):
        if not above.stat().st_mode & 0o001:
            above.chmod(0o755)  # pytest keeps its folders to whoever runs it
    Path(locked).chmod(0)
    with as_nobody():
        result = cli("replay", "test.flow", "--data", "data")
    Path(locked).chmod(0o755)
    assert (result.exit_code, result.stderr) == (2, f"{locked}: permission denied\n")


# -- Going on without bad rows ----------------------------------------------------------------------------------------

TWO_BAD: Tables = {"order.csv": f"{ORDER}a,2026-01-01T10:00:00Z,1,10.00\nb,never,2,1\n{GOOD.replace('2,20.50', '3,-1')}"}


def test_bad_rows_can_be_skipped_and_are_counted() -> None:
    result = run(TWO_BAD, "--bad-rows", "skip")
    assert result.exit_code == 0
    assert "rows left out: 2 of order, 1 of order_items" in result.stdout
    assert sent(lines(Path("j.jsonl"))) == [("a", "2026-01-01T10:00:00Z")]


def test_bad_rows_can_be_written_to_a_file() -> None:
    result = run(TWO_BAD, "--bad-rows", "quarantine", "bad.jsonl")
    assert result.exit_code == 0
    assert "rows left out: 2 of order, 1 of order_items" in result.stdout
    rows = [json.loads(line) for line in Path("bad.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(row["file"], row["line"], row["column"], row["value"]) for row in rows] == [
        ("data/order.csv", 3, "at", "never"),
        ("data/order.csv", 4, "total", "-1"),
        ("data/order_items.csv", 3, "order_id", "2"),
    ]


def test_all_bad_rows_are_written_however_many() -> None:
    rows = "".join(f"a,never,{number},1\n" for number in range(100, 150))
    assert run({"order.csv": ORDER + rows, "order_items.csv": None}, "--bad-rows", "quarantine", "bad.jsonl").exit_code == 0
    assert len(Path("bad.jsonl").read_text(encoding="utf-8").splitlines()) == 50


@pytest.mark.parametrize("policy", [["skip"], ["quarantine", "bad.jsonl"]])
def test_leaving_out_a_customer_leaves_the_others_as_they_are(policy: list[str]) -> None:
    tables: Tables = {
        "customers.csv": "id,birthday\na,1990-05-17\naa,never\nb,1990-05-17\n",
        "order.csv": f"{ORDER}aa,2026-01-01,0,1\na,2026-01-01T10:00:00Z,1,10\nb,2026-01-01T11:00:00Z,2,10\n",
        "order_items.csv": "order_id,sku,quantity\n0,rosso,1\n1,rosso,1\n2,rosso,1\n",
    }
    assert run(tables, "--bad-rows", *policy).exit_code == 0
    assert sent(lines(Path("j.jsonl"))) == [("a", "2026-01-01T10:00:00Z"), ("b", "2026-01-01T11:00:00Z")]


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_bad_rows_are_the_same_in_several_processes(jobs: str) -> None:
    result = run(TWO_BAD, "--bad-rows", "skip", "--jobs", jobs)
    assert "rows left out: 2 of order, 1 of order_items" in result.stdout
    assert sent(lines(Path("j.jsonl"))) == [("a", "2026-01-01T10:00:00Z")]


def test_a_quarantine_that_cannot_be_written_is_named() -> None:
    result = run(TWO_BAD, "--bad-rows", "quarantine", "no/bad.jsonl")
    assert (result.exit_code, result.stderr) == (2, "no/bad.jsonl: no such file or directory\n")
    assert left_behind() == []


@pytest.mark.parametrize("words", [["perhaps"], ["quarantine"], ["quarantine", "--jobs", "2"], ["skip=x"], ["quarantine="]])
def test_another_policy_is_misuse(words: list[str]) -> None:
    result = run({}, "--bad-rows", *words)
    assert result.exit_code == 2
    assert "quarantine" in result.stderr
    assert left_behind() == []


# -- Journals that cannot be written ----------------------------------------------------------------------------------


@pytest.mark.parametrize("journal", ["j.csv", "journal", "no/j.jsonl", "folder.jsonl"])
def test_a_journal_that_cannot_be_written_is_named(journal: str, snapshot: SnapshotAssertion) -> None:
    write(Path("data"), TABLES)
    Path("folder.jsonl").mkdir()
    result = cli("replay", "test.flow", "--data", "data", "--journal", journal)
    assert (result.exit_code, result.stderr) == (2, snapshot)
    assert left_behind() == ["folder.jsonl"]


def test_an_earlier_journal_stays_when_a_replay_fails() -> None:
    Path("j.jsonl").write_text("what was there", encoding="utf-8")
    assert run(TWO_BAD).exit_code == 1
    assert Path("j.jsonl").read_text(encoding="utf-8") == "what was there"


@pytest.mark.parametrize(
    "options",
    [
        ["--from", "soon"],
        ["--until", "2026-02-30"],
        ["--from", "2026-01-02", "--until", "2026-01-01"],
        ["--from", "0001-01-01"],
        ["--until", "9999-12-31T23:59"],
    ],
)
def test_a_period_that_cannot_be_is_named(options: list[str], snapshot: SnapshotAssertion) -> None:
    result = run({}, *options)
    assert (result.exit_code, result.stderr) == (2, snapshot)
    assert left_behind() == []
