"""A change of stock or price and a release reach the customers they concern, and nobody else."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.folders import cli, lines, parquet, replay, subjects, write

FLOWS = """\
shop "Scarpe"
  time zone Europe/Rome
  currency EUR
flow back
  on back_in_stock
  enter every time
  send email "back"
    subject "{customer.id} {trigger.at} {trigger.sku} {trigger.title else 'untitled'} {trigger.price else 'no price'}"
flow cheaper
  on price_drop
  enter every time
  send email "cheaper"
    subject "{customer.id} {trigger.at} {trigger.sku}: {trigger.old_price} to {trigger.price}"
flow fresh
  on new_product
  enter every time
  send email "fresh"
    subject "{customer.id} {trigger.at} {trigger.sku} {trigger.category else '-'} {trigger.manufacturer else '-'}"
"""

PRODUCTS = "sku,title,category,manufacturer,price,stock\nboot,Boot,shoes,Alpi,90.00,0\nlace,Lace,care,,3.5,7\nwax,,care,Cera,,\n"
CHANGE = "2026-06-10T12:00:00Z"


def table(header: str, *rows: str) -> str:
    return "".join(f"{row}\n" for row in (header, *rows))


def views(*instants: str) -> str:
    return table("customer,at,sku", *(f"anna,{at},boot" for at in instants))


def baskets(*rows: tuple[str, str, str]) -> str:
    """Give carts or orders of one product each: who, when and what."""
    lines = (f'{who},{at},"[{{""sku"":""{sku}""}}]"' for who, at, sku in rows)
    return table("customer,at,items", *lines)


def stock(*rows: str) -> str:
    return table("sku,at,stock", *rows)


def price(*rows: str) -> str:
    return table("sku,at,price", *rows)


BACK = stock(f"boot,{CHANGE},5")


def told(folder: Path, tables: Mapping[str, str], *options: str) -> list[str]:
    """Give the subjects of what the flows send, each with the customer, the instant and the product."""
    data = write(folder / "data", {f"{name}.csv": text for name, text in {"products": PRODUCTS, **tables}.items()})
    return subjects(replay(FLOWS, data, *options))


# -- Whom a change reaches --------------------------------------------------------------------------------------------


SEEN = {
    "89-days-before": ("2026-03-13T12:00:00Z", True),
    "just-after-90-days": ("2026-03-12T13:00:00.000001Z", True),
    "90-days-by-the-shop's-clock-which-went-forward-since": ("2026-03-12T13:00:00Z", False),
    "90-days-by-utc": ("2026-03-12T12:00:00Z", False),
    "91-days-before": ("2026-03-11T12:00:00Z", False),
    "just-after-by-the-shop's-clock": ("2026-03-12T14:00:01", True),
    "at-it-by-the-shop's-clock": ("2026-03-12T14:00:00", False),
    "just-before": ("2026-06-10T11:59:59.999999Z", True),
    "at-once-where-the-shop-comes-first": (CHANGE, False),
    "a-day-later": ("2026-06-11T12:00:00Z", False),
}


def test_a_change_reaches_who_looked_in_the_90_days_before(tmp_path: Path) -> None:
    seen = table("customer,at,sku", *(f"{who},{at},boot" for who, (at, _) in SEEN.items()))
    found = {subject.split()[0] for subject in told(tmp_path, {"view": seen, "stock": BACK})}
    assert found == {who for who, (_, reached) in SEEN.items() if reached}


# Who did what, when and with which product; and whether the change of boots reaches them.
DID = {
    "carted": ([("cart", "2026-06-01", "boot")], True),
    "carted-another": ([("cart", "2026-06-01", "lace")], False),
    "carted-long-ago": ([("cart", "2026-03-01", "boot")], False),
    "checked-out": ([("checkout", "2026-06-01", "boot")], False),
    "bought-before": ([("view", "2026-06-01", "boot"), ("order", "2026-05-31", "boot")], True),
    "bought-at-once": ([("view", "2026-06-01", "boot"), ("order", "2026-06-01", "boot")], False),
    "bought-since": ([("view", "2026-06-01", "boot"), ("order", "2026-06-02", "boot")], False),
    "bought-another": ([("view", "2026-06-01", "boot"), ("order", "2026-06-02", "lace")], True),
    "bought-at-the-change": ([("view", "2026-06-01", "boot"), ("order", CHANGE, "boot")], True),
    "looked-again": ([("view", "2026-06-01", "boot"), ("view", "2026-06-03", "boot"), ("order", "2026-06-02", "boot")], True),
    "looked-often": ([("view", f"2026-0{day}", "boot") for day in ("3-01", "6-01", "6-01", "6-02")], True),
    "only-bought": ([("order", "2026-06-02", "boot")], False),
    "only-there": ([("view", "2026-06-01", "wax")], False),
}


def test_a_change_reaches_who_viewed_or_carted_and_has_not_bought_since(tmp_path: Path) -> None:
    done = [(kind, who, at, sku) for who, (events, _) in DID.items() for kind, at, sku in events]
    kinds = ("cart", "checkout", "order")
    tables = {kind: baskets(*((who, at, sku) for one, who, at, sku in done if one == kind)) for kind in kinds}
    seen = table("customer,at,sku", *(f"{who},{at},{sku}" for kind, who, at, sku in done if kind == "view"))
    assert sorted(told(tmp_path, {**tables, "view": seen, "stock": BACK})) == [
        f"{who} 2026-06-10 14:00 boot Boot 90.00 EUR" for who, (_, reached) in sorted(DID.items()) if reached
    ]


def test_lines_in_a_table_of_their_own_are_bought_too(tmp_path: Path) -> None:
    orders = {"order": table("customer,at,id", "anna,2026-06-02,1"), "order_items": table("order_id,sku", "1,boot")}
    seen = table("customer,at,sku", "anna,2026-06-01,boot", "ben,2026-06-01,boot")
    assert told(tmp_path, {**orders, "view": seen, "stock": BACK}) == ["ben 2026-06-10 14:00 boot Boot 90.00 EUR"]


# -- What is a change -------------------------------------------------------------------------------------------------

STOCKS = [
    (["boot,2026-06-02,5"], [2]),  # `products` says 0
    (["boot,2026-06-02,0", "boot,2026-06-03,0.5"], [3]),
    (["boot,2026-06-03,3", "boot,2026-06-02,0", "boot,2026-06-04,9"], [3]),
    (["boot,2026-06-02,3", "boot,2026-06-03,0", "boot,2026-06-04,1"], [2, 4]),
    (["lace,2026-06-02,9"], []),  # `products` says 7
    (["lace,2026-06-02,0", "lace,2026-06-03,0", "lace,2026-06-04,2"], [4]),
    (["wax,2026-06-02,5"], []),  # nobody knows what there was
    (["wax,2026-06-02,0", "wax,2026-06-03,5"], [3]),
    (["boot,2026-05-02,5"], []),
]
PRICES = [
    (["boot,2026-06-02,80"], ["02 00:00 boot: 90.00 EUR to 80.00 EUR"]),
    (["boot,2026-06-02,90.00", "boot,2026-06-03,91"], []),
    (["boot,2026-06-02,99", "boot,2026-06-03,95.5"], ["03 00:00 boot: 99.00 EUR to 95.50 EUR"]),
    (
        ["boot,2026-06-02,80", "boot,2026-06-03T10:00,79.99"],
        ["02 00:00 boot: 90.00 EUR to 80.00 EUR", "03 10:00 boot: 80.00 EUR to 79.99 EUR"],
    ),
    (["lace,2026-06-02,3.50", "lace,2026-06-03,3.4"], ["03 00:00 lace: 3.50 EUR to 3.40 EUR"]),
    (["wax,2026-06-02,5"], []),  # nobody knows what it cost
    (["wax,2026-06-02,5", "wax,2026-06-03,4"], ["03 00:00 wax: 5.00 EUR to 4.00 EUR"]),
]


def each_with_its_own(cases: list[list[str]]) -> tuple[dict[str, str], list[str]]:
    """Give the products and views of a shop in which each case has products of its own, and the rows of all cases."""
    header, *products = PRODUCTS.splitlines()
    own = [f"{case}-{row}" for case, _ in enumerate(cases) for row in products]
    seen = [f"anna,2026-06-01,{row.partition(',')[0]}" for row in own]
    return {"products": table(header, *own), "view": table("customer,at,sku", *seen)}, [
        f"{case}-{row}" for case, rows in enumerate(cases) for row in rows
    ]


def test_what_is_back_in_stock_had_none_before(tmp_path: Path) -> None:
    shop, changes = each_with_its_own([case for case, _ in STOCKS])
    found: list[list[int]] = [[] for _ in STOCKS]
    for subject in told(tmp_path, {**shop, "stock": stock(*changes)}):
        _, day, _, sku, *_ = subject.split()
        found[int(sku.partition("-")[0])].append(int(day[-2:]))
    assert found == [days for _, days in STOCKS]


def test_what_drops_in_price_is_below_the_last_known_one(tmp_path: Path) -> None:
    shop, changes = each_with_its_own([case for case, _ in PRICES])
    drops: list[list[str]] = [[] for _ in PRICES]
    for subject in told(tmp_path, {**shop, "price": price(*changes)}):
        before, case, after = re.split(r"(\d+)-(?=boot|lace|wax)", subject)
        drops[int(case)].append(before.removeprefix("anna 2026-06-") + after)
    assert drops == [found for _, found in PRICES]


def test_an_event_has_the_price_of_its_instant(tmp_path: Path) -> None:
    changes = price("boot,2026-06-09,100", f"boot,{CHANGE},120", "boot,2026-06-11,10")
    found = told(tmp_path, {"view": views("2026-06-01"), "stock": BACK, "price": changes}, "--until", "2026-06-10")
    assert found == ["anna 2026-06-10 14:00 boot Boot 120.00 EUR"]


def test_a_product_may_be_in_no_table_of_products(tmp_path: Path) -> None:
    changes = stock("boot,2026-06-02,0", f"boot,{CHANGE},5")
    data = write(tmp_path / "data", {"view.csv": views("2026-06-01"), "stock.csv": changes})
    assert subjects(replay(FLOWS, data)) == ["anna 2026-06-10 14:00 boot untitled no price"]


# -- Releases ---------------------------------------------------------------------------------------------------------

NEW = table(
    "sku,category,manufacturer,released",
    "boot,shoes,Alpi,",
    "clog,shoes,Cera,2026-06-10",
    "wax,care,Cera,2020-01-01",
    "sock,,Alpi,2026-06-11",
    "gem,,,2026-06-12",
)


CLOG, SOCK = "10 00:00 clog shoes Cera", "11 00:00 sock - Alpi"
# What somebody looked at or bought, and what reaches them.
KNEW = {
    "viewed": ([("view", "2026-06-01", "boot")], [CLOG, SOCK]),
    "viewed-long-ago": ([("view", "2019-06-01", "boot")], [CLOG, SOCK]),
    "viewed-just-before": ([("view", "2026-06-09T21:59:59Z", "boot")], [CLOG, SOCK]),
    "viewed-at-once": ([("view", "2026-06-09T22:00:00Z", "boot")], [SOCK]),
    "bought": ([("order", "2026-06-01", "boot")], [CLOG, SOCK]),
    "bought-another": ([("order", "2026-06-01", "wax")], [CLOG]),
    "carted": ([("cart", "2026-06-01", "boot")], []),
    "viewed-what-has-none": ([("view", "2026-06-01", "gem")], []),
}


def test_a_release_reaches_who_knows_its_category_or_manufacturer(tmp_path: Path) -> None:
    done = [(kind, who, at, sku) for who, (events, _) in KNEW.items() for kind, at, sku in events]
    bought = {kind: baskets(*((who, at, sku) for one, who, at, sku in done if one == kind)) for kind in ("order", "cart")}
    seen = table("customer,at,sku", *(f"{who},{at},{sku}" for kind, who, at, sku in done if kind == "view"))
    sent = told(tmp_path, {"products": NEW, "view": seen, **bought}, "--until", "2026-12-31")
    assert sent == [f"{who} 2026-06-{one}" for who, (_, found) in sorted(KNEW.items()) for one in found]


@pytest.mark.parametrize("view", ["sku,manufacturer\nanna,2026-06-01,gone,Alpi\n", "sku,category\nanna,2026-06-01,boot,hats\n"])
def test_a_release_reaches_who_saw_what_a_view_says_of_its_product(tmp_path: Path, view: str) -> None:
    sent = told(tmp_path, {"products": NEW, "view": f"customer,at,{view}"}, "--until", "2026-12-31")
    assert sent == [f"anna 2026-06-{SOCK}"]


# -- Among other events -----------------------------------------------------------------------------------------------


def test_the_shop_comes_first_at_an_instant(tmp_path: Path) -> None:
    visits = 'flow visits\n  on visit\n  enter every time\n  priority 9\n  send email "visits"\n    subject "visit"\n'
    released = {"products.csv": "sku,category,released,price,stock\nboot,shoes,,9,0\nclog,shoes,2026-06-10,,\nlace,,,2,0\n"}
    tables = {
        "view.csv": table("customer,at,sku", "anna,2026-06-01,boot", "anna,2026-06-01,lace"),
        "visit.csv": table("customer,at,seq", "anna,2026-06-10,-5"),
        "stock.csv": stock("boot,2026-06-10,1", "lace,2026-06-10,1"),
        "price.csv": price("boot,2026-06-10,3"),
    }
    found = subjects(replay(FLOWS + visits, write(tmp_path / "data", released | tables)))
    assert found == [
        "anna 2026-06-10 00:00 boot untitled 3.00 EUR",
        "anna 2026-06-10 00:00 lace untitled 2.00 EUR",
        "anna 2026-06-10 00:00 boot: 9.00 EUR to 3.00 EUR",
        "anna 2026-06-10 00:00 clog shoes -",
        "visit",
    ]


def test_a_change_may_be_the_last_instant_of_the_data_and_a_release_is_not(tmp_path: Path) -> None:
    tables = {"products": NEW, "view": views("2026-06-01"), "stock": stock("boot,2020-01-01,0", "wax,2026-06-10T12:00:00Z,1")}
    assert told(tmp_path, tables) == ["anna 2026-06-10 00:00 clog shoes Cera"]
    data = tmp_path / "data"
    summary = cli("replay", tmp_path / "test.flow", "--data", data).stdout
    assert summary.splitlines()[0].endswith(", 31 May 2026 to 10 June 2026")


def test_a_table_of_the_event_itself_counts_instead(tmp_path: Path) -> None:
    own = table("customer,at,sku", "ben,2026-06-05,boot")
    tables = {"view": views("2026-06-01"), "stock": BACK, "back_in_stock": own}
    assert told(tmp_path, tables) == ["ben 2026-06-05 00:00 boot Boot 90.00 EUR"]


# -- The same however it is written -----------------------------------------------------------------------------------

EVERYTHING = {
    "products": table(
        "sku,title,category,manufacturer,price,stock,released",
        "boot,Boot,shoes,Alpi,90.00,0,",
        "lace,Lace,care,,3.5,7,2026-06-05",
        "wax,,care,Cera,,,",
    ),
    "view": table("customer,at,sku", "anna,2026-06-01,boot", "ben,2026-06-02T10:00:00Z,wax", "anna,2026-06-03,lace"),
    "cart": baskets(("ben", "2026-06-04", "boot")),
    "order": baskets(("anna", "2026-06-03", "lace")),
    "stock": stock("boot,2026-06-07,5", "boot,2026-06-05,0", "lace,2026-06-08,0", "lace,2026-06-09,2.5"),
    "price": price("boot,2026-06-07,85.5", "lace,2026-06-08,3.25", "wax,2026-06-07,2", "wax,2026-06-08,1"),
}


def objects(text: str) -> str:
    rows = [{name: cell for name, cell in row.items() if cell} for row in csv.DictReader(io.StringIO(text))]
    for row in rows:
        row.update({name: json.loads(cell) for name, cell in row.items() if name in ("stock", "price", "items")})
    return "".join(f"{json.dumps(row)}\n" for row in rows)


def upside_down(text: str) -> str:
    header, *rows = text.splitlines()
    return table(header, *reversed(rows))


@pytest.mark.slow
def test_formats_and_the_order_of_rows_make_no_difference(tmp_path: Path) -> None:
    folders = {
        "csv": {f"{name}.csv": text for name, text in EVERYTHING.items()},
        "reversed": {f"{name}.csv": upside_down(text) for name, text in EVERYTHING.items()},
        "jsonl": {f"{name}.jsonl": objects(text) for name, text in EVERYTHING.items()},
    }
    for name, files in folders.items():
        write(tmp_path / name, files)
    (tmp_path / "parquet").mkdir()
    for name in EVERYTHING:
        parquet(tmp_path / "parquet" / f"{name}.parquet", f"FROM '{(tmp_path / 'jsonl').as_posix()}/{name}.jsonl'")
    found = {name: replay(FLOWS, tmp_path / name) for name in (*folders, "parquet")}
    assert subjects(found["csv"]) == [
        "anna 2026-06-05 00:00 lace care -",
        "anna 2026-06-07 00:00 boot Boot 85.50 EUR",
        "anna 2026-06-07 00:00 boot: 90.00 EUR to 85.50 EUR",
        "ben 2026-06-05 00:00 lace care -",
        "ben 2026-06-07 00:00 boot Boot 85.50 EUR",
        "ben 2026-06-07 00:00 boot: 90.00 EUR to 85.50 EUR",
        "ben 2026-06-08 00:00 wax: 2.00 EUR to 1.00 EUR",
    ]
    assert all(journal == found["csv"] for journal in found.values())


@pytest.mark.slow
def test_two_processes_tell_the_same(tmp_path: Path) -> None:
    told(tmp_path, EVERYTHING)
    alone = lines(tmp_path / "j.jsonl")
    assert told(tmp_path, EVERYTHING, "--jobs", "2")
    assert lines(tmp_path / "j.jsonl") == alone


# -- Rows that cannot be used -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("stock", stock("boat,2026-06-01,1"), 'stock.csv:2: column `sku`: there is no such product: "boat"'),
        (
            "stock",
            stock(f"boot,{CHANGE},-1"),
            'stock.csv:2: column `stock`: this is below zero: "-1"\n  help: write 0 where there is none',
        ),
        ("stock", stock(f"boot,{CHANGE},"), "stock.csv:2: column `stock`: this is missing"),
        ("stock", stock("boot,,1"), "stock.csv:2: column `at`: this is missing"),
        ("stock", stock(f",{CHANGE},1"), "stock.csv:2: column `sku`: this is missing"),
        ("stock", stock("boot,2026-06-10T14:00:00+02:00,1", f"boot,{CHANGE},2"), "another row is of the same product"),
        ("price", price(f"boot,{CHANGE},-1"), 'price.csv:2: column `price`: this is below zero: "-1"'),
        ("price", price(f"boot,{CHANGE},cheap"), 'price.csv:2: column `price`: this is not an amount of money: "cheap"'),
        ("price", price("boot,soon,1"), 'price.csv:2: column `at`: this is not an instant: "soon"'),
    ],
)
def test_a_bad_row_of_stock_or_price_is_named(tmp_path: Path, name: str, text: str, says: str) -> None:
    tables = {"products.csv": PRODUCTS, "view.csv": views("2026-06-01"), f"{name}.csv": text}
    (tmp_path / "test.flow").write_text(FLOWS, encoding="utf-8")
    result = cli("replay", tmp_path / "test.flow", "--data", write(tmp_path / "data", tables))
    assert result.exit_code == 1
    assert says in result.stderr


@pytest.mark.parametrize(
    ("text", "says"),
    [("sku,at\nboot,2026-06-01\n", "no column `stock`"), ("sku,at,stock,note\nboot,2026-06-01,1,x\n", "no column `note`")],
)
def test_a_history_has_its_three_columns(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "test.flow").write_text(FLOWS, encoding="utf-8")
    data = write(tmp_path / "data", {"view.csv": views("2026-06-01"), "stock.csv": text})
    result = cli("replay", tmp_path / "test.flow", "--data", data)
    assert (result.exit_code, says in result.stderr) == (2, True)


# -- The example shop -------------------------------------------------------------------------------------------------


def test_the_example_shop_tells_who_waits_for_a_product(tmp_path: Path) -> None:
    assert cli("example", tmp_path / "shop", "--customers", "40").exit_code == 0
    journal = replay(FLOWS, tmp_path / "shop")
    entered = {line["flow"] for line in journal if line.get("what") == "entered"}
    assert entered == {"back", "cheaper", "fresh"}
