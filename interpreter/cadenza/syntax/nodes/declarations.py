"""What stands at the left edge of a file: the file itself, the shop, and what is declared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cadenza.syntax.nodes.base import Mistake, Name, Node, Text

if TYPE_CHECKING:
    from cadenza.syntax.nodes.expressions import ClockTime, DayMoment, Duration, Number, Percent, Unit, Weekday
    from cadenza.syntax.nodes.unions import Condition, Expression, Offer, ShopLine, Statement, TypeNode

# fmt: off
__all__ = [
    "AllOf",
    "AnyOf",
    "Binding",
    "Case",
    "Currency",
    "EventAlias",
    "EventDeclaration",
    "EventName",
    "Events",
    "FieldDeclaration",
    "Head",
    "Holdout",
    "Holidays",
    "HolidaysWord",
    "Limit",
    "ListType",
    "Module",
    "NoneOf",
    "OneOfType",
    "Otherwise",
    "Parameter",
    "PlainType",
    "QuietDays",
    "QuietHours",
    "RequireConsent",
    "Row",
    "Segment",
    "SegmentBlock",
    "Shop",
    "Table",
    "TimeZone",
    "TypedName",
    "Use",
    "Value",
    "ValueBlock",
    "YearlyDateType",
    "YesNoType",
]
# fmt: on


class Module(Node):
    edition: int | None
    statements: tuple[Statement, ...]


class Use(Node):
    path: tuple[Name, ...]
    names: tuple[Name, ...] | None
    alias: Name | None
    bindings: tuple[Binding, ...]


class Binding(Node):
    name: Name
    value: Expression | Offer


class Shop(Node):
    title: Text | Mistake
    doc: Text | None
    lines: tuple[ShopLine, ...]


class TimeZone(Node):
    name: str


class Currency(Node):
    code: str


class QuietHours(Node):
    channel: Name | None
    start: ClockTime
    end: ClockTime


class QuietDays(Node):
    days: tuple[Weekday | HolidaysWord | DayMoment, ...]


class HolidaysWord(Node):
    """`holidays`, where a day may stand."""


class Holidays(Node):
    days: tuple[DayMoment, ...]


class RequireConsent(Node):
    channels: tuple[Name, ...]


class Holdout(Node):
    """`holdout 5%`: a stable share of customers is sent nothing, so that the effect can be measured."""

    share: Percent


class Limit(Node):
    """`at most COUNT NOUN per PERIOD`; `hold` is how long a message may wait for room, None where it is dropped."""

    count: Number | Name
    noun: Name
    period: Unit | Duration
    hold: Expression | None


class FieldDeclaration(Node):
    owner: Name
    name: Name
    type: TypeNode


class PlainType(Node):
    name: str


class YearlyDateType(Node):
    pass


class YesNoType(Node):
    pass


class OneOfType(Node):
    options: tuple[Text, ...]


class ListType(Node):
    element: TypeNode


class EventDeclaration(Node):
    """`event scan(place: text)`: a kind of event that the data have."""

    name: Name
    columns: tuple[TypedName, ...]


class TypedName(Node):
    name: Name
    type: TypeNode


class EventAlias(Node):
    name: Name
    events: Events


class Events(Node):
    """Several kinds of event, any of which will do; `where` speaks of whichever came."""

    alternatives: tuple[EventName | Events, ...]
    where: Expression | None


class EventName(Node):
    """One kind of event, perhaps only those whose main field is `main`."""

    name: Name
    main: Text | Name | None
    of_this_flow: bool


class Head(Node):
    """A declared name with its parameters."""

    name: Name
    parameters: tuple[Parameter, ...]


class Parameter(Node):
    name: Name
    default: Expression | Offer | None


class Table(Node):
    """Constants in rows, under the names of their columns."""

    name: Name
    doc: Text | None
    columns: tuple[Name, ...]
    rows: tuple[Row, ...]


class Row(Node):
    values: tuple[Expression | Offer, ...]


class Segment(Node):
    head: Head | Mistake
    where: Expression


class SegmentBlock(Node):
    head: Head | Mistake
    doc: Text | None
    conditions: tuple[Condition, ...]


class AnyOf(Node):
    conditions: tuple[Condition, ...]


class AllOf(Node):
    conditions: tuple[Condition, ...]


class NoneOf(Node):
    conditions: tuple[Condition, ...]


class Value(Node):
    head: Head | Mistake
    value: Expression


class ValueBlock(Node):
    head: Head | Mistake
    doc: Text | None
    cases: tuple[Case | Otherwise | Mistake, ...]


class Case(Node):
    value: Expression
    condition: Expression


class Otherwise(Node):
    value: Expression
