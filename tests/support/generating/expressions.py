"""Write expressions of every type and with every operator, right by construction."""

from __future__ import annotations

from collections.abc import Callable

from tests.support.generating import seldom
from tests.support.generating.dice import Dice
from tests.support.generating.words import (
    ABOUT_MESSAGES,
    CURRENCIES,
    EVENTS,
    FROM_FLOWS,
    LITERALS,
    OUTSIDE,
    SELDOM,
    TEXTS,
    Scope,
    World,
    fields_of,
)

_ORDERED = ("number", "money", "date", "moment", "time", "duration", "one of")
_COMPARED = {"number": 8, "money": 6, "text": 4, "one of": 2, "date": 2, "moment": 2, "time": 2, "duration": 1, "weekday": 2}
_WITH_ITEMS = ("order", "cart", "checkout", "shipment", "delivery", "return")


class Expressions:
    """Give texts; what is not of one piece stands in parentheses, so that each can be an operand of another."""

    def __init__(self, dice: Dice, world: World) -> None:
        self.dice = dice
        self.world = world

    # -- Leaves -------------------------------------------------------------------------------------------------------

    def text(self, field: str) -> str:
        return f'"{self.dice.pick(TEXTS.get(field, ("x", "")))}"'

    def named_text(self, text: str, scope: Scope) -> str:
        """Give a text, perhaps as the parameter that holds one."""
        own = [name for name, type_ in scope.parameters.items() if type_ == "text" and name not in scope.fields]
        return self.world.seldom.pick(own) if own and self.world.seldom.chance(30) else text

    def money(self) -> str:
        digits = CURRENCIES[self.world.currency]
        cents = f".{self.dice.pick(('5', '99', '00'))[:digits]}" if digits and self.dice.chance(20) else ""
        return f"{self.dice.pick((0, 1, 5, 10, 20))}{cents} {self.world.currency}"

    def literal(self, type_: str) -> str:
        if type_ == "money":
            return self.money()
        if type_ == "text":
            return self.text(self.dice.pick(tuple(TEXTS)))
        if type_ == "texts":
            return f"[{', '.join(self.text('tag') for _ in range(self.dice.below(3)))}]" if self.dice.chance(50) else '["t1"]'
        return self.dice.pick(LITERALS[type_])

    def names(self, type_: str, scope: Scope) -> list[str]:
        """Give what has a name and this type."""
        found = [f"customer.{name}" for name, one in self.world.fields.items() if one == type_]
        found += [name for name, one in scope.fields.items() if one == type_]
        if scope.trigger is not None:
            found += [f"trigger.{name}" for name, one in ({"at": "moment"} | fields_of(scope.trigger)).items() if one == type_]
        shadowed = scope.fields
        found += [name for name, one in scope.parameters.items() if one == type_ and name not in shadowed]
        found += [name for name, one in self.world.values.items() if one == type_]
        found += {
            "number": ["now.hour", "now.day", "today.month", "december"],
            "money": ["customer.cart.total"],
            "date": ["today", "now.date"],
            "weekday": ["now.weekday", "today.weekday"],
        }.get(type_, [])
        return found

    def leaf(self, type_: str, scope: Scope) -> str:
        names = self.names(type_, scope)
        if names and (type_ in ("yearly date", "lines") or self.dice.chance(60)):
            return self.dice.pick(names)
        return "customer.birthday" if type_ == "yearly date" else self.literal(type_)

    # -- Values -------------------------------------------------------------------------------------------------------

    def value(self, type_: str, scope: Scope, depth: int) -> str:
        if type_ == "condition":
            return f"({self.condition(scope._replace(still=True), depth)})" if depth > 0 else self.leaf(type_, scope)
        if (asked := seldom.value(type_, scope, self.world)) is not None:
            return asked
        if depth <= 0 or self.dice.chance(35):
            return self.leaf(type_, scope)
        made: dict[str, list[Callable[[], str]]] = {
            "number": [self._number, self._count, self._count, self._counter, lambda s, d: self.aggregated("number", s, d)],
            "money": [self._money, lambda s, d: self.aggregated("money", s, d), lambda s, d: self.aggregated("money", s, d)],
            "text": [lambda s, d: self.aggregated("text", s, d)],
            "moment": [
                self._moment,
                self._moment,
                self._shifted,
                lambda s, d: f"(6 hours before {self._date(s, d)})",
                lambda s, d: self.aggregated("moment", s, d),
            ],
            "date": [self._date, self._date, lambda s, d: f"({self.literal('duration')} after {self._moment(s, d)}).date"],
            "time": [lambda s, d: f"{self._moment(s, d)}.time"],
            "weekday": [lambda s, d: f"{self._moment(s, d)}.weekday"],
            "duration": [self._duration],
        }  # type: ignore[dict-item]
        makers = made.get(type_)
        return self.dice.pick(makers)(scope, depth - 1) if makers else self.leaf(type_, scope)  # type: ignore[call-arg]

    def _number(self, scope: Scope, depth: int) -> str:
        value = self.value
        return self.dice.made(
            lambda: f"({value('number', scope, depth)} {self.dice.pick('+-*/')} {value('number', scope, depth)})",
            lambda: f"({value('money', scope, depth)} / {value('money', scope, depth)})",
            lambda: f"-{value('number', scope, depth)}",
            lambda: f"{self._moment(scope, depth)}.{self.dice.pick(('hour', 'day', 'month', 'year'))}",
        )

    def _count(self, scope: Scope, depth: int) -> str:
        if self.dice.chance(25):
            return f"count(distinct {self.stream(scope, depth, self.dice.pick(('text', 'money', 'number')))})"
        return f"count({self.stream(scope, depth)})"

    def _counter(self, scope: Scope, depth: int) -> str:
        if not self.world.counters:
            return self._count(scope, depth)
        stream = self.dice.pick(("order", "view", "order or cart", "order in the last 5 days", "click since 2026-03-01"))
        return f"{self.dice.pick(self.world.counters)}({stream})"

    def _money(self, scope: Scope, depth: int) -> str:
        value = self.value
        return self.dice.made(
            lambda: f"({value('money', scope, depth)} {self.dice.pick('+-')} {value('money', scope, depth)})",
            lambda: f"({value('money', scope, depth)} {self.dice.pick('*/')} {value('number', scope, depth)})",
            lambda: f"({value('number', scope, depth)} * {value('money', scope, depth)})",
            lambda: f"-{value('money', scope, depth)}",
        )

    def _event(self, scope: Scope, depth: int) -> str:
        return f"{self.dice.pick(('last', 'last', 'first'))}({self.stream(scope, depth, 'event')})"

    def _moment(self, scope: Scope, depth: int) -> str:
        return self.dice.made(
            lambda: f"{self._event(scope, depth)}.at",
            lambda: f"expected next({self.stream(scope, depth, 'event')})",
            lambda: f'last(coupon_issued "{self.dice.pick(TEXTS["coupon"])}").ends',
            lambda: self.leaf("moment", scope) if self.names("moment", scope) else "last(order).at",
        )

    def _shifted(self, scope: Scope, depth: int) -> str:
        moment, length = self._moment(scope, depth), self.value("duration", scope, depth)
        return self.dice.made(
            lambda: f"({length} {self.dice.pick(('before', 'after'))} {moment})",
            lambda: f"({moment} {self.dice.pick('+-')} {length})",
            lambda: f"({length} + {moment})",
            lambda: f"({self.literal('duration')} after {self._event(scope, depth)})",
        )

    def _date(self, scope: Scope, depth: int) -> str:
        days = f"{self.dice.between(1, 5)} days"
        return self.dice.made(
            lambda: f"{self._moment(scope, depth)}.date",
            lambda: f"({days} {self.dice.pick(('before', 'after'))} {self.leaf('date', scope)})",
            lambda: f"({self.leaf('date', scope)} {self.dice.pick('+-')} {days})",
        )

    def _duration(self, scope: Scope, depth: int) -> str:
        value = self.value
        return self.dice.made(
            lambda: f"median gap({self.stream(scope, depth, 'event')})",
            lambda: f"({value('duration', scope, depth)} + {value('duration', scope, depth)})",
            lambda: f"({value('duration', scope, depth)} * {self.dice.pick((1, 2, 3))})",
            lambda: f"(({value('duration', scope, depth)} + {value('duration', scope, depth)}) / {self.dice.pick((1, 2, 4))})",
            lambda: f"({self._moment(scope, depth)} - {self._moment(scope, depth)})",
        )

    def aggregated(self, type_: str, scope: Scope, depth: int) -> str:
        """Take one value of a field of a stream, or a field of one event."""
        functions = {
            "number": ("sum", "average", "min", "max", "first", "last", "most frequent"),
            "money": ("sum", "sum", "average", "min", "max", "first", "last", "most frequent"),
            "text": ("first", "last", "most frequent"),
            "moment": ("min", "max", "first", "last"),
        }[type_]
        stream = self.stream(scope, depth, type_)
        return f"{self.dice.pick(functions)}({stream})"

    # -- Streams ------------------------------------------------------------------------------------------------------

    def kind(self, *, effects: int = 25) -> str:
        if self.world.scans and self.world.seldom.chance(8):
            return self.world.seldom.pick(SELDOM)
        return self.dice.weighted(FROM_FLOWS if self.dice.chance(effects) else OUTSIDE)

    def pattern(self, kind: str, scope: Scope, *, field: str = "") -> str:
        """Name an event, perhaps with a main field."""
        main = EVENTS[kind].main
        text = f" {self.named_text(self.text(main), scope)}" if main is not None and self.dice.chance(15) else ""
        ours = " of this flow" if scope.running and kind in ABOUT_MESSAGES and self.dice.chance(25) else ""
        return f"{kind}{field}{text}{ours}"

    def stream(self, scope: Scope, depth: int, type_: str = "any") -> str:
        """Write a stream of events, of events or their lines, or of a field of this type."""
        if type_ in ("number", "text") and self.dice.chance(30):
            return self._of_list(scope, depth, type_)
        if type_ == "any" and self.dice.chance(10):
            return f"{self.dice.pick(_WITH_ITEMS)}.items{self._windows(scope, depth)}{self._where(scope.of('line'), depth)}"
        if type_ in ("any", "event"):
            return self._of_events(scope, depth)
        if type_ in ("number", "text", "money") and self.dice.chance(35):
            field = self.dice.pick([name for name, one in fields_of(("line",)).items() if one == type_])
            kind = self.dice.pick(_WITH_ITEMS)
            return f"{kind}.items.{field}{self._windows(scope, depth)}{self._where(scope.of('line'), depth)}"
        having = [kind for kind in (*OUTSIDE, *FROM_FLOWS) if type_ in fields_of((kind,)).values()]
        kind = self.dice.pick(having)
        field = self.dice.pick([name for name, one in fields_of((kind,)).items() if one == type_])
        named = self.pattern(kind, scope, field=f".{field}")
        return f"{named}{self._windows(scope, depth)}{self._where(scope.of(kind), depth)}"

    def _of_events(self, scope: Scope, depth: int) -> str:
        if self.world.aliases and self.dice.chance(20):
            alias = self.dice.pick(list(self.world.aliases))
            kinds, names = self.world.aliases[alias], alias
        else:
            kinds = tuple(dict.fromkeys(self.kind() for _ in range(self.dice.pick((1, 1, 1, 2)))))
            parts = [self.pattern(kind, scope) for kind in kinds]
            if len(parts) > 1 and self.dice.chance(30):
                parts[0] = f"({parts[0]}{self._where(scope.of(kinds[0]), depth)})"
            names = " or ".join(parts)
        return f"{names}{self._windows(scope, depth)}{self._where(scope.of(*kinds), depth)}"

    def _of_list(self, scope: Scope, depth: int, type_: str) -> str:
        lines = ["customer.cart.items", "last(order).items", *self.names("lines", scope)]
        if type_ == "number":
            return f"{self.dice.pick(lines)}.quantity{self._where(scope.of('line'), depth)}"
        if self.dice.chance(50):
            return f"{self.dice.pick(lines)}.category{self._where(scope.of('line'), depth)}"
        return self.dice.pick([name for name in self.names("texts", scope) if name.startswith("customer.")])

    def _windows(self, scope: Scope, depth: int) -> str:
        found = ""
        if self.dice.chance(45):
            lengths = [name for name, type_ in scope.parameters.items() if type_ == "duration" and name not in scope.fields]
            found += f" in the last {self.dice.pick(lengths) if lengths and self.dice.chance(70) else self.literal('duration')}"
        if self.dice.chance(12):
            edges = [
                "2026-03-20",
                "2026-10-20 12:00",
                "last(order)",
                "customer.birthday",
                "today",
                *["trigger"] * (scope.trigger is not None),
            ]
            found += f" since {self.dice.pick(edges)}"
        if self.dice.chance(6):
            found += f" before {self.dice.pick(('2026-04-10', '2026-11-05', 'last(visit)', 'last(order).at'))}"
        return found

    def _where(self, scope: Scope, depth: int) -> str:
        return f" where {self.condition(scope._replace(still=True), depth - 1)}" if self.dice.chance(22) else ""

    # -- Conditions ---------------------------------------------------------------------------------------------------

    def condition(self, scope: Scope, depth: int) -> str:
        """Write a condition; it may have `and` or `or` at its top."""
        if depth > 0 and self.dice.chance(25):
            word = self.dice.pick((" and ", " or "))
            return word.join(self._part(scope, depth - 1) for _ in range(self.dice.pick((2, 2, 3))))
        return self._single(scope, depth)

    def _part(self, scope: Scope, depth: int) -> str:
        if depth > 0 and self.dice.chance(20):
            return f"{self.dice.pick(('', 'not '))}({self.condition(scope, depth)})"
        return f"{self.dice.maybe(15, lambda: 'not ')}{self._single(scope, depth)}"

    def _single(self, scope: Scope, depth: int) -> str:
        if (asked := seldom.condition(scope, self.world)) is not None:
            return asked
        makers = {
            self._compared: 8,
            self._threshold: 6,
            self._any: 4,
            self._since: 5,
            self._between: 2,
            self._in: 2,
            self._contains: 3,
            self._texts: 1,
            self._known: 2,
            self._empty: 1,
            self._named: 4,
        }
        return self.dice.weighted(makers)(scope, depth)

    def _compared(self, scope: Scope, depth: int) -> str:
        type_ = self.dice.weighted(_COMPARED)
        own = [name for name, one in scope.fields.items() if one == type_]
        left = self.dice.pick(own) if own and self.dice.chance(60) else self.value(type_, scope, depth)
        operators = ("=", "=", "!=", "<", "<=", ">", ">=", ">=") if type_ in _ORDERED else ("=", "=", "!=")
        if type_ == "one of":
            return f"customer.tier {self.dice.pick(operators)} {self.literal(type_)}" if "tier" in self.world.fields else "yes"
        if type_ == "text" and left in TEXTS:
            return f"{left} {self.dice.pick(operators)} {self.text(left)}"
        return f"{left} {self.dice.pick(operators)} {self.value(type_, scope, depth - 1)}"

    def _threshold(self, scope: Scope, depth: int) -> str:
        """Ask for something that soon holds on a timeline."""
        return self.dice.made(
            lambda: f"count({self.stream(scope, depth)}) >= {self.dice.pick((1, 1, 2, 3))}",
            lambda: f"sum(order.total{self._windows(scope, depth)}) {self.dice.pick(('>=', '<'))} {self.money()}",
            lambda: (
                f"customer.score {self.dice.pick(('>=', '<'))} {self.dice.pick((1, 5, 10))}"
                if "score" in self.world.fields
                else "yes"
            ),
            lambda: (
                f"{'today' if scope.still else 'now'} {self.dice.pick(('>=', '<', '='))} {self.value('moment', scope, depth - 1)}"
            ),
            lambda: f"now.time {self.dice.pick(('>=', '<', '='))} {self.value('time', scope, depth - 1)}",
            lambda: f"today {self.dice.pick(('=', '>=', '<'))} {self.value('date', scope, depth - 1)}",
            lambda: f"today {self.dice.pick(('=', '>='))} 2 days before {self.leaf('yearly date', scope)}",
        )

    def _any(self, scope: Scope, depth: int) -> str:
        return f"any({self.stream(scope, depth)})"

    def _since(self, scope: Scope, depth: int) -> str:
        operator = self.dice.pick((">=", ">=", ">", "<", "<="))
        if self.dice.chance(10):
            return f"time since {self._event(scope, depth)} {operator} time since {self._event(scope, depth)}"
        if self.dice.chance(25):
            until = self.dice.pick(["2026-03-30", "customer.birthday", "last(coupon_issued).ends", "expected next(order)"])
            return f"time until {until} {operator} {self.value('duration', scope, depth - 1)}"
        moment = self.dice.made(
            lambda: self._event(scope, depth), lambda: self._moment(scope, depth), lambda: "customer.birthday"
        )
        if self.dice.chance(15):
            return f"time since {moment} between 1 day and 3 days"
        return f"time since {moment} {operator} {self.value('duration', scope, depth - 1)}"

    def _between(self, scope: Scope, depth: int) -> str:
        type_ = self.dice.pick(("number", "money", "date", "time", "moment", "duration"))
        low, high = (self.value(type_, scope, depth - 1) for _ in range(2))
        return f"{self.value(type_, scope, depth - 1)} between {low} and {high}"

    def _in(self, scope: Scope, depth: int) -> str:
        type_ = self.dice.pick(("text", "number", "money", "weekday", "date"))
        parts = ", ".join(self.value(type_, scope, depth - 1) for _ in range(self.dice.between(1, 3)))
        return f"{self.value(type_, scope, depth - 1)} {self.dice.pick(('in', 'not in'))} [{parts}]"

    def _contains(self, scope: Scope, depth: int) -> str:
        verb = self.dice.pick(("contains", "contains", "does not contain"))
        lines = ["customer.cart.items", *self.names("lines", scope)]
        return self.dice.made(
            lambda: f"customer.tags {verb} {self.text('tag')}",
            lambda: f"customer.subscriptions {verb} {self.text('list')}",
            lambda: f"{self.dice.pick(lines)}.sku {verb} {self.text('sku')}",
            lambda: f"{self.value('text', scope, depth - 1)} {verb} {self.value('text', scope, depth - 1)}",
        )

    def _texts(self, scope: Scope, depth: int) -> str:
        verb = self.dice.pick(("starts with", "ends with"))
        return f"{self.value('text', scope, depth - 1)} {verb} {self.text('path')}"

    def _known(self, scope: Scope, depth: int) -> str:
        type_ = self.dice.pick(("text", "money", "moment", "date", "event"))
        value = self._event(scope, depth) if type_ == "event" else self.value(type_, scope, depth - 1)
        return f"{value} is {self.dice.pick(('known', 'known', 'not known'))}"

    def _empty(self, scope: Scope, depth: int) -> str:
        value = self.dice.pick(["customer.tags", "customer.cart", "customer.first_name", *self.names("lines", scope)])
        return f"{value} is {self.dice.pick(('empty', 'not empty'))}"

    def _named(self, scope: Scope, depth: int) -> str:
        """Name a segment, a flow the customer may be inside, or a field that is a yes or no."""
        if self.world.segments and self.dice.chance(60):
            name = self.dice.pick(list(self.world.segments))
            parameter = self.world.segments[name]
            given = self.value("duration", scope, 0) if self.dice.chance(30) else self.literal("duration")
            calls = (name, f"{name}({given})", f"{name}({parameter} = {given})")
            return name if parameter is None else self.dice.pick(calls)
        if self.world.flows and self.dice.chance(50):
            return f"inside {self.dice.pick(self.world.flows)}"
        fields = self.names("condition", scope)
        if not fields:
            return f"any({self.stream(scope, depth)})"
        return f"{self.dice.pick(fields)} = {self.literal('condition')}" if self.dice.chance(50) else self.dice.pick(fields)

    # -- Events that something waits for ------------------------------------------------------------------------------

    def events(self, scope: Scope, kinds: tuple[str, ...], depth: int = 1, where: int = 30) -> str:
        """Write what an `on`, a `leave on` or a `wait for` looks out for: events of these kinds."""
        parts = [self.pattern(kind, scope) for kind in kinds]
        if len(parts) > 1 and self.dice.chance(25):
            parts[0] = f"({parts[0]} where {self.condition(scope.of(kinds[0]), depth)})"
        narrowed = f" where {self.condition(scope.of(*kinds), depth)}" if self.dice.chance(where) else ""
        return f"{' or '.join(parts)}{narrowed}"
