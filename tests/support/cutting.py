"""Cut a replay in two: what is known of a customer is written down at an instant, read again, and gone on with.

What belongs to the program (its plan) is not written, but named; all else is bytes in between.
"""

from __future__ import annotations

import gc
import io
import json
import pickle
from collections.abc import Iterator
from types import CodeType, ModuleType
from typing import Any

from cadenza.engine.customer import Customer
from cadenza.engine.journal import Journal, kept
from tests.support.generating.playing import Line, Played, prepared

_APART = (type, ModuleType, CodeType, int, str, float, type(None))
"""What is the same wherever it is read, or is of Python itself."""


def cuts(one: Played) -> Iterator[tuple[int, list[Line]]]:
    """Give instants of a replay with the lines that come of being cut there: at an event, just after one, and between."""
    life, found = one.life, sorted({one.life.start, *(at for _, at, _ in one.life.rows)})
    for cut in (found[len(found) // 3], found[len(found) // 2] + 1, (life.start + life.until) // 2):
        if life.start <= cut <= life.until:
            yield cut, _cut(one, cut)


def _cut(one: Played, cut: int) -> list[Line]:
    plan, life = one.plan, one.life
    inputs = prepared(plan, life)
    known = _parts(plan)
    written = Journal("anna", kept("all"), plan.ids)
    first = Customer(plan, life.zone, inputs, written, dict(life.fields), dict(life.lists), life.columns)
    first.set_out(life.begins, life.start)
    first.go_through(cut)
    state = io.BytesIO()
    _Writer(state, known).dump(first)
    second: Customer = _Reader(io.BytesIO(state.getvalue()), known).load()
    second.go_through(life.until)
    second.list_open_coupons(life.until)
    return [json.loads(line) for line in second.journal.lines]


class _Writer(pickle.Pickler):
    def __init__(self, file: io.BytesIO, known: dict[int, object]) -> None:
        super().__init__(file)
        self._known = known

    def persistent_id(self, one: object) -> int | None:
        return id(one) if id(one) in self._known else None


class _Reader(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, known: dict[int, object]) -> None:
        super().__init__(file)
        self._known = known

    def persistent_load(self, name: int) -> Any:
        return self._known[name]


def _parts(plan: object) -> dict[int, object]:
    """Give all that a plan is made of, by identity."""
    found: dict[int, object] = {}
    ahead = [plan]
    while ahead:
        one = ahead.pop()
        if id(one) not in found and not isinstance(one, _APART) and not (isinstance(one, dict) and "__builtins__" in one):
            found[id(one)] = one
            ahead += gc.get_referents(one)
    return found
