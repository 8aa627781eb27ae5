"""Write what the engine takes short ways for, or few programs have; `tests/reference/survivors.md` is where this comes from."""

from __future__ import annotations

from tests.support.generating.rarities import Rarity
from tests.support.generating.steps import Lines, indented

_ALIAS = ("order where total > {}", "order where coupon is known", "view or order where total >= {}", 'search where query = "c1"')
_SOURCES = ("catalog", 'products "s1", "s2"', 'products "t1" and view', "catalog and order.items")
_RANKS = ("recently viewed", "recently bought", "recently viewed, lowest price", "newest")


class Corner(Rarity):
    """The flows of one program that stand in such a corner."""

    def _corner(self) -> list[Lines]:
        themes = (
            self._barred, self._lacking, self._adding, self._of_sendings, self._short, self._short, self._twice, self._left,
            self._among_before, self._own_list, self._unknown_period, self._parts_of_dates, self._limited, self._of_nobody,
            self._known_lists,
        )  # fmt: skip
        return [part for theme in self.dice.some(themes, 3) for part in theme()]

    def _watch(self, *asked: str) -> Lines:
        return self._flow(f"when {' and '.join(asked[:: self.dice.pick((1, -1))])}", self._often(), *self._says())

    # -- Watches ------------------------------------------------------------------------------------------------------

    def _barred(self) -> list[Lines]:
        """Write a watch that some events keep from becoming true for a while, and others of their kind do not."""
        pick, kind, last = self.dice.pick, self.kind(), self._last()
        length = pick(("90 minutes", "1 day", "2 days", "3 days 1 hour", "1 month", "1 month 1 day", self.length()))
        one, two = pick((
            ("grand", "order"), ("grand", "order"), (kind, kind), (f"{kind} or order", "order"), ("grand or cart", kind),
        ))  # fmt: skip
        barred = pick((
            f"time since last({one}) {pick(('>=', '>'))} {length}", f"not any({one} in the last {length})",
            f"time since last({one}) >= {length}",
        ))  # fmt: skip
        other = pick((f"count({two}{last}) >= {pick((1, 2, 3))}", f"any({two}{last})", f"any({self.kind()})", self._single()))
        barred = f"({barred} or {self._count()})" if self.dice.chance(15) else barred
        return [[f"event grand = {pick(_ALIAS).format(self.amount())}"], self._watch(barred, other)]

    def _lacking(self) -> list[Lines]:
        """Write a watch that events make true which lack what it says that none had; it is looked at each day."""
        pick = self.dice.pick
        kind, field = pick((("order", "coupon"), ("order", "discount"), ("review", "rating"), ("search", "query")))
        length, daily = pick(("4 days", "7 days", "1 month")), f"now.time {pick(('>=', '<'))} {self.time()}"
        count = f"count({kind}{self._last()}) >= {pick((1, 1, 2))}"
        return [self._watch(f"not any({kind}.{field} in the last {length})", count, daily)]

    def _adding(self) -> list[Lines]:
        """Write a watch that holds for ever once it holds, or would, but for what is below nothing or comes of flows."""
        pick, kind = self.dice.pick, self.kind()
        asked = pick((
            f"sum(order.total) {pick(('>=', '>'))} {pick(('0', '5', '20', '40'))} {self.currency}", f"count({kind}) >= 0",
            f"count({kind} or {pick(('sent', 'tagged', 'points'))}) >= {pick((2, 3, 4))}", f"count({kind}) {pick(('>=', '>'))} 2",
            f"count(distinct order.coupon) >= {pick((1, 2))}", f"sum(order.discount) >= {self.amount()}", "any(order.coupon)",
            f"sum(points.amount) >= {pick((0, 2, 4))}", f"sum(review.rating) {pick(('>=', '>'))} {pick((0, 3, 7))}",
            f"count(order since {pick(('2026-02-01', 'today'))}) >= {pick((1, 2))}",
        ))  # fmt: skip
        return [self._watch(asked, *[f"any({self.kind()})"] * self.dice.chance(60), *[self._single()] * self.dice.chance(25))]

    def _left(self) -> list[Lines]:
        """Write a watch over the lists that a customer is on, and flows that take them off."""
        watch = self._watch('not (customer.subscriptions contains "news")')
        takes = [f'{self.dice.pick(("un", "un", ""))}subscribe "news"']
        counts = ["""notify "t" "{count(unsubscribe)} {count(subscribe or unsubscribe)}\""""]
        return [watch, self._flow(f"on {self.kind()}", "enter every time", *takes, *counts)]

    # -- What was sent, and lasts -------------------------------------------------------------------------------------

    def _of_sendings(self) -> list[Lines]:
        """Write goals and promises of what is sent, where little else asks for it."""
        pick, length = self.dice.pick, self.length
        goal = pick(('sent "m2"', "sent", 'sent where channel = "email"', "tagged", "coupon_issued", self.kind()))
        first = [f"goal {goal} within {length()}", *['send email "m1"'] * self.dice.chance(80), *self._wait()]
        second = [f"goal {pick((goal, self.kind()))} within {length()}", f"wait {length()}", *self._send(), 'tag "t1"']
        flows = [self._flow(f"on {self.kind()}", "enter every time", *one) for one in (first, second)]
        promised = f'never email "m1" within {length()} {pick(("after", "before"))} {pick(("sent", self.kind()))}'
        by_channel = self._flow(f'on sent where channel = "{pick(("email", "sms"))}"', "enter every time", 'tag "t2"')
        return [*flows, *[[f'{promised} "m2"' if promised.endswith("sent") else promised]], *[by_channel] * self.dice.chance(30)]

    def _short(self) -> list[Lines]:
        """Write waits, points and coupons that may last for nothing, or for less."""
        pick = self.dice.pick
        length = f"(customer.age - {pick((1, 3, 5))}) * {pick(('1 day', '12 hours'))}"
        awaited = pick((f"for {self.kind()}", f"until {self._count()}", "until 2026-02-01", f"until {self._edge()}"))
        waits = [f"wait {awaited} up to {length}", *self._ways()]
        lasts = [
            f"add 2 points to customer.score for {length}", f'issue coupon "c1" 10% off for {length}', f"wait {length}",
            f'issue coupon "c1" free shipping where total > {self.amount()}',
        ]  # fmt: skip
        steps = [*self.dice.some(lasts, 3), *(waits if self.dice.chance(60) else [])]
        shows = self._flow(f"on {self.kind()}", "enter every time", """notify "t" "{customer.score} {count(points)}\"""")
        return [shows, self._flow(f"on {self.kind()}", "enter every time", *steps, *self._say())]

    def _twice(self) -> list[Lines]:
        """Write a promise that is broken at one turn of the clock, and what falls due at the next one of that instant."""
        lasts = "add 2 points to customer.score for 0 days", 'issue coupon "c1" 10% off for 0 days'
        sends = [*self.dice.some(lasts, 2), *['send onsite "m1"'] * 2]
        return [
            ["never the same message twice within 1 day"],
            self._flow(f"on {self.kind()}", "enter every time", f"wait {self.length()}", *sends),
        ]

    def _limited(self) -> list[Lines]:
        """Write a flow with two limits that hold a message for as long as one another, and a split of which an arm is empty."""
        pick, hold = self.dice.pick, self.length()
        limits = [f"at most 1 message per {pick(('day', 'week', 'year', self.length()))}, else wait up to {hold}" for _ in "12"]
        arms = [["100% all", *indented(['send email "m1"'])], ["0% none", *indented(['tag "t1"'])]]
        split = ["split s", *indented([line for arm in arms[:: self.dice.pick((1, -1))] for line in arm])]
        return [self._flow(f"on {self.kind()}", "enter every time", *limits, *split)]

    def _of_nobody(self) -> list[Lines]:
        """Write promises of events by what they are, with live coupons that are called as these are."""
        promise = self.dice.pick(('search where query = "c1"', "search", 'order where coupon = "c1"'))
        return [
            [f"never message within {self.length()} after {promise}"],
            self._flow(f"on {self.kind()}", "enter every time", 'issue coupon "c1" 10% off', *self._send()),
        ]

    # -- What is asked ------------------------------------------------------------------------------------------------

    def _among_before(self) -> list[Lines]:
        """Write a promise of events that somebody's place among all picks, also of those before the replay."""
        asked = f"percentile(count({self.kind()}{self.dice.maybe(50, self._last)})) {self.dice.pick(('>=', '>', '<'))} 50%"
        promise = f"never message within {self.length()} after {self.kind()} where {asked}"
        return [[promise], self._flow(f"on {self.kind()}", "enter every time", *self._send())]

    def _own_list(self) -> list[Lines]:
        """Write a list that is the customer's own by its ranking or by one of its sources."""
        if self.shows:
            return self._lacking()
        self.shows = True
        pick = self.dice.pick
        lines = [f"from {pick(_SOURCES)}", f"rank by {pick(_RANKS)}", f"top {pick((1, 2, 3))}"]
        flow = self._flow(f"on {self.kind()}", "enter every time", 'send onsite "m1"', *indented(["show own"]))
        return [["selection own", *indented(lines)], flow]

    def _unknown_period(self) -> list[Lines]:
        """Write windows whose length may not be known yet."""
        kind, pick = self.kind(), self.dice.pick
        asked = [f"{pick(('sum', 'max'))}(order.total in the last period)", f"count({self.kind()} in the last period)"]
        shown = " ".join(f"{{{one} else '-'}}" for one in asked)
        says = self._flow(f"on {self.kind()}", "enter every time", f'notify "t" "{shown}"')
        return [[f"value period = median gap({pick((kind, 'order'))})"], says, self._watch(f"{asked[1]} >= {pick((1, 2))}")]

    def _parts_of_dates(self) -> list[Lines]:
        """Write what asks for the parts of dates and of yearly dates."""
        dates = ("customer.birthday.month", "customer.birthday.day", f"last({self.kind()}).at.date.month", "today.day")
        steps = [line for one in self.dice.some(dates, 3) for line in (f"if {one} {self._sign()}", *indented(self._says(0)))]
        return [self._flow(f"on {self.kind()}", self._often(), *steps, """notify "t" "{customer.birthday.month else '-'}\"""")]

    def _sign(self) -> str:
        return f"{self.dice.pick(('=', '!=', '>=', '<'))} {self.dice.pick((1, 2, 3, 28, 29))}"

    def _known_lists(self) -> list[Lines]:
        """Write entries by events picked by what they lack, or by one of two names."""
        pick = self.dice.pick
        asked = pick((
            "order where items is empty", "order where items is known", "cart where not (items is known)",
            "order where coupon is not known", "order where any(items.category)", "order where any(items.price)",
        ))  # fmt: skip
        named = " or ".join(f'search "{one}"' for one in self.dice.some(("a", "b", "c1", "x"), 3)) or "search"
        return [self._flow(f"on {asked}", "enter every time", f"""notify "t" "{{count({named.replace('"', "'")})}}\"""")]
