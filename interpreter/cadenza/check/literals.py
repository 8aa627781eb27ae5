"""Work out literals: numbers, money, lengths of time, texts with expressions in them, dates and times."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import assert_never

from cadenza.check.findings import Report
from cadenza.check.rules import Rules, Scope
from cadenza.check.terms import AtTime, Constant, ListOf, Occurrence, Term, Written
from cadenza.check.types import (
    CONDITION,
    DATE,
    DURATION,
    MONEY,
    NUMBER,
    TEXT,
    TIME,
    UNKNOWN,
    YEARLY_DATE,
    list_of,
)
from cadenza.syntax import nodes as n
from cadenza.values import HOUR, MINUTE, SECOND, Length, exact

_ELAPSED = {"second": SECOND, "minute": MINUTE, "hour": HOUR}
_CALENDAR = {"day": (0, 1), "week": (0, 7), "month": (1, 0), "year": (12, 0)}
_SHOWN = ("text", "one of", "number", "money", "date", "moment", "time", "duration", "yearly date", "weekday")


def is_clock_time(node: n.ClockTime, report: Report) -> bool:
    """Whether a clock ever reads this, reporting where it does not."""
    if node.minutes < 24 * 60 and int(node.span.text.rpartition(":")[2]) <= 59:
        return True
    report.add("F0413", f"a clock never reads {node.span.text}", node.span, help="a day runs from 00:00 to 23:59")
    return False


class LiteralRules(Rules):
    def whole_number(self, node: n.Number | n.Name, scope: Scope) -> int | None:
        """Give a number of things, known before anything runs."""
        term = self.term(node, scope)
        if isinstance(term, Constant) and term.type == NUMBER and isinstance(term.value, int) and term.value > 0:
            return term.value
        if term.type != UNKNOWN:
            self.report.add("F0517", "this must be a whole number above zero", node.span, help="write 1, 2, 3 …")
        return None

    def literal(self, node: n.Literal, scope: Scope) -> Term:
        span = node.span
        match node:
            case n.Number(value=value):
                return Constant(span, exact(value), NUMBER)
            case n.Percent(value=value):
                return Constant(span, exact(value), NUMBER)
            case n.Money():
                return self.money(node)
            case n.Duration():
                return self.duration(node)
            case n.Text():
                return self.text(node, scope)
            case n.DayMoment():
                return self.day_moment(node)
            case n.ClockTime():
                return self.clock(node)
            case n.Yes():
                return Constant(span, True, CONDITION)
            case n.No():
                return Constant(span, False, CONDITION)
            case _:
                assert_never(node)

    def money(self, node: n.Money) -> Term:
        currency, digits = self.vocabulary.currency, self.vocabulary.digits
        written = node.span.text.removesuffix(node.currency).strip()
        decimals = len(written.partition(".")[2])
        if node.currency != currency:
            self.report.add(
                "F0404",
                f"the shop's money is {currency}, and this is {node.currency}",
                node.span,
                help=f"write the amount in {currency}, or change `currency` in `shop`",
            )
        elif decimals > digits:
            whole = written.replace(".", "")
            self.report.add(
                "F0405",
                f"{written} {currency} has more decimals than {currency} has",
                node.span,
                help=f"a thousand is written without a dot, {whole} {currency}; cents with {digits} digits, "
                f"{float(node.amount):.{digits}f} {currency}",
            )
        return Constant(node.span, exact(node.amount * 10**digits), MONEY)

    def duration(self, node: n.Duration) -> Term:
        months = days = 0
        micros = Fraction(0)
        sound = True
        for one in node.spans:
            unit = one.unit.name
            if unit in _ELAPSED:
                micros += one.amount * _ELAPSED[unit]
            elif one.amount.denominator != 1:
                sound = False
                self.report.add(
                    "F0418",
                    f"a {unit} is counted in the calendar, so there is no part of one",
                    one.span,
                    help="write it in a smaller unit, such as 36 hours",
                )
            else:
                months += _CALENDAR[unit][0] * int(one.amount)
                days += _CALENDAR[unit][1] * int(one.amount)
        return Constant(node.span, Length(months, days, int(micros)), DURATION) if sound else self.unknown(node.span)

    def text(self, node: n.Text, scope: Scope) -> Term:
        if not any(isinstance(part, n.Interpolation) for part in node.parts):
            return Constant(node.span, "".join(map(str, node.parts)) if node.parts else node.value, TEXT)
        return Written(node.span, tuple(self.piece(part, scope) for part in node.parts), TEXT)

    def piece(self, part: str | n.Interpolation, scope: Scope) -> str | tuple[Term, Term | None]:
        if isinstance(part, str):
            return part
        otherwise = None if part.otherwise is None else self.shown(part.otherwise, scope)
        return self.shown(part.value, scope), otherwise

    def shown(self, node: n.Expression | n.Offer, scope: Scope) -> Term:
        term = self.term(node, scope)
        if term.type.name not in _SHOWN and term.type != UNKNOWN:
            self.report.add(
                "F0420",
                f"a text cannot show {term.type}",
                node.span,
                help="show one of its fields, or what you know of it: {count(order)}",
            )
        if term.type == YEARLY_DATE:
            return Occurrence(node.span, term, "next", DATE)
        return term

    def day_moment(self, node: n.DayMoment) -> Term:
        try:
            day = date(node.year, node.month, node.day).toordinal()
        except ValueError:
            self.report.add(
                "F0413",
                f"there is no day {node.year}-{node.month:02}-{node.day:02}",
                node.span,
                help="a date is written year-month-day: 2026-11-27",
            )
            return self.unknown(node.span)
        if node.time is None:
            return Constant(node.span, day, DATE)
        return AtTime(node.span, Constant(node.span, day, DATE), self.clock(node.time))

    def clock(self, node: n.ClockTime) -> Term:
        if not is_clock_time(node, self.report):
            return self.unknown(node.span)
        return Constant(node.span, node.minutes * MINUTE, TIME)

    def list_term(self, node: n.List, elements: list[Term]) -> Term:
        types = {one.type for one in elements if one.type != UNKNOWN}
        if len(types) > 1:
            first, other = elements[0], next(one for one in elements if one.type != elements[0].type)
            self.report.add(
                "F0401",
                f"the items of a list are of one kind; `{first.span.text}` is {first.type}, and `{other.span.text}` {other.type}",
                other.span,
            )
            return self.unknown(node.span)
        return ListOf(node.span, tuple(elements), list_of(types.pop() if types else UNKNOWN))
