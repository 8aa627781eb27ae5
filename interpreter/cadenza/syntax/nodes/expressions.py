"""Values, conditions, streams and literals."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from cadenza.syntax.nodes.base import Name, Node, Text

if TYPE_CHECKING:
    from cadenza.syntax.nodes.unions import Expression, Window

# fmt: off
__all__ = [
    "Aggregate",
    "And",
    "Arithmetic",
    "Before",
    "Between",
    "Call",
    "ClockTime",
    "Compare",
    "DayMoment",
    "Duration",
    "InTheLast",
    "Inside",
    "IsEmpty",
    "IsKnown",
    "IsNotEmpty",
    "IsNotKnown",
    "List",
    "Member",
    "Money",
    "NamedStream",
    "Negation",
    "Negative",
    "No",
    "Number",
    "Or",
    "Parenthesis",
    "Percent",
    "Shifted",
    "Since",
    "Stream",
    "TimeSince",
    "TimeSpan",
    "TimeUntil",
    "Unit",
    "Weekday",
    "Windowed",
    "Yes",
]
# fmt: on


class Or(Node):
    parts: tuple[Expression, ...]


class And(Node):
    parts: tuple[Expression, ...]


class Negation(Node):
    """`not E`."""

    value: Expression


class Compare(Node):
    """`operator` is as written, in single spaces: `=`, `not in`, `starts with`."""

    left: Expression
    operator: str
    right: Expression


class Between(Node):
    value: Expression
    low: Expression
    high: Expression


class IsKnown(Node):
    value: Expression


class IsNotKnown(Node):
    value: Expression


class IsEmpty(Node):
    value: Expression


class IsNotEmpty(Node):
    value: Expression


class Shifted(Node):
    """`3 days before X`."""

    amount: Expression
    direction: str
    moment: Expression


class Arithmetic(Node):
    left: Expression
    operator: str
    right: Expression


class Negative(Node):
    value: Expression


class TimeSince(Node):
    moment: Expression


class TimeUntil(Node):
    moment: Expression


class Inside(Node):
    flow: Name


class Member(Node):
    owner: Expression
    name: Name


class Parenthesis(Node):
    """Kept, so that the formatter keeps it."""

    value: Expression


class Call(Node):
    name: Name
    arguments: tuple[Expression, ...]


class Windowed(Node):
    """A stream with a window, as an argument."""

    stream: Expression
    windows: tuple[Window, ...]


class List(Node):
    elements: tuple[Expression, ...]


class Aggregate(Node):
    """`function` is as written: `count`, `most frequent`."""

    function: str
    distinct: bool
    stream: Stream


class Stream(Node):
    alternatives: tuple[NamedStream | Stream, ...]
    windows: tuple[Window, ...]
    where: Expression | None


class NamedStream(Node):
    """`path` ends in an event or in a field of it; `main` picks by the main field."""

    path: Name | Member | Call | Aggregate
    main: Text | Name | None
    of_this_flow: bool


class InTheLast(Node):
    length: Expression


class Since(Node):
    start: Expression


class Before(Node):
    end: Expression


class Number(Node):
    value: Fraction


class Money(Node):
    amount: Fraction
    currency: str


class Percent(Node):
    value: Fraction


class Duration(Node):
    spans: tuple[TimeSpan, ...]


class TimeSpan(Node):
    amount: Fraction
    unit: Unit


class Unit(Node):
    """A unit of time in the singular."""

    name: str


class Weekday(Node):
    """A day of the week, Monday 0."""

    number: int


class DayMoment(Node):
    """A date as year, month, day, with a time of day or without."""

    year: int
    month: int
    day: int
    time: ClockTime | None


class ClockTime(Node):
    minutes: int
    """Minutes since midnight."""


class Yes(Node):
    pass


class No(Node):
    pass
