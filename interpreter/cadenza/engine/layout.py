"""Decide which fields of events, lines and customers a program looks at, and where in a tuple each stands.

What a program never names is never read; the data layer asks here.
"""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from cadenza.check import program as p
from cadenza.check import terms as t
from cadenza.check.vocabulary import ADDRESSES
from cadenza.engine.derive import Derived
from cadenza.records import Record

# Kinds that change what a customer is or may be sent, whether a program names them or not.
_CONSENT = ("subscribe", "unsubscribe", "complaint", "bounce")
_STATE_FIELDS = {
    "subscribe": ("list", "channel"),
    "unsubscribe": ("list", "channel"),
    "complaint": (),
    "bounce": ("channel", "kind"),
    "sent": ("message", "channel", "flow"),
    "open": ("message",),
    "click": ("message",),
    "cart": ("items", "total"),
}


@attrs.define(eq=False)
class Layout:
    """For each kind of event that matters, its fields in a fixed order, its instant first; the same for lines and customers."""

    events: dict[str, tuple[str, ...]]
    lines: tuple[str, ...]
    customer: tuple[str, ...]
    mains: dict[str, str | None]
    """The main field of each kind."""
    derived: tuple[Derived, ...] = ()
    products: tuple[str, ...] = ()
    """The fields of products that selections look at, the SKU first; none where nothing is shown."""
    of_this_flow: bool = False
    """Whether the program asks for events about messages of the run itself."""

    def place(self, kind: str, field: str) -> int:
        return self.events[kind].index(field)

    def line_place(self, field: str) -> int:
        return self.lines.index(field)


def layout_of(program: p.Program, derived: tuple[Derived, ...] = ()) -> Layout:
    look = _Look(program)
    for flow in program.flows:
        look.through(flow)
    for one in derived:
        look.through(one.where, ())
        look.lines |= {one.field} if one.field is not None else set()
        for kind in one.kinds:
            look.events.setdefault(kind, set()).add(one.name)
    look.through(program.promises)
    look.state()
    return Layout(
        {kind: ("at", *sorted(fields)) for kind, fields in sorted(look.events.items())},
        tuple(sorted(look.lines)),
        tuple(sorted(look.customer)),
        {kind.name: kind.main for kind in program.events.values()},
        derived,
        look.product_fields(),
        look.of_this_flow,
    )


@attrs.define(eq=False)
class _Look:
    program: p.Program
    events: dict[str, set[str]] = attrs.field(factory=dict)
    lines: set[str] = attrs.field(factory=set)
    customer: set[str] = attrs.field(factory=set)
    products: set[str] | None = None
    cart: bool = False
    sends: bool = False
    coupons: bool = False
    of_this_flow: bool = False

    def field(self, kinds: Iterable[str], name: str) -> None:
        for kind in kinds:
            fields = self.events.setdefault(kind, set())
            if name in self.program.events[kind].fields and name != "at":
                fields.add(name)

    def through(self, thing: object, element: tuple[str, ...] | None = None) -> None:  # noqa: C901 - one case for each construct
        """Look through a part of the program; `element` are the kinds a bare field belongs to, none of them for a line."""
        match thing:
            case tuple() | list():
                for one in thing:
                    self.through(one, element)
            case t.ElementField(name=name):
                if element:
                    self.field(element, name)
                else:
                    self.lines.add(name)
            case t.EventField(event=event, name=name):
                if event.type.name == "line":
                    self.lines.add(name)
                else:
                    self.field(event.type.kinds, name)
                self.through(event, element)
            case t.EachField(lines=lines, name=name):
                self.lines.add(name)
                self.through(lines, element)
            case t.CustomerField(name=name):
                self.customer.add(name)
                self.state_of(name)
            case t.CartField(name=name):
                self.cart = True
            case t.Pattern():
                self.pattern(thing)
            case t.EventStream():
                self.stream(thing, element)
            case t.ListStream(items=items, field=field, where=where):
                self.through(items, element)
                self.through(where, ())
                if field is not None:
                    self.lines.add(field)
            case t.Similarity():
                self.lines |= {"category", "price", "quantity"}
                self.fields_of(thing, element)
            case p.Set(field=name) | p.Points(score=name):
                self.customer.add(name)  # what it was says whether it changes
                self.fields_of(thing, element)
            case p.Subscribe():
                self.state_of("subscriptions")
            case p.Send():
                self.sends = True
                self.fields_of(thing, element)
            case p.Coupon():
                self.coupons = True
                self.fields_of(thing, element)
            case p.Selection(fields=names):
                self.products = {*(self.products or ()), *names}
                self.fields_of(thing, element)
            case Record():
                self.fields_of(thing, element)
            case _:
                pass

    def product_fields(self) -> tuple[str, ...]:
        if self.products is None:
            return ()
        wanted = {"stock" if name == "in_stock" else name for name in self.products} | {"released"}
        return ("sku", *sorted(wanted - {"sku"}))

    def fields_of(self, thing: Record, element: tuple[str, ...] | None) -> None:
        for one in thing.astuple():
            self.through(one, element)

    def pattern(self, pattern: t.Pattern) -> None:
        kind = self.program.events[pattern.kind]
        self.events.setdefault(kind.name, set())
        if pattern.main is not None and kind.main is not None:
            self.field([kind.name], kind.main)
        if pattern.of_this_flow:
            self.of_this_flow = True
            self.field([kind.name], "message")
        self.through(pattern.main)
        self.through(pattern.where, (kind.name,))

    def stream(self, stream: t.EventStream, element: tuple[str, ...] | None) -> None:
        kinds = tuple(dict.fromkeys(one.kind for one in stream.patterns))
        self.through(stream.patterns)
        self.through([window.bound for window in stream.windows], element)
        self.through(stream.where, () if stream.lines else kinds)
        if stream.lines:
            self.field(kinds, "items")
            if stream.field is not None:
                self.lines.add(stream.field)
        elif stream.field is not None:
            self.field(kinds, stream.field)

    def state_of(self, name: str) -> None:
        if name == "subscriptions":
            for kind in ("subscribe", "unsubscribe"):
                self.events.setdefault(kind, set())

    def state(self) -> None:
        """Add what the engine looks at on its own account: consent, messages sent before, the cart."""
        kinds: set[str] = set()
        if self.cart:
            kinds |= {"cart", "empty_cart", "order"}
        if self.sends:
            kinds |= {*_CONSENT, "sent"}
            self.customer |= {address for address in ADDRESSES.values() if address is not None}
            self.customer |= {f"consent_{channel}" for channel in self.program.shop.consent}
        if self.coupons:
            self.field(["order"], "coupon")
        if self.of_this_flow:
            kinds.add("sent")
        for kind in kinds:
            self.events.setdefault(kind, set())
        for kind, fields_known in self.events.items():
            if "id" in self.program.events[kind].fields:
                fields_known.add("id")  # a journal names an event by it
        for kind, fields in _STATE_FIELDS.items():
            if kind in self.events:
                wanted = set(fields) - (set() if self.cart or kind != "cart" else {"items", "total"})
                self.events[kind] |= wanted
