"""Name the types of the language, as its messages call them."""

from __future__ import annotations

from typing import NamedTuple


class Type(NamedTuple):
    """What a value can be. `element` belongs to lists and streams, `kinds` to events and their lines, `options` to one-of."""

    name: str
    element: Type | None = None
    kinds: tuple[str, ...] = ()
    options: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.name == "list":
            return f"a list of {_PLURALS.get(self.element.name, 'values') if self.element else 'values'}"
        if self.name == "one of":
            return "one of " + ", ".join(f'"{option}"' for option in self.options)
        return _PHRASES[self.name]


_PHRASES = {
    "text": "a text",
    "number": "a number",
    "money": "an amount of money",
    "date": "a date",
    "yearly date": "a yearly date",
    "time": "a time of day",
    "moment": "a moment",
    "duration": "a length of time",
    "moving duration": "a time since or until something",
    "condition": "a yes or no",
    "weekday": "a day of the week",
    "event": "an event",
    "line": "a line of an order",
    "product": "a product",
    "stream": "a stream of events",
    "customer": "the customer",
    "cart": "the cart",
    "unknown": "something",
}
_PLURALS = {
    "text": "texts",
    "number": "numbers",
    "money": "amounts of money",
    "date": "dates",
    "moment": "moments",
    "line": "lines",
    "duration": "lengths of time",
    "weekday": "days of the week",
}

TEXT = Type("text")
NUMBER = Type("number")
MONEY = Type("money")
DATE = Type("date")
YEARLY_DATE = Type("yearly date")
TIME = Type("time")
MOMENT = Type("moment")
DURATION = Type("duration")
MOVING = Type("moving duration")
"""What `time since X` and `time until X` are: they change with the clock, so they may only be compared."""
CONDITION = Type("condition")
WEEKDAY = Type("weekday")
CUSTOMER = Type("customer")
CART = Type("cart")
PRODUCT = Type("product")
UNKNOWN = Type("unknown")
"""The type of what was already reported as wrong; it fits everywhere, so that nothing is reported twice."""


def list_of(element: Type) -> Type:
    return Type("list", element)


def event_of(*kinds: str) -> Type:
    return Type("event", kinds=kinds)


def line_of(*kinds: str) -> Type:
    return Type("line", kinds=kinds)


def one_of(*options: str) -> Type:
    return Type("one of", options=options)


def is_text(type_: Type) -> bool:
    return type_.name in ("text", "one of")
