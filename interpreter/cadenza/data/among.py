"""Go through all customers of a folder before the replay, for what a program asks about one among all (semantics 9.5)."""

from __future__ import annotations

from collections.abc import Iterator

from cadenza.data.timelines import Timelines
from cadenza.engine.among import Among, tabulated
from cadenza.engine.clock import Zone
from cadenza.engine.replay import Span, Timeline


def among(timelines: Timelines, span: Span) -> Among:
    """Put the answers into the plan, and give them; where nothing is asked, nothing is read."""
    kinds = frozenset[str]().union(*(ask.kinds for ask in timelines.plan.asks))

    def everybody() -> Iterator[tuple[Timeline, Zone]]:
        for timeline in timelines.between(None, None, kinds):
            yield timeline, timelines.zone_of(timeline)

    return tabulated(timelines.plan, everybody, timelines.zone, span.start, span.until)
