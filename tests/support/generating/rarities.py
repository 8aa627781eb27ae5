"""Write programs that do what other programs do too seldom: `tests/reference/survivors.md` says what that is.

Flows that do something to the customer stand beside flows that only ask: were a flow to do what it asks for, two of them could
set each other off at one instant without end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.support.generating.dice import Dice
from tests.support.generating.few import Few
from tests.support.generating.shops import PERIODS, Limit, limit
from tests.support.generating.steps import Lines, indented
from tests.support.generating.words import DECLARED

FIRST = 20_000
"""The programs from this number on are such; the timelines from four times this number on are made for them."""
DAYS = ("2026-01-28", "2026-01-28", "2026-01-29", "2026-03-26", "2026-08-29", "2026-10-22", "2026-04-02")
"""When their timelines begin: where a long month ends before a shorter one, and where clocks are changed."""
PEOPLE = ("aaron", "ben", "carla", "zoe")
"""The other customers, of whom some of these programs ask."""
FIELDS = ("tier", "age", "vip", "cycle", "budget", "nick", "score")
"""The fields of a customer that these programs declare."""

_KINDS = ("order", "order", "visit", "view", "review", "cart", "click", "search")
_LENGTHS = ("1 hour", "12 hours", "1 day", "1 day", "36 hours", "2 days", "7 days", "1 month", "1 month", "1 month")
_TIMES = ("00:00", "02:30", "09:00", "23:30")
_ORDER = (">=", ">", "<", "<=")
_SIGNS = (*_ORDER, "=", "!=")
_TIERS = ('"bronze"', '"silver"', '"gold"')
_OFFERS = ("10% off", "free shipping", "buy 2 get 1")
_REDEEMED = ("= last(order).id", '!= "o1"', 'in ["o1", "o3"]', "is known", "= last(coupon_redeemed).order_id")
_NAMED, _SENT = ("", ' "c1"'), ("", ' "m1"')
_TAGS = ("", "", ' where tag = "t1"', ' where tag != "t1"')
_SHOWN = ("now.hour", "last(points).score", "customer.tier", "customer.nick")
_CART, _CART_ITEMS = "customer.cart.total", "customer.cart.items"
_RANKS = (
    "confidence", "confidence, units sold", "confidence, newest", "units sold in the last 2 days", "revenue", "lowest price",
)  # fmt: skip
_ABOUT = ("click", "open", "bounce", "complaint")
_SHARES = (
    ("50%", "50%"), ("49.9%", "50.1%"), ("33.3%", "33.4%", "33.3%"), ("49%", "51%"), ("0.1%", "99.9%"), ("25%", "25%", "50%"),
)  # fmt: skip


def befitting(dice: Dice, kind: str, fields: Mapping[str, Any], who: str) -> dict[str, Any]:
    """Let an event be about what these programs send, issue and compare; an order may carry the very code of a coupon."""
    from cadenza.engine.coupons import code_of  # not above: who changes the engine must not import it before

    found = dict(fields)
    if "message" in found or kind in _ABOUT:
        found["message"] = dice.pick(("m1", "m1", "m2", "m3"))
    if kind == "order" and dice.chance(75):
        found["coupon"] = dice.pick(("c1", "c1", "c2", code_of(0, "c1", who, dice.pick((1, 1, 2)))))
    if kind == "bounce" and dice.chance(80):
        found["kind"] = "soft"
    return found


class Rarity(Few):
    """The parts of one program."""

    def __init__(self, dice: Dice, currency: str) -> None:
        super().__init__(
            dice,
            dice.some(_KINDS, 3) or ["order", "visit"],
            [dice.pick(_LENGTHS) for _ in range(dice.pick((1, 1, 2, 3)))],
            [dice.pick(_TIMES) for _ in range(dice.pick((1, 2)))],
        )
        self.currency = currency
        self.among = False
        self.shows = False
        self.flows: list[str] = []
        self.always: list[Limit] = []

    def parts(self) -> list[Lines]:
        """Write all of a program but its shop."""
        themes: dict[Callable[[], list[Lines]], int] = {
            self._asking: 10, self._of_this_flow: 3, self._started: 3, self._at_the_timeout: 4, self._used_up: 3,
            self._redeemed: 4, self._promised: 3, self._divided: 3, self._stood_among_all: 3, self._bought_together: 3,
        }  # fmt: skip
        found = [[f"field customer.{name}: {DECLARED[name][1]}"] for name in FIELDS]
        found += self._doing()
        for _ in range(self.dice.pick((1, 1, 2))):
            found += self.dice.weighted(themes)()
        return found

    # -- Small things -------------------------------------------------------------------------------------------------

    def amount(self) -> str:
        return f"{self.dice.pick((1, 5, 10, 20))} {self.currency}"

    def window(self) -> str:
        last, first = f"last({self.kind()})", f"first({self.kind()})"
        since = f" since {self.dice.pick((last, first, 'today', '2026-02-01'))}"
        before = f" before {self.dice.pick((last, '2026-02-01 12:00', 'today'))}"
        return self.dice.weighted({self._last(): 6, "": 2, since: 2, before: 1})

    def _last(self) -> str:
        return f" in the last {self.length()}"

    def _flow(self, *lines: str) -> Lines:
        """Write a flow under the next free name."""
        self.flows.append(f"f{len(self.flows) + 1}")
        return [f"flow {self.flows[-1]}", *indented(list(lines))]

    def _often(self) -> str:
        return f"enter {self.dice.pick(('again', 'every time', 'every time', 'again, starting over'))}"

    # -- What is asked ------------------------------------------------------------------------------------------------

    def number(self) -> str:
        """Write a number, most often one of what flows brought about."""
        pick, window, kind = self.dice.pick, self.window, self.kind
        function = pick(("sum", "sum", "average", "min", "max", "first", "last", "most frequent"))
        whose = pick(("", "", "", ' where score = "score"', " where amount > 0", " where amount < 0"))
        made = [
            lambda: f"{function}(points.amount{window()}{whose})",
            lambda: f"{function}(points.amount{window()}{whose})",
            lambda: f"count(tagged{window()}{pick(_TAGS)})",
            lambda: f'count(tagged "{pick(("t1", "t2"))}"{window()})',
            lambda: f"count(distinct {pick(('tagged.tag', 'points.amount', 'sent.message', 'changed.field'))}{window()})",
            lambda: f"count({pick(('points', 'changed', 'coupon_issued', 'coupon_redeemed', 'tagged or points'))}{window()})",
            lambda: f'count(sent "{pick(("m1", "m2"))}"{window()})',
            lambda: f"count(tagged or {kind()}{window()})",
            lambda: f"{pick(('sum', 'average', 'most frequent', 'max'))}(order.items.quantity{window()})",
            lambda: f"count({kind()}{window()}) - count(tagged{window()})",
            lambda: pick(("customer.age", "last(review).rating", "customer.score", "now.hour", "now.day")),
        ]
        return self.dice.made(*made, *[lambda: f"percentile(count({kind()}{window()}))"] * (3 * self.among))

    def text(self) -> str:
        """Write what a text may show, in its own quotes."""
        pick = self.dice.pick
        found = self.dice.made(
            self.number,
            self.number,
            lambda: pick(
                (
                    "customer.tier",
                    "customer.birthday",
                    "customer.cycle",
                    "last(coupon_redeemed).order_id",
                    "last(coupon_issued).ends",
                )
            ),
            lambda: f"most frequent({pick(('tagged.tag', 'sent.message', 'left.reason', 'entered.flow'))}{self.window()})",
            lambda: f"last({pick(('tagged.tag', 'changed.field', 'coupon_redeemed.order_id', 'left.reason'))}{self.window()})",
            self.span,
            lambda: f"sum(order.total{self.window()})",
        )
        return found.replace('"', "'")

    def span(self) -> str:
        """Write a length of time that is taken from another, or worked out otherwise."""
        pick, kind, length = self.dice.pick, self.kind, self.length
        return self.dice.made(
            lambda: f"(customer.cycle - {length()})",
            lambda: f"({length()} - {length()})",
            lambda: f"(last({kind()}).at - first({kind()}).at - {length()})",
            lambda: f"({pick((2, 3))} * {length()} - customer.cycle)",
            lambda: f"(median gap({kind()}) - {length()})",
            lambda: f"(last(tagged).at - last({kind()}).at)",
            lambda: f"median gap({pick(('tagged', 'points', kind()))}{self.window()})",
        )

    def condition(self) -> str:
        word = self.dice.pick((" and ", " or ", " or ")) if self.dice.chance(30) else ""
        return word.join(self._single() for _ in range(1 + bool(word)))

    def _single(self) -> str:
        makers = {
            self._count: 8, self._tier: 3, self._hour: 3, self._unknown: 5, self._span: 3, self._edge: 5, self._words: 2,
            self._coupon: 2, self._yes: 1,
        }  # fmt: skip
        return self.dice.weighted(makers)()

    def _count(self) -> str:
        return f"{self.number()} {self.dice.pick(_SIGNS)} {self.dice.pick((0, 1, 1, 2, 2, 3, 5))}"

    def _tier(self) -> str:
        return f"customer.tier {self.dice.pick((*_ORDER, *_SIGNS))} {self.dice.pick(_TIERS)}"

    def _hour(self) -> str:
        pick = self.dice.pick
        hour = pick(self.times)[:2].lstrip("0") or "0"
        return self.dice.made(
            lambda: f"now.hour {pick(_SIGNS)} {hour}",
            lambda: f"now.hour {pick(_SIGNS)} {hour}",
            lambda: f"now.{pick(('day', 'month'))} {pick(_SIGNS)} {pick((1, 2, 28, 31))}",
            lambda: f"{pick(('now', 'today'))}.weekday in [{pick(('saturday, sunday', 'monday'))}]",
            lambda: f"now.time {pick(_ORDER)} {self.time()}",
        )

    def _unknown(self) -> str:
        """Ask something of what may not be known, turned by `not` within an `or`."""
        pick = self.dice.pick
        asked = pick((
            "customer.age >= 3", "last(review).rating = 3", 'last(order).coupon = "c1"', 'customer.nick starts with "x"',
            f"last({self.kind()}).at > last(tagged).at", f"average(points.amount{self.window()}) > 1", 'customer.tier < "gold"',
            f"time since last(tagged) < {self.length()}", f"customer.budget > {self.amount()}", "customer.vip",
            "max(review.rating) > min(review.rating)", 'last(search).query contains "b"', f"customer.cycle > {self.length()}",
        ))  # fmt: skip
        other = pick((f"any({self.kind()}{self.window()})", "any(tagged)", self._count(), "no"))
        return self.dice.made(
            lambda: f"({other} or not {asked})",
            lambda: f"not ({asked} or {other})",
            lambda: f"not ({asked} and {other})",
            lambda: f"(not ({asked}) or {other})",
            lambda: f"not {asked}",
        )

    def _span(self) -> str:
        return f"{self.span()} {self.dice.pick(_ORDER)} {self.length()}"

    def _edge(self) -> str:
        """Ask for what becomes so when a length of time has passed."""
        pick = self.dice.pick
        event = f"last({pick((self.kind(), 'tagged', 'points', 'sent', 'coupon_issued'))})"
        return self.dice.made(
            lambda: f"time since {event} {pick(_ORDER)} {self.length()}",
            lambda: f"now {pick(_ORDER)} {event}.at + {self.length()}",
            lambda: f"time until last(coupon_issued).ends {pick(_ORDER)} {self.length()}",
            lambda: f"count({pick(('tagged', self.kind(), self.kind()))}{self._last()}) {pick(_ORDER)} {pick((1, 2, 3))}",
            lambda: f"sum(points.amount{self._last()}) {pick(_ORDER)} {pick((1, 2, 4))}",
        )

    def _words(self) -> str:
        pick = self.dice.pick
        return self.dice.made(
            lambda: f'most frequent(tagged.tag{self.window()}) {pick(("=", "!="))} "{pick(("t1", "t2"))}"',
            lambda: f'last(points{self.window()}).score {pick(("=", "!="))} "score"',
            lambda: f'first(left.reason{self.window()}) in ["stop", "leave on"]',
            lambda: f'last(sent{self.window()}).message = "{pick(("m1", "m2"))}"',
        )

    def _coupon(self) -> str:
        pick = self.dice.pick
        return pick((
            "count(coupon_redeemed where order_id = last(order).id) >= 1", f"any(coupon_redeemed{self.window()})",
            'last(coupon_redeemed "c1").order_id = "o2"', 'last(coupon_redeemed).order_id in ["o1", "o3"]',
            f"count(coupon_expired{self.window()}) >= 1", "time until last(coupon_issued).ends < 1 day",
        ))  # fmt: skip

    def _yes(self) -> str:
        return self.dice.pick(("customer.vip", "not customer.vip", "customer.vip = no", "customer.consent_sms"))

    # -- Flows that do ------------------------------------------------------------------------------------------------

    def _doing(self) -> list[Lines]:
        """Write a flow or two that bring things about, again and again."""
        found = []
        for _ in range(self.dice.pick((1, 1, 2))):
            steps = [line for _ in range(self.dice.between(1, 4)) for line in self._effect()]
            kinds = " or ".join(dict.fromkeys(self.kind() for _ in range(self.dice.pick((1, 1, 2)))))
            found.append(self._flow(f"on {kinds}", self._often(), *self._headers(12), *steps))
        return found

    def _effect(self) -> Lines:
        pick, length = self.dice.pick, self.length
        return self.dice.made(
            lambda: [f"add {pick((1, 2, 3))} points to customer.score for {length()}"],
            lambda: [f"add {pick((1, 2, 4))} points to customer.score{self.dice.maybe(60, lambda: f' for {length()}')}"],
            lambda: [f"add ({self.number()} - {pick((1, 2, 4))}) points to customer.score for {length()}"],
            lambda: [f"add {self.number()} points to customer.score"],
            lambda: [f"take {pick((1, 2, 4))} points from customer.score"],
            lambda: [f'tag "{pick(("t1", "t1", "t2"))}"', f'untag "{pick(("t1", "t2"))}"'],
            lambda: [f'tag "{pick(("t1", "t1", "t2"))}"'],
            lambda: [f'untag "{pick(("t1", "t1", "t2"))}"', f'tag "{pick(("t1", "t1", "t2"))}"'],
            lambda: [f"set customer.tier = {pick(_TIERS)}"],
            lambda: [f"set customer.vip = {pick(('yes', 'no', self._count(), self._unknown()))}"],
            lambda: [f"set customer.cycle = {self.span()}"],
            lambda: [f"set customer.age = {self.number()}"],
            lambda: [f"wait {pick((length(), length(), self.span()))}"],
            lambda: [self._issue()],
            lambda: [f'tag "{pick(("t1", "t2"))}"'],
            self._send,
        )

    def _issue(self) -> str:
        where = self.dice.made(
            lambda: "",
            lambda: f" where total >= {self.amount()}",
            lambda: f' where id != "o{self.dice.between(1, 3)}"',
            lambda: f" where count(items) >= {self.dice.pick((1, 2))} or total < {self.amount()}",
            lambda: f" where {self.condition()}",
        )
        name = self.dice.pick(("c1", "c1", "c2"))
        return f'issue coupon "{name}" {self.dice.pick(_OFFERS)}{where}{self.dice.maybe(60, lambda: f" for {self.length()}")}'

    def _send(self) -> Lines:
        pick = self.dice.pick
        channel, message = pick(("email", "email", "onsite", "sms")), pick(("m1", "m1", "m2", "m3"))
        clauses = [f"""subject "{{{self.text()}}}, {{{self.text()} else 'nothing'}}\""""] * self.dice.chance(40)
        clauses += [f"with k = {self.number()}, l = {self.span()}, m = {pick(_SHOWN)}"] * self.dice.chance(25)
        clauses += [self._issue().removeprefix("issue ")] * self.dice.chance(25)
        return [f'send {channel} "{message}"', *indented(clauses)]

    # -- Flows that ask -----------------------------------------------------------------------------------------------

    def _headers(self, chance: int = 25) -> Lines:
        found = [
            self.dice.maybe(chance, lambda: f"for {self.condition()}"),
            self.dice.maybe(chance // 2, lambda: f"while {self.condition()}"),
            self.dice.maybe(chance // 2, lambda: f"leave when {self.condition()}"),
            self.dice.maybe(chance // 2, lambda: f"leave on coupon_redeemed where order_id {self.dice.pick(_REDEEMED)}"),
            self.dice.maybe(chance // 2, lambda: f"priority {self.dice.pick((1, 2))}"),
        ]
        return [line for line in found if line]

    def _say(self) -> Lines:
        return [f"""notify "sales" "{{{self.text()}}} {{{self.text()} else '-'}}\""""]

    def _says(self, depth: int = 1) -> Lines:
        """Write steps that do not change what is asked."""
        makers: dict[Callable[[], Lines], int] = {self._say: 5, self._send: 3, self._wait: 2}
        makers |= {self._until: 4, self._if: 4} if depth > 0 else {}
        return [line for _ in range(self.dice.between(1, 2 + depth)) for line in self.dice.weighted(makers)()]

    def _wait(self) -> Lines:
        return [f"wait {self.dice.pick((self.length(), self.span()))}"]

    def _until(self) -> Lines:
        return [f"wait until {self.condition()} up to {self.length()}", *self._ways()]

    def _if(self) -> Lines:
        return [f"if {self.condition()}", *self._ways()]

    def _ways(self) -> Lines:
        return [*indented(self._says(0)), *(["else", *indented(self._says(0))] if self.dice.chance(70) else [])]

    def _entry(self) -> str:
        already = self.dice.maybe(20, lambda: ", including those already")
        return self.dice.weighted({
            f"when {self.condition()}{already}": 6,
            f"on {self.kind()} where {self.condition()}": 2,
            f"on coupon_redeemed{self.dice.maybe(50, lambda: ' where order_id = last(order).id')}": 1,
            f"when count({self.kind()} in the last 1 month) {self.dice.pick(('<', '<=', '='))} {self.dice.pick((0, 1, 2))}": 4,
            f"every day at {self.time()}": 2,
            f"{self.length()} after last({self.kind()})": 1,
        })  # fmt: skip

    def _asking(self) -> list[Lines]:
        return [self._flow(self._entry(), *self._headers(), *self._says())]

    def _of_this_flow(self) -> list[Lines]:
        """Write a flow that asks what became of its own messages."""
        pick, length = self.dice.pick, self.length
        about = pick(_ABOUT)
        self.kinds.append(about)
        ours = f"{about}{pick(_SENT)} of this flow"
        head = [f"on {self.kind()}", self._often()]
        head += self.dice.made(
            list,
            lambda: [f"leave on {ours}"],
            lambda: [f"goal {about} within {length()}"],
            lambda: [f"leave when count({ours}) >= {pick((1, 2))}"],
        )
        waits = self.dice.made(
            lambda: [f"wait for {ours} up to {length()}", *self._ways()],
            lambda: [f"wait until any({ours}{pick(('', ' since trigger', self._last()))}) up to {length()}", *self._ways()],
            lambda: [f"wait {length()}", f"if any({ours})", *self._ways()],
        )
        return [self._flow(*head, 'send onsite "m1"', *waits, *self._send(), *self._wait(), *self._say())]

    def _started(self) -> list[Lines]:
        """Write a flow that another starts, and that asks for the trigger of the other."""
        pick, kind = self.dice.pick, self.kind
        other = f"f{len(self.flows) + 2}"
        entry = pick(
            (f"on {kind()}", f"when {self.condition()}", f"every day at {self.time()}", f"{self.length()} after last({kind()})")
        )
        first = self._flow(entry, "enter again", *self._wait() * self.dice.chance(40), f"start {other}", *self._says(0))
        asked = pick(
            (f"count({kind()} since trigger) >= 1", "any(tagged since trigger)", "sum(points.amount since trigger) >= 2")
        )
        steps = pick((
            [f"wait until {self.length()} after trigger.at", *self._say()],
            [f"wait until {asked} up to {self.length()}", *self._ways()],
            [f"if {asked}", *self._ways(), f"wait {self.length()}", f"if time since trigger >= {self.length()}", *self._ways()],
            ['notify "sales" "{trigger.at}"', *self._wait(), *self._say()],
        ))  # fmt: skip
        leaves = [f"leave when {asked}"] * self.dice.chance(20)
        return [first, self._flow("enter again", *self._headers(10), *leaves, *steps)]

    def _at_the_timeout(self) -> list[Lines]:
        """Write a wait for what comes at the very instant at which it is given up."""
        pick, kind, length = self.dice.pick, self.kind(), self.length()
        other = f"f{len(self.flows) + 2}"
        asked = pick((
            f"inside {other}", f"inside {other}", f'any(entered "{other}" since trigger)', f'count(entered "{other}") >= 1',
            f"time since last({kind}) >= {length}", f"not any({kind} in the last {length})",
            f"count({kind} in the last {length}) < 2", f"now >= {length} after last({kind})",
        ))  # fmt: skip
        waiting = self._flow(f"on {kind}", self._often(), f"wait until {asked} up to {length}", *self._ways())
        entry = pick(
            (
                f"{length} after last({kind})",
                f"when time since last({kind}) >= {length}",
                f"when not any({kind} in the last {length})",
            )
        )
        return [waiting, self._flow(entry, *self._headers(8), f"wait {pick(('1 hour', length))}", *self._say())]

    def _used_up(self) -> list[Lines]:
        """Write a flow with points of several lots, which are used up in part."""
        lasting = [self.dice.pick((self.length(), "3 days", "5 days")) for _ in range(self.dice.between(2, 3))]
        lots = [f"add {self.dice.pick((1, 2, 3, 5))} points to customer.score for {one}" for one in lasting]
        lots.insert(self.dice.between(1, len(lots)), f"take {self.dice.pick((1, 2, 3, 4))} points from customer.score")
        waits = self._wait() if self.dice.chance(40) else []
        taking = [f"take {self.dice.pick((1, 3))} points from customer.score"] * self.dice.chance(40)
        return [self._flow(f"on {self.kind()}", self._often(), *lots, *waits, *taking, *self._say(), *self._wait(), *self._say())]

    def _redeemed(self) -> list[Lines]:
        """Write a flow that gives coupons for some orders, and one that asks which orders they were."""
        self.kinds.append("order")
        giving = self._flow(
            f"on {self.dice.pick((self.kind(), 'order'))}", self._often(), self._issue(), *self._wait(), self._issue()
        )
        says = 'notify "sales" "{trigger.order_id} {trigger.code} {last(coupon_redeemed).order_id}"'
        entry = f"on coupon_redeemed{self.dice.pick(_NAMED)} where order_id {self.dice.pick(_REDEEMED)}"
        awaited = f"wait for shipment where order_id = trigger.order_id up to {self.length()}"
        return [giving, self._flow(entry, self._often(), says, *self._says(0), awaited, *self._ways())]

    def _promised(self) -> list[Lines]:
        """Write promises, and a flow that sends at the edge of them."""
        pick, kind, length = self.dice.pick, self.kind(), self.length()
        line, fact = limit(self.dice, None, [one for one in self.lengths if one in PERIODS] or (*PERIODS, "year"))
        always = f"always {line.partition(' else')[0].removesuffix(',')}"
        named = pick(("email", 'message "m1"', 'email "m1"'))
        promises = [
            f"never {named} within {length} {pick(('after', 'before'))} {kind}",
            f"never the same {pick(('message', 'email'))} twice within {length}",
            always,
        ]
        chosen = self.dice.some(promises, 3) or promises[:1]
        self.always += [fact] * (always in chosen)
        step = pick((length, length, self.length()))
        waits = [f"wait {step}"] * self.dice.chance(60)
        again = [f"repeat {pick((2, 3))} times", *indented([f'send email "{pick(("m1", "m2"))}"', f"wait {step}"])]
        return [self._flow(f"on {kind}", "enter every time", *waits, 'send email "m1"', *again), *([one] for one in chosen)]

    def _divided(self) -> list[Lines]:
        """Write splits with shares that are close to each other, drawn many times."""
        arms = [line for share, arm in zip(self.dice.pick(_SHARES), "abc", strict=False)
                for line in (f"{share} {arm}", *indented(self._say()))]  # fmt: skip
        key = self.dice.maybe(40, lambda: f' keyed "k{len(self.flows)}"')
        split = [f"split {self.dice.pick(('', 'afresh ', 'afresh '))}s{key}", *indented(arms)]
        return [self._flow(f"on {self.kind()}", "enter every time", *split)]

    def _stood_among_all(self) -> list[Lines]:
        """Write flows that compare a customer with all others, day after day."""
        pick, kind = self.dice.pick, self.kind
        already, self.among = self.among, True
        asked = pick((
            f"count({kind()}{self._last()}) >= {pick((1, 2))}", f"any({kind()}{self._last()})",
            f"time since last({kind()}) < {self.length()}",
        ))  # fmt: skip
        regulars = [f"segment regulars where {asked}"] * (not already and self.dice.chance(50))
        asks = (f"count({kind()}{self.window()})", f"sum(order.total{self.window()})", f"time since last({kind()})", _CART)
        compared = [f"percentile({one})" for one in (*asks, f"average(order.items.quantity{self._last()})")]
        compared += ["similarity(regulars)"] * len(regulars) * 2
        threshold = f"{pick(compared)} {pick(_SIGNS)} {pick(('0', '20%', '25%', '50%', '75%', '100%'))}"
        entry = pick((f"every day at {self.time()}", f"every day at {self.time()}", f"when {threshold}", f"on {kind()}"))
        shown = f'notify "sales" "{{{pick(compared)}}} {{{pick(compared)}}}"'
        waits = [f"wait until {threshold} up to {self.length()}", *self._ways()]
        return [*([one] for one in regulars), self._flow(entry, self._often(), shown, *waits, shown)]

    def _bought_together(self) -> list[Lines]:
        """Write a flow that shows products by what others bought."""
        pick = self.dice.pick
        if self.shows:
            return self._divided()
        self.kinds.append("order")
        basket = pick(("trigger.items", f"order.items{self._last()}", _CART_ITEMS, "last(order).items", f"view{self._last()}"))
        days = pick(("1 day", "2 days", "1 month"))
        windowed = (f"units sold in the last {days}", f"revenue in the last {days}", "discount, newest", "highest price")
        lines = ["from bought together with basket", *[f"rank by {pick(_RANKS)}"] * self.dice.chance(70)]
        lines += ["where in_stock"] * self.dice.chance(30)
        lines += [f"except order.items{self._last()}"] * self.dice.chance(25)
        lines += [f"at most {pick((1, 2))} per {pick(('category', 'manufacturer'))}"] * self.dice.chance(30)
        best = [f"from {pick(('catalog', 'bought by similar customers'))}", f"rank by {pick(windowed)}", "top 4"]
        rest = ["else best"] * self.dice.chance(40)
        clauses = [f"show also({basket}) top {pick((2, 2, 4))}{self.dice.maybe(30, lambda: ' at least 2 else skip')}"]
        clauses += [f"show {pick(('best', 'bought by similar customers'))} top {pick((2, 3))}"] * self.dice.chance(60)
        flow = self._flow(
            "on order", "enter every time", *self._wait() * self.dice.chance(40), 'send onsite "m1"', *indented(clauses)
        )
        self.shows = True
        declared = [["field product.full_price: money"], ["selection best", *indented(best)]]
        return [*declared, ["selection also(basket)", *indented([*lines, "top 5", *rest])], flow]
