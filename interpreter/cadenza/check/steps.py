"""Check the steps of a flow and give each its place: what a run does, in final values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

import attrs

from cadenza.check import program as p
from cadenza.check.expressions import Expressions
from cadenza.check.observe import observed
from cadenza.check.offers import OfferRules
from cadenza.check.rules import Scope
from cadenza.check.terms import Constant, CustomerField, MomentPart, Term
from cadenza.check.types import (
    CONDITION,
    DATE,
    DURATION,
    MOMENT,
    MONEY,
    NUMBER,
    TEXT,
    TIME,
    UNKNOWN,
    WEEKDAY,
    YEARLY_DATE,
    is_text,
)
from cadenza.check.vocabulary import CHANNELS
from cadenza.syntax import nodes as n
from cadenza.values import Length

_FIXED_FIELDS = {
    "id": "it names the customer",
    "time_zone": "a replay keeps one clock for each customer",
    "tags": "use `tag` and `untag`",
    "subscriptions": "use `subscribe` and `unsubscribe`",
    "cart": "it is what the last `cart` event said",
}


@attrs.define(eq=False)
class StepRules:
    """The steps of one flow, by its `name`; `scope` is what words mean in it."""

    rules: Expressions
    scope: Scope
    name: str

    def steps(self, nodes: Sequence[n.Step], before: str = "") -> tuple[p.Step, ...]:
        found = []
        for number, node in enumerate(nodes, 1):
            step = self.step(node, f"{before}{number}")
            if step is not None:
                found.append(step)
        return tuple(found)

    def step(self, node: n.Step, path: str) -> p.Step | None:  # noqa: C901 - one case for each construct
        span = node.span
        match node:
            case n.Wait():
                return self.wait(node, path)
            case n.WaitUntil():
                return self.wait_until(node, path)
            case n.WaitFor():
                return self.wait_for(node, path)
            case n.Send():
                return self.send(node, path)
            case n.If():
                return self.if_(node, path)
            case n.Split():
                return self.split(node, path)
            case n.Repeat():
                return self.repeat(node, node.times, None, path)
            case n.RepeatUntil():
                return self.repeat(node, node.times, node.condition, path)
            case n.Tag(name=name) | n.Untag(name=name):
                tag = self.data_name(name, "a tag")
                return None if tag is None else p.Tag(path, span, tag, isinstance(node, n.Tag))
            case n.Set():
                return self.set(node, path)
            case n.AddPoints(amount=amount, score=score, lifetime=lifetime):
                return self.points(path, node, 1, amount, score, lifetime)
            case n.TakePoints(amount=amount, score=score):
                return self.points(path, node, -1, amount, score, None)
            case n.Subscribe(mailing_list=name) | n.Unsubscribe(mailing_list=name):
                mailing_list = self.data_name(name, "a mailing list")
                return None if mailing_list is None else p.Subscribe(path, span, mailing_list, isinstance(node, n.Subscribe))
            case n.IssueCoupon(name=name, offered=offered):
                coupon = self.coupon(name, offered)
                return None if coupon is None else p.IssueCoupon(path, span, coupon)
            case n.Notify(team=team, text=text):
                name_, shown = self.data_name(team, "a team"), self.shown_text(text)
                return None if name_ is None else p.Notify(path, span, name_, shown)
            case n.Start(flow=flow):
                return p.Start(path, span, self.rules.flows[flow.text]) if self.flow(flow) else None
            case n.Stop(flow=flow):
                if flow is None:
                    return p.Stop(path, span, ())
                return p.Stop(path, span, self.rules.flows[flow.text]) if self.flow(flow) else None
            case n.Mistake(body=body):
                self.steps([one for one in body if isinstance(one, n.Step)], f"{path}.")
                return None
            case _:
                assert_never(node)

    # -- Waiting ------------------------------------------------------------------------------------------------------

    def wait(self, node: n.Wait, path: str) -> p.Step | None:
        length = self.rules.length(node.duration, self.scope)
        if isinstance(length, Constant) and length.type == DURATION and not length.value:
            self.rules.report.add("F0506", "a wait of no time does nothing", node.duration.span, help="leave it out")
        return p.Wait(path, node.span, length)

    def wait_until(self, node: n.WaitUntil, path: str) -> p.Step | None:
        body, otherwise = self.blocks(node.body, node.otherwise, path)
        up_to = None if node.up_to is None else self.rules.length(node.up_to, self.scope)
        if up_to is None and node.otherwise is not None:
            self.rules.report.add(
                "F0516",
                "without `up to` this wait never gives up, so `else` is never reached",
                node.until.span,
                help="say for how long: wait until … up to 3 days",
            )
        what = node.until.what
        if not isinstance(what, n.Weekday):
            term = self.rules.plain(what, self.scope)
            if term.type == CONDITION and node.until.at is None:
                condition = p.Condition(term, observed(term))
                return p.WaitUntilCondition(path, node.span, condition, up_to, body, otherwise)
        description = self.description(node.until)
        return None if description is None else p.WaitUntil(path, node.span, description, up_to, body, otherwise)

    def description(self, node: n.Until) -> p.Description | None:
        at = self.clock(node.at)
        if isinstance(node.what, n.Weekday):
            return p.EveryWeekdays(frozenset({node.what.number}), at)
        term = self.rules.plain(node.what, self.scope)
        described = self.day_described(term, at)
        if described is not None:
            return described
        if term.type == TIME and at is None:
            return p.AtClock(term)
        if term.type == WEEKDAY and isinstance(term, Constant) and isinstance(term.value, int):
            return p.EveryWeekdays(frozenset({term.value}), at)
        if term.type != UNKNOWN:
            text = node.what.span.text
            self.rules.report.add(
                "F0406",
                f"`wait until` takes a time, a day, a moment or a condition, and `{text}` is {term.type}",
                node.what.span,
                help=f"to wait for a length of time, write `wait {text}`" if term.type == DURATION else None,
            )
        return None

    def day_described(self, term: Term, at: Term | None) -> p.OnDay | p.YearlyFrom | p.AtMoment | None:
        """Give the day or moment a term names, at a time of that day or without."""
        term = self.rules.at_of(term)
        if term.type == DATE:
            return p.OnDay(term, at)
        if term.type == YEARLY_DATE:
            return p.YearlyFrom(term, at)
        if term.type == MOMENT:
            return p.AtMoment(term) if at is None else p.OnDay(MomentPart(term.span, "date", term, DATE), at)
        return None

    def clock(self, node: n.ClockTime | n.Expression | None) -> Term | None:
        if node is None:
            return None
        term = self.rules.plain(node, self.scope)
        if term.type not in (TIME, UNKNOWN):
            self.rules.report.add(
                "F0401", f"`at` takes a time of day, and this is {term.type}", node.span, help="write a time: 09:00"
            )
        return term

    def wait_for(self, node: n.WaitFor, path: str) -> p.Step | None:
        body, otherwise = self.blocks(node.body, node.otherwise, path)
        if isinstance(node.awaited, n.Mistake):
            return None
        patterns = self.rules.patterns(node.awaited.events, self.scope)
        up_to = self.rules.length(node.awaited.up_to, self.scope)
        return p.WaitFor(path, node.span, patterns, up_to, body, otherwise)

    def blocks(
        self, body: tuple[n.Step, ...] | None, otherwise: tuple[n.Step, ...] | None, path: str
    ) -> tuple[tuple[p.Step, ...], tuple[p.Step, ...]]:
        return self.steps(body or (), f"{path}.then."), self.steps(otherwise or (), f"{path}.else.")

    # -- Sending ------------------------------------------------------------------------------------------------------

    def send(self, node: n.Send, path: str) -> p.Step | None:
        channels = tuple(term for one in node.channels if (term := self.channel(one)) is not None)
        again = None
        if isinstance(node.messages, n.NextOf):
            names = [self.data_name(one, "a message") for one in node.messages.names]
            again = self.fixed_length(node.messages.again_after) if node.messages.again_after else None
        else:
            names = [self.data_name(node.messages, "a message")]
        messages = tuple(name for name in names if name is not None)
        self.rules.sent.update(messages)
        texts: list[p.Clause] = []
        transactional: list[Term] = []
        coupons: list[tuple[p.Coupon, Term | None]] = []
        shows: list[p.Show] = []
        for clause in node.clauses:
            self.clause(clause, texts, coupons, transactional, shows)
        if not channels or len(messages) < len(names):
            return None
        next_of = isinstance(node.messages, n.NextOf)
        return p.Send(
            path,
            node.span,
            channels,
            messages,
            next_of,
            again,
            tuple(texts),
            tuple(coupons),
            tuple(transactional),
            tuple(shows),
        )

    def channel(self, node: n.Name | n.Member) -> Term | None:
        if isinstance(node, n.Name) and node.text in CHANNELS:
            return Constant(node.span, node.text, TEXT)
        if isinstance(node, n.Name) and node.text not in self.scope.bound:
            self.rules.report.unknown_name(
                "F0316",
                f"there is no channel `{node.text}`",
                node.span,
                CHANNELS,
                f"the channels are: {', '.join(CHANNELS)}",
            )
            return None
        term = self.rules.plain(node, self.scope)
        if is_text(term.type):
            return term
        if term.type != UNKNOWN:
            self.rules.report.add(
                "F0316", f"a channel is a text, and this is {term.type}", node.span, help="customer.preferred_channel"
            )
        return None

    def clause(
        self,
        node: n.Clause,
        texts: list[p.Clause],
        coupons: list[tuple[p.Coupon, Term | None]],
        transactional: list[Term],
        shows: list[p.Show],
    ) -> None:
        if isinstance(node, n.Mistake):
            return
        only_if = None if node.only_if is None else self.rules.condition(node.only_if, self.scope)
        match node:
            case n.Transactional():
                transactional.append(only_if or Constant(node.span, True, CONDITION))
            case n.With(bindings=bindings):
                for binding in bindings:
                    value = self.rules.shown(binding.value, self.scope)
                    self.add_clause(node, p.Clause(binding.name.text, value, only_if), texts)
            case n.Show():
                show = self.rules.show(node, self.scope, only_if)
                if show is not None:
                    shows.append(show)
            case n.Coupon(name=name, offered=offered):
                coupon = self.coupon(name, offered)
                if any(condition is None for _, condition in coupons):
                    self.never_counts(node, "coupon")
                if coupon is not None:
                    coupons.append((coupon, only_if))
            case n.Subject(text=text) | n.Sender(text=text) | n.Template(text=text):
                kind = type(node).__name__.lower()
                self.add_clause(node, p.Clause(kind, self.shown_text(text), only_if), texts)
            case _:
                assert_never(node)

    def add_clause(self, node: n.Clause, clause: p.Clause, texts: list[p.Clause]) -> None:
        if any(one.kind == clause.kind and one.only_if is None for one in texts):
            self.never_counts(node, clause.kind)
        texts.append(clause)

    def never_counts(self, node: n.Clause, kind: str) -> None:
        self.rules.report.add(
            "F0509",
            f"a `{kind}` above this one always counts, so this one never does",
            node.span,
            help="put the one without `if` last",
        )

    def coupon(self, name: n.Text | n.Name, offered: n.Offered | None) -> p.Coupon | None:
        text = self.data_name(name, "a coupon")
        offer = None if offered is None else OfferRules(self.rules, self.scope, self.data_name).offer(offered)
        return None if text is None or (offered is not None and offer is None) else p.Coupon(text, offer)

    def shown_text(self, node: n.Text | n.Name) -> Term:
        return self.rules.shown(node, self.scope)

    # -- Branches -----------------------------------------------------------------------------------------------------

    def if_(self, node: n.If, path: str) -> p.Step:
        branches = [(self.condition(node.condition), self.steps(node.body, f"{path}.if."))]
        for number, one in enumerate(node.else_ifs, 2):
            branches.append((self.condition(one.condition), self.steps(one.body, f"{path}.if{number}.")))
        return p.If(path, node.span, tuple(branches), self.steps(node.otherwise or (), f"{path}.else."))

    def split(self, node: n.Split, path: str) -> p.Step | None:
        named = f"{self.name}/{node.name.text}" if node.key is None else self.data_name(node.key, "a key")
        arms = tuple(
            (arm.name.text, arm.share.value, self.steps(arm.body or (), f"{path}.{arm.name.text}."))
            for arm in node.arms
            if isinstance(arm, n.Arm)
        )
        if named is None:
            return None
        self.rules.splits.check(node, f"{named}{' afresh' if node.afresh else ''}", self.rules.report)
        return p.Split(path, node.span, node.name.text, named, node.afresh, arms)

    def condition(self, node: n.Expression) -> p.Condition:
        term = self.rules.condition(node, self.scope)
        return p.Condition(term, observed(term))

    def repeat(
        self, node: n.Repeat | n.RepeatUntil, times: n.Number | n.Name | n.Mistake, until: n.Expression | None, path: str
    ) -> p.Step | None:
        body = self.steps(node.body, f"{path}.repeat.")
        if not _waits(node.body):
            self.rules.report.add(
                "F0505",
                "all passes of this `repeat` would happen at one instant, for nothing in it waits",
                node.span._replace(end=node.span.start + len("repeat")),
                help="add a wait to what is repeated: wait 2 months",
            )
        condition = None if until is None else self.condition(until)
        count = None if isinstance(times, n.Mistake) else self.count(times)
        return None if count is None else p.Repeat(path, node.span, count, condition, body)

    def count(self, node: n.Number | n.Name) -> int | None:
        return self.rules.whole_number(node, self.scope)

    # -- Effects ------------------------------------------------------------------------------------------------------

    def set(self, node: n.Set, path: str) -> p.Step | None:
        value = self.rules.plain(node.value, self.scope)
        field = self.customer_field(node.field)
        if field is None:
            return None
        if field.name in _FIXED_FIELDS:
            self.rules.report.add(
                "F0416",
                f"`customer.{field.name}` cannot be set: {_FIXED_FIELDS[field.name]}",
                node.field.span,
                help="set a field of your own, declared with `field customer.…`",
            )
            return None
        if UNKNOWN in (value.type, field.type):
            return None
        dates = field.type == YEARLY_DATE and value.type == DATE
        sides = (field, value) if dates else self.rules.alike(field, value)
        if sides is None or (field.type.name == "one of" and not isinstance(value, Constant) and value.type != field.type):
            self.rules.report.add(
                "F0401",
                f"`customer.{field.name}` is {field.type}, and `{node.value.span.text}` is {value.type}",
                node.value.span,
            )
            return None
        return p.Set(path, node.span, field.name, value, field.type)

    def customer_field(self, node: n.Expression) -> CustomerField | None:
        is_customers = isinstance(node, n.Member) and isinstance(node.owner, n.Name) and node.owner.text == "customer"
        if is_customers and isinstance(node, n.Member) and node.name.text == "cart":
            return CustomerField(node.span, "cart", UNKNOWN)
        term = self.rules.term(node, self.scope) if is_customers else None
        if isinstance(term, CustomerField):
            return term
        if not is_customers:
            self.rules.report.add(
                "F0416",
                f"`{node.span.text}` is not a field of the customer",
                node.span,
                help=f"write `customer.{node.span.text}`",
            )
        return None

    def points(
        self,
        path: str,
        node: n.AddPoints | n.TakePoints,
        sign: int,
        amount: n.Expression,
        score: n.Expression,
        lifetime: n.Expression | None,
    ) -> p.Step | None:
        term = self.rules.plain(amount, self.scope)
        kept = None if lifetime is None else self.rules.length(lifetime, self.scope)
        if term.type not in (NUMBER, UNKNOWN):
            help = "divide the amount by one unit of money: trigger.total / 1 EUR" if term.type == MONEY else None
            self.rules.report.add("F0401", f"points are a number, and this is {term.type}", amount.span, help=help)
        name = score.text if isinstance(score, n.Name) else None
        if name is None:
            field = self.customer_field(score)
            name = field.name if field is not None else None
        return None if name is None else p.Points(path, node.span, name, sign, term, kept)

    def flow(self, name: n.Name) -> bool:
        if name.text in self.rules.flows:
            return True
        self.rules.report.unknown_name(
            "F0301",
            f"no active flow is called `{name.text}`",
            name.span,
            self.rules.flows,
            "a flow is active when its file is run, or when `use` names it",
        )
        return False

    def data_name(self, node: n.Text | n.Name, what: str, scope: Scope | None = None) -> str | None:
        """Give the text of a name in the shop's data, which stands in quotes or comes in as a parameter of `scope`."""
        if isinstance(node, n.Text):
            if any(isinstance(part, n.Interpolation) for part in node.parts):
                self.rules.report.add(
                    "F0515",
                    f"the name of {what} is fixed, so it holds no expression",
                    node.span,
                    help="use a parameter, or `if` with one step for each name",
                )
                return None
            return "".join(map(str, node.parts)) if node.parts else node.value
        bound = (scope or self.scope).bound.get(node.text)
        if bound is None:
            self.rules.report.add(
                "F0512",
                f"{what} is written in quotes, and `{node.text}` has none",
                node.span,
                help=f'write "{node.text}"',
                replace=f'"{node.text}"',
            )
            return None
        term = self.rules.parameter(node, bound)
        if isinstance(term, Constant) and isinstance(term.value, str):
            return term.value
        if term.type != UNKNOWN:
            self.rules.report.add("F0512", f"{what} is a text, and `{node.text}` is {term.type}", node.span)
        return None

    def fixed_length(self, node: n.Expression) -> Length | None:
        """Give a length of time that is known before anything runs."""
        term = self.rules.length(node, self.scope)
        if isinstance(term, Constant) and isinstance(term.value, Length):
            return term.value
        if term.type != UNKNOWN:
            self.rules.report.add(
                "F0518",
                "this length of time must be known before the flow runs",
                node.span,
                help="write it out, as in `2 days`",
            )
        return None


def _waits(steps: Sequence[n.Node]) -> bool:
    for step in steps:
        match step:
            case n.Wait() | n.WaitUntil() | n.WaitFor() | n.Mistake():
                return True
            case n.If(body=body, else_ifs=else_ifs, otherwise=otherwise):
                if _waits(body) or any(_waits(one.body) for one in else_ifs) or _waits(otherwise or ()):
                    return True
            case n.Split(arms=arms):
                if any(_waits(arm.body or ()) for arm in arms):
                    return True
            case n.Repeat(body=body) | n.RepeatUntil(body=body):
                if _waits(body):
                    return True
            case _:
                pass
    return False
