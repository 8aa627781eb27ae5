"""Check a project: sources in, a program or what is wrong with it out."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import attrs

from cadenza.check import program as p
from cadenza.check.expressions import Expressions
from cadenza.check.findings import Report
from cadenza.check.flows import FlowRules, scope_of
from cadenza.check.lints import lint
from cadenza.check.modules import Instance, Load, Module, Project, bring_together
from cadenza.check.promises import PromiseRules
from cadenza.check.rules import Scope, Vocabulary
from cadenza.check.scenarios import ScenarioRules
from cadenza.check.shop import ShopRules, Zones, currency_of, find_shop
from cadenza.check.steps import StepRules
from cadenza.check.types import (
    CONDITION,
    DATE,
    DURATION,
    MOMENT,
    MONEY,
    NUMBER,
    TEXT,
    TIME,
    UNKNOWN,
    YEARLY_DATE,
    Type,
    event_of,
    is_text,
    list_of,
    one_of,
)
from cadenza.check.vocabulary import CUSTOMER_FIELDS, CUSTOMER_LISTS, EVENTS, PRODUCT_FIELDS, EventKind
from cadenza.syntax import nodes as n
from cadenza.syntax.diagnostics import Diagnostic, Severity, in_order
from cadenza.syntax.source import Source
from cadenza.syntax.walk import steps, walk

_EVENT_COLUMNS = ("at", "customer", "seq")
"""What a table of events has anyway."""
_PLAIN = (n.Number, n.Percent, n.Money, n.Duration, n.Text, n.DayMoment, n.ClockTime, n.Yes, n.No, n.List)
"""Defaults that say of which kind a parameter is."""
_TYPES = {
    "text": TEXT,
    "number": NUMBER,
    "money": MONEY,
    "date": DATE,
    "time": TIME,
    "moment": MOMENT,
    "duration": DURATION,
}


@attrs.frozen(eq=False)
class Checked:
    """`program` is None where a diagnostic is an error."""

    program: p.Program | None
    diagnostics: tuple[Diagnostic, ...]
    sources: tuple[Source, ...]


def check(sources: Sequence[Source], load: Load, zones: Zones) -> Checked:
    """Check the sources given, and what they use, as one project."""
    report = Report()
    project = bring_together(sources, load, report)
    program = _Checker(project, report, zones).program()
    broken = any(one.severity is Severity.ERROR for one in report.diagnostics)
    warnings = [] if broken else lint(project, program, (source.path for source in sources))
    diagnostics = tuple(in_order([*report.diagnostics, *warnings]))
    return Checked(None if broken else program, diagnostics, tuple(module.source for module in project.modules))


@attrs.define(eq=False)
class _Checker:
    project: Project
    report: Report
    zones: Zones

    def program(self) -> p.Program:
        modules = self.project.modules
        statements = [one for module in modules for one in module.statements]
        shop = find_shop(statements, self.report)
        currency, digits = currency_of(shop, lambda: _first_money(modules), self.report)
        scores = _scores(statements)
        vocabulary = self.vocabulary(statements, currency, digits, scores)
        rules = Expressions(vocabulary, self.report)
        rules.flows = families(self.project.instances)
        rules.changed = frozenset(scores) | _set_fields(statements)
        plain = StepRules(rules, Scope(modules[0]), "") if modules else None
        for module in modules:
            self.declarations(module, rules)
        if plain is None:
            nothing = p.Shop("", "UTC", currency, digits, (), frozenset(), frozenset(), frozenset(), (), Fraction(0))
            return self.result(nothing, (), (), rules, scores)
        shop_rules = ShopRules(self.report, self.zones, plain.fixed_length, plain.count)
        checked_shop = shop_rules.shop(shop, currency, digits)
        flows = self.flows(rules)
        self.tests(rules, flows, checked_shop)
        return self.result(checked_shop, flows, self.promises(rules, flows), rules, scores)

    def result(
        self,
        shop: p.Shop,
        flows: tuple[p.Flow, ...],
        promises: tuple[p.Promise, ...],
        rules: Expressions,
        scores: dict[str, n.Node],
    ) -> p.Program:
        vocabulary = rules.vocabulary
        self.report.diagnostics += rules.circles.values()
        return p.Program(
            shop,
            flows,
            vocabulary.customer_fields,
            frozenset(scores),
            vocabulary.product_fields,
            vocabulary.events,
            tuple(module.source.text for module in self.project.modules),
            promises,
        )

    # -- What the data may hold ---------------------------------------------------------------------------------------

    def vocabulary(self, statements: Sequence[n.Statement], currency: str, digits: int, scores: dict[str, n.Node]) -> Vocabulary:
        fields = {"customer": dict(CUSTOMER_FIELDS), "product": dict(PRODUCT_FIELDS)}
        for statement in statements:
            if isinstance(statement, n.FieldDeclaration):
                self.field(statement, fields)
        events = {**EVENTS, **self.events(statements)}
        for name in scores:
            fields["customer"].setdefault(name, NUMBER)
        for name, node in scores.items():
            if fields["customer"][name] != NUMBER:
                self.report.add("F0401", f"points need a number, and `customer.{name}` is {fields['customer'][name]}", node.span)
        return Vocabulary(currency, digits, fields["customer"], fields["product"], events)

    def field(self, node: n.FieldDeclaration, fields: dict[str, dict[str, Type]]) -> None:
        owner, name = node.owner.text, node.name.text
        if owner not in fields:
            self.report.unknown_name(
                "F0303",
                f"a field belongs to customer or product, not to `{owner}`",
                node.owner.span,
                fields,
                "write `field customer.…` or `field product.…`",
            )
            return
        type_ = self.type(node.type)
        known = fields[owner].get(name) or (CUSTOMER_LISTS.get(name) if owner == "customer" else None)
        if type_ is not None and known not in (None, type_):
            self.report.add(
                "F0304",
                f"`{owner}.{name}` is {known} already",
                node.name.span,
                help="leave this line out, or call the field something else",
            )
        elif type_ is not None:
            fields[owner][name] = type_

    def events(self, statements: Sequence[n.Statement]) -> dict[str, EventKind]:
        """Give the kinds of event that the program declares; of one instant they come last, by name (semantics 4.1)."""
        found: dict[str, EventKind] = {}
        declared = [one for one in statements if isinstance(one, n.EventDeclaration)]
        for node in sorted(declared, key=lambda one: one.name.text):
            if node.name.text in found:
                self.report.add("F0304", f"`{node.name.text}` is declared twice", node.name.span, help="declare it once")
            fields: dict[str, Type] = {}
            for one in node.columns:
                name, type_ = one.name.text, self.type(one.type)
                if name in fields or name in _EVENT_COLUMNS:
                    self.report.add("F0304", f"this event has a `{name}` already", one.name.span, help="leave it out")
                elif name == "items":
                    self.report.add("F0305", "`items` are the lines of an order", one.name.span, help="choose another name")
                elif type_ is not None:
                    fields[name] = type_
            main = next((name for name, type_ in fields.items() if is_text(type_)), None)
            rank = len(EVENTS) + len(found)
            found[node.name.text] = EventKind(node.name.text, {**fields, "at": MOMENT}, main, True, rank, "declared here")
        return found

    def type(self, node: n.TypeNode) -> Type | None:
        match node:
            case n.PlainType(name=name):
                if name not in _TYPES:
                    self.report.unknown_name(
                        "F0421",
                        f"`{name}` is not a type",
                        node.span,
                        _TYPES,
                        f"the types are: {', '.join(_TYPES)}, yearly date, yes/no, list of …, one of …",
                    )
                return _TYPES.get(name)
            case n.YearlyDateType():
                return YEARLY_DATE
            case n.YesNoType():
                return CONDITION
            case n.OneOfType(options=options):
                return one_of(*(option.value for option in options))
            case n.ListType(element=element):
                inner = self.type(element)
                return None if inner is None else list_of(inner)

    # -- Segments and values ------------------------------------------------------------------------------------------

    def declarations(self, module: Module, rules: Expressions) -> None:
        """Check what is declared in a file by itself, used or not."""
        for declared in module.own:
            if isinstance(declared.node, n.EventAlias):
                rules.under_way.append(declared)
                rules.patterns(declared.node.events, Scope(module))
                rules.under_way.pop()
            elif declared.word == "table":
                rules.table(declared)
            elif declared.word == "selection":
                rules.selection(declared, Scope(module, rules.own_parameters(declared)))
            elif declared.word in ("segment", "value"):
                rules.body(declared, rules.own_parameters(declared))

    # -- Flows --------------------------------------------------------------------------------------------------------

    def flows(self, rules: Expressions) -> tuple[p.Flow, ...]:
        instances = self.project.instances
        kinds, started = self.triggers(rules)
        flows = []
        for instance in instances:
            if not self.has_all_parameters(instance) or not self.has_fitting_values(instance, rules):
                continue
            name = instance.name.text
            scope = attrs.evolve(scope_of(instance), trigger=event_of(*sorted(kinds[name])), running=True)
            rules_of_steps = StepRules(rules, scope, instance.name.text)
            shop = ShopRules(self.report, self.zones, rules_of_steps.fixed_length, rules_of_steps.count)
            flows.append(FlowRules(instance, rules_of_steps, shop, name in started).checked())
        return tuple(flows)

    def promises(self, rules: Expressions, flows: Sequence[p.Flow]) -> tuple[p.Promise, ...]:
        groups = sorted({flow.group for flow in flows if flow.group is not None})
        found = []
        for module in self.project.modules:
            steps = StepRules(rules, Scope(module), "")
            shop = ShopRules(self.report, self.zones, steps.fixed_length, steps.count)
            own = [one for one in module.statements if isinstance(one, n.Promise)]
            found += [PromiseRules(steps, shop, groups).promise(one) for one in own]
        return tuple(one for one in found if one is not None)

    def tests(self, rules: Expressions, flows: Sequence[p.Flow], shop: p.Shop) -> None:
        for module in self.project.modules:
            for statement in module.statements:
                if isinstance(statement, n.Test):
                    ScenarioRules(StepRules(rules, Scope(module), ""), flows, shop).test(statement)

    def has_all_parameters(self, instance: Instance) -> bool:
        given = {binding.name.text for binding in instance.bindings}
        missing = [one for one in instance.declared.parameters if one.default is None and one.name.text not in given]
        for one in missing:
            name = instance.declared.name.text
            self.report.add(
                "F0308",
                f"`{name}` is run without a value for `{one.name.text}`",
                one.name.span,
                help=f"give it a default here, or run it with `use … with {one.name.text} = …`",
            )
        return not missing

    def has_fitting_values(self, instance: Instance, rules: Expressions) -> bool:
        """Whether what `use … with` gives is of the kind of the default, where that is a plain value."""
        defaults = {one.name.text: one.default for one in instance.declared.parameters if isinstance(one.default, _PLAIN)}
        own, fitting = Scope(instance.declared.module), True
        for binding in instance.bindings:
            default = defaults.get(binding.name.text)
            if default is None or instance.user is None:
                continue
            with rules.aside():
                expected, given = rules.term(default, own), rules.term(binding.value, Scope(instance.user))
                alike = UNKNOWN in (expected.type, given.type) or rules.alike(expected, given) is not None
            if not alike:
                self.report.add(
                    "F0319",
                    f"`{binding.name.text}` is {expected.type}, and `{binding.value.span.text}` is {given.type}",
                    binding.value.span,
                    help=f"give it a value like its default: {default.span.text}",
                    related=(("the default", default.span),),
                )
                fitting = False
        return fitting

    def triggers(self, rules: Expressions) -> tuple[dict[str, set[str]], set[str]]:
        """Find by which kinds of event each flow is let in, itself or by the flows that start it."""
        kinds: dict[str, set[str]] = {}
        starts: list[tuple[str, str]] = []
        for instance in self.project.instances:
            scope, name = scope_of(instance), instance.name.text
            node = instance.declared.node
            assert isinstance(node, n.Flow)
            kinds[name] = set()
            with rules.aside():
                for line in node.lines:
                    if isinstance(line, n.On):
                        bare = n.Events(line.span, line.events.alternatives, None)
                        kinds[name] |= {one.kind for one in rules.patterns(bare, scope)}
            started_here = [step.flow.text for step in steps(node.lines) if isinstance(step, n.Start)]
            starts += [(name, target) for one in started_here for target in rules.flows.get(one, ())]
        started = {target for _, target in starts}
        grown = True
        while grown:
            before = sum(map(len, kinds.values()))
            for starter, target in starts:
                if target in kinds:
                    kinds[target] |= kinds[starter]
            grown = sum(map(len, kinds.values())) > before
        return kinds, started


def families(instances: Sequence[Instance]) -> dict[str, tuple[str, ...]]:
    """Give the flows that run, by the name that a program calls them by."""
    found: dict[str, tuple[str, ...]] = {}
    for one in instances:
        name = one.family or one.name.text
        found[name] = (*found.get(name, ()), one.name.text)
    return found


def _scores(statements: Sequence[n.Statement]) -> dict[str, n.Node]:
    """Find the scores: the fields that points are added to or taken from."""
    scores: dict[str, n.Node] = {}
    for flow in statements:
        if isinstance(flow, n.Flow):
            for step in steps(flow.lines):
                if isinstance(step, n.AddPoints | n.TakePoints):
                    name = step.score.name if isinstance(step.score, n.Member) else step.score
                    if isinstance(name, n.Name):
                        scores.setdefault(name.text, step.score)
    return scores


def _set_fields(statements: Sequence[n.Statement]) -> set[str]:
    """Find the fields of customers that steps set."""
    flows = [one for one in statements if isinstance(one, n.Flow)]
    found = [step.field for flow in flows for step in steps(flow.lines) if isinstance(step, n.Set)]
    return {one.name.text if isinstance(one, n.Member) else one.span.text for one in found}


def _first_money(modules: Sequence[Module]) -> n.Money | None:
    return next((one for module in modules for one in walk(module.statements) if isinstance(one, n.Money)), None)
