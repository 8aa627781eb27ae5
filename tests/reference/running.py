"""One customer's life through a program, from instant to instant (semantics 3 to 10)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from cadenza.check.vocabulary import CHANNELS
from cadenza.syntax import nodes as n
from cadenza.values import Length
from tests.reference.comparing import Row
from tests.reference.counting import Message
from tests.reference.program import CALENDAR, Flow, Program, Scope
from tests.reference.sending import Coupon, Lot, Place, Run
from tests.reference.stepping import Stepping
from tests.reference.streams import Event
from tests.reference.times import Clock, Moment, Yearly, day_of

Trigger = tuple[Any, Event | None]
"""A line that lets in, and the event that it speaks of."""


def is_sequence(line: Any) -> bool:
    return isinstance(line, n.On) and bool(line.follows)


class Customer(Stepping):
    def __init__(self, program: Program, row: Row, everybody: Sequence[Row], columns: frozenset[str]) -> None:
        self.program, self.row, self.everybody, self.columns = program, row, everybody, columns
        self.name, self.clock, self.currency = row.name, Clock(row.zone), program.currency
        self.fields = dict(row.fields)
        self.lists = {one: list(row.lists.get(one, ())) for one in ("tags", "subscriptions")}
        self.lots: list[Lot] = []
        self.closed: dict[str, str] = {}
        self.agreed: set[str] = set()
        self.history, self.runs, self.lines = [], [], []
        self.coupons: list[Coupon] = []
        self.issued: dict[str, int] = {}
        self.entered: dict[str, int] = {}
        self.exits: dict[str, Moment] = {}
        self.messages: list[Message] = []
        self.seen, self.broken = defaultdict(list), []
        self.watches: dict[tuple[int, int], bool] = {}
        self.underway: dict[tuple[int, int], list[list[Any]]] = {}
        """Sequences under way for an `on` line: the place of the awaited element, the first event, the deadline."""
        self.planned: dict[tuple[int, int], set[int]] = {}
        self.queue: list[Event] | None = None
        self.depth, self.effects, self.stopped = 0, 0, False
        self.stepped: list[str] = []
        """The flows that took steps at this instant."""

    # -- Time ----------------------------------------------------------------------------------------------------------

    def replay(self, start: int, until: int) -> None:
        there = self.row.begins is None or self.row.begins < start
        self.begins = start if self.row.begins is None else self.row.begins
        waiting = list(self.row.events)
        self.instants = {start, self.begins, *(event.at for event in waiting), *self.clock.changes(start, until)}
        while waiting and waiting[0].at < start:  # 3.4: only facts
            self.go(waiting[0].at)
            self.promised_of_event(self.fact(waiting.pop(0)))
        self.go(start - 1)
        self.plan()
        self.go(start)
        self.began = there
        if there:  # 6.1
            self.turn(noting=True)
            self.look_back(None)
        while coming := {at for at in self.instants if start <= at <= until}:
            self.go(min(coming))
            self.instants, self.effects, self.stopped, self.stepped = coming - {self.now}, 0, False, []
            while waiting and waiting[0].at == self.now:
                event = self.fact(waiting.pop(0))
                self.take_in(event, known=True)
                self.steps()
                self.look_back(event)
            while self.turn():
                self.look_back(None)
            self.look_back(None)
            self.plan()
        self.go(until)
        for coupon in self.coupons:
            self.write("coupon_open", coupon.run, coupon.line, coupon=coupon.name, code=coupon.code)

    def look_back(self, event: Event | None) -> None:
        """10.2: after each event and each turn of the clock."""
        self.promised_of_runs(event)
        for promise, messages, cause in self.broken:
            self.write("broken", None, cause, promise=promise, messages=messages)
        self.broken = []

    def plan(self) -> None:
        """Look at the instants of the calendar as the facts are now (6.6)."""
        for flow in self.program.flows:
            for place, line in enumerate(flow.headers):
                if isinstance(line, CALENDAR):
                    found = {at for at in self.calendar(line, Scope(flow.given)) if at > self.now}
                    self.planned[flow.declared, place] = found
                    self.instants |= found

    def calendar(self, line: Any, s: Scope) -> list[Moment]:
        """Give the instants of a calendar line in the days around now (6.6)."""
        days = [self.today + timedelta(day) for day in range(-2, 3)]
        if isinstance(line, n.At):
            found = self.moment(self.value(line.moment, s))
            return [] if found is None else [found]
        clock = self.value(line.at, s) if line.at is not None else None
        if line.at is not None and clock is None:
            return []
        match line:
            case n.EveryWeekday(days=named):
                days = [day for day in days if day.weekday() in [one.number for one in named]]
            case n.EveryPeriod(on=n.MonthDay(day=number)):
                days = [day for day in days if day == day_of(day.year, day.month, number)]
            case n.EveryPeriod(unit=n.Unit(name="year"), on=on):
                day = Yearly(on.month, on.day) if isinstance(on, n.YearDay) else self.value(on, s)
                if day is None:
                    return []
                first = day if isinstance(day, date) else date.min
                day = Yearly(day.month, day.day) if isinstance(day, date) else day
                days = [one for one in day.around(self.today) if one >= first]
            case n.EveryPeriod():
                pass
            case n.DaysFrom(amount=amount, direction=direction, day=day):
                found = self.value(n.Shifted(line.span, amount, direction, day), s)
                if found is None:
                    return []
                if isinstance(found, Moment):
                    return [found if clock is None else self.clock.at(self.clock.wall(found).date(), clock)]
                days = found.around(self.today) if isinstance(found, Yearly) else [found]
        return [self.clock.at(day) if clock is None else self.clock.at(day, clock) for day in days]

    # -- Taking in an event (5.1) --------------------------------------------------------------------------------------

    def fact(self, event: Event) -> Event:
        event = event._replace(rank=len(self.history) + 1)
        self.history.append(event)
        channel, lists = event.get("channel") or "email", self.lists["subscriptions"]
        match event.kind:  # 8.3
            case "subscribe":
                if event.get("list") is not None and event.get("list") not in lists:
                    lists.append(event.get("list"))
                if event.line is None:
                    self.agreed.add(channel)
                    if self.closed.get(channel) == "unsubscribe":
                        del self.closed[channel]
            case "unsubscribe":
                had = event.get("list") in lists
                if had:
                    lists.remove(event.get("list"))
                if event.get("list") is None or (had and not lists):
                    self.closed.setdefault(channel, "unsubscribe")
                    self.agreed.discard(channel)
            case "complaint":
                self.closed = dict.fromkeys(CHANNELS, "complaint")
            case "bounce" if event.get("kind") == "hard":
                self.closed[channel] = "bounce"
        return event

    def take_in(self, event: Event, *, known: bool = False) -> None:
        if not known:
            event = self.fact(event)  # (a)
        self.promised_of_event(event)
        outer, self.queue, depth, self.depth = self.queue, [], self.depth, event.depth
        if event.kind == "order":
            self.redeem(event)
        self.credit(event)  # (b)
        became = self.watch(event)  # (c)
        for run in self.in_order():  # (d)
            if not run.gone and (reason := self.leaves_on(run, event)):
                self.leave(run, reason, event)
        self.enter(self.fired(event, became), event)  # (e)
        for run in self.in_order():  # (f)
            self.wake(run, event)
        self.through(outer)
        self.depth = depth

    def through(self, outer: list[Event] | None) -> None:
        """5.3: what an event brought about is taken in when it is through."""
        mine, self.queue = self.queue or [], None
        for effect in mine:
            self.take_in(effect)
        self.queue = outer

    def too_much(self, depth: int, cause: Any) -> bool:
        """5.5: what is too deep, or too much for one instant, lets in and wakes nothing."""
        if depth <= 100 and self.effects <= 10_000:
            return False
        if not self.stopped:
            self.write("stopped", None, cause, flows=list(dict.fromkeys(self.stepped)))
        self.stopped = True
        return True

    def effect(self, run: Any, line: str | None, kind: str, **fields: Any) -> Event:
        """5.3: what a step does is an event; what an event brings about is taken in when that event is through."""
        event = self.made(run, line, kind, **fields)
        if self.queue is not None:
            self.queue.append(event)
        else:
            self.take_in(event)
        return event

    def made(self, run: Any, line: str | None, kind: str, **fields: Any) -> Event:
        self.effects += 1
        return Event(kind, self.now, fields, 0, self.depth + 1, line, run)

    def in_order(self) -> list[Run]:
        return sorted(self.runs, key=lambda run: run.order)

    def depends(self, flow: Flow, condition: Any, event: Event) -> bool:
        """5.1: whether a condition depends on events of this kind."""
        return event.kind in self.program.asked[flow.declared, id(condition)]

    def credit(self, event: Event) -> None:
        """8.7."""
        for flow in sorted(self.program.flows, key=lambda flow: flow.order):
            goal = flow.one(n.Goal)
            before = [one for one in self.messages if one.run.flow is flow and one.event.rank < event.rank]
            if goal is None or not before:
                continue
            last, s = before[-1], self.scope(before[-1].run)
            within = self.value(goal.within, s)
            if within is not None and event.at <= self.clock.add(last.at, within) and self.fits(goal.events, event, s):
                self.write("goal", last.run, event, message=last.name, channel=last.channel, credit=last.line)

    def watch(self, event: Event | None, *, noting: bool = False) -> set[tuple[int, int]]:
        """Compute the conditions of `when` anew, and give the lines of which they became true (5.1 (c), 6.1)."""
        became = set()
        self.began = self.began or (event is None and self.now >= self.begins)  # 6.1: after all events they begin with
        for flow in self.program.flows:
            for place, line in enumerate(flow.headers):
                key = (flow.declared, place)
                if not (isinstance(line, n.When) and self.began and (event is None or self.depends(flow, line.condition, event))):
                    continue
                before, self.watches[key] = self.watches.get(key, False), self.true(line.condition, Scope(flow.given))
                if self.watches[key] and not before and (not noting or line.including):
                    became.add(key)
        return became

    def fired(self, event: Event | None, became: set[tuple[int, int]], *, noting: bool = False) -> dict[int, list[Trigger]]:
        """Give what lets in, by flow, before anybody enters: `on`, sequences, `when`, the calendar (5.1 (e), 6.4)."""
        found: dict[int, list[Trigger]] = {}
        for flow in self.program.flows:
            here = found[flow.declared] = []
            for place, line in enumerate(flow.headers):
                key, s = (flow.declared, place), Scope(flow.given)
                match line:
                    case n.On(events=events, follows=()):
                        here += [(line, event)] * (event is not None and self.fits(events, event, s))
                    case n.On():
                        here += [(line, one) for one in self.sequence(flow, line, self.underway.setdefault(key, []), event)]
                    case n.When():
                        here += [(line, None)] * (key in became)
                    case n.EveryPeriod() | n.EveryWeekday() | n.DaysFrom() | n.At() if event is None and not noting:
                        if self.now in self.planned[key] and self.now in self.calendar(line, s) and self.now >= self.begins:
                            here.append((line, None))
                        self.planned[key].discard(self.now)
        return found

    def sequence(self, flow: Flow, line: n.On, underway: list[Any], event: Event | None) -> list[Any]:
        """6.4."""
        ended, used = [], False
        for one in list(underway):
            place, first, deadline = one
            awaited, s = line.follows[place], Scope(flow.given, trigger=first)
            if event is None:
                if self.now < deadline:
                    continue
                moves = awaited.no  # a `no` is through at its deadline; without success a sequence lapses
            else:
                if not self.fits(awaited.events, event, s):
                    continue
                moves = not awaited.no
                used = used or moves
            underway.remove(one)
            if moves and place + 1 == len(line.follows):
                ended.append(first)
            elif moves:
                self.await_next(flow, line, underway, place + 1, first, deadline if event is None else self.now)
        if event is not None and not used and self.fits(line.events, event, Scope(flow.given)):
            if not isinstance(flow.reentry, n.EveryTime):
                underway.clear()
            self.await_next(flow, line, underway, 0, event, self.now)
        return ended

    def await_next(self, flow: Flow, line: n.On, underway: list[Any], place: int, first: Event, since: int) -> None:
        within = self.value(line.follows[place].within, Scope(flow.given, trigger=first)) or Length()
        deadline = self.clock.add(since, within)
        self.look(deadline)
        underway.append([place, first, deadline])

    def redeem(self, order: Event) -> None:
        """9.1."""
        for coupon in list(self.coupons):
            s = self.scope(coupon.run)._replace(element=order, fields=frozenset(self.program.events["order"].fields))
            if order.get("coupon") in (coupon.code, coupon.name) and self.true(coupon.offered.where, s):
                self.coupons.remove(coupon)
                line = self.write("coupon_redeemed", coupon.run, order, coupon=coupon.name, code=coupon.code)
                self.effect(None, line, "coupon_redeemed", coupon=coupon.name, code=coupon.code, order_id=order.get("id"))

    # -- Leaving and entering ------------------------------------------------------------------------------------------

    def leaves_on(self, run: Run, event: Event | None) -> str | None:
        s = self.scope(run)
        if event is not None:
            for line in run.flow.all(n.LeaveOn):
                if event.rank > run.rank and self.fits(line.events, event, s):
                    return "leave on"
        for line in run.flow.all(n.While):
            if (event is None or self.depends(run.flow, line.condition, event)) and not self.true(line.condition, s):
                return "while"
        for line in run.flow.all(n.LeaveWhen):
            if (event is None or self.depends(run.flow, line.condition, event)) and self.true(line.condition, s):
                return "leave when"
        return None

    def leave(self, run: Run, reason: str, cause: Any) -> None:
        if run.wait is not None and run.wait.held is not None:  # 8.1
            message, channel = run.wait.held
            self.say(run, "dropped", message=message, channel=channel, reason="left")
        self.end(run)
        line = self.write("left", run, cause or run.cause, reason=reason)
        self.effect(None, line, "left", flow=run.flow.name, reason=reason)

    def end(self, run: Run) -> None:
        run.gone = True
        self.runs.remove(run)
        self.exits[run.flow.name] = self.now

    def enter(self, triggers: dict[int, list[Trigger]], event: Event | None) -> None:
        """5.1 (e), 5.4 (c): by flow order, those of one group strongest first."""
        flows = sorted((flow for flow in self.program.flows if triggers[flow.declared]), key=lambda flow: flow.order)
        for group in {flow.group for flow in flows if flow.group}:
            places = [place for place, flow in enumerate(flows) if flow.group == group]
            for place, flow in zip(
                places, sorted((flows[p] for p in places), key=lambda f: f.strength, reverse=True), strict=True
            ):
                flows[place] = flow
        for flow in flows:
            let_in: list[Trigger] = []
            for line, trigger in triggers[flow.declared]:  # 6.2: one run, with `enter every time` one for each sequence that ends
                parallel = isinstance(flow.reentry, n.EveryTime)
                if not let_in or (parallel and (is_sequence(line) or all(is_sequence(other) for other, _ in let_in))):
                    let_in.append((line, trigger))
            for line, trigger in let_in:
                asked = [(line.condition, Scope(flow.given))] if isinstance(line, n.When) else []
                self.admit(flow, trigger, event, (None, line.span.where), asked)

    def admit(self, flow: Flow, trigger: Event | None, cause: Any, place: Place, asked: Sequence[tuple[Any, Scope]] = ()) -> None:
        if self.too_much(self.depth, cause):
            return
        trigger = trigger or Event("clock", self.now, {}, len(self.history))
        reason, audience = self.refusal(flow, Scope(flow.given, trigger=trigger)), self.audience(flow, trigger)
        if reason is not None:
            saw = self.saw(*audience) if reason == "audience" else None
            self.write("not_entered", flow, cause, place, reason=reason, saw=saw)
            return
        saw = self.saw(*asked, *audience)
        for other in self.in_order():
            if other.flow is flow and isinstance(flow.reentry, n.StartingOver):
                self.leave(other, "restart", cause)
            elif other.flow is not flow and flow.group and other.flow.group == flow.group:
                self.leave(other, "takeover", cause)
        self.entered[flow.name] = self.entered.get(flow.name, 0) + 1
        run = Run(flow, self.entered[flow.name], trigger, len(self.history), cause, place, self.depth)
        run.steps = self.block(run, flow.steps, "")
        self.runs.append(run)
        line = run.cause = self.write("entered", run, cause, place, saw=saw)
        self.effect(None, line, "entered", flow=flow.name)

    def audience(self, flow: Flow, trigger: Event) -> list[tuple[Any, Scope]]:
        return [(line.condition, Scope(flow.given, trigger=trigger)) for line in flow.all(n.For)]

    def refusal(self, flow: Flow, s: Scope) -> str | None:
        """6.2."""
        active = flow.one(n.Active)
        if active and not self.value(active.start, s) <= self.today <= self.value(active.end, s):
            return "inactive"
        inside = [run for run in self.runs if run.flow is flow]
        match flow.reentry:  # 6.3
            case n.Once() if flow.name in self.entered:
                return "reentry"
            case n.Again() if inside:
                return "reentry"
            case n.Again(after=after) if after is not None and flow.name in self.exits:
                length = self.value(after, s)
                if length is not None and self.now < self.clock.add(self.exits[flow.name], length):
                    return "reentry"
        if any(not self.true(line.condition, s) for line in flow.all(n.For)):
            return "audience"
        if any(not self.true(line.condition, s) for line in flow.all(n.While)):
            return "while"
        if any(self.true(line.condition, s) for line in flow.all(n.LeaveWhen)):
            return "leave when"
        rivals = [run.flow for run in self.runs if run.flow is not flow and flow.group and run.flow.group == flow.group]
        return "group" if any(rival.strength > flow.strength for rival in rivals) else None  # 6.7

    def wake(self, run: Run, event: Event) -> None:
        wait = run.wait
        if wait is None or run.gone:
            return
        s, condition = self.scope(run), wait.condition
        came = wait.events is not None and event.rank > wait.since and self.fits(wait.events, event, s)
        holds = condition is not None and self.depends(run.flow, condition, event) and self.true(condition, s)
        if (came or holds) and not self.too_much(event.depth, event):
            run.cause = event
            self.go_on(run, True)

    def go_on(self, run: Run, news: Any) -> None:
        run.wait, run.news, run.woken, run.depth = None, news, True, self.depth

    # -- The turn of the clock (5.4) -----------------------------------------------------------------------------------

    def turn(self, *, noting: bool = False) -> bool:
        """Do what is due by time alone; tell whether anything was."""
        before, self.depth = (len(self.lines), len(self.history)), 0
        expired = [one for one in (*self.lots, *self.coupons) if one.ends is not None and one.ends <= self.now]
        for one in sorted(expired, key=lambda one: one.given):  # (a)
            self.expire(one)
        self.queue = []
        for run in self.in_order():  # (b)
            if not run.gone and (reason := self.leaves_on(run, None)):
                self.leave(run, reason, None)
        by_time = [run for run in self.runs if self.has_come(run)]
        self.enter(self.fired(None, self.watch(None, noting=noting), noting=noting), None)  # (c)
        went_on = False
        for run in self.in_order():  # (d)
            wait = run.wait
            if wait is None or wait.held is not None:
                continue
            if run in by_time:
                self.go_on(run, True)
            elif wait.until is not None and wait.until <= self.now:
                self.go_on(run, self.has_come(run))  # 7.3: once more
            went_on = went_on or run.wait is None
        self.through(None)
        held = [run for run in self.runs if run.wait is not None and run.wait.held is not None and run.wait.until <= self.now]
        for run in sorted(held, key=lambda run: (-run.flow.priority, run.wait.since, run.number, run.flow.order)):  # (e)
            self.go_on(run, None)
            self.step_of(run)
            self.step_of(run)
        self.steps()  # (f)
        return went_on or bool(held) or before != (len(self.lines), len(self.history))

    def has_come(self, run: Run) -> bool:
        """Whether the condition that a run waits for holds."""
        return run.wait is not None and run.wait.condition is not None and self.true(run.wait.condition, self.scope(run))

    def expire(self, one: Lot | Coupon) -> None:
        if isinstance(one, Coupon) and one in self.coupons:
            self.coupons.remove(one)
            line = self.write("coupon_expired", one.run, None, coupon=one.name, code=one.code)
            self.effect(None, line, "coupon_expired", coupon=one.name, code=one.code)
        elif isinstance(one, Lot) and one in self.lots:
            self.lots.remove(one)
            line = self.write("points", None, None, score=one.score, amount=self.data(-one.amount), reason="expired")
            self.effect(None, line, "points", score=one.score, amount=-one.amount)

    # -- Steps (5.2) ---------------------------------------------------------------------------------------------------

    def steps(self) -> None:
        while ready := [run for run in self.in_order() if run.wait is None]:
            while not ready[0].gone and ready[0].wait is None:
                self.step_of(ready[0])

    def step_of(self, run: Run) -> None:
        """Take one step: up to the next one, a wait, or the end."""
        if run.gone:
            return
        self.depth = run.depth
        if run.at_step:
            run.taken = run.taken + 1 if run.since == self.now else 1
            run.since = self.now
            self.stepped.append(run.flow.name)
            reason = "stopped" if run.taken > 10_000 else self.leaves_on(run, None)  # 5.2, 5.5
            if reason == "stopped":
                self.too_much(101, run.cause)
            if reason:
                self.leave(run, reason, run.cause)
                return
            run.woken = False
            self.say_branch(run)
        news, run.news = run.news, None
        try:
            came = run.steps.send(news)
            run.wait, run.at_step = came or None, came is None
        except StopIteration:
            if not run.gone:
                self.say_branch(run)
                self.end(run)
                line = self.write("finished", run, run.cause)
                self.effect(None, line, "finished", flow=run.flow.name)
