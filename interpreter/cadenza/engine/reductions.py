"""The closures that read columns: windows that cut them, and what is left made into one value.

Each window takes the part of a column from `low` to `high` and gives a smaller one; each lowers `until` to when it may change.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from cadenza.check import terms as t
from cadenza.engine.events import SHIFT
from cadenza.engine.streams import Column, ColumnPlan, average, leaving, median_gap, most_frequent
from cadenza.values import Length

if TYPE_CHECKING:
    from cadenza.engine.customer import Customer
    from cadenza.engine.events import Event

Compiled = Callable[["Customer", Any], Any]
Each = Callable[["Customer", Any], Iterable[tuple["Event", Any]]]
"""What goes through the elements of a stream, each with its event."""
Cutting = Callable[["Customer", Any, Column, int, int], tuple[int, int]]
Cut = int | Cutting | None
"""How windows cut a column: not at all, by the one fixed length of this number, or by a function."""
_SCANNED = ColumnPlan({}, grows=True, valued=False, sums=False, lengths=())
"""The plan of a column that is made when it is asked for: its instants and ranks are all that windows look at."""


# -- Windows ----------------------------------------------------------------------------------------------------------


def every_cut(cuts: list[int | Cutting]) -> Cut:
    if len(cuts) < 2:
        return cuts[0] if cuts else None
    cutting = [in_the_last(cut) if isinstance(cut, int) else cut for cut in cuts]

    def every(c: Customer, e: Any, column: Column, low: int, high: int) -> tuple[int, int]:
        for cut in cutting:
            low, high = cut(c, e, column, low, high)
        return low, high

    return every


def in_the_last(place: int) -> Cutting:
    def cut(c: Customer, e: Any, column: Column, low: int, high: int) -> tuple[int, int]:
        return _left(c, column.leaves[place], low, high)

    return cut


def in_some_last(length: Compiled) -> Cutting:
    """Cut by a length that is computed: the same rule, without a column kept for it."""

    def cut(c: Customer, e: Any, column: Column, low: int, high: int) -> tuple[int, int]:
        asked = length(c, e)
        return (0, 0) if asked is None else _left(c, leaving(column.at[:high], asked, c.zone), low, high)

    return cut


def _left(c: Customer, leaves: Sequence[int], low: int, high: int) -> tuple[int, int]:
    """Leave out what has left by now; look again when the next one leaves."""
    first = bisect_right(leaves, c.now)
    if first < high and leaves[first] < c.until:
        c.until = leaves[first]
    return (max(low, first)), high


def since(moment: Compiled) -> Cutting:
    def cut(c: Customer, e: Any, column: Column, low: int, high: int) -> tuple[int, int]:
        start = moment(c, e)
        return (0, 0) if start is None else (max(low, bisect_left(column.at, start)), high)

    return cut


def before(moment: Compiled) -> Cutting:
    def cut(c: Customer, e: Any, column: Column, low: int, high: int) -> tuple[int, int]:
        end = moment(c, e)
        return (0, 0) if end is None else (low, min(high, bisect_left(column.at, end)))

    return cut


def since_event(event: Compiled) -> Cutting:
    def cut(c: Customer, e: Any, column: Column, low: int, high: int) -> tuple[int, int]:
        start = event(c, e)
        if start is None:
            return 0, 0
        if column.places is None:
            return max(low, bisect_right(column.ranks, start.rank)), high
        return max(low, bisect_left(column.places, start.rank >> SHIFT)), high

    return cut


def before_event(event: Compiled) -> Cutting:
    def cut(c: Customer, e: Any, column: Column, low: int, high: int) -> tuple[int, int]:
        end = event(c, e)
        if end is None:
            return 0, 0
        if column.places is None:
            return low, min(high, bisect_left(column.ranks, end.rank))
        return low, min(high, bisect_left(column.places, (end.rank - 1) >> SHIFT))

    return cut


def cut_from(each: Each, cuts: list[Cutting]) -> Compiled:
    """Let windows cut a stream that is made when it is asked for: pairs of an event and what it gives."""
    cut = every_cut([*cuts])

    def found(c: Customer, e: Any) -> list[tuple[Event, Any]]:
        pairs = list(each(c, e))
        column = Column(_SCANNED, c.zone)
        column.at, column.ranks = [event.at for event, _ in pairs], [event.rank for event, _ in pairs]
        low, high = _range(c, e, column, cut)
        return pairs[low:high]

    return found


# -- Values -----------------------------------------------------------------------------------------------------------


def _range(c: Customer, e: Any, column: Column, cut: Cut) -> tuple[int, int]:
    """Give the part of a column that has happened and that the windows leave."""
    high = len(column.at) if column.places is None else bisect_left(column.places, c.taken)
    if cut is None:
        return 0, high
    if isinstance(cut, int):
        leaves = column.leaves[cut]
        low = bisect_right(leaves, c.now)
        if low < high:
            if leaves[low] < c.until:  # noqa: PLR1730 - a call of min() is dearer, and this is asked at every order
                c.until = leaves[low]
            return low, high
        return high, high
    low, high = cut(c, e, column, 0, high)
    return low, max(low, high)


def count(place: int, cut: Cut) -> Compiled:
    def counted(c: Customer, e: Any) -> int:
        low, high = _range(c, e, c.columns[place], cut)
        return high - low

    return counted


def any_(place: int, cut: Cut) -> Compiled:
    def some(c: Customer, e: Any) -> bool:
        low, high = _range(c, e, c.columns[place], cut)
        return high > low

    return some


def total(place: int, cut: Cut) -> Compiled:
    def summed(c: Customer, e: Any) -> Any:
        column = c.columns[place]
        low, high = _range(c, e, column, cut)
        return column.sums[high] - column.sums[low]

    return summed


def mean(place: int, cut: Cut) -> Compiled:
    def averaged(c: Customer, e: Any) -> Any:
        column = c.columns[place]
        low, high = _range(c, e, column, cut)
        return average(column.sums[high] - column.sums[low], column.counts[high] - column.counts[low])

    return averaged


def end(place: int, cut: Cut, *, first: bool) -> Compiled:
    def found(c: Customer, e: Any) -> Any:
        column = c.columns[place]
        low, high = _range(c, e, column, cut)
        if low == high:
            return None
        at = low if first else high - 1
        if column.elements is None and column.places is not None:
            return c.inputs.event(column.places[at])
        return column.elements[at]  # type: ignore[index]

    return found


def end_at(place: int, cut: Cut, *, first: bool) -> Compiled:
    def found(c: Customer, e: Any) -> int | None:
        column = c.columns[place]
        low, high = _range(c, e, column, cut)
        return None if low == high else column.at[low if first else high - 1]

    return found


def elements(place: int, cut: Cut) -> Compiled:
    def found(c: Customer, e: Any) -> Sequence[Any]:
        column = c.columns[place]
        low, high = _range(c, e, column, cut)
        if column.elements is None and column.places is not None:
            return [c.inputs.event(one) for one in column.places[low:high]]
        return column.elements[low:high]  # type: ignore[index]

    return found


def values(place: int, cut: Cut) -> Compiled:
    def found(c: Customer, e: Any) -> Sequence[Any]:
        column = c.columns[place]
        low, high = _range(c, e, column, cut)
        return column.values[low:high]  # type: ignore[index]

    return found


def instants(place: int, cut: Cut) -> Compiled:
    def found(c: Customer, e: Any) -> Sequence[int]:
        column = c.columns[place]
        low, high = _range(c, e, column, cut)
        return column.at[low:high]

    return found


def gaps(function: str, of: Compiled) -> Compiled:
    def gap(c: Customer, e: Any) -> Any:
        found = of(c, e)
        middle = median_gap(found)
        if middle is None:
            return None
        return Length(0, 0, middle) if function == "median gap" else found[-1] + middle

    return gap


PLAIN: dict[str, Callable[[list[Any]], Any]] = {
    "all": tuple,
    "count": len,
    "count distinct": lambda values: len(set(values)),
    "any": bool,
    "sum": sum,
    "average": lambda values: average(sum(values), len(values)),
    "min": lambda values: min(values, default=None),
    "max": lambda values: max(values, default=None),
    "first": lambda values: values[0] if values else None,
    "last": lambda values: values[-1] if values else None,
    "most frequent": most_frequent,
}


# -- Tests ------------------------------------------------------------------------------------------------------------


def both(a: Compiled | None, b: Compiled) -> Compiled:
    return b if a is None else lambda c, e: a(c, e) is True and b(c, e) is True


def equals(place: int, wanted: Compiled, term: t.Term) -> Compiled:
    """Whether a field is a text: one that is known beforehand, or one that is computed."""
    if isinstance(term, t.Constant):
        value = term.value
        return lambda c, fields: fields[place] == value
    return lambda c, fields: (found := fields[place]) is not None and found == wanted(c, fields)


def on_fields(test: Compiled) -> Compiled:
    return lambda c, event: test(c, event.fields)


def of_this_run(c: Customer, event: Event) -> bool:
    sending = event if event.kind == "sent" else event.about
    return sending is not None and c.run is not None and sending.run is c.run
