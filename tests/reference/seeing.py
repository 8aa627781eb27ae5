"""What a condition saw: its parts with their values, by the words that they are written with (semantics 10.1)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from cadenza.syntax import nodes as n
from cadenza.syntax.builder import MONTHS, WEEKDAYS
from cadenza.values import Length
from tests.reference.asking import ORDER, Asking
from tests.reference.program import Scope
from tests.reference.times import data

WRITTEN_OUT = (n.Number, n.Percent, n.Money, n.Duration, n.Weekday, n.DayMoment, n.ClockTime, n.Yes, n.No)


class Seeing(Asking):
    def saw(self, *asked: tuple[Any, Scope]) -> dict[str, Any] | None:
        """Give the parts of conditions with their values, by their words."""
        found: dict[str, Any] = {}
        for words, value in [one for node, s in asked for one in self.parts(node, s)]:
            found.setdefault(" ".join(words.split()), data(value, self.clock, self.currency))
        return found or None

    def parts(self, node: Any, s: Scope) -> list[tuple[str, Any]]:
        match node:
            case n.Parenthesis(value=inner) | n.Negation(value=inner):
                return self.parts(inner, s)
            case n.IsKnown(value=inner) | n.IsNotKnown(value=inner) | n.IsEmpty(value=inner) | n.IsNotEmpty(value=inner):
                return self.parts(inner, s)
            case n.Or(parts=inner) | n.And(parts=inner):
                return [one for part in inner for one in self.parts(part, s)]
            case n.AllOf(conditions=inner) | n.AnyOf(conditions=inner) | n.NoneOf(conditions=inner):
                return [one for part in inner for one in self.parts(part, s)]
            case n.Between(value=value, low=low, high=high):
                bounds = n.Compare(node.span, value, ">=", low), n.Compare(node.span, value, "<=", high)
                return [one for part in bounds for one in self.parts(part, s)]
            case n.Compare(left=left, operator=how, right=right):
                clocks = [isinstance(one, n.TimeSince | n.TimeUntil) for one in (left, right)]
                if all(clocks):
                    return [(node.span.text, self.value(node, s))]
                found = [one for side in (left, right) for one in self.parts(side, s)]
                return [(words, self.coming_up(value)) for words, value in found] if how in ORDER else found
            case n.TimeSince(moment=moment):
                return [(f"time since {self.words(moment, s)}", self.elapsed(self.past(moment, s), self.now))]
            case n.TimeUntil(moment=moment):
                return [(f"time until {self.words(moment, s)}", self.elapsed(self.now, self.coming(moment, s)))]
            case n.Name(text=name) if name in s.given:
                return self.parts(*s.given[name])
        if self.is_written_out(node, s) or self.is_thing(node, s):
            return []
        if isinstance(node, n.Name | n.Call) and self.program.is_condition(node, s.given):
            asked, arguments = self.declaration(node)
            if isinstance(asked, n.Value):
                return self.parts(asked.value, Scope(self.bound(asked, arguments, s)))
        return [(node.span.text, self.value(node, s))]

    def words(self, node: Any, s: Scope) -> str:
        while isinstance(node, n.Parenthesis) or (isinstance(node, n.Name) and node.text in s.given):
            node, s = (node.value, s) if isinstance(node, n.Parenthesis) else s.given[node.text]
        return str(node.span.text)

    def elapsed(self, early: int | None, late: int | None) -> Length | None:
        """By the clock on the wall, and never less than nothing."""
        if early is None or late is None:
            return None
        return Length(0, 0, max(0, (self.clock.wall(late) - self.clock.wall(early)) // timedelta(microseconds=1)))

    def declaration(self, node: Any) -> tuple[Any, Any]:
        """Give what a name or a call is declared as, and what is handed over."""
        name, arguments = (node, ()) if isinstance(node, n.Name) else (node.name, node.arguments)
        return self.program.declared(name), arguments

    def is_written_out(self, node: Any, s: Scope) -> bool:
        """Whether something is the same for everybody, always."""
        if isinstance(node, WRITTEN_OUT):
            return True
        match node:
            case n.Text() | n.Interpolation() | n.Parenthesis() | n.Negative() | n.List() | n.Arithmetic() | n.Shifted():
                return all(self.is_written_out(one, s) for one in node.inner())
            case n.Member(owner=owner):
                return self.is_written_out(owner, s)
            case n.Name(text=name) if name in s.given:
                return self.is_written_out(*s.given[name])
            case n.Name() | n.Call():
                asked, arguments = self.declaration(node)
                if isinstance(asked, n.Value):
                    return self.is_written_out(asked.value, Scope(self.bound(asked, arguments, s)))
                return isinstance(node, n.Name) and asked is None and node.text in {**MONTHS, **WEEKDAYS}
        return False

    def is_thing(self, node: Any, s: Scope) -> bool:
        """Whether something is an event, a line of an order, or several, which have no words of their own."""
        match node:
            case n.Parenthesis(value=inner):
                return self.is_thing(inner, s)
            case n.Member(owner=owner, name=name):
                return name.text == "items" or (name.text == "cart" and isinstance(owner, n.Name) and owner.text == "customer")
            case n.Aggregate(function="first" | "last", stream=stream):
                return not self.is_field(stream, s)
            case n.Name(text=name) if name in s.given:
                return self.is_thing(*s.given[name])
            case n.Name() | n.Call():
                asked, arguments = self.declaration(node)
                match asked:
                    case n.Value(value=inner) | n.ValueBlock(cases=(n.Case(value=inner) | n.Otherwise(value=inner), *_)):
                        return self.is_thing(inner, Scope(self.bound(asked, arguments, s)))
                return isinstance(node, n.Name) and node.text == "trigger"
        return False

    def is_field(self, stream: Any, s: Scope) -> bool:
        """Whether a stream is of one field of its events or lines."""
        match stream:
            case n.Stream(alternatives=(inner, *_)) | n.Or(parts=(inner, *_)):
                return self.is_field(inner, s)
            case n.NamedStream(path=inner) | n.Windowed(stream=inner) | n.Parenthesis(value=inner):
                return self.is_field(inner, s)
            case n.Name(text=name) if name in s.given:
                return self.is_field(*s.given[name])
        return isinstance(stream, n.Member) and stream.name.text != "items"
