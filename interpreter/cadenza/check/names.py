"""Bind names: fields, parameters, segments and values, and the few words that always mean something."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping

from cadenza.check.modules import Declared, parameters_in
from cadenza.check.rules import Bound, Scope
from cadenza.check.tables import TableRules
from cadenza.check.terms import (
    CartField,
    Constant,
    CustomerField,
    EachField,
    ElementField,
    EventField,
    Holds,
    MomentPart,
    Now,
    Term,
    Today,
    Trigger,
)
from cadenza.check.types import (
    CART,
    CONDITION,
    CUSTOMER,
    DATE,
    MOMENT,
    NUMBER,
    PRODUCT,
    TIME,
    UNKNOWN,
    WEEKDAY,
    Type,
    line_of,
    list_of,
)
from cadenza.check.vocabulary import CUSTOMER_LISTS, LINE_FIELDS, SHORT_NAMES
from cadenza.syntax import nodes as n
from cadenza.syntax.builder import MONTHS, WEEKDAYS
from cadenza.syntax.diagnostics import Diagnostic
from cadenza.syntax.source import Span

_PARTS: dict[str, dict[str, Type]] = {
    "moment": {
        "weekday": WEEKDAY,
        "time": TIME,
        "date": DATE,
        "hour": NUMBER,
        "day": NUMBER,
        "month": NUMBER,
        "year": NUMBER,
    },
    "date": {"weekday": WEEKDAY, "day": NUMBER, "month": NUMBER, "year": NUMBER},
    "yearly date": {"day": NUMBER, "month": NUMBER},
}
_CART_FIELDS = ("items", "total")
AMONG = ("percentile", "similarity")
"""What is asked about this customer among all of them."""


class NameRules(TableRules):
    def name(self, node: n.Name, scope: Scope) -> Term:
        text = node.text
        if text in scope.row:
            return self.parameter(node, scope.bound[text])
        if scope.element is not None and (type_ := self.fields(scope.element).get(text)) is not None:
            return self.about_product(node, type_) if scope.element == PRODUCT else ElementField(node.span, text, type_)
        if text in scope.bound:
            return self.parameter(node, scope.bound[text])
        if text in scope.module.names:
            return self.declaration(scope.module.names[text], (), node, scope)
        if (builtin := self.builtin(node, scope)) is not None:
            return builtin
        return self.unknown_name(node, scope)

    def builtin(self, node: n.Name, scope: Scope) -> Term | None:
        span = node.span
        match node.text:
            case "now":
                return Now(span)
            case "today":
                return Today(span, DATE)
            case "customer":
                return Constant(span, None, CUSTOMER)
            case "trigger":
                return self.trigger(span, scope)
            case word if word in WEEKDAYS:
                return Constant(span, WEEKDAYS[word], WEEKDAY)
            case word if word in MONTHS:
                return Constant(span, MONTHS[word], NUMBER)
        return None

    def trigger(self, span: Span, scope: Scope) -> Term:
        if scope.trigger is None:
            self.report.add(
                "F0415",
                "there is no `trigger` here, for no run of a flow has begun",
                span,
                help="in `on … where`, a bare field is the event's; a segment or a value takes what it needs as a parameter",
            )
            return self.unknown(span)
        return Trigger(span, scope.trigger)

    def unknown_name(self, node: n.Name, scope: Scope) -> Term:
        text, span = node.text, node.span
        if text in self.vocabulary.events:
            return self.stream_as_value(node)
        if text in self.vocabulary.customer_fields:
            self.report.add(
                "F0301",
                f"there is nothing called `{text}` here",
                span,
                help=f"a field of the customer is written `customer.{text}`",
                replace=f"customer.{text}",
            )
            return self.unknown(span)
        if text in self.flows:
            self.report.add(
                "F0309",
                f"`{text}` is a flow, not a value",
                span,
                help=f"ask whether the customer is in it: `inside {text}`",
                replace=f"inside {text}",
            )
            return self.unknown(span)
        fields = self.fields(scope.element) if scope.element is not None else {}
        known = {*fields, *scope.bound, *scope.module.names, "customer", "today", "now", "trigger"}
        self.report.unknown_name(
            "F0301",
            f"there is nothing called `{text}` here",
            span,
            known,
            f'a text is written in quotes: "{text}"; a segment or value is declared first',
        )
        return self.unknown(span)

    def stream_as_value(self, node: n.Name | n.Member) -> Term:
        text = node.span.text
        use = f"any({text})" if isinstance(node, n.Name) else f"last({text})"
        self.report.add(
            "F0403",
            f"`{text}` stands for many events, not for one value",
            node.span,
            help=f"say what you want to know of them: `{use}`, `count({text})` …",
            replace=use if isinstance(node, n.Name) else None,
        )
        return self.unknown(node.span)

    # -- Parameters, segments, values ---------------------------------------------------------------------------------

    def parameter(self, node: n.Name, bound: Bound) -> Term:
        if bound.node is None or bound.scope is None:
            return self.unknown(node.span)
        return self.term(bound.node, bound.scope)

    def call(self, node: n.Call, scope: Scope) -> Term:
        declared = scope.module.names.get(node.name.text)
        if declared is not None:
            return self.declaration(declared, node.arguments, node, scope)
        if node.name.text in AMONG:
            return self.among(node, scope)
        self.report.unknown_name(
            "F0317",
            f"there is nothing called `{node.name.text}` that takes what stands in parentheses",
            node.name.span,
            {*scope.module.names, "count", "sum", "average", "min", "max", "first", "last", "any", *AMONG},
            "declare a segment or a value with parameters: segment dormant(period)",
        )
        return self.unknown(node.span)

    def declaration(self, declared: Declared, arguments: tuple[n.Expression, ...], node: n.Name | n.Call, scope: Scope) -> Term:
        """Put the text of a segment or value in the place of its name."""
        if declared.word == "event" and isinstance(node, n.Name):
            return self.stream_as_value(node)
        if declared.word not in ("segment", "value"):
            self.report.add(
                "F0309",
                f"`{declared.name.text}` is {'an' if declared.word == 'event' else 'a'} {declared.word}, not a value",
                node.span,
                help=f"`inside {declared.name.text}` asks whether the customer is in it" if declared.word == "flow" else None,
            )
            return self.unknown(node.span)
        if declared in self.under_way:
            return self.circle(declared, node.span)
        bound = self.arguments(declared, arguments, node, scope)
        if bound is None:
            return self.unknown(node.span)
        if not bound:
            found = self.declared.get(id(declared.node))
            if found is None:
                with self.aside():  # what is wrong in it is said where it is declared
                    found = self.declared[id(declared.node)] = self.body(declared, bound)
            return _at(found, node.span)
        with self.aside() as found_inside:
            term = self.body(declared, bound)
        if found_inside.diagnostics and self.sound(declared):
            first = found_inside.diagnostics[0]
            self.report.add(
                "F0412",
                f"`{declared.name.text}` cannot be used with these values: {first.message}",
                node.span,
                help=first.help,
                related=(("in here", first.span),),
            )
        return _at(term, node.span)

    def body(self, declared: Declared, bound: Mapping[str, Bound]) -> Term:
        """Give the term of a declaration with its parameters put in."""
        scope = Scope(declared.module, bound)
        self.under_way.append(declared)
        try:
            match declared.node:
                case n.Segment(where=where):
                    return Holds(where.span, self.condition(where, scope))
                case n.SegmentBlock(conditions=conditions):
                    return Holds(declared.node.span, self.all_of(declared.node.span, conditions, scope))
                case n.Value(value=value):
                    return self.term(value, scope)
                case n.ValueBlock():
                    return self.cases(declared.node, scope)
                case _:
                    raise AssertionError(declared)
        finally:
            self.under_way.pop()

    def sound(self, declared: Declared) -> bool:
        """Whether a declaration is right by itself, so that a finding in it is its caller's doing."""
        with self.aside() as found:
            self.body(declared, self.own_parameters(declared))
        return not found.diagnostics

    def own_parameters(self, declared: Declared) -> dict[str, Bound]:
        scope = Scope(declared.module)
        return {one.name.text: Bound(one.default, scope) for one in declared.parameters}

    def circle(self, declared: Declared, span: Span) -> Term:
        ring = self.under_way[self.under_way.index(declared) :]
        names = " → ".join(one.name.text for one in (*ring, declared))
        self.circles.setdefault(
            frozenset(id(one.node) for one in ring),
            Diagnostic(
                "F0306",
                f"`{declared.name.text}` is declared by itself: {names}",
                span,
                help="take one of these names out of the circle",
            ),
        )
        return self.unknown(span)

    def arguments(
        self, declared: Declared, arguments: tuple[n.Expression, ...], node: n.Name | n.Call, scope: Scope
    ) -> dict[str, Bound] | None:
        """Match values with parameters, by name (`period = 60 days`) or in order."""
        names = [parameter.name.text for parameter in declared.parameters]
        bound = self.own_parameters(declared)
        given: set[str] = set()
        free = list(names)
        for argument in arguments:
            name, value = None, argument
            if isinstance(argument, n.Compare) and argument.operator == "=" and isinstance(argument.left, n.Name):
                name, value = (argument.left.text, argument.right) if argument.left.text in names else (None, argument)
            name = name or (free[0] if free else None)
            if name is None or name in given:
                listed = ", ".join(f"`{one}`" for one in names) or "none"
                self.report.add(
                    "F0307",
                    f"`{declared.name.text}` takes {len(names) or 'no'} value{'s' * (len(names) != 1)}, and this is one too many",
                    argument.span,
                    help=f"its parameters are: {listed}",
                )
                return None
            free.remove(name)
            given.add(name)
            bound[name] = Bound(value, scope)
        missing = parameters_in(dict.fromkeys(given, 1), declared)
        if missing:
            names_missing = ", ".join(one.name.text for one in missing)
            self.report.add(
                "F0308",
                f"`{declared.name.text}` needs a value for {names_missing}",
                node.span,
                help=f"write it in parentheses: {declared.name.text}({names_missing})",
            )
            return None
        return bound

    @abstractmethod
    def all_of(self, span: Span, conditions: tuple[n.Condition, ...], scope: Scope) -> Term: ...

    @abstractmethod
    def cases(self, node: n.ValueBlock, scope: Scope) -> Term: ...

    # -- Members ------------------------------------------------------------------------------------------------------

    @abstractmethod
    def about_product(self, node: n.Name, type_: Type) -> Term: ...

    def fields(self, type_: Type) -> dict[str, Type]:
        """Give the fields of an event (of all its kinds), of a line, or of a product."""
        if type_ == PRODUCT:
            return {**self.vocabulary.product_fields, "in_stock": CONDITION, "due": CONDITION}
        if type_.name == "line":
            return LINE_FIELDS | {name: one for name, one in self.vocabulary.product_fields.items() if name not in LINE_FIELDS}
        fields: dict[str, Type] = {"at": MOMENT}
        for kind in type_.kinds:
            fields.update(self.vocabulary.events[kind].fields)
        if "items" in fields:
            with_items = [kind for kind in type_.kinds if self.vocabulary.events[kind].lines]
            fields["items"] = list_of(line_of(*with_items))
        return fields

    def member(self, node: n.Member, scope: Scope) -> Term:
        if isinstance(node.owner, n.Name) and self.names_events(node.owner, scope):
            return self.stream_as_value(node)
        if isinstance(node.owner, n.Aggregate) and (found := self.looked_up(node.owner, node.name, scope)) is not None:
            return _at(found, node.span)
        owner = self.term(node.owner, scope)
        name, span, type_ = node.name.text, node.span, owner.type
        if type_ == CUSTOMER:
            return self.customer_field(node)
        if type_ == CART:
            return self.cart_field(node)
        if type_.name in ("event", "line"):
            return self.event_field(node, owner)
        if type_.name == "list" and type_.element is not None and type_.element.name == "line":
            field = self.known_field(node, type_.element, "a line of an order")
            return self.unknown(span) if field is None else EachField(span, owner, name, list_of(field))
        if type_.name in _PARTS:
            part = _PARTS[type_.name].get(name)
            if part is not None:
                return MomentPart(span, name, owner, part)
            self.report.unknown_name(
                "F0303",
                f"{type_} has no `{name}`",
                node.name.span,
                _PARTS[type_.name],
                f"it has: {', '.join(_PARTS[type_.name])}",
            )
        elif type_ != UNKNOWN:
            self.report.add("F0303", f"{type_} has no fields, so no `{name}`", node.name.span)
        return self.unknown(span)

    def names_events(self, node: n.Name, scope: Scope) -> bool:
        """Whether a bare word means a stream of events here."""
        text = node.text
        if text in scope.bound or (scope.element is not None and text in self.fields(scope.element)):
            return False
        declared = scope.module.names.get(text)
        if declared is not None:
            return declared.word == "event"
        return text in self.vocabulary.events or text in SHORT_NAMES

    def customer_field(self, node: n.Member) -> Term:
        name = node.name.text
        if name == "cart":
            return Constant(node.span, None, CART)
        known = {**self.vocabulary.customer_fields, **CUSTOMER_LISTS}
        if name in known:
            return CustomerField(node.span, name, known[name])
        self.report.unknown_name(
            "F0303",
            f"a customer has no field `{name}`",
            node.name.span,
            {*known, "cart"},
            f"if the data have it, declare it with its type: field customer.{name}: text",
        )
        return self.unknown(node.span)

    def cart_field(self, node: n.Member) -> Term:
        cart = self.vocabulary.events["cart"]
        name = node.name.text
        if name in _CART_FIELDS:
            return CartField(node.span, name, cart.fields[name])
        self.report.unknown_name("F0303", f"a cart has no `{name}`", node.name.span, _CART_FIELDS, "it has items and total")
        return self.unknown(node.span)

    def event_field(self, node: n.Member, owner: Term) -> Term:
        type_ = owner.type
        if type_.name == "event" and not type_.kinds and node.name.text != "at":
            self.report.add(
                "F0415",
                f"this flow is let in by a condition or a date, so its trigger has no `{node.name.text}`",
                node.name.span,
                help="only `trigger.at` is known; let the flow in with `on` to know more",
            )
            return self.unknown(node.span)
        word = " or ".join(f"`{kind}`" for kind in type_.kinds) or "the trigger"
        field = self.known_field(node, type_, word if type_.name == "event" else "a line of an order")
        return self.unknown(node.span) if field is None else EventField(node.span, owner, node.name.text, field)

    def known_field(self, node: n.Member, type_: Type, whose: str) -> Type | None:
        fields = self.fields(type_)
        if node.name.text in fields:
            return fields[node.name.text]
        self.report.unknown_name(
            "F0303",
            f"{whose} has no field `{node.name.text}`",
            node.name.span,
            fields,
            f"it has: {', '.join(sorted(fields))}",
        )
        return None


def _at(term: Term, span: Span) -> Term:
    """Give a term the place of the name it stands for, so that a journal shows the name."""
    return term.placed(span)
