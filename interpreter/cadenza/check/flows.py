"""Check a flow: who is let in, when, and who leaves."""

from __future__ import annotations

from fractions import Fraction
from typing import assert_never

import attrs

from cadenza.check import program as p
from cadenza.check.modules import Instance
from cadenza.check.observe import observed
from cadenza.check.rules import Bound, Scope
from cadenza.check.shop import ShopRules
from cadenza.check.splits import holdout
from cadenza.check.steps import StepRules
from cadenza.check.tables import cells
from cadenza.check.terms import Constant, Pattern, Term
from cadenza.check.types import DATE, DURATION, UNKNOWN, YEARLY_DATE, event_of
from cadenza.syntax import nodes as n
from cadenza.values import Length

_ONCE_ONLY = (n.For, n.Enter, n.Priority, n.Group, n.Active, n.Goal, n.Holdout, n.ForEachRow)


def scope_of(instance: Instance) -> Scope:
    """Give what words mean in a flow: its parameters have the values of its `use`, or their defaults."""
    declared = instance.declared
    own = Scope(declared.module)
    bound = {one.name.text: Bound(one.default, own) for one in declared.parameters}
    if instance.user is not None:
        user = Scope(instance.user)
        given = {one.name.text: Bound(one.value, user) for one in instance.bindings}
        bound |= {name: value for name, value in given.items() if name in bound}
    if instance.table is not None and instance.row is not None:
        bound |= cells(instance.table, instance.row)
    return Scope(declared.module, bound)


@attrs.define(eq=False)
class FlowRules:
    """One flow as it will run.

    `started` says that another flow lets people in with `start`.
    """

    instance: Instance
    steps: StepRules
    shop: ShopRules
    started: bool

    @property
    def lines(self) -> tuple[n.Header | n.Step, ...]:
        node = self.instance.declared.node
        assert isinstance(node, n.Flow)
        return node.lines

    def checked(self) -> p.Flow:
        scope = self.steps.scope
        before_entry = attrs.evolve(scope, trigger=None, running=False)
        self.order_and_number()
        entries = [entry for line in self.lines if (entry := self.entry(line, before_entry)) is not None]
        steps = self.steps.steps([line for line in self.lines if isinstance(line, n.Step)])
        self.needs_entry_and_steps()
        name = self.instance.name
        priority, group, active = 0, None, None
        audience: p.Condition | None = None
        whiles: list[p.Condition] = []
        leave_when: list[p.Condition] = []
        leave_on: list[Pattern] = []
        limits: list[p.Limit] = []
        reentry = p.Reentry("again", Length())
        held_out, goal = Fraction(0), None
        for line in self.lines:
            match line:
                case n.For(condition=condition):
                    audience = self.condition(condition, attrs.evolve(scope, running=False))
                case n.While(condition=condition):
                    whiles.append(self.condition(condition, scope))
                case n.LeaveWhen(condition=condition):
                    leave_when.append(self.condition(condition, scope))
                case n.LeaveOn(events=events):
                    leave_on += self.steps.rules.patterns(events, scope)
                case n.Enter(reentry=node):
                    reentry = self.reentry(node)
                case n.Priority(number=number):
                    priority = number
                case n.Group(name=group_name):
                    group = group_name.text
                case n.Active():
                    active = self.active(line)
                case n.Limit():
                    limits += self.shop.limit(line)
                case n.Holdout():
                    held_out = holdout(line, self.steps.rules.report)
                case n.Goal(events=events, within=within):
                    patterns = self.steps.rules.patterns(events, scope)
                    goal = p.Goal(patterns, self.steps.fixed_length(within) or Length())
                case _:
                    pass
        return p.Flow(
            name.text,
            self.instance.declared.name.span,
            priority,
            group,
            tuple(entries),
            audience,
            tuple(whiles),
            tuple(leave_when),
            tuple(leave_on),
            reentry,
            active,
            tuple(limits),
            held_out,
            goal,
            steps,
        )

    def condition(self, node: n.Expression, scope: Scope) -> p.Condition:
        term = self.steps.rules.condition(node, scope)
        return p.Condition(term, observed(term))

    # -- Order and number ---------------------------------------------------------------------------------------------

    def order_and_number(self) -> None:
        seen: dict[type[n.Node], n.Node] = {}
        first_step: n.Node | None = None
        report = self.steps.rules.report
        for line in self.lines:
            if isinstance(line, n.Step):
                first_step = first_step or (None if isinstance(line, n.Mistake) else line)
                continue
            word = line.span.text.split()[0]
            if first_step is not None:
                report.add(
                    "F0502",
                    f"this `{word}` is about the whole flow, and stands below its first step",
                    line.span,
                    help="move it above the steps",
                    related=(("the first step", first_step.span),),
                )
            if isinstance(line, _ONCE_ONLY):
                earlier = seen.setdefault(type(line), line)
                if earlier is not line:
                    report.add(
                        "F0503",
                        f"a flow has one `{word}` line, and this is the second",
                        line.span,
                        help="join the two with `and`" if isinstance(line, n.For) else "keep one of them",
                        related=(("the first one", earlier.span),),
                    )

    def needs_entry_and_steps(self) -> None:
        if any(isinstance(line, n.Mistake) for line in self.lines):
            return
        name = self.instance.declared.name
        report = self.steps.rules.report
        entries = (n.On, n.When, n.EveryPeriod, n.EveryWeekday, n.DaysFrom, n.At)
        if not self.started and not any(isinstance(line, entries) for line in self.lines):
            report.add(
                "F0501",
                f"nobody ever enters `{name.text}`",
                name.span,
                help="say when: `on order`, `when …`, `every monday at 09:00`; or `start` it from another flow",
            )
        if not any(isinstance(line, n.Step) for line in self.lines):
            report.add("F0504", f"`{name.text}` does nothing", name.span, help="add a step: send, wait, tag …")

    # -- Who enters ---------------------------------------------------------------------------------------------------

    def entry(self, line: n.Header | n.Step, scope: Scope) -> p.Entry | None:
        match line:
            case n.On():
                return self.on(line, scope)
            case n.When(condition=condition, including=including):
                return p.OnCondition(line.span, self.condition(condition, scope), including)
            case n.EveryPeriod():
                calendar: p.Calendar | None = self.every_period(line, scope)
            case n.EveryWeekday(days=days, at=at):
                calendar = p.EveryWeekdays(frozenset(day.number for day in days), self.clock(at, scope))
            case n.DaysFrom():
                calendar = self.days_from(line, scope)
            case n.At(moment=moment):
                calendar = self.at(moment, scope)
            case _:
                return None
        return None if calendar is None else p.OnCalendar(line.span, calendar)

    def on(self, line: n.On, scope: Scope) -> p.Entry:
        rules = self.steps.rules
        patterns = rules.patterns(line.events, scope)
        first = attrs.evolve(scope, trigger=event_of(*sorted({one.kind for one in patterns})))
        follows = []
        for follow in line.follows:
            within = self.steps.fixed_length(follow.within)
            follows.append(p.Follow(follow.no, rules.patterns(follow.events, first), within or Length()))
        return p.OnEvents(line.span, patterns, tuple(follows))

    def clock(self, node: n.ClockTime | n.Expression | None, scope: Scope) -> Term | None:
        return attrs.evolve(self.steps, scope=scope).clock(node)

    def every_period(self, line: n.EveryPeriod, scope: Scope) -> p.Calendar | None:
        at = self.clock(line.at, scope)
        match line.unit.name, line.on:
            case "day", None:
                return p.EveryDay(at)
            case "month", n.MonthDay(unit=unit, day=day) if unit.name == "day" and 1 <= day <= 31:
                return p.EveryMonth(day, at)
            case "year", n.YearDay(day=day, month=month) if _is_day(month, day):
                return p.EveryYear(month, day, at)
            case "year", node if node is not None and not isinstance(node, n.MonthDay | n.YearDay):
                return self.every_year(node, at, scope)
        report = self.steps.rules.report
        report.add(
            "F0511",
            f"`{' '.join(line.span.text.split())}` does not name a day",
            line.span,
            help={
                "week": "name the day: every monday at 09:00",
                "month": "name the day: every month on day 1 at 09:00",
                "year": "name the day: every year on 25 december, or on customer.birthday",
            }.get(line.unit.name, "a flow is let in once a day at most: every day at 09:00"),
        )
        return None

    def every_year(self, node: n.Expression, at: Term | None, scope: Scope) -> p.Calendar | None:
        term = self.steps.rules.plain(node, scope)
        if term.type in (YEARLY_DATE, DATE):
            return p.YearlyFrom(term, at)
        if term.type != UNKNOWN:
            self.steps.rules.report.add(
                "F0511",
                f"`every year on` takes a date, and this is {term.type}",
                node.span,
                help="every year on customer.birthday, or on 25 december",
            )
        return None

    def days_from(self, line: n.DaysFrom, scope: Scope) -> p.Calendar | None:
        steps = attrs.evolve(self.steps, scope=scope)
        length = steps.fixed_length(line.amount)
        term = self.steps.rules.plain(line.day, scope)
        at = self.clock(line.at, scope)
        if length is None or term.type == UNKNOWN:
            return None
        sign = -1 if line.direction == "before" else 1
        moved = self.steps.rules.moved(line.day, term, sign, Constant(line.amount.span, length, DURATION))
        described = steps.day_described(moved, at)
        if described is None and moved.type != UNKNOWN:
            self.steps.rules.report.add("F0511", f"days are counted from a date, and this is {term.type}", line.day.span)
        return described

    def at(self, node: n.Expression, scope: Scope) -> p.Calendar | None:
        term = self.steps.rules.plain(node, scope)
        described = attrs.evolve(self.steps, scope=scope).day_described(term, None)
        if described is None and term.type != UNKNOWN:
            self.steps.rules.report.add(
                "F0511",
                f"`at` takes a day with a time, and this is {term.type}",
                node.span,
                help="write `at 2026-11-27 08:00`; for a time of each day, `every day at 08:00`",
            )
        return described

    def reentry(self, node: n.Reentry) -> p.Reentry:
        match node:
            case n.Once():
                return p.Reentry("once", Length())
            case n.Again(after=after):
                length = None if after is None else self.steps.fixed_length(after)
                return p.Reentry("again", length or Length())
            case n.StartingOver():
                return p.Reentry("starting over", Length())
            case n.EveryTime():
                return p.Reentry("every time", Length())
            case _:
                assert_never(node)

    def active(self, line: n.Active) -> tuple[int, int] | None:
        days: list[int] = []
        for node in (line.start, line.end):
            term = self.steps.rules.plain(node, self.steps.scope)
            if isinstance(term, Constant) and term.type == DATE and isinstance(term.value, int):
                days.append(term.value)
            elif term.type != UNKNOWN:
                self.steps.rules.report.add(
                    "F0510",
                    "a flow is active from one day to another, both included",
                    node.span,
                    help="write two dates: active from 2026-11-01 to 2026-11-30",
                )
        if len(days) == 2 and days[0] > days[1]:
            self.steps.rules.report.add("F0510", "this period ends before it begins", line.span, help="swap the two dates")
            return None
        return (days[0], days[1]) if len(days) == 2 else None


def _is_day(month: int, day: int) -> bool:
    return 1 <= day <= (29 if month == 2 else 30 if month in (4, 6, 9, 11) else 31)
