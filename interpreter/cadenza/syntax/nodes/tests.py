"""Tests: what happens to some customers on a simulated clock, and what is expected to come of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cadenza.syntax.nodes.base import Mistake, Name, Node, Text

if TYPE_CHECKING:
    from cadenza.syntax.nodes.declarations import Binding, Row
    from cadenza.syntax.nodes.expressions import ClockTime, DayMoment, Number
    from cadenza.syntax.nodes.promises import What
    from cadenza.syntax.nodes.unions import Act, Expectation, Expression, TestLine

# fmt: off
__all__ = [
    "AfterBlock",
    "AtBlock",
    "Because",
    "Does",
    "Expect",
    "ExpectedCondition",
    "ExpectedMessage",
    "ExpectedNone",
    "FieldValue",
    "GivenData",
    "GivenRows",
    "InFlow",
    "NothingElse",
    "Person",
    "RowBlock",
    "Rows",
    "Several",
    "Shows",
    "Test",
    "WithSubject",
]
# fmt: on


class Test(Node):
    title: Text | Mistake
    doc: Text | None
    lines: tuple[TestLine, ...]


class Person(Node):
    """A customer of a test, with fields."""

    name: Name
    values: tuple[FieldValue | Mistake, ...]


class FieldValue(Node):
    binding: Binding


class GivenData(Node):
    """`given data "folder"`: what was before the first block."""

    what: Name
    folder: Text


class GivenRows(Node):
    """`given products`, or a kind of event, with rows."""

    what: Name
    block: RowBlock


class RowBlock(Node):
    columns: tuple[Name, ...]
    rows: tuple[Row, ...]


class Rows(Node):
    """The test stands once for each row."""

    block: RowBlock


class AtBlock(Node):
    moment: DayMoment | ClockTime | Mistake
    acts: tuple[Act, ...]


class AfterBlock(Node):
    length: Expression
    acts: tuple[Act, ...]


class Does(Node):
    """`anna click "welcome"`: an event."""

    person: Name
    event: Name
    main: Text | Name | None
    values: tuple[Binding, ...]


class Expect(Node):
    expectation: Expectation


class ExpectedCondition(Node):
    condition: Expression
    because: Because | None


class ExpectedNone(Node):
    """`no email "x" to anna`: since the block before, or, with `ever`, since the beginning."""

    what: What | Text
    person: Name
    ever: bool
    because: Because | None


class ExpectedMessage(Node):
    what: What | Text
    person: Name
    seen_as: WithSubject | Shows | None


class WithSubject(Node):
    text: Text | Name


class Shows(Node):
    skus: tuple[Text | Name, ...]


class Because(Node):
    """A reason, in the words of the journal."""

    reason: str


class NothingElse(Node):
    pass


class InFlow(Node):
    """`anna inside welcome`; `standing` is `inside`, `not inside`, `left` or `finished`."""

    person: Expression
    standing: str
    flow: Name


class Several(Node):
    """`5 of "laces"`, in the items of a test."""

    count: Number
    sku: Text | Name
