"""Watch conditions: compute one when an event it depends on comes, or at the instant it said itself, and never in between."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cadenza.engine.agenda import LOOK, Agenda
from cadenza.engine.clock import NEVER, Zone
from cadenza.engine.events import Event, Inputs
from cadenza.engine.runs import Compiled, Run
from cadenza.engine.streams import Column, laid_out, reaching

if TYPE_CHECKING:
    from cadenza.engine.plan import KindPlan, Plan, WatchPlan

STAYING = -1
"""In the place of a token on the agenda: it is whether the run may stay that is to be looked at."""
BEGINNING = "beginning"
"""On the agenda: the instant at which a customer begins."""


class Watching:
    """What conditions read: `now`, `run`, columns; and what they write: `until`, the instant to look again."""

    def __init__(self, plan: Plan, zone: Zone, inputs: Inputs) -> None:
        self.plan = plan
        self.zone = zone
        self.inputs = inputs
        self.taken = 0
        self.now = -NEVER
        self.until = NEVER
        self.run: Any = None
        self.begun = False
        self.agenda = Agenda()
        self.columns = [Column(one, zone) if one.grows else laid_out(one, inputs, self, zone) for one in plan.columns]
        self.holds = [False] * len(plan.watches)
        self.look_at = [NEVER] * len(plan.watches)
        self.reached = [-1 if one is None else reaching(self.columns[one.column], one) for one in (w.least for w in plan.watches)]
        """The place of the input event before which a watch cannot be true."""
        self.steady = not plan.watches
        """Whether no event can move a watch before one of them is looked at, or comes to what it needs."""
        self.triggers = plan.triggers_in(inputs, self)
        """The flows that input events let in by what they are, by the place of the event; also the places in `reached`."""
        for place in self.reached:
            if 0 <= place < len(inputs):
                self.triggers.setdefault(place, [])

    def flipped_by(self, kind: KindPlan) -> list[WatchPlan]:
        """Compute the watches that an event of a kind may change before they are looked at anyway (`foresight.py`)."""
        flipped: list[WatchPlan] = []
        if not self.begun or (self.steady and not self.agenda.is_due(self.now) and self.taken - 1 not in self.reached):
            return flipped
        looked = False
        for watch, barred in kind.watches:
            if self._moved(watch, barred):
                looked = True
                if self.look(watch):
                    flipped.append(watch)
        self.steady = not looked and not any(self._moved(watch, watch.barred) for watch in self.plan.watches)
        return flipped

    def _moved(self, watch: WatchPlan, barred: int) -> bool:
        """Whether an event that bars a watch for so long may change it now; what time alone does at this instant counts too."""
        place = watch.place
        if self.holds[place]:
            return not watch.only_adds or self.look_at[place] <= self.now
        return self.taken > self.reached[place] and not 0 < barred >= self.look_at[place] - self.now

    def look(self, watch: WatchPlan) -> bool:
        """Compute a watch anew, and say whether it went from not true to true (semantics 6.1)."""
        self.until = NEVER
        holds = watch.condition(self, None) is True  # type: ignore[arg-type]
        place = watch.place
        self.steady = False
        if self.until < self.look_at[place]:
            self.look_at[place] = self.until
            self.agenda.add(self.until, LOOK, watch)
        if holds is self.holds[place]:
            return False
        self.holds[place] = holds
        return holds

    def look_due(self, what: Any) -> list[WatchPlan]:
        """Look at a watch because its time has come, or at all of them because the customer begins."""
        if what == BEGINNING:
            return self.begin()
        self.look_at[what.place] = NEVER
        return [what] if self.look(what) else []

    def begin(self) -> list[WatchPlan]:
        """Compute all watches at the customer's beginning; give those that hold."""
        self.begun = True
        return [watch for watch in self.plan.watches if self.look(watch)]

    def stays(self, run: Run, event: str | None = None) -> str | None:
        """Give the reason why a run may not stay inside now, if there is one (semantics 5.2), or one that an event gives."""
        self.until, self.run = NEVER, run
        for condition, wanted, reason, kinds in run.flow.stays:
            if event is not None and event not in kinds:
                continue
            if (condition(self, None) is True) is not wanted:  # type: ignore[arg-type]
                return reason
        if self.until < run.stay_due and run.number:
            run.stay_due = self.until
            self.agenda.add(self.until, LOOK, run, run.key, STAYING)
        return None

    def wait_holds(self, run: Run) -> bool:
        """Compute the condition a run waits for, and look again when it may change."""
        waiting = run.waiting
        if waiting is None or waiting.condition is None:
            return False
        self.until, self.run = NEVER, run
        if waiting.condition(self, None) is True:
            return True
        if self.until < run.wait_due:
            run.wait_due = self.until
            self.agenda.add(self.until, LOOK, run, run.key, run.token)
        return False

    def passes(self, tests: Sequence[Compiled | None], event: Event) -> bool:
        """Whether an event passes any of some tests."""
        return any(test is None or test(self, event) is True for test in tests)
