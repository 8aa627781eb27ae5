"""Replay a generated program on a generated timeline."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, NamedTuple

from cadenza.engine.customer import Customer
from cadenza.engine.events import Inputs
from cadenza.engine.journal import Journal, kept
from cadenza.engine.plan import Plan, lower
from tests.support import programs
from tests.support.generating.timelines import Life, life
from tests.support.scenarios import event_fields
from tests.support.scenarios import program as checked

Line = dict[str, Any]


class Played(NamedTuple):
    """A program, a timeline, and the journal that the one made of the other; `inside` are the runs that go on at its end."""

    made: programs.Made
    life: Life
    plan: Plan
    lines: list[Line]
    inside: list[tuple[str, int]]


@lru_cache(maxsize=8)
def planned(seed: int) -> tuple[programs.Made, Plan]:
    made = programs.program(seed)
    return made, lower(checked(made.text))


def lived(seed: int, made: programs.Made) -> Life:
    return life(seed, made.text, made.shop.currency, made.shop.zone, made.fields)


def played(seed: int, timeline: int) -> Played:
    made, plan = planned(seed)
    life = lived(timeline, made)
    return Played(made, life, plan, *journal(plan, life))


def journal(plan: Plan, life: Life, detail: str = "all") -> tuple[list[Line], list[tuple[str, int]]]:
    """Give the lines of a replay, and the runs that are inside when it ends."""
    kinds, instants = [kind for kind, _, _ in life.rows], [at for _, at, _ in life.rows]
    inputs = Inputs(kinds, instants, [event_fields(plan.layout, kind, at, fields) for kind, at, fields in life.rows])
    written = Journal("anna", kept(detail), plan.ids)
    customer = Customer(plan, life.zone, inputs, written, dict(life.fields), dict(life.lists), life.columns)
    customer.replay(life.begins, life.start, life.until)
    return [json.loads(line) for line in written.lines], [(run.flow.name, run.number) for run in customer.runs]
