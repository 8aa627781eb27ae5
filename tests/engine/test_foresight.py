"""Test what is seen beforehand: it must change nothing but how often a condition is computed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from cadenza.engine import plan as planning
from cadenza.engine.watching import Watching
from tests.support.generating.dice import Dice
from tests.support.scenarios import Row, journal

CONDITIONS = [
    "time since last(order) >= 3 days",
    "time since last(order) > 2 days and count(view) >= 2",
    "not any(order in the last 4 days)",
    "sum(order.total) >= 100 EUR",
    "sum(order.total in the last 5 days) > 60 EUR",
    "count(order in the last 3 days) >= 3",
    "count(order where total >= 20 EUR) > 1",
    "count(order) >= 0",
    "count(order) > 1.5",
    "sum(order.total) >= 40 EUR and count(view in the last 2 days) >= 1",
    "sum(order.total) >= 80 EUR or count(view) >= 3",
    "sum(order.items.quantity in the last 6 days) >= 6",
    "count(view before last(order)) >= 2",
]


def days(seed: int) -> list[Row]:
    """Give orders and views of three weeks, some at one instant, some on the hour at which windows end."""
    dice = Dice("foresight", seed)
    rows: list[tuple[str, str, Mapping[str, Any]]] = []
    for _ in range(3 + dice.below(23)):
        at = f"2026-03-{1 + dice.below(21):02}T{dice.pick((0, 10, 10, 23)):02}:00:00+00:00"
        items = [{"sku": "s", "quantity": 1 + dice.below(3), "price": 500}]
        order: dict[str, Any] = {"total": dice.pick((0, 1000, 2000, 4000)), "items": items}
        rows.append(("order", at, order) if dice.below(5) < 3 else ("view", at, {"sku": "s"}))
    return sorted(rows, key=lambda row: row[1])


@contextmanager
def looks_counted(monkeypatch: pytest.MonkeyPatch, *, foresight: bool) -> Iterator[list[int]]:
    counted: list[int] = []
    look = Watching.look

    def counting(self: Watching, watch: planning.WatchPlan) -> bool:
        counted.append(watch.place)
        return look(self, watch)

    with monkeypatch.context() as patch:
        patch.setattr(Watching, "look", counting)
        if not foresight:
            patch.setattr(planning, "barred", lambda term, kind: 0)
            patch.setattr(planning, "only_adds", lambda term: False)
            patch.setattr(planning, "least", lambda term: None)
        yield counted


@pytest.mark.parametrize("condition", CONDITIONS)
def test_foresight_changes_no_line_and_spares_looks(condition: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (
        'shop "S"\n  time zone UTC\n  currency EUR\n'
        f'flow watched\n  when {condition}\n  enter every time\n  tag "t"\n'
        "flow beside\n  on order where total >= 30 EUR\n  enter every time\n  wait 1 day\n"
        "flow second\n  when count(view) >= 2\n  enter again\n  wait 2 days\n"
    )
    numbers = []
    for foresight in (True, False):
        with looks_counted(monkeypatch, foresight=foresight) as counted:
            found = [journal(text, days(seed), start="2026-03-04", until="2026-03-31") for seed in range(25)]
        numbers.append((found, len(counted)))
    (with_, looks), (without, more) = numbers
    assert with_ == without
    assert looks < more
    if condition != "count(order) >= 0":
        assert any(line["flow"] == "watched" and line["what"] == "entered" for lines in with_ for line in lines)


def test_a_sum_is_not_looked_at_before_it_can_be_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = 'shop "S"\n  time zone UTC\n  currency EUR\n'
    text = f'{shop}flow gold\n  when sum(order.total in the last 90 days) >= 50 EUR\n  tag "gold"\n'
    rows: list[Row] = [("order", f"2026-03-{day:02}T10:00:00+00:00", {"total": 1000}) for day in range(1, 11)]
    with looks_counted(monkeypatch, foresight=True) as counted:
        lines = journal(text, rows, start="2026-03-01", until="2026-03-20")
    assert [line["at"] for line in lines if line["what"] == "tagged"] == ["2026-03-05T10:00:00Z"]
    assert len(counted) == 2  # at the beginning, and at the fifth order


def test_5_1_an_event_at_the_edge_of_a_window_finds_the_condition_as_it_is_by_then() -> None:
    """The first view leaves at the very instant of the next two events: the order sees none, the view sees itself."""
    text = (
        'shop "S"\n  time zone UTC\n  currency EUR\nflow watched\n'
        '  when sum(order.total) >= 40 EUR and count(view in the last 2 days) >= 1\n  enter every time\n  tag "t"\n'
    )
    rows: list[Row] = [
        ("view", "2026-03-17T10:00:00+00:00", {}),
        ("order", "2026-03-17T11:00:00+00:00", {"total": 4000}),
        ("order", "2026-03-19T10:00:00+00:00", {"total": 4000}),
        ("view", "2026-03-19T10:00:00+00:00", {}),
    ]
    lines = journal(text, rows, start="2026-03-01", until="2026-03-31")
    assert [line["cause"] for line in lines if line["what"] == "entered"] == [
        "order at 2026-03-17T11:00:00Z",
        "view at 2026-03-19T10:00:00Z",
    ]
