"""What limits leave room for and promises forbid, by the messages that went out (semantics 8.5 and 10.2)."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import Any, NamedTuple

from cadenza.check.vocabulary import LIMIT_NOUNS
from cadenza.syntax import nodes as n
from cadenza.values import HOUR
from tests.reference.comparing import Comparing
from tests.reference.program import Flow, Scope
from tests.reference.streams import Event

FlowLimit = tuple[Flow | None, n.Limit]
"""A limit of a flow, or of the shop."""


class Message(NamedTuple):
    """A message that was sent or withheld: by whom, as what event, in which line, and whether it counts under limits."""

    run: Any
    event: Event
    line: str
    counts: bool

    @property
    def at(self) -> int:
        return self.event.at

    @property
    def name(self) -> str:
        return str(self.event.get("message"))

    @property
    def channel(self) -> str:
        return str(self.event.get("channel"))


class Counting(Comparing):
    messages: list[Message]
    seen: defaultdict[int, list[Event]]
    """The events that a promise speaks of, by the place of the promise."""
    broken: list[tuple[str, list[str], Any]]
    """The promises that were broken and are not yet in the journal, with the messages or flows that broke them, and the cause."""

    # -- Limits (8.5) --------------------------------------------------------------------------------------------------

    def limits(self, flow: Flow, channel: str) -> list[FlowLimit]:
        """Give those that cover a message, the shop's first."""
        found = [(None, one) for one in self.program.lines(n.Limit)] + [(flow, one) for one in flow.all(n.Limit)]
        return [one for one in found if self.covers(one[1], channel)]

    def covers(self, limit: n.Limit | n.Always, channel: str) -> bool:
        named = LIMIT_NOUNS[limit.noun.text]
        return channel != "onsite" if named is None else named == channel

    def counted(self, limit: n.Limit | n.Always, flow: Flow | None, at: int) -> list[Message]:
        """Give the messages that count under a limit at an instant (1.5, 1.8)."""
        sent = [one for one in self.messages
                if one.counts and self.covers(limit, one.channel) and (flow is None or one.run.flow is flow)]  # fmt: skip
        if not isinstance(limit.period, n.Unit):
            return self.newest(sent, self.value(limit.period, Scope()), at)
        period = self.clock.period(at, limit.period.name)
        return [one for one in sent if self.clock.period(one.at, limit.period.name) == period]

    def has_room(self, limit: FlowLimit, at: int) -> bool:
        flow, line = limit
        return len(self.counted(line, flow, at)) < self.value(line.count, Scope(flow.given if flow else {}))

    def room(self, limits: list[FlowLimit]) -> int:
        """Give the first instant at which all limits have room."""
        half_hours = range(self.now - self.now % (HOUR // 2), self.now + 3 * HOUR, HOUR // 2)
        midnights = [self.clock.at(self.today + timedelta(days)) for days in range(1, 368)]
        lengths = [self.value(one.period, Scope()) for _, one in limits if not isinstance(one.period, n.Unit)]
        gone = {self.clock.add(one.at, length) for one in self.messages for length in lengths}
        instants = sorted({*half_hours, *midnights, *gone})
        return next(at for at in instants if at > self.now and all(self.has_room(one, at) for one in limits))

    def reason(self, limit: n.Limit) -> str:
        named = LIMIT_NOUNS[limit.noun.text]
        return f"limit {f'{named} ' if named else ''}per {limit.period.span.text}"

    # -- Promises (10.2) -----------------------------------------------------------------------------------------------

    def promised_of_message(self, name: str, channel: str, line: str) -> None:
        """Look whether a message that goes out, no transactional one, breaks a promise."""
        sent = [one for one in self.messages if one.counts]
        for place, promise in enumerate(self.program.promises):
            match promise:
                case n.Always(count=count) if self.covers(promise, channel):
                    inside = [one.name for one in self.counted(promise, None, self.now)]
                    if len(inside) >= self.value(count, Scope()):
                        self.breaks(promise, [*inside, name], line)
                case n.NeverWithin(what=what, within=within, direction="after") if self.is_meant(what, name, channel):
                    if self.newest(self.seen[place], self.value(within, Scope()), self.now):
                        self.breaks(promise, [name], line)
                case n.NeverTwice(noun=noun, within=within) if LIMIT_NOUNS[noun.text] in (None, channel):
                    same = [one for one in sent if one.name == name and LIMIT_NOUNS[noun.text] in (None, one.channel)]
                    if self.newest(same, self.value(within, Scope()), self.now):
                        self.breaks(promise, [name, name], line)

    def promised_of_event(self, event: Event) -> None:
        for place, promise in enumerate(self.program.promises):
            if isinstance(promise, n.NeverWithin) and self.fits(promise.events, event, Scope()):
                self.seen[place].append(event)
                meant = [one for one in self.messages if one.counts and self.is_meant(promise.what, one.name, one.channel)]
                found = self.newest(meant, self.value(promise.within, Scope()), self.now)
                if promise.direction == "before" and found:
                    self.breaks(promise, [one.name for one in found], event)

    def promised_of_runs(self, event: Event | None) -> None:
        for promise in self.program.promises:
            if isinstance(promise, n.NeverTwo):
                inside = list(dict.fromkeys(run.flow.name for run in self.runs if run.flow.group == promise.group.text))
                if len(inside) > 1:
                    self.breaks(promise, inside, event)

    def is_meant(self, what: n.What, name: str, channel: str) -> bool:
        message = None if what.message is None else self.value(what.message, Scope())
        return LIMIT_NOUNS[what.noun.text] in (None, channel) and message in (None, name)

    def breaks(self, promise: Any, messages: list[str], cause: Any) -> None:
        self.broken.append((" ".join(promise.span.text.split()), messages, cause))
