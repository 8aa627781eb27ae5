"""Write programs in forms that the others do not take: calls with several values, long lists, declarations of little."""

from __future__ import annotations

from tests.support.generating.corners import Corner
from tests.support.generating.dice import Dice
from tests.support.generating.shops import Shop
from tests.support.generating.steps import Lines, indented
from tests.support.generating.words import ZONES

FIRST = 40_000
"""The programs from this number on are such."""

_QUIET = {
    "saturday, sunday, 2026-03-30": ((5, 6), ()),
    "holidays, 2026-03-30, tuesday": ((1,), ("2026-02-02",)),
    "holidays": ((), ("2026-03-29, 2026-10-25, 2026-02-01",)),
}
_EVENTS = ("event scan(place: text)", "event scan(worth: money)", "event scan()", "event scan")
_KEPT = {
    "steady": "segment steady(least = 2, period = 5 days) where count(order in the last period) >= least",
    "pieces": "value pieces(things, least = 0, each = 1) = (count(things) - least) * each",
}
_EMPTY = ["table empty", *indented(['"Nothing yet."', "thing, size"])]
_LAST = ["after 1 day", "  expect nothing else"]
_TEST = ['test "nothing comes of nothing"', *indented(["customer anna", "at 2026-04-01 10:00", "after 2 days", *_LAST])]


def shop(dice: Dice, currency: str) -> tuple[Lines, Shop]:
    """Write a shop with many quiet days, or with one holiday."""
    zone, quiet = dice.pick(ZONES), dice.pick(tuple(_QUIET))
    days, holidays = _QUIET[quiet]
    quoted = '"' * dice.chance(50)
    lines = [f"time zone {quoted}{zone}{quoted}", f"currency {currency}"]
    lines += [f"quiet days {quiet}", *(f"holidays {one}" for one in holidays)]
    facts = Shop(zone, currency, {}, frozenset(days), frozenset(), (), holdout=False)
    return ['shop "Bottega"', *indented(lines)], facts


class Form(Corner):
    """The parts of one program; `others` are the files that it uses."""

    def __init__(self, dice: Dice, currency: str) -> None:
        super().__init__(dice, currency)
        self.kinds.append("scan")
        self.lengths.append(dice.pick(("1.5 hours", "90 seconds", "2 weeks", "1 day 12 hours")))
        self.others: dict[str, str] = {}

    def parts(self) -> list[Lines]:
        lent = self.dice.some(tuple(_KEPT), 2)
        if lent:
            self.others["kept"] = "\n\n".join(_KEPT[one] for one in lent) + "\n"
        uses = [[f"use {self.dice.pick(('lib.kept', 'of.the.shop.kept'))} ({', '.join(lent)})"]] if lent else []
        own = [[text] for name, text in _KEPT.items() if name not in lent]
        declared = [[self.dice.pick(_EVENTS)], ['field customer.only: one of "x"'], *own]
        declared.append(self.dice.pick((_EMPTY, _EMPTY[:1] + _EMPTY[2:])))
        tests = [_TEST] if self.dice.chance(10) else []
        return [
            *uses,
            *declared,
            *super().parts(),
            *self._listed(),
            *self._given(),
            self._many_days(),
            *self._hard(),
            *self._corner(),
            *tests,
        ]

    # -- What is asked ------------------------------------------------------------------------------------------------

    def window(self) -> str:
        return super().window() + (super().window() if self.dice.chance(15) else "")

    def number(self) -> str:
        return self.dice.made(super().number, super().number, self._pieces, self._of_many)

    def _single(self) -> str:
        return self.dice.made(super()._single, super()._single, self._steady, self._of_empty, self._turned)

    def _headers(self, chance: int = 25) -> Lines:
        return [*super()._headers(chance), *["holdout 30%"] * self.dice.chance(chance // 3)]

    def _entry(self) -> str:
        yearly = f"{self.dice.pick(('1 day', '2 years', '5 years'))} {self.dice.pick(('before', 'after'))} customer.birthday"
        return f"{yearly} at {self.time()}" if self.dice.chance(15) else super()._entry()

    def _turned(self) -> str:
        """Ask with the sides changed, for what may move, or of whoever may have entered at this very instant."""
        pick, kind, sign = self.dice.pick, self.kind, self.dice.pick((">=", ">", "<", "<="))
        day, later = f"last({kind()}).at.date", pick(("5 years", "1 day + 1 month"))
        return pick((
            f"last({kind()}).at {sign} now", f"now {sign} {self.length()} after last({kind()})", f'"silver" {sign} customer.tier',
            f"customer.cycle {sign} {pick(('1 month', '2 months'))}", f"{pick(('', 'not '))}inside {pick(('f1', 'f2'))}",
            f"(time since last({kind()}) >= {self.length()} and not inside f1)", f"any({kind()} before {day})",
            f"count({kind()} since {day}) {sign} {pick((1, 2))}", f"count({kind()} since customer.birthday + {later}) {sign} 1",
            f"first(order.items).quantity {sign} 1", 'last(order.items).sku = "s1"', 'last(order.items.sku) != "s2"',
            f"average(last(order).items.quantity) {sign} 2", 'any(order.items where sku = "s1" and quantity > 1)',
            f"sum(order.total since last({kind()}).at) {sign} {self.amount()}", "customer.birthday + 1 day + 1 month > today",
        ))  # fmt: skip

    def _pieces(self) -> str:
        """Call with a stream, cut by one window or two."""
        windows = f"{self._last()}{self.dice.maybe(60, lambda: f' since {self._since()}')}"
        if self.dice.chance(40):
            windows = f" since {self._since()}{self.dice.maybe(60, self._last)}"
        more = self.dice.pick(("", ", ", ", least = ", ", 1, ", ", each = "))
        more += self._small() if more else ""
        return f"pieces({self.kind()}{windows}{more})"

    def _since(self) -> str:
        return self.dice.pick((f"last({self.kind()})", f"first({self.kind()})", "today", "2026-02-01", "2026-03-29 02:30"))

    def _small(self) -> str:
        return self.dice.pick(("0", "1", "2", f"count({self.kind()})"))

    def _of_many(self) -> str:
        kinds = " or ".join(dict.fromkeys((self.kind(), "view", "order", "click", "visit")))
        return self.dice.pick((f"count({kinds}{self._last()})", f"count(({kinds}){self.window()})"))

    def _steady(self) -> str:
        one, two = self._small(), self.length()
        given = ("", one, f"{one}, {two}", f"period = {two}", f"period = {two}, least = {one}", f"{one}, period = {two}")
        return self.dice.pick((*[f"steady({values})" for values in given], "steady"))

    def _of_empty(self) -> str:
        asked = self.dice.pick(('any(empty where thing = "x")', "any(empty)", "count(empty) > 0", 'customer.only = "x"'))
        return f"({self.dice.maybe(50, lambda: 'not ')}{asked} or {self._count()})"

    # -- Flows --------------------------------------------------------------------------------------------------------

    def _many_days(self) -> Lines:
        days = self.dice.pick(("monday, wednesday, sunday", "saturday, sunday, monday, tuesday", "friday"))
        return self._flow(f"every {days} at {self.time()}", *self._headers(), *self._says())

    def _hard(self) -> list[Lines]:
        return self.dice.made(self._taken_back, self._moving, self._moving, self._at_once)

    def _taken_back(self) -> list[Lines]:
        """Write a wait that time ends, at the very instant at which somebody enters whom it is not to meet."""
        kind, length, other = self.kind(), self.length(), f"f{len(self.flows) + 2}"
        asked = self.dice.pick((f"now >= {length} after last({kind})", f"time since last({kind}) >= {length}"))
        up_to = self.dice.maybe(60, lambda: f" up to {self.dice.pick(('40 days', self.length()))}")
        ways = self._ways() if up_to else indented(self._says(0))
        waiting = self._flow(f"on {kind}", self._often(), f"wait until {asked} and not inside {other}{up_to}", *ways)
        return [waiting, self._flow(f"{length} after last({kind})", f"wait {self.dice.pick(('1 hour', length))}")]

    def _moving(self) -> list[Lines]:
        """Write a watch over what came since a day, or before one, that an event moves."""
        day = self.dice.pick((f"last({self.kind()}).at.date", f"last({self.kind()}).at", "customer.created"))
        asked = self.dice.pick((f"count({self.kind()} since {day}) >= 2", f"any({self.kind()} before {day})"))
        return [self._flow(f"when {asked}", self._often(), *self._say())]

    def _at_once(self) -> list[Lines]:
        """Write flows that let in whoever is there at the beginning, and a promise that this breaks."""
        watch, sends = f"when count({self.kind()}) < 2, including those already", 'send onsite "m1"'
        return [["never the same message twice within 1 month"], *(self._flow(watch, self._often(), sends) for _ in range(2))]

    def _given(self) -> list[Lines]:
        """Write a flow that is given what its coupon is good for."""
        where = self.dice.maybe(60, lambda: f" where total >= {self.amount()}")
        lasting = self.dice.maybe(60, lambda: f" for {self.length()}")
        coupon = f'issue coupon "c1" deal{where}{lasting}'
        flow = self._flow(f"on {self.kind()}", self._often(), coupon, *self._wait(), *self._send())
        return [[f"{flow[0]}(deal = {self.dice.pick(('10% off', 'free shipping', 'buy 2 get 1'))})", *flow[1:]]]

    def _listed(self) -> list[Lines]:
        """Write a flow that shows products from several sources."""
        if self.shows or self.dice.chance(60):
            return []
        self.shows = True
        sources = ('products "s1", "s2", "t1"', "catalog", f"view{self._last()}", "order.items", "customer.cart.items")
        lines = [f"from {' and '.join(self.dice.some(sources, 5) or sources[:1])}", "rank by newest, lowest price", "top 3"]
        flow = self._flow(f"on {self.kind()}", "enter every time", 'send onsite "m1"', *indented(["show several top 3"]))
        return [["selection several", *indented(lines)], flow]
