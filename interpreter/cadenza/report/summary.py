"""Sum a replay up for the people who wrote the flows: who came in, what went out, what did not, and why."""

from __future__ import annotations

from collections import Counter

import attrs

from cadenza.engine.journal import Journal
from cadenza.engine.promises import Breach
from cadenza.engine.show import iso

FORMAT = 1
"""The version of the shape that `as_json` gives."""


@attrs.define(eq=False)
class Summary:
    """Counts that grow customer by customer, and join in any order.

    `counts` are by flow, word and reason; `reached` counts customers who were sent something, of each flow and (under None) of
    all; `sizes` says how many customers got how many messages. `telling` is the customer to whom the most different things
    happened, with as few lines as may be: the one to read first.
    """

    customers: int = 0
    events: int = 0
    digest: int = 0
    counts: Counter[tuple[str | None, str, str | None]] = attrs.field(factory=Counter)
    reached: Counter[str | None] = attrs.field(factory=Counter)
    sizes: Counter[int] = attrs.field(factory=Counter)
    breaches: list[Breach] = attrs.field(factory=list)
    busiest: tuple[int, str] | None = None
    telling: tuple[int, int, str] | None = None

    def add(self, customer: str, events: int, digest: int, journal: Journal) -> None:
        self.customers += 1
        self.events += events
        self.digest = (self.digest + digest) % 2**64
        sent = 0
        self.breaches += journal.breaches
        for (flow, what, reason), count in journal.counts.items():
            self.counts[flow, what, reason] += count
            if what == "sent":
                sent += count
                self.reached[flow] += 1
        self.sizes[sent] += 1
        if sent:
            self.reached[None] += 1
            self._busier(sent, customer)
            self._more_telling(len(journal.counts), len(journal.lines), customer)

    def join(self, other: Summary) -> None:
        self.customers += other.customers
        self.events += other.events
        self.digest = (self.digest + other.digest) % 2**64
        self.counts += other.counts
        self.reached += other.reached
        self.sizes += other.sizes
        self.breaches += other.breaches
        if other.busiest is not None:
            self._busier(*other.busiest)
        if other.telling is not None:
            self._more_telling(*other.telling)

    def _busier(self, sent: int, customer: str) -> None:
        """Keep who was sent most; at a tie the first by id."""
        if self.busiest is None or (-sent, customer) < (-self.busiest[0], self.busiest[1]):
            self.busiest = (sent, customer)

    def _more_telling(self, different: int, lines: int, customer: str) -> None:
        if self.telling is None or (-different, lines, customer) < (-self.telling[0], *self.telling[1:]):
            self.telling = (different, lines, customer)

    # -- What it says -------------------------------------------------------------------------------------------------

    def total(self, what: str, flow: str | None = None) -> int:
        return sum(n for (of, word, _), n in self.counts.items() if word == what and flow in (None, of))

    def reasons(self, what: str, flow: str | None = None) -> list[tuple[str, int]]:
        """Give the reasons of a word with their numbers, the most frequent first."""
        found: Counter[str] = Counter()
        for (of, word, reason), number in self.counts.items():
            if word == what and reason is not None and flow in (None, of):
                found[reason] += number
        return sorted(found.items(), key=lambda one: (-one[1], one[0]))

    @property
    def per_customer(self) -> list[int]:
        """Give the median, the 90th percentile and the most messages of the customers who were sent any."""
        sizes = sorted((size, number) for size, number in self.sizes.items() if size)
        total = sum(number for _, number in sizes)
        if not total:
            return [0, 0, 0]
        return [_quantile(sizes, total, share) for share in (0.5, 0.9, 1.0)]

    def as_json(self, flows: list[str]) -> dict[str, object]:
        """Give the summary in a documented shape, its keys always in one order."""
        median, ninetieth, most = self.per_customer
        return {
            "format": FORMAT,
            "customers": self.customers,
            "events": self.events,
            "reached": self.reached[None],
            "sent": self.total("sent"),
            "withheld": self.total("withheld"),
            "goals": self.total("goal"),
            "held": dict(self.reasons("held")),
            "dropped": dict(self.reasons("dropped")),
            "skipped": dict(self.reasons("skipped")),
            "broken": [
                {"customer": one.customer, "at": iso(one.at), "promise": one.promise, "messages": list(one.messages)}
                for one in self.breaches
            ],
            "coupons": {word: self.total(f"coupon_{word}") for word in ("issued", "redeemed", "expired", "open")},
            "messages_per_customer": {"median": median, "p90": ninetieth, "max": most},
            "busiest": None if self.busiest is None else {"customer": self.busiest[1], "messages": self.busiest[0]},
            "flows": [self._flow(flow) for flow in flows],
        }

    def _flow(self, flow: str) -> dict[str, object]:
        left = self.reasons("left", flow)
        return {
            "flow": flow,
            "entered": self.total("entered", flow),
            "not_entered": dict(self.reasons("not_entered", flow)),
            "left": dict(left),
            "finished": self.total("finished", flow),
            "sent": self.total("sent", flow),
            "withheld": self.total("withheld", flow),
            "goals": self.total("goal", flow),
            "held": dict(self.reasons("held", flow)),
            "dropped": dict(self.reasons("dropped", flow)),
            "skipped": dict(self.reasons("skipped", flow)),
            "reached": self.reached[flow],
        }


def _quantile(sizes: list[tuple[int, int]], total: int, share: float) -> int:
    seen = 0
    for size, number in sizes:
        seen += number
        if seen >= share * total:
            return size
    return sizes[-1][0]
