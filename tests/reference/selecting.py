"""Lists of products (semantics 9.4): for each demand the catalogue and the histories of all customers are gone through.

Where the rules say no more than what a list is for, this follows production, as the comments say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any, NamedTuple

from cadenza.check.vocabulary import PRODUCT_FIELDS
from cadenza.syntax import nodes as n
from cadenza.values import Length
from tests.reference.asking import Asking
from tests.reference.program import Scope
from tests.reference.times import Clock, Money, later, times

KAPPA = 5
"""How many orders a product's popularity weighs as much as in `confidence`."""
TOGETHER = 2
"""How often two products were bought together at least: once is chance."""
NEIGHBOURS = 50
"""How many similar customers are asked what they bought."""
Pick = tuple[str, str]
"""The SKU of a product, and the name of the list or source that it is shown from."""


class Product(dict[str, Any]):
    """The fields of a product now."""


class Order(NamedTuple):
    at: int
    customer: str
    lines: Sequence[Mapping[str, Any]]


class Shop(NamedTuple):
    zone: Clock
    products: Mapping[str, Mapping[str, Any]]
    """By SKU, as they are before any change."""
    changes: Sequence[tuple[str, str, int, Any]]
    """SKU, field, instant and value, in the order of instants."""
    orders: Sequence[Order]
    """Those of all customers."""


class Selecting(Asking):
    name: str
    shop: Shop

    # -- What a message shows ------------------------------------------------------------------------------------------

    def products(self, message: n.Send, s: Scope) -> list[Pick] | None:
        """Give the products of a message; None where they are too few to send it (8.2)."""
        found: list[Pick] = []
        for show in message.clauses:
            if not isinstance(show, n.Show) or not self.true(show.only_if, s):
                continue
            most = None if show.top is None else self.value(show.top, s)
            picks = self.picks(show.source, s, most, {sku for sku, _ in found})  # a later `show` passes over those of an earlier
            if show.shortage is None or len(picks) >= self.value(show.shortage.count, s):
                found += picks
            elif show.shortage.instead == "skip":
                return None
        return found

    def picks(self, source: Any, s: Scope, most: Fraction | None, taken: set[str]) -> list[Pick]:
        """Give at most so many products of a source, none of those that are taken."""
        name, lines, s = self.chosen(source, s)
        taken = taken.union(*(self.skus(line.stream, s) for line in lines if isinstance(line, n.Except)))
        tops = [most, *(self.value(line.count, s) for line in lines if isinstance(line, n.Top))]
        most = min((one for one in tops if one is not None), default=None)
        shown: list[Product] = []
        for product in filter(None, map(self.product, self.ranked(lines, s, taken))):
            on_sale = product["sku"] not in taken and self.is_released(product)
            if len(shown) != most and on_sale and all(self.suits(line, product, shown, s) for line in lines):
                shown.append(product)
        found = [(product["sku"], name) for product in shown]
        for line in lines:  # `else` fills the places left, under this `except`; without `top` there are none, unless all is empty
            if isinstance(line, n.Instead) and (not found if most is None else len(found) < most):
                left = None if most is None else most - len(found)
                found += self.picks(line.source, s, left, taken | {sku for sku, _ in found})
        return found

    def suits(self, line: Any, product: Product, shown: list[Product], s: Scope) -> bool:
        """Whether a line of a selection lets a product in beside those that are shown."""
        match line:
            case n.Fitting(condition=where):
                return self.true(where, self.of_product(product, s))
            case n.AtMost(count=count, field=n.Name(text=field)):  # products of which it is not known are not of one kind
                same = [one for one in shown if one.get(field) == product.get(field) is not None]
                return bool(len(same) < self.value(count, s))
        return True

    def chosen(self, source: Any, s: Scope) -> tuple[str, Sequence[Any], Scope]:
        """Give the name, lines and scope of the selection that a source names; else the source is its own selection."""
        if (named := self.named_selection(source, s)) is None:
            return " ".join(source.span.text.split()), [n.From(source.span, (source,))], s
        selection, arguments, s = named  # it knows its parameters, and no `trigger`
        return selection.head.name.text, selection.lines, Scope(self.bound(selection, arguments, s))

    def named_selection(self, source: Any, s: Scope) -> tuple[Any, tuple[Any, ...], Scope] | None:
        """Give the selection that a source names, itself or through parameters, with what is handed to it."""
        match source:
            case n.ProductStream(stream=n.Stream(alternatives=(n.NamedStream(path=node, main=None),), windows=(), where=None)):
                while isinstance(node, n.Name) and node.text in s.given:
                    node, s = s.given[node.text]
                name, arguments = (node.name, node.arguments) if isinstance(node, n.Call) else (node, ())
                found = self.program.declared(name) if isinstance(name, n.Name) else None
                return (found, arguments, s) if isinstance(found, n.Selection) else None
        return None

    # -- What is known of a product ------------------------------------------------------------------------------------

    def product(self, sku: str) -> Product | None:
        """Give a product of the catalogue as of now."""
        if sku not in self.shop.products:
            return None
        found = Product(self.shop.products[sku])
        for changed, field, at, value in self.shop.changes:
            if changed == sku and at <= self.now:
                found[field] = value
        return found

    def is_released(self, product: Product) -> bool:
        released = product.get("released")
        return released is None or released <= self.shop.zone.wall(self.now).date()

    def of_product(self, product: Product, s: Scope) -> Scope:
        stock = product.get("stock")
        known = Product(product, in_stock=stock is None or stock > 0, due=self.is_due(product["sku"]))
        return s._replace(element=known, fields=frozenset({*PRODUCT_FIELDS, *self.program.product_fields, "in_stock", "due"}))

    def is_due(self, sku: str) -> bool | None:
        """Whether `expected next` of this customer's purchases of it has come (2.3); those of one instant are one."""
        bought = sorted(set(self.instants_of("order", sku)))
        gaps = sorted(later - earlier for earlier, later in pairwise(bought))
        return bought[-1] + (gaps[len(gaps) // 2] + gaps[(len(gaps) - 1) // 2]) // 2 <= self.now if gaps else None

    def instants_of(self, kind: str, sku: str) -> list[int]:
        """Give when this customer viewed or bought a product."""
        return [event.at for event in self.history if event.kind == kind
                for one in (event.get("items") if kind == "order" else [event]) if one.get("sku") == sku]  # fmt: skip

    def compare(self, left: Any, how: str, right: Any, s: Scope) -> bool | None:
        if isinstance(s.element, Product) and how in ("in", "not in") and isinstance(right, n.Member):
            found = self.elements(right, s._replace(element=None, fields=frozenset()))  # manufacturer in view.manufacturer
            return self.ordered(self.value(left, s), how, [one.value for one in found])
        return super().compare(left, how, right, s)

    # -- Where products come from --------------------------------------------------------------------------------------

    def skus(self, stream: Any, s: Scope) -> list[str]:
        """Give the products of a stream, each once: of events the newest first, of a list as they stand."""
        elements = self.elements(stream, s)
        found = [one.value if isinstance(one.value, str) else one.value.get("sku") for one in elements]
        newest_first = any(one.event is not None for one in elements)
        return list(dict.fromkeys(sku for sku in (reversed(found) if newest_first else found) if sku is not None))

    def candidates(self, source: Any, s: Scope, taken: set[str]) -> Iterable[str]:
        """Give the products of a source in its own order."""
        if self.named_selection(source, s):
            return [sku for sku, _ in self.picks(source, s, None, taken)]
        match source:
            case n.Catalog():
                return sorted(self.shop.products)
            case n.Products(skus=skus):
                return [self.value(sku, s) for sku in skus]
            case n.ProductStream(stream=stream):
                return self.skus(stream, s)
            case n.BoughtTogether(products=start):
                return best_first(self.confidence(self.skus(start.stream, s)))
            case n.BoughtBySimilar():
                return best_first(self.bought_by_similar())
            case n.Accessories(products=start):
                given = self.skus(start.stream, s)
                named = [one for sku in given for one in self.shop.products.get(sku, {}).get("accessories") or ()]
                return [sku for sku in named if sku not in given]
        return self.upgrades(self.skus(source.products.stream, s))

    def upgrades(self, start: list[str]) -> list[str]:
        """Give the dearer products of the category, the next step up first."""
        found = {}
        for one in filter(None, map(self.product, start)):
            for other in filter(None, map(self.product, self.shop.products)):
                known = None not in (one.get("category"), one.get("price"), other.get("price")) and other["sku"] not in start
                if known and other.get("category") == one.get("category") and other["price"] > one["price"]:
                    found[other["sku"]] = -other["price"].amount
        return best_first(found)

    # -- What the whole shop bought, as of the last midnight of its zone -----------------------------------------------

    def past_orders(self, length: Length | None = None) -> list[Order]:
        """Give the orders before the last midnight, perhaps those of so many days alone."""
        zone = self.shop.zone
        today = zone.wall(self.now).date()
        back = None if length is None else times(length, Fraction(-1))
        first = 0 if back is None else zone.at(later(today, back))
        return [order for order in self.shop.orders if first <= order.at < zone.at(today)]

    def confidence(self, start: list[str]) -> dict[str, tuple[Fraction, int]]:
        """Give the share of a product's orders that hold another, (c + k·p) / (n + k), with c; of several the highest."""
        orders = [{line["sku"] for line in order.lines} for order in self.past_orders() if order.lines]
        found: dict[str, tuple[Fraction, int]] = {}
        for other in set().union(*orders) - set(start):
            popular = Fraction(sum(other in order for order in orders), len(orders))
            for sku in start:
                both, alone = sum({sku, other} <= order for order in orders), sum(sku in order for order in orders)
                if both >= TOGETHER:
                    share = (both + KAPPA * popular) / (alone + KAPPA), both
                    found[other] = max(found.get(other, share), share)
        return found

    def bought_by_similar(self) -> dict[str, int]:
        """Give how many of the customers most alike bought a product: alike by the cosine of what was bought, then by id."""
        own = {line["sku"] for event in self.history if event.kind == "order" for line in event.get("items")}
        theirs: dict[str, set[str]] = {}
        for order in self.past_orders():
            if order.customer != self.name:
                theirs.setdefault(order.customer, set()).update(line["sku"] for line in order.lines)
        alike = [(-Fraction(len(own & one) ** 2, len(one)), name) for name, one in theirs.items() if own & one]
        return Counter(sku for _, name in sorted(alike)[:NEIGHBOURS] for sku in theirs[name])

    # -- In which order ------------------------------------------------------------------------------------------------

    def ranked(self, lines: Sequence[Any], s: Scope, taken: set[str]) -> list[str]:
        """Give the products of all sources, each once: the best first, at a tie by SKU; without rankings as they come."""
        sources = [source for line in lines if isinstance(line, n.From) for source in line.sources]
        rankings = [ranking for line in lines if isinstance(line, n.RankBy) for ranking in line.rankings]
        found = list(dict.fromkeys(sku for source in sources for sku in self.candidates(source, s, taken)))
        start = [sku for one in sources if isinstance(one, n.BoughtTogether) for sku in self.skus(one.products.stream, s)]
        for number, ranking in enumerate(reversed(rankings)):
            found = best_first(self.scores(ranking, found, start, s), found if number else sorted(found))
        return found

    def scores(self, ranking: n.Ranking, skus: list[str], start: list[str], s: Scope) -> Mapping[str, Any]:
        """Give what is best where it is highest; those without come last."""
        match ranking.measure:
            case "confidence":
                return self.confidence(start)
            case "units sold" | "revenue":
                length = None if ranking.window is None else self.value(ranking.window.length, s)
                found = dict.fromkeys(skus, Fraction(0))
                for line in [line for order in self.past_orders(length) for line in order.lines if line["sku"] in found]:
                    units, price = line.get("quantity", Fraction(1)), line.get("price", Money(Fraction(0)))
                    found[line["sku"]] += units if ranking.measure == "units sold" else units * price.amount
                return found
            case "recently viewed" | "recently bought":
                kind = "view" if ranking.measure == "recently viewed" else "order"
                return {sku: max(self.instants_of(kind, sku), default=None) for sku in skus}
        return {sku: figure(ranking.measure, self.product(sku) or {}) for sku in skus}


def best_first(scores: Mapping[str, Any], skus: Iterable[str] | None = None) -> list[str]:
    """Give the highest first, the others last; at a tie as they are given, or by SKU."""
    skus = sorted(scores) if skus is None else list(skus)
    known = [sku for sku in skus if scores.get(sku) is not None]
    return sorted(known, key=scores.__getitem__, reverse=True) + [sku for sku in skus if sku not in known]


def figure(measure: str, product: Mapping[str, Any]) -> Any:
    price, cost, full = (None if product.get(one) is None else product[one].amount for one in ("price", "cost", "full_price"))
    match measure:
        case "newest":
            return product.get("released")
        case "lowest price":
            return None if price is None else -price
        case "highest price":
            return price
        case "margin":
            return None if price is None or cost is None else price - cost
    if price is None or full is None:
        return None
    return (full - price) / full if full else Fraction(0)
