"""Hold the run of a flow, what it waits for, and the step it is at: small, and all that there is to know."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cadenza.engine.clock import NEVER
from cadenza.engine.journal import quoted

if TYPE_CHECKING:
    from cadenza.check import program as p
    from cadenza.engine.customer import Customer
    from cadenza.engine.events import Event
    from cadenza.engine.journal import Cause
    from cadenza.engine.plan import FlowPlan

Compiled = Callable[[Any, Any], Any]
Tests = Mapping[str, Sequence[Compiled | None]]
"""What an event must be, by its kind: any one of the tests; None is passed by all."""

END = -1
"""The place after the last step."""
STAY = -2
"""What a step gives that is not done: the run waits at it."""


class StepPlan(ABC):
    """One step of a flow; `path` and `source` name it, and `json` is how the journal has them."""

    __slots__ = ("json", "next", "path", "source")

    def __init__(self, step: p.Step, after: int) -> None:
        self.path = step.path
        self.source = step.span.where
        self.json = f',"step":{quoted(step.path)},"source":{quoted(self.source)}'
        self.next = after

    @property
    def awaits(self) -> frozenset[str]:
        """The kinds of event that may end the wait of this step."""
        return frozenset()

    @abstractmethod
    def take(self, c: Customer, run: Run) -> int: ...


class Waiting:
    """What a run waits for: an event, a condition, or only an instant; and where it goes on.

    `kinds` are the events that may end it, by `tests` or because `condition` depends on them. `done` and `given_up` are places
    in the steps, `given_up` None where the deadline is what was waited for. The journal says of `step`, if there is one, that it
    went the way of `word`, or `else` where it was given up.
    """

    __slots__ = ("condition", "done", "given_up", "kinds", "step", "tests", "word")

    def __init__(
        self,
        done: int,
        given_up: int | None = None,
        condition: Compiled | None = None,
        kinds: frozenset[str] = frozenset(),
        tests: Tests | None = None,
        step: StepPlan | None = None,
        word: str = "then",
    ) -> None:
        self.done = done
        self.step = step
        self.word = word
        self.given_up = given_up
        self.condition = condition
        self.kinds = kinds if tests is None else frozenset(tests)
        self.tests = tests


class Held:
    """A message that waits to go out: since when, and the earliest deadline that a limit set, with its reason."""

    __slots__ = ("channel", "deadline", "message", "reason", "since", "written")

    def __init__(self, since: int, message: str, channel: str) -> None:
        self.since = since
        self.message = message
        self.channel = channel
        self.deadline = NEVER
        self.reason = ""
        self.written = False


class Run:
    """`token` goes up with every change of what is waited for, so that what is left on the agenda is known to be stale."""

    number = 0
    key = (0, 0)
    token = 0
    over = False
    waiting: Waiting | None = None
    held: Held | None = None
    note: tuple[StepPlan, str] | None = None
    passes: dict[str, int] | None = None
    stay_due = NEVER
    wait_due = NEVER
    steps_at = -NEVER
    steps_taken = 0

    def __init__(self, flow: FlowPlan, trigger: Event, cause: Cause, depth: int) -> None:
        self.flow = flow
        self.trigger = trigger
        self.cause = cause
        self.depth = depth
        self.place = flow.start

    def enter(self, number: int) -> None:
        """Become the run of this number; `key` is its place among the runs of the customer (semantics 5.1)."""
        self.number = number
        self.key = (self.flow.order, number)
