"""Write the steps of a flow: every kind, most of them doing something on a common timeline."""

from __future__ import annotations

from collections.abc import Callable

from tests.support.generating.dice import Dice
from tests.support.generating.expressions import Expressions
from tests.support.generating.selections import Selections
from tests.support.generating.words import CHANNELS, MESSAGES, OUTSIDE, RECEIPTS, SHOWN, TEXTS, Scope, World

Lines = list[str]
_SHORT = ("10 minutes", "1 hour", "12 hours", "1 day", "1 day", "36 hours", "2 days", "3 days", "1 week", "1 month")
_SHARES = (("50%", "50%"), ("20%", "30%", "50%"), ("0%", "100%"), ("33.4%", "66.6%"), ("100%",))


def indented(lines: Lines) -> Lines:
    return [f"  {line}" for line in lines]


class Steps:
    """The steps of one flow; `scope` is what words mean in it."""

    def __init__(self, dice: Dice, world: World, scope: Scope) -> None:
        self.dice = dice
        self.world = world
        self.scope = scope
        self.write = Expressions(dice, world)
        self._show = Selections(world.shown, world)
        self._splits = 0

    def steps(self, depth: int, most: int) -> Lines:
        return [line for _ in range(self.dice.between(1, most)) for line in self.step(depth)]

    def step(self, depth: int) -> Lines:
        makers: dict[Callable[[int], Lines], int] = {
            self._send: 10,
            self._wait: 6,
            self._wait_until: 5,
            self._wait_for: 4,
            self._effect: 8,
        }
        if depth > 0:
            makers |= {self._if: 4, self._split: 2, self._repeat: 2, self._repeat_until: 1}
        return self.dice.weighted(makers)(depth)

    def block(self, depth: int) -> Lines:
        return indented(self.steps(depth - 1, 2))

    # -- Waiting ------------------------------------------------------------------------------------------------------

    def length(self) -> str:
        own = [name for name, type_ in self.scope.parameters.items() if type_ == "duration"]
        return self.dice.pick(own) if own and self.dice.chance(30) else self.dice.pick(_SHORT)

    def _wait(self, depth: int) -> Lines:
        return [f"wait {self.write.value('duration', self.scope, 2) if self.dice.chance(12) else self.length()}"]

    def _wait_until(self, depth: int) -> Lines:
        what = self.dice.made(
            lambda: self.dice.pick(("09:00", "02:30", "sunday at 02:30", "monday", "thursday at 10:00", "2026-03-29 02:30")),
            lambda: self.write.condition(self.scope, 1),
            lambda: self.write.condition(self.scope, 1),
            lambda: self.write.value("moment", self.scope, 2),
            lambda: f"{self.write.value('date', self.scope, 2)}{self.dice.maybe(50, lambda: ' at 08:30')}",
            lambda: f"1 day before {self.dice.pick(('customer.birthday', 'expected next(order)', 'last(coupon_issued).ends'))}",
        )
        if self.dice.chance(55):
            comma = self.dice.maybe(20, lambda: ",")
            return [f"wait until {what}{comma} up to {self.length()}", *self._blocks(depth)]
        return [f"wait until {what}", *(self.block(depth) if depth > 0 and self.dice.chance(15) else [])]

    def _wait_for(self, depth: int) -> Lines:
        kinds = tuple(dict.fromkeys(self.write.kind(effects=15) for _ in range(self.dice.pick((1, 1, 2)))))
        return [f"wait for {self.write.events(self.scope, kinds)} up to {self.length()}", *self._blocks(depth)]

    def _blocks(self, depth: int) -> Lines:
        body = self.block(depth) if depth > 0 and self.dice.chance(60) else []
        return [*body, "else", *self.block(depth)] if depth > 0 and self.dice.chance(40) else body

    # -- Sending ------------------------------------------------------------------------------------------------------

    def _send(self, depth: int) -> Lines:
        channels = self.dice.some(CHANNELS, 2) or ["email"]
        if self.dice.chance(10):
            channels.insert(0, "customer.preferred_channel")
        receipt = self.dice.chance(12)
        own = [name for name, type_ in self.scope.parameters.items() if type_ == "text"]
        if receipt:
            message = self._named(self.dice.pick(RECEIPTS))
        elif self.dice.chance(20):
            names = ", ".join(self._named(name) for name in (self.dice.some(MESSAGES, 4) or MESSAGES[:2]))
            message = f"next of {names}{self.dice.maybe(40, lambda: f' again after {self.dice.pick(_SHORT)}')}"
        else:
            message = self.dice.pick(own) if own and self.dice.chance(30) else self._named(self.dice.pick(MESSAGES))
        return [f"send {' or '.join(channels)} {message}", *indented(self._clauses(receipt=receipt))]

    def _named(self, message: str) -> str:
        self.world.sent.add(message)
        return f'"{message}"'

    def _clauses(self, *, receipt: bool) -> Lines:
        found: Lines = []
        for kind in self.dice.some(("subject", "sender", "template"), 2 if self.dice.chance(40) else 0):
            if self.dice.chance(30):
                found.append(f"{kind} {self.text()} if {self.write.condition(self.scope, 1)}")
            found.append(f"{kind} {self.text()}")
        if self.dice.chance(15):
            given = [f"k{number} = {self._shown()}" for number in range(self.dice.between(1, 3))]
            found.append(f"with {', '.join(given)}{self.dice.maybe(25, self._only_if)}")
        if self.dice.chance(30):
            for _ in range(self.dice.below(2)):
                found.append(f"{self._coupon()}{self._only_if()}")
            found.append(self._coupon())
        found += self._show.shown(self.scope)
        if receipt and self.world.shown.chance(20):
            found.append(f"transactional{self._show.only_if(self.scope)}")
        return [*found, *["transactional"] * receipt]

    def _only_if(self) -> str:
        return f" if {self.write.condition(self.scope, 1)}"

    def _shown(self) -> str:
        return self.write.value(self.dice.pick(SHOWN), self.scope, 1)

    def quoted(self, text: str) -> str:
        """Write a text that is fixed, perhaps as the parameter that holds one."""
        return self.write.named_text(f'"{text}"', self.scope)

    def text(self) -> str:
        """Write a text, often with expressions in it; the texts in these stand in single quotes."""
        if self.dice.chance(40):
            return self.quoted("Hello")
        inner = self._shown().replace('"', "'")
        return f"\"Hello {{customer.first_name else 'you'}}: {{{inner}{self.dice.maybe(40, lambda: ' else 0')}}}\""

    def _coupon(self) -> str:
        name = self.dice.pick(TEXTS["coupon"])
        said = self.quoted(name)
        self.world.coupons |= {name} if said.startswith('"') else set()
        return f"coupon {said}{self.dice.maybe(75, lambda: f' {self.offered()}')}"

    def offered(self) -> str:
        own = [name for name, type_ in self.scope.parameters.items() if type_ == "offer"]
        offer = self.dice.pick((
            "10% off", f"{self.dice.pick((1, 5))} {self.world.currency} off", "free shipping", "buy 2 get 1",
            f"gift {self.quoted('s1')}", f"membership {self.quoted('VIP')}", f"entry {self.quoted('contest')}", *own,
        ))  # fmt: skip
        where = self.dice.maybe(20, lambda: f" where {self.write.condition(self.scope.of('order'), 1)}")
        return f"{offer}{where}{self.dice.maybe(60, lambda: f' for {self.length()}')}"

    # -- Branches -----------------------------------------------------------------------------------------------------

    def _if(self, depth: int) -> Lines:
        lines = [f"if {self.write.condition(self.scope, 2)}", *self.block(depth)]
        while self.dice.chance(25):
            lines += [f"else if {self.write.condition(self.scope, 1)}", *self.block(depth)]
        return [*lines, "else", *self.block(depth)] if self.dice.chance(50) else lines

    def _split(self, depth: int) -> Lines:
        """Split by a name that is used once, or by a key that has the same arms wherever it stands."""
        self._splits += 1
        keyed = self.dice.chance(25)
        shares = _SHARES[0] if keyed else self.dice.pick(_SHARES)
        afresh = self.dice.maybe(20, lambda: "afresh ")
        key = ' keyed "half"' if keyed else ""
        lines = [f"split {afresh}s{self._splits}{key}"]
        for share, arm in zip(shares, "abc", strict=False):
            lines += indented([f"{share} {arm}", *(self.block(depth) if self.dice.chance(75) else [])])
        return lines

    def _times(self) -> str:
        own = [name for name, type_ in self.scope.parameters.items() if type_ == "count"]
        return self.dice.pick(own) if own and self.dice.chance(30) else str(self.dice.between(1, 3))

    def _repeat(self, depth: int) -> Lines:
        return [f"repeat {self._times()} times", *self.block(depth), *indented([f"wait {self.dice.pick(_SHORT)}"])]

    def _repeat_until(self, depth: int) -> Lines:
        comma = self.dice.maybe(70, lambda: ",")
        first = f"repeat until {self.write.condition(self.scope, 1)}{comma} up to {self._times()} times"
        return [first, *indented([f"wait {self.dice.pick(_SHORT)}"]), *self.block(depth)]

    # -- Effects ------------------------------------------------------------------------------------------------------

    def _effect(self, depth: int) -> Lines:
        pick, pool = self.dice.pick, TEXTS
        return [
            self.dice.made(
                lambda: f"tag {self.quoted(pick(pool['tag']))}",
                lambda: f"tag {self.quoted(pick(pool['tag']))}",
                lambda: f"untag {self.quoted(pick(pool['tag']))}",
                self._set,
                self._set,
                lambda: f"add {self._points()} points to customer.score{self.dice.maybe(60, lambda: f' for {self.length()}')}",
                lambda: f"take {self._points()} points from customer.score",
                lambda: f"subscribe {self.quoted(pick(pool['list']))}",
                lambda: f"{'un' * self.dice.chance(30)}subscribe {self.quoted(pick(pool['list']))}",
                lambda: f"issue coupon {self.quoted(pick(pool['coupon']))} {self.offered()}",
                lambda: f"notify {self.quoted('sales')} {self.text()}",
                lambda: f"start {pick(self.world.flows)}" if self.world.starts else 'tag "t2"',
                lambda: (
                    f"stop{self.dice.maybe(50 if self.world.flows else 0, lambda: f' {pick(self.world.flows)}')}"
                    if self.dice.chance(40)
                    else 'tag "t1"'
                ),
            )
        ]

    def _points(self) -> str:
        return self.write.value("number", self.scope, 2) if self.dice.chance(15) else str(self.dice.between(1, 6))

    def _set(self) -> str:
        fixed = ("tags", "subscriptions", "created", "score", "consent_email", "consent_sms")
        fields = [name for name in self.world.fields if name not in fixed]
        name = self.dice.pick(fields)
        type_ = self.world.fields[name]
        if type_ == "condition" and self.dice.chance(60):
            return f"set customer.{name} = {self.write.condition(self.scope, 1)}"
        if type_ == "one of":
            return f"set customer.{name} = {self.write.literal(type_)}"
        return f"set customer.{name} = {self.write.value('date' if type_ == 'yearly date' else type_, self.scope, 2)}"


def outside_kinds(dice: Dice, most: int) -> tuple[str, ...]:
    return tuple(dict.fromkeys(dice.weighted(OUTSIDE) for _ in range(dice.between(1, most))))
