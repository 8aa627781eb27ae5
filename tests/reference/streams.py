"""Events and streams of them (semantics 1.5 and 2.3): the whole history is gone through for every question."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from typing import Any, NamedTuple

from cadenza.check.vocabulary import LINE_FIELDS
from cadenza.syntax import nodes as n
from cadenza.syntax.walk import walk
from cadenza.values import Length
from tests.reference.program import Program, UnsupportedError
from tests.reference.times import Clock, Moment, Money


class Event(NamedTuple):
    kind: str
    at: Moment
    fields: Mapping[str, Any]
    rank: int = 0
    depth: int = 0
    line: str | None = None
    """The line of the journal that it is, if a flow brought it about."""
    run: Any = None

    def get(self, field: str) -> Any:
        return self.at if field == "at" else self.fields.get(field, [] if field == "items" else None)


class Scope(NamedTuple):
    """What words mean in one place."""

    given: Mapping[str, Any] = {}
    """Parameters: a value, or a stream with its own scope."""
    element: Any = None
    """The event or line that bare fields are of, and `fields`, the names that count as such."""
    fields: frozenset[str] = frozenset()
    trigger: Event | None = None
    run: Any = None


class StreamOf(NamedTuple):
    """A stream that was handed over as a parameter."""

    node: Any
    scope: Scope


class Counted(NamedTuple):
    """One element of a stream: the event, what a `where` speaks of, and what is counted."""

    event: Event | None
    element: Any
    value: Any


class Streams:
    """What is known of one customer, and the streams of their events, now."""

    program: Program
    clock: Clock
    currency: str
    now: Moment
    history: list[Event]
    fields: dict[str, Any]
    lists: dict[str, list[str]]
    runs: list[Any]

    instants: set[int]
    """Those at which an answer may change by itself: a few too many do no harm."""

    def look(self, *instants: int) -> None:
        self.instants |= {at for at in instants if at > self.now}

    def score(self, name: str) -> Any:
        raise NotImplementedError

    # -- Events and streams --------------------------------------------------------------------------------------------

    def fits(self, events: Any, event: Event, s: Scope) -> bool:
        """Whether an event is one of these; a `where` speaks of it by bare names."""
        match events:
            case n.Events(alternatives=alternatives, where=where):
                inner = self.about(event, s, set().union(*(self.kinds_of(one) for one in alternatives)))
                return any(self.fits(one, event, s) for one in alternatives) and self.true(where, inner)
            case n.EventName(name=name, main=main, of_this_flow=ours):
                return self.is_one(event, name.text, main, s, ours=ours)
        raise UnsupportedError(events.span.text)

    def kinds_of(self, events: Any) -> set[str]:
        if isinstance(events, n.EventName):
            return self.program.kinds(events.name.text)
        return set().union(*(self.kinds_of(one) for one in events.alternatives))

    def is_one(self, event: Event, name: str, main: Any, s: Scope, *, ours: bool) -> bool:
        if event.kind not in self.program.kinds(name):
            return False
        if name in self.program.aliases and not self.fits(self.program.aliases[name], event, Scope()):
            return False
        field = self.program.events[event.kind].main
        if main is not None and (field is None or event.get(field) != self.value(main, s)):
            return False
        if not ours:
            return True
        if event.kind == "sent":
            return s.run is not None and event.run is s.run
        about = [one for one in self.history if one.kind == "sent" and one.rank < event.rank
                 and one.get("message") == event.get("message")]  # fmt: skip
        return bool(about) and s.run is not None and about[-1].run is s.run  # 7.4: the last of its name

    def elements(self, node: Any, s: Scope) -> list[Counted]:
        match node:
            case n.Stream(alternatives=alternatives, windows=windows, where=where):
                found = self.either(alternatives, s)
            case n.Windowed(stream=inner, windows=windows):
                found, where = self.elements(inner, s), None
            case n.Or(parts=alternatives):
                found, windows, where = self.either(alternatives, s), (), None
            case n.Parenthesis(value=inner):
                return self.elements(inner, s)
            case n.NamedStream(path=path, main=main, of_this_flow=ours):
                return self.of_path(path, main, s, ours=ours)
            case _:
                return self.of_path(node, None, s, ours=False)
        for window in windows:
            found = self.within(found, window, s)
        if where is None:
            return found
        kinds = {kind for one in walk(node) if isinstance(one, n.Name) for kind in self.program.kinds(one.text)}
        return [one for one in found if self.true(where, self.about(one.element, s, kinds))]

    def either(self, alternatives: Any, s: Scope) -> list[Counted]:
        found = [one for part in alternatives for one in self.elements(part, s)]
        if len(alternatives) == 1:
            return found
        ranks = {one.event.rank: one for one in reversed(found) if one.event is not None}
        return [ranks[rank] for rank in sorted(ranks)]

    def about(self, element: Any, s: Scope, kinds: set[str]) -> Scope:
        """Give the scope of a `where`: bare names are fields of an event of these kinds, or of a line."""
        fields = (
            {name for kind in kinds for name in self.program.events[kind].fields} if isinstance(element, Event) else LINE_FIELDS
        )
        return s._replace(element=element, fields=frozenset(fields))

    def of_path(self, path: Any, main: Any, s: Scope, *, ours: bool) -> list[Counted]:
        names, root = [], path
        while isinstance(root, n.Member):
            names, root = [root.name.text, *names], root.owner
        given = s.given.get(root.text) if isinstance(root, n.Name) else None
        if isinstance(given, StreamOf):
            events = [one.event for one in self.elements(given.node, given.scope)]
        elif isinstance(root, n.Name) and self.program.kinds(root.text):
            events = [event for event in self.history if self.is_one(event, root.text, main, s, ours=ours)]
        else:
            return self.of_list(path, s)
        if not names:
            return [Counted(event, event, event) for event in events]
        if names[0] == "items":
            return [
                Counted(event, line, line.get(names[1]) if names[1:] else line) for event in events for line in event.get("items")
            ]
        return [Counted(event, event, event.get(names[0])) for event in events]

    def of_list(self, path: Any, s: Scope) -> list[Counted]:
        of_customer = isinstance(path.owner, n.Name) and path.owner.text == "customer" if isinstance(path, n.Member) else True
        owner = None if of_customer else self.value(path.owner, s)
        if isinstance(owner, list) and not (owner and isinstance(owner[0], str)):
            return [Counted(None, line, line.get(path.name.text)) for line in owner]
        return [Counted(None, one, one) for one in self.value(path, s) or ()]

    def within(self, found: list[Counted], window: Any, s: Scope) -> list[Counted]:
        match window:
            case n.InTheLast(length=length):  # 1.5: an event leaves at t + D, and with it every earlier one
                size, kept = self.value(length, s), []
                for one in reversed(found if size is not None else []):
                    leaves = self.clock.add(one.event.at, size)
                    self.look(leaves)
                    if leaves <= self.now:
                        break
                    kept.insert(0, one)
                return kept
            case n.Since(start=edge) | n.Before(end=edge):
                border = self.value(edge, s)
                if border is None:
                    return []
                after = isinstance(window, n.Since)
                if isinstance(border, Event):  # 6.5: what is ranked after it
                    return [one for one in found if one.event != border and (one.event.rank > border.rank) == after]
                instant = self.moment(border, last=after)
                return [one for one in found if (one.event.at >= instant) == after]
        raise UnsupportedError(window.span.text)

    def aggregate(self, node: Any, s: Scope) -> Any:
        """2.3; elements whose value is missing are passed over."""
        values = [one.value for one in self.elements(node.stream, s) if one.value is not None]
        match node.function:
            case "count":
                distinct = [one for place, one in enumerate(values) if one not in values[:place]]
                return Fraction(len(distinct if node.distinct else values))
            case "any":
                return bool(values)
            case "sum":
                if self.counts_money(node.stream):
                    return Money(sum((one.amount for one in values), Fraction(0)))
                return sum(values, Fraction(0))
        if not values:
            return None
        match node.function:
            case "first":
                return values[0]
            case "last":
                return values[-1]
            case "min":
                return min(values)
            case "max":
                return max(values)
            case "average":
                if isinstance(values[0], Money):
                    return Money(sum(one.amount for one in values) / Fraction(len(values)))
                return Fraction(sum(values)) / len(values)
            case "most frequent":  # at a tie the one that came last
                often = [(values.count(one), place) for place, one in enumerate(values)]
                return values[max(often)[1]]
        gaps = sorted(later.at - earlier.at for earlier, later in pairwise(values))
        if not gaps:
            return None
        middle = (gaps[len(gaps) // 2] + gaps[(len(gaps) - 1) // 2]) // 2
        return Length(0, 0, middle) if node.function == "median gap" else Moment(values[-1].at + middle)

    def counts_money(self, stream: Any) -> bool:
        """Whether a stream is of money, so that its sum has a unit even over nothing."""
        path = stream.alternatives[0]
        while not isinstance(path, n.Member):
            if not isinstance(path, n.Stream | n.NamedStream):
                return False
            path = path.alternatives[0] if isinstance(path, n.Stream) else path.path
        kinds = self.program.kinds(path.owner.text) if isinstance(path.owner, n.Name) else set()
        types = [self.program.events[kind].fields.get(path.name.text) for kind in kinds] or [LINE_FIELDS.get(path.name.text)]
        return any(getattr(type_, "name", None) == "money" for type_ in types)
