"""See beforehand which events cannot change a condition, so that a watch need not be computed for each of them.

Three facts are enough. An event that starts a clock anew (`time since last(order) >= 90 days`) keeps the condition from being
true until that length of time is over. An event that only adds (`count(order) >= 3`) cannot make a condition false. What is
asked to add up to so much (`sum(order.total) >= 500 EUR`) cannot do so before all that ever was adds up to it. These are claims
about input events, and where this file is not certain it claims nothing.
"""

from __future__ import annotations

from fractions import Fraction

from cadenza.check import terms as t
from cadenza.engine.dependencies import pure
from cadenza.values import DAY, Length, Number

_ADDING = ("count", "sum", "any")
_NOT_BELOW_ZERO = ("quantity", "price", "total", "discount")
"""Fields that are never negative, for a row where they are is a bad row."""


def barred(term: t.Term, kind: str) -> int:
    """Give for how long, in microseconds, each event of a kind keeps a condition from being true; 0 where that is not certain."""
    match term:
        case t.Holds(part=part):
            return barred(part, kind)
        case t.All(parts=parts):
            return max(barred(part, kind) for part in parts)
        case t.Some(parts=parts):
            return min(barred(part, kind) for part in parts)
        case t.ClockComparison(
            direction="since", moment=moment, operator=">=" | ">", length=t.Constant(value=Length() as length)
        ):
            return _at_least(length) if _is_last_of(moment, kind) else 0
        case t.Not(part=t.Aggregate(function="any", stream=t.EventStream(windows=(window,)) as stream)):
            fixed = isinstance(window.bound, t.Constant) and window.edge == "last" and _takes_every(stream, kind)
            return _at_least(window.bound.value) if fixed and isinstance(window.bound, t.Constant) else 0
    return 0


def only_adds(term: t.Term) -> bool:
    """Whether no input event can make a condition false once it is true."""
    match term:
        case t.Holds(part=part):
            return only_adds(part)
        case t.All(parts=parts) | t.Some(parts=parts):
            return all(only_adds(part) for part in parts)
        case t.Aggregate(function="any", stream=t.EventStream() as stream):
            return _only_gains(stream)
        case t.Comparison(left=t.Aggregate(stream=t.EventStream() as stream) as left, operator=">=" | ">", right=t.Constant()):
            return left.function in _ADDING and not left.distinct and _only_gains(stream)
    return False


def least(term: t.Term) -> tuple[t.Aggregate, str, Number] | None:
    """Give a sum or count that must be `>=` or `>` an amount before a condition can be true."""
    match term:
        case t.Holds(part=part):
            return least(part)
        case t.All(parts=parts):
            return next((found for part in parts if (found := least(part)) is not None), None)
        case t.Comparison(left=t.Aggregate(function="sum" | "count") as left, operator=operator, right=t.Constant(value=amount)):
            return (left, operator, amount) if isinstance(amount, int | Fraction) and only_adds(term) else None
    return None


def _is_last_of(moment: t.Term, kind: str) -> bool:
    """Whether a moment is that of the last event of streams that every event of a kind belongs to."""
    event = moment.event if isinstance(moment, t.EventField) and moment.name == "at" else None
    if not isinstance(event, t.Aggregate) or event.function != "last" or not isinstance(event.stream, t.EventStream):
        return False
    return not event.stream.windows and _takes_every(event.stream, kind)


def _takes_every(stream: t.EventStream, kind: str) -> bool:
    bare = [one for one in stream.patterns if one.kind == kind and one.main is None and one.where is None]
    whole = stream.where is None and stream.field is None and not stream.lines
    return whole and any(not one.of_this_flow for one in bare)


def _only_gains(stream: t.EventStream) -> bool:
    """Whether a stream changes by events in one way only: it gains elements, and none is below zero."""
    fixed = all(_moved_by_time_alone(one.bound) for one in stream.windows)
    plain = all(not one.of_this_flow and pure(one.main) and pure(one.where) for one in stream.patterns)
    return fixed and plain and pure(stream.where) and (stream.field is None or stream.field in _NOT_BELOW_ZERO)


def _moved_by_time_alone(bound: object) -> bool:
    """Whether no event moves the edge of a window: it may hang on the day, but not on what somebody did or was set to."""
    if isinstance(bound, t.AtTime | t.Occurrence | t.Shift):
        return all(map(_moved_by_time_alone, bound.inner()))
    return isinstance(bound, t.Constant | t.Today)


def _at_least(length: object) -> int:
    """Give what a length of time never falls short of: months are short, and the clock may skip up to a day."""
    if not isinstance(length, Length):
        return 0
    if not length.months and not length.days:
        return length.micros
    return max(0, (length.months * 28 + length.days - 2) * DAY + length.micros)
