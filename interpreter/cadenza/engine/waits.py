"""Let runs wait, and wake them: for an event, a condition, or an instant, whichever comes first (semantics 5.1f, 7)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from heapq import heappush
from typing import TYPE_CHECKING

from cadenza.engine.agenda import Due, token_of, what_of
from cadenza.engine.clock import NEVER, Zone
from cadenza.engine.events import Event, Inputs
from cadenza.engine.runs import Run, Waiting
from cadenza.engine.watching import Watching

if TYPE_CHECKING:
    from cadenza.engine.journal import Cause
    from cadenza.engine.plan import Plan


class Waits(Watching, ABC):
    """The runs of a customer by flow order and number, and those that are ready to step."""

    def __init__(self, plan: Plan, zone: Zone, inputs: Inputs) -> None:
        super().__init__(plan, zone, inputs)
        self.runs: list[Run] = []
        self.ready: list[tuple[tuple[int, int], int, Run]] = []
        self.stepped: list[Run] = []
        """The runs that took steps at the last instant at which any did, in turn."""
        self.alerts: dict[str, int] = {}
        """How many runs an event of each kind may end or wake; `alerted` is the sum."""
        self.alerted = 0

    @abstractmethod
    def lapse(self, due: Due) -> None:
        """Give up what was awaited in vain and is not a run."""

    @abstractmethod
    def cut_off(self, cause: Cause, run: Run | None) -> None:
        """Say that something was prevented because too much happened at this instant."""

    def wakings(self, event: Event, *, allowed: bool) -> None:
        for run in self.runs[:]:
            waiting = run.waiting
            if waiting is None or event.kind not in waiting.kinds:
                continue
            self.run = run
            if waiting.tests is not None:
                woken = self.passes(waiting.tests[event.kind], event)
            else:
                woken = self.wait_holds(run)
            if woken and allowed:
                self.wake(run, waiting.done, waiting.word, event, event.depth)
            elif woken:
                self.cut_off(event, run)

    def wake(self, run: Run, place: int, word: str, cause: Cause, depth: int) -> None:
        """Stop waiting and be at a place; remember for the journal which way the wait went."""
        waiting, run.waiting = run.waiting, None
        if waiting is not None:
            if waiting.step is not None:
                run.note = (waiting.step, word)
            if waiting.kinds:
                self.alert(waiting.kinds, -1)
        run.token += 1
        run.wait_due = NEVER
        run.place = place
        run.depth = depth
        if cause is not None:
            run.cause = cause
        self.make_ready(run)

    def begin_wait(self, run: Run, waiting: Waiting) -> None:
        """Let a run wait; what the agenda knows of earlier waits is stale from now on."""
        run.waiting = waiting
        run.token += 1
        if waiting.kinds:
            self.alert(waiting.kinds, 1)

    def end_wait(self, run: Run) -> None:
        waiting, run.waiting = run.waiting, None
        run.wait_due = NEVER
        if waiting is not None and waiting.kinds:
            self.alert(waiting.kinds, -1)

    def alert(self, kinds: frozenset[str], number: int) -> None:
        """Count the runs that an event of some kinds may concern."""
        for kind in kinds:
            self.alerts[kind] = self.alerts.get(kind, 0) + number
            self.alerted += number

    def wake_due(self, due: Due, *, came: bool = False) -> None:
        """End a wait for which its condition `came`, or its deadline, where it is computed once more (semantics 7.3)."""
        run = what_of(due)
        if run.__class__ is not Run:
            self.lapse(due)
            return
        waiting = run.waiting
        if run.over or token_of(due) != run.token or waiting is None:
            return
        if came or waiting.given_up is None or (waiting.condition is not None and self.wait_holds(run)):
            self.wake(run, waiting.done, waiting.word, None, 0)
        else:
            self.wake(run, waiting.given_up, "else", None, 0)

    def make_ready(self, run: Run) -> None:
        heappush(self.ready, (run.key, run.token, run))
