"""List the words that every shop's data share: events with their fields and main fields, customers, products, channels.

The tables of the reference are generated from here.
"""

from __future__ import annotations

from typing import NamedTuple

from cadenza.check.types import CONDITION, DATE, DURATION, MOMENT, MONEY, NUMBER, TEXT, YEARLY_DATE, Type, line_of, list_of


class EventKind(NamedTuple):
    """A kind of event: its fields in the order of the reference, and the one that `on click "x"` matches.

    `outside` kinds come from the shop's data, the others from flows; `lines` says that `items` are lines with a quantity
    and a price; `rank` is its place among events of one instant (semantics 4.1).
    """

    name: str
    fields: dict[str, Type]
    main: str | None
    outside: bool
    rank: int
    says: str

    @property
    def lines(self) -> bool:
        return "items" in self.fields


PRODUCT_FIELDS: dict[str, Type] = {
    "sku": TEXT,
    "title": TEXT,
    "category": TEXT,
    "manufacturer": TEXT,
    "price": MONEY,
    "released": DATE,
    "stock": NUMBER,
    "image": TEXT,
    "url": TEXT,
}
LINE_FIELDS: dict[str, Type] = {
    "sku": TEXT,
    "quantity": NUMBER,
    "price": MONEY,
    **{name: type_ for name, type_ in PRODUCT_FIELDS.items() if name not in ("sku", "price")},
}
CUSTOMER_FIELDS: dict[str, Type] = {
    "id": TEXT,
    "email": TEXT,
    "phone": TEXT,
    "push_token": TEXT,
    "messenger_id": TEXT,
    "name": TEXT,
    "first_name": TEXT,
    "last_name": TEXT,
    "gender": TEXT,
    "language": TEXT,
    "country": TEXT,
    "city": TEXT,
    "postcode": TEXT,
    "time_zone": TEXT,
    "birthday": YEARLY_DATE,
    "created": MOMENT,
    "preferred_channel": TEXT,
    "consent_email": CONDITION,
    "consent_sms": CONDITION,
    "consent_push": CONDITION,
    "consent_whatsapp": CONDITION,
    "consent_messenger": CONDITION,
}
CUSTOMER_LISTS = {"tags": list_of(TEXT), "subscriptions": list_of(TEXT)}

# Where a message of a channel is sent to; a shop shows `onsite` to whoever comes.
ADDRESSES: dict[str, str | None] = {
    "email": "email",
    "sms": "phone",
    "push": "push_token",
    "whatsapp": "phone",
    "messenger": "messenger_id",
    "onsite": None,
}
CHANNELS = tuple(ADDRESSES)

# What a limit may count: the word in singular and plural, and the channel it means.
LIMIT_NOUNS: dict[str, str | None] = {
    "message": None,
    "messages": None,
    "email": "email",
    "emails": "email",
    "sms": "sms",
    "push": "push",
    "pushes": "push",
    "whatsapp": "whatsapp",
    "messenger": "messenger",
    "onsite": "onsite",
}


def _outside(names: str) -> dict[str, EventKind]:
    """Read the table below: name, main field or a dash, then fields with types, then what it says."""
    kinds = {}
    for rank, row in enumerate(line for line in names.strip().splitlines()):
        kinds.update(_kind(row, rank, outside=True))
    return kinds


def _kind(row: str, rank: int, *, outside: bool) -> dict[str, EventKind]:
    name, main, fields, says = (cell.strip() for cell in row.split("|"))
    typed = {}
    for field in filter(None, (one.strip() for one in fields.split(","))):
        word, _, type_ = field.partition(":")
        typed[word] = list_of(line_of(name)) if type_ == "lines" else _TYPES[type_]
    typed["at"] = MOMENT
    return {name: EventKind(name, typed, None if main == "-" else main, outside, rank, says)}


_TYPES = {"": TEXT, "money": MONEY, "number": NUMBER, "moment": MOMENT, "duration": DURATION}

# In the order in which events of one instant are taken in (semantics 4.1).
OUTSIDE = _outside(
    """
    back_in_stock | sku     | sku, title, category, manufacturer, price:money | what was looked at is in stock again
    price_drop   | sku      | sku, title, category, manufacturer, price:money, old_price:money | what was looked at costs less
    new_product  | sku      | sku, title, category, manufacturer, price:money | a product of a manufacturer or category they know
    signup       | source   | source                                          | a customer makes an account
    subscribe    | list     | list, channel                                   | a customer joins a mailing list
    visit        | path     | path, url                                       | a page of the shop is seen
    search       | query    | query                                           | a customer searches the shop
    view         | sku      | sku, title, category, manufacturer, price:money | a product's page is seen
    exit_intent  | path     | path, url                                       | a customer is about to close the page
    cart         | -        | items:lines, total:money                        | the cart changed: what is in it now
    empty_cart   | -        |                                                 | the cart was emptied
    checkout     | -        | items:lines, total:money                        | a customer began to pay
    order        | id       | id, items:lines, total:money, discount:money, coupon | an order was placed
    shipment     | order_id | order_id, items:lines                           | an order was sent out
    delivery     | order_id | order_id, items:lines                           | an order arrived
    cancellation | order_id | order_id, items:lines                           | an order was cancelled
    return       | order_id | order_id, items:lines                           | goods came back
    review       | sku      | sku, rating:number, text                        | a product was reviewed
    open         | message  | message, channel                                | a message was opened
    click        | message  | message, channel, url                           | a link of a message was followed
    bounce       | message  | message, channel, kind                          | a message came back; kind: hard or soft
    unsubscribe  | list     | list, channel                                   | a customer leaves a list, or all of a channel
    complaint    | message  | message, channel                                | a message was reported as spam
    """
)
_FROM_FLOWS = """
    sent         | message  | message, channel, flow                          | a message went out
    tagged       | tag      | tag                                             | a tag was put on a customer
    untagged     | tag      | tag                                             | a tag was taken off
    changed      | field    | field                                           | a field of the customer was set
    points       | score    | score, amount:number                            | points were added, taken, or expired
    coupon_issued | coupon  | coupon, code, offer, ends:moment              | a coupon was issued
    coupon_redeemed | coupon | coupon, code, order_id                       | an order carried a live coupon
    coupon_expired | coupon | coupon, code                                  | a coupon came to its end unused
    entered      | flow     | flow                                            | a customer entered a flow
    left         | flow     | flow, reason                                    | a run of a flow ended before its last step
    finished     | flow     | flow                                            | a run of a flow ended with its last step
    """
FROM_FLOWS = {
    name: kind
    for rank, row in enumerate(_FROM_FLOWS.strip().splitlines())
    for name, kind in _kind(row, len(OUTSIDE) + rank, outside=False).items()
}
EVENTS: dict[str, EventKind] = OUTSIDE | FROM_FLOWS
SHOP_EVENTS = ("back_in_stock", "price_drop", "new_product")
"""What the shop brings about, not a customer: it comes before all else of its instant (semantics 4.1)."""
HISTORIES = ("stock", "price")
"""Tables of the data folder that say how a field of products changed; each is called like its field."""
TABLES = ("customers", "products", "order_items", *HISTORIES)
"""Tables of the data folder that hold no events."""
SHORT_NAMES = {"coupon": "coupon_issued"}
"""Other names of events: `last(coupon "welcome").ends`."""

# Every reason with what it says; a limit's reason is its text, such as `limit per day`.
REASONS: dict[str, str] = {
    "inactive": "the flow is not active on this day",
    "reentry": "the flow's `enter` line does not let this customer in again yet",
    "audience": "the flow's `for` condition does not hold",
    "while": "the flow's `while` condition does not hold",
    "leave when": "the flow's `leave when` condition holds",
    "leave on": "an event of the flow's `leave on` line came",
    "group": "a stronger flow of the group has the customer",
    "takeover": "a stronger flow of the group took the customer over",
    "restart": "the flow lets the customer start over",
    "stop": "a `stop` step",
    "stopped": "too many steps at one instant",
    "already sent": "all messages of `next of` were sent before",
    "no address": "the customer has no address for the channel",
    "consent": "the channel is closed: the customer has not agreed, unsubscribed, complained, or mail bounced",
    "shortage": "fewer products were found than the message must show",
    "quiet hours": "it is a quiet time for the channel",
    "left": "the run left while the message was held",
    "expired": "the points were given for a time that is over",
    "unknown": "what was to be waited for is not known, so the run goes on at once",
}

# Words that nothing a program declares may be called; fields of the data may.
RESERVED = frozenset(
    "and or not in is no yes if else where then since until for last time expect contains starts ends before after "
    "monday tuesday wednesday thursday friday saturday sunday customer trigger today now catalog".split()
)
