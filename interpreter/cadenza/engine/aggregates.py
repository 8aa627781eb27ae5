"""Compile streams and what is asked of them: counts, sums, firsts and lasts over columns, lists, and scans.

A stream whose `where` looks at the event alone is a column of its own. One whose `where` looks at the run, the customer or the
clock is scanned over the column without it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs

from cadenza.check import terms as t
from cadenza.check.vocabulary import EventKind
from cadenza.engine import reductions
from cadenza.engine.dependencies import pure
from cadenza.engine.derive import Derived
from cadenza.engine.layout import Layout
from cadenza.engine.reductions import Compiled, Cut, Cutting
from cadenza.engine.streams import ColumnPlan, Taken, known
from cadenza.values import Length, Value

if TYPE_CHECKING:
    from cadenza.engine.customer import Customer
    from cadenza.engine.events import Event

_SHORT_BY = 4
"""By how many days, at most and rounded up, an event may leave a window before one that came earlier."""
_FROM_BOTH = ("subscribe", "unsubscribe")
"""Kinds that come from outside and from flows."""


@attrs.define(eq=False)
class _Asked:
    """A column as the program's streams ask for it."""

    stream: t.EventStream
    sums: bool = False
    lengths: list[Length] = attrs.field(factory=list)

    def place(self, length: Length) -> int:
        if length not in self.lengths:
            self.lengths.append(length)
        return self.lengths.index(length)


class Aggregates(ABC):
    """The part of the compiler that knows streams. In terms, `kinds` says which events a bare field belongs to."""

    def __init__(self, layout: Layout, events: Mapping[str, EventKind]) -> None:
        self._layout = layout
        self._events = events
        self._columns: dict[t.EventStream, int] = {}
        self._asked: list[_Asked] = []

    @abstractmethod
    def compile(self, term: t.Term, kinds: tuple[str, ...] | None = None) -> Compiled: ...

    # -- Columns ------------------------------------------------------------------------------------------------------

    def column_plans(self) -> tuple[ColumnPlan, ...]:
        """Give the plan of each column, once everything is compiled."""
        return tuple(
            ColumnPlan(
                {one.kind: self._taken(asked.stream, one) for one in asked.stream.patterns},
                any(self.grows(one.kind) for one in asked.stream.patterns),
                asked.stream.field is not None,
                asked.sums,
                tuple(asked.lengths),
            )
            for asked in self._asked
        )

    def grows(self, kind: str) -> bool:
        """Whether flows bring about events of a kind, so that they are not all known beforehand."""
        return kind in _FROM_BOTH or not self._events[kind].outside

    def _taken(self, stream: t.EventStream, pattern: t.Pattern) -> Taken:
        kind = pattern.kind
        same = [one for one in stream.patterns if one.kind == kind]
        test = self.any_of([self.field_test(one) for one in same])
        if stream.lines:
            where = None if stream.where is None else self.compile(stream.where, ())
            value = None if stream.field is None else self._layout.line_place(stream.field)
            return Taken(test, None, self._layout.place(kind, "items"), where, value)
        if stream.where is not None:
            test = reductions.both(test, self.compile(stream.where, (kind,)))
        names = self._layout.events[kind]
        value = names.index(stream.field) if stream.field is not None and stream.field in names else None
        return Taken(test, self._flag(stream, same), None, None, value)

    def taken(self, pattern: t.Pattern) -> Taken:
        """Say how to find, among all events of a kind, those that fit a pattern."""
        element = pattern.where if pattern.main is None else None
        flag = None
        if isinstance(element, t.ElementField) and element.name.startswith("#"):
            flag = self._answer_place(pattern.kind, element.name)
        return Taken(self.field_test(pattern), flag, None, None, None)

    def _flag(self, stream: t.EventStream, same: list[t.Pattern]) -> int | None:
        """Give the place of the one field that decides, where a stream is picked by a yes or no alone."""
        bare = len(same) == 1 and same[0].main is None and same[0].where is None
        if bare and isinstance(stream.where, t.ElementField) and stream.where.name.startswith("#"):
            return self._answer_place(same[0].kind, stream.where.name)
        return None

    def _answer_place(self, kind: str, name: str) -> int | None:
        """Give where the answer to a question about lines is, None for a kind of event that has no lines."""
        names = self._layout.events[kind]
        return names.index(name) if name in names else None

    @staticmethod
    def any_of(tests: Sequence[Compiled | None]) -> Compiled | None:
        if None in tests:
            return None
        if len(tests) == 1:
            return tests[0]
        return lambda c, e: any(test is not None and test(c, e) is True for test in tests)

    # -- What an event must be ----------------------------------------------------------------------------------------

    def field_test(self, pattern: t.Pattern) -> Compiled | None:
        """Compile what the fields of an event must be, beyond its kind; None where any will do."""
        test: Compiled | None = None
        main = self._events[pattern.kind].main
        if pattern.main is not None and main is not None:
            place = self._layout.place(pattern.kind, main)
            test = reductions.equals(place, self.compile(pattern.main), pattern.main)
        if pattern.where is not None:
            test = reductions.both(test, self.compile(pattern.where, (pattern.kind,)))
        return test

    def event_test(self, pattern: t.Pattern) -> Compiled | None:
        """Compile what an event must be, `of this flow` included."""
        test = self.field_test(pattern)
        on_event = None if test is None else reductions.on_fields(test)
        return reductions.both(on_event, reductions.of_this_run) if pattern.of_this_flow else on_event

    # -- Streams ------------------------------------------------------------------------------------------------------

    def aggregate(self, term: t.Aggregate, kinds: tuple[str, ...] | None) -> Compiled:
        stream = term.stream
        if isinstance(stream, t.ListStream):
            return _over_values(term, self._list_values(stream, kinds))
        if not pure(stream.where) or not all(_pure_pattern(one) for one in stream.patterns):
            return self._scan(term, stream, kinds)
        asked, column = self._ask(stream)
        return self._over_column(term, asked, column, self._cut(stream, asked, kinds))

    def column_of(self, term: t.Aggregate) -> int | None:
        """Give the column that answers a question about a stream, None where it is scanned."""
        stream = term.stream
        if not isinstance(stream, t.EventStream) or not pure(stream.where) or not all(map(_pure_pattern, stream.patterns)):
            return None
        return self._ask(stream)[1]

    def end_at(self, term: t.Aggregate, kinds: tuple[str, ...] | None) -> Compiled | None:
        """Compile the instant of the first or last event of a stream, without asking for the event."""
        stream = term.stream
        if not isinstance(stream, t.EventStream) or stream.type.name != "event" or term.function not in ("first", "last"):
            return None
        if not pure(stream.where) or not all(_pure_pattern(one) for one in stream.patterns):
            return None
        asked, column = self._ask(stream)
        return reductions.end_at(column, self._cut(stream, asked, kinds), first=term.function == "first")

    def _ask(self, stream: t.EventStream) -> tuple[_Asked, int]:
        bare = t.EventStream(stream.span, stream.patterns, stream.lines, stream.field, (), stream.where, stream.type)
        column = self._columns.setdefault(bare, len(self._asked))
        if column == len(self._asked):
            self._asked.append(_Asked(bare))
        return self._asked[column], column

    def _cut(self, stream: t.EventStream, asked: _Asked, kinds: tuple[str, ...] | None) -> Cut:
        return reductions.every_cut([self._window(window, asked, kinds) for window in stream.windows])

    def _window(self, window: t.Window, asked: _Asked, kinds: tuple[str, ...] | None) -> int | Cutting:
        length = _fixed_length(window)
        return self._cutting(window, kinds) if length is None else asked.place(length)

    def _cutting(self, window: t.Window, kinds: tuple[str, ...] | None) -> Cutting:
        bound = self.compile(window.bound, kinds)
        if window.edge == "last":
            return reductions.in_some_last(bound)
        if window.bound.type.name == "event":
            return reductions.since_event(bound) if window.edge == "since" else reductions.before_event(bound)
        return reductions.since(bound) if window.edge == "since" else reductions.before(bound)

    def _over_column(self, term: t.Aggregate, asked: _Asked, column: int, cut: Cut) -> Compiled:
        function, valued = term.function, asked.stream.field is not None
        if function in ("sum", "average"):
            asked.sums = True
            return reductions.total(column, cut) if function == "sum" else reductions.mean(column, cut)
        if function == "any" and not valued:
            return reductions.any_(column, cut)
        if function == "count" and not valued:
            return reductions.count(column, cut)
        if function in ("first", "last") and not valued:
            return reductions.end(column, cut, first=function == "first")
        if function in ("median gap", "expected next"):
            return reductions.gaps(function, reductions.instants(column, cut))
        return _over_values(term, reductions.values(column, cut) if valued else reductions.elements(column, cut))

    def _scan(self, term: t.Aggregate, stream: t.EventStream, kinds: tuple[str, ...] | None) -> Compiled:
        """Look at each event, for a `where` that depends on more than the event.

        What fits is a stream of its own, which the windows cut: an event that does not fit takes no other out of them (1.5).
        """
        each = self._fitting(stream, kinds)
        cuts = [self._cutting(one, kinds) for one in stream.windows if one.edge != "since"]
        fitting = reductions.cut_from(each, cuts) if cuts else each
        if term.function in ("median gap", "expected next"):
            return reductions.gaps(term.function, lambda c, e: [event.at for event, _ in fitting(c, e)])
        get = self._value_get(stream)
        return _over_values(term, lambda c, e: [get(event, one) for event, one in fitting(c, e)])

    def _fitting(self, stream: t.EventStream, kinds: tuple[str, ...] | None) -> reductions.Each:
        """Go through what fits, with its event, but for what came before `since` and what is sure to have left its window."""
        patterns = tuple(
            one if _pure_pattern(one) else t.Pattern(one.span, one.kind, None, False, None) for one in stream.patterns
        )
        windows = tuple(wider for one in stream.windows if (wider := _wider(one)) is not None)
        base = t.EventStream(stream.span, patterns, False, None, windows, None, stream.type)
        asked, column = self._ask(base)
        elements = reductions.elements(column, self._cut(base, asked, kinds))
        tests: dict[str, list[Compiled | None]] = {}
        wheres: dict[str, Compiled] = {}
        for one in stream.patterns:
            tests.setdefault(one.kind, []).append(self.event_test(one))
            if stream.where is not None:
                wheres[one.kind] = self.compile(stream.where, () if stream.lines else (one.kind,))
        items = {kind: self._layout.place(kind, "items") for kind in tests} if stream.lines else {}

        def each(c: Customer, e: Any) -> Iterator[tuple[Event, Any]]:
            for event in elements(c, e):
                if not any(test is None or test(c, event) is True for test in tests[event.kind]):
                    continue
                where = wheres.get(event.kind)
                for one in event.fields[items[event.kind]] or () if stream.lines else (event.fields,):
                    if where is None or where(c, one) is True:
                        yield event, one

        return each

    def _value_get(self, stream: t.EventStream) -> Callable[[Any, Any], Any]:
        field = stream.field
        if field is None:
            return (lambda event, one: one) if stream.lines else (lambda event, one: event)
        if stream.lines:
            place = self._layout.line_place(field)
            return lambda event, one: one[place]
        places = {
            one.kind: self._layout.place(one.kind, field) for one in stream.patterns if field in self._layout.events[one.kind]
        }
        return lambda event, one: one[places[event.kind]] if event.kind in places else None

    # -- Lists of lines -----------------------------------------------------------------------------------------------

    def answer(self, question: Derived) -> Callable[[Sequence[tuple[Value, ...]]], Value]:
        """Answer a question about the lines of one event from the lines; it looks at nothing else."""
        nobody: Any = None
        where = None if question.where is None else self.compile(question.where, ())
        place = None if question.field is None else self._layout.line_place(question.field)
        work = reductions.PLAIN[question.function]

        def answer(lines: Sequence[tuple[Value, ...]]) -> Value:
            fitting = [line for line in lines if where is None or where(nobody, line) is True]
            return work(fitting if place is None else known([line[place] for line in fitting]))

        return answer

    def _list_values(self, stream: t.ListStream, kinds: tuple[str, ...] | None) -> Compiled:
        items = self.compile(stream.items, kinds)
        where = None if stream.where is None else self.compile(stream.where, ())
        place = None if stream.field is None else self._layout.line_place(stream.field)

        def values(c: Customer, e: Any) -> list[Value]:
            found = [one for one in items(c, e) or () if where is None or where(c, one) is True]
            return found if place is None else [one[place] for one in found]

        return values


def _over_values(term: t.Aggregate, values: Compiled) -> Compiled:
    """Work an aggregate out over the values themselves; what is missing is passed over (semantics 2.3)."""
    work = reductions.PLAIN[f"{term.function} distinct" if term.distinct else term.function]
    return lambda c, e: work(known(values(c, e)))


def _fixed_length(window: t.Window) -> Length | None:
    value = window.bound.value if window.edge == "last" and isinstance(window.bound, t.Constant) else None
    return value if isinstance(value, Length) else None


def _wider(window: t.Window) -> t.Window | None:
    """Give a window that holds whatever this one can, whichever events fit, if there is one."""
    length = _fixed_length(window)
    if length is None:
        return window if window.edge == "since" else None
    return window.replace(bound=t.Constant(window.span, length._replace(days=length.days + _SHORT_BY), window.bound.type))


def _pure_pattern(pattern: t.Pattern) -> bool:
    return not pattern.of_this_flow and pure(pattern.main) and pure(pattern.where)
