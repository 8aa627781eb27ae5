"""Work out what can be true together: which values comparisons with constants leave to each term.

Rule 1: only what is certain counts. A term that is not understood may have any value, and an unknown one is never left out.
Rule 2: a constant that came in as a parameter is no author's mistake here, so a comparison with it is taken as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import ceil, floor
from typing import Any

import attrs

from cadenza.check.terms import (
    Aggregate,
    All,
    ClockComparison,
    Comparison,
    Constant,
    EventStream,
    Holds,
    In,
    InsideFlow,
    IsEmpty,
    IsKnown,
    ListOf,
    ListStream,
    Not,
    Some,
    Term,
)
from cadenza.check.types import NUMBER
from cadenza.syntax.source import Span
from cadenza.values import Length

_OPPOSITE = {"=": "!=", "!=": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


@attrs.frozen
class Range:
    """The values that are left: within bounds, if `only` is given one of these, and none of `but`."""

    low: Any = None
    low_in: bool = True
    high: Any = None
    high_in: bool = True
    only: frozenset[Any] | None = None
    but: frozenset[Any] = frozenset()

    def allows(self, value: Any) -> bool:
        if value in self.but or (self.only is not None and value not in self.only):
            return False
        if self.low is not None and (value < self.low or (value == self.low and not self.low_in)):
            return False
        return self.high is None or not (value > self.high or (value == self.high and not self.high_in))

    @property
    def values(self) -> frozenset[Any] | None:
        """All values that are left, where they can be listed."""
        if self.only is not None:
            return frozenset(one for one in self.only if self.allows(one))
        if self.low is None or self.high is None or self.low < self.high:
            return None
        return frozenset({self.low}) if self.low == self.high and self.allows(self.low) else frozenset()

    def met(self, other: Range) -> Range:
        """Give what both leave."""
        low, low_in = self.low, self.low_in
        if low is None or (other.low is not None and (other.low, not other.low_in) > (low, not low_in)):
            low, low_in = other.low, other.low_in
        high, high_in = self.high, self.high_in
        if high is None or (other.high is not None and (other.high, other.high_in) < (high, high_in)):
            high, high_in = other.high, other.high_in
        only = self.only if other.only is None else other.only if self.only is None else self.only & other.only
        return Range(low, low_in, high, high_in, only, self.but | other.but)

    def within(self, other: Range) -> bool:
        """Whether every value that is left is left by the other too."""
        values = self.values
        if values is not None:
            return all(map(other.allows, values))
        low = other.low is None or (self.low is not None and (self.low, not self.low_in) >= (other.low, not other.low_in))
        high = other.high is None or (self.high is not None and (self.high, self.high_in) <= (other.high, other.high_in))
        return low and high and other.only is None and not any(map(self.allows, other.but))


Key = tuple[Term, str]
"""A term, and the kind of unit in which it is compared: months cannot be weighed against days."""
Known = Mapping[Key, Range]

NOTHING: Known = {}
_YES, _NO = Range(only=frozenset({True})), Range(only=frozenset({False}))


def narrowed(known: Known, term: Term) -> Known | None:
    """Give what is known when a condition is true as well; None where it then never is."""
    match term:
        case All(parts=parts):
            found: Known | None = known
            for part in parts:
                found = None if found is None else narrowed(found, part)
            return found
        case Some(parts=parts):
            left = [found for part in parts if (found := narrowed(known, part)) is not None]
            return None if not left else left[0] if len(left) == 1 else known
        case Holds(part=part):
            inside = narrowed(known, part)
            return None if inside is None else _with(inside, (term, ""), _YES)
        case Not(part=part):
            opposite = negated(part)
            if not isinstance(opposite, Not):
                return narrowed(known, opposite)
            return _with(known, (part, ""), _NO)
        case _:
            return _with(known, *_fact(term))


def possible(term: Term) -> bool:
    """Whether a condition can be true at all."""
    parts = term.parts if isinstance(term, All) else (term,)
    texts = set()
    for part in parts:
        match part:
            case Comparison(left=left) | ClockComparison(moment=left) | In(item=left) if not isinstance(left, Constant):
                texts.add(left.span.text)
                if _counts(left) and _alone(part) == frozenset():
                    return False
            case _:
                return narrowed(NOTHING, term) is not None
    # Most conditions compare different things, which their words show at once: then none is in the way of another.
    return len(texts) == len(parts) or narrowed(NOTHING, term) is not None


def always(term: Term) -> bool:
    """Whether a condition holds for everybody and at any time."""
    return certain(term) and not possible(negated(term))


def none_of(term: Term) -> Iterator[Aggregate]:
    """Give what a condition says there is none of: `count(order) = 0`, `not any(order)`."""
    match term:
        case All(parts=parts):
            for part in parts:
                yield from none_of(part)
        case Holds(part=part):
            yield from none_of(part)
        case Not(part=Aggregate(function="any") as counted):
            yield counted
        case Comparison(left=Aggregate(function="count") as counted, operator="=" | "<" | "<=") if _alone(term) == frozenset({0}):
            yield counted
        case _:
            pass


def _alone(term: Term) -> frozenset[Any] | None:
    """Give the values that a comparison leaves to a count, where they can be listed."""
    (key, _), range_ = _fact(term)
    return Range(low=0).met(range_).values if _counts(key) else None


def implies(a: Term, b: Term) -> bool:
    """Whether `b` is true wherever `a` is."""
    match a, b:
        case (Some(parts=parts), _):
            return all(implies(part, b) for part in parts)
        case (_, All(parts=parts)):
            return all(implies(a, part) for part in parts)
        case (_, Some(parts=parts)) if any(implies(a, part) for part in parts):
            return True
        case (_, Not(part=part)) if not isinstance(opposite := negated(part), Not):
            return implies(a, opposite)
    known = narrowed(NOTHING, a)
    if known is None:
        return False
    key, range_ = ((b.part, ""), _NO) if isinstance(b, Not) else _fact(b)
    if key in known:
        return known[key].within(range_)
    return isinstance(b, Holds) and implies(a, b.part)


def negated(term: Term) -> Term:
    """Give what is true where a condition is false."""
    match term:
        case All(span=span, parts=parts):
            return Some(span, tuple(negated(part) for part in parts))
        case Some(span=span, parts=parts):
            return All(span, tuple(negated(part) for part in parts))
        case Not(part=part):
            return part
        case Holds(part=part) if certain(part):
            return negated(part)
        case Comparison(span=span, left=left, operator=operator, right=right):
            return Comparison(span, left, _OPPOSITE[operator], right)
        case ClockComparison(span=span, direction=direction, moment=moment, operator=operator, length=length):
            return ClockComparison(span, direction, moment, _OPPOSITE[operator], length)
        case Aggregate(span=span, function="any", stream=stream):
            return Comparison(span, _count(span, stream), "<", Constant(span, 1, NUMBER))
        case _:
            return Not(term.span, term)


def certain(term: Term) -> bool:
    """Whether a condition is never unknown."""
    match term:
        case All(parts=parts) | Some(parts=parts):
            return all(map(certain, parts))
        case Not(part=part):
            return certain(part)
        case Comparison(left=left, right=right):
            return _counts(left) and isinstance(right, Constant)
        case Holds() | IsKnown() | IsEmpty() | InsideFlow():
            return True
        case _:
            return isinstance(term, Aggregate) and term.function == "any"


def _counts(term: Term) -> bool:
    return isinstance(term, Aggregate) and term.function == "count"


def _count(span: Span, stream: EventStream | ListStream) -> Term:
    return Aggregate(span, "count", False, stream, NUMBER)


def _with(known: Known, key: Key, range_: Range) -> Known | None:
    before = known.get(key)
    if before is None:
        before = Range(low=0) if _counts(key[0]) else Range()
    met = before.met(range_)
    if met.low is not None and met.high is not None and met.low > met.high:
        return None
    return None if met.values == frozenset() else {**known, key: met}


# -- One comparison ---------------------------------------------------------------------------------------------------


def _fact(term: Term) -> tuple[Key, Range]:
    """Say what a condition tells of which term; of one that is not understood, that it is true."""
    match term:
        case Aggregate(span=span, function="any", stream=stream):
            return (_count(span, stream), ""), Range(low=1)
        case Comparison(left=Constant(), operator=operator, right=right) if not isinstance(right, Constant):
            return _fact(Comparison(term.span, right, _TURNED.get(operator, operator), term.left))
        case Comparison(left=left, operator=operator, right=Constant() as right) if _inside(right, term):
            value = _place(right.value, left)
            unit = _unit(right.value)
            if not isinstance(left, Constant) and unit != "mixed":
                range_ = _range(operator, value, whole=_counts(left))
                return ((left, unit), range_) if range_ is not None else ((term, ""), _YES)
        case ClockComparison(direction=direction, moment=moment, operator=operator, length=Constant() as length):
            if _inside(length, term) and isinstance(length.value, Length) and (unit := _unit(length.value)) != "mixed":
                range_ = _range(operator, sum(length.value.comparable), whole=False)
                assert range_ is not None
                return (moment, f"{direction} {unit}"), range_
        case In(item=item, whole=ListOf(elements=elements)) if all(isinstance(one, Constant) for one in elements):
            values = frozenset(one.value for one in elements if isinstance(one, Constant))
            if all(_inside(one, term) for one in elements):
                return (item, ""), Range(only=values)
    return (term, ""), _YES


def _inside(constant: Term, term: Term) -> bool:
    outer, inner = term.span, constant.span
    return inner.source is outer.source and outer.start <= inner.start and inner.end <= outer.end


def _place(value: object, left: Term) -> object:
    """Give what is compared: of an option its place among the options, of a length of time its size."""
    if left.type.name == "one of":
        return left.type.options.index(value) if isinstance(value, str) and value in left.type.options else None
    return sum(value.comparable) if isinstance(value, Length) else value


def _unit(value: object) -> str:
    if not isinstance(value, Length):
        return ""
    months, rest = value.comparable
    return "mixed" if months and rest else "months" if months else "time"


def _range(operator: str, value: Any, *, whole: bool) -> Range | None:
    if operator in ("=", "!="):
        found = frozenset({value})
        return None if value is None else Range(only=found) if operator == "=" else Range(but=found)
    if not isinstance(value, int | Fraction):
        return None
    if whole:  # `> 2` and `>= 3` are the same of a count
        if operator in (">", ">="):
            return Range(low=floor(value) + 1 if operator == ">" else ceil(value))
        return Range(high=ceil(value) - 1 if operator == "<" else floor(value))
    if operator in (">", ">="):
        return Range(low=value, low_in=operator == ">=")
    return Range(high=value, high_in=operator == "<=")
