"""Write programs in which many things fall due at one instant: few kinds of event, few lengths of time, one time of day.

Where a program is made of whatever the language has, two things seldom meet; here waits, windows, limits, deadlines and calendars
are all of the same lengths, and so they end together.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from cadenza.values import DAY, HOUR, MINUTE, Length
from tests.support.generating.dice import Dice
from tests.support.generating.few import Few
from tests.support.generating.shops import PERIODS, Limit, Shop, limit
from tests.support.generating.steps import Lines, indented

if TYPE_CHECKING:  # the processes that change the engine import this file, and must not import the engine
    from cadenza.engine.clock import Zone

FIRST = 10_000
"""The programs from this number on are such; the timelines from four times this number on keep close to what they speak of."""

_KINDS = ("view", "visit", "cart", "click", "order", "review", "search", "checkout")
_LENGTHS = ("1 hour", "12 hours", "1 day", "1 day", "24 hours", "2 days", "7 days", "1 month", "1 month")
_TIMES = ("00:00", "02:30", "08:30", "09:00", "21:00", "23:30")
_CHANNELS = ("email", "email", "sms", "push", "onsite")
_ORDER = (">=", ">", "<", "<=")
_CLOCK = re.compile(r"\b(\d\d):(\d\d)\b")


def near(dice: Dice, first: int, zone: Zone, known: Sequence[Length], text: str) -> list[int]:
    """Give instants that keep close to what a program speaks of: its times of day, its lengths of time after one another."""
    times = sorted({int(hour) * HOUR + int(minute) * MINUTE for hour, minute in _CLOCK.findall(text)})
    found: list[int] = []
    for _ in range(dice.between(4, 24)):
        how = dice.below(20) if found else 19
        if how < 10 and known:
            found.append(zone.add(dice.pick(found), dice.pick(known)) + dice.pick((0, 0, 0, 0, 0, 0, -1, 1)))
        elif how < 13 and found:
            found.append(dice.pick(found))
        else:
            day = zone.day(first) + dice.below(18 if dice.chance(70) else 4)
            # A month after the last days of a month is often one and the same day.
            if dice.chance(60 if any(one.months for one in known) else 10):
                day = (date.fromordinal(day).replace(day=28) + timedelta(days=4)).replace(day=1).toordinal() - 1 - dice.below(3)
            time = dice.pick(times) if times and dice.chance(70) else dice.below(96) * 15 * MINUTE
            found.append(zone.at(day, time))
    return [at for at in found if first <= at < first + 60 * DAY]


class Knot(Few):
    """The flows of one program."""

    def __init__(self, dice: Dice, shop: Shop, flows: Sequence[str], *, starts: bool) -> None:
        edges = [f"{at // HOUR:02}:{at % HOUR // MINUTE:02}" for quiet in shop.quiet.values() for at in quiet]
        super().__init__(
            dice,
            dice.some(_KINDS, 3) or ["view", "order"],
            [dice.pick(_LENGTHS) for _ in range(dice.pick((1, 1, 2)))],
            [dice.pick(edges if edges and dice.chance(70) else _TIMES) for _ in range(dice.pick((1, 1, 2)))],
        )
        self.shop = shop
        self.flows = flows
        self.starts = starts

    def flow(self, name: str) -> tuple[Lines, list[Limit]]:
        """Write a flow, and its limits as facts."""
        lines = [self._entry() for _ in range(self.dice.pick((1, 1, 1, 2)))]
        limits: list[Limit] = []
        if self.dice.chance(30):
            line, fact = limit(self.dice, name, [one for one in self.lengths if one in PERIODS] or PERIODS)
            lines.append(line)
            limits.append(fact)
        return [f"flow {name}", *indented([*lines, *self._headers(), *self.steps(2, 5)])], limits

    # -- Who enters ---------------------------------------------------------------------------------------------------

    def _entry(self) -> str:
        return self.dice.weighted({self._on: 6, self._sequence: 3, self._when: 4, self._calendar: 5})()

    def _on(self) -> str:
        return f"on {self.kind()}{self.dice.maybe(15, lambda: f' or {self.kind()}')}{self.dice.maybe(10, self._where)}"

    def _where(self) -> str:
        return f" where {self.condition()}"

    def _sequence(self) -> str:
        line = f"on {self.kind()}"
        for _ in range(self.dice.pick((1, 1, 2))):
            line += f" then {self.dice.pick(('', '', 'no '))}{self.kind()} within {self.length()}"
        return line

    def _when(self) -> str:
        return f"when {self.condition()}{self.dice.maybe(30, lambda: ', including those already')}"

    def _calendar(self) -> str:
        return self.dice.made(
            lambda: f"every day at {self.time()}",
            lambda: f"every day at {self.time()}",
            lambda: f"every month on day {self.dice.pick((1, 29, 30, 31))} at {self.time()}",
            lambda: f"every {self.dice.pick(('sunday', 'monday, thursday'))} at {self.time()}",
            lambda: f"{self.length()} after {self._event()}",
            lambda: f"{self.length()} after {self._event()}",
            lambda: f"1 day {self.dice.pick(('before', 'after'))} customer.birthday at {self.time()}",
            lambda: f"every year on {self.dice.pick(('customer.birthday', '29 february', '29 march'))} at {self.time()}",
        )

    def _event(self) -> str:
        return f"{self.dice.pick(('first', 'last'))}({self.kind()})"

    # -- Headers ------------------------------------------------------------------------------------------------------

    def _headers(self) -> Lines:
        pick, maybe = self.dice.pick, self.dice.maybe
        often = "again" if self.starts else "every time"
        reentry = (f"again after {self.length()}", "again, starting over", "again, starting over", "once", often, often)
        found = [
            maybe(25, lambda: f"for {self.condition()}"),
            maybe(15, lambda: f"while {self._within()}"),
            maybe(60, lambda: f"enter {pick(reentry)}"),
            maybe(20, lambda: f"leave on {self.kind()}"),
            maybe(12, lambda: f"leave when {self._within()}"),
            maybe(30, lambda: f"goal {self.kind()} within {self.length()}"),
            maybe(40, lambda: f"priority {pick((1, 1, 2))}"),
            maybe(35, lambda: "group g"),
            maybe(6, lambda: "holdout 30%"),
        ]
        return [line for line in found if line]

    # -- Conditions ---------------------------------------------------------------------------------------------------

    def condition(self) -> str:
        joined = self.dice.pick((" and ", " or ")) if self.dice.chance(15) else ""
        return joined.join(self._condition() for _ in range(1 + bool(joined)))

    def _within(self) -> str:
        """Write a condition of a run, which may ask what came since its trigger."""
        if self.dice.chance(75):
            return self.condition()
        return f"count({self.kind()} since trigger) {self.dice.pick(_ORDER)} {self.dice.pick((1, 1, 2))}"

    def _condition(self) -> str:
        pick, kind, length = self.dice.pick, self.kind, self.length
        return self.dice.made(
            lambda: f"count({kind()} in the last {length()}) {pick(_ORDER)} {pick((1, 1, 2, 3))}",
            lambda: f"count({kind()} in the last {length()}) {pick(_ORDER)} {pick((1, 1, 2, 3))}",
            lambda: f"any({kind()} in the last {length()})",
            lambda: f"not any({kind()} in the last {length()})",
            lambda: f"count({kind()}) {pick(('>=', '>', '='))} {pick((1, 2, 3))}",
            lambda: f"time since {self._event()} {pick(_ORDER)} {length()}",
            lambda: f"time since {self._event()} {pick(_ORDER)} {length()}",
            lambda: f"time until ({length()} after {self._event()}) {pick(_ORDER)} {length()}",
            lambda: f"inside {pick(self.flows)}",
            lambda: f"inside {pick(self.flows)}",
            lambda: f"customer.score {pick(_ORDER)} {pick((1, 2, 3, 5))}",
            lambda: 'customer.tags contains "t1"',
            lambda: f"now.time {pick(_ORDER)} {self.time()}",
            lambda: f"now {pick(_ORDER)} {length()} after {self._event()}",
            lambda: f'any(sent "{pick(("m1", "m2"))}" in the last {length()})',
        )

    # -- Steps --------------------------------------------------------------------------------------------------------

    def steps(self, depth: int, most: int) -> Lines:
        return [line for _ in range(self.dice.between(1, most)) for line in self._step(depth)]

    def _step(self, depth: int) -> Lines:
        makers = {self._send: 8, self._wait: 8, self._wait_for: 3, self._effect: 7}
        return self.dice.weighted(makers | ({self._if: 2, self._repeat: 2, self._split: 1} if depth > 0 else {}))(depth)

    def _block(self, depth: int) -> Lines:
        return indented(self.steps(depth - 1, 2))

    def _send(self, depth: int) -> Lines:
        head = f"send {self.dice.pick(_CHANNELS)}"
        if self.dice.chance(15):
            again = self.dice.maybe(70, lambda: f" again after {self.length()}")
            return [f'{head} next of "m1", "m2"{again}']
        if self.dice.chance(10):
            return [f'{head} "receipt"', "  transactional"]
        coupon = f'  coupon "c1" 10% off{self.dice.maybe(80, lambda: f" for {self.length()}")}'
        return [f'{head} "{self.dice.pick(("m1", "m2", "m3"))}"', *[coupon] * self.dice.chance(25)]

    def _wait(self, depth: int) -> Lines:
        if self.dice.chance(35):
            return [f"wait {self.length()}"]
        until = self.dice.made(
            self.time,
            lambda: f"{self.dice.pick(('monday', 'sunday', 'thursday'))} at {self.time()}",
            lambda: f"{self.length()} after trigger.at",
            lambda: f"{self.length()} after {self._event()}",
            self._within,
            self._within,
            self._within,
        )
        return [f"wait until {until}{self.dice.maybe(75, lambda: f' up to {self.length()}')}", *self._ways(depth)]

    def _wait_for(self, depth: int) -> Lines:
        return [f"wait for {self.kind()} up to {self.length()}", *self._ways(depth)]

    def _ways(self, depth: int) -> Lines:
        """Write what is done when what was awaited came; what else is done only stands with that."""
        return self._block(depth) if depth > 0 and self.dice.chance(30) else []

    def _effect(self, depth: int) -> Lines:
        pick, length = self.dice.pick, self.length
        return [
            self.dice.made(
                lambda: f"add {pick((1, 2, 3))} points to customer.score{self.dice.maybe(70, lambda: f' for {length()}')}",
                lambda: f"add {pick((1, 2, 3))} points to customer.score for {length()}",
                lambda: f"take {pick((1, 2, 4))} points from customer.score",
                lambda: 'tag "t1"',
                lambda: 'untag "t1"',
                lambda: f'{pick(("", "un"))}subscribe "news"',
                lambda: f'issue coupon "c1" 10% off for {length()}',
                lambda: f"start {pick(self.flows)}" if self.starts else 'tag "t1"',
                lambda: f"stop {pick(self.flows)}" if self.dice.chance(40) else 'untag "t1"',
            )
        ]

    def _if(self, depth: int) -> Lines:
        lines = [f"if {self._within()}", *self._block(depth)]
        return [*lines, "else", *self._block(depth)] if self.dice.chance(50) else lines

    def _repeat(self, depth: int) -> Lines:
        head = f"repeat {self.dice.pick((2, 3))} times"
        return [head, *self._block(depth), *indented([f"wait {self.length()}"])]

    def _split(self, depth: int) -> Lines:
        arms = [line for arm in "ab" for line in (f"50% {arm}", *self._block(depth))]
        return [f"split {self.dice.pick(('', 'afresh '))}s", *indented(arms)]
