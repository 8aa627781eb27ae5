"""Say what a person would look at to see why a condition holds: its parts, under the words they were written with (10.3)."""

from __future__ import annotations

from cadenza.check.terms import (
    All,
    Arithmetic,
    AtTime,
    ClockComparison,
    Comparison,
    Constant,
    Elapsed,
    In,
    InsideFlow,
    IsEmpty,
    IsKnown,
    ListOf,
    MomentPart,
    Not,
    Occurrence,
    Shift,
    Some,
    Term,
    TextTest,
    Written,
)
from cadenza.check.types import MOVING, Type
from cadenza.syntax.source import Span

_WORKED_OUT = (Arithmetic, AtTime, ListOf, MomentPart, Occurrence, Shift, Written)
"""What is written out where all that it is made of is."""


def observed(term: Term) -> tuple[tuple[str, Term], ...]:
    """Give the parts of a condition that have a value worth showing, each once."""
    found: dict[str, Term] = {}
    _look(term, found)
    return tuple(found.items())


def _look(term: Term, found: dict[str, Term]) -> None:
    match term:
        case Some(parts=(InsideFlow(span=span), InsideFlow(span=same), *_)) if span is same:
            found.setdefault(_text(span), term)  # a flow that stands once for each row of a table
        case All(parts=parts) | Some(parts=parts):
            for part in parts:
                _look(part, found)
        case Not(part=part) | IsKnown(part=part) | IsEmpty(part=part):
            _look(part, found)
        case Comparison(left=left, right=right) | In(item=left, whole=right) | TextTest(whole=left, part=right):
            _look(left, found)
            _look(right, found)
        case ClockComparison(direction=direction, moment=moment, length=length):
            found.setdefault(f"time {direction} {_text(moment.span)}", Elapsed(moment.span, direction, moment, MOVING))
            _look(length, found)
        case _ if _can_be_shown(term.type) and not _written_out(term):
            found.setdefault(_text(term.span), term)


def _can_be_shown(type_: Type) -> bool:
    name = (type_.element or type_).name
    return name not in ("event", "line", "cart", "customer")


def _written_out(term: object) -> bool:
    return isinstance(term, Constant) or (isinstance(term, _WORKED_OUT) and all(map(_written_out, term.inner())))


def _text(span: Span) -> str:
    return " ".join(span.text.split())
