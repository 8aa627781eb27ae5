"""Say what a person would look at to see why a condition holds: its parts, under the words they were written with."""

from __future__ import annotations

from cadenza.check.terms import (
    Aggregate,
    All,
    Choice,
    ClockComparison,
    Comparison,
    Constant,
    CustomerField,
    Elapsed,
    ElementField,
    EventField,
    Holds,
    In,
    InsideFlow,
    IsEmpty,
    IsKnown,
    Not,
    Some,
    Term,
    TextTest,
)
from cadenza.check.types import CONDITION, MOVING

_MOST = 8


def observed(term: Term) -> tuple[tuple[str, Term], ...]:
    """Give the parts of a condition that have a value worth showing, at most eight, each once."""
    found: dict[str, Term] = {}
    _look(term, found)
    return tuple(found.items())[:_MOST]


def _look(term: Term, found: dict[str, Term]) -> None:
    match term:
        case All(parts=parts) | Some(parts=parts):
            for part in parts:
                _look(part, found)
        case Not(part=part) | IsKnown(part=part) | IsEmpty(part=part):
            _look(part, found)
        case Comparison(left=left, right=right) | In(item=left, whole=right) | TextTest(whole=left, part=right):
            _look(left, found)
            _look(right, found)
        case ClockComparison(direction=direction, moment=moment):
            text = f"time {direction} {_text(moment)}"
            found.setdefault(text, Elapsed(moment.span, direction, moment, MOVING))
        case Constant():
            pass
        case Holds() | InsideFlow() | Aggregate() | CustomerField() | EventField() | Choice() if term.type == CONDITION:
            found.setdefault(_text(term), term)
        case ElementField():
            pass  # the journal line names the event itself
        case _ if term.type.name not in ("event", "line", "cart", "customer"):
            found.setdefault(_text(term), term)
        case _:
            pass


def _text(term: Term) -> str:
    return " ".join(term.span.text.split())
