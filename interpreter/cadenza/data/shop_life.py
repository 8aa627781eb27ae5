"""Make up the life of a small coffee shop: who its customers are, and what they do, day by day.

Every choice is a draw keyed by what it decides, in whole numbers, so that the same seed gives the same shop on any machine, and
one more customer changes nothing for the others. People come with a pace of their own, come more often when what they bought
should be used up, and one day do not come back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from cadenza.check.vocabulary import HISTORIES
from cadenza.data.zones import zone
from cadenza.draws import below
from cadenza.engine.clock import UTC, Zone
from cadenza.engine.show import iso
from cadenza.values import HOUR, MINUTE, SECOND

FIRST, LAST = date(2024, 1, 1).toordinal(), date(2025, 12, 31).toordinal()
"""Two years; the first has a 29 February."""

Row = dict[str, Any]


class Product(NamedTuple):
    """`cycle` is for how many days one lasts, 0 for what is bought once."""

    sku: str
    title: str
    category: str
    manufacturer: str
    cents: int
    cycle: int


def _products(table: str) -> list[Product]:
    rows = [[cell.strip() for cell in row.split("|")] for row in table.strip().splitlines()]
    return [Product(sku, title, category, maker, int(cents), int(cycle)) for sku, title, category, maker, cents, cycle in rows]


PRODUCTS = _products(
    """
    beans-1   | House blend, 500 g       | beans     | Aurora        | 1190 | 21
    beans-2   | Ethiopia Sidamo, 500 g   | beans     | Aurora        | 1490 | 21
    beans-3   | Decaf, 500 g             | beans     | Aurora        | 1350 | 28
    beans-4   | Espresso, 1 kg           | beans     | Torre         | 2150 | 35
    beans-5   | Brasil Santos, 1 kg      | beans     | Torre         | 1990 | 35
    caps-1    | Capsules lungo, 50       | capsules  | Torre         | 1690 | 25
    caps-2    | Capsules ristretto, 50   | capsules  | Torre         | 1690 | 25
    caps-3    | Capsules decaf, 50       | capsules  | Torre         | 1750 | 30
    tea-1     | Assam, 250 g             | tea       | Foglia        |  990 | 45
    tea-2     | Sencha, 250 g            | tea       | Foglia        | 1290 | 45
    tea-3     | Chamomile, 100 g         | tea       | Foglia        |  590 | 40
    tea-4     | Earl Grey, 250 g         | tea       | Foglia        | 1090 | 45
    choc-1    | Dark chocolate, 6 bars   | chocolate | Dolce         | 1450 | 30
    choc-2    | Gianduja, 300 g          | chocolate | Dolce         | 1250 | 30
    choc-3    | Cantuccini, 400 g        | chocolate | Dolce         |  890 | 20
    filter-1  | Paper filters, 200       | filters   | Chiaro        |  690 | 60
    filter-2  | Cloth filter             | filters   | Chiaro        | 1190 | 180
    care-1    | Descaler, 2 x 250 ml     | care      | Chiaro        |  950 | 90
    care-2    | Cleaning tablets, 20     | care      | Chiaro        | 1150 | 90
    cup-1     | Espresso cups, 6         | cups      | Vetro         | 2490 | 0
    cup-2     | Cappuccino cups, 2       | cups      | Vetro         | 1790 | 0
    cup-3     | Travel mug               | cups      | Vetro         | 2290 | 0
    grinder-1 | Hand grinder             | grinders  | Macina        | 4900 | 0
    grinder-2 | Burr grinder             | grinders  | Macina        | 12900 | 0
    moka-1    | Moka pot, 3 cups         | machines  | Torre         | 2990 | 0
    moka-2    | Moka pot, 6 cups         | machines  | Torre         | 3690 | 0
    drip-1    | Pour-over set            | machines  | Chiaro        | 3990 | 0
    espresso-1 | Espresso machine        | machines  | Torre         | 34900 | 0
    """
)
_BY_CATEGORY = {one.category: [two for two in PRODUCTS if two.category == one.category] for one in PRODUCTS}
_GOES_WITH = {"beans": "filters", "capsules": "care", "tea": "chocolate", "machines": "beans", "grinders": "beans"}

# Country, zone, language, and names; each country as often as it stands here.
_PLACES = [
    ("IT", "Europe/Rome", "it", "Anna Giulia Marco Luca Sara Paolo Elena Davide Chiara Matteo"),
    ("IT", "Europe/Rome", "it", "Francesca Andrea Martina Simone Laura Stefano Giorgia Alessio Silvia Pietro"),
    ("DE", "Europe/Berlin", "de", "Lena Jonas Mia Paul Hannah Felix Greta Anton Ida Emil"),
    ("US", "America/New_York", "en", "Emma Noah Olivia Liam Ava Ethan Grace Mason Lucy Henry"),
    ("US", "America/Los_Angeles", "en", "Zoe Logan Stella Jack Nora Owen Ruby Caleb Ivy Miles"),
    ("JP", "Asia/Tokyo", "ja", "Yui Haruto Aoi Sota Hina Ren Sakura Riku Mei Kaito"),
    ("AU", "Australia/Sydney", "en", "Isla Oliver Matilda Lachlan Evie Archie Billie Angus Poppy Banjo"),
]
_SURNAMES = "Bianchi Fontana Moretti Weber Becker Carter Nguyen Tanaka Suzuki Walker Conti Serra Vogel Hughes Mori Bell".split()
_SEARCHES = ("gift", "decaf", "espresso", "green tea", "grinder", "organic", "sale")

# Of a thousand days, on how many somebody of each pace comes by; one pace is as frequent as the next.
_PACES = (8, 15, 25, 40, 60, 90)
_BUYS = (180, 260, 340, 450)
"""Of a thousand visits of somebody of each kind, how many end in an order when nothing is due."""
_LAPSES = (20, 50, 90, 160, 260)
"""Of a thousand orders, how many are the last."""


class _Life:
    """One customer. `day` and the serial number of a visit key every draw, so nothing depends on what was drawn before."""

    def __init__(self, seed: int, number: int, width: int) -> None:
        self.seed = seed
        self.id = f"c{number:0{width}}"
        self.rows: list[tuple[int, str, Row]] = []
        country, zone_name, language, names = self.pick("place", _PLACES)
        self.zone: Zone = zone(zone_name) or UTC
        self.joined = FIRST + self.below(600, "joined")
        first_name = self.pick("name", names.split())
        last_name = self.pick("surname", _SURNAMES)
        self.row: Row = {
            "id": self.id,
            "first_name": first_name,
            "last_name": last_name,
            "email": f"{first_name}.{last_name}.{self.id}@example.com".lower(),
            "phone": f"+39000{number:07}" if self.chance(650, "phone") else None,
            "push_token": f"push-{self.id}" if self.chance(300, "push") else None,
            "country": country,
            "language": language,
            "time_zone": zone_name,
            "birthday": self._birthday(),
            "consent_sms": "yes" if self.chance(400, "consent") else "no",
        }
        self.favourite = self.pick("favourite", ["beans", "beans", "capsules", "tea", "chocolate"])
        self.pace: int = self.pick("pace", _PACES)
        self.buys = self.pick("buys", _BUYS)
        self.lapses = self.pick("lapses", _LAPSES)
        self.on_list = False
        self.lapsed = False
        self.due = 0
        """The day on which what was bought last is used up, 0 for none."""
        self.orders = 0

    # -- Draws --------------------------------------------------------------------------------------------------------

    def below(self, number: int, *what: str | int) -> int:
        return below(number, self.seed, self.id, *what)

    def chance(self, of_thousand: int, *what: str | int) -> bool:
        return self.below(1000, *what) < of_thousand

    def pick(self, what: str, of: Sequence[Any], *more: str | int) -> Any:
        return of[self.below(len(of), what, *more)]

    def _birthday(self) -> str | None:
        if self.chance(150, "no birthday"):
            return None
        if self.chance(15, "leap day"):
            return "1992-02-29"
        return date.fromordinal(date(1955, 1, 1).toordinal() + self.below(18_000, "birthday")).isoformat()

    # -- Days ---------------------------------------------------------------------------------------------------------

    def live(self) -> list[tuple[int, str, Row]]:
        """Give all that the customer does, with the instant and the table of each."""
        at = self.at(self.joined, 8 * 60 + self.below(780, "signup"))
        self.write("signup", at, {"source": self.pick("source", ["web", "web", "shop", "friend"])})
        if self.chance(620, "subscribes"):
            self.on_list = True
            self.write("subscribe", at + MINUTE, {"list": "newsletter", "channel": "email"})
        self.visit(self.joined, at + 2 * MINUTE)
        for day in range(self.joined + 1, LAST + 1):
            if self.chance(self.eagerness(day), "visits", day):
                self.visit(day, self.at(day, self.minute(day)))
            if self.on_list:
                self.newsletter(day)
        return self.rows

    def eagerness(self, day: int) -> int:
        if self.lapsed:
            return 2
        return min(self.pace * 5, 350) if self.due and abs(day - self.due) <= 3 else self.pace

    def minute(self, day: int) -> int:
        """Give a minute of the day: seldom at night, mostly in the evening."""
        return 7 * 60 + max(self.below(1010, "minute", day), self.below(1010, "minute again", day))

    def at(self, day: int, minute: int) -> int:
        return self.zone.at(day, minute * MINUTE) + self.below(60, "second", day, minute) * SECOND

    def write(self, table: str, at: int, fields: Row) -> None:
        self.rows.append((at, table, {"customer": self.id, "at": iso(at), **fields}))

    # -- A visit ------------------------------------------------------------------------------------------------------

    def visit(self, day: int, at: int) -> None:
        self.write("visit", at, {"path": self.pick("path", ["/", "/", "/offers", f"/{self.favourite}"], day)})
        if self.chance(120, "search", day):
            self.write("search", at + 20 * SECOND, {"query": self.pick("query", _SEARCHES, day)})
        seen = [self.product(day, number) for number in range(1 + self.below(3, "views", day))]
        for number, product in enumerate(seen, 1):
            self.write("view", at + number * 50 * SECOND, {"sku": product.sku})
        due = bool(self.due) and abs(day - self.due) <= 3
        wants = self.chance(850 if due else self.buys, "wants", day)
        if wants or self.chance(220, "fills a cart", day):
            self.fill_cart(day, at + 4 * MINUTE, seen, wants=wants)

    def product(self, day: int, number: int) -> Product:
        category = self.favourite
        if self.chance(350, "elsewhere", day, number):
            category = self.pick("category", [*_BY_CATEGORY], day, number)
        elif number and category in _GOES_WITH and self.chance(400, "goes with", day, number):
            category = _GOES_WITH[category]
        found: Product = self.pick("product", _BY_CATEGORY[category], day, number)
        return found

    def fill_cart(self, day: int, at: int, seen: Sequence[Product], *, wants: bool) -> None:
        chosen = list(dict.fromkeys(seen))
        lines: list[Row] = [
            {"sku": one.sku, "quantity": 1 + self.chance(200, "two of", day, one.sku), "price": _euro(one.cents)}
            for one in chosen
        ]
        cents = sum(line["quantity"] * one.cents for line, one in zip(lines, chosen, strict=True))
        self.write("cart", at, {"items": lines, "total": _euro(cents)})
        if not wants:
            if self.chance(150, "empties", day):
                self.write("empty_cart", at + 3 * MINUTE, {})
            return
        self.write("checkout", at + 2 * MINUTE, {"items": lines, "total": _euro(cents)})
        self.order(day, at + 5 * MINUTE, lines, cents, [one.cycle for one in chosen if one.cycle])

    def order(self, day: int, at: int, lines: list[Row], cents: int, cycles: Sequence[int]) -> None:
        self.orders += 1
        id_ = f"{self.id}-{self.orders}"
        self.write("order", at, {"id": id_, "total": _euro(cents), "items": lines})
        sent = at + HOUR * (14 + self.below(20, "shipped", day))
        arrives = sent + HOUR * (24 + self.below(72, "arrives", day))
        self.write("shipment", sent, {"order_id": id_})
        self.write("delivery", arrives, {"order_id": id_})
        if self.chance(60, "returns", day):
            self.write("return", arrives + HOUR * (50 + self.below(200, "returned", day)), {"order_id": id_, "items": lines[:1]})
        elif self.chance(90, "reviews", day):
            rating = 5 - min(self.below(5, "rating", day), self.below(4, "rating again", day))
            self.write(
                "review", arrives + HOUR * (30 + self.below(150, "reviewed", day)), {"sku": lines[0]["sku"], "rating": rating}
            )
        if cycles:
            self.due = day + min(cycles) + self.below(5, "uses up", day)
        self.lapsed = self.lapsed or self.chance(self.lapses, "lapses", day)

    # -- The monthly newsletter ---------------------------------------------------------------------------------------

    def newsletter(self, day: int) -> None:
        """Send what the shop sends anyway, on the first Tuesday of a month; some open it, few click, fewer leave."""
        when = date.fromordinal(day)
        if when.weekday() != 1 or when.day > 7:
            return
        at, name = self.zone.at(day, 9 * HOUR), {"message": "newsletter", "channel": "email"}
        self.write("sent", at, name)
        if self.chance(4, "bounces", day):
            self.write("bounce", at + MINUTE, {**name, "kind": "hard"})
            self.on_list = False
            return
        read = at + (5 + self.below(1500, "reads", day)) * MINUTE
        if self.chance(100 if self.lapsed else 380, "opens", day):
            self.write("open", read, name)
            if self.chance(220, "clicks", day):
                self.write("click", read + MINUTE, {**name, "url": "/offers"})
            elif self.chance(25, "unsubscribes", day):
                self.write("unsubscribe", read + 2 * MINUTE, {"list": "newsletter", "channel": "email"})
                self.on_list = False
            elif self.chance(2, "complains", day):
                self.write("complaint", read + 2 * MINUTE, name)
                self.on_list = False


def _euro(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"


def catalogue() -> Iterator[Row]:
    for number, one in enumerate(PRODUCTS):
        released = date.fromordinal(FIRST - 400 + number * 37).isoformat()
        row = {"sku": one.sku, "title": one.title, "category": one.category, "manufacturer": one.manufacturer}
        yield row | {"price": _euro(one.cents), "released": released, "stock": 20 + number * 7 % 60}


def changes(seed: int, field: str) -> Iterator[Row]:
    """Give what a product's stock or price was and when, by instant: it runs out, or is on offer, for some days now and then.

    The last change is well before the end of the two years, and leaves it in stock, at the price of `products`.
    """
    clock = zone("Europe/Rome") or UTC
    found = []
    for row, half_year in ((one, number) for one in catalogue() for number in range(4)):
        what = f"{field} of", row["sku"], half_year
        first = FIRST + half_year * 170 + below(140, seed, *what)
        if below(10, seed, "changes", *what) >= 4 or date.fromordinal(first).isoformat() < row["released"]:
            continue
        last = first + 4 + below(14, seed, "for how long", *what)
        during: int | str
        after: int | str
        if field == "stock":
            during, after = 0, 20 + below(60, seed, "comes in", *what)
        else:
            cents = int(row["price"].replace(".", ""))
            during, after = _euro(cents * (95 - 5 * below(5, seed, "off", *what)) // 100), row["price"]
        found += [(clock.at(day, 7 * HOUR), row["sku"], value) for day, value in ((first, during), (last, after))]
    for at, sku, value in sorted(found):
        yield {"sku": sku, "at": iso(at), field: value}


def lives(customers: int, seed: int) -> dict[str, list[Row]]:
    """Give all tables: the rows of customers by id, those of events by instant and customer; none after the last day."""
    width = max(4, len(str(customers)))
    tables: dict[str, list[Row]] = {"customers": [], "products": list(catalogue())}
    events: list[tuple[int, str, Row]] = []
    end = UTC.at(LAST + 1)
    for number in range(1, customers + 1):
        life = _Life(seed, number, width)
        tables["customers"].append(life.row)
        events += (one for one in life.live() if one[0] < end)
    for _, table, row in sorted(events, key=lambda one: (one[0], one[2]["customer"])):
        tables.setdefault(table, []).append(row)
    for field in HISTORIES:
        tables[field] = list(changes(seed, field))
    return tables
