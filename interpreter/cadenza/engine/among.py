"""Compare a customer with all the others: percentiles, and how alike two ways of spending are (semantics 9.5).

Rule 1: whatever is asked is as of a midnight of the shop's zone: it sees the events before it, and those of the data alone. So it
is the same for every customer of that day, whatever the order in which customers are replayed, and nothing later changes it.
Rule 2: before the replay, everybody's values are gone through once; of each customer only the days on which a value changes are
looked at, because a closure says until when its value holds.
Rule 3: results are exact fractions, a cosine one of twelve decimals: no machine rounds in a way of its own.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import accumulate
from math import isqrt
from typing import TYPE_CHECKING, Any, NamedTuple

from cadenza.engine.calendar import day_end
from cadenza.engine.clock import NEVER, UTC, Zone
from cadenza.engine.streams import laid_out
from cadenza.values import Length, Number, Value, exact

if TYPE_CHECKING:
    from cadenza.engine.customer import Customer
    from cadenza.engine.events import Event, Inputs
    from cadenza.engine.plan import Plan
    from cadenza.engine.reductions import Compiled
    from cadenza.engine.replay import Timeline

Spend = Mapping[Value, Number]
"""What was spent, by category."""
Everybody = Callable[[], Iterable[tuple["Timeline", Zone]]]
"""Gives all customers with their zones, as often as it is called."""

_DECIMALS = 12


class Ask(NamedTuple):
    """A question about a customer among all.

    `counted` is the value of each customer that is compared, and may change with events of `kinds`; `own` is what is looked up.
    One whose value asks another question is of a higher `level`, and is worked out later.
    """

    place: int
    counted: Compiled
    own: Compiled
    kinds: frozenset[str]
    level: int
    table: type[Shares | Means]


# -- One customer -----------------------------------------------------------------------------------------------------


class Past:
    """A customer as of a midnight, by the row and input events alone: what the closures of a question read."""

    def __init__(
        self, plan: Plan, zone: Zone, inputs: Inputs, fields: Mapping[str, Value], begins: int | None, columns: Any = None
    ) -> None:
        self.plan = plan
        self.zone = zone
        self.inputs = inputs
        self.fields = fields
        self.begins = begins
        self.columns = _Columns(self) if columns is None else columns
        self.past = self
        self.run = None
        self.now = -NEVER
        self.until = NEVER
        self.taken = 0
        self.spent: tuple[int, Spend] = (-1, {})
        """What was spent when so many events had been taken in."""
        self._today = (0, 0, 0)
        """The day of the shop that was asked about last: from when, until when, and which."""
        self._known: dict[int, tuple[int, Number | None]] = {}

    def go(self, midnight: int) -> bool:
        """Go to a midnight, forth or back; say whether the customer had begun."""
        if midnight != self.now:
            self.now = midnight
            self.taken = bisect_left(self.inputs.at, midnight)
        return self.begins is None or self.begins < midnight

    @property
    def cart(self) -> Event | None:
        """The cart as the last event left it (semantics 2.5)."""
        for place in range(self.taken - 1, -1, -1):
            if self.inputs.kinds[place] in ("cart", "empty_cart", "order"):
                return self.inputs.event(place) if self.inputs.kinds[place] == "cart" else None
        return None

    def day(self, now: int) -> tuple[int, int, int]:
        """Give the day of the shop at an instant, and from when until when it is sure to be that."""
        if not self._today[0] <= now < self._today[1]:
            shop = self.plan.among.zone
            self._today = now, day_end(now, shop), shop.day(now)
        return self._today

    def answer(self, ask: Ask, day: int) -> Number | None:
        """Answer a question as of the first instant of a day of the shop."""
        on, found = self._known.get(ask.place, (None, None))
        if on != day:
            among = self.plan.among
            value = ask.own(self, None) if self.go(among.zone.at(day)) else None  # type: ignore[arg-type]
            found = None if value is None else among.tables[ask.place].answer(day, value)
            self._known[ask.place] = day, found
        return found

    def steps(self, ask: Ask, first: int, last: int, shop: Zone) -> list[tuple[int, Any]]:
        """Give the days of the shop, from the first to the last, from which on another value is counted."""
        at = [self.inputs.at[place] for kind in sorted(ask.kinds) for place in self.inputs.places(kind)]
        at.sort()
        found: list[tuple[int, Any]] = []
        before, day = None, first
        while day <= last:
            midnight = shop.at(day)
            begun = self.go(midnight)
            self.until = NEVER
            value = ask.counted(self, None) if begun else None  # type: ignore[arg-type]
            if value != before:
                found.append((day, value))
                before = value
            place = bisect_left(at, midnight)
            event = at[place] if place < len(at) else NEVER
            change = min(event, self.until - 1) if begun or self.begins is None else self.begins
            if change >= NEVER - 1:
                break
            day = max(day + 1, first_day_after(change, shop))
        return found


class _Columns(dict[int, Any]):
    """The columns of a customer, each laid out when it is asked for."""

    def __init__(self, past: Past) -> None:
        super().__init__()
        self._past = past

    def __missing__(self, place: int) -> Any:
        past = self._past
        self[place] = column = laid_out(past.plan.columns[place], past.inputs, past, past.zone)
        return column


def first_day_after(instant: int, zone: Zone) -> int:
    """Give the first day that begins after an instant."""
    day = zone.day(instant)
    while zone.at(day) <= instant:
        day += 1
    return day


# -- Closures ---------------------------------------------------------------------------------------------------------


def looked_up(ask: Ask) -> Compiled:
    """Give the answer as of the last midnight; it may change at the next one, whatever happens in between."""

    def answer(c: Customer, e: Any) -> Number | None:
        past, until = c.past, c.until
        _, midnight, day = past.day(c.now)
        found = past.answer(ask, day)
        c.until = min(until, midnight)  # a past that is its own has lowered it to what one value of it knows
        return found

    return answer


def ranked(value: Compiled, clock: str | None, type_: str) -> Compiled:
    """Make a value such that a lower one is lower; a time since an early moment is longer than since a late one."""
    if clock is not None:
        return _since(value) if clock == "since" else _until(value)
    if type_ == "duration":
        # A month is no number of days, so a length in months has no place among others (semantics 1.6).
        def length(c: Customer, e: Any) -> int | None:
            found: Length | None = value(c, e)
            return None if found is None or found.months else found.comparable[1]

        return length
    return value


def _since(moment: Compiled) -> Compiled:
    def since(c: Customer, e: Any) -> int | None:
        x = moment(c, e)
        if x is None or x > c.now:
            c.until = c.until if x is None else min(c.until, x)
            return None
        return -int(x)

    return since


def _until(moment: Compiled) -> Compiled:
    def until(c: Customer, e: Any) -> int | None:
        x = moment(c, e)
        if x is None or x < c.now:
            return None
        c.until = min(c.until, x + 1)
        return int(x)

    return until


def spend(lines: Compiled, category: int, price: int, quantity: int) -> Compiled:
    """Give what a customer spent by category, None where that is nothing; a line without a quantity is one piece."""

    def spent(c: Any, e: Any) -> Spend | None:
        taken, found = c.spent
        if taken != c.taken:
            totals: dict[Value, Number] = {}
            for line in lines(c, None):
                if line[category] is not None:
                    amount = (line[price] or 0) * (1 if line[quantity] is None else line[quantity])
                    totals[line[category]] = totals.get(line[category], 0) + amount
            found = {one: amount for one, amount in totals.items() if amount}
            c.spent = c.taken, found
        return found or None

    return spent


def of_members(members: Compiled, spent: Compiled) -> Compiled:
    return lambda c, e: spent(c, e) if members(c, e) is True else None


# -- All customers ----------------------------------------------------------------------------------------------------


class Shares:
    """How many customers have a lower value, on any day of a period.

    Each change of a value is one added and one taken away. They are kept by day in a binary indexed tree, each node of which
    has its values in order, so that a question looks at no more than twice as many lists as the number of days has bits.
    """

    def __init__(self, first: int, last: int) -> None:
        self._first = first
        self._size = last - first + 1
        self._changes: list[tuple[Any, int, int]] = []
        self._values: list[Any] = []
        self._nodes: list[tuple[array[int], array[int]]] = []
        self._known = [0] * (self._size + 1)
        """How many customers have a value, on each day."""

    def add(self, steps: Sequence[tuple[int, Any]]) -> None:
        before = None
        for day, value in steps:
            self._changes += [] if before is None else [(before, day, 1)]
            self._changes += [] if value is None else [(value, day, 0)]
            before = value

    def close(self) -> None:
        """Sort what was added; no more comes after it."""
        self._changes.sort(key=lambda one: one[0])
        self._nodes = [(array("I"), array("I")) for _ in range(self._size + 1)]
        for value, day, side in self._changes:
            if not self._values or self._values[-1] != value:
                self._values.append(value)
            place = day - self._first + 1
            self._known[place] += -1 if side else 1
            while place <= self._size:
                self._nodes[place][side].append(len(self._values) - 1)
                place += place & -place
        self._known = list(accumulate(self._known))
        self._changes = []

    def answer(self, day: int, value: Any) -> Number | None:
        """Give the share of those with a known value whose value is lower."""
        rank, nodes = bisect_left(self._values, value), self._nodes
        place = max(0, min(day - self._first + 1, self._size))
        known, lower = self._known[place], 0
        while place:
            added, taken = nodes[place]
            lower += bisect_left(added, rank) - bisect_left(taken, rank)
            place &= place - 1
        return exact(Fraction(lower, known)) if known else None


class Means:
    """What the members of a segment spent together, on any day; their mean points the same way, and a cosine asks no more."""

    def __init__(self, first: int, last: int) -> None:
        self._changes: dict[Value, dict[int, Number]] = {}
        self._sums: dict[Value, tuple[list[int], list[Number]]] = {}
        self._kept: tuple[int | None, Spend] = (None, {})

    def add(self, steps: Sequence[tuple[int, Spend | None]]) -> None:
        before: Spend = {}
        for day, spent in steps:
            after = spent or {}
            for category in {**before, **after}:
                if change := after.get(category, 0) - before.get(category, 0):
                    days = self._changes.setdefault(category, {})
                    days[day] = days.get(day, 0) + change
            before = after

    def close(self) -> None:
        for category, changes in self._changes.items():
            days = sorted(changes)
            self._sums[category] = days, list(accumulate(changes[day] for day in days))
        self._changes = {}

    def on(self, day: int) -> Spend:
        """Give the sums of a day; they are kept until another day is asked for."""
        if self._kept[0] != day:
            places = {one: bisect_right(days, day) for one, (days, _) in self._sums.items()}
            self._kept = day, {one: self._sums[one][1][place - 1] for one, place in places.items() if place}
        return self._kept[1]

    def answer(self, day: int, value: Spend) -> Number | None:
        return cosine(value, self.on(day))


def cosine(a: Spend, b: Spend) -> Number | None:
    """Give the cosine of two ways of spending, rounded half up to twelve decimals; unknown where one of them is nothing."""
    squares = sum(one * one for one in a.values()) * sum(one * one for one in b.values())
    if not squares:
        return None
    dot = sum(amount * b.get(category, 0) for category, amount in a.items())
    square = Fraction(dot * dot) / squares
    # The root of four times the square is twice the root, cut: half of one more, cut again, is the root rounded half up.
    size = (isqrt(4 * square.numerator * 10 ** (2 * _DECIMALS) // square.denominator) + 1) // 2
    return exact(Fraction(size if dot >= 0 else -size, 10**_DECIMALS))


class Among(NamedTuple):
    """The answers to all questions of a plan; `zone` is the shop's."""

    zone: Zone
    tables: tuple[Shares | Means, ...]


NOBODY = Among(UTC, ())


def tabulated(plan: Plan, everybody: Everybody, zone: Zone, start: int, until: int) -> Among:
    """Go through all customers once for each level of questions, and put their answers into the plan."""
    if plan.asks and any(kind.promises for kind in plan.kinds.values()):
        # A promise may ask what was so when something happened before START (semantics 3.4).
        start = min([start, *(timeline.inputs.at[0] for timeline, _ in everybody() if timeline.inputs.at)])
    # Where the clock goes back over midnight, the day after an instant may be the one before.
    first, last = zone.day(start) - 1, zone.day(until)
    tables = tuple(ask.table(first, last) for ask in plan.asks)
    plan.among = Among(zone, tables)
    for level in sorted({ask.level for ask in plan.asks}):
        asks = [ask for ask in plan.asks if ask.level == level]
        for timeline, own_zone in everybody():
            past = Past(plan, own_zone, timeline.inputs, timeline.fields, timeline.begins)
            for ask in asks:
                tables[ask.place].add(past.steps(ask, first, last, zone))
        for ask in asks:
            tables[ask.place].close()
    return plan.among
