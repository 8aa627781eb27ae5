"""Check the shop: its clock, its money, and the rules that hold for every message."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import date
from fractions import Fraction

import attrs

from cadenza.check import program as p
from cadenza.check.currencies import DIGITS
from cadenza.check.findings import Report
from cadenza.check.literals import is_clock_time
from cadenza.check.splits import holdout
from cadenza.check.vocabulary import CHANNELS, LIMIT_NOUNS
from cadenza.syntax import nodes as n
from cadenza.syntax.source import Span
from cadenza.values import Length

_DEFAULT_CURRENCY = "EUR"
_CALENDAR_PERIODS = ("hour", "day", "week", "month", "year")

Zones = Callable[[], Collection[str]]
"""Gives the names of all time zones; asked only when a name has to be looked up."""


def find_shop(statements: Sequence[n.Statement], report: Report) -> n.Shop | None:
    shops = [one for one in statements if isinstance(one, n.Shop)]
    for other in shops[1:]:
        report.add(
            "F0314",
            "there is a second `shop`, and a project has one",
            other.title.span,
            help="put its lines into the first one",
            related=(("the first one", shops[0].title.span),),
        )
    return shops[0] if shops else None


def currency_of(shop: n.Shop | None, first: Callable[[], n.Money | None], report: Report) -> tuple[str, int]:
    """Give the shop's currency with its decimals; a project that names none has that of the first amount it writes."""
    named = next((line for line in shop.lines if isinstance(line, n.Currency)), None) if shop else None
    first_money = None if named else first()
    code = named.code if named else first_money.currency if first_money else _DEFAULT_CURRENCY
    if code not in DIGITS:
        span = named.span if named else first_money.span if first_money else None
        if span is not None:
            report.unknown_name(
                "F0602", f"`{code}` is not a currency", span, DIGITS, "write its code of three letters, such as EUR"
            )
    return code, DIGITS.get(code, 2)


@attrs.define(eq=False)
class ShopRules:
    """Everything about the `shop` block; `length` works out what must be a fixed length of time."""

    report: Report
    zones: Zones
    length: Callable[[n.Expression], Length | None]
    count: Callable[[n.Number | n.Name], int | None]

    def shop(self, node: n.Shop | None, currency: str, digits: int) -> p.Shop:
        lines = node.lines if node else ()
        zone = "UTC"
        hours: list[p.QuietHours] = []
        limits: list[p.Limit] = []
        consent: set[str] = set()
        holidays = {day for line in lines if isinstance(line, n.Holidays) for day in self.days(line.days)}
        weekdays: set[int] = set()
        dates: set[int] = set()
        held_out = Fraction(0)
        for line in lines:
            match line:
                case n.TimeZone(name=name):
                    zone = self.zone(name, line.span)
                case n.QuietHours():
                    hours += self.quiet_hours(line)
                case n.QuietDays(days=days):
                    weekdays |= {day.number for day in days if isinstance(day, n.Weekday)}
                    dates |= {one for day in days if isinstance(day, n.DayMoment) for one in self.days([day])}
                    dates |= holidays if any(isinstance(day, n.HolidaysWord) for day in days) else set()
                case n.RequireConsent(channels=channels):
                    consent |= {one.text for one in channels if self.channel(one)}
                case n.Limit():
                    limits += self.limit(line)
                case n.Holdout():
                    held_out = holdout(line, self.report)
                case _:
                    pass
        title = node.title.value if node and isinstance(node.title, n.Text) else ""
        return p.Shop(
            title,
            zone,
            currency,
            digits,
            tuple(hours),
            frozenset(weekdays),
            frozenset(dates),
            frozenset(consent),
            tuple(limits),
            held_out,
        )

    def zone(self, name: str, span: Span) -> str:
        zones = self.zones()
        if name in zones:
            return name
        self.report.unknown_name(
            "F0601", f"there is no time zone `{name}`", span, zones, "name a city of the zone: Europe/Rome, or UTC"
        )
        return "UTC"

    def channel(self, name: n.Name) -> bool:
        if name.text in CHANNELS:
            return True
        self.report.unknown_name(
            "F0316",
            f"there is no channel `{name.text}`",
            name.span,
            CHANNELS,
            f"the channels are: {', '.join(CHANNELS)}",
        )
        return False

    def quiet_hours(self, node: n.QuietHours) -> list[p.QuietHours]:
        if node.channel is not None and not self.channel(node.channel):
            return []
        start, end = is_clock_time(node.start, self.report), is_clock_time(node.end, self.report)
        if not (start and end):
            return []
        if node.start == node.end:
            self.report.add(
                "F0604",
                "quiet hours that end when they begin are either all day or never",
                node.span,
                help="give them an end, as in `quiet hours 21:00 to 08:30`",
            )
            return []
        minute = 60_000_000
        channel = node.channel.text if node.channel else None
        return [p.QuietHours(channel, node.start.minutes * minute, node.end.minutes * minute)]

    def days(self, days: Sequence[n.DayMoment]) -> list[int]:
        found = []
        for day in days:
            try:
                found.append(date(day.year, day.month, day.day).toordinal())
            except ValueError:
                self.report.add("F0413", f"there is no day {day.span.text}", day.span, help="write year-month-day")
        return found

    def limit(self, node: n.Limit) -> list[p.Limit]:
        """Check a limit of the shop or of a flow."""
        if node.noun.text not in LIMIT_NOUNS:
            self.report.unknown_name(
                "F0603",
                f"a limit counts messages, not `{node.noun.text}`",
                node.noun.span,
                LIMIT_NOUNS,
                f"it can count: {', '.join(dict.fromkeys(LIMIT_NOUNS))}",
            )
            return []
        count = self.count(node.count)
        hold = None if node.hold is None else self.length(node.hold)
        if count is None or (node.hold is not None and hold is None):
            return []
        channel = LIMIT_NOUNS[node.noun.text]
        whose = f" {channel}" if channel else ""
        if isinstance(node.period, n.Unit):
            if node.period.name not in _CALENDAR_PERIODS:
                self.report.add("F0605", "a limit counts by the hour or longer", node.period.span, help="write `per hour`")
                return []
            return [p.Limit(count, channel, node.period.name, None, hold, f"limit{whose} per {node.period.name}")]
        length = self.length(node.period)
        text = " ".join(node.period.span.text.split())
        return [] if length is None else [p.Limit(count, channel, None, length, hold, f"limit{whose} per {text}")]
