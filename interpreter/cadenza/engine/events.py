"""Hold the events of a customer: what the data say, in bulk, and single events where somebody asks for one.

A `rank` is a place in the order of processing. The input event at place i has the rank (i + 1) << SHIFT, and each effect one more
than what came before it, so that the rank of any event says how many input events had been taken in: `rank >> SHIFT`.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cadenza.engine.journal import Cause
    from cadenza.engine.runs import Run
    from cadenza.values import Value

SHIFT = 32

Fields = tuple["Value", ...]
"""The fields of an event in the order of the plan's layout of its kind, its instant first; what follows them does not count."""


class Event:
    """One fact. An effect is one `depth` deeper than what caused it, and `cause` is the cause of what it leads to.

    `run` is the run that brought it about; `about` is the sending that an open, a click, a bounce or a complaint is about.
    """

    __slots__ = ("about", "at", "cause", "depth", "fields", "kind", "rank", "run")

    def __init__(self, kind: str, at: int, fields: Fields, rank: int, depth: int = 0) -> None:
        self.kind = kind
        self.at = at
        self.fields = fields
        self.rank = rank
        self.depth = depth
        self.cause: Cause = None
        self.run: Run | None = None
        self.about: Event | None = None


class Inputs:
    """What the data say of one customer, in the order of semantics 4.1: kinds, instants and fields, side by side."""

    __slots__ = ("_kept", "_places", "at", "fields", "kinds")

    def __init__(self, kinds: Sequence[str], at: Sequence[int], fields: Sequence[Fields]) -> None:
        self.kinds = kinds
        self.at = at
        self.fields = fields
        self._places: dict[str, Sequence[int]] = {}
        self._kept: dict[int, Event] = {}

    def __len__(self) -> int:
        return len(self.at)

    def places(self, kind: str) -> Sequence[int]:
        """Give the places of the events of a kind."""
        if not self._places and self.kinds:
            first, kinds = self.kinds[0], self.kinds
            if kinds.count(first) == len(kinds):
                self._places[first] = range(len(kinds))
            else:
                found: dict[str, list[int]] = {}
                for place, one in enumerate(kinds):
                    found.setdefault(one, []).append(place)
                self._places.update(found)
        return self._places.get(kind, ())

    def column(self, kind: str, field: int) -> list[Value]:
        """Give one field of all events of a kind."""
        places, fields = self.places(kind), self.fields
        rows = fields if len(places) == len(fields) else [fields[place] for place in places]
        return list(map(itemgetter(field), rows))

    def event(self, place: int) -> Event:
        """Give one event; most are never asked for."""
        kept = self._kept.get(place) if self._kept else None
        return kept or Event(self.kinds[place], self.at[place], self.fields[place], (place + 1) << SHIFT)

    def keep(self, event: Event) -> None:
        """Keep an event that has learned something: from now on it is the one at its place."""
        self._kept[(event.rank >> SHIFT) - 1] = event
