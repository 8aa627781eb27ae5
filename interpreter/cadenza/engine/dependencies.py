"""Say what a term depends on: which kinds of event may change it, and whether it looks beyond the event it speaks of."""

from __future__ import annotations

from cadenza.check import terms as t
from cadenza.syntax.nodes import Node
from cadenza.syntax.walk import walk

_CUSTOMER_LISTS = {"tags": ("tagged", "untagged"), "subscriptions": ("subscribe", "unsubscribe")}


def depends(term: object, scores: frozenset[str]) -> frozenset[str]:
    """Give the kinds of event a term depends on; time is not among them, for a closure says when to look again."""
    match term:
        case t.CustomerField(name=name):
            if name in _CUSTOMER_LISTS:
                return frozenset(_CUSTOMER_LISTS[name])
            return frozenset({"changed", "points"} if name in scores else {"changed"})
        case t.CartField():
            return frozenset({"cart", "empty_cart", "order"})
        case t.InsideFlow():
            return frozenset({"entered", "left", "finished"})
        case t.Percentile() | t.Similarity():
            return frozenset()  # it changes at midnight alone
        case t.Pattern(kind=kind):
            return frozenset({kind}).union(depends(term.main, scores), depends(term.where, scores))
        case Node():
            return frozenset().union(*(depends(one, scores) for one in term.inner()))
    return frozenset()


def pure(term: t.Term | None) -> bool:
    """Whether a condition looks at nothing but the event or line it speaks of."""
    return term is None or not any(isinstance(one, _IMPURE) for one in walk(term))


def timeless(term: t.Term | None) -> bool:
    """Whether a condition is pure and asks no clock for the reading of an instant, so that it needs no customer at all."""
    return pure(term) and not any(isinstance(one, _BY_A_CLOCK) for one in walk(term))


_IMPURE = (
    t.CustomerField,
    t.CartField,
    t.Trigger,
    t.Now,
    t.Today,
    t.ClockComparison,
    t.Elapsed,
    t.InsideFlow,
    t.EventStream,
    t.Occurrence,
    t.Percentile,
    t.Similarity,
)
_BY_A_CLOCK = (t.AtTime, t.MomentPart, t.Shift)
