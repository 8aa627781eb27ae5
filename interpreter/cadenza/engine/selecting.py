"""Resolve selections: the products of a message, at the instant it goes out (semantics 9.4).

Rule 1: a list is a function of the catalogue, of what had been bought in the shop by the last midnight, and of what this customer
did up to now. One that asks nothing of the customer is worked out once a day for all of them.
Rule 2: products are looked at in order, and only until there are enough.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from heapq import heappop, heappush
from itertools import groupby, islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from cadenza.check import program as p
from cadenza.check import terms as t
from cadenza.engine.clock import add_days, add_months
from cadenza.engine.conditions import Compiled, Conditions
from cadenza.engine.journal import quoted
from cadenza.engine.products import Candidate
from cadenza.syntax.walk import walk
from cadenza.values import Length

if TYPE_CHECKING:
    from cadenza.engine.catalogue import Catalogue, Row
    from cadenza.engine.customer import Customer

SMOOTHING = 5
"""How many orders a product's popularity weighs as much as, where it is set against what was bought together."""
_AT_FIRST = 16
_AT_ONCE = 16
_NONE = (-1, -1)
_SALES = {"units sold": "units", "revenue": "revenue"}
_STATIC: dict[str, tuple[tuple[str, ...], Callable[..., Any]]] = {
    "newest": (("released",), lambda released: released),
    "lowest price": (("price",), lambda price: -price),
    "highest price": (("price",), lambda price: price),
    "margin": (("price", "cost"), lambda price, cost: price - cost),
    "discount": (("price", "full_price"), lambda price, full: Fraction(full - price) / Fraction(full) if full else 0),
}
"""Rankings by what a product is: the fields they look at, and what is best where it is highest."""


class Pick(NamedTuple):
    """A product of a message, and the name of the selection that gave it."""

    sku: str
    source: str


class ShowPlan(NamedTuple):
    selection: SelectionPlan
    top: int | None
    least: int
    skips: bool
    only_if: Compiled | None


def lowered(show: p.Show, conditions: Conditions) -> ShowPlan:
    only_if = None if show.only_if is None else conditions.compile(show.only_if)
    return ShowPlan(SelectionPlan(show.selection, conditions), show.top, show.least, show.skips, only_if)


def shown(shows: Sequence[ShowPlan], c: Customer) -> list[Pick] | None:
    """Give the products of a message, each once; None where there are too few to send it at all."""
    found: list[Pick] = []
    taken: frozenset[str] = frozenset()
    for show in shows:
        if show.only_if is not None and show.only_if(c, None) is not True:
            continue
        picks = show.selection.picks(c, show.top, taken)
        if len(picks) >= show.least:
            found += picks
            taken = taken.union([pick.sku for pick in picks])
        elif show.skips:
            return None
    return found


def products_json(picks: Sequence[Pick]) -> str:
    """Give the products as the journal has them, with a comma before."""
    return f',"products":[{",".join([_pick_json(pick) for pick in picks])}]' if picks else ""


def _pick_json(pick: Pick) -> str:
    return f'{{"sku":{quoted(pick.sku)},"from":{quoted(pick.source)}}}'


class SelectionPlan:
    """One selection as it is resolved; `shared` says that it asks nothing of the customer."""

    def __init__(self, selection: p.Selection, conditions: Conditions) -> None:
        self._name = selection.name
        self._sources = [
            (
                source.kind,
                None if source.skus is None else _starting(source.skus, conditions),
                None if source.selection is None else SelectionPlan(source.selection, conditions),
            )
            for source in selection.sources
        ]
        self._where = None if selection.where is None else conditions.compile(selection.where)
        self._excepted = [conditions.compile(one) for one in selection.excepted]
        self._rankings = [_RankingPlan(one, conditions) for one in selection.rankings]
        self._limits = selection.limits
        self._top = selection.top
        self._otherwise = None if selection.otherwise is None else SelectionPlan(selection.otherwise, conditions)
        self.shared = self._asks_nothing(selection)

    def _asks_nothing(self, selection: p.Selection) -> bool:
        kinds = all(kind in ("catalog", "listed") or (plan is not None and plan.shared) for kind, _, plan in self._sources)
        rest = self._otherwise is None or self._otherwise.shared
        personal = any(ranking.personal for ranking in self._rankings)
        return kinds and rest and not personal and not self._excepted and not _looks_beyond(selection.where)

    # -- What is picked -----------------------------------------------------------------------------------------------

    def picks(self, c: Customer, most: int | None, taken: frozenset[str]) -> Sequence[Pick]:
        """Give at most so many products, without those taken already."""
        if not self.shared or taken:
            return list(self.each(c, most, taken))
        catalogue = c.plan.catalogue
        key = (self, catalogue.zone.day(c.now), catalogue.edition(c.now), most)
        return catalogue.kept(key, lambda: tuple(self.each(c, most, taken)))

    def each(self, c: Customer, most: int | None, taken: frozenset[str]) -> Iterator[Pick]:
        """Give products one by one; where there are fewer than wanted, `else` fills the places that are left."""
        most = self._top if most is None else most if self._top is None else min(most, self._top)
        if self._excepted:
            taken = taken.union(*(one(c, None) for one in self._excepted))
        found = []
        for sku in islice(self._fitting(c, taken), most):
            found.append(sku)
            yield Pick(sku, self._name)
        if self._otherwise is not None and (len(found) < most if most is not None else not found):
            rest = None if most is None else most - len(found)
            yield from self._otherwise.each(c, rest, taken.union(found))

    def _fitting(self, c: Customer, taken: frozenset[str]) -> Iterator[str]:
        """Give the products in order that are to be had, are not taken, fit `where`, and are not too many of a kind."""
        catalogue = c.plan.catalogue
        product, where = catalogue.as_of(c.now), self._where
        candidate, counts = Candidate(), [Counter[object]() for _ in self._limits]
        read = [catalogue.field(name) for _, name in self._limits]
        released, today = catalogue.released, catalogue.zone.day(c.now)
        for sku in self._ordered(c, taken):
            row: tuple[Any, ...] | None = product(sku)
            if row is None or sku in taken or (released is not None and (row[released] or 0) > today):
                continue
            candidate.fields = row
            if where is not None and where(c, candidate) is not True:
                continue
            groups = [get(row) for get in read]
            full = [
                group is not None and count[group] >= number
                for group, count, (number, _) in zip(groups, counts, self._limits, strict=True)
            ]
            if any(full):
                continue
            for group, count in zip(groups, counts, strict=True):
                count[group] += 1
            yield sku

    # -- In which order -----------------------------------------------------------------------------------------------

    def _ordered(self, c: Customer, taken: frozenset[str]) -> Iterable[str]:
        """Give the products of all sources, each once, the best first."""
        catalogue = c.plan.catalogue
        kinds = [kind for kind, _, _ in self._sources]
        if kinds == ["catalog"]:
            return self._of_catalogue(c, catalogue)
        if kinds == ["together"] and all(one.measure == "confidence" for one in self._rankings):
            return by_confidence(self._start(self._sources[0][1], c), catalogue.zone.day(c.now), catalogue)
        baskets: list[str] = []
        candidates: list[str] = []
        for kind, skus, plan in self._sources:
            if plan is not None:
                candidates += [pick.sku for pick in plan.each(c, None, taken)]
            else:
                start = self._start(skus, c)
                candidates += _candidates(kind, start, c, catalogue)
                baskets += start if kind == "together" else []
        candidates = list(dict.fromkeys(candidates))
        if not self._rankings:
            return candidates
        return _sorted(candidates, [one.scores(candidates, c, catalogue, baskets) for one in self._rankings])

    @staticmethod
    def _start(skus: Callable[[Customer], Sequence[str]] | None, c: Customer) -> list[str]:
        """Give the products that a source starts from, each once."""
        return [] if skus is None else list(dict.fromkeys(skus(c)))

    def _of_catalogue(self, c: Customer, catalogue: Catalogue) -> Iterable[str]:
        if not self._rankings:
            return catalogue.products
        if all(ranking.static for ranking in self._rankings):

            def in_order() -> tuple[str, ...]:
                return tuple(self._rest_sorted(list(catalogue.products), self._rankings, c, catalogue))

            return catalogue.kept_of_edition((self, "order"), c.now, in_order)
        first, *rest = self._rankings
        if first.sales is None:
            return self._rest_sorted(list(catalogue.products), self._rankings, c, catalogue)
        return self._by_sales(first, rest, c, catalogue)

    def _by_sales(self, first: _RankingPlan, rest: list[_RankingPlan], c: Customer, catalogue: Catalogue) -> Iterator[str]:
        """Give all products, those sold most first: as many as are asked for, in growing portions."""
        assert first.sales is not None
        day = catalogue.zone.day(c.now)
        start, portion = 0, _AT_FIRST
        while True:
            sold = catalogue.figures.best(first.sales, first.first_day(day), day, portion)
            whole = len(sold) < portion
            end = len(sold)
            while rest and not whole and end > start and sold[end - 1][1] == sold[-1][1]:
                end -= 1  # a portion ends where the figures differ, for the next ranking decides among equals
            for _, group in groupby(sold[start:end], key=itemgetter(1)) if rest else [(0, sold[start:end])]:
                yield from self._rest_sorted([sku for sku, _ in group], rest, c, catalogue)
            if whole:
                break
            start, portion = end, portion * 8
        known = {sku for sku, _ in sold}
        yield from self._rest_sorted([sku for sku in catalogue.products if sku not in known], rest, c, catalogue)

    @staticmethod
    def _rest_sorted(skus: list[str], rankings: Sequence[_RankingPlan], c: Customer, catalogue: Catalogue) -> Iterable[str]:
        return _sorted(skus, [one.scores(skus, c, catalogue, ()) for one in rankings]) if rankings else skus


class _RankingPlan:
    """One ranking: a score for each product, the highest first; those without come last."""

    def __init__(self, ranking: p.Ranking, conditions: Conditions) -> None:
        self.measure = ranking.measure
        self._length: Length | None = ranking.length
        self._dated = None if ranking.seen is None else conditions.dated(ranking.seen)
        self.sales = _SALES.get(ranking.measure)
        self.static = ranking.measure in _STATIC
        self.personal = ranking.seen is not None or ranking.measure == "confidence"

    def first_day(self, day: int) -> int | None:
        return None if self._length is None else add_days(add_months(day, -self._length.months), -self._length.days)

    def scores(self, skus: Sequence[str], c: Customer, catalogue: Catalogue, baskets: Sequence[str]) -> Mapping[str, Any]:
        if self.static:
            names, work = _STATIC[self.measure]
            return dict(_by_fields(skus, c, names, work))
        day = catalogue.zone.day(c.now)
        if self.sales is not None:
            sold = catalogue.figures.sold(self.sales, self.first_day(day), day, skus)
            return {sku: sold.get(sku, 0) for sku in skus}
        if self._dated is not None:
            return {sku: at for at, sku in self._dated(c, None)}
        return confidence(list(dict.fromkeys(baskets)), day, catalogue)


def _by_fields(skus: Sequence[str], c: Customer, names: Sequence[str], work: Callable[..., Any]) -> Iterator[tuple[str, Any]]:
    read = [c.plan.catalogue.field(name) for name in names]
    product = c.plan.catalogue.as_of(c.now)
    for sku in skus:
        row = product(sku)
        values = [] if row is None else [get(row) for get in read]
        if values and None not in values:
            yield sku, work(*values)


def _sorted(skus: Iterable[str], scores: Sequence[Mapping[str, Any]]) -> list[str]:
    """Sort by scores, the highest first; at a tie by SKU."""
    found = sorted(skus)
    for one in reversed(scores):
        known = sorted([sku for sku in found if sku in one], key=one.__getitem__, reverse=True)
        found = known + [sku for sku in found if sku not in one]
    return found


# -- Where products come from -----------------------------------------------------------------------------------------


def _starting(skus: t.Term, conditions: Conditions) -> Callable[[Customer], Sequence[str]]:
    """Compile the SKUs that a source starts from: of events the newest first, of a list as it is."""
    compiled = conditions.compile(skus)
    if isinstance(skus, t.Aggregate) and isinstance(skus.stream, t.EventStream):
        return lambda c: compiled(c, None)[::-1]
    return lambda c: compiled(c, None)


def _candidates(kind: str, start: list[str], c: Customer, catalogue: Catalogue) -> Iterable[str]:
    """Give the products of a source in its own order."""
    day = catalogue.zone.day(c.now)
    match kind:
        case "catalog":
            return catalogue.products
        case "stream":
            return start
        case "together":
            scores = confidence(start, day, catalogue)
            return _sorted(scores, [scores])
        case "similar":
            bought = catalogue.figures.baskets.similar(day, c.name, start)
            return _sorted(bought, [bought])
        case "accessories":
            read = catalogue.field("accessories")
            named = [one for sku in start if sku in catalogue.products for one in read(catalogue.products[sku]) or ()]  # type: ignore[attr-defined]
            return [one for one in named if one not in start]
        case "upgrades":
            return _upgrades(start, catalogue, catalogue.as_of(c.now))
        case _:
            return start


def _upgrades(start: list[str], catalogue: Catalogue, product: Callable[[str], Row | None]) -> list[str]:
    """Give what is dearer and of the same category, the next step up first."""
    price, category = catalogue.field("price"), catalogue.field("category")
    found: dict[str, Any] = {}
    for sku in start:
        row = product(sku)
        paid: Any = None if row is None else price(row)
        if row is None or paid is None or category(row) is None:
            continue
        for other in catalogue.of_category(category(row)):
            step = product(other)
            dearer: Any = None if step is None else price(step)
            if dearer is not None and dearer > paid and other not in start:
                found[other] = -dearer
    return _sorted(found, [found])


def confidence(basket: Sequence[str], day: int, catalogue: Catalogue) -> dict[str, tuple[int, int]]:
    """Give how likely buyers of one of these products also buy another: the highest such share, then how many orders it rests on.

    A share is smoothed towards the popularity of the other product, (c + k·p) / (n + k), so that few orders do not count as many.
    It is given as a whole number: two shares that differ do so by more than one to the square of the largest denominator.
    """
    shares = _Shares(basket, day, catalogue)
    for sku in basket:
        shares.look(sku, 0, None)
    return shares.found


def by_confidence(basket: Sequence[str], day: int, catalogue: Catalogue) -> Iterator[str]:
    """Give what is bought together with these products, the most likely first, worked out only as far as it is asked for.

    A share hangs on how often two products were bought together, and little on anything else: of each product of the basket, what
    was not looked at yet has a share below a bound. The one with the highest bound is looked at further, and what is above all
    bounds is in its place.
    """
    shares = _Shares(basket, day, catalogue)
    bounds = [(-shares.highest, sku, 0) for sku in sorted(basket)]
    while bounds:
        bound, sku, looked = heappop(bounds)
        yield from shares.above(-bound)
        upto = 4 * looked or _AT_ONCE
        rest = shares.look(sku, looked, upto)
        if rest is not None:
            heappush(bounds, (-rest, sku, upto))
    yield from shares.above(-1)


class _Shares:
    """The shares found so far, `found` and in order; `highest` is above any."""

    def __init__(self, basket: Sequence[str], day: int, catalogue: Catalogue) -> None:
        self.found: dict[str, tuple[int, int]] = {}
        self._best_first: list[tuple[int, int, str]] = []
        self._baskets, self._day = catalogue.figures.baskets, day
        self._number = self._baskets.number(day)
        self._held = self._baskets.holding(day, basket)
        self._scale = (self._number + SMOOTHING) ** 2
        self._popular: dict[str, int] = {}
        self.highest = self._scale * (2 * self._number + 1)

    def look(self, sku: str, first: int, upto: int | None) -> int | None:
        """Look at some more of what was bought with a product, and give a bound for the rest of it, if there is any."""
        baskets, held, number, popular = self._baskets, self._held, self._number, self._popular
        scale, whole = self._scale, held[sku] + SMOOTHING
        found = baskets.together(self._day, sku, first, upto)
        popular.update(baskets.holding(self._day, found.counts.keys() - popular.keys()))
        for other, together in found.counts.items():
            if other in held:
                continue
            score = ((together * number + SMOOTHING * popular[other]) * scale // whole, together)
            if self.found.get(other, _NONE) < score:
                self.found[other] = score
                heappush(self._best_first, (-score[0], -together, other))
        return (found.most * number + SMOOTHING * found.held) * scale // whole if found.most else None

    def above(self, bound: int) -> Iterator[str]:
        """Take those above a bound, the best first; of one found several times the best share counts."""
        while self._best_first and -self._best_first[0][0] > bound:
            score, together, other = heappop(self._best_first)
            if self.found[other] == (-score, -together):
                yield other


def _looks_beyond(term: object) -> bool:
    """Whether a condition asks for more than the product."""
    return any(isinstance(one, _BEYOND) for one in walk(term))


_BEYOND = (t.Once, t.Due, t.Now, t.Today, t.Occurrence, t.AtTime, t.ClockComparison, t.MomentPart, t.Trigger, t.CustomerField)
