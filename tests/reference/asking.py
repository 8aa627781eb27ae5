"""What expressions mean (semantics 1 and 2), by going through the whole history for every question."""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import Any

from cadenza.syntax import nodes as n
from cadenza.syntax.builder import MONTHS, WEEKDAYS
from cadenza.values import HOUR, Length
from tests.reference.program import Scope, bound
from tests.reference.streams import Event, Streams
from tests.reference.times import UNITS, Moment, Money, Weekday, Yearly, later, plus, shown, times

ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}


class Asking(Streams):
    """Answers questions about one customer, now."""

    today: date
    bound = staticmethod(bound)

    def go(self, instant: int) -> None:
        self.now = Moment(instant)
        self.today = self.clock.wall(instant).date()

    def moment(self, value: Any, *, last: bool = False) -> Moment | None:
        """1.7: a date is its start, a yearly date its next occurrence, or its last one."""
        match value:
            case Event():
                return value.at
            case Yearly():
                return self.clock.at(value.last(self.today) if last else value.next(self.today))
            case date():
                return self.clock.at(value)
        return value

    def true(self, node: Any, scope: Scope) -> bool:
        """2.1: what is unknown does not hold."""
        return node is None or self.value(node, scope) is True

    def value(self, node: Any, s: Scope) -> Any:  # noqa: C901 - one case for each kind of node
        match node:
            case n.Parenthesis(value=inner):
                return self.value(inner, s)
            case n.Or(parts=parts):
                found = [self.value(part, s) for part in parts]
                return True if True in found else None if None in found else False
            case n.And(parts=parts) | n.AllOf(conditions=parts):
                found = [self.value(part, s) for part in parts]
                return False if False in found else None if None in found else True
            case n.AnyOf(conditions=parts):
                return self.value(n.Or(node.span, parts), s)
            case n.NoneOf(conditions=parts):
                return self.value(n.Negation(node.span, n.Or(node.span, parts)), s)
            case n.Negation(value=inner):
                return None if (found := self.value(inner, s)) is None else not found
            case n.Compare(left=left, operator=how, right=right):
                return self.compare(left, how, right, s)
            case n.Between(value=inner, low=low, high=high):
                bounds = n.Compare(node.span, inner, ">=", low), n.Compare(node.span, inner, "<=", high)
                return self.value(n.And(node.span, bounds), s)
            case n.IsKnown(value=inner):  # 2.2
                return self.value(inner, s) is not None
            case n.IsNotKnown(value=inner):
                return self.value(inner, s) is None
            case n.IsEmpty(value=inner):
                found = self.value(inner, s)
                return not (found.get("items") if isinstance(found, Event) else found)
            case n.IsNotEmpty(value=inner):
                return not self.value(n.IsEmpty(node.span, inner), s)
            case n.Inside(flow=flow):
                return any(run.flow.family == flow.text for run in self.runs)
            case n.Shifted(amount=amount, direction=direction, moment=moment):
                sign = Fraction(1 if direction == "after" else -1)
                return self.shifted(self.value(moment, s), times(self.value(amount, s), sign))
            case n.Arithmetic(left=left, operator=how, right=right):
                return self.arithmetic(self.value(left, s), how, self.value(right, s))
            case n.Negative(value=inner):
                found = self.value(inner, s)
                return None if found is None else Money(-found.amount) if isinstance(found, Money) else -found
            case n.Member(owner=owner, name=name):
                return self.member(owner, name.text, s)
            case n.Name():
                return self.named(node, s)
            case n.Call(name=name, arguments=arguments):
                asked = self.program.declared(name)
                return self.among(name.text, arguments[0], s) if asked is None else self.called(asked, arguments, s)
            case n.List(elements=elements):
                return [self.value(one, s) for one in elements]
            case n.Aggregate():
                return self.aggregate(node, s)
            case n.Number(value=number) | n.Percent(value=number):
                return number
            case n.Money(amount=amount):
                return Money(amount)
            case n.Duration(spans=spans):
                total = Length()
                for span in spans:
                    total = plus(total, times(UNITS[span.unit.name], span.amount))
                return total
            case n.Text(value=text, parts=parts):
                return "".join(part if isinstance(part, str) else self.interpolated(part, s) for part in parts) if parts else text
            case n.Weekday(number=number):
                return Weekday(number)
            case n.DayMoment(year=year, month=month, day=day, time=clock):
                whole = date(year, month, day)
                return whole if clock is None else self.clock.at(whole, self.value(clock, s))
            case n.ClockTime(minutes=minutes):
                return time(minutes // 60, minutes % 60)
            case n.Yes() | n.No():
                return isinstance(node, n.Yes)
        raise ValueError(node)

    def interpolated(self, part: Any, s: Scope) -> str:
        found = self.value(part.value, s)
        if found is None and part.otherwise is not None:
            found = self.value(part.otherwise, s)
        found = self.shown(found)
        return "" if found is None else str(found)

    def coming_up(self, value: Any) -> Any:
        return value.next(self.today) if isinstance(value, Yearly) else value

    def shown(self, value: Any) -> Any:
        return shown(self.coming_up(value), self.clock, self.currency)

    # -- Names ---------------------------------------------------------------------------------------------------------

    def named(self, node: n.Name, s: Scope) -> Any:
        name = node.text
        if name in s.fields:
            return self.field(s.element, name)
        if name in s.given:
            return self.value(*s.given[name])
        asked = self.program.declared(node)
        if asked is not None:
            return self.called(asked, (), s)
        if name in MONTHS:
            return Fraction(MONTHS[name])
        if name in WEEKDAYS:
            return Weekday(WEEKDAYS[name])
        return {"now": self.now, "today": self.today, "trigger": s.trigger}[name]

    def called(self, head: Any, arguments: tuple[Any, ...], s: Scope) -> Any:
        """Ask a segment or value, which knows nothing but its parameters."""
        inner = Scope(self.bound(head, arguments, s))
        match head:
            case n.Segment(where=where):
                return self.true(where, inner)  # 2.2: a segment is true or false
            case n.SegmentBlock(conditions=conditions):
                return all(self.true(one, inner) for one in conditions)
            case n.Value(value=value):
                return self.value(value, inner)
        cases = [one for one in head.cases if isinstance(one, n.Otherwise) or self.true(one.condition, inner)]
        return self.value(cases[0].value, inner) if cases else None

    def among(self, question: str, node: Any, s: Scope) -> Fraction | None:
        raise NotImplementedError

    def member(self, owner: Any, name: str, s: Scope) -> Any:
        if isinstance(owner, n.Name) and owner.text == "customer":
            match name:
                case "cart":
                    return self.cart()
                case "tags" | "subscriptions":
                    return list(self.lists[name])
            return self.listed(self.score(name), self.program.types.get(name))
        found = self.value(owner, s)
        match found:
            case list():
                return [one.get(name) for one in found]
            case Moment():
                if name == "hour":
                    half = self.now - self.now % (HOUR // 2) + HOUR // 2
                    self.look(half if self.clock.wall(half).minute == 0 else half + HOUR // 2)
                return self.part(self.clock.wall(found), name)
            case date() | Yearly():
                return self.part(found, name)
            case None:
                return [] if name in self.program.lists else None
        return self.field(found, name)

    def field(self, found: Any, name: str) -> Any:
        kind = self.program.events.get(found.kind) if isinstance(found, Event) else None
        return self.listed(found.get(name), kind and kind.fields.get(name))

    def listed(self, value: Any, type_: Any) -> Any:
        """2.2: lists are never unknown."""
        return [] if value is None and isinstance(type_, n.ListType) else value

    def part(self, day: Any, name: str) -> Any:
        match name:
            case "date":
                return day.date()
            case "time":
                return day.time()
            case "weekday":
                return Weekday(day.weekday())
        return Fraction(getattr(day, name))

    def cart(self) -> Event:
        """2.5: what the last `cart` said, empty after `empty_cart` and after an order."""
        said = [event for event in self.history if event.kind in ("cart", "empty_cart", "order")]
        return (
            said[-1] if said and said[-1].kind == "cart" else Event("cart", self.now, {"items": [], "total": Money(Fraction(0))})
        )

    # -- Comparing -----------------------------------------------------------------------------------------------------

    def compare(self, left: Any, how: str, right: Any, s: Scope) -> bool | None:
        left, right = (node.value if isinstance(node, n.Parenthesis) else node for node in (left, right))
        if isinstance(right, n.TimeSince | n.TimeUntil) and not isinstance(left, n.TimeSince | n.TimeUntil):
            left, how, right = right, TURNED[how], left
        match left, right:
            case n.TimeSince(moment=one), n.TimeSince(moment=other):  # 1.6: who is longer ago came earlier
                return self.ordered(self.past(one, s), TURNED[how], self.past(other, s))
            case n.TimeUntil(moment=one), n.TimeUntil(moment=other):
                return self.ordered(self.coming(one, s), how, self.coming(other, s))
            case n.TimeSince(moment=one), _:  # `>= D` from X + D on
                edge = self.shifted(self.past(one, s), self.value(right, s))
                self.look_for(edge)
                return self.ordered(self.now, how, edge)
            case n.TimeUntil(moment=one), _:  # `<= D` from X - D on
                edge = self.shifted(self.coming(one, s), times(self.value(right, s), Fraction(-1)))
                self.look_for(edge)
                return self.ordered(self.now, TURNED[how], edge)
        one, other = self.value(left, s), self.value(right, s)
        for node, value in ((left, one), (right, other)):
            if not node.span.text.startswith("now"):
                self.look_for(value)
        if isinstance(one, Yearly) or isinstance(other, Yearly):  # 1.7: its next occurrence
            one, other = (value.next(self.today) if isinstance(value, Yearly) else value for value in (one, other))
        if isinstance(one, str) and isinstance(other, str) and how in ("<", "<=", ">", ">="):
            options = self.options(left) or self.options(right)
            one, other = options.index(one), options.index(other)
        return self.ordered(one, how, other)

    def options(self, node: Any) -> list[str]:
        declared = self.program.types.get(node.name.text) if isinstance(node, n.Member) else None
        return [option.value for option in declared.options] if isinstance(declared, n.OneOfType) else []

    def past(self, node: Any, s: Scope) -> Moment | None:
        """`time since X` is known once X has come (1.6)."""
        found = self.moment(self.value(node, s), last=True)
        if found is not None:
            self.look(found)
        return found if found is not None and found <= self.now else None

    def coming(self, node: Any, s: Scope) -> Moment | None:
        """`time until X` is known while X is not past (1.6)."""
        found = self.moment(self.value(node, s))
        if found is not None:
            self.look(found, found + 1)
        return found if found is not None and found >= self.now else None

    def ordered(self, one: Any, how: str, other: Any) -> bool | None:
        if one is None or other is None:  # 2.1
            return None
        match how:
            case "in" | "not in":
                return (one in [value for value in other if value is not None]) == (how == "in")  # 2.5
            case "contains" | "does not contain":
                return (other in one) == (how == "contains")
            case "starts with":
                return bool(one.startswith(other))
            case "ends with":
                return bool(one.endswith(other))
        if isinstance(one, Length) and isinstance(other, Length):
            one, other = one.comparable, other.comparable
            if (one[0] or other[0]) and (one[1] or other[1]):
                return None  # 1.6: months have no place among days
        if isinstance(one, Moment) != isinstance(other, Moment):
            one, other = self.moment(one), self.moment(other)
        return ORDER[how](one, other)

    def look_for(self, value: Any) -> None:
        """Remember when the clock reaches what it is compared with."""
        if isinstance(value, Moment):
            self.look(value, value + 1)
        elif isinstance(value, time):
            for day, fold in ((0, 0), (0, 1), (1, 0)):
                at = self.clock.instant(datetime.combine(self.today + timedelta(day), value), fold)
                self.look(at, at + 1)

    # -- Reckoning -----------------------------------------------------------------------------------------------------

    def shifted(self, value: Any, length: Length | None) -> Any:
        if length is None or value is None:
            return None
        match value:
            case Yearly(shifts=before):
                return value._replace(shifts=(*before, length))
            case Event() | Moment():
                return self.clock.add(self.moment(value) or 0, length)
            case date() if length.micros == 0:
                return later(value, length)
        return self.clock.add(self.clock.at(value), length)

    def arithmetic(self, one: Any, how: str, other: Any) -> Any:
        if one is None or other is None:
            return None
        if how in "+-":
            sign = Fraction(1 if how == "+" else -1)
            match one, other:
                case Money(), Money():
                    return Money(one.amount + sign * other.amount)
                case Length(), Length():
                    return plus(one, times(other, sign))
                case Length(), _:
                    return self.shifted(other, one)
                case _, Length():
                    return self.shifted(one, times(other, sign))
                case Moment(), Moment():
                    return Length(0, 0, one - other)
            return one + sign * other
        if how == "*":
            one, other = (other, one) if isinstance(other, Money | Length) else (one, other)
            return (
                Money(one.amount * other)
                if isinstance(one, Money)
                else (times if isinstance(one, Length) else operator.mul)(one, other)
            )
        by = other.amount if isinstance(other, Money) else Fraction(other)
        if by == 0:
            return None  # 2.4
        match one:
            case Money():
                return one.amount / by if isinstance(other, Money) else Money(one.amount / by)
            case Length():
                return times(one, 1 / by)
        return one / by
