"""Make timelines: a customer with events of all kinds, often at the very instants that a program waits for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from cadenza.data import zones
from cadenza.engine.clock import Zone
from cadenza.values import DAY, HOUR, MINUTE, SECOND, Length
from tests.support.generating import rarities
from tests.support.generating.dice import Dice
from tests.support.generating.knots import FIRST, near
from tests.support.generating.words import (
    CURRENCIES,
    EVENTS,
    OUTSIDE,
    PRODUCT_FIELDS,
    SELDOM,
    SHELF,
    TEXTS,
    TIERS,
    ZONES,
    fields_of,
)

_EPOCH_DAY = 719163
# A few days before each clock is changed, and days on which nothing happens to any.
_FROM = ("2026-03-26", "2026-10-22", "2026-04-02", "2026-10-01", "2026-03-05", "2026-10-29", "2026-01-01")
_UNITS = {
    "minute": Length(0, 0, MINUTE),
    "hour": Length(0, 0, HOUR),
    "day": Length(0, 1, 0),
    "week": Length(0, 7, 0),
    "month": Length(1, 0, 0),
}
_LENGTH = re.compile(r"\b(\d+) (minute|hour|day|week|month)s?\b")
_LISTS = {"subscriptions": "list", "accessories": "sku"}
_WRITTEN = {"email": "a@shop.example", "phone": "+39", "push_token": "p", "messenger_id": "g"}

Row = tuple[str, int, Mapping[str, Any]]


class Life(NamedTuple):
    """One customer: their row, their events in the order of processing, and the period that is replayed.

    `columns` are the fields that the data have for customers at all. `others` are the other customers of the shop, of whom
    only the row and the events matter, and `products` is what it sells. `changes` of stock and price are given by product, field,
    instant and value, in the order of instants.
    """

    name: str
    fields: dict[str, Any]
    lists: dict[str, tuple[str, ...]]
    rows: list[Row]
    zone: Zone
    start: int
    until: int
    begins: int | None
    columns: frozenset[str]
    others: tuple[Life, ...] = ()
    products: tuple[Mapping[str, Any], ...] = ()
    changes: tuple[tuple[str, str, int, Any], ...] = ()


def life(seed: int, text: str, currency: str, home: str, fields: Mapping[str, str]) -> Life:
    """Make the timeline of a number for a program with this text, and those of a few others."""
    rare = seed >= 4 * rarities.FIRST
    own = _alone("anna", Dice("timeline", seed), text, currency, home, fields, close=seed >= 4 * FIRST, rare=rare)
    lonely = re.search(r"\b(percentile|similarity|show)\b", text) is None  # nobody asks about the others
    names = () if lonely else rarities.PEOPLE if rare else ("aaron", "zoe")
    others = [_alone(name, Dice("timeline", seed, name), text, currency, home, fields, close=rare, rare=rare) for name in names]
    known = {*own.fields, *own.lists}
    products = tuple(_products(Dice("products", seed), currency, own.start))
    return own._replace(
        others=tuple(_known_by(one, known, own.start) for one in others),
        products=products,
        changes=tuple(_changes(Dice("changes", seed), CURRENCIES[currency], products, own)),
    )


def _known_by(life: Life, names: set[str], start: int) -> Life:
    """Leave a customer only what the data have of customers."""
    fields = {name: value for name, value in life.fields.items() if name in names}
    begun = "created" in fields or any(kind == "signup" for kind, _, _ in life.rows)
    lists = {name: value for name, value in life.lists.items() if name in names}
    return life._replace(fields=fields, lists=lists, begins=life.begins if begun else None)


def _products(dice: Dice, currency: str, now: int) -> Iterator[dict[str, Any]]:
    """Make the products of the shop, one of which may be missing, and all they may have; some are to come."""
    row = _Row(dice, CURRENCIES[currency])
    types = {**fields_of(("product",)), **PRODUCT_FIELDS}
    for sku in SHELF if dice.chance(70) else SHELF[1:]:
        found = {name: row.value(name, type_, now) for name, type_ in types.items() if name not in ("sku", "in_stock", "due")}
        if found["released"] is not None:
            found["released"] -= dice.below(25)
        yield {name: value for name, value in found.items() if value is not None} | {"sku": sku}


def _changes(dice: Dice, digits: int, products: Sequence[Mapping[str, Any]], life: Life) -> list[tuple[str, str, int, Any]]:
    """Make changes of what products cost and of how many there are, some at the very instant of an event, or next to it."""
    row, found = _Row(dice, digits), {}
    for _ in range(dice.below(9)):
        field, type_ = dice.pick((("stock", "number"), ("price", "money")))
        at = dice.pick([life.start, *(at for _, at, _ in life.rows)]) + dice.pick((0, 0, -1, 1, -DAY, 6 * HOUR))
        value = row.value(field, type_, at)
        found[dice.pick(products)["sku"], field, at] = 0 if value is None else value
    return sorted([(*key, value) for key, value in found.items()], key=lambda one: one[2])


def _alone(
    name: str, dice: Dice, text: str, currency: str, home: str, fields: Mapping[str, str], *, close: bool, rare: bool
) -> Life:
    zone = zones.zone(dice.pick(ZONES) if dice.chance(25) else home)
    assert zone is not None
    first = zone.at(date.fromisoformat(dice.pick(rarities.DAYS if rare else _FROM)).toordinal())
    row = _Row(dice, CURRENCIES[currency], "" if name == "anna" else name)
    given = {name: value for name, type_ in fields.items() if (value := row.value(name, type_, first)) is not None}
    given |= {name: None if dice.chance(40) else value for name, value in _WRITTEN.items()} if dice.chance(40) else {}
    lists = {name: given.pop(name) for name in ("tags", "subscriptions") if name in given}
    named = set(re.findall(r"\w+", text))
    if close:
        instants = near(dice, first, zone, lengths(text), text) + (_at_the_end(dice, first, zone) if rare else [])
        kinds = {kind: 1 + 30 * (kind in named) for kind in OUTSIDE} | ({"scan": 20} if "scan" in named else {})
    else:
        instants = _instants(dice, first, zone, lengths(text))
        kinds = {kind: weight + 8 * (kind in named) for kind, weight in OUTSIDE.items()}
        kinds |= {kind: 6 for kind in SELDOM if kind in named}
    rows = [row.event(dice.weighted(kinds), at) for at in instants]
    if rare:
        rows = [(kind, at, rarities.befitting(dice, kind, given, name)) for kind, at, given in rows]
    rows.sort(key=lambda one: (one[1], EVENTS[one[0]].rank, str(one[2])))
    start = first + (dice.below(5 * DAY) if dice.chance(20) else 0)
    last = max([first, start, *instants])
    until = last if dice.chance(20) else last + dice.pick((5, 20, 45)) * DAY
    # Who has neither a day of beginning nor a signup was always there (semantics 3.3).
    begun = [at for kind, at, _ in rows if kind == "signup"] + [given[one] for one in ("created",) if one in given]
    begins = min([*begun, *instants]) if begun else None
    columns = frozenset({*given, *lists}) if dice.chance(75) else frozenset()
    return Life(
        name, {"id": name, **{k: v for k, v in given.items() if k not in lists}}, lists, rows, zone, start, until, begins, columns
    )


def lengths(text: str) -> list[Length]:
    """Give the lengths of time that a program speaks of."""
    found = {(int(number), unit) for number, unit in _LENGTH.findall(text)}
    return [Length(*(number * part for part in _UNITS[unit])) for number, unit in sorted(found)]


def _instants(dice: Dice, first: int, zone: Zone, known: list[Length]) -> list[int]:
    """Give instants: on a grid, at once with others, a length of the program after others, where the clock is changed."""
    found: list[int] = []
    for _ in range(0 if dice.chance(5) else dice.between(1, 24)):
        how = dice.below(10) if found else 9
        earlier = dice.pick(found) if found else first
        if how < 2:
            found.append(earlier)
        elif how < 6 and known:
            found.append(zone.add(earlier, dice.pick(known)) + dice.pick((0, 0, 0, -1, 1)))
        elif how == 6:
            found.append(min(zone.next_change(first), first + 12 * DAY) + dice.pick((0, 0, -1, -HOUR, HOUR // 2, HOUR)))
        else:
            found.append(first + dice.below(18 * 24 * 4) * 15 * MINUTE)
    return [at for at in found if first <= at < first + 60 * DAY]


def _at_the_end(dice: Dice, first: int, zone: Zone) -> list[int]:
    """Give a few instants of the last days of a month, which leave a window of a month in another order than they come."""
    days = [zone.day(first) + dice.below(4) for _ in range(dice.pick((0, 0, 2, 3, 4)))]
    return [zone.at(day, dice.below(24) * HOUR) for day in days]


class _Row:
    def __init__(self, dice: Dice, digits: int, owner: str = "") -> None:
        self.dice = dice
        self.owner = owner
        self.unit = 10**digits
        self.orders = 0

    def value(self, name: str, type_: str, now: int) -> Any:
        """Give the value of a field, or nothing: a third of all are missing."""
        dice = self.dice
        if dice.chance(33):
            return None
        match type_:
            case "text":
                return dice.pick(TEXTS.get(name, ("x", "y")))
            case "one of":
                return dice.pick(TIERS)
            case "number":
                return dice.pick((0, 1, 2, 3, 5, 10))
            case "money":
                return dice.pick((0, 1, 5, 10, 20, 50)) * self.unit
            case "date":
                return now // DAY + _EPOCH_DAY + dice.below(20)
            case "yearly date":
                return dice.pick(((3, 29), (4, 5), (2, 29), (10, 25), (11, 1), (1, 3)))
            case "time":
                return dice.pick((0, 2 * HOUR + 30 * MINUTE, 9 * HOUR, 23 * HOUR + 59 * MINUTE))
            case "moment":
                return now + dice.between(-10, 20) * DAY + dice.below(24) * HOUR
            case "duration":
                return dice.pick((Length(0, 2, 0), Length(0, 0, 36 * HOUR), Length(1, 0, 0), Length(0, 0, 90 * SECOND)))
            case "condition":
                return dice.chance(60)
            case "texts":
                return tuple(dice.some(TEXTS[_LISTS.get(name, "tag")], 2))
            case _:
                raise AssertionError(type_)

    def event(self, kind: str, at: int) -> Row:
        fields = {name: self.value(name, type_, at) for name, type_ in fields_of((kind,)).items() if name not in ("at", "items")}
        if "items" in EVENTS[kind].fields:
            fields["items"] = [self._line(at) for _ in range(self.dice.below(4))]
        if kind == "order":
            self.orders += 1
            fields["id"] = f"{self.owner}o{self.orders}"
        return kind, at, {name: value for name, value in fields.items() if value is not None}

    def _line(self, at: int) -> dict[str, Any]:
        found = {name: self.value(name, type_, at) for name, type_ in fields_of(("line",)).items()}
        found["sku"] = self.dice.pick((*TEXTS["sku"], *SHELF))
        return {name: value for name, value in found.items() if value is not None}
