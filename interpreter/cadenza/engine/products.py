"""Compile what a condition asks of a product: its fields, whether it is in stock, whether it is due for this customer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from cadenza.check import terms as t
from cadenza.engine import reductions
from cadenza.engine.aggregates import Aggregates
from cadenza.engine.reductions import Compiled
from cadenza.engine.streams import median_gap

if TYPE_CHECKING:
    from cadenza.engine.catalogue import Row
    from cadenza.engine.customer import Customer
    from cadenza.values import Value


class Candidate:
    """The product that a condition looks at, one after the other; `once` keeps what is the same for all of a list."""

    __slots__ = ("fields", "once")

    def __init__(self) -> None:
        self.fields: Row = ()
        self.once: dict[int, Any] = {}


class Products(Aggregates):
    """The part of the compiler that knows products."""

    _onces = 0

    def of_product(self, term: t.ProductField | t.Due | t.Once) -> Compiled:
        match term:
            case t.ProductField(name="in_stock"):
                stock = self._layout.products.index("stock")
                return lambda c, e: (left := e.fields[stock]) is None or left > 0
            case t.ProductField(name=name):
                place = self._layout.products.index(name)
                return lambda c, e: e.fields[place]
            case t.Once(part=part):
                return self._once(self.compile(part))
            case t.Due(bought=bought):
                dated = self.dated(bought)
                due = self._once(lambda c, e: due_at(dated(c, None), c.now))
                return lambda c, e: due(c, e).get(e.fields[0])

    def _once(self, inner: Compiled) -> Compiled:
        self._onces += 1
        key = self._onces

        def once(c: Customer, e: Any) -> Any:
            if key not in e.once:
                e.once[key] = inner(c, None)
            return e.once[key]

        return once

    def dated(self, stream: t.EventStream) -> Compiled:
        """Compile the values of a stream with the instants of their events, oldest first."""
        _, column = self._ask(stream)
        at, values = reductions.instants(column, None), reductions.values(column, None)
        return lambda c, e: list(zip(at(c, e), values(c, e), strict=True))


def due_at(bought: Iterable[tuple[int, Value]], now: int) -> dict[Value, bool]:
    """Say of each product that was bought at least twice whether its next purchase was to be expected by now."""
    instants: dict[Value, list[int]] = {}
    for at, sku in bought:
        found = instants.setdefault(sku, [])
        if not found or found[-1] != at:
            found.append(at)
    return {sku: found[-1] + gap <= now for sku, found in instants.items() if (gap := median_gap(found)) is not None}
