"""Name what the core asks of the customer: what a fact changes, who is let in, what ends. The core itself knows none of it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cadenza.engine.waits import Waits

if TYPE_CHECKING:
    from cadenza.engine.agenda import Due
    from cadenza.engine.events import Event
    from cadenza.engine.journal import Cause
    from cadenza.engine.plan import KindPlan, OnPlan, WatchPlan
    from cadenza.engine.runs import Run


class Effects(Waits):
    @abstractmethod
    def absorb(self, event: Event) -> None:
        """Change the customer as a fact demands."""

    @abstractmethod
    def credit(self, event: Event, kind: KindPlan) -> None:
        """Say what an event is a success of."""

    @abstractmethod
    def witness(self, event: Event, kind: KindPlan) -> None:
        """Do what follows from a fact alone, now that all columns have it."""

    @abstractmethod
    def look_back(self, event: Event | None) -> None:
        """Hold what came of an event or, without one, of a turn of the clock against the promises."""

    @abstractmethod
    def expire(self, due: Due) -> None:
        """Take off what has come to its end."""

    @abstractmethod
    def let_in(self, event: Event, kind: KindPlan, flipped: Sequence[WatchPlan], *, allowed: bool) -> None:
        """Enter the flows that an event triggers, or, where it may not, say that they were cut off."""

    @abstractmethod
    def let_in_by(self, place: int, hits: Sequence[OnPlan], flipped: Sequence[WatchPlan]) -> None:
        """Enter the flows that an input event is known to trigger."""

    @abstractmethod
    def let_in_due(self, due: Sequence[Due], flipped: Sequence[WatchPlan]) -> None:
        """Enter the flows that time alone triggers."""

    @abstractmethod
    def leave(self, run: Run, reason: str, cause: Cause, depth: int) -> None:
        """End a run before its last step."""

    @abstractmethod
    def finish(self, run: Run) -> None:
        """End a run with its last step."""

    @abstractmethod
    def say_branch(self, run: Run) -> None:
        """Write which way the run's last wait went."""
