"""Send a message, or say why not: the one step that is tried until it has gone or is given up (semantics 8)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from cadenza.check import program as p
from cadenza.check.terms import Constant
from cadenza.check.types import Type
from cadenza.check.vocabulary import ADDRESSES
from cadenza.engine import selecting
from cadenza.engine.conditions import Compiled, Conditions
from cadenza.engine.coupons import lowered
from cadenza.engine.journal import members, quoted
from cadenza.engine.promises import Sending
from cadenza.engine.runs import Held, Run, StepPlan
from cadenza.engine.show import iso

if TYPE_CHECKING:
    from cadenza.engine.customer import Customer
    from cadenza.engine.selecting import Pick
    from cadenza.values import Length


class SendStep(StepPlan):
    """`take` is one try; it checks everything afresh, in the order of semantics 8.2."""

    __slots__ = (
        "_again_after",
        "_channels",
        "_coupons",
        "_holds_out",
        "_messages",
        "_only_channel",
        "_shows",
        "_texts",
        "_transactional",
        "next_of",
    )

    def __init__(self, step: p.Send, after: int, conditions: Conditions, *, holds_out: bool) -> None:
        super().__init__(step, after)
        self._holds_out = holds_out
        self._channels: list[str | Compiled] = [
            term.value if isinstance(term, Constant) and isinstance(term.value, str) else conditions.compile(term)
            for term in step.channels
        ]
        only = self._channels[0]
        known = only if isinstance(only, str) and only in ADDRESSES else None
        self._only_channel = known if len(self._channels) == 1 else None
        self._messages = step.messages
        self.next_of = step.next_of
        self._again_after: Length | None = step.again_after
        self._coupons = [
            (lowered(coupon, conditions), None if only_if is None else conditions.compile(only_if))
            for coupon, only_if in step.coupons
        ]
        self._shows = [selecting.lowered(show, conditions) for show in step.shows]
        self._transactional = [conditions.compile(term) for term in step.transactional]
        self._texts: list[tuple[str, Compiled, Type, Compiled | None]] = [
            (
                one.kind,
                conditions.compile(one.value),
                one.value.type,
                None if one.only_if is None else conditions.compile(one.only_if),
            )
            for one in step.texts
        ]

    def take(self, c: Customer, run: Run) -> int:
        message = self._next(c) if self.next_of else self._messages[0]
        if message is None:
            return self._over(c, run, "skipped", self._messages[0], None, "already sent")
        transactional = any(one(c, None) is True for one in self._transactional) if self._transactional else False
        channel, reason = self._only_channel, None
        if channel is None or transactional or not (c.reach.get(channel) or c.reaches(channel)):
            channel, reason = self._channel(c, transactional=transactional)
        if reason is not None:
            return self._over(c, run, "dropped", message, channel, reason)
        limits, covering, now = c.limits, run.flow.limits[channel], c.now
        if not transactional:
            quiet = c.plan.quiet
            if not quiet.never and (until := quiet.over(channel, now, c.zone)) > now:
                return self._hold(c, run, message, channel, "quiet hours", until)
            for place in covering:
                if limits[place].room_at(now) > now:
                    return self._limited(c, run, message, channel)
        products = selecting.shown(self._shows, c) if self._shows else []
        if products is None:
            return self._over(c, run, "skipped", message, channel, "shortage")
        if not transactional:
            if self._holds_out and c.held_out(run.flow.flow):
                return self._withhold(c, run, message, channel)
            for place in covering:
                limits[place].add(now)
        return self._go_out(c, run, message, channel, products, transactional=transactional)

    def _go_out(self, c: Customer, run: Run, message: str, channel: str, products: Sequence[Pick], *, transactional: bool) -> int:
        """Write that a message goes out, with its texts and products, and bring about what comes of it."""
        run.held = None
        more = _named(message, channel)
        if self._texts:
            more += self._written(c)
        if products:
            more += selecting.products_json(products)
        run.cause = c.journal.write("sent", c.now, run.cause, run.flow, run.number, self.json, None, more)
        if run.flow.goal is not None:
            c.remember_message(run, message, channel)
        if c.promises is not None and not transactional:
            c.promises.send(Sending(c.now, channel, message, run.cause))
        if self._coupons:
            coupon = next((coupon for coupon, only_if in self._coupons if only_if is None or only_if(c, None) is True), None)
            c.sent_with(run, message, channel, coupon)
        else:
            c.sent(run, message, channel)
        return self.next

    def _withhold(self, c: Customer, run: Run, message: str, channel: str) -> int:
        """Write that a message is kept from somebody held out; it counts for goals and for `next of` (semantics 8.2)."""
        run.held = None
        c.note(run, self, "withheld", None, _named(message, channel))
        c.withheld[message] = c.now
        if run.flow.goal is not None:
            c.remember_message(run, message, channel)
        return self.next

    def _next(self, c: Customer) -> str | None:
        """Give the first message that was never sent, or not for long enough (semantics 8.2)."""
        for name in self._messages:
            last = c.last_sent(name)
            if last is None or (self._again_after is not None and c.zone.add(last, self._again_after) <= c.now):
                return name
        return None

    def _channel(self, c: Customer, *, transactional: bool) -> tuple[str, str | None]:
        """Give the first channel with an address that is open, or the reason why there is none."""
        first, closed = "", ""
        for one in self._channels:
            name = one if isinstance(one, str) else one(c, None)
            if name not in ADDRESSES:
                continue
            first = first or name
            if c.has_address(name):
                closed = closed or name
                if c.consent.allows(name, transactional=transactional):
                    return name, None
        return (closed, "consent") if closed else (first, "no address")

    def _limited(self, c: Customer, run: Run, message: str, channel: str) -> int:
        """Drop or hold a message for which some limits have no room (semantics 8.5)."""
        full = [place for place in run.flow.limits[channel] if c.limits[place].room_at(c.now) > c.now]
        limits = [c.plan.limits[place] for place in full]
        for limit in limits:
            if limit.hold is None:
                return self._over(c, run, "dropped", message, channel, limit.reason)
        held = run.held = run.held or Held(c.now, message, channel)
        for limit in limits:
            assert limit.hold is not None
            # A limit that stops it again sets a later deadline, and the earliest counts.
            deadline = c.zone.add(c.now, limit.hold)
            if deadline < held.deadline:
                held.deadline, held.reason = deadline, limit.reason
        until = max(c.limits[place].room_at(c.now) for place in full)
        return self._hold(c, run, message, channel, limits[0].reason, until)

    def _hold(self, c: Customer, run: Run, message: str, channel: str, reason: str, until: int) -> int:
        """Keep a message back; write so once, and give it up at the earliest deadline (semantics 8.2, 8.5)."""
        held = run.held = run.held or Held(c.now, message, channel)
        held.message, held.channel = message, channel
        if c.now >= held.deadline:
            return self._over(c, run, "dropped", message, channel, held.reason)
        until = min(until, held.deadline)
        if not held.written:
            held.written = True
            more = f'{_named(message, channel)},"reason":{quoted(reason)},"until":"{iso(until)}"'
            c.note(run, self, "held", reason, more)
        return c.hold(run, until)

    def _over(self, c: Customer, run: Run, what: str, message: str, channel: str | None, reason: str) -> int:
        """Give a message up; the run goes on at once."""
        run.held = None
        c.note(run, self, what, reason, f'{_named(message, channel)},"reason":{quoted(reason)}')
        return self.next

    def _written(self, c: Customer) -> str:
        """Give the texts of the message; of several of a kind the first whose `if` holds counts."""
        found: dict[str, object] = {}
        for kind, text, type_, only_if in self._texts:
            if kind not in found and (only_if is None or only_if(c, None) is True):
                found[kind] = c.plan.shower.json(text(c, None), type_, c.zone)
        values = {kind: found.pop(kind) for kind in list(found) if kind not in _OWN_WORDS}
        return members({**found, "with": values or None})


_OWN_WORDS = ("subject", "sender", "template")


@lru_cache(maxsize=4096)
def _named(message: str, channel: str | None) -> str:
    return members({"message": message, "channel": channel or None})
