"""Run the clock of one customer: events are taken in, effects come out, runs step in between.

Rule 1: time never goes back, and nothing happens between instants. At one instant every event comes before what time alone
brings about (semantics 5).
Rule 2: one thing is finished before the next begins: an event is taken in with all it brings, then runs step.
Rule 3: leaving precedes entering, entering precedes steps; ties go by flow order, then by run number (semantics 5.1).
Rule 4: what a fact changes, who is let in, and what a step does is for others to say; here are only events, watches and runs.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from heapq import heappop
from typing import TYPE_CHECKING, Any

from cadenza.engine.agenda import WAKE, Due, order_of, token_of, what_of
from cadenza.engine.clock import NEVER, Zone
from cadenza.engine.effects import Effects
from cadenza.engine.events import SHIFT, Event, Inputs
from cadenza.engine.runs import END, STAY, Run
from cadenza.engine.watching import STAYING

if TYPE_CHECKING:
    from cadenza.engine.plan import KindPlan, Plan, WatchPlan

# The bounds of one instant (semantics 5.5).
DEEPEST = 100
MOST_EFFECTS = 10_000
MOST_STEPS = 10_000


class Core(Effects):
    """One customer's events and runs. `taken` counts the input events taken in, `rank` is that of the last event of all."""

    def __init__(self, plan: Plan, zone: Zone, inputs: Inputs) -> None:
        super().__init__(plan, zone, inputs)
        self.rank = 0
        self.pending: list[Event] = []
        self.effects = 0
        self.promising = bool(plan.program.promises)

    # -- The loop -----------------------------------------------------------------------------------------------------

    def go_through(self, until: int) -> None:
        """Take in the input events that are left, up to and with `until`, and turn the clock wherever something is due."""
        inputs, heap, kinds = self.inputs, self.agenda.heap, self.plan.kinds
        instants, names, end = inputs.at, inputs.kinds, bisect_right(inputs.at, until)
        alerts, triggers, no_kind = self.alerts, self.triggers, self.plan.no_kind
        place = self.taken
        while place < end:
            at = instants[place]
            if self.steady and not self.alerted and place not in triggers and not (heap and heap[0][0] <= at):
                place += 1
                continue
            self.taken = place
            while heap and heap[0][0] < at:
                self.turn(heap[0][0])
            if at > self.now:
                self.now, self.effects = at, 0
            place += 1
            self.taken = place
            kind = kinds.get(names[place - 1], no_kind)
            if kind.always or alerts.get(kind.name):
                event = inputs.event(place - 1)
                self.take_in(event)
                if self.ready:
                    self.settle()
                if self.promising:
                    self.look_back(event)
            else:
                # The event is laid out in its columns already: all that can come of it is that somebody is let in.
                flipped = self.flipped_by(kind) if kind.watches else None
                hits = triggers.get(place - 1)
                if hits or flipped:
                    self.let_in_by(place - 1, hits or (), flipped or ())
                    if self.ready:
                        self.settle()
                    if self.promising:
                        self.look_back(inputs.event(place - 1))
            if heap and heap[0][0] <= at and (place == end or instants[place] > at):
                self.turn(at)
        self.taken = end
        while heap and heap[0][0] <= until:
            self.turn(heap[0][0])

    def take_in(self, event: Event) -> None:
        """Make an event a fact, let runs leave, let flows in, wake runs; then the effects of this (semantics 5.1)."""
        kind = self.plan.kinds.get(event.kind, self.plan.no_kind)
        brought: list[Event] = []
        before, self.pending = self.pending, brought
        self.become_fact(event, kind)
        self.pending = before
        self.spread(event, kind, brought)

    def take_in_as_one(self, events: Sequence[Event]) -> None:
        """Take in the effects of one step: all become facts before anything comes of them (semantics 5.3)."""
        kinds = [self.plan.kinds.get(event.kind, self.plan.no_kind) for event in events]
        for event, kind in zip(events, kinds, strict=True):
            self.become_fact(event, kind)
        for event, kind in zip(events, kinds, strict=True):
            self.spread(event, kind, [])

    def become_fact(self, event: Event, kind: KindPlan) -> None:
        if event.depth:
            self.rank = event.rank = max(self.rank, self.taken << SHIFT) + 1
        if kind.makes_facts:
            self.make_fact(event, kind)

    def spread(self, event: Event, kind: KindPlan, brought: list[Event]) -> None:
        """Let a fact have its consequences; `brought` are effects that it brought about in becoming one."""
        if kind.goals:
            self.credit(event, kind)
        flipped = self.flipped_by(kind) if kind.watches else []
        alerted = bool(self.alerts.get(kind.name))
        if not (alerted or flipped or kind.lets_in or brought):
            return
        before, self.pending = self.pending, brought
        allowed = event.depth <= DEEPEST and self.effects <= MOST_EFFECTS
        if alerted:
            self.exits(event)
        if flipped or kind.lets_in:
            self.let_in(event, kind, flipped, allowed=allowed)
        if alerted:
            self.wakings(event, allowed=allowed)
        self.pending = before
        for effect in brought:
            self.take_in(effect)

    def make_fact(self, event: Event, kind: KindPlan) -> None:
        """Let an event change the customer, and the columns that grow; no event that flows bring about has lines."""
        if kind.absorbs:
            self.absorb(event)
        fields: Any = event.fields
        for place, taken in kind.columns:
            if taken.test is None or taken.test(self, fields) is True:
                value = None if taken.value is None else fields[taken.value]
                self.columns[place].append(event, event, value)
        if kind.witnessed:
            self.witness(event, kind)

    def flush(self) -> None:
        """Take in, in the order written, what exits and entries brought about."""
        while self.pending:
            brought, self.pending = self.pending, []
            for effect in brought:
                self.take_in(effect)

    def turn(self, now: int) -> None:
        """Do all that time alone brings about at an instant, turn by turn (semantics 5.4)."""
        if now > self.now:
            self.now, self.effects = now, 0
        agenda = self.agenda
        heap = agenda.heap
        while heap and heap[0][0] <= now:
            if heap[0][1] == WAKE and agenda.single(now):
                self.wake_due(heappop(heap))
            else:
                self.turn_once(now)
            if self.ready:
                self.settle()
            if self.promising:
                self.look_back(None)

    def turn_once(self, now: int) -> None:
        """Do what is due, by phase, up to the steps of those who are ready then."""
        expire, look, enter, wake, retry = self.agenda.due(now)
        for due in expire:
            self.expire(due)
        flipped, woken = self.looks(look) if look else ([], [])
        if enter or flipped:
            self.let_in_due(enter, flipped)
        came = [what_of(one) for one in woken]  # whoever has entered since, what time made true has come
        for due in sorted([*wake, *woken], key=order_of) if woken or len(wake) > 1 else wake:
            self.wake_due(due, came=what_of(due) in came)
        if self.pending:
            self.flush()
        for due in sorted(retry, key=order_of):
            run = what_of(due)
            if run.over or token_of(due) != run.token:
                continue
            run.depth = 0  # what the clock brings about
            if self.step(run):
                self.make_ready(run)

    def looks(self, due: Sequence[Due]) -> tuple[list[WatchPlan], list[Due]]:
        """Compute what may have changed by time: runs leave; give the watches that became true and the runs to wake."""
        flipped: list[WatchPlan] = []
        woken: list[Due] = []
        for one in sorted(due, key=order_of):
            run, token = what_of(one), token_of(one)
            if not isinstance(run, Run):
                flipped += self.look_due(run)
            elif not run.over and token == STAYING:
                run.stay_due = NEVER
                if (reason := self.stays(run)) is not None:
                    self.leave(run, reason, None, 0)
            elif not run.over and token == run.token:
                run.wait_due = NEVER
                if self.wait_holds(run):
                    woken.append(one)
        return flipped, woken

    # -- Runs ---------------------------------------------------------------------------------------------------------

    def exits(self, event: Event) -> None:
        for run in self.runs[:]:
            flow = run.flow
            if event.kind not in flow.exit_kinds:
                continue
            reason = None
            tests = flow.leave_on.get(event.kind)
            self.run = run
            if tests is not None and self.passes(tests, event):
                reason = "leave on"
            elif event.kind in flow.stay_kinds:
                reason = self.stays(run, event.kind)
            if reason is not None:
                self.leave(run, reason, event, event.depth)

    def settle(self) -> None:
        """Let ready runs step, the first by flow order and number until it waits or ends, then the next (semantics 5.2)."""
        ready, step = self.ready, self.step
        while ready:
            run = heappop(ready)[2]
            while not run.over and step(run):
                pass

    def step(self, run: Run) -> bool:
        """Take one step, unless the run may not stay or has come to its end; say whether it goes on."""
        if run.place == END:
            self.say_branch(run)
            self.finish(run)
            if self.pending:
                self.flush()
            return False
        if run.steps_at != self.now:
            if self.stepped and self.stepped[-1].steps_at != self.now:
                self.stepped = []
            run.steps_at, run.steps_taken = self.now, 0
            self.stepped.append(run)
        run.steps_taken += 1
        flow = run.flow
        if flow.stays or run.steps_taken > MOST_STEPS:
            reason = "stopped" if run.steps_taken > MOST_STEPS else self.stays(run)
            if reason is not None:
                self.stop_here(run, reason)
                return False
        if run.note is not None:
            self.say_branch(run)
        self.run = run
        place = flow.steps[run.place].take(self, run)  # type: ignore[arg-type]
        if place == STAY or run.over:
            return False
        run.place = place
        return True

    def stop_here(self, run: Run, reason: str) -> None:
        """Let a run leave before the step it was to take."""
        if reason == "stopped":
            self.cut_off(run.cause, run)
        self.leave(run, reason, run.cause, run.depth)
        self.flush()
