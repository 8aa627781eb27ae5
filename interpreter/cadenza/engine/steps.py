"""Lower steps to a flat table: each knows its place, what it does, and where it goes on.

`take` does a step and gives the place of the next one, or STAY where the run waits. A step finds what it needs in the
customer, and does what it does through the customer's own verbs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from cadenza.check import program as p
from cadenza.check import terms as t
from cadenza.engine.clock import NEVER
from cadenza.engine.conditions import Compiled, Conditions
from cadenza.engine.coupons import lowered
from cadenza.engine.dependencies import depends
from cadenza.engine.descriptions import first_fit
from cadenza.engine.runs import Run, StepPlan, Tests, Waiting
from cadenza.engine.sending import SendStep
from cadenza.engine.splitting import SplitStep

if TYPE_CHECKING:
    from cadenza.engine.customer import Customer
    from cadenza.engine.plan import Seen


class Lowering:
    """Lowers the steps of one flow into its table, from the last to the first, so that each knows what follows."""

    def __init__(
        self,
        conditions: Conditions,
        scores: frozenset[str],
        tests: Callable[[Sequence[t.Pattern]], Tests],
        seen: Callable[[p.Condition], Seen],
        table: list[StepPlan],
        *,
        holds_out: bool,
    ) -> None:
        self._conditions = conditions
        self._scores = scores
        self._tests = tests
        self._seen = seen
        self._table = table
        self._holds_out = holds_out

    def block(self, steps: Sequence[p.Step], after: int) -> int:
        """Lower a block and give the place of its first step; an empty block is what follows it."""
        for step in reversed(steps):
            after = self.step(step, after)
        return after

    def step(self, step: p.Step, after: int) -> int:  # noqa: C901 - one case for each construct
        compile = self._conditions.compile
        match step:
            case p.Wait(length=length):
                return self.add(WaitStep(step, after, compile(length)))
            case p.WaitUntil(description=description, up_to=up_to):
                instant = first_fit(description, self._conditions)
                return self.waiting(WaitUntilStep(step, after, instant, self.optional(up_to)), step, after)
            case p.WaitUntilCondition(condition=condition, up_to=up_to):
                kinds = depends(condition.term, self._scores)
                test = compile(condition.term)
                return self.waiting(WaitHoldsStep(step, after, test, kinds, self.optional(up_to)), step, after)
            case p.WaitFor(patterns=patterns, up_to=up_to):
                return self.waiting(WaitForStep(step, after, self._tests(patterns), compile(up_to)), step, after)
            case p.Send():
                return self.add(SendStep(step, after, self._conditions, holds_out=self._holds_out))
            case p.If():
                return self.branches(step, after)
            case p.Split():
                return self.add(SplitStep(step, after, [self.block(body, after) for _, _, body in step.arms]))
            case p.Repeat():
                return self.repeat(step, after)
            case p.Tag(tag=tag, on=on):
                return self.add(DoStep(step, after, lambda c, run: c.tag(run, tag, on=on)))
            case p.Set(field=field, value=value, type=type_):
                new = compile(value)
                return self.add(DoStep(step, after, lambda c, run: c.set_field(run, field, new(c, None), type_)))
            case p.Points(score=score, sign=sign, amount=amount, lifetime=lifetime):
                points, kept = compile(amount), self.optional(lifetime)
                return self.add(DoStep(step, after, _points(score, sign, points, kept)))
            case p.Subscribe(mailing_list=mailing_list, on=on):
                return self.add(DoStep(step, after, lambda c, run: c.subscribe(run, mailing_list, on=on)))
            case p.IssueCoupon(coupon=coupon):
                issued = lowered(coupon, self._conditions)
                return self.add(DoStep(step, after, lambda c, run: c.issue_coupon(run, issued)))
            case p.Notify(team=team, text=text):
                words = compile(text)
                return self.add(DoStep(step, after, lambda c, run: c.notify(run, team, words(c, None))))
            case p.Start(flows=flows):
                return self.add(DoStep(step, after, lambda c, run: c.start(run, flows)))
            case p.Stop(flows=stopped):
                return self.add(DoStep(step, after, lambda c, run: c.stop(run, stopped)))
            case _:
                raise AssertionError(step)

    def add(self, plan: StepPlan) -> int:
        self._table.append(plan)
        return len(self._table) - 1

    def optional(self, term: t.Term | None) -> Compiled | None:
        return None if term is None else self._conditions.compile(term)

    def waiting(self, plan: WaitingStep, step: p.WaitUntil | p.WaitUntilCondition | p.WaitFor, after: int) -> int:
        plan.branches = bool(step.body or step.otherwise)
        plan.next = self.block(step.body, after)
        plan.given_up = self.block(step.otherwise, after)
        return self.add(plan)

    def branches(self, step: p.If, after: int) -> int:
        otherwise = self.block(step.otherwise, after)
        branches = [
            (self._conditions.compile(condition.term), self._seen(condition), self.block(body, after))
            for condition, body in step.branches
        ]
        return self.add(IfStep(step, otherwise, branches))

    def repeat(self, step: p.Repeat, after: int) -> int:
        until = None if step.until is None else self._conditions.compile(step.until.term)
        plan = RepeatStep(step, after, step.times, until)
        place = self.add(plan)
        plan.body = self.block(step.body, place)
        return place


def _points(score: str, sign: int, points: Compiled, kept: Compiled | None) -> Callable[[Customer, Run], None]:
    def do(c: Customer, run: Run) -> None:
        c.points(run, score, sign, points(c, None), None if kept is None else kept(c, None))

    return do


# -- Steps ------------------------------------------------------------------------------------------------------------


class DoStep(StepPlan):
    """A step that does one thing to the customer and goes on."""

    __slots__ = ("_do",)

    def __init__(self, step: p.Step, after: int, do: Callable[[Customer, Run], None]) -> None:
        super().__init__(step, after)
        self._do = do

    def take(self, c: Customer, run: Run) -> int:
        self._do(c, run)
        return self.next


class IfStep(StepPlan):
    __slots__ = ("_branches",)

    def __init__(self, step: p.Step, otherwise: int, branches: list[tuple[Compiled, Seen, int]]) -> None:
        super().__init__(step, otherwise)
        self._branches = branches

    def take(self, c: Customer, run: Run) -> int:
        for number, (condition, seen, place) in enumerate(self._branches, 1):
            if condition(c, None) is True:
                word = "if" if number == 1 else f"else if {number - 1}"
                c.note_branch(run, self, word, seen)
                return place
        c.note_branch(run, self, "else", self._branches[0][1])
        return self.next


class RepeatStep(StepPlan):
    """Counts the passes of its body; `until` is computed before each (semantics 7.5)."""

    __slots__ = ("_times", "_until", "body")

    def __init__(self, step: p.Step, after: int, times: int, until: Compiled | None) -> None:
        super().__init__(step, after)
        self._times = times
        self._until = until
        self.body = after

    def take(self, c: Customer, run: Run) -> int:
        run.passes = passes = run.passes or {}
        done = passes.get(self.path, 0)
        if done < self._times and (self._until is None or self._until(c, None) is not True):
            passes[self.path] = done + 1
            return self.body
        passes.pop(self.path, None)
        return self.next


class WaitStep(StepPlan):
    """`wait D`; nothing or less goes on at once (semantics 7.1)."""

    __slots__ = ("_length", "_waiting")

    def __init__(self, step: p.Step, after: int, length: Compiled) -> None:
        super().__init__(step, after)
        self._length = length
        self._waiting = Waiting(after)

    def take(self, c: Customer, run: Run) -> int:
        length = self._length(c, None)
        until = c.now if length is None else c.zone.add(c.now, length)
        if until <= c.now:
            return self.next
        return c.wait(run, self, self._waiting, until)


class WaitingStep(StepPlan):
    """A wait that may be given up: `next` is where it goes on when what it waits for came, `given_up` where not."""

    __slots__ = ("branches", "given_up")

    def __init__(self, step: p.Step, after: int) -> None:
        super().__init__(step, after)
        self.given_up = after
        self.branches = False

    @property
    def marked(self) -> WaitingStep | None:
        """The step, where the journal is to say which way its wait went."""
        return self if self.branches else None

    def came(self, c: Customer, run: Run) -> int:
        if self.branches:
            c.note_branch(run, self, "then", ())
        return self.next

    def gave_up(self, c: Customer, run: Run) -> int:
        if self.branches:
            c.note_branch(run, self, "else", ())
        return self.given_up

    def deadline(self, c: Customer, up_to: Compiled | None) -> int:
        """Give when a wait is given up: what is unknown, nothing or less is at once (semantics 7.1)."""
        if up_to is None:
            return NEVER
        length = up_to(c, None)
        return c.now if length is None else c.zone.add(c.now, length)


class WaitUntilStep(WaitingStep):
    """`wait until` a time or a day: the first instant that fits, now included; unknown goes on at once (semantics 7.2)."""

    __slots__ = ("_instant", "_up_to")

    def __init__(self, step: p.Step, after: int, instant: Compiled, up_to: Compiled | None) -> None:
        super().__init__(step, after)
        self._instant = instant
        self._up_to = up_to

    def take(self, c: Customer, run: Run) -> int:
        instant = self._instant(c, None)
        if instant is None or instant <= c.now:
            if instant is None:
                c.note_wait(run, self, NEVER, "unknown")
            return self.came(c, run)
        deadline = self.deadline(c, self._up_to)
        if instant <= deadline:
            return c.wait(run, self, Waiting(self.next, step=self.marked), instant)
        if deadline <= c.now:
            return self.gave_up(c, run)
        return c.wait(run, self, Waiting(self.given_up, step=self.marked, word="else"), deadline)


class WaitHoldsStep(WaitingStep):
    """`wait until E`: at once if it holds, else when it does, or at the timeout (semantics 7.3)."""

    __slots__ = ("_condition", "_kinds", "_up_to")

    def __init__(self, step: p.Step, after: int, condition: Compiled, kinds: frozenset[str], up_to: Compiled | None) -> None:
        super().__init__(step, after)
        self._condition = condition
        self._kinds = kinds
        self._up_to = up_to

    @property
    def awaits(self) -> frozenset[str]:
        return self._kinds

    def take(self, c: Customer, run: Run) -> int:
        deadline = self.deadline(c, self._up_to)
        waiting = Waiting(self.next, self.given_up, self._condition, self._kinds, step=self.marked)
        c.begin_wait(run, waiting)
        holds = c.wait_holds(run)
        if holds or deadline <= c.now:
            c.end_wait(run)
            return self.came(c, run) if holds else self.gave_up(c, run)
        return c.wait(run, self, waiting, deadline)


class WaitForStep(WaitingStep):
    """`wait for EVENT`: only an event taken in after the wait began counts (semantics 7.4)."""

    __slots__ = ("_tests", "_up_to")

    def __init__(self, step: p.Step, after: int, tests: Tests, up_to: Compiled) -> None:
        super().__init__(step, after)
        self._tests = tests
        self._up_to = up_to

    @property
    def awaits(self) -> frozenset[str]:
        return frozenset(self._tests)

    def take(self, c: Customer, run: Run) -> int:
        deadline = self.deadline(c, self._up_to)
        if deadline <= c.now:
            return self.gave_up(c, run)
        return c.wait(run, self, Waiting(self.next, self.given_up, tests=self._tests, step=self.marked), deadline)
