"""Compile terms to closures: each takes the customer and the element a `where` speaks of, and gives a value.

Rule 1: a closure that depends on the clock lowers `customer.until` to the instant at which its value may change with no new
event. Whoever watches a condition sets `until` to NEVER, computes, and looks again then: nothing polls, nothing is late.
Rule 2: unknown is None, and every closure says what it makes of it (semantics 2.1, 2.2).
Rule 3: a closure reads; it never changes the customer.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, assert_never

from cadenza.check import terms as t
from cadenza.check.types import Type
from cadenza.check.vocabulary import EventKind
from cadenza.engine.among import Ask, Means, Shares, looked_up, of_members, ranked, spend
from cadenza.engine.calendar import day_end, moment_part, occurrence
from cadenza.engine.clock import add_days, add_months
from cadenza.engine.closures import (
    ORDER,
    arithmetic,
    chosen,
    clock_passed,
    compared_lengths,
    elapsed,
    empty_of,
    every,
    mapped,
    now_against,
    some,
    time_of_day,
    today,
    turned,
)
from cadenza.engine.dependencies import depends
from cadenza.engine.layout import Layout
from cadenza.engine.products import Products
from cadenza.engine.reductions import elements
from cadenza.engine.show import Shower
from cadenza.syntax.walk import walk
from cadenza.values import Length, Value

if TYPE_CHECKING:
    from cadenza.engine.customer import Customer

Compiled = Callable[["Customer", Any], Any]

_TEXT_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "contains": operator.contains,
    "starts with": str.startswith,
    "ends with": str.endswith,
}


class Conditions(Products):
    """The compiler of one program. `kinds` says which events a bare field belongs to, none of them for a line."""

    def __init__(
        self,
        layout: Layout,
        events: Mapping[str, EventKind],
        shower: Shower,
        flows: Sequence[str],
        scores: frozenset[str],
    ) -> None:
        super().__init__(layout, events)
        self._shower = shower
        self._flows = {name: place for place, name in enumerate(flows)}
        self._scores = scores
        self.asks: dict[t.Percentile | t.Similarity, Ask] = {}
        """What is asked about a customer among all of them, each question once."""

    def compile(self, term: t.Term, kinds: tuple[str, ...] | None = None) -> Compiled:  # noqa: C901 - one case for each construct
        match term:
            case t.Constant(value=value):
                return lambda c, e: value
            case t.CustomerField(name=name, type=type_):
                return self._customer_field(name, type_)
            case t.CartField(name=name):
                return self._cart_field(name)
            case t.Trigger():
                return lambda c, e: c.run.trigger
            case t.Now():
                return lambda c, e: c.now
            case t.Today():
                return today
            case t.MomentPart(part=part, whole=whole):
                return self._moment_part(part, whole, kinds)
            case t.AtTime(date=date, time=time):
                return self._at_time(self.compile(date, kinds), self.compile(time, kinds))
            case t.Occurrence(yearly=yearly, which=which):
                return self._occurrence(yearly, which, kinds)
            case t.EventField() | t.ElementField() | t.EachField():
                return self._field(term, kinds)
            case t.All() | t.Some() | t.Not() | t.Holds() | t.IsKnown() | t.IsEmpty() | t.InsideFlow() | t.Choice():
                return self._logic(term, kinds)
            case t.Comparison():
                return self._comparison(term, kinds)
            case t.ClockComparison():
                return self._clock_comparison(term, kinds)
            case t.Elapsed(direction=direction, moment=moment):
                return elapsed(direction, self.compile(moment, kinds))
            case t.In() | t.TextTest():
                return self._containing(term, kinds)
            case t.Arithmetic():
                return self._arithmetic(term, kinds)
            case t.Shift():
                return self._shift(term, kinds)
            case t.ListOf(elements=elements):
                parts = [self.compile(one, kinds) for one in elements]
                return lambda c, e: tuple([part(c, e) for part in parts])
            case t.Written(pieces=pieces):
                return self._written(pieces, kinds)
            case t.Aggregate():
                return self.aggregate(term, kinds)
            case t.Percentile() | t.Similarity():
                return looked_up(self._ask_all(term))
            case t.ProductField() | t.Due() | t.Once():
                return self.of_product(term)
            case _:
                assert_never(term)

    # -- Customers, events, lines -------------------------------------------------------------------------------------

    def _customer_field(self, name: str, type_: Type) -> Compiled:
        if name == "tags":
            return lambda c, e: tuple(c.tags)
        if name == "subscriptions":
            return lambda c, e: tuple(c.subscriptions)
        if name in self._scores:
            return lambda c, e: c.score(name)
        if type_.name == "list":
            return lambda c, e: c.fields.get(name) or ()
        return lambda c, e: c.fields.get(name)

    def _cart_field(self, name: str) -> Compiled:
        place = self._layout.place("cart", name)
        empty: Value = () if name == "items" else 0
        return lambda c, e: empty if c.cart is None else c.cart.fields[place]

    def _field(self, term: t.EventField | t.ElementField | t.EachField, kinds: tuple[str, ...] | None) -> Compiled:
        match term:
            case t.ElementField(name=name):
                if kinds is None:
                    raise AssertionError(term)
                if kinds:
                    (kind,) = kinds
                    if name not in self._layout.events[kind]:
                        empty = empty_of(name, term.type)
                        return lambda c, e: empty
                place = self._layout.place(kinds[0], name) if kinds else self._layout.line_place(name)
                return (lambda c, e: e[place] or ()) if term.type.name == "list" else lambda c, e: e[place]
            case t.EachField(lines=lines, name=name):
                items, place = self.compile(lines, kinds), self._layout.line_place(name)
                return lambda c, e: tuple([line[place] for line in items(c, e) or ()])
            case t.EventField(event=event, name=name):
                return self._event_field(term, event, name, kinds)

    def _event_field(self, term: t.EventField, event: t.Term, name: str, kinds: tuple[str, ...] | None) -> Compiled:
        if name == "at" and isinstance(event, t.Aggregate) and (quick := self.end_at(event, kinds)) is not None:
            return quick
        whole = self.compile(event, kinds)
        if event.type.name == "line":
            place = self._layout.line_place(name)
            return lambda c, e: None if (one := whole(c, e)) is None else one[place]
        if name == "at":
            return lambda c, e: None if (one := whole(c, e)) is None else one.at
        empty = empty_of(name, term.type)
        places = {kind: self._layout.place(kind, name) for kind in event.type.kinds if name in self._layout.events[kind]}

        def field(c: Customer, e: Any) -> Any:
            one = whole(c, e)
            # The clock is a trigger without fields, and so is a kind that has no such field.
            found = None if one is None or one.kind not in places else one.fields[places[one.kind]]
            return empty if found is None else found

        return field

    # -- Logic --------------------------------------------------------------------------------------------------------

    def _logic(
        self,
        term: t.All | t.Some | t.Not | t.Holds | t.IsKnown | t.IsEmpty | t.InsideFlow | t.Choice,
        kinds: tuple[str, ...] | None,
    ) -> Compiled:
        match term:
            case t.All(parts=parts):
                return every([self.compile(part, kinds) for part in parts])
            case t.Some(parts=parts):
                return some([self.compile(part, kinds) for part in parts])
            case t.Not(part=part):
                inner = self.compile(part, kinds)
                return lambda c, e: None if (value := inner(c, e)) is None else not value
            case t.Holds(part=part):
                inner = self.compile(part, kinds)
                return lambda c, e: inner(c, e) is True
            case t.IsKnown(part=part):
                inner = self.compile(part, kinds)
                return lambda c, e: inner(c, e) is not None
            case t.IsEmpty(part=part):
                inner = self.compile(part, kinds)
                return lambda c, e: (value := inner(c, e)) is None or value in ("", ())
            case t.InsideFlow(flow=flow):
                place = self._flows[flow]
                return lambda c, e: c.inside(place)
            case t.Choice(cases=cases, otherwise=otherwise):
                compiled = [(self.compile(a, kinds), self.compile(b, kinds)) for a, b in cases]
                last = None if otherwise is None else self.compile(otherwise, kinds)
                return chosen(compiled, last)

    def _comparison(self, term: t.Comparison, kinds: tuple[str, ...] | None) -> Compiled:
        for side, other, sign in ((term.left, term.right, term.operator), (term.right, term.left, turned(term.operator))):
            if isinstance(side, t.Now):
                return now_against(self.compile(other, kinds), sign)
            if isinstance(side, t.MomentPart) and side.part == "time" and isinstance(side.whole, t.Now):
                return time_of_day(self.compile(other, kinds), sign)
        left, right, compare = self.compile(term.left, kinds), self.compile(term.right, kinds), ORDER[term.operator]
        types = (term.left.type, term.right.type)
        options = next((one.options for one in types if one.name == "one of"), ())
        rank = {option: place for place, option in enumerate(options)} if term.operator not in ("=", "!=") else {}
        if rank:
            left, right = mapped(left, rank.get), mapped(right, rank.get)
        if types[0].name == "duration":
            return compared_lengths(left, right, compare)
        if isinstance(term.right, t.Constant) and term.right.value is not None:
            constant: Any = rank.get(str(term.right.value)) if rank else term.right.value
            return lambda c, e: None if (a := left(c, e)) is None else compare(a, constant)

        def both(c: Customer, e: Any) -> bool | None:
            a, b = left(c, e), right(c, e)
            return None if a is None or b is None else compare(a, b)

        return both

    def _containing(self, term: t.In | t.TextTest, kinds: tuple[str, ...] | None) -> Compiled:
        if isinstance(term, t.In):
            item, whole = self.compile(term.item, kinds), self.compile(term.whole, kinds)

            def inside(c: Customer, e: Any) -> bool | None:
                a, b = item(c, e), whole(c, e)
                return None if a is None else a in (b or ())

            return inside
        text, part = self.compile(term.whole, kinds), self.compile(term.part, kinds)
        test = _TEXT_TESTS[term.test]

        def tested(c: Customer, e: Any) -> bool | None:
            a, b = text(c, e), part(c, e)
            return None if a is None or b is None else test(a, b)

        return tested

    # -- Time ---------------------------------------------------------------------------------------------------------

    def _clock_comparison(self, term: t.ClockComparison, kinds: tuple[str, ...] | None) -> Compiled:
        return clock_passed(term.direction, self.compile(term.moment, kinds), term.operator, self.compile(term.length, kinds))

    def _moment_part(self, part: str, whole: t.Term, kinds: tuple[str, ...] | None) -> Compiled:
        if isinstance(whole, t.Now | t.Today):
            return lambda c, e: moment_part(part, c.now, c, moving=True)
        inner = self.compile(whole, kinds)
        name = whole.type.name
        if name == "yearly date":
            return lambda c, e: None if (value := inner(c, e)) is None else value[0 if part == "month" else 1]
        if name == "date":
            return lambda c, e: None if (value := inner(c, e)) is None else moment_part(part, c.zone.at(value), c)
        return lambda c, e: None if (value := inner(c, e)) is None else moment_part(part, value, c)

    def _at_time(self, date: Compiled, time: Compiled) -> Compiled:
        def instant(c: Customer, e: Any) -> int | None:
            day, clock = date(c, e), time(c, e)
            return None if day is None or clock is None else c.zone.at(day, clock)

        return instant

    def _occurrence(self, yearly: t.Term, which: str, kinds: tuple[str, ...] | None) -> Compiled:
        shifts: list[tuple[int, Length]] = []
        while isinstance(yearly, t.Shift):
            assert isinstance(yearly.length, t.Constant)
            assert isinstance(yearly.length.value, Length)
            shifts.insert(0, (yearly.sign, yearly.length.value))
            yearly = yearly.moment
        base = self.compile(yearly, kinds)

        def day(c: Customer, e: Any) -> int | None:
            found = base(c, e)
            if found is None:
                return None
            c.until = min(c.until, day_end(c.now, c.zone))
            return occurrence(found, shifts, which, c.zone.day(c.now))

        return day

    def _shift(self, term: t.Shift, kinds: tuple[str, ...] | None) -> Compiled:
        moment, length, sign = self.compile(term.moment, kinds), self.compile(term.length, kinds), term.sign
        if term.type.name == "date":

            def day(c: Customer, e: Any) -> int | None:
                a, b = moment(c, e), length(c, e)
                return None if a is None or b is None else add_days(add_months(a, sign * b.months), sign * b.days)

            return day

        def instant(c: Customer, e: Any) -> int | None:
            a, b = moment(c, e), length(c, e)
            return None if a is None or b is None else c.zone.add(a, b, sign)

        return instant

    # -- Among all customers ------------------------------------------------------------------------------------------

    def _ask_all(self, term: t.Percentile | t.Similarity) -> Ask:
        """Give the question that a term asks; those that it depends on come before it."""
        if term in self.asks:
            return self.asks[term]
        table: type[Shares | Means]
        if isinstance(term, t.Percentile):
            asked, table, bought = term.value, Shares, frozenset[str]()
            own = counted = ranked(self.compile(asked), term.clock, asked.type.name)
        else:
            asked, table, bought = term.members, Means, frozenset({"order"})
            _, column = self._ask(term.bought)
            own = spend(elements(column, None), *map(self._layout.line_place, ("category", "price", "quantity")))
            counted = of_members(self.compile(asked), own)
        kinds = depends(asked, self._scores) | bought
        inner = [self.asks[one].level for one in walk(asked) if isinstance(one, t.Percentile | t.Similarity)]
        ask = self.asks[term] = Ask(len(self.asks), counted, own, kinds, max(inner, default=-1) + 1, table)
        return ask

    # -- Numbers and texts --------------------------------------------------------------------------------------------

    def _arithmetic(self, term: t.Arithmetic, kinds: tuple[str, ...] | None) -> Compiled:
        left, right = self.compile(term.left, kinds), self.compile(term.right, kinds)
        work = arithmetic(term.left.type, term.operator, term.type)

        def result(c: Customer, e: Any) -> Any:
            a, b = left(c, e), right(c, e)
            return None if a is None or b is None else work(a, b)

        return result

    def _written(self, pieces: Sequence[str | tuple[t.Term, t.Term | None]], kinds: tuple[str, ...] | None) -> Compiled:
        compiled: list[str | list[tuple[Compiled, Type]]] = []
        for piece in pieces:
            if isinstance(piece, str):
                compiled.append(piece)
            else:
                compiled.append([(self.compile(one, kinds), one.type) for one in piece if one is not None])
        show = self._shower.text

        def written(c: Customer, e: Any) -> str:
            texts = []
            for piece in compiled:
                if isinstance(piece, str):
                    texts.append(piece)
                    continue
                for part, type_ in piece:
                    if (value := part(c, e)) is not None:
                        texts.append(show(value, type_, c.zone))
                        break
            return "".join(texts)

        return written
