"""Work out what an expression means: the way in to all rules, and the rules for logic."""

from __future__ import annotations

from cadenza.check.among import AmongRules
from cadenza.check.literals import LiteralRules
from cadenza.check.rules import Scope
from cadenza.check.selections import SelectionRules
from cadenza.check.terms import All, CartField, Choice, InsideFlow, IsEmpty, IsKnown, Not, Some, Term
from cadenza.check.types import CART, CONDITION, CUSTOMER, MOVING, UNKNOWN, is_text
from cadenza.syntax import nodes as n
from cadenza.syntax.source import Span

_FREQUENT = (n.Number, n.Text, n.Money, n.Duration)
"""What most expressions end in, so that it need not pass all other cases first."""


class Expressions(SelectionRules, AmongRules, LiteralRules):
    def term(self, node: n.Expression | n.Offer, scope: Scope) -> Term:
        if isinstance(node, _FREQUENT):
            return self.literal(node, scope)
        return self.construct(node, scope)

    def construct(self, node: n.Expression | n.Offer, scope: Scope) -> Term:  # noqa: C901 - one case for each construct
        span = node.span
        match node:
            case n.Name():
                return self.name(node, scope)
            case n.Member():
                return self.member(node, scope)
            case n.Call():
                return self.call(node, scope)
            case n.Aggregate():
                return self.aggregate(node, scope)
            case n.Compare():
                return self.compare(node, scope)
            case n.And(parts=parts):
                return All(span, tuple(self.condition(part, scope) for part in parts))
            case n.Or(parts=parts):
                return Some(span, tuple(self.alternative(parts, index, scope) for index in range(len(parts))))
            case n.Negation(value=value):
                return Not(span, self.condition(value, scope))
            case n.Parenthesis(value=value):
                return self.term(value, scope)
            case n.Between(value=value, low=low, high=high):
                above = self.compare(n.Compare(span, value, ">=", low), scope)
                below = self.compare(n.Compare(span, value, "<=", high), scope)
                return All(span, (above, below))
            case n.IsKnown(value=value):
                return IsKnown(span, self.plain(value, scope))
            case n.IsNotKnown(value=value):
                return Not(span, IsKnown(span, self.plain(value, scope)))
            case n.IsEmpty(value=value):
                return IsEmpty(span, self.plain(value, scope))
            case n.IsNotEmpty(value=value):
                return Not(span, IsEmpty(span, self.plain(value, scope)))
            case n.Shifted():
                return self.shifted(node, scope)
            case n.Arithmetic():
                return self.arithmetic(node, scope)
            case n.Negative(value=value):
                return self.negative(node, self.term(value, scope))
            case n.TimeSince() | n.TimeUntil():
                return self.moving_alone(node, scope)
            case n.InFlow():
                return self.in_flow(node, scope)
            case n.Several(sku=sku):
                message = "a number of products stands among the items of a test"
                self.report.add("F0801", message, span, help=f"write {sku.span.text}")
                return self.unknown(span)
            case n.Inside(flow=flow):
                return self.inside(flow, node)
            case n.List(elements=elements):
                return self.list_term(node, [self.term(one, scope) for one in elements])
            case n.Windowed():
                return self.stream_as_value(n.Member(span, node.stream, n.Name(span, "")))
            case n.Mistake():
                return self.unknown(span)
            case n.Off() | n.FreeShipping() | n.BuyGet() | n.Gift() | n.Membership() | n.Entry():
                self.report.add("F0422", f"`{span.text}` is an offer, and only a coupon is good for one", span)
                return self.unknown(span)
            case _:
                return self.literal(node, scope)

    # -- Conditions ---------------------------------------------------------------------------------------------------

    def condition(self, node: n.Condition, scope: Scope) -> Term:
        """Give the term of what must be a yes or no."""
        match node:
            case n.AllOf(conditions=conditions):
                return self.all_of(node.span, conditions, scope)
            case n.AnyOf(conditions=conditions):
                return Some(node.span, tuple(self.condition(one, scope) for one in conditions))
            case n.NoneOf(conditions=conditions):
                return Not(node.span, Some(node.span, tuple(self.condition(one, scope) for one in conditions)))
            case n.Mistake():
                return self.unknown(node.span)
        term = self.term(node, scope)
        if term.type not in (CONDITION, UNKNOWN):
            example = {"event": f"any({node.span.text})", "list": f"{node.span.text} is not empty"}
            self.report.add(
                "F0402",
                f"a condition is a yes or no, and `{node.span.text}` is {term.type}",
                node.span,
                help=f"compare it with something: `{example.get(term.type.name, node.span.text + ' = …')}`",
            )
            return self.unknown(node.span)
        return term

    def all_of(self, span: Span, conditions: tuple[n.Condition, ...], scope: Scope) -> Term:
        terms = tuple(self.condition(one, scope) for one in conditions)
        return terms[0] if len(terms) == 1 else All(span, terms)

    def alternative(self, parts: tuple[n.Expression, ...], index: int, scope: Scope) -> Term:
        """One side of an `or`; a bare text or number there means that the comparison before it was not repeated."""
        part = parts[index]
        first = parts[0]
        if index and isinstance(part, n.Text | n.Number | n.Money) and isinstance(first, n.Compare):
            options = ", ".join(one.right.span.text if isinstance(one, n.Compare) else one.span.text for one in parts)
            self.report.add(
                "F0402",
                f"`{part.span.text}` alone is no condition",
                part.span,
                help=f"write `{first.left.span.text} in [{options}]`",
            )
            return self.unknown(part.span)
        return self.condition(part, scope)

    def cases(self, node: n.ValueBlock, scope: Scope) -> Term:
        cases: list[tuple[Term, Term]] = []
        otherwise: Term | None = None
        values: list[Term] = []
        for case in node.cases:
            match case:
                case n.Case(value=value, condition=condition):
                    cases.append((self.condition(condition, scope), self.plain(value, scope)))
                    values.append(cases[-1][1])
                case n.Otherwise(value=value):
                    otherwise = self.plain(value, scope)
                    values.append(otherwise)
                    if case is not node.cases[-1]:
                        self.report.add("F0508", "what stands below `else` is never looked at", case.span, help="put `else` last")
                case n.Mistake():
                    return self.unknown(case.span)
        type_ = next((one.type for one in values if one.type != UNKNOWN), UNKNOWN)
        for one in values:
            if one.type not in (type_, UNKNOWN) and not (is_text(one.type) and is_text(type_)):
                self.report.add(
                    "F0401",
                    f"all cases give one kind of value; the first gives {type_}, and this {one.type}",
                    one.span,
                )
                return self.unknown(node.span)
        return Choice(node.span, tuple(cases), otherwise, type_)

    def plain(self, node: n.Expression, scope: Scope) -> Term:
        """Give a value; the cart and a yearly date stand for what they hold."""
        term = self.term(node, scope)
        if term.type == CART:
            return CartField(node.span, "items", self.vocabulary.events["cart"].fields["items"])
        if term.type in (CUSTOMER, MOVING):
            self.report.add("F0402", f"{term.type} is no value", node.span, help="name a field: customer.email")
            return self.unknown(node.span)
        return term

    def in_flow(self, node: n.InFlow, scope: Scope) -> Term:
        """Give what `anna inside welcome` stands for, in a test."""
        person = node.person
        bound = scope.bound.get(person.text) if isinstance(person, n.Name) else None
        if bound is None or not (isinstance(bound.node, n.Name) and bound.node.text == "customer"):
            flow, standing = node.flow.text, node.standing
            help = f"in a flow write `inside {flow}`" if "inside" in standing else f'a flow can wait for `{standing} "{flow}"`'
            self.report.add("F0801", f"`{person.span.text}` is not a customer of a test", person.span, help=help)
            return self.unknown(node.span)
        return self.inside(node.flow, node)

    def inside(self, flow: n.Name, node: n.Expression) -> Term:
        if flow.text not in self.flows:
            self.report.unknown_name("F0301", f"no active flow is called `{flow.text}`", flow.span, self.flows)
            return self.unknown(node.span)
        rows = [InsideFlow(node.span, name) for name in self.flows[flow.text]]
        return rows[0] if len(rows) == 1 else Some(node.span, tuple(rows))
