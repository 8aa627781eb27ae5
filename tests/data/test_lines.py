"""What SQL answers about the lines of orders is what the engine's own closures answer from the lines themselves."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from cadenza.data.folder import Folder
from cadenza.data.rows import Rows
from cadenza.data.timelines import Timelines
from cadenza.engine.clock import UTC
from cadenza.engine.plan import Plan, lower
from tests.support.scenarios import program

QUESTIONS = [
    'any(items where category = "wine")',
    'any(items where category != "wine")',
    'any(items where not (category = "wine"))',
    'any(items where not (category = "wine" or quantity > 1))',
    'any(items where category in ["wine", "it\'s", "50%_off"])',
    'any(items where category not in ["wine", "beer"])',
    'any(items where title contains "50%_o")',
    'any(items where not (title starts with "it\'s"))',
    'any(items where title ends with "é" or title is not known)',
    "any(items where category is known and quantity between 1 and 2)",
    "any(items where price >= 4.10 EUR)",
    "any(items where price < 4.10 EUR and quantity * 2 > 3)",
    "any(items where released >= 2020-02-29)",
    "any(items where sku = title)",
    'items.category contains "wine"',
    'not (items.category contains "")',
    'count(items where category = "wine") >= 2',
    "count(items where quantity = 0.5) = 0",
    "count(items) >= 3",
    "sum(items.quantity) >= 2.5",
    'sum(items.quantity where category = "wine") > 2',
    "sum(items.price) > 10 EUR",
    'sum(items.price where title is not known or title = "") > 4 EUR',
    "sum(items.stock where released < 2020-02-29) > 1",
]
# The last one makes a program read the lines themselves, too.
CONDITIONS = [*QUESTIONS, "most frequent(items.category) is known"]
FLOWS = 'shop "S"\n  currency EUR\n' + "".join(
    f'flow f{number}\n  on order where {condition}\n  tag "t"\n' for number, condition in enumerate(CONDITIONS)
)

SKUS = ["a", "b", "it's", 'q"u']
TEXTS = st.sampled_from([None, "", "wine", "beer", "it's", "50%_off", "500_off", "café", "a", "Wine"])
AMOUNTS = st.sampled_from([None, "0", "1", "2", "0.5", "1.25", "0.000000001", "3"])
PRICES = st.sampled_from([None, "0", "4.10", "4.1", "4.09", "12", "0.01"])
LINE = st.fixed_dictionaries({"sku": st.sampled_from([*SKUS, "unlisted"]), "quantity": AMOUNTS, "price": PRICES})
PRODUCT = st.fixed_dictionaries(
    {
        "title": TEXTS,
        "category": TEXTS,
        "released": st.sampled_from([None, "2020-02-28", "2020-02-29", "2024-01-01"]),
        "stock": st.sampled_from([None, 0, 1, 2]),
    }
)
Line = Mapping[str, Any]


@cache
def plan() -> Plan:
    return lower(program(FLOWS))


def orders(folder: Path) -> list[dict[str, Any]]:
    """Read the orders of a folder as the plan has them, each field by its name."""
    with Folder(folder, plan().program.events) as opened:
        timelines = Timelines(Rows(opened, plan().program), plan(), UTC)
        names = plan().layout.events["order"]
        return [dict(zip(names, fields, strict=False)) for one in timelines.between(None, None) for fields in one.inputs.fields]


def written(folder: Path, lines: Sequence[Sequence[Line]], products: Sequence[Line], *, nested: bool) -> None:
    tables: dict[str, list[dict[str, Any]]] = {
        "order": [{"customer": "c", "at": number, "id": str(number)} for number, _ in enumerate(lines)],
        "products": [{"sku": sku, **product} for sku, product in zip(SKUS, products, strict=True)],
    }
    if nested:
        for order, of_order in zip(tables["order"], lines, strict=True):
            order["items"] = list(of_order)
    else:
        tables["order_items"] = [
            {"order_id": str(number), **line} for number, of_order in enumerate(lines) for line in of_order
        ] or [{"order_id": "0", "sku": "a"}]
    for name, rows in tables.items():
        (folder / f"{name}.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")


@pytest.mark.parametrize("nested", [True, False], ids=["nested", "in a table"])
@settings(max_examples=8, phases=[Phase.generate])  # an order is an example of its own, and each folder has many
@given(lines=st.lists(st.lists(LINE, max_size=4), min_size=4, max_size=24), products=st.lists(PRODUCT, min_size=4, max_size=4))
def test_sql_answers_what_the_closures_answer(nested: bool, lines: list[list[Line]], products: list[Line]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        written(Path(folder), lines, products, nested=nested)
        for order in orders(Path(folder)):
            answers = {one.name: order[one.name] for one in plan().layout.derived}
            assert answers == {one.name: one.answer(order["items"]) for one in plan().layout.derived}


def test_every_question_is_answered_where_the_data_are_read() -> None:
    assert len(plan().layout.derived) >= len(QUESTIONS) - 1


@pytest.mark.parametrize("nested", [True, False], ids=["nested", "in a table"])
def test_lines_are_read_with_the_fields_of_their_products(nested: bool, tmp_path: Path) -> None:
    lines = [[{"sku": "a", "quantity": "1.5", "price": "4.10"}, {"sku": "unlisted", "quantity": "2", "price": None}], []]
    product = {"title": "A", "category": "wine", "released": "2020-02-29", "stock": 2}
    written(tmp_path, lines, [product] * 4, nested=nested)
    first, second = orders(tmp_path)
    assert second["items"] == ()
    found = [dict(zip(plan().layout.lines, line, strict=True)) for line in first["items"]]
    assert found == [
        {"sku": "a", "quantity": Fraction(3, 2), "price": 410, "title": "A", "category": "wine", "released": 737484, "stock": 2},
        {"sku": "unlisted", "quantity": 2, "price": None, "title": None, "category": None, "released": None, "stock": None},
    ]


@pytest.mark.parametrize("nested", [True, False], ids=["nested", "in a table"])
def test_an_order_without_lines_has_sums_of_nothing(nested: bool, tmp_path: Path) -> None:
    written(tmp_path, [[], [{"sku": "a", "quantity": "1", "price": "1"}]], [{}] * 4, nested=nested)
    empty = orders(tmp_path)[0]
    answers = {(one.function, one.type.name): empty[one.name] for one in plan().layout.derived}
    assert answers == {("any", "condition"): False, ("count", "number"): 0, ("sum", "number"): 0, ("sum", "money"): 0}
