"""Keep the past of a customer in columns, so that a window is two bisections and a sum two look-ups.

Rule 1: each distinct stream of a program has one column. A stream of input events alone is laid out in bulk when the customer
begins, and what has not happened yet is cut off by the place of the last event taken in; any other column grows as events come.
Rule 2: an event leaves `in the last D` at t + D, and with it every earlier one that is still in (semantics 1.5): `leaves` is a
running minimum from the end, so it never falls and can be bisected, whatever the calendar does. An event that is still to come
may lower it, but only to an instant after its own, so nothing is seen before its time.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import accumulate, compress, pairwise
from operator import itemgetter
from typing import Any, NamedTuple

from cadenza.engine.clock import NEVER, Zone
from cadenza.engine.events import Event, Inputs
from cadenza.values import Length, Number, Value, exact

Test = Callable[[Any, Any], Any]


class Taken(NamedTuple):
    """How events of one kind get into a column.

    `test` is asked of the fields of an event, or, as `flag`, is the place of a field that is yes or no. `items` is the place of
    the lines, each with a test of its own; `value` that of the value kept, None where the stream keeps none or the kind has none.
    """

    test: Test | None
    flag: int | None
    items: int | None
    line_test: Test | None
    value: int | None


class ColumnPlan(NamedTuple):
    """What a column takes, by kind, and what it must keep: `lengths` are its windows, `sums` asks for running sums."""

    taken: dict[str, Taken]
    grows: bool
    valued: bool
    sums: bool
    lengths: tuple[Length, ...]


class Least(NamedTuple):
    """A sum or a count that a column must come to, or, as `more`, must exceed, before a condition can be true."""

    column: int
    sums: bool
    amount: Number
    more: bool


class Column:
    """One stream of one customer; instants never fall. `places` are those of input events, `ranks` those of one that grows."""

    __slots__ = ("_zone", "at", "counts", "elements", "leaves", "lengths", "places", "ranks", "sums", "values")

    def __init__(self, plan: ColumnPlan, zone: Zone) -> None:
        self._zone = zone
        self.lengths = plan.lengths
        self.places: Sequence[int] | None = None
        self.at: Sequence[int] = []
        self.ranks: list[int] = []
        self.elements: Sequence[Any] | None = []
        self.leaves: list[list[int]] = [[] for _ in plan.lengths]
        self.values: Sequence[Value] | None = [] if plan.valued else None
        self.sums: list[Any] = [0] if plan.sums else []
        self.counts: list[int] = [0] if plan.sums else []

    def append(self, event: Event, element: object, value: Value) -> None:
        """Let a column grow by one element."""
        self.at.append(event.at)  # type: ignore[attr-defined]
        self.ranks.append(event.rank)
        self.elements.append(element)  # type: ignore[union-attr]
        for leaves, length in zip(self.leaves, self.lengths, strict=True):
            append_leaving(leaves, self._zone.add(event.at, length))
        if self.values is not None:
            self.values.append(value)  # type: ignore[attr-defined]
            if self.sums:
                known = value is not None
                self.sums.append(self.sums[-1] + value if known else self.sums[-1])
                self.counts.append(self.counts[-1] + known)


def laid_out(plan: ColumnPlan, inputs: Inputs, customer: Any, zone: Zone) -> Column:
    """Lay a column out over all input events of a customer."""
    column = Column(plan, zone)
    values: Sequence[Value] | None
    ((kind, taken), *others) = plan.taken.items()
    if not others and taken.items is None:
        column.places, values = _whole(inputs, kind, taken, customer, valued=plan.valued)
        column.elements = None
    else:
        picked = [one for kind, taken in plan.taken.items() for one in _picked(inputs, kind, taken, customer)]
        picked.sort(key=itemgetter(0))
        column.places = [place for place, _, _ in picked]
        column.elements = [element for _, element, _ in picked]
        values = [value for _, _, value in picked]
    every = column.elements is None and len(column.places) == len(inputs)  # as many lines may be as there are events
    column.at = inputs.at if every else [inputs.at[place] for place in column.places]
    column.leaves = [leaving(column.at, length, zone) for length in plan.lengths]
    if plan.valued:
        column.values = kept = [None] * len(column.places) if values is None else values
        if plan.sums:
            gaps = None in kept
            column.sums = list(accumulate([value or 0 for value in kept] if gaps else kept, initial=0))
            known = accumulate([value is not None for value in kept], initial=0) if gaps else range(len(kept) + 1)
            column.counts = list(known)
    return column


def reaching(column: Column, least: Least) -> int:
    """Give the place of the input event with which a laid-out column comes to so much; -1 if it does without any."""
    sums: Sequence[Any] = column.sums if least.sums else range(len(column.at) + 1)
    found = (bisect_right if least.more else bisect_left)(sums, least.amount) - 1
    places = column.places or ()
    return found if found < 0 else places[found] if found < len(places) else NEVER


def fitting(inputs: Inputs, kind: str, taken: Taken, customer: Any) -> Sequence[int]:
    """Give the places of the events of a kind that pass the test."""
    places = inputs.places(kind)
    if taken.flag is not None:
        return list(compress(places, inputs.column(kind, taken.flag)))
    if taken.test is not None:
        test, fields = taken.test, inputs.fields
        return [place for place in places if test(customer, fields[place]) is True]
    return places


def _whole(
    inputs: Inputs, kind: str, taken: Taken, customer: Any, *, valued: bool
) -> tuple[Sequence[int], Sequence[Value] | None]:
    """Give the places, and the values if there are any, of a column that takes events of one kind as they are."""
    places = fitting(inputs, kind, taken, customer)
    if not valued or taken.value is None:
        return places, None
    if len(places) == len(inputs.places(kind)):
        return places, inputs.column(kind, taken.value)
    return places, [inputs.fields[place][taken.value] for place in places]


def _picked(inputs: Inputs, kind: str, taken: Taken, customer: Any) -> list[tuple[int, object, Value]]:
    """Give place, element and value of what a column takes from the events of a kind; lines one by one."""
    found: list[tuple[int, object, Value]] = []
    for place in fitting(inputs, kind, taken, customer):
        fields = inputs.fields[place]
        if taken.items is None:
            found.append((place, inputs.event(place), None if taken.value is None else fields[taken.value]))
            continue
        lines: Any = fields[taken.items] or ()
        found += [
            (place, line, None if taken.value is None else line[taken.value])
            for line in lines
            if taken.line_test is None or taken.line_test(customer, line) is True
        ]
    return found


def leaving(instants: Sequence[int], length: Length, zone: Zone) -> list[int]:
    """Give for each instant t the one at which it leaves a window: t + D, made a running minimum from the end."""
    leaves, steady = zone.add_all(instants, length)
    if steady:
        return leaves
    for place in range(len(leaves) - 1, 0, -1):
        leaves[place - 1] = min(leaves[place - 1], leaves[place])
    return leaves


def append_leaving(leaves: list[int], instant: int) -> None:
    """Append to a running minimum from the end."""
    place = len(leaves)
    while place and leaves[place - 1] > instant:
        place -= 1
        leaves[place] = instant
    leaves.append(instant)


# -- Aggregates over values already picked ----------------------------------------------------------------------------


def known(values: Sequence[Value]) -> list[Any]:
    """Pass over what is missing (semantics 2.3)."""
    return [value for value in values if value is not None]


def average(total: Number, count: int) -> Number | None:
    return exact(Fraction(total) / count) if count else None


def most_frequent(values: Sequence[Value]) -> Value:
    """Give the value that came most often; at a tie the one that came last."""
    counts: dict[Value, tuple[int, int]] = {}
    for place, value in enumerate(known(values)):
        counts[value] = (counts[value][0] + 1 if value in counts else 1, place)
    return max(counts, key=lambda value: counts[value]) if counts else None


def median_gap(instants: Sequence[int]) -> int | None:
    """Give the median of the gaps in microseconds, cut; unknown with fewer than two events."""
    gaps = sorted(after - before for before, after in pairwise(instants))
    if not gaps:
        return None
    middle = len(gaps) // 2
    return gaps[middle] if len(gaps) % 2 else (gaps[middle - 1] + gaps[middle]) // 2
