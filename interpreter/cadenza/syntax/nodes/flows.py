"""Flows and their headers: who is let in, when, and who leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cadenza.syntax.nodes.base import Mistake, Name, Node, Text, node

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


@node
class Flow(Node):
    head: Head | Mistake
    doc: Text | None
    lines: tuple[Header | Step, ...]


@node
class On(Node):
    events: Events
    follows: tuple[Follow, ...]


@node
class Follow(Node):
    """`then [no] EVENTS within D`."""

    no: bool
    events: Events
    within: Expression


@node
class When(Node):
    condition: Expression
    including: bool


@node
class EveryPeriod(Node):
    """`every day|month|year [on …] [at T]`."""

    unit: Unit
    on: MonthDay | YearDay | Expression | None
    at: ClockTime | Expression | None


@node
class MonthDay(Node):
    unit: Unit
    day: int


@node
class YearDay(Node):
    day: int
    month: int


@node
class EveryWeekday(Node):
    days: tuple[Weekday, ...]
    at: ClockTime | Expression | None


@node
class DaysFrom(Node):
    """`7 days before customer.renewal at 10:00`."""

    amount: Duration
    direction: str
    day: Expression
    at: ClockTime | Expression | None


@node
class At(Node):
    moment: Expression


@node
class ForEachRow(Node):
    table: Name


@node
class For(Node):
    condition: Expression


@node
class While(Node):
    condition: Expression


@node
class Enter(Node):
    reentry: Reentry


@node
class Once(Node):
    pass


@node
class Again(Node):
    after: Expression | None


@node
class StartingOver(Node):
    pass


@node
class EveryTime(Node):
    pass


@node
class LeaveOn(Node):
    events: Events


@node
class LeaveWhen(Node):
    condition: Expression


@node
class Goal(Node):
    """`goal EVENTS within D`: what counts as success of a message."""

    events: Events
    within: Expression


@node
class Priority(Node):
    number: int


@node
class Group(Node):
    name: Name


@node
class Active(Node):
    start: Expression
    end: Expression
