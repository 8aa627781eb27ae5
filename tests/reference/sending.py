"""The journal, and how a message goes out (semantics 8 and 10)."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

from cadenza.check.vocabulary import ADDRESSES, CHANNELS
from cadenza.draws import WHOLE, draw
from cadenza.syntax import nodes as n
from cadenza.values import MINUTE
from tests.reference.counting import Counting, Message
from tests.reference.program import Flow, Scope
from tests.reference.seeing import Seeing
from tests.reference.selecting import Selecting
from tests.reference.streams import Event
from tests.reference.times import Moment, iso

Place = tuple[str | None, str | None]
"""A step, `3.if.1`, and where it is written, `file:line`."""
NOWHERE: Place = (None, None)


class Wait(NamedTuple):
    """What a run waits for: an instant, and perhaps a condition or an event; `held` is the message it waits with."""

    until: int | None
    since: int
    condition: Any = None
    events: Any = None
    held: Any = None


@dataclass(eq=False)
class Run:
    flow: Flow
    number: int
    trigger: Event
    rank: int
    cause: Any
    place: Place
    depth: int
    steps: Any = None
    wait: Wait | None = None
    news: bool | None = None
    """Whether what was waited for came."""
    woken: bool = False
    """Whether it goes on from a wait, and took no step since."""
    went: tuple[Place, str, Any] | None = None
    """Which way its last wait or question went, and what that saw, until it is said."""
    since: int = 0
    taken: int = 0
    """How many steps it has taken at the instant `since`."""
    at_step: bool = False
    gone: bool = False

    @property
    def order(self) -> tuple[Any, ...]:
        return *self.flow.order, self.number


class Lot(NamedTuple):
    """Points that expire; `given` is the number of the line that says so."""

    score: str
    amount: Fraction
    ends: Moment
    given: int


class Coupon(NamedTuple):
    name: str
    code: str
    offered: Any
    ends: Moment | None
    given: int
    run: Run
    line: str


class Fate(NamedTuple):
    """What becomes of a message that is tried; of one that is held, when it is tried again and by when a limit gives it up."""

    what: str
    message: str
    channel: Any
    reason: str | None = None
    until: int = 0
    ends: Sequence[tuple[int, str]] = ()


Steps = Generator[Wait | None, Any, None]


class Sending(Selecting, Counting, Seeing):
    name: str
    columns: frozenset[str]
    lines: list[dict[str, Any]]
    closed: dict[str, str]
    agreed: set[str]

    # -- The journal ---------------------------------------------------------------------------------------------------

    def write(self, what: str, run: Any, cause: Any, place: Place = NOWHERE, **more: Any) -> str:
        """Write a line of a run, of a flow that nobody entered, or of neither, and give its name."""
        flow, number = (run.flow, run.number) if isinstance(run, Run) else (run, None)
        name, (step, source) = f"{self.name}#{len(self.lines) + 1}", place
        self.lines.append({
            "id": name, "at": iso(self.now), "customer": self.name, "flow": flow and flow.name, "run": number, "step": step,
            "source": source, "what": what, "cause": self.cause(cause), **{k: v for k, v in more.items() if v is not None},
        })  # fmt: skip
        return name

    def cause(self, cause: Any) -> str:
        if not isinstance(cause, Event):
            return cause or "clock"
        if cause.line is not None:
            return cause.line
        return f"{cause.kind} {cause.get('id')}" if cause.get("id") else f"{cause.kind} at {iso(cause.at)}"

    def say(self, run: Run, what: str, **more: Any) -> str:
        """Write a line of a run at its step: it is the cause of what follows."""
        run.cause = self.write(what, run, run.cause, run.place, **more)
        return run.cause

    def scope(self, run: Run) -> Scope:
        return Scope(run.flow.given, trigger=run.trigger, run=run)

    def after(self, duration: Any, s: Scope) -> Moment | None:
        """Give when what lasts so long from now ends; nothing lasts less than nothing (1.3)."""
        length = self.value(duration, s)
        return None if length is None else max(self.now, self.clock.add(self.now, length))

    def given_up(self, duration: Any, s: Scope) -> Moment:
        """7.1: when a wait of such a length is over; what is unknown is nothing."""
        found = self.after(duration, s)
        return self.now if found is None else found

    # -- Sending (8) ---------------------------------------------------------------------------------------------------

    def send(self, run: Run, node: n.Send, s: Scope) -> Steps:
        """8.1: try until the message has gone or is given up."""
        deadlines: list[tuple[int, str]] = []  # 8.5: only these are remembered
        held = None
        while (fate := self.attempt(run, node, s)).what == "held":
            deadlines += fate.ends
            over = [why for end, why in sorted(deadlines, key=lambda one: one[0]) if end <= self.now]
            if over:
                fate = fate._replace(what="dropped", reason=over[0])
                break
            until = min([fate.until, *(end for end, _ in deadlines)])
            if held is None:
                held = self.now
                self.say(run, "held", message=fate.message, channel=fate.channel, reason=fate.reason, until=iso(until))
            self.look(until)
            yield Wait(until, held, held=(fate.message, fate.channel))
            yield None
        if fate.what == "sent":
            self.go_out(run, node, fate.message, fate.channel, s)
        else:
            line = self.say(run, fate.what, message=fate.message, channel=fate.channel, reason=fate.reason)
            if fate.what == "withheld":
                event = Event("sent", self.now, {"message": fate.message, "channel": fate.channel}, len(self.history))
                self.messages.append(Message(run, event, line, counts=False))
        if held is not None:
            yield False  # the try was a step of the turn of the clock; what follows is another's

    def go_out(self, run: Run, node: n.Send, message: str, channel: str, s: Scope) -> None:
        said: dict[str, Any] = {}
        coupon = None
        for clause in node.clauses:
            word = type(clause).__name__.lower()
            if word in said or (coupon and word == "coupon") or not self.true(clause.only_if, s):
                continue
            match clause:
                case n.Subject(text=text) | n.Sender(text=text) | n.Template(text=text):
                    said[word] = self.value(text, s)
                case n.With(bindings=bindings):
                    said[word] = {one.name.text: self.data(self.coming_up(self.value(one.value, s))) for one in bindings}
                case n.Coupon():
                    coupon = clause
        products = [{"sku": sku, "from": source} for sku, source in self.products(node, s) or ()]
        line = self.say(run, "sent", message=message, channel=channel, products=products or None, **said)
        counts = not self.transactional(node, s)
        if counts:
            self.promised_of_message(message, channel, line)
        event = self.fact(self.made(run, line, "sent", message=message, channel=channel, flow=run.flow.name))
        self.messages.append(Message(run, event, line, counts))
        events = [event]
        if coupon is not None:  # 5.3: both facts first, then taken in
            events += self.coupon(run, self.value(coupon.name, s), coupon.offered, s)
        for one in events:
            self.take_in(one, known=True)

    def transactional(self, node: n.Send, s: Scope) -> bool:
        return any(isinstance(one, n.Transactional) and self.true(one.only_if, s) for one in node.clauses)

    def attempt(self, run: Run, node: n.Send, s: Scope) -> Fate:
        """Give the first check that fails, or that it goes out (8.2)."""
        message = self.message(node.messages, s)
        if message is None:
            return Fate("skipped", self.value(node.messages.names[0], s), None, "already sent")
        channels = [one.text if isinstance(one, n.Name) and one.text in CHANNELS else self.value(one, s) for one in node.channels]
        with_address = [one for one in channels if one in CHANNELS and self.has_address(one)]
        free = self.transactional(node, s)
        if not with_address:
            return Fate("dropped", message, next((one for one in channels if one in CHANNELS), None), "no address")
        channel = next((one for one in with_address if self.is_open(one, free=free)), None)
        if channel is None:
            return Fate("dropped", message, with_address[0], "consent")
        if not free:
            if self.is_quiet(channel, self.now):
                return Fate("held", message, channel, "quiet hours", self.end_of_quiet(channel))
            limits = self.limits(run.flow, channel)
            full = [one for one in limits if not self.has_room(one, self.now)]
            for _, limit in full:
                if limit.hold is None:
                    return Fate("dropped", message, channel, self.reason(limit))
            if full:
                ends = [(self.after(limit.hold, Scope(flow.given if flow else {})), self.reason(limit)) for flow, limit in full]
                return Fate("held", message, channel, self.reason(full[0][1]), self.room(limits), ends)
        if self.products(node, s) is None:
            return Fate("skipped", message, channel, "shortage")
        if not free and self.held_out(run.flow):
            return Fate("withheld", message, channel)
        return Fate("sent", message, channel)

    def message(self, node: Any, s: Scope) -> str | None:
        """Give the name of the message, of `next of` the first that was not sent yet (8.2)."""
        if not isinstance(node, n.NextOf):
            return str(self.value(node, s))
        for name in (self.value(one, s) for one in node.names):
            before = [one for one in self.messages if one.name == name]
            again = None if node.again_after is None else self.value(node.again_after, s)
            if not before or (again is not None and self.clock.add(before[-1].at, again) <= self.now):
                return str(name)
        return None

    def has_address(self, channel: str) -> bool:
        """8.2: where the data have no such column, everybody has one."""
        field = ADDRESSES[channel]
        return field is None or field not in self.columns or bool(self.fields.get(field))

    def is_open(self, channel: str, *, free: bool) -> bool:
        """8.3, 8.6."""
        if self.closed.get(channel) in ("complaint", "bounce"):
            return False
        required = [one.text for line in self.program.lines(n.RequireConsent) for one in line.channels]
        agreed = channel not in required or channel in self.agreed or self.fields.get(f"consent_{channel}") is True
        return free or (channel not in self.closed and agreed)

    def is_quiet(self, channel: str, at: int) -> bool:
        """8.4."""
        if channel == "onsite":
            return False
        wall = self.clock.wall(at)
        days = [day for line in self.program.lines(n.QuietDays) for day in line.days]
        if any(isinstance(day, n.HolidaysWord) for day in days):
            days += [day for line in self.program.lines(n.Holidays) for day in line.days]
        if any(self.value(day, Scope()) in (wall.weekday(), wall.date()) for day in days if not isinstance(day, n.HolidaysWord)):
            return True
        reading = wall.hour * 60 + wall.minute
        hours = self.quiet_hours(channel)
        return any(start <= reading < end if start < end else not end <= reading < start for start, end in hours)

    def quiet_hours(self, channel: str) -> list[tuple[int, int]]:
        """Give from which minute of the day to which; a channel's own replace the shop's."""
        hours = self.program.lines(n.QuietHours)
        own = [one for one in hours if one.channel and one.channel.text == channel]
        return [(one.start.minutes, one.end.minutes) for one in own or [one for one in hours if not one.channel]]

    def end_of_quiet(self, channel: str) -> int:
        """8.4: the first instant outside; at a quarter, as clocks are changed, or as much after one as written."""
        after = {0, *(end % 15 for _, end in self.quiet_hours(channel))}
        at = self.now - self.now % MINUTE
        while at % (15 * MINUTE) // MINUTE not in after or self.is_quiet(channel, at):
            at += MINUTE
        return at

    def held_out(self, flow: Flow) -> bool:
        """8.2, 9.3."""
        shares = [("", one) for one in self.program.lines(n.Holdout)] + [(flow.name, one) for one in flow.all(n.Holdout)]
        return any(draw(0, "holdout", name, self.name) <= one.share.value * WHOLE for name, one in shares)
