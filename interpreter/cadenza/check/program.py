"""Hold a checked program: what the engine runs, and all it needs to know.

Rule 1: a Program comes from the checker alone; nothing in it can fail for the author's fault.
Rule 2: names are bound, parameters are put in, lengths and money are in final units; only terms are left to be computed.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from cadenza.check.terms import EventStream, Pattern, Term
from cadenza.check.vocabulary import EventKind
from cadenza.records import Record
from cadenza.values import Length

if TYPE_CHECKING:
    from cadenza.check.types import Type
    from cadenza.syntax.source import Span


class Program(Record):
    """`flows` stand in order of declaration: files in the order given, used files before their user; so do their `texts`."""

    shop: Shop
    flows: tuple[Flow, ...]
    customer_fields: Mapping[str, Type]
    scores: frozenset[str]
    product_fields: Mapping[str, Type]
    events: Mapping[str, EventKind]
    texts: tuple[str, ...]
    promises: tuple[Promise, ...]


# -- The shop ---------------------------------------------------------------------------------------------------------


class Shop(Record):
    """What holds for every flow. `digits` are the decimals of the currency."""

    title: str
    zone: str
    currency: str
    digits: int
    quiet_hours: tuple[QuietHours, ...]
    quiet_weekdays: frozenset[int]
    quiet_dates: frozenset[int]
    consent: frozenset[str]
    limits: tuple[Limit, ...]
    holdout: Fraction
    """The share of customers that is sent nothing."""


class QuietHours(Record):
    """From `start` up to and without `end`, in microseconds since midnight; of one channel, or of all without their own."""

    channel: str | None
    start: int
    end: int


class Limit(Record):
    """At most `count` messages (of one channel, or all) in a sliding `length` or a calendar `period`.

    `hold` is how long a message may wait for room; None drops it. `reason` is what the journal says.
    """

    count: int
    channel: str | None
    period: str | None
    length: Length | None
    hold: Length | None
    reason: str


# -- Promises ---------------------------------------------------------------------------------------------------------


class Always(Record):
    span: Span
    text: str
    limit: Limit


class NeverWithin(Record):
    """A message (of a channel, of a name, or any) that must not come within a time after certain events, or before them."""

    span: Span
    text: str
    channel: str | None
    message: str | None
    within: Length
    after: bool
    patterns: tuple[Pattern, ...]


class NeverTwo(Record):
    span: Span
    text: str
    group: str


class NeverTwice(Record):
    span: Span
    text: str
    channel: str | None
    within: Length


Promise = Always | NeverWithin | NeverTwo | NeverTwice


# -- Flows ------------------------------------------------------------------------------------------------------------


class Flow(Record):
    name: str
    span: Span
    priority: int
    group: str | None
    entries: tuple[Entry, ...]
    audience: Condition | None
    whiles: tuple[Condition, ...]
    leave_when: tuple[Condition, ...]
    leave_on: tuple[Pattern, ...]
    reentry: Reentry
    active: tuple[int, int] | None
    limits: tuple[Limit, ...]
    holdout: Fraction
    goal: Goal | None
    steps: tuple[Step, ...]


class Condition(Record):
    """A condition with what a person would look at to see why it holds: parts of it by their text in the source."""

    term: Term
    seen: tuple[tuple[str, Term], ...]


class Reentry(Record):
    """`mode` is `once`, `again`, `starting over` or `every time`."""

    mode: str
    after: Length


class Goal(Record):
    """What counts as success of a message, and for how long after it."""

    patterns: tuple[Pattern, ...]
    within: Length


class OnEvents(Record):
    """`on A then B within D`: a first event and what must follow; without `follows` the event itself lets in."""

    span: Span
    patterns: tuple[Pattern, ...]
    follows: tuple[Follow, ...]


class Follow(Record):
    no: bool
    patterns: tuple[Pattern, ...]
    within: Length


class OnCondition(Record):
    span: Span
    condition: Condition
    including: bool


class OnCalendar(Record):
    span: Span
    calendar: Calendar


Entry = OnEvents | OnCondition | OnCalendar


# -- Days and times, as headers and waits name them -------------------------------------------------------------------


class EveryDay(Record):
    at: Term | None


class EveryWeekdays(Record):
    days: frozenset[int]
    at: Term | None


class EveryMonth(Record):
    day: int
    at: Term | None


class EveryYear(Record):
    """A fixed day of each year."""

    month: int
    day: int
    at: Term | None


class YearlyFrom(Record):
    """The yearly date or, from its year on, the date that a term gives."""

    date: Term
    at: Term | None


class OnDay(Record):
    """The one day a term gives."""

    date: Term
    at: Term | None


class AtMoment(Record):
    moment: Term


class AtClock(Record):
    """The next time the clock reads this, as a wait."""

    time: Term


Calendar = EveryDay | EveryWeekdays | EveryMonth | EveryYear | YearlyFrom | OnDay | AtMoment
Description = AtClock | EveryWeekdays | YearlyFrom | OnDay | AtMoment


# -- Selections -------------------------------------------------------------------------------------------------------


class Source(Record):
    """Where products come from.

    `kind` is `catalog`, `listed`, `stream`, `together`, `similar`, `accessories`, `upgrades` or `selection`; `skus` gives the
    SKUs it starts from, those of a stream the newest last, and `selection` is another one.
    """

    kind: str
    skus: Term | None = None
    selection: Selection | None = None


class Ranking(Record):
    """What comes first: `measure` is the words of the program, `length` a window of whole days; `seen` are dated products."""

    measure: str
    length: Length | None
    seen: EventStream | None


class Selection(Record):
    """A list of products with all parameters put in; `fields` are those of products that it looks at, `name` is the journal's."""

    name: str
    sources: tuple[Source, ...]
    where: Term | None
    excepted: tuple[Term, ...]
    rankings: tuple[Ranking, ...]
    limits: tuple[tuple[int, str], ...]
    top: int | None
    otherwise: Selection | None
    fields: tuple[str, ...]


# -- Steps ------------------------------------------------------------------------------------------------------------


class Step(Record):
    """`path` is the place in the flow, as `3.else.1`."""

    path: str
    span: Span


class Wait(Step):
    length: Term


class WaitUntil(Step):
    description: Description
    up_to: Term | None
    body: tuple[Step, ...]
    otherwise: tuple[Step, ...]


class WaitUntilCondition(Step):
    condition: Condition
    up_to: Term | None
    body: tuple[Step, ...]
    otherwise: tuple[Step, ...]


class WaitFor(Step):
    patterns: tuple[Pattern, ...]
    up_to: Term
    body: tuple[Step, ...]
    otherwise: tuple[Step, ...]


class Send(Step):
    """`messages` are tried in order where `next_of`; each kind of clause keeps the order written."""

    channels: tuple[Term, ...]
    messages: tuple[str, ...]
    next_of: bool
    again_after: Length | None
    texts: tuple[Clause, ...]
    coupons: tuple[tuple[Coupon, Term | None], ...]
    """Each with its `if`; the first that holds counts."""
    transactional: tuple[Term, ...]
    """Conditions, any of which makes the message transactional."""
    shows: tuple[Show, ...] = ()


class Clause(Record):
    """`kind` is `subject`, `sender`, `template` or the name of a value; the first of a kind whose `only_if` holds counts."""

    kind: str
    value: Term
    only_if: Term | None


class Show(Record):
    """Products of a message: at most `top`; with fewer than `least` the message is skipped if `skips`, else goes without them."""

    selection: Selection
    top: int | None
    least: int
    skips: bool
    only_if: Term | None


class Offer(Record):
    """What a coupon is good for; an order that fits `redeemed_by` redeems it, within `lifetime`, None for ever."""

    span: Span
    text: str
    redeemed_by: Pattern | None
    lifetime: Term | None


class Coupon(Record):
    """A coupon by its name; without an offer it can only be mentioned."""

    name: str
    offer: Offer | None


class IssueCoupon(Step):
    coupon: Coupon


class If(Step):
    branches: tuple[tuple[Condition, tuple[Step, ...]], ...]
    otherwise: tuple[Step, ...]


class Split(Step):
    """Arms with their shares of 1. `key` names the draw, which `afresh` makes anew for each run."""

    name: str
    key: str
    afresh: bool
    arms: tuple[tuple[str, Fraction, tuple[Step, ...]], ...]


class Repeat(Step):
    times: int
    until: Condition | None
    body: tuple[Step, ...]


class Tag(Step):
    tag: str
    on: bool


class Set(Step):
    field: str
    value: Term
    type: Type


class Points(Step):
    """Points added (for `lifetime`, or for good) or taken, as `sign` says."""

    score: str
    sign: int
    amount: Term
    lifetime: Term | None


class Subscribe(Step):
    mailing_list: str
    on: bool


class Notify(Step):
    team: str
    text: Term


class Start(Step):
    flows: tuple[str, ...]


class Stop(Step):
    """Ends the runs of some flows; without any, this run."""

    flows: tuple[str, ...]
