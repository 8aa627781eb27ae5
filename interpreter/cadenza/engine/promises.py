"""Hold what happens against what was promised: `always` and `never`, after each event and each turn (semantics 10.2)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from cadenza.check import program as p
from cadenza.engine.policy import covers, period

if TYPE_CHECKING:
    from collections.abc import Callable

    from cadenza.engine.clock import Zone
    from cadenza.engine.events import Event
    from cadenza.engine.journal import Cause
    from cadenza.engine.runs import Run
    from cadenza.values import Length


class Sending(NamedTuple):
    """A message that went out; `line` is its line of the journal."""

    at: int
    channel: str
    message: str
    line: Cause


class Broken(NamedTuple):
    """What broke a promise: messages or flows, and what led to it."""

    promise: str
    messages: tuple[str, ...]
    cause: Cause


class Breach(NamedTuple):
    """A promise that does not hold: for whom, when, and the messages (or flows) that break it."""

    customer: str
    at: int
    promise: str
    messages: tuple[str, ...]


class Promises:
    """The promises of a program on one customer's timeline."""

    __slots__ = ("_broken", "_last", "_promises", "_sent", "_zone")

    def __init__(self, promises: tuple[p.Promise, ...], zone: Zone) -> None:
        self._promises = promises
        self._zone = zone
        self._sent: list[Sending] = []
        self._last: dict[int, int] = {}
        """When an event of each promise last was, by the place of the promise."""
        self._broken: list[Broken] = []

    def send(self, sending: Sending) -> None:
        """Take note of a message that went out, transactional ones apart."""
        sent, zone, now = self._sent, self._zone, sending.at
        for place, promise in enumerate(self._promises):
            match promise:
                case p.Always(limit=limit) if covers(limit, sending.channel):
                    inside = [one.message for one in self._inside(limit, now)]
                    if len(inside) >= limit.count:
                        self._break(promise, (*inside, sending.message), sending.line)
                case p.NeverWithin(after=True, within=within) if _is_meant(promise, sending):
                    if place in self._last and zone.add(self._last[place], within) > now:
                        self._break(promise, (sending.message,), sending.line)
                case p.NeverTwice(channel=channel, within=within) if channel in (None, sending.channel):
                    same = partial(_is_same, channel, sending.message)
                    if self._newest(within, now, same):
                        self._break(promise, (sending.message, sending.message), sending.line)
                case _:
                    pass
        sent.append(sending)

    def see(self, place: int, event: Event) -> None:
        """Take note of an event that the promise at this place speaks of."""
        promise = self._promises[place]
        assert isinstance(promise, p.NeverWithin)
        self._last[place] = now = event.at
        if not promise.after:
            found = self._newest(promise.within, now, partial(_is_meant, promise))
            if found:
                self._break(promise, tuple(one.message for one in found), event)

    def look(self, runs: list[Run], event: Event | None) -> None:
        """Look whether somebody is inside two flows of a group that promised otherwise, after an event or a turn of the clock."""
        for promise in self._promises:
            if isinstance(promise, p.NeverTwo):
                inside = dict.fromkeys(run.flow.name for run in runs if run.flow.flow.group == promise.group)
                if len(inside) > 1:
                    self._break(promise, tuple(inside), event)

    def _break(self, promise: p.Promise, messages: tuple[str, ...], cause: Cause) -> None:
        self._broken.append(Broken(promise.text, messages, cause))

    def broken(self) -> list[Broken]:
        """Give what was broken since the last time this was asked."""
        found, self._broken = self._broken, []
        return found

    def _inside(self, limit: p.Limit, now: int) -> list[Sending]:
        """Give the messages that count under a limit now, the oldest first."""
        if limit.length is not None:
            return self._newest(limit.length, now, lambda one: covers(limit, one.channel))
        assert limit.period is not None
        start, _ = period(limit.period, now, self._zone)
        return [one for one in self._sent if one.at >= start and covers(limit, one.channel)]

    def _newest(self, length: Length, now: int, fits: Callable[[Sending], bool]) -> list[Sending]:
        """Give the messages of the last `length` that fit, oldest first; none stays longer than a later one (semantics 1.5)."""
        found: list[Sending] = []
        for one in filter(fits, reversed(self._sent)):
            if self._zone.add(one.at, length) <= now:
                break
            found.append(one)
        return found[::-1]


def _is_meant(promise: p.NeverWithin, sending: Sending) -> bool:
    return promise.channel in (None, sending.channel) and promise.message in (None, sending.message)


def _is_same(channel: str | None, message: str, sending: Sending) -> bool:
    return sending.message == message and channel in (None, sending.channel)
