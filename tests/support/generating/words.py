"""Name what a generated shop speaks of: the values that programs ask for are those that timelines hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from cadenza.check.types import CONDITION, MOMENT, MONEY, NUMBER, TEXT, Type
from cadenza.check.vocabulary import EVENTS as BUILT_IN_EVENTS
from cadenza.check.vocabulary import LINE_FIELDS, SHOP_EVENTS, EventKind
from cadenza.check.vocabulary import PRODUCT_FIELDS as BUILT_IN_PRODUCT_FIELDS
from tests.support.generating.dice import Dice

ZONES = ("Europe/Rome", "Australia/Lord_Howe", "America/New_York", "Asia/Tokyo", "UTC")
CURRENCIES = {"EUR": 2, "JPY": 0, "TND": 3}

# How often a program asks for a kind of event, and how often one comes.
OUTSIDE = {
    "order": 8, "cart": 5, "view": 4, "visit": 3, "click": 4, "open": 2, "signup": 1, "subscribe": 2, "unsubscribe": 1,
    "search": 1, "empty_cart": 2, "checkout": 1, "shipment": 1, "delivery": 1, "return": 1, "cancellation": 1, "review": 2,
    "exit_intent": 1, "bounce": 1, "complaint": 1,
}  # fmt: skip
FROM_FLOWS = {
    "sent": 5, "tagged": 3, "untagged": 1, "changed": 2, "points": 2, "entered": 1, "left": 1, "finished": 1,
    "coupon_issued": 1, "coupon_redeemed": 1, "coupon_expired": 1,
}  # fmt: skip
SCAN = EventKind(
    "scan",
    {"place": TEXT, "worth": MONEY, "level": NUMBER, "planned": MOMENT, "at": MOMENT},
    "place",
    True,
    len(BUILT_IN_EVENTS),
    "what a program may declare",
)
EVENTS = {**BUILT_IN_EVENTS, "scan": SCAN}
SELDOM = ("scan", *SHOP_EVENTS)
"""Kinds that come only to programs that name them."""
ABOUT_MESSAGES = ("sent", "open", "click", "bounce", "complaint")

MESSAGES = ("m1", "m2", "m3", "m4", "m5")
RECEIPTS = ("receipt", "invoice")
"""Messages that are always sent as transactional ones, and no others are."""
SHELF = ("s1", "s2", "s3", "s4", "s5", "s6")
"""The products of the shop; programs name the first three."""
CHANNELS = ("email", "sms", "push", "whatsapp", "messenger", "onsite")
TIERS = ("bronze", "silver", "gold")
FLOWS = ("f1", "f2", "f3")

TEXTS: Mapping[str, tuple[str, ...]] = {
    "message": MESSAGES,
    "list": ("news", "offers"),
    "channel": ("email", "sms", "push"),
    "sku": ("s1", "s2", "s3"),
    "category": ("wine", "bread"),
    "manufacturer": ("acme", "bolt"),
    "title": ("One", "Two"),
    "path": ("/", "/pricing"),
    "url": ("https://shop.example/", "https://shop.example/pricing"),
    "image": ("one.png",),
    "query": ("boots", "wax"),
    "source": ("web", "app"),
    "id": ("o1", "o2", "o3", "o4"),
    "order_id": ("o1", "o2", "o3", "o4"),
    "kind": ("hard", "soft"),
    "coupon": ("c1", "c2"),
    "code": ("X",),
    "offer": ("10% off", "free shipping"),
    "text": ("good", "bad"),
    "place": ("Rome", "Milan"),
    "tag": ("t1", "t2", "t3"),
    "field": ("tier", "vip", "age"),
    "score": ("score",),
    "flow": FLOWS,
    "reason": ("leave on", "stop"),
    "first_name": ("Anna", "Ben"),
    "name": ("Anna Rossi",),
    "language": ("it", "en"),
    "country": ("IT", "FR"),
    "city": ("Rome",),
    "preferred_channel": ("sms", "email", "pigeon"),
}
"""The texts that a field may hold, by its name."""

BUILT_IN = {
    "first_name": "text",
    "language": "text",
    "country": "text",
    "preferred_channel": "text",
    "birthday": "yearly date",
    "created": "moment",
    "consent_email": "condition",
    "consent_sms": "condition",
    "tags": "texts",
    "subscriptions": "texts",
}
# Fields that a program declares: how their type is called, and how it is written.
DECLARED = {
    "tier": ("one of", 'one of "bronze" or "silver" or "gold"'),
    "age": ("number", "number"),
    "budget": ("money", "money"),
    "renewal": ("date", "date"),
    "name_day": ("yearly date", "yearly date"),
    "best_time": ("time", "time"),
    "next_visit": ("moment", "moment"),
    "cycle": ("duration", "duration"),
    "vip": ("condition", "yes/no"),
    "nick": ("text", "text"),
    "hobbies": ("texts", "list of text"),
    "score": ("number", "number"),
}
PRODUCT_FIELDS = {"cost": "money", "full_price": "money", "accessories": "texts"}
"""What a program may declare of products."""
LITERALS = {
    "number": ("0", "1", "2", "2", "3", "10", "2.5", "50%"),
    "date": ("2026-03-29", "2026-10-25", "2026-04-05", "2026-11-01", "2026-02-28"),
    "time": ("00:00", "02:30", "09:30", "12:00", "23:45"),
    "moment": ("2026-03-29 02:30", "2026-10-25 02:30", "2026-04-05 01:45", "2026-11-01 01:30", "2026-03-08 12:00"),
    "duration": (
        "15 minutes",
        "1 hour 30 minutes",
        "1 hour",
        "12 hours",
        "1 day",
        "24 hours",
        "2 days",
        "5 days",
        "1 week",
        "1 month",
    ),
    "weekday": ("monday", "wednesday", "sunday"),
    "condition": ("yes", "yes", "no"),
    "one of": tuple(f'"{tier}"' for tier in TIERS),
}
SHOWN = ("text", "number", "money", "date", "moment", "time", "duration", "weekday", "yearly date", "one of")
"""The types that a text can show."""


_PRODUCT = {**BUILT_IN_PRODUCT_FIELDS, "in_stock": CONDITION, "due": CONDITION}


class Scope(NamedTuple):
    """What words mean in one place, as in the checker; a line of an order is a `line`, a product to choose a `product`."""

    element: tuple[str, ...] = ()
    trigger: tuple[str, ...] | None = None
    running: bool = False
    parameters: Mapping[str, str] = {}
    still: bool = False
    """Whether `now` itself has no place here, because something is worked out from it."""

    def of(self, *element: str) -> Scope:
        return self._replace(element=element)

    @property
    def fields(self) -> dict[str, str]:
        """The fields of what is looked at, by their bare names."""
        return fields_of(self.element)


class Listed(NamedTuple):
    """A selection: what its parameter is, if it has one, and how many products it gives at most, if that is said."""

    parameter: str | None
    top: int | None


class World:
    """What the program that is being made has declared so far."""

    def __init__(
        self, seed: int | str, currency: str, fields: Mapping[str, str], flows: tuple[str, ...], *, starts: bool
    ) -> None:
        self.seldom = Dice("seldom", seed)
        """Draws what few programs have, so that the others stay as they are."""
        self.shown = Dice("shown", seed)
        """Draws what messages show."""
        self.currency = currency
        self.fields = dict(fields)
        self.flows = flows
        self.starts = starts
        """Whether flows start each other; then none is entered every time, for their number would grow without end."""
        self.aliases: dict[str, tuple[str, ...]] = {}
        self.segments: dict[str, str | None] = {}
        """Each with its parameter, a length of time, if it has one."""
        self.values: dict[str, str] = {}
        """Each with its type; those of `counters` take a stream."""
        self.counters: list[str] = []
        self.scans = False
        """Whether the program declares a kind of event."""
        self.table: Mapping[str, str] = {}
        """The columns of the table that things are looked up in, with their types."""
        self.members: list[str] = []
        """Segments that are a question about the data alone."""
        self.among = False
        """Whether customers are compared with each other."""
        self.product_fields: tuple[str, ...] = ()
        """The fields of products that the program declares."""
        self.selections: dict[str, Listed] = {}
        self.sent: set[str] = set()
        self.coupons: set[str] = set()
        """The messages and coupons that flows send."""


def named(type_: Type) -> str:
    """Give the generator's word for a type."""
    if type_.name == "list" and type_.element is not None:
        return "lines" if type_.element.name == "line" else f"{type_.element.name}s"
    return type_.name


def fields_of(kinds: tuple[str, ...]) -> dict[str, str]:
    """Give the fields of an event of these kinds, of a line, or of a product, with their types."""
    found = {}
    for kind in kinds:
        fields = _PRODUCT if kind == "product" else LINE_FIELDS if kind == "line" else EVENTS[kind].fields
        found |= {name: named(type_) for name, type_ in fields.items()}
    return found
