"""Hold the coupons of a customer: issued, mentioned, redeemed, expired (semantics 9.1)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from cadenza.check import program as p
from cadenza.draws import draw
from cadenza.engine.agenda import EXPIRE
from cadenza.engine.clock import NEVER, Zone
from cadenza.engine.conditions import Compiled, Conditions
from cadenza.engine.events import Event, Inputs
from cadenza.engine.flows import Flows
from cadenza.engine.journal import NOWHERE, members
from cadenza.engine.show import iso

if TYPE_CHECKING:
    from cadenza.engine.journal import Cause, Journal
    from cadenza.engine.plan import Plan
    from cadenza.engine.runs import Run
    from cadenza.values import Value

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Digits and capitals without those that look alike."""
_CODE_LENGTH = 8


class OfferPlan(NamedTuple):
    """What a coupon is good for, as the journal shows it; the test of an order that redeems it; how long it lives."""

    text: str
    redeemed_by: Compiled | None
    lifetime: Compiled | None


class CouponPlan(NamedTuple):
    name: str
    offer: OfferPlan | None


class Coupon:
    """A live coupon; `line` is its line of the journal."""

    __slots__ = ("code", "ends", "line", "name", "offer", "run")

    def __init__(self, name: str, code: str, offer: OfferPlan, ends: int, run: Run) -> None:
        self.name = name
        self.code = code
        self.offer = offer
        self.ends = ends
        self.run = run
        self.line: Cause = None

    @property
    def known_end(self) -> int | None:
        return None if self.ends >= NEVER else self.ends


def lowered(coupon: p.Coupon, conditions: Conditions) -> CouponPlan:
    if coupon.offer is None:
        return CouponPlan(coupon.name, None)
    offer = coupon.offer
    test = None if offer.redeemed_by is None else conditions.event_test(offer.redeemed_by)
    lifetime = None if offer.lifetime is None else conditions.compile(offer.lifetime)
    return CouponPlan(coupon.name, OfferPlan(offer.text, test, lifetime))


def code_of(seed: int, name: str, customer: str, number: int) -> str:
    """Give the code of a customer's coupon of this name and number: the same for ever, and not to be guessed from another."""
    drawn = draw(seed, "coupon", name, customer, number)
    return "".join(_LETTERS[drawn >> 5 * place & 31] for place in range(_CODE_LENGTH))


class Coupons(Flows):
    """The coupons of one customer, by name; a name is live once at a time."""

    def __init__(self, plan: Plan, zone: Zone, inputs: Inputs, journal: Journal) -> None:
        super().__init__(plan, zone, inputs, journal)
        self.coupons: dict[str, Coupon] = {}
        """The live coupons, in the order issued."""
        self.coupons_made: Counter[str] = Counter()

    def issue_coupon(self, run: Run, plan: CouponPlan) -> None:
        event = self.coupon(run, plan)
        if event is not None:
            self.effects += 1
            self.take_in(event)

    def sent_with(self, run: Run, message: str, channel: str, plan: CouponPlan | None) -> None:
        """Bring about that a message went out with a coupon: both are facts before anything comes of them (5.3)."""
        sent = self.made("sent", run, {"message": message, "channel": channel, "flow": run.flow.name})
        issued = None if plan is None else self.coupon(run, plan)
        self.effects += 1 + (issued is not None)
        self.take_in_as_one([sent] if issued is None else [sent, issued])

    def coupon(self, run: Run, plan: CouponPlan) -> Event | None:
        """Give a coupon, or mention the live one; write either, and give the event if there is one."""
        name, offer = plan
        live = self.coupons.get(name)
        if live is not None or offer is None:
            more = {"coupon": name, "code": None if live is None else live.code}
            self.note_step(run, "coupon_missing" if live is None else "coupon_mentioned", more)
            return None
        self.coupons_made[name] += 1
        length = None if offer.lifetime is None else offer.lifetime(self, None)  # type: ignore[arg-type]
        ends = NEVER if length is None else max(self.now, self.zone.add(self.now, length))
        code = code_of(self.plan.seed, name, self.name, self.coupons_made[name])
        coupon = self.coupons[name] = Coupon(name, code, offer, ends, run)
        self.agenda.add(ends, EXPIRE, coupon)
        shown = {"coupon": name, "code": code, "offer": offer.text, "ends": None if ends >= NEVER else iso(ends)}
        self.note_step(run, "coupon_issued", shown)
        coupon.line = run.cause
        fields = {"coupon": name, "code": code, "offer": offer.text, "ends": coupon.known_end}
        return self.made("coupon_issued", run, fields)

    def redeem(self, event: Event) -> None:
        """Redeem the live coupon that an order names, by its code or its name, if the order fits the offer."""
        fields = dict(zip(self.plan.layout.events["order"], event.fields, strict=False))
        written = fields.get("coupon")
        coupon = next((one for one in self.coupons.values() if written in (one.code, one.name)), None)
        if coupon is None:
            return
        self.run = coupon.run
        if coupon.offer.redeemed_by is not None and not self.passes((coupon.offer.redeemed_by,), event):
            return
        del self.coupons[coupon.name]
        line = self.note_coupon("coupon_redeemed", coupon, self.now, event)
        more = {"coupon": coupon.name, "code": coupon.code, "order_id": fields.get("id")}
        self.bring_later("coupon_redeemed", line, more, event.depth + 1)

    def expire_coupon(self, coupon: Coupon) -> None:
        if self.coupons.get(coupon.name) is not coupon:
            return
        del self.coupons[coupon.name]
        line = self.note_coupon("coupon_expired", coupon, self.now, None)
        self.effects += 1
        if "coupon_expired" in self.plan.kinds:
            self.take_in(self.bare("coupon_expired", line, {"coupon": coupon.name, "code": coupon.code}, 1))

    def note_coupon(self, what: str, coupon: Coupon, at: int, cause: Cause) -> Cause:
        more = members({"coupon": coupon.name, "code": coupon.code})
        return self.journal.write(what, at, cause, coupon.run.flow, coupon.run.number, NOWHERE, None, more)

    def bring_later(self, kind: str, cause: Cause, fields: Mapping[str, Value], depth: int) -> None:
        """Bring about an effect of an event, to be taken in when that event is through."""
        self.effects += 1
        if kind in self.plan.kinds:
            self.pending.append(self.bare(kind, cause, fields, depth))

    def list_open_coupons(self, until: int) -> None:
        """Write which coupons are live at the end of the replay."""
        for coupon in self.coupons.values():
            self.note_coupon("coupon_open", coupon, until, coupon.line)
