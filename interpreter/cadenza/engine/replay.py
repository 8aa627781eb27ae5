"""Replay one customer's timeline through a plan: a timeline in, the lines of a journal out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from cadenza.engine.clock import Zone
from cadenza.engine.customer import Customer
from cadenza.engine.events import Inputs
from cadenza.engine.journal import Journal
from cadenza.engine.plan import Plan
from cadenza.values import Value


class Timeline(NamedTuple):
    """All that is known of one customer: the row, and the events.

    `begins` is when the customer begins, None for one who was always there (semantics 3.3); `digest` is a fingerprint of what was
    read to make this.
    """

    customer: str
    fields: Mapping[str, Value]
    lists: Mapping[str, Sequence[str]]
    inputs: Inputs
    begins: int | None = None
    digest: int = 0


class Span(NamedTuple):
    """The first and the last instant of a replay, both included."""

    start: int
    until: int


def replay(plan: Plan, timeline: Timeline, zone: Zone, span: Span, kept: frozenset[str], columns: frozenset[str]) -> Journal:
    """Replay a timeline; `columns` are the fields that the data have for customers at all (semantics 8.2)."""
    journal = Journal(timeline.customer, kept, plan.ids)
    customer = Customer(plan, zone, timeline.inputs, journal, timeline.fields, timeline.lists, columns)
    customer.replay(timeline.begins, span.start, span.until)
    return journal
