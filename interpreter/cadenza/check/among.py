"""Work out what is asked about a customer among all of them: `percentile(…)` and `similarity(…)` (semantics 9.5).

Rule 1: what is compared comes from the data alone: fields of the row and input events, never what flows do.
Rule 2: it is the same question for every customer, so it looks at no trigger, and at no event that a `where` speaks of.
"""

from __future__ import annotations

from cadenza.check.comparisons import ComparisonRules
from cadenza.check.rules import Scope
from cadenza.check.terms import (
    CustomerField,
    Due,
    ElementField,
    EventStream,
    InsideFlow,
    ListStream,
    Once,
    Pattern,
    Percentile,
    ProductField,
    Similarity,
    Term,
    Trigger,
)
from cadenza.check.types import NUMBER, UNKNOWN, line_of
from cadenza.syntax import nodes as n
from cadenza.syntax.nodes.base import Node
from cadenza.syntax.source import Span

_COMPARED = ("number", "money", "date", "moment", "duration")
_OF_BOTH = ("subscribe", "unsubscribe")
"""Kinds of event that come from outside and from flows."""


class AmongRules(ComparisonRules):
    def among(self, node: n.Call, scope: Scope) -> Term:
        word = node.name.text
        if len(node.arguments) != 1:
            wanted, example = ("value", "count(order)") if word == "percentile" else ("segment", "loyal")
            self.report.add(
                "F0428" if word == "percentile" else "F0430",
                f"`{word}` takes one {wanted}, and here {'are ' + str(len(node.arguments)) if node.arguments else 'is none'}",
                node.span,
                help=f"{word}({example})",
            )
            return self.unknown(node.span)
        argument, scope = _meant(node.arguments[0], scope)
        return self.percentile(node, argument, scope) if word == "percentile" else self.similarity(node, argument, scope)

    def percentile(self, node: n.Call, argument: n.Expression, scope: Scope) -> Term:
        clock = None
        if isinstance(argument, n.TimeSince | n.TimeUntil):
            clock = "since" if isinstance(argument, n.TimeSince) else "until"
            term = self.moment_of(argument, clock, scope)
        else:
            term = self.as_date(self.plain(argument, scope))
        if term.type == UNKNOWN or self.runs_on(argument, term) or not self.from_data(node, term):
            return self.unknown(node.span)
        if term.type.name not in _COMPARED:
            self.report.add(
                "F0428",
                f"`percentile` compares numbers, amounts, dates and lengths of time, and `{argument.span.text}` is {term.type}",
                node.arguments[0].span,
                help="percentile(count(order)), percentile(time since last(order))",
            )
            return self.unknown(node.span)
        return Percentile(node.span, term, clock, NUMBER)

    def similarity(self, node: n.Call, argument: n.Expression, scope: Scope) -> Term:
        name = argument.name if isinstance(argument, n.Call) else argument
        declared = scope.module.names.get(name.text) if isinstance(name, n.Name) else None
        if declared is None or declared.word != "segment":
            if isinstance(argument, n.Name) and argument.text in scope.bound:
                return self.unknown(node.span)  # a parameter of which nothing is known yet
            self.report.add(
                "F0430",
                f"`similarity` takes the name of a segment, and `{argument.span.text}` is none",
                node.arguments[0].span,
                help="declare who is meant: segment loyal where count(order) >= 10",
            )
            return self.unknown(node.span)
        members = self.term(argument, scope)
        if members.type == UNKNOWN or not self.from_data(node, members):
            return self.unknown(node.span)
        pattern = Pattern(node.span, "order", None, False, None)
        bought = EventStream(node.span, (pattern,), True, None, (), None, line_of("order"))
        return Similarity(node.span, members, bought, NUMBER)

    def from_data(self, node: n.Call, term: Term) -> bool:
        """Report what does not come from the data alone, if there is any."""
        found = self.foreign(term, element=False)
        if found is None:
            return True
        one, why = found
        self.report.add(
            "F0429",
            f"`{node.name.text}` compares all customers by the data alone, and `{' '.join(one.span.text.split())}` is {why}",
            node.span,
            help="ask about fields of the customer that no flow changes, and about events that come from outside",
            related=() if _within(one.span, node.span) else (("in here", one.span),),
        )
        return False

    def foreign(self, thing: object, *, element: bool) -> tuple[Node, str] | None:
        """Find a part that is not of the data, and say what it is; `element` says that a `where` within it is looked at."""
        match thing:
            case Trigger():
                return thing, "what let one run in"
            case InsideFlow():
                return thing, "the doing of flows"
            case CustomerField(name=name) if name in ("tags", "subscriptions") or name in self.changed:
                return thing, "what flows may change"
            case Pattern(kind=kind) if kind in _OF_BOTH or not self.vocabulary.events[kind].outside or thing.of_this_flow:
                return thing, "the doing of flows" if kind not in _OF_BOTH else "what flows do, too"
            case ElementField() if not element:
                return thing, "a field of one event or line"
            case ProductField() | Due() | Once():
                return thing, "a question about a product"
            case EventStream() | ListStream() | Pattern():
                inside = (thing.where,)
                outside = tuple(one for one in thing.fields() if one is not thing.where)
                return self.foreign(outside, element=element) or self.foreign(inside, element=True)
            case Node():
                return self.foreign(thing.fields(), element=element)
            case tuple():
                return next((found for one in thing if (found := self.foreign(one, element=element)) is not None), None)
        return None


def _within(inner: Span, outer: Span) -> bool:
    return inner.source is outer.source and outer.start <= inner.start and inner.end <= outer.end


def _meant(node: n.Expression, scope: Scope) -> tuple[n.Expression, Scope]:
    """Give the expression that a parameter stands for, with the place it is read in."""
    while True:
        if isinstance(node, n.Parenthesis):
            node = node.value
        elif isinstance(node, n.Name) and (bound := scope.bound.get(node.text)) is not None and bound.scope is not None:
            if bound.node is None or isinstance(bound.node, n.Offer):
                return node, scope
            node, scope = bound.node, bound.scope
        else:
            return node, scope
