"""What a run does, and the clauses of a message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cadenza.syntax.nodes.base import Mistake, Name, Node, Text

if TYPE_CHECKING:
    from cadenza.syntax.nodes.declarations import Binding, Events
    from cadenza.syntax.nodes.expressions import ClockTime, Member, Number, Percent, Weekday
    from cadenza.syntax.nodes.unions import Clause, Expression, Offer, Step

# fmt: off
__all__ = [
    "AddPoints",
    "Arm",
    "Awaited",
    "BuyGet",
    "Coupon",
    "ElseIf",
    "Entry",
    "FreeShipping",
    "Gift",
    "If",
    "IssueCoupon",
    "Membership",
    "NextOf",
    "Notify",
    "Off",
    "Offered",
    "Repeat",
    "RepeatUntil",
    "Send",
    "Sender",
    "Set",
    "Split",
    "Start",
    "Stop",
    "Subject",
    "Subscribe",
    "Tag",
    "TakePoints",
    "Template",
    "Transactional",
    "Unsubscribe",
    "Untag",
    "Until",
    "Wait",
    "WaitFor",
    "WaitUntil",
    "With",
]
# fmt: on


class Wait(Node):
    duration: Expression


class WaitUntil(Node):
    until: Until
    up_to: Expression | None
    body: tuple[Step, ...] | None
    otherwise: tuple[Step, ...] | None


class Until(Node):
    """What a run waits for: a weekday, a date, a time, a moment, or a condition."""

    what: Weekday | Expression
    at: ClockTime | Expression | None


class WaitFor(Node):
    awaited: Awaited | Mistake
    body: tuple[Step, ...] | None
    otherwise: tuple[Step, ...] | None


class Awaited(Node):
    events: Events
    up_to: Expression


class Send(Node):
    """A message; `channels` are tried in the order written."""

    channels: tuple[Name | Member, ...]
    messages: Text | Name | NextOf
    clauses: tuple[Clause, ...]


class NextOf(Node):
    names: tuple[Text | Name, ...]
    again_after: Expression | None


class Subject(Node):
    text: Text | Name
    only_if: Expression | None


class Sender(Node):
    text: Text | Name
    only_if: Expression | None


class Template(Node):
    text: Text | Name
    only_if: Expression | None


class With(Node):
    bindings: tuple[Binding, ...]
    only_if: Expression | None


class Coupon(Node):
    """A coupon in a message: issued with it, or only mentioned where one of its name is live."""

    name: Text | Name
    offered: Offered | None
    only_if: Expression | None


class Transactional(Node):
    only_if: Expression | None


class Offered(Node):
    """What a coupon is good for, which order redeems it, and for how long it lives."""

    offer: Offer | Expression
    where: Expression | None
    lifetime: Expression | None


class Off(Node):
    amount: Expression


class FreeShipping(Node):
    pass


class BuyGet(Node):
    buy: int
    get: int


class Gift(Node):
    sku: Text | Name


class Membership(Node):
    name: Text | Name


class Entry(Node):
    contest: Text | Name


class If(Node):
    condition: Expression
    body: tuple[Step, ...]
    else_ifs: tuple[ElseIf, ...]
    otherwise: tuple[Step, ...] | None


class ElseIf(Node):
    condition: Expression
    body: tuple[Step, ...]


class Split(Node):
    """Arms that a keyed draw chooses from: for each customer, or with `afresh` for each run; `key` is shared between splits."""

    afresh: bool
    name: Name
    key: Text | Name | None
    arms: tuple[Arm | Mistake, ...]


class Arm(Node):
    share: Percent
    name: Name
    body: tuple[Step, ...] | None


class Repeat(Node):
    times: Number | Name | Mistake
    body: tuple[Step, ...]


class RepeatUntil(Node):
    condition: Expression
    times: Number | Name
    body: tuple[Step, ...]


class Tag(Node):
    name: Text | Name


class Untag(Node):
    name: Text | Name


class Set(Node):
    field: Expression
    value: Expression


class AddPoints(Node):
    amount: Expression
    score: Expression
    lifetime: Expression | None


class TakePoints(Node):
    amount: Expression
    score: Expression


class Subscribe(Node):
    mailing_list: Text | Name


class Unsubscribe(Node):
    mailing_list: Text | Name


class IssueCoupon(Node):
    name: Text | Name
    offered: Offered


class Notify(Node):
    team: Text | Name
    text: Text | Name


class Start(Node):
    flow: Name


class Stop(Node):
    flow: Name | None
