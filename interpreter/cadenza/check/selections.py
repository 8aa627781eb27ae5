"""Check selections and what messages show of them: where products come from, what they must be, which come first.

A selection is put in the place of its name with its parameters, as a segment is; it knows nothing of the run that asks for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, assert_never

from cadenza.check import program as p
from cadenza.check.modules import Declared
from cadenza.check.rules import Scope
from cadenza.check.streams import StreamRules
from cadenza.check.terms import Aggregate, All, Constant, Due, EventStream, ListStream, Once, Pattern, ProductField, Term
from cadenza.check.types import MONEY, PRODUCT, TEXT, UNKNOWN, Type, is_text, list_of
from cadenza.syntax import nodes as n
from cadenza.syntax.nodes.base import Node
from cadenza.syntax.source import Span
from cadenza.syntax.walk import walk
from cadenza.values import Length

_WINDOWED = ("units sold", "revenue")
# Which fields of products a ranking or a source looks at, where the data have them.
_LOOKS_AT: dict[str, tuple[str, ...]] = {
    "newest": ("released",),
    "lowest price": ("price",),
    "highest price": ("price",),
    "margin": ("price", "cost"),
    "discount": ("price", "full_price"),
    "accessories": ("accessories",),
    "upgrades": ("category", "price"),
}
_OWN_FIELDS: dict[str, Type] = {"cost": MONEY, "full_price": MONEY, "accessories": list_of(TEXT)}
"""Fields that only some shops' data have, so that they are declared."""
_OWN_FIELDS_SAID = {"cost": "money", "full_price": "money", "accessories": "list of text"}
_ENDLESS = ("catalog", "together", "similar", "upgrades")
_ONE_EACH = (n.From, n.RankBy, n.Top, n.Instead)


class SelectionRules(StreamRules):
    # -- What a message shows -----------------------------------------------------------------------------------------

    def show(self, node: n.Show, scope: Scope, only_if: Term | None) -> p.Show | None:
        selection = self.chosen(node.source, scope)
        top = None if node.top is None else self.whole_number(node.top, scope)
        least = None if node.shortage is None else self.whole_number(node.shortage.count, scope)
        if selection is None:
            return None
        most = min((one for one in (top, selection.top) if one is not None), default=None)
        if most is None and any(source.kind in _ENDLESS for source in selection.sources):
            self.report.add(
                "F0707",
                f"`{node.source.span.text}` has no end",
                node.source.span,
                help=f"say how many: show {node.source.span.text} top 4",
            )
        if node.shortage is not None and least is not None and most is not None and least > most:
            self.report.add(
                "F0708",
                f"at least {least} of at most {most} products can never be",
                node.shortage.count.span,
                help="raise `top`, or lower `at least`",
            )
        skips = node.shortage is not None and node.shortage.instead == "skip"
        return p.Show(selection, top, least or 1, skips, only_if)

    def chosen(self, node: n.Source, scope: Scope) -> p.Selection | None:
        """Give a source as a selection: the one it names, or one of that source alone."""
        source = self.source(node, scope)
        if source is None:
            return None
        if source.selection is not None:
            return source.selection
        name = " ".join(node.span.text.split())
        fields = self.looked_at([source.kind], node.span)
        return p.Selection(name, (source,), None, (), (), (), None, None, fields)

    # -- Selections ---------------------------------------------------------------------------------------------------

    def selection(self, declared: Declared, scope: Scope) -> p.Selection | None:
        """Check the lines of a selection, in a scope that has its parameters."""
        node = declared.node
        assert isinstance(node, n.Selection)
        self.under_way.append(declared)
        try:
            return self.lines(declared, node, scope)
        finally:
            self.under_way.pop()

    def lines(self, declared: Declared, node: n.Selection, scope: Scope) -> p.Selection | None:
        self.one_of_each(node)
        sources: list[p.Source | None] = []
        wheres: list[Term] = []
        excepted: list[Term | None] = []
        rankings: list[p.Ranking] = []
        limits: list[tuple[int, str]] = []
        top, otherwise = None, None
        for line in node.lines:
            match line:
                case n.From(sources=several):
                    sources += [self.source(one, scope) for one in several]
                case n.Fitting(condition=condition):
                    wheres.append(hoisted(self.condition(condition, scope.of(PRODUCT))))
                case n.Except(stream=stream):
                    excepted.append(self.products(stream, scope))
                case n.RankBy(rankings=several_rankings):
                    rankings += [found for one in several_rankings if (found := self.ranking(one, node, scope)) is not None]
                case n.AtMost(count=count, field=field):
                    limits += self.limit(count, field, scope)
                case n.Top(count=count):
                    top = self.whole_number(count, scope)
                case n.Instead(source=source):
                    otherwise = self.chosen(source, scope)
                case n.Mistake():
                    pass
                case _:
                    assert_never(line)
        broken = any(isinstance(line, n.Mistake) for line in node.lines)
        if not any(isinstance(line, n.From) for line in node.lines) and not broken:
            self.report.add(
                "F0701",
                f"`{declared.name.text}` does not say where its products come from",
                declared.name.span,
                help="add a line: from catalog, from bought together with …, from order.items in the last 60 days",
            )
        whole = [one for one in sources if one is not None]
        if not whole or len(whole) < len(sources) or None in excepted:
            return None
        kinds = [one.kind for one in whole] + [one.measure for one in rankings]
        fields = {*self.looked_at(kinds, node.span), *(name for _, name in limits), *_fields_in(wheres)}
        where = wheres[0] if len(wheres) == 1 else _all(wheres)
        terms = tuple(one for one in excepted if one is not None)
        return p.Selection(
            declared.name.text, tuple(whole), where, terms, tuple(rankings), tuple(limits), top, otherwise, tuple(sorted(fields))
        )

    def one_of_each(self, node: n.Selection) -> None:
        seen: dict[type[n.Node], n.Node] = {}
        for line in node.lines:
            if isinstance(line, _ONE_EACH) and seen.setdefault(type(line), line) is not line:
                word = line.span.text.split()[0]
                self.report.add(
                    "F0703",
                    f"a selection has one `{word}` line, and this is the second",
                    line.span,
                    help="join two sources with `and`: from view and order.items" if word == "from" else "keep one of them",
                    related=(("the first one", seen[type(line)].span),),
                )

    def limit(self, count: n.Number | n.Name, field: n.Name, scope: Scope) -> list[tuple[int, str]]:
        number = self.whole_number(count, scope)
        known = self.vocabulary.product_fields
        if field.text not in known:
            self.report.unknown_name(
                "F0303", f"a product has no field `{field.text}`", field.span, known, f"it has: {', '.join(sorted(known))}"
            )
            return []
        return [] if number is None else [(number, field.text)]

    # -- Sources ------------------------------------------------------------------------------------------------------

    def source(self, node: n.Source, scope: Scope) -> p.Source | None:
        match node:
            case n.Catalog():
                return p.Source("catalog")
            case n.Products(skus=skus):
                found = [self.sku(one, scope) for one in skus]
                known = tuple(one for one in found if one is not None)
                return p.Source("listed", Constant(node.span, known, list_of(TEXT))) if len(known) == len(found) else None
            case n.BoughtTogether(products=products):
                return self.starting_from("together", products.stream, scope)
            case n.BoughtBySimilar():
                return p.Source("similar", self.bought(node.span))
            case n.Accessories(products=products):
                return self.starting_from("accessories", products.stream, scope)
            case n.Upgrades(products=products):
                return self.starting_from("upgrades", products.stream, scope)
            case n.ProductStream(stream=stream):
                named = self.named(stream, scope)
                if named is None:
                    return self.starting_from("stream", stream, scope)
                selection = self.used(*named, stream.span)
                return None if selection is None else p.Source("selection", None, selection)

    def sku(self, node: n.Text | n.Name, scope: Scope) -> str | None:
        term = self.term(node, scope)
        if isinstance(term, Constant) and isinstance(term.value, str):
            return term.value
        if term.type != UNKNOWN:
            self.report.add("F0702", f"a product is named by its SKU, and `{node.span.text}` is no fixed text", node.span)
        return None

    def starting_from(self, kind: str, stream: n.Stream, scope: Scope) -> p.Source | None:
        skus = self.products(stream, scope)
        return None if skus is None else p.Source(kind, skus)

    def named(self, stream: n.Stream, scope: Scope) -> tuple[Declared, n.Name | n.Call, Scope] | None:
        """Give the selection that a source names, itself or through a parameter, with the scope of its arguments."""
        only = stream.alternatives[0]
        if len(stream.alternatives) > 1 or stream.windows or not isinstance(only, n.NamedStream) or only.main is not None:
            return None
        node: object = only.path
        while isinstance(node, n.Name) and node.text in scope.bound:
            bound = scope.bound[node.text]
            if bound.scope is None:
                return None
            node, scope = bound.node, bound.scope
        if not isinstance(node, n.Name | n.Call):
            return None
        declared = scope.module.names.get(node.text if isinstance(node, n.Name) else node.name.text)
        return (declared, node, scope) if declared is not None and declared.word == "selection" else None

    def used(self, declared: Declared, node: n.Name | n.Call, scope: Scope, span: Span) -> p.Selection | None:
        """Put a selection in the place of its name."""
        if declared in self.under_way:
            self.circle(declared, span)
            return None
        bound = self.arguments(declared, () if isinstance(node, n.Name) else node.arguments, node, scope)
        if bound is None:
            return None
        with self.aside() as found:
            selection = self.selection(declared, Scope(declared.module, bound))
        if found.diagnostics and self.is_right(declared):
            first = found.diagnostics[0]
            self.report.add(
                "F0412",
                f"`{declared.name.text}` cannot be used with these values: {first.message}",
                span,
                help=first.help,
                related=(("in here", first.span),),
            )
        return selection

    def is_right(self, declared: Declared) -> bool:
        """Whether a selection is right by itself, so that a finding in it is its caller's doing."""
        with self.aside() as found:
            self.selection(declared, Scope(declared.module, self.own_parameters(declared)))
        return not found.diagnostics

    # -- Streams of products ------------------------------------------------------------------------------------------

    def products(self, node: n.Stream, scope: Scope) -> Term | None:
        """Give the SKUs of a stream of products."""
        stream = self.stream(node, scope)
        if stream is None:
            return None
        element = stream.type
        if element.name in ("line", "event"):
            if self.fields(element).get("sku") != TEXT or (element.name == "event" and not self.all_have_sku(stream)):
                help = f"its products are `{node.span.text.split()[0]}.items`" if "items" in self.fields(element) else None
                self.report.add("F0702", f"`{node.span.text}` are no products", node.span, help=help)
                return None
            stream = _cut_to_sku(stream)
        elif not is_text(element):
            self.report.add("F0702", f"`{node.span.text}` are no products: this is {element}", node.span)
            return None
        return Aggregate(node.span, "all", False, stream, list_of(TEXT))

    def all_have_sku(self, stream: EventStream | ListStream) -> bool:
        return isinstance(stream, EventStream) and all(
            "sku" in self.vocabulary.events[one.kind].fields for one in stream.patterns
        )

    def dated(self, span: Span, kind: str) -> EventStream:
        """Give the products that a customer bought or viewed, as they came."""
        pattern = Pattern(span, kind, None, False, None)
        return EventStream(span, (pattern,), kind == "order", "sku", (), None, TEXT)

    def bought(self, span: Span) -> Term:
        return Aggregate(span, "all", False, self.dated(span, "order"), list_of(TEXT))

    # -- What a product must be ---------------------------------------------------------------------------------------

    def about_product(self, node: n.Name, type_: Type) -> Term:
        return Due(node.span, self.dated(node.span, "order")) if node.text == "due" else ProductField(node.span, node.text, type_)

    def several(self, node: n.Expression, scope: Scope) -> Term | None:
        """Give what `in` is asked about, where that is a stream: `manufacturer in view.manufacturer`."""
        if scope.element != PRODUCT or not isinstance(node, n.Member):
            return None
        with self.aside() as found:
            stream = self.argument(node, scope.of(None))
        if found.diagnostics or stream is None or stream.type.name in ("event", "line"):
            return None
        return Aggregate(node.span, "all", False, stream, list_of(stream.type))

    # -- Rankings -----------------------------------------------------------------------------------------------------

    def ranking(self, node: n.Ranking, selection: n.Selection, scope: Scope) -> p.Ranking | None:
        measure = node.measure
        length = None
        if node.window is not None:
            length = self.whole_days(node.window, measure, scope)
            if length is None:
                return None
        starts = [source for line in selection.lines if isinstance(line, n.From) for source in line.sources]
        if measure == "confidence" and not any(isinstance(one, n.BoughtTogether) for one in starts):
            self.report.add(
                "F0704",
                "`confidence` says how often two products are bought together, and nothing here is",
                node.span,
                help="add a source: from bought together with …",
            )
        seen = {"recently viewed": "view", "recently bought": "order"}.get(measure)
        return p.Ranking(measure, length, None if seen is None else self.dated(node.span, seen))

    def whole_days(self, window: n.InTheLast, measure: str, scope: Scope) -> Length | None:
        if measure not in _WINDOWED:
            self.report.add("F0705", f"`{measure}` takes no window", window.span, help=f"only these do: {', '.join(_WINDOWED)}")
            return None
        term = self.length(window.length, scope)
        if isinstance(term, Constant) and isinstance(term.value, Length) and not term.value.micros and term.value:
            return term.value
        if term.type != UNKNOWN:
            self.report.add(
                "F0705", "what all customers buy is counted in whole days", window.span, help="write it in days, weeks or months"
            )
        return None

    def looked_at(self, words: Sequence[str], span: Span) -> tuple[str, ...]:
        """Give the fields of products that sources and rankings look at; those that not every shop has must be declared."""
        names = [name for word in words for name in _LOOKS_AT.get(word, ())]
        for name in names:
            type_ = _OWN_FIELDS.get(name)
            if type_ is not None and self.vocabulary.product_fields.get(name) != type_:
                word = next(one for one in words if name in _LOOKS_AT.get(one, ()))
                said = _OWN_FIELDS_SAID[name]
                self.report.add(
                    "F0706",
                    f"`{word}` looks at a field of products that is not declared: `{name}`",
                    span._replace(end=span.start + len(span.text.partition("\n")[0])),
                    help=f"if the data have it, declare it: field product.{name}: {said}",
                )
        return tuple(dict.fromkeys(names))


def _cut_to_sku(stream: EventStream | ListStream) -> EventStream | ListStream:
    if isinstance(stream, ListStream):
        return ListStream(stream.span, stream.items, "sku", stream.where, TEXT)
    return EventStream(stream.span, stream.patterns, stream.lines, "sku", stream.windows, stream.where, TEXT)


def hoisted(term: Term) -> Term:
    """Mark the largest parts of a condition that look at no product, so that they are worked out once for a list."""
    if not _fields_in([term]) and not any(isinstance(one, Due) for one in walk(term)):
        return term if isinstance(term, Constant) else Once(term.span, term, term.type)
    return type(term)(*[_hoisted(value) for value in term.astuple()])


def _hoisted(value: Any) -> Any:
    if isinstance(value, tuple) and all(isinstance(one, Node) for one in value):
        return tuple(hoisted(one) for one in value)
    return hoisted(value) if isinstance(value, Node) and not isinstance(value, EventStream | ListStream) else value  # type: ignore[arg-type]


def _all(terms: list[Term]) -> Term | None:
    return All(terms[0].span, tuple(terms)) if terms else None


def _fields_in(terms: Sequence[Term]) -> set[str]:
    """Give the fields of products that conditions look at."""
    return {one.name for term in terms for one in walk(term) if isinstance(one, ProductField)}
