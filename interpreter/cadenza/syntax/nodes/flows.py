"""Flows and their headers: who is let in, when, and who leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cadenza.syntax.nodes.base import Mistake, Name, Node, Text

if TYPE_CHECKING:
    from cadenza.syntax.nodes.declarations import Events, Head
    from cadenza.syntax.nodes.expressions import ClockTime, Duration, Unit, Weekday
    from cadenza.syntax.nodes.unions import Expression, Header, Reentry, Step

# fmt: off
__all__ = [
    "Active",
    "Again",
    "At",
    "DaysFrom",
    "Enter",
    "EveryPeriod",
    "EveryTime",
    "EveryWeekday",
    "Flow",
    "Follow",
    "For",
    "ForEachRow",
    "Goal",
    "Group",
    "LeaveOn",
    "LeaveWhen",
    "MonthDay",
    "On",
    "Once",
    "Priority",
    "StartingOver",
    "When",
    "While",
    "YearDay",
]
# fmt: on


class Flow(Node):
    head: Head | Mistake
    doc: Text | None
    lines: tuple[Header | Step, ...]


class On(Node):
    events: Events
    follows: tuple[Follow, ...]


class Follow(Node):
    """`then [no] EVENTS within D`."""

    no: bool
    events: Events
    within: Expression


class When(Node):
    condition: Expression
    including: bool


class EveryPeriod(Node):
    """`every day|month|year [on …] [at T]`."""

    unit: Unit
    on: MonthDay | YearDay | Expression | None
    at: ClockTime | Expression | None


class MonthDay(Node):
    unit: Unit
    day: int


class YearDay(Node):
    day: int
    month: int


class EveryWeekday(Node):
    days: tuple[Weekday, ...]
    at: ClockTime | Expression | None


class DaysFrom(Node):
    """`7 days before customer.renewal at 10:00`."""

    amount: Duration
    direction: str
    day: Expression
    at: ClockTime | Expression | None


class At(Node):
    moment: Expression


class ForEachRow(Node):
    table: Name


class For(Node):
    condition: Expression


class While(Node):
    condition: Expression


class Enter(Node):
    reentry: Reentry


class Once(Node):
    pass


class Again(Node):
    after: Expression | None


class StartingOver(Node):
    pass


class EveryTime(Node):
    pass


class LeaveOn(Node):
    events: Events


class LeaveWhen(Node):
    condition: Expression


class Goal(Node):
    """`goal EVENTS within D`: what counts as success of a message."""

    events: Events
    within: Expression


class Priority(Node):
    number: int


class Group(Node):
    name: Name


class Active(Node):
    start: Expression
    end: Expression
