"""The journal, and how a message goes out (semantics 8 and 10)."""

from __future__ import annotations

from collections.abc import Generator
from datetime import date
from typing import Any

from cadenza.check.vocabulary import ADDRESSES, CHANNELS, LIMIT_NOUNS
from cadenza.draws import WHOLE, draw
from cadenza.syntax import nodes as n
from cadenza.values import DAY, HOUR, MINUTE
from tests.reference.asking import Asking, Event, Scope
from tests.reference.program import Flow
from tests.reference.times import Moment, iso


class Wait:
    """What a run waits for: an instant, and perhaps a condition or an event; `held` is the message it waits with."""

    def __init__(self, until: int | None, condition: Any = None, events: Any = None, held: Any = None, since: int = 0) -> None:
        self.until, self.condition, self.events, self.held, self.since = until, condition, events, held, since


class Run:
    def __init__(self, flow: Flow, number: int, trigger: Event, rank: int, cause: Any) -> None:
        self.flow, self.number, self.trigger, self.rank = flow, number, trigger, rank
        self.cause, self.depth = cause, 0
        self.since, self.taken = 0, 0
        """How many steps it has taken at this instant."""
        self.place: str | None = None
        self.wait: Wait | None = None
        self.news: Any = None
        """What ended the wait: an event, True where a condition holds, False at a timeout."""
        self.steps: Any = None
        self.at_step = self.gone = False

    @property
    def order(self) -> tuple[Any, ...]:
        return *self.flow.order, self.number


class Coupon:
    def __init__(self, name: str, code: str, offered: Any, ends: Moment | None, run: Run, line: str) -> None:
        self.name, self.code, self.offered, self.ends, self.run, self.line = name, code, offered, ends, run, line


Steps = Generator[Wait | None, Any, None]


class Sending(Asking):
    name: str
    columns: frozenset[str]
    lines: list[dict[str, Any]]
    closed: dict[str, str]
    agreed: set[str]
    messages: list[tuple[Run, Event, str, bool]]
    """Messages sent or withheld: by whom, as what event, in which line, and whether they count under limits."""

    # -- The journal ---------------------------------------------------------------------------------------------------

    def write(self, what: str, run: Any, cause: Any, *, at_step: bool = True, **more: Any) -> str:
        flow = run.flow if isinstance(run, Run) else run
        name = f"{self.name}#{len(self.lines) + 1}"
        known = {key: value for key, value in more.items() if value is not None}
        number, place = (run.number, run.place if at_step else None) if isinstance(run, Run) else (None, None)
        line = {"id": name, "at": iso(self.now), "flow": flow and flow.name, "run": number, "step": place, "what": what}
        line["cause"] = self.cause(cause)
        self.lines.append(line | known)
        if isinstance(run, Run) and at_step:
            run.cause = name
        return name

    def cause(self, cause: Any) -> str:
        if not isinstance(cause, Event):
            return cause or "clock"
        if cause.line is not None:
            return cause.line
        return f"{cause.kind} {cause.get('id')}" if cause.get("id") else f"{cause.kind} at {iso(cause.at)}"

    def say(self, run: Run, what: str, **more: Any) -> str:
        return self.write(what, run, run.cause, **more)

    def scope(self, run: Run) -> Scope:
        return Scope(run.flow.given, trigger=run.trigger, run=run)

    def after(self, duration: Any, s: Scope) -> Moment | None:
        length = self.value(duration, s)
        return None if length is None else self.clock.add(self.now, length)

    # -- Sending (8) ---------------------------------------------------------------------------------------------------

    def send(self, run: Run, node: n.Send, s: Scope) -> Steps:
        """8.1: try until the message has gone or is given up."""
        deadline: tuple[int, str] | None = None
        held = 0
        while True:
            fate, message, channel, reason, until, limits = self.attempt(run, node, s)
            if fate != "held":
                break
            for end, why in limits:
                deadline = min(deadline or (end, why), (end, why), key=lambda one: one[0])
            if deadline is not None and deadline[0] <= self.now:
                fate, reason = "dropped", deadline[1]
                break
            until = min(until, deadline[0]) if deadline else until
            if not held:
                held = len(self.lines) + 1
                self.say(run, "held", message=message, channel=channel, reason=reason, until=iso(until))
            self.look(until)
            yield Wait(until, held=(message, channel), since=held)
            yield None
        if fate != "sent":
            line = self.say(run, fate, message=message, channel=channel, reason=reason)
            if fate == "withheld":
                self.messages.append(
                    (run, Event("sent", self.now, {"message": message, "channel": channel}, len(self.history)), line, False)
                )
        else:
            self.go_out(run, node, message, channel, s)
        if held:
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
        line = self.say(run, "sent", message=message, channel=channel, **said)
        event = self.fact(self.made(run, line, "sent", message=message, channel=channel, flow=run.flow.name))
        self.messages.append((run, event, line, not self.transactional(node, s)))
        events = [event]
        if coupon is not None:  # 5.3: both facts first, then taken in
            events += self.coupon(run, self.value(coupon.name, s), coupon.offered, s)
        for one in events:
            self.take_in(one, known=True)

    def transactional(self, node: n.Send, s: Scope) -> bool:
        return any(isinstance(one, n.Transactional) and self.true(one.only_if, s) for one in node.clauses)

    def attempt(self, run: Run, node: n.Send, s: Scope) -> tuple[Any, ...]:
        """8.2: give what becomes of the message, its name and channel, the reason, the next try and what limits it."""
        message = self.message(node.messages, s)
        if message is None:
            return "skipped", self.value(node.messages.names[0], s), None, "already sent", None, ()
        channels = [one.text if isinstance(one, n.Name) and one.text in CHANNELS else self.value(one, s) for one in node.channels]
        with_address = [one for one in channels if one in CHANNELS and self.has_address(one)]
        free = self.transactional(node, s)
        if not with_address:
            return "dropped", message, next((one for one in channels if one in CHANNELS), None), "no address", None, ()
        channel = next((one for one in with_address if self.is_open(one, free=free)), None)
        if channel is None:
            return "dropped", message, with_address[0], "consent", None, ()
        if not free:
            if self.is_quiet(channel, self.now):
                until = self.now - self.now % MINUTE
                while self.is_quiet(channel, until):
                    until += MINUTE
                return "held", message, channel, "quiet hours", until, ()
            limits = self.limits(run.flow, channel)
            full = [one for one in limits if not self.has_room(one, self.now)]
            for _, limit in full:
                if limit.hold is None:
                    return "dropped", message, channel, self.reason(limit), None, ()
            if full:
                ends = [(self.after(limit.hold, Scope(flow.given if flow else {})), self.reason(limit)) for flow, limit in full]
                return "held", message, channel, self.reason(full[0][1]), self.room(limits), ends
            if self.held_out(run.flow):
                return "withheld", message, channel, None, None, ()
        return "sent", message, channel, None, None, ()

    def message(self, node: Any, s: Scope) -> str | None:
        if not isinstance(node, n.NextOf):
            return str(self.value(node, s))
        for name in (self.value(one, s) for one in node.names):
            before = [event for _, event, _, _ in self.messages if event.get("message") == name]
            again = None if node.again_after is None else self.value(node.again_after, s)
            if not before or (again is not None and self.clock.add(before[-1].at, again) <= self.now):
                return str(name)
        return None

    def has_address(self, channel: str) -> bool:
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
        for line in self.program.lines(n.QuietDays):
            for day in line.days:
                holidays = [one for other in self.program.lines(n.Holidays) for one in other.days]
                for one in holidays if isinstance(day, n.HolidaysWord) else [day]:
                    if (
                        wall.weekday() == one.number
                        if isinstance(one, n.Weekday)
                        else wall.date() == date(one.year, one.month, one.day)
                    ):
                        return True
        hours = self.program.lines(n.QuietHours)
        for line in [one for one in hours if one.channel and one.channel.text == channel] or [
            one for one in hours if not one.channel
        ]:
            start, end, reading = line.start.minutes, line.end.minutes, wall.hour * 60 + wall.minute
            if start <= reading < end if start < end else reading >= start or reading < end:
                return True
        return False

    def limits(self, flow: Flow, channel: str) -> list[tuple[Flow | None, n.Limit]]:
        """8.5: those that cover the message, the shop's first."""
        found = [(None, one) for one in self.program.lines(n.Limit)] + [(flow, one) for one in flow.all(n.Limit)]
        return [one for one in found if self.covers(one[1], channel)]

    def covers(self, limit: n.Limit, channel: str) -> bool:
        named = LIMIT_NOUNS[limit.noun.text]
        return channel != "onsite" if named is None else named == channel

    def has_room(self, of: tuple[Flow | None, n.Limit], at: int) -> bool:
        flow, limit = of
        sent = [event.at for run, event, _, counts in self.messages
                if counts and self.covers(limit, event.get("channel")) and (flow is None or run.flow is flow)]  # fmt: skip
        if isinstance(limit.period, n.Unit):
            inside = [
                one for one in sent if self.clock.period(one, limit.period.name) == self.clock.period(at, limit.period.name)
            ]
        else:
            length = self.value(limit.period, Scope())
            gone = [place for place, one in enumerate(sent) if self.clock.add(one, length) <= at]  # 1.5
            inside = sent[gone[-1] + 1 :] if gone else sent
        return len(inside) < self.value(limit.count, Scope(flow.given if flow else {}))

    def room(self, limits: Any) -> int:
        """Give the first instant at which all limits have room."""
        half_hours = range(self.now - self.now % (HOUR // 2), self.now + 33 * DAY, HOUR // 2)
        lengths = [self.value(one.period, Scope()) for _, one in limits if not isinstance(one.period, n.Unit)]
        gone = {self.clock.add(event.at, length) for _, event, _, _ in self.messages for length in lengths}
        return next(at for at in sorted({*half_hours, *gone}) if at > self.now and all(self.has_room(one, at) for one in limits))

    def reason(self, limit: n.Limit) -> str:
        named = LIMIT_NOUNS[limit.noun.text]
        return f"limit {f'{named} ' if named else ''}per {limit.period.span.text}"

    def held_out(self, flow: Flow) -> bool:
        shares = [("", one) for one in self.program.lines(n.Holdout)] + [(flow.name, one) for one in flow.all(n.Holdout)]
        return any(draw(0, "holdout", name, self.name) <= one.share.value * WHOLE for name, one in shares)
