"""A customer among all of them: `percentile` and `similarity`, by the data alone (semantics 9.5, `docs/among.md`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from typing import Any, NamedTuple

from cadenza.syntax import nodes as n
from cadenza.values import Length
from tests.reference.asking import Asking
from tests.reference.program import Scope
from tests.reference.streams import Event
from tests.reference.times import Clock, Money


class Row(NamedTuple):
    """What the data have of a customer: the row, the events, and when they begin, None for one who was always there."""

    name: str
    zone: str
    fields: Mapping[str, Any]
    lists: Mapping[str, Sequence[str]]
    begins: int | None
    events: Sequence[Event]


class Comparing(Asking):
    row: Row
    everybody: Sequence[Row]

    def among(self, question: str, node: Any, s: Scope) -> Fraction | None:
        """9.5: as of the last 00:00 of the shop's zone, for all who had begun before it."""
        shop = Clock(self.program.zone)
        today = shop.wall(self.now).date()
        midnights = [shop.at(today + timedelta(day)) for day in range(-1, 3)]
        self.look(*midnights)
        midnight = max(at for at in midnights if at <= self.now)
        all_then = [Then(self, row, midnight) for row in self.everybody if row.begins is None or row.begins < midnight]
        own = next((one for one in all_then if one.row is self.row), None)
        while isinstance(node, n.Parenthesis) or (isinstance(node, n.Name) and node.text in s.given):
            node, s = (node.value, s) if isinstance(node, n.Parenthesis) else s.given[node.text]
        if own is None:
            return None
        if question == "percentile":
            return share_below(own.rank(node, s), [one.rank(node, s) for one in all_then])
        return cosine(own.spend(), total([one.spend() for one in all_then if one.true(node, s)]))


class Then(Comparing):
    """A customer as of a midnight: what happened before it, of the data alone."""

    def __init__(self, asking: Comparing, row: Row, midnight: int) -> None:
        self.program, self.currency, self.everybody, self.row = asking.program, asking.currency, asking.everybody, row
        self.name, self.clock, self.fields, self.lists = row.name, Clock(row.zone), dict(row.fields), dict(row.lists)
        before = [event for event in row.events if event.at < midnight]
        self.history = [event._replace(rank=rank) for rank, event in enumerate(before, 1)]
        self.runs, self.instants = [], set()
        self.go(midnight)

    def score(self, name: str) -> Any:
        return self.fields.get(name)

    def rank(self, node: Any, s: Scope) -> Any:
        """Give something that is lower where the value is lower; a time since an early moment is longer than since a late one."""
        match node:
            case n.TimeSince(moment=moment):
                found = self.past(moment, s)
                return None if found is None else -found
            case n.TimeUntil(moment=moment):
                return self.coming(moment, s)
        found = self.coming_up(self.value(node, s))
        if isinstance(found, Length):  # a length in months has no place among lengths in days
            return None if found.months else found.comparable
        return found

    def spend(self) -> dict[str, Fraction]:
        """Give what was spent in each category: a line without a quantity is one piece, one without a price cost nothing."""
        found: dict[str, Fraction] = {}
        for line in [line for event in self.history if event.kind == "order" for line in event.get("items")]:
            if line.get("category") is not None:
                cost = (line.get("price") or Money(Fraction(0))).amount * line.get("quantity", Fraction(1))
                found[line["category"]] = found.get(line["category"], Fraction(0)) + cost
        return found


def share_below(own: Any, everybody: list[Any]) -> Fraction | None:
    known = [one for one in everybody if one is not None]
    return None if own is None else Fraction(sum(one < own for one in known), len(known))


def total(spends: list[dict[str, Fraction]]) -> dict[str, Fraction]:
    """Add up what several spent: their mean points the same way, and a cosine asks no more."""
    return {category: sum((one.get(category, Fraction(0)) for one in spends), Fraction(0)) for one in spends for category in one}


def cosine(one: dict[str, Fraction], other: dict[str, Fraction]) -> Fraction | None:
    """Give the cosine, rounded half up to twelve decimals; who spent nothing is like nobody."""
    squares = sum(amount**2 for amount in one.values()) * sum(amount**2 for amount in other.values())
    if not squares:
        return None
    square = Fraction(sum(amount * other.get(category, 0) for category, amount in one.items())) ** 2 / squares
    with localcontext(prec=60):
        root = (Decimal(square.numerator) / Decimal(square.denominator)).sqrt()
        return Fraction(root.quantize(Decimal("1e-12"), ROUND_HALF_UP))
