"""Hold what an expression means once names are bound, types are checked and parameters are put in.

Terms are what the engine compiles. They know fields, streams and the clock by their final names, and every term knows the
piece of source it came from, so that a journal can say what a condition saw.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cadenza.check.types import CONDITION, MOMENT, Type
from cadenza.syntax.nodes.base import Node

if TYPE_CHECKING:
    from cadenza.values import Value


class Constant(Node):
    value: Value
    type: Type


class CustomerField(Node):
    """A field of the customer: of the row, or as last set; a score with its lots. `tags` and `subscriptions` are lists."""

    name: str
    type: Type


class CartField(Node):
    """`items` or `total` of the cart as it is now."""

    name: str
    type: Type


class Trigger(Node):
    """The event that let this run in."""

    type: Type


class Now(Node):
    type: Type = MOMENT


class Today(Node):
    type: Type


class MomentPart(Node):
    """`weekday`, `hour`, `day`, `month`, `year`, `time` or `date` of a moment or date, in the customer's zone."""

    part: str
    whole: Term
    type: Type


class AtTime(Node):
    """The instant at which a day's clock reads `time`, in the customer's zone (semantics 1.2, 1.7)."""

    date: Term
    time: Term
    type: Type = MOMENT


class Occurrence(Node):
    """The next day, today included, of a yearly date, or the last one (semantics 1.7)."""

    yearly: Term
    which: str
    type: Type


class EventField(Node):
    """A field of an event that a term gives, unknown where there is no such event."""

    event: Term
    name: str
    type: Type


class ElementField(Node):
    """A field of the event or line that a `where` speaks of."""

    name: str
    type: Type


class EachField(Node):
    """One field of each line of a list."""

    lines: Term
    name: str
    type: Type


class All(Node):
    """True if every part is, false if one is false (semantics 2.1)."""

    parts: tuple[Term, ...]
    type: Type = CONDITION


class Some(Node):
    """True if a part is."""

    parts: tuple[Term, ...]
    type: Type = CONDITION


class Not(Node):
    part: Term
    type: Type = CONDITION


class Holds(Node):
    """Yes only if the part is true: what the name of a segment stands for (semantics 2.2)."""

    part: Term
    type: Type = CONDITION


class Comparison(Node):
    """`operator` is one of `=`, `!=`, `<`, `<=`, `>`, `>=`; both sides have one type."""

    left: Term
    operator: str
    right: Term
    type: Type = CONDITION


class ClockComparison(Node):
    """`time since X` (or `until`) compared with a length of time that does not move (semantics 1.6)."""

    direction: str
    moment: Term
    operator: str
    length: Term
    type: Type = CONDITION


class Elapsed(Node):
    """The time since or until a moment, for a journal to show what a condition saw; programs only compare it."""

    direction: str
    moment: Term
    type: Type


class In(Node):
    """Whether a value is in a list."""

    item: Term
    whole: Term
    type: Type = CONDITION


class TextTest(Node):
    """`contains`, `starts with` or `ends with`, of texts."""

    test: str
    whole: Term
    part: Term
    type: Type = CONDITION


class IsKnown(Node):
    part: Term
    type: Type = CONDITION


class IsEmpty(Node):
    part: Term
    type: Type = CONDITION


class InsideFlow(Node):
    flow: str
    type: Type = CONDITION


class Arithmetic(Node):
    left: Term
    operator: str
    right: Term
    type: Type


class Shift(Node):
    """A moment or date moved by a length of time; `sign` is 1 or -1."""

    moment: Term
    sign: int
    length: Term
    type: Type


class ListOf(Node):
    elements: tuple[Term, ...]
    type: Type


class Choice(Node):
    """The value of the first case that holds; unknown if none does and there is no other."""

    cases: tuple[tuple[Term, Term], ...]
    otherwise: Term | None
    type: Type


class Written(Node):
    """A text with values in it. Each piece is a text, or a value and what stands where it is unknown."""

    pieces: tuple[str | tuple[Term, Term | None], ...]
    type: Type


class Aggregate(Node):
    function: str
    distinct: bool
    stream: EventStream | ListStream
    type: Type


# -- Among all customers -----------------------------------------------------------------------------------------------


class Percentile(Node):
    """The share of customers whose value is lower; for a `clock`, `since` or `until`, the value is a moment (semantics 9.5)."""

    value: Term
    clock: str | None
    type: Type


class Similarity(Node):
    """How alike this customer's spend by category, the lines of `bought`, is to that of those for whom `members` holds."""

    members: Term
    bought: EventStream
    type: Type


# -- Products ---------------------------------------------------------------------------------------------------------


class ProductField(Node):
    """A field of the product that the `where` of a selection speaks of; `in_stock` is one."""

    name: str
    type: Type


class Due(Node):
    """Whether this customer's own cycle for the product is over; `bought` are the products of their orders."""

    bought: EventStream
    type: Type = CONDITION


class Once(Node):
    """A part of a condition about products that is the same for all of them: worked out once for a list."""

    part: Term
    type: Type


# -- Streams ----------------------------------------------------------------------------------------------------------


class Pattern(Node):
    """One kind of event, perhaps with a certain main field; `where` speaks of its fields."""

    kind: str
    main: Term | None
    of_this_flow: bool
    where: Term | None


class Window(Node):
    """`edge` is `last` (a length), `since` or `before` (a moment or an event)."""

    edge: str
    bound: Term


class EventStream(Node):
    """Past events of several kinds, or their lines, or one field of either.

    `lines` explodes events into their lines, `field` takes one field of each element, `where` picks elements.
    """

    patterns: tuple[Pattern, ...]
    lines: bool
    field: str | None
    windows: tuple[Window, ...]
    where: Term | None
    type: Type


class ListStream(Node):
    """The elements of a list; `where` speaks of a line."""

    items: Term
    field: str | None
    where: Term | None
    type: Type


Term = (
    Constant
    | CustomerField
    | CartField
    | Trigger
    | Now
    | Today
    | MomentPart
    | AtTime
    | Occurrence
    | EventField
    | ElementField
    | EachField
    | All
    | Some
    | Not
    | Holds
    | Comparison
    | ClockComparison
    | Elapsed
    | In
    | TextTest
    | IsKnown
    | IsEmpty
    | InsideFlow
    | Arithmetic
    | Shift
    | ListOf
    | Choice
    | Written
    | Aggregate
    | Percentile
    | Similarity
    | ProductField
    | Due
    | Once
)
