"""Check coupons: what they are good for, which order redeems them, and for how long they live."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import assert_never

import attrs

from cadenza.check import program as p
from cadenza.check.expressions import Expressions
from cadenza.check.rules import Scope
from cadenza.check.splits import shown
from cadenza.check.terms import Constant, Pattern
from cadenza.check.types import CONDITION, MONEY, NUMBER, UNKNOWN, event_of
from cadenza.syntax import nodes as n


@attrs.define(eq=False)
class OfferRules:
    """Offers in one scope; `data_name` gives the text of a name in the shop's data."""

    rules: Expressions
    scope: Scope
    data_name: Callable[[n.Text | n.Name, str, Scope], str | None]

    def offer(self, node: n.Offered) -> p.Offer | None:
        offer, scope = self.meant(node.offer, self.scope)
        pattern = None
        if node.where is not None:
            where = self.rules.condition(node.where, self.scope.of(event_of("order")))
            pattern = Pattern(node.where.span, "order", None, False, where)
        lifetime = None if node.lifetime is None else self.rules.length(node.lifetime, self.scope)
        if not isinstance(offer, n.Offer):
            self.no_offer(node.offer)
            return None
        text = self.text(offer, scope)
        return None if text is None else p.Offer(node.span, text, pattern, lifetime)

    def meant(self, node: n.Expression | n.Offer, scope: Scope) -> tuple[n.Expression | n.Offer, Scope]:
        """Follow a parameter to what it was given."""
        while isinstance(node, n.Name | n.Parenthesis):
            if isinstance(node, n.Parenthesis):
                node = node.value
                continue
            bound = scope.bound.get(node.text)
            if bound is None or bound.node is None or bound.scope is None:
                break
            node, scope = bound.node, bound.scope
        return node, scope

    def no_offer(self, node: n.Expression | n.Offer) -> None:
        term = None if isinstance(node, n.Offer) else self.rules.term(node, self.scope)
        if term is None or term.type == UNKNOWN:
            return
        text = node.span.text
        discount = term.type in (NUMBER, MONEY)
        self.rules.report.add(
            "F0423",
            f"`{text}` is {term.type}, and a coupon is good for an offer",
            node.span,
            help=f"write `{text} off`"
            if discount
            else 'the offers are: 10% off, 5 EUR off, free shipping, buy 2 get 1, gift "sku", membership "VIP", entry "contest"',
            replace=f"{text} off" if discount else None,
        )

    def text(self, node: n.Offer, scope: Scope) -> str | None:
        """Give an offer as the journal shows it."""
        rules = attrs.evolve(self, scope=scope)
        match node:
            case n.Off(amount=amount):
                return rules.off(amount)
            case n.FreeShipping():
                return "free shipping"
            case n.BuyGet(buy=buy, get=get):
                if buy and get:
                    return f"buy {buy} get {get}"
                self.rules.report.add("F0424", "this offer gives nothing away", node.span, help="write 1, 2, 3 … for both")
                return None
            case n.Gift(sku=name) | n.Membership(name=name) | n.Entry(contest=name):
                word = type(node).__name__.lower()
                given = self.data_name(name, "a product" if isinstance(node, n.Gift) else f"a {word}", scope)
                return None if given is None else f'{word} "{given}"'
            case _:
                assert_never(node)

    def off(self, node: n.Expression) -> str | None:
        term = self.rules.term(node, self.scope)
        if term.type == UNKNOWN:
            return None
        if isinstance(term, Constant) and isinstance(term.value, int | Fraction) and term.type != CONDITION:
            shop = self.rules.vocabulary
            if term.type == MONEY and isinstance(term.value, Fraction):
                return None  # there are no parts of a cent, as was said
            if term.type == MONEY and term.value > 0:
                return f"{term.value / 10**shop.digits:.{shop.digits}f} {shop.currency} off"
            if term.type == NUMBER and 0 < term.value <= 1:
                return f"{shown(Fraction(term.value))} off"
        fixed = isinstance(term, Constant)
        self.rules.report.add(
            "F0424",
            f"`{node.span.text}` off is no discount" if fixed else "a discount is the same for everybody who gets this coupon",
            node.span,
            help="write a share or an amount: 10% off, 5 EUR off"
            if fixed
            else "write it out, or use `if` with a coupon for each case: 10% off",
        )
        return None
