"""Work out comparisons, questions about the clock, and arithmetic: what goes together, and what comes out."""

from __future__ import annotations

from fractions import Fraction

from cadenza.check.rules import Rules, Scope
from cadenza.check.terms import (
    All,
    Arithmetic,
    AtTime,
    Choice,
    ClockComparison,
    Comparison,
    Constant,
    ElementField,
    EventField,
    In,
    ListOf,
    MomentPart,
    Not,
    Now,
    Occurrence,
    Shift,
    Term,
    TextTest,
)
from cadenza.check.types import (
    CONDITION,
    CUSTOMER,
    DATE,
    DURATION,
    MOMENT,
    MONEY,
    NUMBER,
    TIME,
    UNKNOWN,
    YEARLY_DATE,
    Type,
    is_text,
)
from cadenza.syntax import nodes as n
from cadenza.syntax.nodes.base import Node
from cadenza.values import Length

_ORDERED = ("number", "money", "date", "moment", "time", "duration", "one of")
_EQUAL = (*_ORDERED, "text", "weekday", "condition", "list")
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


class ComparisonRules(Rules):
    def compare(self, node: n.Compare, scope: Scope) -> Term:
        operator = node.operator
        if operator in ("=", "!=", "<", "<=", ">", ">="):
            if isinstance(node.left, n.TimeSince | n.TimeUntil) or isinstance(node.right, n.TimeSince | n.TimeUntil):
                return self.clock_comparison(node, scope)
            return self.ordinary(node, self.plain(node.left, scope), self.plain(node.right, scope))
        several = self.several(node.right, scope) if operator in ("in", "not in") else None
        left, right = self.plain(node.left, scope), several or self.plain(node.right, scope)
        if UNKNOWN in (left.type, right.type):
            return self.unknown(node.span)
        test: Term
        match operator:
            case "in" | "not in":
                test = self.membership(node, left, right)
            case "contains" | "does not contain":
                if right.type.name == "list" and left.type.name == "list":
                    test = self.not_comparable(node, left, right)
                elif left.type.name == "list":
                    test = self.membership(node, right, left)
                else:
                    test = self.text_test(node, "contains", left, right)
            case _:
                test = self.text_test(node, operator, left, right)
        return Not(node.span, test) if operator in ("not in", "does not contain") and test.type == CONDITION else test

    def membership(self, node: n.Compare, item: Term, whole: Term) -> Term:
        if whole.type.name != "list" or whole.type.element is None:
            segment = node.right.span.text if whole is not item else ""
            help = f"write just `{segment}`" if item.type == CUSTOMER or whole.type == CONDITION else "write a list: [1, 2]"
            self.report.add("F0401", f"`in` asks about a list, and this is {whole.type}", whole.span, help=help)
            return self.unknown(node.span)
        if self.runs_on(node, item) or self.runs_on(node, whole):
            return self.unknown(node.span)
        element = whole.type.element
        elements = whole.elements if isinstance(whole, ListOf) else (ElementField(whole.span, "", element),)
        if element == UNKNOWN or all(self.alike(item, one) is not None for one in elements):
            return In(node.span, item, whole)
        self.report.add(
            "F0401",
            f"{whole.type} never holds {item.type}",
            item.span,
            help=f"`{whole.span.text}` is {whole.type}",
        )
        return self.unknown(node.span)

    def text_test(self, node: n.Compare, test: str, whole: Term, part: Term) -> Term:
        if is_text(whole.type) and is_text(part.type):
            return TextTest(node.span, test, whole, part)
        wrong = part if is_text(whole.type) else whole
        self.report.add("F0401", f"`{test}` is about texts, and `{wrong.span.text}` is {wrong.type}", wrong.span)
        return self.unknown(node.span)

    def ordinary(self, node: n.Compare, left: Term, right: Term) -> Term:
        if UNKNOWN in (left.type, right.type):
            return self.unknown(node.span)
        sides = self.alike(left, right)
        if sides is None:
            return self.not_comparable(node, left, right)
        for side, term, other in ((node.left, left, right), (node.right, right, left)):
            if not (_moves(term) and not _moves(other)) and self.runs_on(side, term):
                return self.unknown(node.span)
        left, right = sides
        name = next((one.type.name for one in (left, right) if one.type.name == "one of"), left.type.name)
        if name not in (_EQUAL if node.operator in ("=", "!=") else _ORDERED):
            self.report.add(
                "F0401",
                f"{left.type} has no order, so `{node.operator}` means nothing here",
                node.span,
                help="use `=`, `!=` or `in [...]`" if name in _EQUAL else None,
            )
            return self.unknown(node.span)
        return Comparison(node.span, left, node.operator, right)

    def not_comparable(self, node: n.Compare, left: Term, right: Term) -> Term:
        help = None
        kinds = {left.type.name, right.type.name}
        number = left if left.type == NUMBER else right
        if kinds == {"money", "number"}:
            help = f"write the amount with its currency: {number.span.text} {self.vocabulary.currency}"
        elif kinds == {"duration", "number"}:
            help = f"write the unit: {number.span.text} days"
        elif kinds == {"customer", "condition"} and node.operator == "=":
            help = f"write just `{node.right.span.text}`"
        elif "text" in kinds and kinds & {"number", "money", "date", "moment"}:
            help = "take the quotes away"
        self.report.add(
            "F0401",
            f"`{left.span.text}` is {left.type}, and `{right.span.text}` is {right.type}: they cannot be compared",
            node.span,
            help=help,
        )
        return self.unknown(node.span)

    def alike(self, left: Term, right: Term) -> tuple[Term, Term] | None:
        """Bring two values to one type, or say that they have none in common."""
        left, right = self.as_date(left), self.as_date(right)
        if left.type == right.type:
            return left, right
        names = {left.type.name, right.type.name}
        if names == {"date", "moment"}:
            return self.as_moment(left), self.as_moment(right)
        if is_text(left.type) and is_text(right.type):
            for one, other in ((left, right), (right, left)):
                self.check_option(one, other.type)
            return left, right
        if left.type.name == right.type.name == "list":
            return left, right
        return None

    def check_option(self, term: Term, type_: Type) -> None:
        if type_.name == "one of" and isinstance(term, Constant) and term.value not in type_.options:
            self.report.unknown_name(
                "F0409",
                f"this can only be {type_}",
                term.span,
                [f'"{option}"' for option in type_.options],
                "write one of these, or add it where the field is declared",
            )

    def at_of(self, term: Term) -> Term:
        """Give the instant of an event, and any other value as it is."""
        return EventField(term.span, term, "at", MOMENT) if term.type.name == "event" else term

    def as_date(self, term: Term) -> Term:
        return Occurrence(term.span, term, "next", DATE) if term.type == YEARLY_DATE else term

    def as_moment(self, term: Term) -> Term:
        term = self.as_date(term)
        return AtTime(term.span, term, Constant(term.span, 0, TIME)) if term.type == DATE else term

    # -- Time ---------------------------------------------------------------------------------------------------------

    def clock_comparison(self, node: n.Compare, scope: Scope) -> Term:
        """`time since X >= D`, or two such with each other (semantics 1.6)."""
        left, operator, right = node.left, node.operator, node.right
        if not isinstance(left, n.TimeSince | n.TimeUntil):
            left, operator, right = right, _TURNED.get(operator, operator), left
        assert isinstance(left, n.TimeSince | n.TimeUntil)
        direction = "since" if isinstance(left, n.TimeSince) else "until"
        moment = self.moment_of(left, direction, scope)
        if isinstance(right, n.TimeSince | n.TimeUntil):
            other = self.moment_of(right, "since" if isinstance(right, n.TimeSince) else "until", scope)
            return self.two_clocks(node, left, operator, right, moment, other)
        length = self.length(right, scope)
        if operator in ("=", "!="):
            self.report.add(
                "F0407",
                f"`{left.span.text}` runs on all the time, so it is `{operator}` for an instant only",
                node.span,
                help="use `>=`, `>`, `<` or `<=`",
            )
            return self.unknown(node.span)
        if UNKNOWN in (moment.type, length.type):
            return self.unknown(node.span)
        return ClockComparison(node.span, direction, moment, operator, length)

    def two_clocks(
        self,
        node: n.Compare,
        left: n.TimeSince | n.TimeUntil,
        operator: str,
        right: n.TimeSince | n.TimeUntil,
        a: Term,
        b: Term,
    ) -> Term:
        if type(left) is not type(right):
            self.report.add(
                "F0407",
                "one of these grows while the other shrinks, so comparing them has no one answer",
                node.span,
                help="compare each with a length of time: `time since last(order) > 30 days`",
            )
            return self.unknown(node.span)
        if UNKNOWN in (a.type, b.type):
            return self.unknown(node.span)
        since = isinstance(left, n.TimeSince)
        came = Comparison(node.span, a, _TURNED.get(operator, operator) if since else operator, b)
        # Both must have come (or be still to come) for either time to be known.
        zero = Constant(node.span, Length(), DURATION)
        clocks = (ClockComparison(node.span, "since" if since else "until", one, ">=", zero) for one in (a, b))
        return Choice(node.span, ((All(node.span, tuple(clocks)), came),), None, CONDITION)

    def moment_of(self, node: n.TimeSince | n.TimeUntil, direction: str, scope: Scope) -> Term:
        term = self.plain(node.moment, scope)
        if term.type == YEARLY_DATE:
            term = Occurrence(term.span, term, "last" if direction == "since" else "next", DATE)
        term = self.as_moment(self.at_of(term))
        if term.type not in (MOMENT, UNKNOWN):
            self.report.add(
                "F0401",
                f"`time {direction}` takes a moment, a date or an event, and this is {term.type}",
                node.moment.span,
                help="name an event: time since last(order)",
            )
            return self.unknown(node.span)
        return self.unknown(node.span) if self.runs_on(node.moment, term) else term

    def moving_alone(self, node: n.TimeSince | n.TimeUntil, scope: Scope) -> Term:
        self.moment_of(node, "since", scope)
        self.report.add(
            "F0407",
            f"`{node.span.text}` runs on all the time, so it can only be compared",
            node.span,
            help=f"write `{node.span.text} >= 30 days`",
        )
        return self.unknown(node.span)

    def length(self, node: n.Expression, scope: Scope) -> Term:
        """Give the term of what must be a length of time."""
        term = self.plain(node, scope)
        if term.type in (DURATION, UNKNOWN):
            return term
        help = {
            "number": f"write the unit: {node.span.text} days",
            "time": f"to wait for a time of day, write `wait until {node.span.text}`",
            "date": f"to wait for a day, write `wait until {node.span.text}`",
        }.get(term.type.name)
        self.report.add("F0406", f"this must be a length of time, and `{node.span.text}` is {term.type}", node.span, help=help)
        return self.unknown(node.span)

    def shifted(self, node: n.Shifted, scope: Scope) -> Term:
        length, moment = self.length(node.amount, scope), self.plain(node.moment, scope)
        return self.moved(node, moment, -1 if node.direction == "before" else 1, length)

    def moved(self, node: n.Expression, moment: Term, sign: int, length: Term) -> Term:
        if UNKNOWN in (moment.type, length.type):
            return self.unknown(node.span)
        moment = self.at_of(moment)
        if moment.type not in (MOMENT, DATE, YEARLY_DATE):
            self.report.add(
                "F0401", f"a length of time can be before or after a date or a moment, and this is {moment.type}", moment.span
            )
            return self.unknown(node.span)
        type_ = moment.type
        if type_ != MOMENT and not (isinstance(length, Constant) and _whole_days(length.value)):
            moment, type_ = self.as_moment(moment), MOMENT
        return Shift(node.span, moment, sign, length, type_)

    def runs_on(self, node: n.Expression, term: Term) -> bool:
        """Report what is worked out from `now`: no instant could be foretold at which the answer changes (semantics 1.6)."""
        if not _has_now(term):
            return False
        self.report.add(
            "F0407",
            "`now` runs on all the time, so it can only be compared with a moment",
            node.span,
            help="for a length of time up to now, write `time since last(order) >= 3 days`, or `order in the last 3 days`",
        )
        return True

    # -- Arithmetic ---------------------------------------------------------------------------------------------------

    def arithmetic(self, node: n.Arithmetic, scope: Scope) -> Term:
        left, right = self.plain(node.left, scope), self.plain(node.right, scope)
        a, b, operator = left.type.name, right.type.name, node.operator
        if UNKNOWN in (left.type, right.type):
            return self.unknown(node.span)
        if operator in "+-" and b == "duration" and a in ("moment", "date", "event", "yearly date"):
            return self.moved(node, left, 1 if operator == "+" else -1, right)
        if operator == "+" and a == "duration" and b in ("moment", "date", "event", "yearly date"):
            return self.moved(node, right, 1, left)
        type_ = _RESULTS.get((a, operator, b))
        if type_ is not None:
            self.whole(node, left, right)
            return Arithmetic(node.span, left, operator, right, type_)
        help = None
        if {a, b} == {"number", "money"} and operator in "+-":
            number = left if a == "number" else right
            help = f"write the amount with its currency: {number.span.text} {self.vocabulary.currency}"
        word = {"+": "added to", "-": "taken from", "*": "multiplied by", "/": "divided by"}[operator]
        first, second = (right, left) if operator in "+-" else (left, right)
        self.report.add("F0401", f"{first.type} cannot be {word} {second.type}", node.span, help=help)
        return self.unknown(node.span)

    def whole(self, node: n.Arithmetic, left: Term, right: Term) -> None:
        """Report days or months that come out in parts, where that is known: such a length of time is unknown."""
        if not isinstance(left, Constant) or not isinstance(right, Constant):
            return
        match (right.value, left.value) if isinstance(right.value, Length) else (left.value, right.value):
            case Length() as length, int() | Fraction() as number if number:
                by = Fraction(1, number) if node.operator == "/" else Fraction(number)
                if (length.months * by).denominator != 1 or (length.days * by).denominator != 1:
                    self.report.add(
                        "F0418",
                        "days, months and years are counted in the calendar, so there are no parts of them",
                        node.span,
                        help="write it in a smaller unit, such as 36 hours",
                    )

    def negative(self, node: n.Negative, term: Term) -> Term:
        if term.type in (NUMBER, MONEY):
            return Arithmetic(node.span, Constant(node.span, 0, term.type), "-", term, term.type)
        if term.type != UNKNOWN:
            self.report.add("F0401", f"only a number or an amount can be negative, and this is {term.type}", node.span)
        return self.unknown(node.span)


_RESULTS: dict[tuple[str, str, str], Type] = {
    ("number", "+", "number"): NUMBER,
    ("number", "-", "number"): NUMBER,
    ("number", "*", "number"): NUMBER,
    ("number", "/", "number"): NUMBER,
    ("money", "+", "money"): MONEY,
    ("money", "-", "money"): MONEY,
    ("money", "*", "number"): MONEY,
    ("number", "*", "money"): MONEY,
    ("money", "/", "number"): MONEY,
    ("money", "/", "money"): NUMBER,
    ("duration", "+", "duration"): DURATION,
    ("duration", "-", "duration"): DURATION,
    ("duration", "*", "number"): DURATION,
    ("number", "*", "duration"): DURATION,
    ("duration", "/", "number"): DURATION,
    ("moment", "-", "moment"): DURATION,
}


def _moves(term: Term) -> bool:
    """Whether a term is `now`, or what the clock reads now: each is compared with something that stays."""
    return isinstance(term, Now) or (isinstance(term, MomentPart) and term.part == "time" and isinstance(term.whole, Now))


def _has_now(term: object) -> bool:
    """Whether `now` itself, or `now.time`, is in a term; of its other parts, such as `now.hour`, it is known when they change."""
    match term:
        case Constant():
            return False
        case Now():
            return True
        case MomentPart(whole=Now(), part=part):
            return part == "time"
        case Comparison(left=left, right=right):
            return any(_has_now(one) for one in (left, right) if isinstance(one, Now) or not _moves(one))
        case Node():
            return any(_has_now(one) for one in term.inner())
    return False


def _whole_days(value: object) -> bool:
    return isinstance(value, Length) and value.micros == 0
