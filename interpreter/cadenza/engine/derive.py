"""Replace what a program asks of the lines of one event by a field of that event, worked out where the data are read.

`items.category contains "wine"` depends on nothing but the event, so the data layer may answer it for all events at once, and the
lines themselves need not be read. A derived field is called `#1`, `#2`, … and is false or 0 where there is no event.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import attrs

from cadenza.check import program as p
from cadenza.check import terms as t
from cadenza.check.types import CONDITION, NUMBER, TEXT, Type
from cadenza.engine.dependencies import timeless
from cadenza.records import Record
from cadenza.values import Value

_FUNCTIONS = ("any", "count", "sum")


Lines = Sequence[tuple[Value, ...]]


def _unanswered(lines: Lines) -> Value:
    raise AssertionError("a question about lines is answered by the plan it is lowered into")


@attrs.frozen(eq=False)
class Derived:
    """One question about the lines of an event: `any`, `count` or `sum` of a `field`, of the lines that fit `where`."""

    name: str
    kinds: tuple[str, ...]
    function: str
    field: str | None
    where: t.Term | None
    type: Type
    answer: Callable[[Lines], Value] = attrs.field(default=_unanswered)
    """The engine's own answer, from the lines; `lower` puts it in."""


@attrs.define(eq=False)
class Deriving:
    """Rewrites a program; each question gets one name, however often it is asked."""

    found: dict[tuple[object, ...], Derived] = attrs.field(factory=dict)

    def program(self, program: p.Program) -> p.Program:
        return program.replace(flows=tuple(self.rewritten(flow) for flow in program.flows))

    def rewritten(self, thing: Any) -> Any:
        """Give a part of the program with its questions about lines replaced, from the inside out."""
        if type(thing) is tuple:
            return tuple(self.rewritten(one) for one in thing)
        if not isinstance(thing, Record) or isinstance(thing, t.Constant):
            return thing
        old = thing.astuple()
        new = [self.rewritten(value) for value in old]
        if any(one is not other for one, other in zip(old, new, strict=True)):
            thing = type(thing)(*new)
        match thing:
            case t.Aggregate(stream=t.ListStream() as listed):
                return self.of_list(thing, listed)
            case t.Aggregate(stream=t.EventStream(lines=True) as stream):
                return self.of_stream(thing, stream)
            case t.In(item=t.Constant() as item, whole=t.EachField() as whole):
                return self.membership(thing, item, whole)
        return thing

    def membership(self, term: t.In, item: t.Constant, whole: t.EachField) -> t.Term:
        kinds = _owner_kinds(whole.lines)
        if not kinds or item.value is None:
            return term
        element = whole.type.element or TEXT
        where = t.Comparison(term.span, t.ElementField(term.span, whole.name, element), "=", item)
        return self.field_of(term, whole.lines, self.derived(kinds, "any", None, where, CONDITION))

    def of_list(self, term: t.Aggregate, stream: t.ListStream) -> t.Term:
        kinds = _owner_kinds(stream.items)
        if not kinds or not _simple(term) or not timeless(stream.where):
            return term
        function = "count" if term.function == "any" and stream.field else term.function
        field = stream.field if function == "sum" or stream.field else None
        if function == "count" and field is not None:
            return term
        return self.field_of(term, stream.items, self.derived(kinds, function, field, stream.where, term.type))

    def of_stream(self, term: t.Aggregate, stream: t.EventStream) -> t.Term:
        kinds = tuple(dict.fromkeys(one.kind for one in stream.patterns))
        counted = term.function in ("any", "count") and stream.field is None
        if not _simple(term) or not timeless(stream.where) or not (counted or term.function == "sum"):
            return term
        type_ = CONDITION if term.function == "any" else term.type
        derived = self.derived(kinds, term.function, stream.field, stream.where, type_)
        if term.function == "any":
            holds = t.ElementField(term.span, derived.name, CONDITION)
            events = t.EventStream(stream.span, stream.patterns, False, None, stream.windows, holds, term.type)
            return t.Aggregate(term.span, "any", False, events, CONDITION)
        only: t.Term | None = None
        if any(window.edge == "last" for window in stream.windows):
            # An event without a line that fits is not of the stream, and takes no earlier one out of a window (semantics 1.5).
            fits = self.derived(kinds, "any", None, stream.where, CONDITION)
            only = t.ElementField(term.span, fits.name, CONDITION)
        values = t.EventStream(stream.span, stream.patterns, False, derived.name, stream.windows, only, type_)
        return t.Aggregate(term.span, "sum", False, values, type_)

    def derived(self, kinds: Sequence[str], function: str, field: str | None, where: t.Term | None, type_: Type) -> Derived:
        key = (tuple(kinds), function, field, where)
        if key not in self.found:
            name = f"#{len(self.found) + 1}"
            self.found[key] = Derived(name, tuple(kinds), function, field, where, type_ if function == "sum" else NUMBER)
            if function == "any":
                self.found[key] = attrs.evolve(self.found[key], type=CONDITION)
        return self.found[key]

    def field_of(self, term: t.Term, items: t.Term, derived: Derived) -> t.Term:
        """Give the derived field of the event whose items were asked."""
        if isinstance(items, t.ElementField):
            return t.ElementField(term.span, derived.name, derived.type)
        assert isinstance(items, t.EventField)
        return t.EventField(term.span, items.event, derived.name, derived.type)


def _owner_kinds(items: t.Term) -> tuple[str, ...]:
    """Give the kinds of event whose own items these are, or none where they are other lines."""
    if isinstance(items, t.ElementField | t.EventField) and items.name == "items" and items.type.element is not None:
        return items.type.element.kinds
    return ()


def _simple(term: t.Aggregate) -> bool:
    return term.function in _FUNCTIONS and not term.distinct
