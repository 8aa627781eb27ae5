"""Work out streams, windows and aggregates, and the patterns that events are matched with."""

from __future__ import annotations

from collections.abc import Sequence

from cadenza.check.names import NameRules
from cadenza.check.rules import Scope
from cadenza.check.terms import (
    Aggregate,
    All,
    EventStream,
    ListStream,
    Occurrence,
    Pattern,
    Term,
    Window,
)
from cadenza.check.types import (
    CONDITION,
    DATE,
    DURATION,
    MOMENT,
    MONEY,
    NUMBER,
    UNKNOWN,
    Type,
    event_of,
    is_text,
    line_of,
)
from cadenza.check.vocabulary import SHORT_NAMES
from cadenza.syntax import nodes as n
from cadenza.syntax.source import Span

_OF_THIS_FLOW = ("sent", "open", "click", "bounce", "complaint")
_NUMERIC = (NUMBER, MONEY)
_ORDERED = (NUMBER, MONEY, DATE, MOMENT)


class StreamRules(NameRules):
    # -- Patterns -----------------------------------------------------------------------------------------------------

    def patterns(self, node: n.Events, scope: Scope) -> tuple[Pattern, ...]:
        found: list[Pattern] = []
        for alternative in node.alternatives:
            match alternative:
                case n.EventName():
                    found += self.event(alternative.name, alternative.main, alternative.of_this_flow, scope)
                case n.Events():
                    found += self.patterns(alternative, scope)
        return self.narrowed(found, node.where, scope)

    def narrowed(self, patterns: Sequence[Pattern], where: n.Expression | None, scope: Scope) -> tuple[Pattern, ...]:
        if where is None or not patterns:
            return tuple(patterns)
        term = self.condition(where, scope.of(event_of(*dict.fromkeys(one.kind for one in patterns))))
        return tuple(Pattern(one.span, one.kind, one.main, one.of_this_flow, _both(one.where, term)) for one in patterns)

    def event(self, name: n.Name, main: n.Text | n.Name | None, of_this_flow: bool, scope: Scope) -> tuple[Pattern, ...]:
        """Give the patterns of one event by its name, or of the events that an `event` line gave this name to."""
        declared = scope.module.names.get(name.text)
        if declared is not None and isinstance(declared.node, n.EventAlias):
            if declared in self.under_way:
                self.circle(declared, name.span)
                return ()
            self.under_way.append(declared)
            with self.aside():  # what is wrong in it is said where it is declared
                patterns = self.patterns(declared.node.events, Scope(declared.module))
            self.under_way.pop()
        elif (kind := SHORT_NAMES.get(name.text, name.text)) in self.vocabulary.events:
            patterns = (Pattern(name.span, kind, None, False, None),)
        else:
            aliases = [one for one, what in scope.module.names.items() if what.word == "event"]
            self.report.unknown_name(
                "F0302",
                f"there is no event `{name.text}`",
                name.span,
                [*self.vocabulary.events, *aliases],
                "`cadenza explain events` lists all events with their fields",
            )
            return ()
        matched = None if main is None else self.main_value(main, scope)
        return tuple(self.picked(one, name, matched, of_this_flow, scope) for one in patterns)

    def main_value(self, node: n.Text | n.Name, scope: Scope) -> Term:
        term = self.term(node, scope)
        if not is_text(term.type) and term.type != UNKNOWN:
            self.report.add("F0408", f"an event is picked by a text, and this is {term.type}", node.span)
        return term

    def picked(self, pattern: Pattern, name: n.Name, main: Term | None, of_this_flow: bool, scope: Scope) -> Pattern:
        kind = self.vocabulary.events[pattern.kind]
        if main is not None and kind.main is None:
            self.report.add(
                "F0408",
                f"`{kind.name}` has no main field that a text could match",
                main.span,
                help=f"say which field is meant: `{name.text} where … = {main.span.text}`",
            )
        if of_this_flow and not scope.running:
            self.report.add(
                "F0507",
                "`of this flow` has a meaning only inside a flow",
                name.span,
                help='name the message: click "welcome"',
            )
        elif of_this_flow and kind.name not in _OF_THIS_FLOW:
            self.report.add(
                "F0507",
                f"`{kind.name}` is not about a message, so it is of no flow",
                name.span,
                help=f"these are: {', '.join(_OF_THIS_FLOW)}",
            )
        return Pattern(pattern.span, kind.name, main or pattern.main, of_this_flow or pattern.of_this_flow, pattern.where)

    # -- Streams ------------------------------------------------------------------------------------------------------

    def stream(self, node: n.Stream, scope: Scope) -> EventStream | ListStream | None:
        parts = [
            self.named_stream(one, scope) if isinstance(one, n.NamedStream) else self.stream(one, scope)
            for one in node.alternatives
        ]
        streams = [part for part in parts if part is not None]
        if len(streams) < len(parts) or not streams:
            return None
        stream = streams[0] if len(streams) == 1 else self.joined(node, streams)
        if stream is None:
            return None
        return self.windowed(stream, node.windows, node.where, scope)

    def joined(self, node: n.Stream, streams: list[EventStream | ListStream]) -> EventStream | None:
        """Put several streams of events together; they must be cut to the same shape."""
        first = streams[0]
        patterns: list[Pattern] = []
        for stream in streams:
            if (
                not isinstance(stream, EventStream)
                or not isinstance(first, EventStream)
                or (stream.lines, stream.field) != (first.lines, first.field)
                or stream.windows
                or (stream.where is not None and stream.lines)
            ):
                self.report.add(
                    "F0419",
                    "these cannot be counted together: one is not cut the same way as the other",
                    node.span,
                    help="join events as they are, with the window and the `where` at the end: open or click in the last 7 days",
                )
                return None
            patterns += [
                Pattern(one.span, one.kind, one.main, one.of_this_flow, _both(one.where, stream.where)) for one in stream.patterns
            ]
        assert isinstance(first, EventStream)
        kinds = tuple(dict.fromkeys(one.kind for one in patterns))
        return self.shaped(node.span, tuple(patterns), [], first.lines, first.field, kinds)

    def windowed(
        self, stream: EventStream | ListStream, windows: tuple[n.Window, ...], where: n.Expression | None, scope: Scope
    ) -> EventStream | ListStream | None:
        if isinstance(stream, ListStream):
            if windows:
                self.report.add(
                    "F0411",
                    "a window picks events by when they were, and these are the items of a list",
                    windows[0].span,
                    help="leave the window out, or ask a stream of events: order.items in the last 30 days",
                )
            if where is None:
                return stream
            element = stream.items.type.element or UNKNOWN
            if element.name != "line":
                self.report.add("F0411", f"`where` speaks of fields, and {element} has none", where.span)
                return stream
            term = self.condition(where, scope.of(element))
            return ListStream(stream.span, stream.items, stream.field, _both(stream.where, term), stream.type)
        bounds = tuple(bound for one in windows if (bound := self.window(one, scope)) is not None)
        kinds = tuple(dict.fromkeys(one.kind for one in stream.patterns))
        element = line_of(*kinds) if stream.lines else event_of(*kinds)
        narrowing = None if where is None else self.condition(where, scope.of(element))
        return EventStream(
            stream.span,
            stream.patterns,
            stream.lines,
            stream.field,
            stream.windows + bounds,
            _both(stream.where, narrowing),
            stream.type,
        )

    def window(self, node: n.Window, scope: Scope) -> Window | None:
        match node:
            case n.InTheLast(length=length):
                return Window(node.span, "last", self.length(length, scope))
            case n.Since(start=start):
                return self.edge("since", "last", start, scope)
            case n.Before(end=end):
                return self.edge("before", "next", end, scope)

    def edge(self, edge: str, which: str, node: n.Expression, scope: Scope) -> Window | None:
        term = self.term(node, scope)
        if term.type.name == "yearly date":
            term = Occurrence(node.span, term, which, DATE)
        if term.type == DATE:
            term = self.as_moment(term)
        if term.type == UNKNOWN:
            return None
        if term.type != MOMENT and term.type.name != "event":
            self.report.add(
                "F0401",
                f"`{edge}` takes a date, a moment or an event, and this is {term.type}",
                node.span,
                help="for a length of time write `in the last 30 days`" if term.type == DURATION else None,
            )
            return None
        return None if self.runs_on(node, term) else Window(node.span, edge, term)

    def named_stream(self, node: n.NamedStream, scope: Scope) -> EventStream | ListStream | None:
        root, members = _path(node.path)
        if isinstance(root, n.Name):
            bound = scope.bound.get(root.text)
            if self.names_events(root, scope):
                patterns = self.event(root, node.main, node.of_this_flow, scope)
                return self.of_events(node, patterns, members) if patterns else None
            if bound is not None and isinstance(bound.node, n.Name) and bound.node.text == "customer" and members:
                path = members[0] if len(members) == 1 else n.Member(node.path.span, members[0], members[1])
                return self.named_stream(n.NamedStream(node.span, path, node.main, node.of_this_flow), scope)
            if bound is not None and bound.node is not None and bound.scope is not None:
                stream = self.argument(bound.node, bound.scope)
                return None if stream is None else self.reshaped(node, stream, members)
        return self.of_list(node.path, scope)

    def argument(self, node: n.Expression | n.Offer, scope: Scope) -> EventStream | ListStream | None:
        """Read an argument as the stream it stands for."""
        if isinstance(node, n.Windowed):
            stream = self.argument(node.stream, scope)
            return None if stream is None else self.windowed(stream, node.windows, None, scope)
        if isinstance(node, n.Parenthesis):
            return self.argument(node.value, scope)
        if isinstance(node, n.Or):
            alternatives = tuple(
                n.NamedStream(one.span, one, None, False) for one in node.parts if isinstance(one, n.Name | n.Member)
            )
            return self.stream(n.Stream(node.span, alternatives, (), None), scope)
        if isinstance(node, n.Name | n.Member | n.Call | n.Aggregate):
            return self.named_stream(n.NamedStream(node.span, node, None, False), scope)
        if isinstance(node, n.Offer):
            self.term(node, scope)
            return None
        return self.of_list(node, scope)

    def of_events(self, node: n.NamedStream, patterns: tuple[Pattern, ...], members: list[n.Name]) -> EventStream | None:
        kinds = tuple(dict.fromkeys(one.kind for one in patterns))
        lines = bool(members) and members[0].text == "items"
        return self.shaped(node.span, patterns, members, lines, None, kinds)

    def reshaped(
        self, node: n.NamedStream, stream: EventStream | ListStream, members: list[n.Name]
    ) -> EventStream | ListStream | None:
        """Take a field of a stream that came in as a parameter: `basket.category`."""
        if not members:
            return stream
        if isinstance(stream, EventStream) and stream.field is None:
            kinds = tuple(dict.fromkeys(one.kind for one in stream.patterns))
            lines = members[0].text == "items" and not stream.lines
            rest = members if not stream.lines else [n.Name(members[0].span, "items"), *members]
            shaped = self.shaped(node.span, stream.patterns, rest, lines or stream.lines, None, kinds)
            return (
                None
                if shaped is None
                else EventStream(
                    node.span, shaped.patterns, shaped.lines, shaped.field, stream.windows, stream.where, shaped.type
                )
            )
        element = stream.items.type.element if isinstance(stream, ListStream) and stream.field is None else None
        if element is not None and element.name == "line" and len(members) == 1 and isinstance(stream, ListStream):
            member = n.Member(node.span, node.path, members[0])
            field = self.known_field(member, element, "a line of an order")
            return None if field is None else ListStream(node.span, stream.items, members[0].text, stream.where, field)
        self.report.add("F0303", f"these have no field `{members[0].text}`", members[0].span)
        return None

    def shaped(
        self,
        span: Span,
        patterns: tuple[Pattern, ...],
        members: list[n.Name],
        lines: bool,
        field: str | None,
        kinds: tuple[str, ...],
    ) -> EventStream | None:
        """Cut events to their lines, to a field, or to a field of their lines."""
        element = line_of(*kinds) if lines else event_of(*kinds)
        names = members[1:] if lines and members else members
        if lines:
            for kind in kinds:
                if not self.vocabulary.events[kind].lines:
                    self.report.add("F0303", f"`{kind}` has no items", members[0].span if members else span)
                    return None
        if field is not None:
            return EventStream(span, patterns, lines, field, (), None, self.fields(element)[field])
        if not names:
            return EventStream(span, patterns, lines, None, (), None, element)
        fields = self.fields(element)
        name = names[0]
        if name.text not in fields:
            whose = "a line of an order" if lines else " or ".join(f"`{kind}`" for kind in kinds)
            self.report.unknown_name(
                "F0303",
                f"{whose} has no field `{name.text}`",
                name.span,
                fields,
                f"it has: {', '.join(sorted(fields))}",
            )
            return None
        if len(names) > 1:
            self.report.add("F0303", f"`{name.text}` has no field `{names[1].text}`", names[1].span)
            return None
        return EventStream(span, patterns, lines, name.text, (), None, fields[name.text])

    def of_list(self, node: n.Expression, scope: Scope) -> ListStream | None:
        """Read an expression as the list whose items are meant."""
        root, members = (node.owner, node.name) if isinstance(node, n.Member) else (None, None)
        if root is not None and members is not None:
            with self.aside() as found:
                owner = self.term(root, scope)
            element = owner.type.element
            if not found.diagnostics and owner.type.name == "list" and element is not None and element.name == "line":
                assert isinstance(node, n.Member)
                field = self.known_field(node, element, "a line of an order")
                return None if field is None else ListStream(node.span, owner, members.text, None, field)
        term = self.term(node, scope)
        if term.type == UNKNOWN:
            return None
        if term.type.name == "list" and term.type.element is not None:
            return ListStream(node.span, term, None, None, term.type.element)
        self.report.add(
            "F0410",
            f"only events and lists can be counted, and this is {term.type}",
            node.span,
            help="name a stream, such as `order` or `order.items`",
        )
        return None

    # -- Aggregates ---------------------------------------------------------------------------------------------------

    def aggregate(self, node: n.Aggregate, scope: Scope) -> Term:
        found = self.looked_up(node, None, scope)
        if found is not None:
            return found
        stream = self.stream(node.stream, scope)
        if stream is None:
            return self.unknown(node.span)
        type_ = self.result(node, stream)
        if type_ is None:
            return self.unknown(node.span)
        return Aggregate(node.span, node.function, node.distinct, stream, type_)

    def result(self, node: n.Aggregate, stream: EventStream | ListStream) -> Type | None:
        element, function = stream.type, node.function
        if node.distinct and function != "count":
            self.report.add("F0410", "`distinct` goes with `count` only", node.span, help="write `count(distinct …)`")
            return None
        whole = element.name in ("event", "line")
        match function:
            case "count":
                if node.distinct and whole:
                    return self.needs_field(node, "count(distinct …)", stream)
                return NUMBER
            case "any":
                return CONDITION
            case "first" | "last":
                return element
            case "sum" | "average":
                return element if element in _NUMERIC else self.needs_field(node, function, stream)
            case "min" | "max":
                return element if element in _ORDERED else self.needs_field(node, function, stream)
            case "most frequent":
                return self.needs_field(node, function, stream) if whole else element
            case _:
                if element.name != "event" or isinstance(stream, ListStream):
                    self.report.add(
                        "F0410",
                        f"`{function}` is about when events happen, and this is no stream of events",
                        node.stream.span,
                        help=f"write `{function}(order)`",
                    )
                    return None
                return DURATION if function == "median gap" else MOMENT

    def needs_field(self, node: n.Aggregate, function: str, stream: EventStream | ListStream) -> Type | None:
        fields = self.fields(stream.type) if stream.type.name in ("event", "line") else {}
        numeric = [name for name, type_ in fields.items() if type_ in _NUMERIC]
        text = node.stream.span.text.split(" ")[0]
        example = f"{text}.{numeric[0]}" if numeric else "order.total"
        self.report.add(
            "F0410",
            f"`{function}` needs a field with values to work on, and this is {stream.type}",
            node.stream.span,
            help=f"name the field: `{node.function}({example} …)`",
        )
        return None


def _path(node: n.Expression) -> tuple[n.Expression, list[n.Name]]:
    members: list[n.Name] = []
    while isinstance(node, n.Member):
        members.insert(0, node.name)
        node = node.owner
    return node, members


def _both(a: Term | None, b: Term | None) -> Term | None:
    if a is None or b is None:
        return a or b
    return All(b.span, (a, b))
