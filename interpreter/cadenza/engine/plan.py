"""Lower a program to a plan: closures, columns and tables, made once and shared by all customers.

Everything is indexed by the kind of event it depends on, so that an event meets only what it may change.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import attrs

from cadenza.check import program as p
from cadenza.check import terms as t
from cadenza.check.types import Type
from cadenza.check.vocabulary import CHANNELS
from cadenza.engine.among import NOBODY, Among, Ask
from cadenza.engine.catalogue import Catalogue, nothing
from cadenza.engine.clock import NEVER
from cadenza.engine.conditions import Compiled, Conditions
from cadenza.engine.dependencies import depends, pure
from cadenza.engine.derive import Deriving
from cadenza.engine.descriptions import Next, next_of
from cadenza.engine.events import Inputs
from cadenza.engine.foresight import barred, least, only_adds
from cadenza.engine.journal import quoted
from cadenza.engine.layout import Layout, layout_of
from cadenza.engine.policy import QuietTimes, covers
from cadenza.engine.runs import END, StepPlan, Tests
from cadenza.engine.sending import SendStep
from cadenza.engine.show import Shower
from cadenza.engine.steps import Lowering
from cadenza.engine.streams import ColumnPlan, Least, Taken, fitting
from cadenza.values import Length

if TYPE_CHECKING:
    from cadenza.engine.watching import Watching

Seen = tuple[tuple[str, Compiled, Type], ...]
"""What a condition looked at: words, value, type; for the journal."""


@attrs.define(eq=False)
class FlowPlan:
    """A flow as it runs. `order` is its place in flow order, `strength` its rank in its group; `start` the first step."""

    flow: p.Flow
    order: int
    strength: tuple[int, int]
    name: str
    json: str
    """The journal's words for a run of it, up to the number."""
    start: int = END
    steps: list[StepPlan] = attrs.field(factory=list)
    audience: Compiled | None = None
    audience_seen: Seen = ()
    stays: tuple[tuple[Compiled, bool, str, frozenset[str]], ...] = ()
    """Conditions of staying inside: what each must be, the reason for leaving where it is not, and the kinds it depends on."""
    stay_kinds: frozenset[str] = frozenset()
    exit_kinds: frozenset[str] = frozenset()
    """The kinds of event that may end a run: those of `leave on`, and those that its conditions depend on."""
    leave_on: Tests = attrs.field(factory=dict)
    limits: dict[str, tuple[int, ...]] = attrs.field(factory=dict)
    """The limits that cover a message of this flow, by its channel: the shop's, then its own, as written."""
    mode: str = "again"
    after: Length | None = None
    """For how long after a run nobody is let in again."""
    goal: Length | None = None
    """For how long after a message its goal is credited to it."""
    goal_tests: Tests = attrs.field(factory=dict)
    selective: bool = False
    """Whether somebody may be refused for what they are, not for when they were here before."""


class OnPlan(NamedTuple):
    """A flow that one kind of event lets in at once."""

    flow: FlowPlan
    line: int
    test: Compiled | None
    place: str
    """The journal's words for where the trigger is written."""
    taken: Taken | None
    """How to find the events that fit among all of their kind, where that depends on nothing else."""


class FollowPlan(NamedTuple):
    no: bool
    tests: Tests
    within: Length


@attrs.frozen(eq=False)
class SequencePlan:
    """A flow that a first event lets in once others followed, or did not."""

    place: int
    flow: FlowPlan
    line: int
    first: Tests
    follows: tuple[FollowPlan, ...]
    at: str


@attrs.frozen(eq=False)
class WatchPlan:
    """A flow that a condition lets in at the moment it becomes true."""

    place: int
    flow: FlowPlan
    line: int
    condition: Compiled
    seen: Seen
    including: bool
    at: str
    only_adds: bool
    barred: int
    """For how long, at least, any event it depends on bars it from becoming true."""
    least: Least | None
    """What must have come together before it can be true."""


@attrs.frozen(eq=False)
class CalendarPlan:
    """A flow that the calendar lets in; `next` gives the first instant after one, or at it."""

    place: int
    flow: FlowPlan
    line: int
    next: Next
    at: str


@attrs.define(eq=False)
class KindPlan:
    """All that one kind of event may change. `columns` are those that grow by it, with their places."""

    name: str = ""
    absorbs: bool = False
    columns: list[tuple[int, Taken]] = attrs.field(factory=list)
    watches: list[tuple[WatchPlan, int]] = attrs.field(factory=list)
    """Each with for how long, at least, an event bars it from becoming true."""
    entries: list[OnPlan] = attrs.field(factory=list)
    sequences: list[SequencePlan] = attrs.field(factory=list)
    calendars: list[CalendarPlan] = attrs.field(factory=list)
    makes_facts: bool = False
    lets_in: bool = False
    always: bool = False
    goals: list[FlowPlan] = attrs.field(factory=list)
    """The flows that it may be a success of."""
    promises: list[tuple[int, Compiled | None]] = attrs.field(factory=list)
    """The promises that speak of it: their places, and what the event must be."""
    witnessed: bool = False
    """Whether something follows from such a fact alone."""
    noticed: bool = False
    """Whether anything but the customer's own state may change by it."""

    def close(self) -> None:
        """Say in a few words what follows from the rest, once it is complete."""
        self.witnessed = self.witnessed or bool(self.promises)
        self.makes_facts = self.absorbs or bool(self.columns) or self.witnessed
        self.lets_in = bool(self.entries or self.sequences or self.calendars)
        self.noticed = bool(self.columns or self.watches or self.goals or self.promises) or self.lets_in
        live = any(entry.taken is None for entry in self.entries)
        self.always = self.makes_facts or live or bool(self.sequences or self.calendars or self.goals)


@attrs.define(eq=False)
class Plan:
    program: p.Program
    layout: Layout
    shower: Shower
    quiet: QuietTimes
    flows: tuple[FlowPlan, ...] = ()
    by_name: dict[str, FlowPlan] = attrs.field(factory=dict)
    kinds: dict[str, KindPlan] = attrs.field(factory=dict)
    no_kind: KindPlan = attrs.field(factory=KindPlan)
    columns: tuple[ColumnPlan, ...] = ()
    watches: list[WatchPlan] = attrs.field(factory=list)
    sequences: list[SequencePlan] = attrs.field(factory=list)
    calendars: list[CalendarPlan] = attrs.field(factory=list)
    limits: list[p.Limit] = attrs.field(factory=list)
    seed: int = 0
    catalogue: Catalogue = attrs.field(factory=nothing)
    """The products that messages show; the data put them in."""
    asks: tuple[Ask, ...] = ()
    among: Among = NOBODY
    """What is asked about a customer among all of them, and the answers; the data put them in."""
    remembers_sendings: bool = False
    """Whether anything asks which message was sent before, or what an open or a click is about."""

    @property
    def ids(self) -> dict[str, int]:
        """Where the id of an event is, by kind, so that a journal can name it."""
        return {kind: fields.index("id") for kind, fields in self.layout.events.items() if "id" in fields}

    def kind(self, name: str) -> KindPlan:
        return self.kinds.setdefault(name, KindPlan(name))

    def triggers_in(self, inputs: Inputs, customer: Watching) -> dict[int, list[OnPlan]]:
        """Find the input events that may do something by what they are themselves, with the flows they let in at once."""
        found: dict[int, list[OnPlan]] = {}
        for kind in self.kinds.values():
            if kind.always:
                found.update({place: [] for place in inputs.places(kind.name)})
                continue
            for entry in kind.entries:
                assert entry.taken is not None
                for place in fitting(inputs, kind.name, entry.taken, customer):
                    found.setdefault(place, []).append(entry)
        return found


# Kinds that change the state of a customer: their words are the business of `customer.py`.
ABSORBED = ("subscribe", "unsubscribe", "complaint", "bounce", "cart", "empty_cart", "order", "sent", "open", "click")


def lower(program: p.Program, seed: int = 0) -> Plan:
    """Make the plan of a program; `seed` is the key of all its draws."""
    deriving = Deriving()
    program = deriving.program(program)
    layout = layout_of(program, tuple(deriving.found.values()))
    plan = Plan(program, layout, Shower(program.shop.currency, program.shop.digits), QuietTimes(program.shop))
    declared = list(enumerate(program.flows))
    in_order = sorted(declared, key=lambda one: (-one[1].priority, one[0]))
    plan.seed = seed
    plan.flows = tuple(
        FlowPlan(flow, order, (flow.priority, place), flow.name, f'"flow":{quoted(flow.name)},"run":')
        for order, (place, flow) in enumerate(in_order)
    )
    plan.by_name = {flow.name: flow for flow in plan.flows}
    conditions = Conditions(layout, program.events, plan.shower, [flow.name for flow in plan.flows], program.scores)
    layout.derived = tuple(attrs.evolve(one, answer=conditions.answer(one)) for one in layout.derived)
    plan.limits = list(program.shop.limits)
    for place, promise in enumerate(program.promises):
        for pattern in promise.patterns if isinstance(promise, p.NeverWithin) else ():
            plan.kind(pattern.kind).promises.append((place, conditions.event_test(pattern)))
    for flow in plan.flows:
        _Flows(plan, conditions).lower(flow)
    for kind in layout.events:
        redeems = kind == "order" and "coupon" in layout.events["order"]
        plan.kind(kind).absorbs = kind in ABSORBED and (kind != "order" or redeems or "cart" in layout.events)
        plan.kind(kind).witnessed = redeems
    plan.asks = tuple(conditions.asks.values())
    plan.columns = conditions.column_plans()
    for place, column in enumerate(plan.columns):
        for kind, taken in column.taken.items() if column.grows else ():
            plan.kind(kind).columns.append((place, taken))
    for one in plan.kinds.values():
        one.close()
    plan.remembers_sendings = (
        plan.kind("sent").noticed
        or plan.layout.of_this_flow
        or any(step.next_of for flow in plan.flows for step in flow.steps if isinstance(step, SendStep))
    )
    return plan


class _Flows:
    """Lowers flows into a plan."""

    def __init__(self, plan: Plan, conditions: Conditions) -> None:
        self.plan = plan
        self.conditions = conditions
        self.scores = plan.program.scores

    def lower(self, plan: FlowPlan) -> None:
        flow = plan.flow
        plan.mode = flow.reentry.mode
        plan.after = flow.reentry.after if flow.reentry.after and plan.mode == "again" else None
        plan.selective = bool(flow.audience or flow.whiles or flow.leave_when or flow.group is not None)
        for line, entry in enumerate(flow.entries):
            self.entry(entry, plan, line)
        if flow.audience is not None:
            plan.audience = self.conditions.compile(flow.audience.term)
            plan.audience_seen = self.seen(flow.audience)
        stays = [(one, True, "while") for one in flow.whiles] + [(one, False, "leave when") for one in flow.leave_when]
        plan.stays = tuple(
            (self.conditions.compile(one.term), wanted, reason, depends(one.term, self.scores)) for one, wanted, reason in stays
        )
        plan.stay_kinds = frozenset().union(*(kinds for _, _, _, kinds in plan.stays))
        plan.leave_on = self.tests(flow.leave_on)
        plan.exit_kinds = plan.stay_kinds.union(plan.leave_on)
        if flow.goal is not None:
            plan.goal, plan.goal_tests = flow.goal.within, self.tests(flow.goal.patterns)
            for kind in plan.goal_tests:
                self.plan.kind(kind).goals.append(plan)
        of_shop = len(self.plan.program.shop.limits)
        own = range(len(self.plan.limits), len(self.plan.limits) + len(flow.limits))
        self.plan.limits += flow.limits
        plan.limits = {
            channel: tuple(place for place in (*range(of_shop), *own) if covers(self.plan.limits[place], channel))
            for channel in CHANNELS
        }
        holds_out = bool(flow.holdout or self.plan.program.shop.holdout)
        lowering = Lowering(self.conditions, self.scores, self.tests, self.seen, plan.steps, holds_out=holds_out)
        plan.start = lowering.block(flow.steps, END)
        for kind in sorted(plan.exit_kinds.union(*(step.awaits for step in plan.steps))):
            self.plan.kind(kind)  # an effect that may end a run or a wait is an event, whoever else asks for it

    def tests(self, patterns: Sequence[t.Pattern]) -> Tests:
        found: dict[str, list[Compiled | None]] = {}
        for pattern in patterns:
            found.setdefault(pattern.kind, []).append(self.conditions.event_test(pattern))
        return found

    def seen(self, condition: p.Condition) -> Seen:
        return tuple((text, self.conditions.compile(term), term.type) for text, term in condition.seen)

    def entry(self, entry: p.Entry, flow: FlowPlan, line: int) -> None:
        match entry:
            case p.OnEvents(follows=()):
                for pattern in entry.patterns:
                    self.on(pattern, flow, line, _place(entry))
            case p.OnEvents():
                self.sequence(entry, flow, line)
            case p.OnCondition(condition=condition, including=including):
                known = self.foreseen(condition.term)
                kinds = sorted(depends(condition.term, self.scores))
                bars = {kind: barred(condition.term, kind) if known else 0 for kind in kinds}
                watch = WatchPlan(
                    len(self.plan.watches),
                    flow,
                    line,
                    self.conditions.compile(condition.term),
                    self.seen(condition),
                    including,
                    _place(entry),
                    known and only_adds(condition.term),
                    min(bars.values(), default=NEVER),
                    self.least(condition.term) if known else None,
                )
                self.plan.watches.append(watch)
                for kind, bar in bars.items():
                    self.plan.kind(kind).watches.append((watch, bar))
            case p.OnCalendar(calendar=calendar):
                instants, movers = next_of(calendar, self.conditions, self.scores)
                plan = CalendarPlan(len(self.plan.calendars), flow, line, instants, _place(entry))
                self.plan.calendars.append(plan)
                for kind in sorted(movers):
                    self.plan.kind(kind).calendars.append(plan)

    def on(self, pattern: t.Pattern, flow: FlowPlan, line: int, place: str) -> None:
        alone = pure(pattern.where) and pure(pattern.main) and not pattern.of_this_flow
        taken = self.conditions.taken(pattern) if alone else None
        test = self.conditions.event_test(pattern)
        self.plan.kind(pattern.kind).entries.append(OnPlan(flow, line, test, place, taken))

    def least(self, term: t.Term) -> Least | None:
        """Say which column a condition needs so much of."""
        found = least(term)
        if found is None:
            return None
        asked, operator, amount = found
        column = self.conditions.column_of(asked)
        return None if column is None else Least(column, asked.function == "sum", amount, operator == ">")

    def foreseen(self, term: t.Term) -> bool:
        """Whether a condition depends on input events alone, so that `foresight.py` may speak of it."""
        return not any(self.conditions.grows(kind) for kind in depends(term, self.scores))

    def sequence(self, entry: p.OnEvents, flow: FlowPlan, line: int) -> None:
        follows = tuple(FollowPlan(one.no, self.tests(one.patterns), one.within) for one in entry.follows)
        first = self.tests(entry.patterns)
        plan = SequencePlan(len(self.plan.sequences), flow, line, first, follows, _place(entry))
        self.plan.sequences.append(plan)
        for kind in sorted({*first, *(kind for follow in follows for kind in follow.tests)}):
            self.plan.kind(kind).sequences.append(plan)


def _place(entry: p.Entry) -> str:
    return f',"step":null,"source":{quoted(entry.span.where)}'
