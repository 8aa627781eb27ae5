"""Hold one customer: what facts and steps have made of them, and the verbs that steps use.

Facts change a customer in `absorb` alone; a verb writes its line and brings about an event, which is then absorbed.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from cadenza.check.types import NUMBER, Type
from cadenza.check.vocabulary import ADDRESSES
from cadenza.engine.agenda import EXPIRE, LOOK, RETRY, WAKE, Due, token_of, what_of
from cadenza.engine.among import Past
from cadenza.engine.clock import NEVER, Zone
from cadenza.engine.core import DEEPEST, MOST_EFFECTS
from cadenza.engine.coupons import Coupon, Coupons
from cadenza.engine.events import SHIFT, Event, Inputs
from cadenza.engine.journal import NOWHERE, Journal, members
from cadenza.engine.policy import Consent, Periodic, Sliding, covers
from cadenza.engine.promises import Breach, Promises
from cadenza.engine.runs import STAY, Run, StepPlan, Waiting
from cadenza.engine.show import iso
from cadenza.engine.splitting import held_out
from cadenza.engine.watching import BEGINNING
from cadenza.values import Length, Number, Value, exact, half_up

if TYPE_CHECKING:
    from cadenza.check import program as p
    from cadenza.engine.journal import Cause
    from cadenza.engine.plan import KindPlan, Plan


class Message(NamedTuple):
    """A message that went out or was withheld; `line` is its line of the journal."""

    at: int
    message: str
    channel: str
    run: Run
    line: Cause


class Score:
    """Points: a base that stays, and lots that expire, oldest first (semantics 9.2)."""

    __slots__ = ("_lent", "base", "lots")

    def __init__(self, base: Number) -> None:
        self.base = base
        self.lots: dict[int, Number] = {}
        """What is left of each lot, by its serial number."""
        self._lent: Number = 0

    @property
    def total(self) -> Number:
        return exact(self.base + self._lent)

    def lend(self, number: int, amount: Number) -> None:
        """Add a lot."""
        self.lots[number] = amount
        self._lent += amount

    def take(self, amount: Number) -> Number:
        """Use up the oldest lots first, then the base, until there is 0; give what was taken."""
        before = amount = max(0, min(amount, self.total))
        for number, left in list(self.lots.items()):
            if not amount:
                break
            used = min(left, amount)
            amount -= used
            self._lent -= used
            if left > used:
                self.lots[number] = left - used
            else:
                del self.lots[number]
        self.base -= amount
        return exact(before)

    def drop(self, number: int) -> Number | None:
        """Take off what is left of a lot, and give it; None where nothing is."""
        left = self.lots.pop(number, None)
        self._lent -= left or 0
        return left


class Customer(Coupons):
    """One customer in one replay. `fields` are those of the row, as later set."""

    def __init__(
        self,
        plan: Plan,
        zone: Zone,
        inputs: Inputs,
        journal: Journal,
        fields: Mapping[str, Value],
        lists: Mapping[str, Sequence[str]],
        columns: frozenset[str],
    ) -> None:
        self.fields = dict(fields)
        super().__init__(plan, zone, inputs, journal)
        self.data_has = columns
        self.tags: dict[str, None] = dict.fromkeys(lists.get("tags", ()))
        self.subscriptions: dict[str, None] = dict.fromkeys(lists.get("subscriptions", ()))
        self.cart: Event | None = None
        self.consent = Consent(plan.program.shop.consent, fields)
        self.limits = [Periodic(one, zone) if one.length is None else Sliding(one, zone) for one in plan.limits]
        self.reach: dict[str, bool] = {}
        """Whether an ordinary message of a channel can go out, as far as address and consent say; worked out when asked."""
        self.sendings: dict[Value, Event] = {}
        """The last sending of each message."""
        self.withheld: dict[str, int] = {}
        """When each message was last kept from a customer who is held out."""
        self.outside: dict[str, bool] = {}
        """Of which flows the customer is held out; worked out when asked."""
        self.messages: dict[int, tuple[Message, Message | None]] = {}
        """The last message of each flow that has a goal, with the one before it, by the place of the flow in flow order."""
        self.promises = Promises(plan.program.promises, zone) if plan.program.promises else None
        self.scores: dict[str, Score] = {}
        self.lots_made = 0
        self.past: Past
        """The customer as of the last midnight, for what is asked among all customers; there from the beginning of the replay."""

    # -- Beginning ----------------------------------------------------------------------------------------------------

    def replay(self, begins: int | None, start: int, until: int) -> None:
        """Go through the timeline; `begins` is when the customer begins, None for one who was always there (semantics 3)."""
        self.set_out(begins, start)
        self.go_through(until)
        self.list_open_coupons(until)

    def set_out(self, begins: int | None, start: int) -> None:
        """Come to the beginning of the replay; what comes then can be gone through in one go or in several."""
        self.past = Past(self.plan, self.zone, self.inputs, self.fields, begins, self.columns)
        self.remember(start)
        self.now = start
        if begins is None or begins < start:
            self.begin_already_there()
        else:
            self.agenda.add(begins, LOOK, BEGINNING, (-1,))
        first = start if begins is None else max(start, begins)
        for calendar in self.plan.calendars:
            self.schedule(calendar, first)
        self.settle()
        self.look_back(None)

    def remember(self, start: int) -> None:
        """Make the events before START facts, and nothing more (semantics 3.4)."""
        for place in range(bisect_left(self.inputs.at, start)):
            kind = self.plan.kinds.get(self.inputs.kinds[place])
            self.taken = place + 1
            if kind is not None and kind.makes_facts:
                event = self.inputs.event(place)
                self.now = event.at
                self.make_fact(event, kind)
        self.rank = self.taken << SHIFT

    def begin_already_there(self) -> None:
        """Note the watches of a customer who is there at START; those who ask for it enter (semantics 6.1)."""
        entering = [watch for watch in self.begin() if watch.including]
        if entering:
            self.let_in_due((), entering)
            self.flush()

    # -- Facts --------------------------------------------------------------------------------------------------------

    def absorb(self, event: Event) -> None:
        fields = dict(zip(self.plan.layout.events[event.kind], event.fields, strict=False))
        from_outside = event.depth == 0
        if "message" in fields and event.kind != "sent":
            event.about = self.sendings.get(fields["message"])
            self.inputs.keep(event)
        match event.kind:
            case "cart":
                self.cart = event
            case "empty_cart" | "order":
                self.cart = None
            case "sent":
                self.sendings[fields["message"]] = event
                if from_outside:
                    self.count_sent(str(fields["channel"]), fields["flow"])
            case "subscribe":
                self.reach.clear()
                if (name := fields["list"]) is not None:
                    self.subscriptions[str(name)] = None
                if from_outside:
                    self.consent.subscribe(fields["channel"])
            case "unsubscribe":
                self.unsubscribed(fields["list"], fields["channel"])
            case "complaint":
                self.reach.clear()
                self.consent.complain()
            case "bounce":
                self.reach.clear()
                self.consent.bounce(fields["channel"], fields["kind"])
            case "open" | "click":
                pass
            case _:
                raise AssertionError(event.kind)

    def count_sent(self, channel: str, flow: Value) -> None:
        """Count a message of the data under the limits that cover it; those of a flow that is not there cover nothing."""
        plan = self.plan.by_name.get(str(flow))
        shop = range(len(self.plan.program.shop.limits))
        places = (
            plan.limits.get(channel, ())
            if plan is not None
            else [place for place in shop if covers(self.plan.limits[place], channel)]
        )
        for place in places:
            self.limits[place].add(self.now)

    def reaches(self, channel: str) -> bool:
        """Whether an ordinary message of a channel can go out, as far as address and consent say."""
        found = self.has_address(channel) and self.consent.allows(channel, transactional=False)
        self.reach[channel] = found
        return found

    def unsubscribed(self, name: Value, channel: Value) -> None:
        """Take off a list; close the channel if no list is named, or the last one went (semantics 8.3)."""
        self.reach.clear()
        was_on = name is not None and str(name) in self.subscriptions
        if was_on:
            del self.subscriptions[str(name)]
        if name is None or (was_on and not self.subscriptions):
            self.consent.unsubscribe(channel)

    def score(self, name: str) -> Number | None:
        score = self.scores.get(name)
        return self.fields.get(name) if score is None else score.total  # type: ignore[return-value]

    def has_address(self, channel: str) -> bool:
        """Whether a channel can reach the customer; where the data have no such column, everybody has one (8.2)."""
        field = ADDRESSES[channel]
        return field is None or field not in self.data_has or bool(self.fields.get(field))

    # -- The verbs of steps -------------------------------------------------------------------------------------------

    def wait(self, run: Run, step: StepPlan, waiting: Waiting, until: int) -> int:
        """Let a run wait; a wait that has no end waits for what it waits for."""
        if run.waiting is not waiting:
            run.waiting = waiting
            run.token += 1
            if waiting.kinds:
                self.alert(waiting.kinds, 1)
        self.agenda.add(until, WAKE, run, run.key, run.token)
        if self.journal.all:
            self.note_wait(run, step, until, None)
        return STAY

    def note_wait(self, run: Run, step: StepPlan, until: int, reason: str | None) -> None:
        more = members({"until": iso(until) if until < NEVER else None, "reason": reason})
        self.note(run, step, "waiting", reason, more)

    def bring(self, run: Run, kind: str, **fields: Value) -> None:
        """Bring about the effect of a step, at once."""
        self.effects += 1
        if kind in self.plan.kinds:
            self.take_in(self.made(kind, run, fields))

    def sent(self, run: Run, message: str, channel: str) -> None:
        """Bring about that a message went out; of one that nothing will ever ask for, there is nothing to know."""
        if self.plan.remembers_sendings or self.alerts.get("sent"):
            self.bring(run, "sent", message=message, channel=channel, flow=run.flow.name)
        else:
            self.effects += 1

    def remember_message(self, run: Run, message: str, channel: str) -> None:
        """Keep the last message of a flow that has a goal; its line was just written."""
        before = self.messages.get(run.flow.order)
        self.messages[run.flow.order] = Message(self.now, message, channel, run, run.cause), before and before[0]

    def last_sent(self, message: str) -> int | None:
        """Give when a message last went out, or would have, but for a holdout."""
        sending, withheld = self.sendings.get(message), self.withheld.get(message)
        return withheld if sending is None else sending.at if withheld is None else max(sending.at, withheld)

    def held_out(self, flow: p.Flow) -> bool:
        """Whether the customer is held out of a flow, or of the shop (semantics 8.2)."""
        found = self.outside.get(flow.name)
        if found is None:
            seed, shop = self.plan.seed, self.plan.program.shop
            found = held_out(seed, shop.holdout, "", self.name) or held_out(seed, flow.holdout, flow.name, self.name)
            self.outside[flow.name] = found
        return found

    def credit(self, event: Event, kind: KindPlan) -> None:
        """Credit an event to the last message of each flow it is a goal of (semantics 8.7)."""
        for flow in kind.goals:
            last, before = self.messages.get(flow.order, (None, None))
            if last is not None and event.kind == "sent" and event.cause == last.line:
                last = before  # no message is a success of itself
            if last is None or flow.goal is None or event.at > self.zone.add(last.at, flow.goal):
                continue
            self.run = last.run
            if self.passes(flow.goal_tests[event.kind], event):
                more = members({"message": last.message, "channel": last.channel}) + f',"credit":{last.line}'
                self.journal.write("goal", self.now, event, flow, last.run.number, NOWHERE, None, more)

    # -- Promises -----------------------------------------------------------------------------------------------------

    def witness(self, event: Event, kind: KindPlan) -> None:
        if self.coupons and event.kind == "order":
            self.redeem(event)
        if self.promises is None:
            return
        self.run = None
        for place in dict.fromkeys([place for place, test in kind.promises if self.passes((test,), event)]):
            self.promises.see(place, event)

    def look_back(self, event: Event | None) -> None:
        """Write which promises were broken (semantics 10.2)."""
        if self.promises is None:
            return
        self.promises.look(self.runs, event)
        for promise, messages, cause in self.promises.broken():
            more = members({"promise": promise, "messages": list(messages)})
            self.journal.write("broken", self.now, cause, None, None, NOWHERE, None, more)
            self.journal.breaches.append(Breach(self.name, self.now, promise, messages))

    def tag(self, run: Run, name: str, *, on: bool) -> None:
        changes = (name not in self.tags) is on
        self.note_step(run, "tagged" if on else "untagged", {"tag": name, "same": None if changes else True})
        if changes and on:
            self.tags[name] = None
        elif changes:
            del self.tags[name]
        if changes:
            self.bring(run, "tagged" if on else "untagged", tag=name)

    def set_field(self, run: Run, name: str, value: Value, type_: Type) -> None:
        if type_.name == "yearly date" and isinstance(value, int):
            day = date.fromordinal(value)
            value = (day.month, day.day)
        if type_.name == "money" and isinstance(value, Fraction):
            value = half_up(value)
        old = self.score(name) if name in self.plan.program.scores else self.fields.get(name)
        shown = self.plan.shower.json(value, type_, self.zone)
        self.note_step(run, "changed", {"field": name, "value": shown, "same": True if old == value else None})
        if old == value:
            return
        self.fields[name] = value
        self.reach.clear()
        self.scores.pop(name, None)
        self.bring(run, "changed", field=name)

    def points(self, run: Run, name: str, sign: int, amount: Number | None, lifetime: Length | None) -> None:
        score = self.scores.get(name) or Score(self.score(name) or 0)
        asked = amount or 0
        changed = asked if sign > 0 else -score.take(asked)
        if changed:
            self.scores[name] = score
            if sign > 0:
                self.add_points(name, score, asked, lifetime)
        shown = self.plan.shower.json(changed, NUMBER, self.zone)
        self.note_step(run, "points", {"score": name, "amount": shown, "same": None if changed else True})
        if changed:
            self.bring(run, "points", score=name, amount=changed)

    def add_points(self, name: str, score: Score, amount: Number, lifetime: Length | None) -> None:
        if lifetime is None:
            score.base += amount
            return
        self.lots_made += 1
        score.lend(self.lots_made, amount)
        ends = max(self.now, self.zone.add(self.now, lifetime))
        self.agenda.add(ends, EXPIRE, (name, score), (), self.lots_made)

    def expire(self, due: Due) -> None:
        """Take off the rest of a lot of points, or a coupon that nobody redeemed."""
        what = what_of(due)
        if isinstance(what, Coupon):
            self.expire_coupon(what)
            return
        name, score = what
        left = score.drop(token_of(due))
        if left is None or self.scores.get(name) is not score:
            return
        shown = self.plan.shower.json(-left, NUMBER, self.zone)
        more: dict[str, object] = {"score": name, "amount": shown, "reason": "expired"}
        line = self.journal.write("points", self.now, None, None, None, NOWHERE, "expired", members(more))
        self.effects += 1
        if "points" in self.plan.kinds:
            self.take_in(self.bare("points", line, {"score": name, "amount": -left}, 1))

    def subscribe(self, run: Run, name: str, *, on: bool) -> None:
        changes = (name not in self.subscriptions) is on
        kind = "subscribe" if on else "unsubscribe"
        self.note_step(run, kind, {"list": name, "same": None if changes else True})
        if not changes:
            return
        if kind not in self.plan.kinds:  # nobody would notice the event, but the list changes all the same
            if on:
                self.subscriptions[name] = None
            else:
                self.unsubscribed(name, None)
        self.bring(run, kind, list=name)

    def notify(self, run: Run, team: str, text: str) -> None:
        self.note_step(run, "notified", {"team": team, "text": text})

    def start(self, run: Run, names: Sequence[str]) -> None:
        """Let the customer into other flows, with the trigger of this run (semantics 6.8)."""
        step = run.flow.steps[run.place]
        depth = run.depth + 1
        for name in names:
            if depth > DEEPEST or self.effects > MOST_EFFECTS:
                self.cut_off(run.cause, run)
                break
            self.enter(self.plan.by_name[name], run.trigger, (), step.json, run.cause, depth)
        self.flush()

    def stop(self, run: Run, names: Sequence[str]) -> None:
        cause, depth = run.cause, run.depth
        for other in [one for one in self.runs if one.flow.name in names] if names else [run]:
            self.leave(other, "stop", cause, depth)
        self.flush()

    # -- Messages that wait -------------------------------------------------------------------------------------------

    def hold(self, run: Run, until: int) -> int:
        """Try a message again at an instant (semantics 5.4e)."""
        assert run.held is not None
        run.token += 1
        order = (-run.flow.flow.priority, run.held.since, run.number, run.flow.order)
        self.agenda.add(until, RETRY, run, order, run.token)
        return STAY

    def give_up_held(self, run: Run) -> None:
        assert run.held is not None
        held, run.held = run.held, None
        more: dict[str, object] = {"message": held.message, "channel": held.channel, "reason": "left"}
        self.note_step(run, "dropped", more, "left")
