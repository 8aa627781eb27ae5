"""Write values for people: in the texts of messages, and in what a journal line saw."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import lru_cache

from cadenza.check.types import Type
from cadenza.engine.clock import Zone
from cadenza.values import DAY, HOUR, MINUTE, SECOND, Length, Number, Value, half_up

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAIVE_EPOCH = datetime(1970, 1, 1)
_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_MOST_DECIMALS = 6
_REST = [f"{minutes:02}:{seconds:02}" for minutes in range(60) for seconds in range(60)]
"""What follows the hour, for each second of it: a replay writes an instant in each line."""


@lru_cache(maxsize=1 << 14)
def _hour(hours: int) -> str:
    return (_NAIVE_EPOCH + timedelta(hours=hours)).isoformat()[:14]


def iso(instant: int) -> str:
    """Give an instant as ISO 8601 in UTC, microseconds only if there are any."""
    seconds, micros = divmod(instant, SECOND)
    hours, rest = divmod(seconds, 3600)
    return f"{_hour(hours)}{_REST[rest]}.{micros:06}Z" if micros else f"{_hour(hours)}{_REST[rest]}Z"


def number(value: Number, decimals: int = _MOST_DECIMALS) -> str:
    """Give a number in decimals, rounded half up, without zeros at the end."""
    if isinstance(value, int):
        return str(value)
    scaled = half_up(value * 10**decimals)
    whole, rest = divmod(abs(scaled), 10**decimals)
    text = f"{whole}.{rest:0{decimals}}".rstrip("0").rstrip(".")
    return f"-{text}" if scaled < 0 else text


def money(minor: Number, digits: int, currency: str) -> str:
    """Give an amount of minor units in major ones, with all decimals of the currency."""
    rounded = half_up(minor)
    whole, rest = divmod(abs(rounded), 10**digits)
    cents = f".{rest:0{digits}}" if digits else ""
    return f"{'-' if rounded < 0 else ''}{whole}{cents} {currency}"


def length(value: Length) -> str:
    """Give a length of time in words: `3 months`, `1 day 2 hours`."""
    months, days, micros = value
    more_days, micros = divmod(micros, DAY)
    hours, micros = divmod(micros, HOUR)
    minutes, micros = divmod(micros, MINUTE)
    seconds = Fraction(micros, SECOND)
    parts = [(months, "month"), (days + more_days, "day"), (hours, "hour"), (minutes, "minute")]
    words = [f"{amount} {unit}{'s' * (amount != 1)}" for amount, unit in parts if amount]
    if seconds or not words:
        words.append(f"{number(seconds)} second{'s' * (seconds != 1)}")
    return " ".join(words)


class Shower:
    """Writes the values of one shop, whose currency it knows."""

    def __init__(self, currency: str, digits: int) -> None:
        self._currency = currency
        self._digits = digits

    def text(self, value: Value, type_: Type, zone: Zone) -> str:
        """Give a value as a customer should read it; dates and times by the customer's own clock."""
        match type_.name, value:
            case "money", int() | Fraction():
                return money(value, self._digits, self._currency)
            case "number", int() | Fraction():
                return number(value)
            case "date", int():
                return date.fromordinal(value).isoformat()
            case "time", int():
                return f"{value // HOUR:02}:{value % HOUR // MINUTE:02}"
            case "moment", int():
                wall = _EPOCH + timedelta(microseconds=zone.wall(value))
                return wall.strftime("%Y-%m-%d %H:%M")
            case "weekday", int():
                return _WEEKDAYS[value]
            case "duration" | "moving duration", Length():
                return length(value)
            case "yearly date", (int(month), int(day)):
                return f"{month:02}-{day:02}"
        return str(value)

    def json(self, value: Value, type_: Type, zone: Zone) -> object:
        """Give a value for the journal: null where it is unknown, whole numbers as numbers, moments in UTC."""
        if value is None or type_.name == "condition":
            return value
        if type_.name == "number" and isinstance(value, int | Fraction) and value.denominator == 1:
            return int(value)
        if type_.name == "moment" and isinstance(value, int):
            return iso(value)
        if type_.name == "list" and isinstance(value, tuple):
            element = type_.element
            return [self.json(one, element, zone) if element else str(one) for one in value]
        return self.text(value, type_, zone)
