"""Events and streams of them (semantics 1.5 and 2.3): the whole history is gone through for every question."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from itertools import pairwise
from typing import Any, NamedTuple

from cadenza.check.vocabulary import LINE_FIELDS
from cadenza.syntax import nodes as n
from cadenza.values import Length
from tests.reference.program import Program, Scope, cells
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


class Counted(NamedTuple):
    """One element of a stream: the event, what a `where` speaks of, and what is counted."""

    event: Event | None
    element: Any
    value: Any

    @property
    def at(self) -> Moment:
        assert self.event is not None
        return self.event.at


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

    def kinds(self, node: Any, s: Scope) -> set[str]:
        """Give the kinds of event that a stream may have; none, if it is of lines or of other values."""
        match node:
            case n.Events(alternatives=parts) | n.Stream(alternatives=parts) | n.Or(parts=parts):
                return set().union(*(self.kinds(part, s) for part in parts))
            case n.Member(name=n.Name(text="items")):
                return set()
            case n.Windowed(stream=inner) | n.Parenthesis(value=inner) | n.NamedStream(path=inner) | n.Member(owner=inner):
                return self.kinds(inner, s)
            case n.Name(text=name) if name in s.given:
                return self.kinds(*s.given[name])
            case n.Name() | n.EventName():
                return self.program.kinds(node.name if isinstance(node, n.EventName) else node)
        return set()

    def about(self, stream: Any, s: Scope) -> Scope:
        """Give the scope of a `where`: bare names are fields of the events of this stream, or else of its lines."""
        fields = {name for kind in self.kinds(stream, s) for name in self.program.events[kind].fields}
        return s._replace(fields=frozenset(fields or {*LINE_FIELDS, *self.program.product_fields}))

    def fits(self, events: n.Events, event: Event, s: Scope) -> bool:
        """Whether an event is one of these; a `where` speaks of it by bare names."""
        found = any(
            self.fits(one, event, s)
            if isinstance(one, n.Events)
            else self.is_one(event, one.name, s, one.main, ours=one.of_this_flow)
            for one in events.alternatives
        )
        if not found or events.where is None:
            return found
        return self.true(events.where, self.about(events, s)._replace(element=event))

    def is_one(self, event: Event, name: n.Name, s: Scope, main: Any = None, *, ours: bool = False) -> bool:
        if event.kind not in self.program.kinds(name):
            return False
        alias = self.program.declared(name)
        if isinstance(alias, n.EventAlias) and not self.fits(alias.events, event, Scope()):
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
        windows, where = (), None
        match node:
            case n.Stream(alternatives=(n.NamedStream(path=path),)) if table := self.table(path, s):
                return self.rows(table, path, node.where, s)
            case n.Stream(alternatives=alternatives, windows=windows, where=where):
                found = self.either(alternatives, s)
            case n.Windowed(stream=inner, windows=windows):
                found = self.elements(inner, s)
            case n.Or(parts=alternatives):
                found = self.either(alternatives, s)
            case n.Parenthesis(value=inner):
                found = self.elements(inner, s)
            case n.NamedStream(path=path, main=main, of_this_flow=ours):
                found = self.of_path(path, s, main, ours=ours)
            case _:
                found = self.of_path(node, s)
        if where is not None:
            inner = self.about(node, s)
            found = [one for one in found if self.true(where, inner._replace(element=one.element))]
        left = found
        for window in windows:  # 1.5: each is of all that fits, whatever another leaves of it
            inside = {id(one) for one in self.within(found, window, s)}
            left = [one for one in left if id(one) in inside]
        return left

    def either(self, alternatives: Any, s: Scope) -> list[Counted]:
        parts = [self.elements(part, s) for part in alternatives]
        if len(parts) == 1:
            return parts[0]
        found: list[Counted] = []
        for part in parts:  # an event that fits several of them is there once, with all its lines
            ranks = {one.event.rank for one in found if one.event is not None}
            found += [one for one in part if one.event is not None and one.event.rank not in ranks]
        return sorted(found, key=lambda one: one.event.rank if one.event is not None else 0)

    def of_path(self, path: Any, s: Scope, main: Any = None, *, ours: bool = False) -> list[Counted]:
        names, root = [], path
        while isinstance(root, n.Member):
            names, root = [root.name.text, *names], root.owner
        if isinstance(root, n.Name) and root.text in s.given:
            found = self.elements(*s.given[root.text])
        elif isinstance(root, n.Name) and (kinds := self.program.kinds(root)):
            events = [event for event in self.history if event.kind in kinds and self.is_one(event, root, s, main, ours=ours)]
            found = [Counted(event, event, event) for event in events]
        else:
            return self.of_list(path, s)
        if names[:1] == ["items"]:
            found = [Counted(one.event, line, line) for one in found for line in one.element.get("items")]
            names = names[1:]
        return [one._replace(value=one.element.get(names[0])) for one in found] if names else found

    def of_list(self, path: Any, s: Scope) -> list[Counted]:
        of_customer = isinstance(path.owner, n.Name) and path.owner.text == "customer" if isinstance(path, n.Member) else True
        owner = None if of_customer else self.value(path.owner, s)
        if isinstance(owner, list) and not (owner and isinstance(owner[0], str)):
            return [Counted(None, line, line.get(path.name.text)) for line in owner]
        return [Counted(None, one, one) for one in self.value(path, s) or ()]

    def table(self, path: Any, s: Scope) -> Any:
        """Give the table that is looked into, if it is one."""
        root = path.owner if isinstance(path, n.Member) else path
        found = self.program.declared(root) if isinstance(root, n.Name) and root.text not in s.given else None
        return found if isinstance(found, n.Table) else None

    def rows(self, table: n.Table, path: Any, where: Any, s: Scope) -> list[Counted]:
        """Give the rows for which a `where` holds, in which the names of the columns speak of the row."""
        found = []
        for row in table.rows:
            columns = cells(table, row)
            if self.true(where, s._replace(given={**s.given, **columns}, fields=s.fields - columns.keys())):
                values = {name: self.value(*given) for name, given in columns.items()}
                found.append(Counted(None, values, values[path.name.text] if isinstance(path, n.Member) else values))
        return found

    def newest(self, events: Iterable[Any], length: Length, now: int) -> list[Any]:
        """1.5: an event leaves at t + D, and with it every earlier one of the stream."""
        kept: list[Any] = []
        for one in reversed(list(events)):
            leaves = self.clock.add(one.at, length)
            self.look(leaves)
            if leaves <= now:
                break
            kept.insert(0, one)
        return kept

    def within(self, found: list[Counted], window: Any, s: Scope) -> list[Counted]:
        if isinstance(window, n.InTheLast):
            length = self.value(window.length, s)
            return [] if length is None else self.newest(found, length, self.now)
        after = isinstance(window, n.Since)
        border = self.value(window.start if after else window.end, s)
        if border is None:
            return []
        if isinstance(border, Event):  # 6.5: what is ranked after it
            return [one for one in found if one.event != border and (one.event.rank > border.rank) == after]
        instant = self.moment(border, last=after)
        return [one for one in found if (one.event.at >= instant) == after]

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
                if self.counts_money(node.stream, s):
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

    def counts_money(self, stream: Any, s: Scope) -> bool:
        """Whether a stream is of money, so that its sum has a unit even over nothing."""
        match stream:
            case n.Stream(alternatives=(inner, *_)) | n.NamedStream(path=inner):
                return self.counts_money(inner, s)
            case n.Member(owner=owner, name=name):
                types = [self.program.events[kind].fields.get(name.text) for kind in self.kinds(owner, s)]
                return any(getattr(type_, "name", None) == "money" for type_ in types or [LINE_FIELDS.get(name.text)])
        return False
