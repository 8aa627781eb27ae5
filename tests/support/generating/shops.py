"""Make the shop of a program: its lines, and the same rules as facts, for what checks a journal by them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from cadenza.values import HOUR, MINUTE, Length
from tests.support.generating.dice import Dice
from tests.support.generating.steps import Lines, indented
from tests.support.generating.words import ZONES

_NOUNS = {"message": None, "messages": None, "email": "email", "sms": "sms", "pushes": "push", "onsite": "onsite"}
_LENGTHS = {"1 day": Length(0, 1, 0), "24 hours": Length(0, 0, 24 * HOUR), "7 days": Length(0, 7, 0), "1 month": Length(1, 0, 0)}
PERIODS = (*_LENGTHS, "hour", "day", "week", "month")


class Quiet(NamedTuple):
    """From and up to, in microseconds of the day."""

    start: int
    end: int


class Limit(NamedTuple):
    count: int
    channel: str | None
    period: str | Length
    flow: str | None


class Shop(NamedTuple):
    """What holds for every message; `quiet` by channel, None for all that have none of their own."""

    zone: str
    currency: str
    quiet: dict[str | None, Quiet]
    quiet_weekdays: frozenset[int]
    consent: frozenset[str]
    limits: tuple[Limit, ...]
    holdout: bool


def limit(dice: Dice, flow: str | None, periods: Sequence[str] = PERIODS) -> tuple[str, Limit]:
    """Give a limit as a line and as a fact."""
    noun = dice.pick(("message", "messages", "messages", *_NOUNS))
    count, period = dice.between(1, 3), dice.pick(periods)
    over = dice.pick(
        ("", ", else drop", " else drop", ", else wait up to 2 days", " else wait up to 12 hours", ", else wait up to 1 week")
    )
    fact = Limit(count, _NOUNS[noun], _LENGTHS.get(period, period), flow)
    return f"at most {count} {noun} per {period}{over}", fact


def shop(dice: Dice, currency: str) -> tuple[Lines, Shop]:
    zone = dice.pick(ZONES)
    quiet: dict[str | None, Quiet] = {}
    lines = [f"time zone {zone}", f"currency {currency}"]
    for channel in (None, "sms", "push"):
        if dice.chance(45 if channel is None else 15):
            hours = dice.pick(("21:00 to 08:30", "02:15 to 02:45", "12:00 to 14:00", "00:00 to 06:00", "23:30 to 02:30"))
            lines.append(f"quiet hours {f'{channel} ' if channel else ''}{hours}")
            quiet[channel] = Quiet(*(int(h) * HOUR + int(m) * MINUTE for h, m in re.findall(r"(\d+):(\d+)", hours)))
    days = {"": [], "sunday": [6], "saturday, sunday": [5, 6], "holidays": [], "2026-03-30, tuesday": [1]}
    quiet_days = dice.pick(list(days)) if dice.chance(40) else ""
    if quiet_days:
        lines += [f"quiet days {quiet_days}", *["holidays 2026-03-29, 2026-10-26"] * ("holidays" in quiet_days)]
    consent = dice.some(("email", "sms", "push"), 2) if dice.chance(35) else []
    if consent:
        lines.append(f"require consent for {', '.join(consent)}")
    limits = [limit(dice, None) for _ in range(dice.pick((0, 0, 1, 1, 2)))]
    holdout = dice.chance(10)
    lines += [*(line for line, _ in limits), *["holdout 40%"] * holdout]
    facts = Shop(
        zone, currency, quiet, frozenset(days[quiet_days]), frozenset(consent), tuple(fact for _, fact in limits), holdout
    )
    doc = ['"A shop of wine and bread."'] if Dice("shop", *lines).chance(15) else []
    return ['shop "Bottega"', *indented([*doc, *lines])], facts
