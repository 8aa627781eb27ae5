"""Say what every rule of the checker can rely on: what a name may mean in a place, and how terms ask for each other."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import attrs

from cadenza.check.findings import Report
from cadenza.check.modules import Declared, Module
from cadenza.check.splits import Splits
from cadenza.check.terms import Constant, EventStream, ListStream, Pattern, Term
from cadenza.check.types import UNKNOWN, Type
from cadenza.check.vocabulary import EventKind
from cadenza.syntax import nodes as n
from cadenza.syntax.diagnostics import Diagnostic
from cadenza.syntax.source import Span


@attrs.frozen(eq=False)
class Bound:
    """What a parameter stands for: an expression with the place it is read in, or nothing that is known."""

    node: n.Expression | n.Offer | None
    scope: Scope | None


@attrs.frozen(eq=False)
class Scope:
    """What words mean in one place of one file.

    `element` is the event or line that a `where` speaks of, `trigger` the event a run was let in by, `running` says that
    there is a run at all, so that `of this flow` has a meaning. `row` are the names bound to columns of the row that a `where`
    is about: they come before the fields of what is around it.
    """

    module: Module
    bound: Mapping[str, Bound] = attrs.field(factory=dict)
    element: Type | None = None
    trigger: Type | None = None
    running: bool = False
    row: frozenset[str] = frozenset()

    def of(self, element: Type | None) -> Scope:
        return attrs.evolve(self, element=element, row=frozenset())


@attrs.frozen(eq=False)
class Vocabulary:
    """What the shop's data may hold: built in, and declared with `field`."""

    currency: str
    digits: int
    customer_fields: dict[str, Type]
    product_fields: dict[str, Type]
    events: Mapping[str, EventKind]


@attrs.define(eq=False)
class Rules(ABC):
    """The base of all rules about expressions; `term` is the way in, and dispatches on the kind of node."""

    vocabulary: Vocabulary
    report: Report
    declared: dict[int, Term] = attrs.field(factory=dict)
    """The terms of segments and values without parameters, by the identity of their node: worked out once."""
    under_way: list[Declared] = attrs.field(factory=list)
    """The names being worked out, outermost first: a name met again is a circle."""
    circles: dict[frozenset[int], Diagnostic] = attrs.field(factory=dict)
    """The circles found, by the nodes in them: one finding for each, wherever it was met, also where findings are put aside."""
    flows: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict)
    """The active flows: what each name stands for, several where a flow is for each row of a table."""
    sent: set[str] = attrs.field(factory=set)
    changed: frozenset[str] = frozenset()
    """The fields of customers that steps change."""
    splits: Splits = attrs.field(factory=Splits)

    @abstractmethod
    def term(self, node: n.Expression | n.Offer, scope: Scope) -> Term: ...

    @abstractmethod
    def condition(self, node: n.Condition, scope: Scope) -> Term: ...

    @abstractmethod
    def stream(self, node: n.Stream, scope: Scope) -> EventStream | ListStream | None: ...

    @abstractmethod
    def patterns(self, node: n.Events, scope: Scope) -> tuple[Pattern, ...]: ...

    @abstractmethod
    def plain(self, node: n.Expression, scope: Scope) -> Term: ...

    @abstractmethod
    def whole_number(self, node: n.Number | n.Name, scope: Scope) -> int | None: ...

    @abstractmethod
    def several(self, node: n.Expression, scope: Scope) -> Term | None: ...

    @abstractmethod
    def among(self, node: n.Call, scope: Scope) -> Term: ...

    @abstractmethod
    def length(self, node: n.Expression, scope: Scope) -> Term: ...

    @abstractmethod
    def as_moment(self, term: Term) -> Term: ...

    @abstractmethod
    def runs_on(self, node: n.Expression, term: Term) -> bool: ...

    def unknown(self, span: Span) -> Term:
        """Give the term of what was already reported."""
        return Constant(span, None, UNKNOWN)

    @contextmanager
    def aside(self) -> Iterator[Report]:
        """Collect what is found in here apart, for the caller to judge."""
        outer, self.report = self.report, Report()
        try:
            yield self.report
        finally:
            self.report = outer
