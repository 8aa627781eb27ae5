"""Values, conditions, streams and literals."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from cadenza.syntax.nodes.base import Name, Node, Text, node

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


@node
class Or(Node):
    parts: tuple[Expression, ...]


@node
class And(Node):
    parts: tuple[Expression, ...]


@node
class Negation(Node):
    """`not E`."""

    value: Expression


@node
class Compare(Node):
    """`operator` is as written, in single spaces: `=`, `not in`, `starts with`."""

    left: Expression
    operator: str
    right: Expression


@node
class Between(Node):
    value: Expression
    low: Expression
    high: Expression


@node
class IsKnown(Node):
    value: Expression


@node
class IsNotKnown(Node):
    value: Expression


@node
class IsEmpty(Node):
    value: Expression


@node
class IsNotEmpty(Node):
    value: Expression


@node
class Shifted(Node):
    """`3 days before X`."""

    amount: Expression
    direction: str
    moment: Expression


@node
class Arithmetic(Node):
    left: Expression
    operator: str
    right: Expression


@node
class Negative(Node):
    value: Expression


@node
class TimeSince(Node):
    moment: Expression


@node
class TimeUntil(Node):
    moment: Expression


@node
class Inside(Node):
    flow: Name


@node
class Member(Node):
    owner: Expression
    name: Name


@node
class Parenthesis(Node):
    """Kept, so that the formatter keeps it."""

    value: Expression


@node
class Call(Node):
    name: Name
    arguments: tuple[Expression, ...]


@node
class Windowed(Node):
    """A stream with a window, as an argument."""

    stream: Expression
    windows: tuple[Window, ...]


@node
class List(Node):
    elements: tuple[Expression, ...]


@node
class Aggregate(Node):
    """`function` is as written: `count`, `most frequent`."""

    function: str
    distinct: bool
    stream: Stream


@node
class Stream(Node):
    alternatives: tuple[NamedStream | Stream, ...]
    windows: tuple[Window, ...]
    where: Expression | None


@node
class NamedStream(Node):
    """`path` ends in an event or in a field of it; `main` picks by the main field."""

    path: Name | Member | Call | Aggregate
    main: Text | Name | None
    of_this_flow: bool


@node
class InTheLast(Node):
    length: Expression


@node
class Since(Node):
    start: Expression


@node
class Before(Node):
    end: Expression


@node
class Number(Node):
    value: Fraction


@node
class Money(Node):
    amount: Fraction
    currency: str


@node
class Percent(Node):
    value: Fraction


@node
class Duration(Node):
    spans: tuple[TimeSpan, ...]


@node
class TimeSpan(Node):
    amount: Fraction
    unit: Unit


@node
class Unit(Node):
    """A unit of time in the singular."""

    name: str


@node
class Weekday(Node):
    """A day of the week, Monday 0."""

    number: int


@node
class DayMoment(Node):
    """A date as year, month, day, with a time of day or without."""

    year: int
    month: int
    day: int
    time: ClockTime | None


@node
class ClockTime(Node):
    minutes: int
    """Minutes since midnight."""


@node
class Yes(Node):
    pass


@node
class No(Node):
    pass
