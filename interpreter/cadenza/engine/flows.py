"""Let customers into flows and out of them: triggers, sequences, calendars, re-entry and groups (semantics 6)."""

from __future__ import annotations

from abc import abstractmethod
from bisect import insort
from collections.abc import Mapping, Sequence
from heapq import heappush
from typing import TYPE_CHECKING, NamedTuple

from cadenza.engine.agenda import ENTER, WAKE, Due, token_of, what_of
from cadenza.engine.clock import NEVER, Zone
from cadenza.engine.core import MOST_EFFECTS, Core
from cadenza.engine.events import SHIFT, Event, Inputs
from cadenza.engine.journal import NOWHERE, members
from cadenza.engine.runs import Run, StepPlan

if TYPE_CHECKING:
    from cadenza.engine.journal import Cause, Journal
    from cadenza.engine.plan import CalendarPlan, FlowPlan, KindPlan, OnPlan, Plan, Seen, SequencePlan, WatchPlan


class SequenceRun:
    """A sequence under way: its first event, the place of what is awaited, and until when."""

    __slots__ = ("deadline", "first", "next", "over", "plan")

    def __init__(self, plan: SequencePlan, first: Event) -> None:
        self.plan = plan
        self.first = first
        self.next = 0
        self.deadline = first.at
        self.over = False


class Triggered(NamedTuple):
    """A flow about to be entered; `event` is its trigger, None for the clock."""

    flow: FlowPlan
    line: int
    event: Event | None
    seen: Seen
    place: str
    sequence: bool = False


class _Prospect:
    """Stands where a run would, while a sequence has a first event and no run yet."""

    __slots__ = ("trigger",)

    def __init__(self, trigger: Event) -> None:
        self.trigger = trigger


class Flows(Core):
    def __init__(self, plan: Plan, zone: Zone, inputs: Inputs, journal: Journal) -> None:
        super().__init__(plan, zone, inputs)
        self.journal = journal
        self.name = journal.customer
        self.started = [0] * len(plan.flows)
        self.inside_now = [0] * len(plan.flows)
        self.last_exit = [-NEVER] * len(plan.flows)
        self.stopped_at = -NEVER
        self.sequences: dict[int, list[SequenceRun]] = {}
        self.calendar_tokens = [0] * len(plan.calendars)
        self.calendar_dues = [-NEVER] * len(plan.calendars)

    def inside(self, flow: int) -> bool:
        """Whether a run of the flow at this place of the order is under way."""
        return self.inside_now[flow] > 0

    # -- Triggers -----------------------------------------------------------------------------------------------------

    def let_in(self, event: Event, kind: KindPlan, flipped: Sequence[WatchPlan], *, allowed: bool) -> None:
        for calendar in kind.calendars:
            self.reschedule(calendar)
        found = [self.flipped(watch) for watch in flipped]
        self.run = None
        found += [
            Triggered(entry.flow, entry.line, event, (), entry.place)
            for entry in kind.entries
            if self.passes((entry.test,), event)
        ]
        for plan in kind.sequences:
            found += self.follow(plan, event)
        if found and not allowed:
            self.cut_off(event, None)
            return
        self.enter_all(found, event, event.depth)

    def let_in_by(self, place: int, hits: Sequence[OnPlan], flipped: Sequence[WatchPlan]) -> None:
        if len(hits) == 1 and not flipped and self.effects <= MOST_EFFECTS:
            (hit,) = hits
            reason = self.refused_at_once(hit.flow)
            if reason is not None and not self.journal.writes("not_entered"):
                self.journal.counts[hit.flow.name, "not_entered", reason] += 1
                return
            event = self.inputs.event(place)
            self.enter(hit.flow, event, (), hit.place, event, 0)
        else:
            event = self.inputs.event(place)
            found = [self.flipped(watch) for watch in flipped]
            found += [Triggered(hit.flow, hit.line, event, (), hit.place) for hit in hits]
            self.enter_all(found, event, 0)
        if self.pending:
            self.flush()

    def let_in_due(self, due: Sequence[Due], flipped: Sequence[WatchPlan]) -> None:
        found = [self.flipped(watch) for watch in flipped]
        for one in due:
            what = what_of(one)
            if isinstance(what, SequenceRun):
                found += self.not_happened(what)
            elif token_of(one) == self.calendar_tokens[what.place]:
                calendar: CalendarPlan = what
                found.append(Triggered(calendar.flow, calendar.line, None, (), calendar.at))
                self.schedule(calendar, self.now + 1)
        self.enter_all(found, None, 0)

    def enter_all(self, found: list[Triggered], cause: Cause, depth: int) -> None:
        for one in _in_order(found) if len(found) > 1 else found:
            if self.effects > MOST_EFFECTS:
                self.cut_off(cause, None)
                return
            self.enter(one.flow, one.event, one.seen, one.place, cause, depth)

    def flipped(self, watch: WatchPlan) -> Triggered:
        return Triggered(watch.flow, watch.line, None, watch.seen, watch.at)

    def schedule(self, calendar: CalendarPlan, after: int) -> None:
        """Put the next instant of a calendar trigger on the agenda, in the place of any other (semantics 6.6)."""
        place = calendar.place
        self.calendar_tokens[place] += 1
        self.run = None
        instant = self.calendar_dues[place] = calendar.next(self, after)  # type: ignore[arg-type]
        self.agenda.add(instant, ENTER, calendar, (), self.calendar_tokens[place])

    def reschedule(self, calendar: CalendarPlan) -> None:
        """Look at the facts anew; what is due at this very instant still is, unless an event of this instant moved it."""
        self.run = None
        if self.calendar_dues[calendar.place] != self.now or calendar.next(self, self.now) != self.now:  # type: ignore[arg-type]
            self.schedule(calendar, self.now + 1)

    # -- Sequences (semantics 6.4) ------------------------------------------------------------------------------------

    def follow(self, plan: SequencePlan, event: Event) -> list[Triggered]:
        """Move the sequences of one `on` line on by an event, and give those that end with it."""
        active = self.sequences.setdefault(plan.place, [])
        used, ended = False, []
        for sequence in active[:]:
            awaited = plan.follows[sequence.next]
            tests = awaited.tests.get(event.kind)
            self.run = _Prospect(sequence.first)
            if tests is None or not self.passes(tests, event):
                continue
            if awaited.no:
                self.end_sequence(sequence)
                continue
            used = True
            if self.move_on(sequence, event.at):
                ended.append(self.followed(sequence))
        tests = plan.first.get(event.kind)
        self.run = None
        if not used and tests is not None and self.passes(tests, event):
            if plan.flow.flow.reentry.mode != "every time":
                for sequence in active[:]:
                    self.end_sequence(sequence)
            self.begin_sequence(plan, event)
        return ended

    def begin_sequence(self, plan: SequencePlan, first: Event) -> None:
        sequence = SequenceRun(plan, first)
        self.sequences[plan.place].append(sequence)
        self.await_next(sequence, first.at)

    def move_on(self, sequence: SequenceRun, since: int) -> bool:
        """Await the next element, or say that there is none."""
        sequence.next += 1
        if sequence.next < len(sequence.plan.follows):
            self.await_next(sequence, since)
            return False
        self.end_sequence(sequence)
        return True

    def await_next(self, sequence: SequenceRun, since: int) -> None:
        awaited = sequence.plan.follows[sequence.next]
        sequence.deadline = self.zone.add(since, awaited.within)
        order = (sequence.plan.flow.order, 0, sequence.first.rank)
        self.agenda.add(sequence.deadline, ENTER if awaited.no else WAKE, sequence, order, sequence.next)

    def not_happened(self, sequence: SequenceRun) -> list[Triggered]:
        """Go on to what follows, or let in, because what was not to happen did not."""
        awaited = None if sequence.over else sequence.plan.follows[sequence.next]
        if awaited is None or not awaited.no or sequence.deadline > self.now:
            return []
        return [self.followed(sequence)] if self.move_on(sequence, sequence.deadline) else []

    def lapse(self, due: Due) -> None:
        sequence: SequenceRun = what_of(due)
        if not sequence.over and sequence.next == token_of(due):
            self.end_sequence(sequence)

    def end_sequence(self, sequence: SequenceRun) -> None:
        sequence.over = True
        self.sequences[sequence.plan.place].remove(sequence)

    def followed(self, sequence: SequenceRun) -> Triggered:
        plan = sequence.plan
        return Triggered(plan.flow, plan.line, sequence.first, (), plan.at, sequence=True)

    # -- Entering -----------------------------------------------------------------------------------------------------

    def enter(self, plan: FlowPlan, trigger: Event | None, seen: Seen, place: str, cause: Cause, depth: int) -> None:
        """Let the customer into a flow, or write why not (semantics 6.2, 6.3, 6.7)."""
        if trigger is None:
            trigger = Event("", self.now, (self.now,), max(self.rank, self.taken << SHIFT))
        run = Run(plan, trigger, cause, depth)
        reason = self.refused_at_once(plan)
        if reason is None and plan.selective:
            reason = self.refusal(run)
        if reason is not None:
            saw = self.saw("not_entered", plan.audience_seen, run) if reason == "audience" else ""
            more = f',"reason":"{reason}"{saw}'
            self.journal.write("not_entered", self.now, cause, plan, None, place, reason, more)
            return
        saw = self.saw("entered", (*seen, *plan.audience_seen), run) if seen or plan.audience_seen else ""
        if self.runs:
            self.take_over(plan, cause, depth)
        order = plan.order
        self.started[order] += 1
        self.inside_now[order] += 1
        run.enter(self.started[order])
        insort(self.runs, run, key=_key)
        run.cause = self.journal.write("entered", self.now, cause, plan, run.number, place, None, saw)
        self.effects += 1
        if "entered" in self.plan.kinds:
            self.pending.append(self.made("entered", run, {"flow": plan.name}))
        if plan.exit_kinds:
            self.alert(plan.exit_kinds, 1)
        if plan.stays:
            self.stays(run)
        heappush(self.ready, (run.key, 0, run))

    def take_over(self, plan: FlowPlan, cause: Cause, depth: int) -> None:
        """End the runs that a newcomer takes the place of: its own, starting over, and those of its group."""
        group = plan.flow.group
        for other in self.runs[:] if plan.mode == "starting over" or group is not None else ():
            if other.flow is plan:
                if plan.mode == "starting over":
                    self.leave(other, "restart", cause, depth)
            elif group is not None and other.flow.flow.group == group:
                self.leave(other, "takeover", cause, depth)

    def refused_at_once(self, plan: FlowPlan) -> str | None:
        """Give the first reason of semantics 6.2 that needs no run to be found: inactive, reentry."""
        active = plan.flow.active
        if active is not None and not active[0] <= self.zone.day(self.now) <= active[1]:
            return "inactive"
        if plan.mode == "again":
            if self.inside_now[plan.order]:
                return "reentry"
            if plan.after is not None:
                last = self.last_exit[plan.order]
                if last > -NEVER and self.now < self.zone.add(last, plan.after):
                    return "reentry"
        elif plan.mode == "once" and self.started[plan.order]:
            return "reentry"
        return None

    def refusal(self, run: Run) -> str | None:
        """Give the first of the other reasons: audience, while, leave when, group."""
        plan = run.flow
        if plan.audience is not None:
            self.run = run
            if plan.audience(self, None) is not True:  # type: ignore[arg-type]
                return "audience"
        if plan.stays and (reason := self.stays(run)) is not None:
            return reason
        if plan.flow.group is not None:
            for other in self.runs:
                same = other.flow is not plan and other.flow.flow.group == plan.flow.group
                if same and other.flow.strength > plan.strength:
                    return "group"
        return None

    # -- Leaving ------------------------------------------------------------------------------------------------------

    def leave(self, run: Run, reason: str, cause: Cause, depth: int) -> None:
        if run.held is not None:
            self.give_up_held(run)
        self.end_run(run)
        because = run.cause if cause is None else cause
        more = f',"reason":"{reason}"'
        run.cause = self.journal.write("left", self.now, because, run.flow, run.number, NOWHERE, reason, more)
        run.depth = depth
        self.effects += 1
        if "left" in self.plan.kinds:
            self.pending.append(self.made("left", run, {"flow": run.flow.name, "reason": reason}))

    def finish(self, run: Run) -> None:
        self.end_run(run)
        run.cause = self.journal.write("finished", self.now, run.cause, run.flow, run.number, NOWHERE, None, "")
        self.effects += 1
        if "finished" in self.plan.kinds:
            self.pending.append(self.made("finished", run, {"flow": run.flow.name}))

    def end_run(self, run: Run) -> None:
        run.over = True
        if run.waiting is not None:
            self.end_wait(run)
        flow = run.flow
        if flow.exit_kinds:
            self.alert(flow.exit_kinds, -1)
        self.runs.remove(run)
        self.inside_now[flow.order] -= 1
        self.last_exit[flow.order] = self.now

    @abstractmethod
    def give_up_held(self, run: Run) -> None:
        """Write that a message which waits to go out is dropped with its run."""

    # -- Effects and the journal --------------------------------------------------------------------------------------

    def made(self, kind: str, run: Run, fields: Mapping[str, object]) -> Event:
        """Make the event of an effect of a run."""
        event = self.bare(kind, run.cause, fields, run.depth + 1)
        event.run = run
        return event

    def bare(self, kind: str, cause: Cause, fields: Mapping[str, object], depth: int) -> Event:
        """Make the event of an effect that no run brings about."""
        names = self.plan.layout.events.get(kind, ("at",))
        event = Event(kind, self.now, (self.now, *[fields.get(name) for name in names[1:]]), 0, depth)
        event.cause = cause
        return event

    def saw(self, what: str, seen: Seen, run: Run) -> str:
        """Give JSON for what a condition looked at, where the line will be written at all."""
        if not seen or not self.journal.writes(what):
            return ""
        self.run = run
        show = self.plan.shower.json
        return members({"saw": {text: show(value(self, None), type_, self.zone) for text, value, type_ in seen}})  # type: ignore[arg-type]

    def say_branch(self, run: Run) -> None:
        if run.note is not None:
            step, word = run.note
            run.note = None
            self.note_branch(run, step, word, ())

    def note_branch(self, run: Run, step: StepPlan, branch: str, seen: Seen) -> None:
        if self.journal.writes("branched"):
            self.note(run, step, "branched", None, f',"branch":"{branch}"{self.saw("branched", seen, run)}')

    def note_step(self, run: Run, what: str, more: Mapping[str, object], reason: str | None = None) -> None:
        self.note(run, run.flow.steps[run.place], what, reason, members(more))

    def note(self, run: Run, step: StepPlan, what: str, reason: str | None, more: str) -> None:
        """Write a line of a run at one of its steps; it becomes the cause of what the run does next."""
        run.cause = self.journal.write(what, self.now, run.cause, run.flow, run.number, step.json, reason, more)

    def cut_off(self, cause: Cause, run: Run | None) -> None:
        """Write once for an instant that something was cut off, with the flows that took steps at it, in turn (semantics 5.5)."""
        if self.stopped_at == self.now:
            return
        self.stopped_at = self.now
        flows = [one.flow.name for one in self.stepped if one.steps_at == self.now] + ([run.flow.name] if run else [])
        more = members({"flows": list(dict.fromkeys(flows))})
        self.journal.write("stopped", self.now, cause, None, None, NOWHERE, None, more)


def _key(run: Run) -> tuple[int, int]:
    return run.key


def _in_order(found: list[Triggered]) -> list[Triggered]:
    """Order what is let in at once: by flow order, a group's flows strongest first in the places they have (semantics 5.1).

    Each flow is let in once, but for the sequences of one that is entered every time (6.2).
    """
    found.sort(key=lambda one: (one.flow.order, one.line))
    kept: list[Triggered] = []
    for one in found:
        same = [other for other in kept if other.flow is one.flow]
        parallel = one.flow.flow.reentry.mode == "every time"
        if not same or (parallel and (one.sequence or all(other.sequence for other in same))):
            kept.append(one)
    groups: dict[str, list[int]] = {}
    for place, one in enumerate(kept):
        if (group := one.flow.flow.group) is not None:
            groups.setdefault(group, []).append(place)
    ordered = kept[:]
    for places in groups.values():
        strongest = sorted((kept[place] for place in places), key=lambda one: one.flow.strength, reverse=True)
        for place, one in zip(places, strongest, strict=True):
            ordered[place] = one
    return ordered
