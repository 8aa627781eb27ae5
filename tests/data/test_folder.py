"""The three formats of a data folder, and how instants, absent columns and lines are read from each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from cadenza.data import folder, rows
from cadenza.data.example import example
from cadenza.data.folder import Folder
from tests.support.folders import TABLES, THANKS, cli, parquet, replay, sent, subjects, write
from tests.support.scenarios import program

REGULARS = """\
shop "Caffè"
  time zone Europe/Rome
  currency EUR
  at most 2 messages per 7 days, else wait up to 3 days
flow beans
  on order where any(items where category = "beans") and total >= 20 EUR
  enter again after 30 days
  leave on order
  wait 3 days
  send email "beans"
    subject "{customer.first_name}: {sum(trigger.items.quantity)} bags"
flow cart
  on cart where total >= 30 EUR
  leave on order
  wait 1 hour
  send email "cart"
    subject "{trigger.total}"
flow score
  on review where rating >= 4
  send push or email "thanks"
    subject "{last(view).title else 'no product'}"
"""

EVERY_ORDER = 'shop "S"\n  time zone Europe/Rome\nflow f\n  on order\n  enter every time\n  send email "m"\n'


def test_all_formats_give_the_same_journal(tmp_path: Path) -> None:
    journals = set()
    for suffix in (".csv", ".jsonl", ".parquet"):
        example(tmp_path / suffix, 25, 3, suffix)
        assert len(subjects(replay(REGULARS, tmp_path / suffix))) > 10
        journals.add((tmp_path / "j.jsonl").read_bytes())
    assert len(journals) == 1


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_large_folder_is_worked_out_a_part_at_a_time(tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    example(tmp_path / "data", 25, 3, suffix)
    replay(REGULARS, tmp_path / "data")
    whole = (tmp_path / "j.jsonl").read_bytes()
    monkeypatch.setattr(rows, "_TOGETHER", 7)
    assert len(subjects(replay(REGULARS, tmp_path / "data"))) > 10
    assert (tmp_path / "j.jsonl").read_bytes() == whole


def test_the_rows_that_cannot_be_used_are_found_in_every_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "_TOGETHER", 2)
    ids = [str(number) for number in range(9)]
    orders = "".join(f"c,2026-01-0{number + 1}T10:00:00Z,{one}\n" for number, one in enumerate(ids))
    for one in ids:
        data = write(
            tmp_path / one,
            {
                "customers.csv": "id\nc\n",
                "order.csv": f"customer,at,id\n{orders}c,2026-02-01T10:00:00Z,{one}\n",
                "order_items.csv": f"order_id,sku\n{one},s\n{one}x,s\n",
            },
        )
        (tmp_path / "f.flow").write_text(EVERY_ORDER, encoding="utf-8")
        said = cli("replay", tmp_path / "f.flow", "--data", data, "--journal", tmp_path / "j.jsonl").output
        assert f'order.csv:11: column `id`: another row has the same id: "{one}"' in said
        assert f'order_items.csv:3: column `order_id`: there is no such order: "{one}x"' in said


def test_a_query_gets_more_memory_only_where_it_needs_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    example(tmp_path / "data", 25, 3, ".csv")
    replay(REGULARS, tmp_path / "data")
    whole = (tmp_path / "j.jsonl").read_bytes()
    monkeypatch.setattr(folder, "_MEMORY", ("1MB", "64MB"))
    replay(REGULARS, tmp_path / "data")
    assert (tmp_path / "j.jsonl").read_bytes() == whole
    monkeypatch.setattr(folder, "_MEMORY", ("1MB",))
    (tmp_path / "f.flow").write_text(REGULARS, encoding="utf-8")
    done = cli("replay", tmp_path / "f.flow", "--data", tmp_path / "data", "--journal", tmp_path / "none.jsonl")
    assert done.exit_code == 2
    assert "reading this takes more than 1MB of memory; put its customers in several folders, and replay each" in done.output
    assert not (tmp_path / "none.jsonl").exists()


def test_memory_that_was_given_once_is_not_taken_back(tmp_path: Path) -> None:
    write(tmp_path / "data", {"order.csv": "customer,at,id\na,2026-01-01,1\n"})
    with Folder(tmp_path / "data", program(EVERY_ORDER).events) as opened:
        limits = []
        for _ in range(3):
            failures = [duckdb.OutOfMemoryException("")]

            def query(failures: list[Exception] = failures) -> object:
                if failures:
                    raise failures.pop()
                return opened.rows("SELECT current_setting('memory_limit')")[0][0]

            limits.append(opened._enough(query))
    assert limits == ["244.1 MiB", "953.6 MiB", "3.7 GiB"]


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
def test_the_example_shop_has_the_same_bytes_each_time(tmp_path: Path, suffix: str) -> None:
    for name in ("once", "again"):
        example(tmp_path / name, 5, 1, suffix)
    once, again = ({file.name: file.read_bytes() for file in (tmp_path / name).iterdir()} for name in ("once", "again"))
    assert once == again
    assert len(once) > 10


def test_one_more_customer_changes_nothing_for_the_others(tmp_path: Path) -> None:
    for number in (8, 9):
        example(tmp_path / str(number), number, 0, ".csv")
    fewer, more = ((tmp_path / str(number) / "order.csv").read_text(encoding="utf-8").splitlines() for number in (8, 9))
    assert [row for row in more if not row.startswith("c0009")] == fewer


@pytest.mark.parametrize("nested", [False, True])
def test_lines_are_nested_or_in_a_table_of_their_own(tmp_path: Path, nested: bool) -> None:
    tables: dict[str, str | None] = dict(TABLES)
    if nested:
        cells = '"[{""sku"":""rosso"",""quantity"":2,""price"":""5.00""}]"'
        tables |= {
            "order.csv": f"customer,at,id,total,items\na,2026-01-01T10:00:00Z,1,10.00,{cells}\nb,2026-01-02,2,20.50,\n",
            "order_items.csv": None,
        }
    assert subjects(replay(THANKS, write(tmp_path / "data", tables))) == ["1: 10.00 EUR, 2 pieces"]


@pytest.mark.parametrize(
    "items", ["list_value({sku: 'rosso', quantity: 2})", '\'[{"sku":"rosso","quantity":2}]\''], ids=["structs", "text"]
)
def test_nested_lines_of_a_parquet_file_are_structs_or_text(tmp_path: Path, items: str) -> None:
    data = write(tmp_path / "data", {**TABLES, "order.csv": None, "order_items.csv": None})
    row = f"'a' AS customer, TIMESTAMP '2026-01-01' AS at, 7 AS id, 10.5 AS total, {items} AS items"
    parquet(data / "order.parquet", f"SELECT {row}")
    assert subjects(replay(THANKS, data)) == ["7: 10.50 EUR, 2 pieces"]


@pytest.mark.parametrize("items", ["", "[]", "missing"])
def test_orders_without_lines_have_none(tmp_path: Path, items: str) -> None:
    text = "customer,at,id,total,items\na,2026-01-01,1,10.00," + items + "\n"
    if items == "missing":
        text = "customer,at,id,total\na,2026-01-01,1,10.00\n"
    flow = THANKS.replace('any(items where category = "wine")', "sum(items.quantity) = 0")
    data = write(tmp_path / "data", {**TABLES, "order.csv": text, "order_items.csv": None})
    assert subjects(replay(flow, data)) == ["1: 10.00 EUR, 0 pieces"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-07-01T10:00:00Z", "2026-07-01T10:00:00Z"),
        ("2026-07-01T10:00:00+02:00", "2026-07-01T08:00:00Z"),
        ("2026-07-01 10:00:00-0330", "2026-07-01T13:30:00Z"),
        ("2026-07-01T10:00:00", "2026-07-01T08:00:00Z"),
        ("2026-01-01 10:00", "2026-01-01T09:00:00Z"),
        ("2026-07-01", "2026-06-30T22:00:00Z"),
        ("1782900000", "2026-07-01T10:00:00Z"),
        ("1782900000000", "2026-07-01T10:00:00Z"),
        ("1782900000000001", "2026-07-01T10:00:00.000001Z"),
        ("2026-03-29T02:30:00", "2026-03-29T01:30:00Z"),
        ("2026-10-25T02:30:00", "2026-10-25T00:30:00Z"),
        ("2026-07-01T10:00:00.1234567Z", "2026-07-01T10:00:00.123456Z"),
        ("0", "1970-01-01T00:00:00Z"),
    ],
)
@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_an_instant_is_iso_or_epoch_and_the_shops_time_without_an_offset(
    tmp_path: Path, written: str, meant: str, suffix: str
) -> None:
    texts = {"csv": f"customer,at\na,{written}\n", "jsonl": f'{{"customer":"a","at":"{written}"}}\n'}
    data = write(tmp_path / "data", {f"order.{suffix}": texts[suffix]})
    assert sent(replay(EVERY_ORDER, data)) == [("a", meant)]


@pytest.mark.parametrize(
    ("at", "meant"),
    [
        ("TIMESTAMP '2026-07-01 10:00'", "2026-07-01T08:00:00Z"),
        ("TIMESTAMPTZ '2026-07-01 10:00+00'", "2026-07-01T10:00:00Z"),
        ("DATE '2026-07-01'", "2026-06-30T22:00:00Z"),
        ("1782900000", "2026-07-01T10:00:00Z"),
        ("'2026-07-01T10:00:00Z'", "2026-07-01T10:00:00Z"),
    ],
)
def test_an_instant_of_a_parquet_file_keeps_its_type(tmp_path: Path, at: str, meant: str) -> None:
    data = write(tmp_path / "data", {})
    parquet(data / "order.parquet", f"SELECT 'a' AS customer, {at} AS at")
    assert sent(replay(EVERY_ORDER, data)) == [("a", meant)]


@pytest.mark.parametrize(
    ("absent", "condition"),
    [
        ("products.csv", 'not any(items where category = "wine")'),
        ("products.csv", 'count(items where category = "wine") = 0'),
        ("products.csv", "sum(items.quantity where released > 2020-01-01) = 0"),
        ("order_items.csv", "sum(items.quantity) = 0"),
        ("order_items.csv", "sum(items.price) = 0 EUR"),
        ("customers.csv", "customer.first_name is not known"),
        ("customers.csv", "customer.birthday is not known and customer.tags is empty"),
        ("order_items.csv", 'coupon is not known and not (items.category contains "wine")'),
    ],
)
def test_what_the_data_do_not_have_is_unknown_or_empty(tmp_path: Path, absent: str, condition: str) -> None:
    flow = f'shop "S"\n  currency EUR\nflow f\n  on order where {condition}\n  enter every time\n  send onsite "m"\n'
    journal = replay(flow, write(tmp_path / "data", {**TABLES, absent: None}))
    assert [who for who, _ in sent(journal)] == ["a", "b"]


def test_a_customer_begins_at_created_or_the_first_event_and_else_at_the_start(tmp_path: Path) -> None:
    created = "id,created\na,2026-01-01T09:00:00Z\nb,2026-02-01T00:00:00Z\nc,\n"
    data = write(tmp_path / "data", {**TABLES, "customers.csv": created})
    assert sent(replay('flow f\n  when count(order) = 0\n  send onsite "m"\n', data, "--from", "2025-12-01")) == [
        ("a", "2026-01-01T09:00:00Z")
    ]


def test_fractions_are_read_exactly(tmp_path: Path) -> None:
    reviews = "customer,at,sku,rating\na,2026-01-01,rosso,4.1\na,2026-01-01,rosso,0.2\nb,2026-01-01,rosso,4.3\n"
    flow = 'flow f\n  on review where sum(review.rating) = 4.3\n  send onsite "m"\n'
    assert [who for who, _ in sent(replay(flow, write(tmp_path / "data", {**TABLES, "review.csv": reviews})))] == ["a", "b"]


def test_a_folder_without_customers_has_those_of_its_events(tmp_path: Path) -> None:
    journal = replay(THANKS, write(tmp_path / "data", {**TABLES, "customers.csv": None}))
    assert [who for who, _ in sent(journal)] == ["a"]


@pytest.mark.parametrize("text", ["\ufeff{}", "{}", "crlf"], ids=["byte order mark", "plain", "crlf"])
def test_a_table_may_come_from_a_spreadsheet(tmp_path: Path, text: str) -> None:
    order = TABLES["order.csv"]
    written = order.replace("\n", "\r\n") if text == "crlf" else text.format(order)
    assert subjects(replay(THANKS, write(tmp_path / "data", {**TABLES, "order.csv": written}))) == ["1: 10.00 EUR, 2 pieces"]


@pytest.mark.parametrize(
    ("step", "changes"),
    [
        ("take 2 points from customer.score", {"amount": -2}),
        ("take 9 points from customer.score", {"amount": -5}),
        ('set customer.country = "IT"', {"same": True}),
        ('set customer.country = "FR"', {"same": None}),
        ('subscribe "news"', {"same": True}),
        ('unsubscribe "news"', {"same": None}),
    ],
)
def test_what_a_step_changes_is_read_though_nothing_else_names_it(tmp_path: Path, step: str, changes: dict[str, Any]) -> None:
    customers = {"customers.csv": "id,country,score\na,IT,5\n", "subscribe.csv": "customer,at,list\na,2026-01-01,news\n"}
    data = write(tmp_path / "data", {**customers, "visit.csv": "customer,at\na,2026-01-02\n"})
    (_, _, line, *_) = replay(f"flow f\n  on visit\n  {step}\n", data, "--detail", "all")
    assert {name: line.get(name) for name in changes} == changes
