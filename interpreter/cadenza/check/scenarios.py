"""Check `test` blocks: that everything in them is known, so that what fails in a test is a flow and never a slip of the pen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, assert_never

import attrs

from cadenza.check import program as p
from cadenza.check.rules import Bound
from cadenza.check.steps import StepRules
from cadenza.check.terms import Constant
from cadenza.check.types import DATE, TEXT, UNKNOWN, YEARLY_DATE, Type, is_text
from cadenza.check.vocabulary import LIMIT_NOUNS, REASONS
from cadenza.records import Record
from cadenza.syntax import nodes as n
from cadenza.syntax.walk import walk

_NOUNS = {**LIMIT_NOUNS, "coupon": None}


@attrs.define(eq=False)
class ScenarioRules:
    """The tests of one file; `flows` are those that run."""

    steps: StepRules
    flows: Sequence[p.Flow]
    shop: p.Shop
    people: set[str] = attrs.field(factory=set)
    last_day: tuple[int, int, int, int] | None = None
    expects: bool = False

    def test(self, node: n.Test) -> None:
        rows = next((line.block for line in node.lines if isinstance(line, n.Rows)), None)
        bound: dict[str, Bound] = {}
        if rows is not None:
            self.width(rows)
            first = rows.rows[0].values if rows.rows else ()
            bound = {name.text: Bound(None, None) for name in rows.columns}
            bound |= {name.text: Bound(value, self.steps.scope) for name, value in zip(rows.columns, first, strict=False)}
        for line in node.lines:
            if isinstance(line, n.Person):
                bound[line.name.text] = Bound(n.Name(line.name.span, "customer"), self.steps.scope)
        own = attrs.evolve(self, steps=attrs.evolve(self.steps, scope=attrs.evolve(self.steps.scope, bound=bound)))
        for line in node.lines:
            own.line(line)
        if not own.expects and not any(isinstance(one, n.Mistake) for one in walk(node)):
            self.report(
                "F0806",
                "this test expects nothing, so it can never fail",
                node.title,
                'say what should come: expect email "x" to …',
            )

    def report(self, code: str, message: str, node: n.Node, help: str | None = None) -> None:
        self.steps.rules.report.add(code, message, node.span, help=help)

    # -- Lines --------------------------------------------------------------------------------------------------------

    def line(self, line: n.TestLine) -> None:
        match line:
            case n.Person(name=name, values=values):
                if name.text in self.people:
                    self.report("F0304", f"there is a customer `{name.text}` in this test already", name, "rename one")
                self.people.add(name.text)
                known = {**self.steps.rules.vocabulary.customer_fields}
                self.values([one.binding for one in values if isinstance(one, n.FieldValue)], known, "a customer")
            case n.GivenData(what=what):
                if what.text != "data":
                    self.report("F0801", f"a folder holds data, not `{what.text}`", what, 'write `given data "folder"`')
            case n.GivenRows(what=what, block=block):
                self.given(what, block)
            case n.Rows() | n.Mistake():
                pass
            case n.AtBlock(moment=moment, acts=acts):
                self.time(moment)
                self.acts(acts)
            case n.AfterBlock(length=length, acts=acts):
                self.steps.fixed_length(length)
                self.acts(acts)
            case _:
                assert_never(line)

    def given(self, what: n.Name, block: n.RowBlock) -> None:
        vocabulary = self.steps.rules.vocabulary
        self.width(block)
        if what.text == "products":
            known = dict(vocabulary.product_fields)
        elif what.text in vocabulary.events and vocabulary.events[what.text].outside:
            known = {"customer": TEXT, **vocabulary.events[what.text].fields}
        else:
            outside = [name for name, kind in vocabulary.events.items() if kind.outside]
            self.steps.rules.report.unknown_name(
                "F0801",
                f"`{what.text}` cannot be given",
                what.span,
                ["products", "data", *outside],
                "give products, an event of the shop, or data in a folder",
            )
            return
        for row in block.rows:
            pairs = zip(block.columns, row.values, strict=False)
            self.values([n.Binding(name.span, name, value) for name, value in pairs], known, f"`{what.text}`")

    def width(self, block: n.RowBlock) -> None:
        for row in block.rows:
            if len(row.values) != len(block.columns):
                self.report(
                    "F0425",
                    f"this row has {len(row.values)} values, and there are {len(block.columns)} columns",
                    row.values[0],
                    f"give each of these a value: {', '.join(one.text for one in block.columns)}",
                )

    def time(self, moment: n.DayMoment | n.ClockTime | n.Mistake) -> None:
        if isinstance(moment, n.Mistake):
            return
        self.steps.rules.plain(moment, self.steps.scope)
        if isinstance(moment, n.DayMoment):
            now = (moment.year, moment.month, moment.day, moment.time.minutes if moment.time else 0)
            if self.last_day is not None and now < self.last_day:
                self.report("F0805", "the clock of a test only goes forward", moment, "put the blocks in the order of time")
            self.last_day = now

    # -- Acts ---------------------------------------------------------------------------------------------------------

    def acts(self, acts: Sequence[n.Act]) -> None:
        for act in acts:
            match act:
                case n.Does():
                    self.does(act)
                case n.Expect(expectation=expectation):
                    self.expects = True
                    self.expectation(expectation)
                case n.Mistake():
                    self.expects = True
                case _:
                    assert_never(act)

    def person(self, name: n.Name) -> None:
        if name.text not in self.people:
            near = [*self.people, "expect"]
            self.steps.rules.report.unknown_name(
                "F0801", f"there is no customer `{name.text}` in this test", name.span, near, f"declare it: customer {name.text}"
            )

    def does(self, node: n.Does) -> None:
        self.person(node.person)
        kinds = self.steps.rules.vocabulary.events
        kind = kinds.get(node.event.text)
        if kind is None or not kind.outside:
            outside = [name for name, one in kinds.items() if one.outside]
            self.steps.rules.report.unknown_name(
                "F0302",
                f"there is no event `{node.event.text}` that a customer brings about",
                node.event.span,
                outside,
                "`cadenza explain events` lists them: those from the shop's data",
            )
            return
        if node.main is not None and kind.main is None:
            self.report(
                "F0408", f"`{kind.name}` has no main field that a text could fill", node.main, "write its fields: total = …"
            )
        self.values(node.values, kind.fields, f"`{kind.name}`")

    def values(self, bindings: Sequence[n.Binding], known: dict[str, Type], whose: str) -> None:
        """Check that fields are there, and that values are of their type."""
        for binding in bindings:
            name, value = binding.name, binding.value
            type_ = known.get(name.text)
            if type_ is None:
                self.steps.rules.report.unknown_name(
                    "F0303", f"{whose} has no field `{name.text}`", name.span, known, f"it has: {', '.join(sorted(known))}"
                )
            elif type_.name == "list" and type_.element is not None and type_.element.name == "line":
                self.items(value)
            else:
                self.fits(type_, name.text, value)

    def items(self, node: n.Expression | n.Offer) -> None:
        if isinstance(node, n.List):
            for element in node.elements:
                if not isinstance(element, n.Several | n.Text):
                    self.report("F0801", "the items of a test are SKUs", element, 'write ["boots-1", 5 of "laces"]')
        else:
            term = self.steps.rules.term(node, self.steps.scope)
            if not is_text(term.type) and term.type != UNKNOWN:
                self.report(
                    "F0801", f"items are a list of SKUs, and this is {term.type}", node, 'write ["boots-1", 5 of "laces"]'
                )

    def fits(self, type_: Type, name: str, node: n.Expression | n.Offer) -> None:
        rules = self.steps.rules
        term = rules.term(node, self.steps.scope)
        same_date = type_ == YEARLY_DATE and term.type == DATE
        if UNKNOWN in (type_, term.type) or same_date:
            return
        if rules.alike(Constant(node.span, None, type_), term) is None:
            self.report("F0401", f"`{name}` is {type_}, and `{node.span.text}` is {term.type}", node)

    # -- Expectations -------------------------------------------------------------------------------------------------

    def expectation(self, node: n.Expectation) -> None:
        match node:
            case n.ExpectedCondition(condition=condition, because=because):
                self.condition(condition)
                self.because(because)
            case n.ExpectedNone(what=what, person=person, because=because):
                self.what(what)
                self.person(person)
                self.because(because)
            case n.ExpectedMessage(what=what, person=person, seen_as=seen_as):
                self.what(what)
                self.person(person)
                texts = (seen_as.text,) if isinstance(seen_as, n.WithSubject) else seen_as.skus if seen_as else ()
                for text in texts:
                    self.steps.data_name(text, "what is seen")
            case n.NothingElse():
                pass
            case _:
                assert_never(node)

    def condition(self, node: n.Expression) -> None:
        meant = {one.text for one in walk(node) if isinstance(one, n.Name)} & self.people
        if len(meant) == 1:
            self.steps.rules.condition(node, self.steps.scope)
            return
        listed = " and ".join(f"`{one}`" for one in sorted(meant))
        self.report(
            "F0803",
            f"this is about {listed}, and an expectation is about one customer" if meant else "this is about nobody",
            node,
            'name one customer: expect anna.tags contains "warm"',
        )

    def what(self, node: n.What | n.Text) -> None:
        noun, message = (None, node) if isinstance(node, n.Text) else (node.noun, node.message)
        if noun is not None and noun.text not in _NOUNS:
            self.steps.rules.report.unknown_name(
                "F0603", f"`{noun.text}` is not a message", noun.span, _NOUNS, f"it can be: {', '.join(_NOUNS)}"
            )
            return
        name = None if message is None else self.steps.data_name(message, "a message")
        known = self.coupons() if noun is not None and noun.text == "coupon" else self.steps.rules.sent
        if message is not None and name is not None and name not in known:
            word = "issues a coupon" if known is not self.steps.rules.sent else "sends"
            self.steps.rules.report.unknown_name("F0802", f'no flow {word} "{name}"', message.span, known)

    def coupons(self) -> set[str]:
        return {one.name for flow in self.flows for one in _all(flow.steps) if isinstance(one, p.Coupon)}

    def because(self, node: n.Because | None) -> None:
        if node is None:
            return
        limits = {limit.reason for limit in (*self.shop.limits, *(one for flow in self.flows for one in flow.limits))}
        if node.reason not in REASONS and node.reason not in limits:
            self.steps.rules.report.unknown_name(
                "F0804",
                f"`{node.reason}` is no reason of the journal",
                node.span,
                [*REASONS, *limits],
                "`cadenza explain reasons` lists them; a limit's is its text, such as `limit per day`",
            )


def _all(thing: Any) -> list[Any]:
    """Give a part of a program with all that is in it."""
    if isinstance(thing, tuple):
        return [inner for one in thing for inner in _all(one)]
    if isinstance(thing, Record):
        return [thing, *(inner for value in thing.astuple() for inner in _all(value))]
    return []
