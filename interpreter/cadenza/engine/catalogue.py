"""Hold the products of a shop, and what all its customers bought of them: figures that a list of products is ranked by.

Rule 1: figures of the whole shop are those of the last midnight of its zone: they are asked for by a day, and count what came
before it. So they are the same for every customer of that day, whatever the order in which customers are replayed.
Rule 2: figures are whole numbers or exact fractions, and every order has the SKU as its last word.
"""

from __future__ import annotations

from abc import abstractmethod
from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cached_property, partial
from itertools import accumulate, chain, groupby
from operator import itemgetter
from typing import Any, NamedTuple, Protocol, TypeVar

from cadenza.engine.clock import UTC, Zone
from cadenza.values import Number, Value

_T = TypeVar("_T")
_NEIGHBOURS = 50
"""How many similar customers are asked what they bought."""
_TWICE = 2
"""In how many orders two products must have been together: once is chance."""
_MOST_KEPT = 1 << 27
"""How many bytes are kept at hand of where products were bought together."""


class Bought(NamedTuple):
    """One product of one order; `day` is that of the shop's zone, `revenue` in minor units."""

    day: int
    basket: str
    customer: str
    sku: str
    units: Number = 1
    revenue: Number = 0


class Figures(Protocol):
    """What a shop sold before a `day`; `first` is the first day that counts, None for all that there were."""

    @abstractmethod
    def best(self, measure: str, first: int | None, day: int, most: int) -> Sequence[tuple[str, Number]]:
        """Give the products sold most, at most so many, with their figures: the highest first, then by SKU."""

    @abstractmethod
    def sold(self, measure: str, first: int | None, day: int, skus: Sequence[str]) -> Mapping[str, Number]:
        """Give the figures of some products; what was not sold is left out."""

    @property
    @abstractmethod
    def baskets(self) -> Baskets:
        """Give who bought what together."""


class Together(NamedTuple):
    """How many orders hold a product together with each of some others.

    No product that comes after these is in more than `most` orders with it, nor in more than `held` at all.
    """

    counts: dict[str, int]
    most: int
    held: int


class _Others(NamedTuple):
    """What is in more than one order with a product, most often first: which of its orders, one list after the other.

    `held` is how many orders hold one of these at all, at most, from each of them on.
    """

    skus: list[str]
    starts: array[int]
    places: array[int]
    held: array[int]


def _others(sku: str, orders: Sequence[Sequence[str]], held: Mapping[str, Sequence[object]]) -> _Others:
    counts = Counter(chain.from_iterable(orders))
    del counts[sku]
    often = sorted([(-count, other) for other, count in counts.items() if count >= _TWICE])
    shared: dict[str, list[int]] = {other: [] for _, other in often}
    for place, contents in enumerate(orders):
        for other in filter(shared.__contains__, contents):
            shared[other].append(place)
    starts = array("I", accumulate([-count for count, _ in often], initial=0))
    places = array("H" if len(orders) < 1 << 16 else "I", chain.from_iterable(shared.values()))
    most = array("I", accumulate([len(held[other]) for other in reversed(shared)], max))
    return _Others(list(shared), starts, places, most[::-1])


def _size(others: _Others) -> int:
    """Give about how many bytes it takes."""
    return 16 * len(others.skus) + others.places.itemsize * len(others.places)


class Baskets:
    """Orders as sets of products, in the order of days."""

    def __init__(self, orders: Iterable[tuple[int, str, Sequence[str]]]) -> None:
        """Take orders by day, with the customer and the products, each once; within a day their order does not matter."""
        self._days: list[int] = []
        self._customers: list[str] = []
        self._contents: list[Sequence[str]] = []
        self._with: dict[str, list[int]] = {}
        for day, customer, contents in orders:
            for sku in contents:
                self._with.setdefault(sku, []).append(len(self._days))
            self._days.append(day)
            self._customers.append(customer)
            self._contents.append(contents)
        self._paired: dict[str, _Others] = {}
        self._size = 0

    def number(self, day: int) -> int:
        """Give how many orders there were before a day."""
        return bisect_left(self._days, day)

    def holding(self, day: int, skus: Iterable[str]) -> dict[str, int]:
        """Give how many orders before a day hold each of some products."""
        end = self.number(day)
        return {sku: bisect_left(self._with.get(sku, ()), end) for sku in skus}

    def together(self, day: int, sku: str, first: int = 0, upto: int | None = None) -> Together:
        """Give how many orders before a day hold a product together with each other one, if more than one does.

        The others stand in the order of how often that ever was; `first` and `upto` cut a part of them out. What is still to come
        bounds what is worked out, and changes nothing of it.
        """
        number = self.number(day)
        end = bisect_left(self._with.get(sku, ()), number)
        if end < _TWICE:
            return Together({}, 0, 0)
        skus, starts, places, held = self._others(sku)
        last = len(skus) if upto is None else min(upto, len(skus))
        found = {
            skus[rank]: count
            for rank in range(first, last)
            if (count := bisect_left(places, end, starts[rank], starts[rank + 1]) - starts[rank]) >= _TWICE
        }
        if last == len(skus):
            return Together(found, 0, 0)
        most = min(starts[last + 1] - starts[last], end)
        return Together(found, most, min(held[last], number))

    def _others(self, sku: str) -> _Others:
        found = self._paired.pop(sku, None)
        if found is None:
            found = _others(sku, [self._contents[place] for place in self._with.get(sku, ())], self._with)
            self._size += _size(found)
            while self._size > _MOST_KEPT and self._paired:
                self._size -= _size(self._paired.pop(next(iter(self._paired))))
        self._paired[sku] = found
        return found

    # -- Similar customers --------------------------------------------------------------------------------------------

    @cached_property
    def _buyers(self) -> dict[str, list[tuple[int, str]]]:
        """The customers of each product, with the place of the first order that holds it."""
        found: dict[str, dict[str, int]] = {}
        for place, contents in enumerate(self._contents):
            for sku in contents:
                found.setdefault(sku, {}).setdefault(self._customers[place], place)
        return {sku: [(place, customer) for customer, place in one.items()] for sku, one in found.items()}

    @cached_property
    def _of_customer(self) -> dict[str, list[tuple[int, str]]]:
        """The products of each customer, with the place of the first order that holds it."""
        found: dict[str, list[tuple[int, str]]] = {}
        for sku, buyers in self._buyers.items():
            for place, customer in buyers:
                found.setdefault(customer, []).append((place, sku))
        return {customer: sorted(products) for customer, products in found.items()}

    def similar(self, day: int, customer: str, skus: Iterable[str]) -> Mapping[str, int]:
        """Give what the most similar customers bought before a day, with how many of them did.

        Similar is who shares most of their products: by the cosine of the two sets, in whole numbers, then by id.
        """
        end = self.number(day)
        shared: Counter[str] = Counter()
        for sku in dict.fromkeys(skus):
            buyers = self._buyers.get(sku, ())
            shared.update([one for _, one in buyers[: bisect_left(buyers, end, key=itemgetter(0))]])
        shared.pop(customer, None)
        cosines = []
        for one, common in shared.items():
            products = self._of_customer[one]
            size = bisect_left(products, end, key=itemgetter(0))
            cosines.append((Fraction(-common * common, size), one))
        cosines.sort()
        found: Counter[str] = Counter()
        for _, one in cosines[:_NEIGHBOURS]:
            products = self._of_customer[one]
            found.update([sku for _, sku in products[: bisect_left(products, end, key=itemgetter(0))]])
        return found


class Ledger:
    """Figures of orders that are all at hand."""

    def __init__(self, bought: Iterable[Bought]) -> None:
        self._bought = sorted(bought, key=itemgetter(0, 1, 2, 3))

    @property
    def baskets(self) -> Baskets:
        return self._baskets

    @cached_property
    def _baskets(self) -> Baskets:
        baskets = groupby(self._bought, key=itemgetter(0, 1, 2))
        return Baskets((day, customer, list({one.sku: None for one in lines})) for (day, _, customer), lines in baskets)

    def best(self, measure: str, first: int | None, day: int, most: int) -> Sequence[tuple[str, Number]]:
        sold = [(sku, figure) for sku, figure in self._sold(measure, first, day).items() if figure > 0]
        return sorted(sold, key=lambda one: (-one[1], one[0]))[:most]

    def sold(self, measure: str, first: int | None, day: int, skus: Sequence[str]) -> Mapping[str, Number]:
        sold = self._sold(measure, first, day)
        return {sku: sold[sku] for sku in skus if sku in sold}

    def _sold(self, measure: str, first: int | None, day: int) -> dict[str, Number]:
        found: dict[str, Number] = {}
        for one in self._bought:
            if (first is None or one.day >= first) and one.day < day:
                found[one.sku] = found.get(one.sku, 0) + (one.revenue if measure == "revenue" else one.units)
        return found


Row = tuple[Value, ...]
"""What is known of a product, in the order of the plan's layout; its SKU is the first."""


class Change(NamedTuple):
    """From an instant on, a field of a product has another value."""

    sku: str
    field: str
    at: int
    value: Value


class Catalogue:
    """The products of a shop by SKU, in the order of SKUs, with the figures and the zone of the shop.

    `products` are as they were before any of the `changes`.
    """

    def __init__(
        self, rows: Iterable[Row], fields: Sequence[str], zone: Zone, figures: Figures, changes: Iterable[Change] = ()
    ) -> None:
        self.products: dict[str, Row] = {str(row[0]): row for row in sorted(rows, key=lambda row: str(row[0]))}
        self.zone = zone
        self.figures = figures
        self._fields = {name: place for place, name in enumerate(fields)}
        self.released = self._fields.get("released")
        self._kept: dict[object, tuple[object, ...]] = {}
        self._changes: dict[str, dict[str, tuple[list[int], list[Value]]]] = {}
        for sku, field, at, value in sorted(changes, key=itemgetter(2)):
            instants, values = self._changes.setdefault(sku, {}).setdefault(field, ([], []))
            instants.append(at)
            values.append(value)
        self._changed = sorted({at for one in self._changes.values() for instants, _ in one.values() for at in instants})
        self._kept_of_edition: dict[object, tuple[int, tuple[Any, ...]]] = {}

    def edition(self, now: int) -> int:
        """Give a number that stays while no product changes."""
        return bisect_right(self._changed, now)

    def as_of(self, now: int) -> Callable[[str], Row | None]:
        """Give the way to a product as it is at an instant, what changes at that instant included."""
        return partial(self._row, now) if self._changes else self.products.get

    def _row(self, now: int, sku: str) -> Row | None:
        row, changes = self.products.get(sku), self._changes.get(sku)
        if row is None or changes is None:
            return row
        fields = list(row)
        for field, (instants, values) in changes.items():
            if before := bisect_right(instants, now):
                fields[self._fields[field]] = values[before - 1]
        return tuple(fields)

    def field(self, name: str) -> Callable[[Row], Value]:
        """Give the way to a field of a product."""
        return itemgetter(self._fields[name])

    def kept(self, key: object, make: Callable[[], tuple[_T, ...]]) -> tuple[_T, ...]:
        """Give what was made for a key, made once."""
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = make()
        return found  # type: ignore[return-value]

    def kept_of_edition(self, key: object, now: int, make: Callable[[], tuple[_T, ...]]) -> tuple[_T, ...]:
        """Give what was made for a key while no product changed; of the editions only the one asked for last is kept."""
        edition = self.edition(now)
        kept, found = self._kept_of_edition.get(key, (-1, ()))
        if kept != edition:
            found = make()
            self._kept_of_edition[key] = edition, found
        return found

    def of_category(self, category: Value) -> tuple[str, ...]:
        """Give the SKUs of a category, in their order."""

        def by_category() -> tuple[dict[Value, tuple[str, ...]]]:
            found: dict[Value, list[str]] = {}
            read = self.field("category")
            for sku, row in self.products.items():
                found.setdefault(read(row), []).append(sku)
            return ({one: tuple(skus) for one, skus in found.items()},)

        return self.kept("category", by_category)[0].get(category, ())


def nothing() -> Catalogue:
    """Give the catalogue of a shop without products."""
    return Catalogue((), (), UTC, Ledger(()))
