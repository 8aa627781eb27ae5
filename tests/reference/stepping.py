"""What the steps of a run do (semantics 7 and 9)."""

from __future__ import annotations

from collections.abc import Generator
from datetime import date, time, timedelta
from fractions import Fraction
from math import gcd
from typing import Any

from cadenza.draws import WHOLE, draw
from cadenza.syntax import nodes as n
from cadenza.values import half_up
from tests.reference.program import Scope
from tests.reference.sending import Coupon, Lot, Place, Run, Sending, Steps, Wait
from tests.reference.streams import Event
from tests.reference.times import DECIMALS, Moment, Money, Weekday, Yearly, data, iso

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class Stepping(Sending):
    lots: list[Lot]
    coupons: list[Coupon]
    issued: dict[str, int]

    def block(self, run: Run, nodes: Any, prefix: str) -> Steps:
        """Take the steps of a block; None is given before each step, else what is waited for."""
        for number, node in enumerate(nodes or (), 1):
            run.place = place = (f"{prefix}{number}", node.span.where)
            yield None
            yield from self.step(run, node, place, self.scope(run))

    def branch(self, run: Run, place: Place, branch: str, nodes: Any, name: str, saw: Any = None) -> Steps:
        run.went = (place, branch, saw)
        if not run.woken:
            self.say_branch(run)
        yield from self.block(run, nodes, f"{place[0]}.{name}.")

    def say_branch(self, run: Run) -> None:
        """5.2: which way a wait went is said where the run goes on from it, so not if it leaves first."""
        if run.went is not None:
            before, (run.place, branch, saw) = run.place, run.went
            self.say(run, "branched", branch=branch, saw=saw)
            run.place, run.went = before, None

    def step(self, run: Run, node: Any, place: Place, s: Scope) -> Steps:  # noqa: C901 - one case for each kind of step
        match node:
            case n.Wait(duration=duration):  # 7.1
                yield from self.pause(run, self.given_up(duration, s))
            case n.WaitUntil(until=until, up_to=up_to, body=body, otherwise=otherwise):
                deadline = None if up_to is None else self.given_up(up_to, s)
                if until.at is None and self.program.is_condition(until.what, s.given):  # 7.3
                    came = self.true(until.what, s)
                    if not came:
                        came = yield from self.pause(run, deadline, condition=until.what, known=True)
                else:
                    moment = self.description(until, s)  # 7.2
                    came = moment is None or deadline is None or moment <= deadline
                    yield from self.pause(run, moment if came else deadline)
                if body is not None or otherwise is not None:
                    yield from self.branch(run, place, *(("then", body, "then") if came else ("else", otherwise, "else")))
            case n.WaitFor(awaited=awaited, body=body, otherwise=otherwise):  # 7.4
                came = yield from self.pause(run, self.given_up(awaited.up_to, s), events=awaited.events, known=True)
                if body is not None or otherwise is not None:
                    yield from self.branch(run, place, *(("then", body, "then") if came else ("else", otherwise, "else")))
            case n.If(condition=condition, body=body, else_ifs=else_ifs, otherwise=otherwise):  # 7.5
                for number, one in enumerate((node, *else_ifs), 1):
                    if self.true(one.condition, s):
                        words = ("if", "if") if number == 1 else (f"else if {number - 1}", f"if{number}")
                        yield from self.branch(run, place, words[0], one.body, words[1], self.saw((one.condition, s)))
                        return
                yield from self.branch(run, place, "else", otherwise, "else", self.saw((condition, s)))
            case n.Split():  # 9.3
                arm = self.arm(run, node, s)
                self.say(run, "split", split=node.name.text, arm=arm.name.text)
                yield from self.block(run, arm.body, f"{place[0]}.{arm.name.text}.")
            case n.Repeat(times=number, body=body):
                for _ in range(int(self.value(number, s))):
                    yield from self.block(run, body, f"{place[0]}.repeat.")
            case n.RepeatUntil(condition=condition, times=number, body=body):
                for _ in range(int(self.value(number, s))):
                    if self.true(condition, s):
                        break
                    yield from self.block(run, body, f"{place[0]}.repeat.")
            case n.Send():
                yield from self.send(run, node, s)
            case n.Start(flow=flow):  # 6.8
                self.depth, self.queue = self.depth + 1, []
                for other in self.program.flows:
                    if other.family == flow.text:
                        self.admit(other, run.trigger, run.cause, run.place)
                self.through(None)
                self.depth -= 1
            case n.Stop(flow=None):
                self.leave(run, "stop", run.cause)
            case n.Stop(flow=flow):
                self.queue = []
                for other in self.in_order():
                    if other.flow.family == flow.text and not other.gone:
                        self.leave(other, "stop", run.cause)
                self.through(None)
            case _:
                self.change(run, node, s)

    def pause(self, run: Run, until: int | None, *, known: bool = False, **what: Any) -> Generator[Wait | None, Any, Any]:
        """Wait until then, or for what is said; what is not known is not waited for, and what is past is over."""
        if until is None and not known:
            self.say(run, "waiting", reason="unknown")
            return None
        if until is not None and until <= self.now:
            return None
        self.say(run, "waiting", until=None if until is None else iso(until))
        if until is not None:
            self.look(until)
        return (yield Wait(until, len(self.history), **what))

    def description(self, until: Any, s: Scope) -> Moment | None:
        """7.2: the first instant, now included, that fits."""
        clock = self.value(until.at, s) if until.at is not None else None
        found = self.value(until.what, s)
        if isinstance(found, time):
            days, clock = [self.today, self.today + timedelta(1)], found
        elif isinstance(found, Weekday):
            days = [day for day in (self.today + timedelta(ahead) for ahead in range(8)) if day.weekday() == found]
            if clock is None and days[0] == self.today:
                return self.now
        else:
            day = found.next(self.today) if isinstance(found, Yearly) else found
            return self.moment(day) if until.at is None else None if clock is None or day is None else self.clock.at(day, clock)
        return next(at for at in (self.clock.at(day, clock or time()) for day in days) if at >= self.now)

    def arm(self, run: Run, split: Any, s: Scope) -> Any:
        """9.3: the largest (u / 2^53)^(1/percent), compared in whole numbers; the first written at a tie."""
        key = self.value(split.key, s) if split.key else f"{run.flow.name}/{split.name.text}"
        afresh = (run.number,) if split.afresh else ()
        best: Any = None
        shares = [int(arm.share.value * 10000) for arm in split.arms]
        for arm, whole in zip(split.arms, shares, strict=True):
            u, share = draw(0, "split", key, self.name, arm.name.text, *afresh), whole // gcd(*shares)
            if share and (best is None or u ** best[1] * WHOLE**share > best[0] ** share * WHOLE ** best[1]):
                best = u, share, arm
        return best[2]

    # -- Effects -------------------------------------------------------------------------------------------------------

    def change(self, run: Run, node: Any, s: Scope) -> None:
        match node:
            case n.Tag(name=name) | n.Untag(name=name):
                tag, what, tags = self.value(name, s), "tagged" if isinstance(node, n.Tag) else "untagged", self.lists["tags"]
                same = (tag in tags) == (what == "tagged")
                line = self.say(run, what, tag=tag, same=same or None)
                if not same:
                    tags.append(tag) if what == "tagged" else tags.remove(tag)
                    self.effect(run, line, what, tag=tag)
            case n.Subscribe(mailing_list=name) | n.Unsubscribe(mailing_list=name):
                one, what = self.value(name, s), "subscribe" if isinstance(node, n.Subscribe) else "unsubscribe"
                same = (one in self.lists["subscriptions"]) == (what == "subscribe")
                line = self.say(run, what, list=one, same=same or None)
                if not same:
                    self.effect(run, line, what, list=one)
            case n.Set(field=field, value=value):
                name, found = field.name.text, self.value(value, s)
                if isinstance(found, Money):  # 2.4
                    digits = 10 ** DECIMALS.get(self.currency, 2)
                    found = Money(Fraction(half_up(found.amount * digits), digits))
                if isinstance(found, date) and self.is_yearly(name):
                    found = Yearly(found.month, found.day)
                same = self.fields.get(name) == found
                line = self.say(run, "changed", field=name, value=self.data(found), same=same or None)
                if not same:
                    self.fields[name] = found
                    self.effect(run, line, "changed", field=name)
            case n.AddPoints() | n.TakePoints():
                self.points(run, node, s)
            case n.IssueCoupon(name=name, offered=offered):
                events = self.coupon(run, self.value(name, s), offered, s)
                for event in events:
                    self.take_in(event, known=True)
            case n.Notify(team=team, text=text):
                self.say(run, "notified", team=self.value(team, s), text=self.value(text, s))
            case _:
                raise ValueError(node)

    def data(self, value: Any) -> Any:
        return data(value, self.clock, self.currency)

    def is_yearly(self, name: str) -> bool:
        return name == "birthday" or isinstance(self.program.types.get(name), n.YearlyDateType)

    def score(self, name: str) -> Any:
        lots = [lot.amount for lot in self.lots if lot.score == name]
        base = self.fields.get(name)
        return base if not lots else base + sum(lots)

    def points(self, run: Run, node: Any, s: Scope) -> None:
        """9.2."""
        name, amount = node.score.name.text, self.value(node.amount, s)
        before = self.score(name)
        if amount is None:
            amount = Fraction(0)
        if isinstance(node, n.AddPoints) and amount:
            self.fields[name] = self.fields.get(name) or Fraction(0)
            ends = None if node.lifetime is None else self.after(node.lifetime, s)
            if ends is not None:
                self.lots.append(Lot(name, amount, ends, len(self.lines) + 1))
                self.look(ends)
            else:
                self.fields[name] += amount
        elif isinstance(node, n.TakePoints):
            left = amount = max(Fraction(0), min(amount, before or 0))
            for lot in list(self.lots):
                if lot.score == name and left:
                    used = min(left, lot.amount)
                    left -= used
                    place = self.lots.index(lot)
                    self.lots[place : place + 1] = [lot._replace(amount=lot.amount - used)] * (used < lot.amount)
            if left:
                self.fields[name] -= left
            amount = -amount
        line = self.say(run, "points", score=name, amount=self.data(amount), same=True if not amount else None)
        if amount:
            self.effect(run, line, "points", score=name, amount=amount)

    def coupon(self, run: Run, name: str, offered: Any, s: Scope) -> list[Event]:
        """9.1: issue a coupon, or mention the one that is live."""
        live = next((one for one in self.coupons if one.name == name), None)
        if live is not None:
            self.say(run, "coupon_mentioned", coupon=name, code=live.code)
            return []
        if offered is None:
            self.say(run, "coupon_missing", coupon=name)
            return []
        self.issued[name] = self.issued.get(name, 0) + 1
        drawn = draw(0, "coupon", name, self.name, self.issued[name])
        code = "".join(LETTERS[drawn >> 5 * place & 31] for place in range(8))
        ends = None if offered.lifetime is None else self.after(offered.lifetime, s)
        offer = self.offer(offered.offer, s)
        line = self.say(run, "coupon_issued", coupon=name, code=code, offer=offer, ends=None if ends is None else iso(ends))
        self.coupons.append(Coupon(name, code, offered, ends, len(self.lines), run, line))
        if ends is not None:
            self.look(ends)
        return [self.fact(self.made(run, line, "coupon_issued", coupon=name, code=code, offer=offer, ends=ends))]

    def offer(self, offer: Any, s: Scope) -> str:
        match offer:
            case n.Name(text=name):
                return self.offer(*s.given[name])
            case n.Off(amount=amount):
                found = self.value(amount, s)
                return f"{self.shown(found)} off" if isinstance(found, Money) else f"{self.shown(found * 100)}% off"
            case n.Gift(sku=what) | n.Membership(name=what) | n.Entry(contest=what):
                return f'{type(offer).__name__.lower()} "{self.value(what, s)}"'
            case n.BuyGet(buy=buy, get=get):
                return f"buy {buy} get {get}"
        return "free shipping"
