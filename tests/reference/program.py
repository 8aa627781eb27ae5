"""A program as its tree says it: files, what is declared under each name, and the flows that are active."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from cadenza.check.types import MOMENT
from cadenza.check.vocabulary import CUSTOMER_FIELDS, EVENTS, SHORT_NAMES, EventKind
from cadenza.syntax import nodes as n
from cadenza.syntax.parser import parse
from cadenza.syntax.source import Source
from cadenza.syntax.walk import walk


class Scope(NamedTuple):
    """What words mean in one place."""

    given: Mapping[str, Given] = {}
    """What parameters and the columns of a row stand for."""
    element: Any = None
    """The event or line that bare fields are of, and `fields`, the names that count as such."""
    fields: frozenset[str] = frozenset()
    trigger: Any = None
    run: Any = None


class Given(NamedTuple):
    """What was handed over as a parameter: an expression, a stream, an offer, and what its words mean."""

    node: Any
    scope: Scope


class Flow(NamedTuple):
    name: str
    family: str
    """Its name without the number of the row."""
    declared: int
    headers: tuple[Any, ...]
    steps: tuple[Any, ...]
    given: Mapping[str, Given]

    def all(self, kind: type) -> list[Any]:
        return [line for line in self.headers if isinstance(line, kind)]

    def one(self, kind: type) -> Any:
        return next(iter(self.all(kind)), None)

    @property
    def priority(self) -> int:
        return self.one(n.Priority).number if self.one(n.Priority) else 0

    @property
    def group(self) -> str | None:
        return self.one(n.Group).name.text if self.one(n.Group) else None

    @property
    def reentry(self) -> Any:
        return self.one(n.Enter).reentry if self.one(n.Enter) else n.Again(self.steps[0].span, None)  # 6.3

    @property
    def order(self) -> tuple[int, int]:
        """5.1: flow order."""
        return -self.priority, self.declared

    @property
    def strength(self) -> tuple[int, int]:
        """6.7: the higher priority, then who is declared later."""
        return self.priority, self.declared


CALENDAR = (n.EveryPeriod, n.EveryWeekday, n.DaysFrom, n.At)
CHANGED_BY = {
    "cart": {"cart", "empty_cart", "order"},
    "tags": {"tagged", "untagged"},
    "subscriptions": {"subscribe", "unsubscribe"},
}
"""5.1: the kinds of event that what is no plain field of a customer depends on."""
HEADERS = (
    *CALENDAR, n.ForEachRow, n.On, n.When, n.For, n.While, n.Enter, n.LeaveOn, n.LeaveWhen, n.Goal, n.Priority, n.Group, n.Active,
    n.Limit, n.Holdout,
)  # fmt: skip
QUESTIONS = (
    n.Or, n.And, n.Negation, n.Compare, n.Between, n.IsKnown, n.IsNotKnown, n.IsEmpty, n.IsNotEmpty, n.Inside, n.Yes, n.No,
)  # fmt: skip


class Program:
    def __init__(self, text: str, others: Mapping[str, str] = {}) -> None:
        self.texts = {"test": text, **others}
        self.own: dict[str, dict[str, Any]] = {}
        """What each file declares."""
        self.names: dict[str, dict[str, Any]] = {}
        """What names mean in the file of a path: its own, and those that its `use` lines bring in."""
        self.statements: list[Any] = []
        """Those of all files, for the shop, its fields and its kinds of event belong to all."""
        self.flows: list[Flow] = []
        self.read("test")
        self.shop = [line for one in self.statements if isinstance(one, n.Shop) for line in one.lines]
        self.promises = [one for one in self.statements if isinstance(one, n.Promise)]
        fields = [one for one in self.statements if isinstance(one, n.FieldDeclaration)]
        self.types = {one.name.text: one.type for one in fields if one.owner.text == "customer"}
        """The declared types of the customer's fields."""
        self.product_fields = {one.name.text for one in fields if one.owner.text == "product"}
        """The declared fields of products."""
        columns = [column for one in self.statements if isinstance(one, n.EventDeclaration) for column in one.columns]
        self.lists = {"items", *(one.name.text for one in columns if isinstance(one.type, n.ListType))}
        """The fields of events that are lists."""
        self.events = EVENTS | {one.name.text: declared(one) for one in self.statements if isinstance(one, n.EventDeclaration)}
        written = list(walk(tuple(self.statements)))
        first = next((one.currency for one in written if isinstance(one, n.Money)), "EUR")
        self.currency = self.line(n.Currency).code if self.line(n.Currency) else first
        self.zone = self.line(n.TimeZone).name if self.line(n.TimeZone) else "UTC"
        # What is a fact of the text is worked out once: the kinds of event that names mean, and what conditions ask about.
        self.meanings = {(one.span.source.path, one.text): self.meaning(one) for one in written if isinstance(one, n.Name)}
        self.scores = {one.score.name.text for one in written if isinstance(one, n.AddPoints | n.TakePoints)}
        self.asked = {(flow.declared, id(one.fields()[0])): self.words(one.fields()[0], flow.given)
                      for flow in self.flows for one in walk((*flow.headers, *flow.steps))
                      if isinstance(one, n.When | n.While | n.LeaveWhen | n.Until)}  # fmt: skip

    def read(self, file: str) -> None:
        """Read a file after all that it uses: so flows are declared in this order, too (5.1)."""
        path = f"{file}.flow"
        statements = parse(Source(path, self.texts[file])).module.statements
        own = {title(one): one for one in statements if isinstance(one, n.Declaration)}
        uses = [one for one in statements if isinstance(one, n.Use)]
        self.own[file], self.names[path] = own, dict(own)
        for use in uses:
            if use.path[-1].text not in self.own:
                self.read(use.path[-1].text)
        for use in uses:
            self.bring_in(use, path)
        for one in own.values() if file == "test" else ():
            if isinstance(one, n.Flow):
                self.activate(one, one.head.name.text, {})
        self.statements += statements

    def bring_in(self, use: n.Use, user: str) -> None:
        wanted = None if use.names is None else {one.text for one in use.names}
        for name, node in self.own[use.path[-1].text].items():
            if wanted is not None and name not in wanted:
                continue
            if not (isinstance(node, n.Flow) and use.alias):
                self.names[user][name] = node
            if isinstance(node, n.Flow):
                self.activate(node, use.alias.text if use.alias else name, {one.name.text: one.value for one in use.bindings})

    def activate(self, flow: Any, name: str, bindings: Mapping[str, Any]) -> None:
        """Let a flow run under this name; one `for each row` stands once for each (6.9)."""
        headers = tuple(line for line in flow.lines if isinstance(line, HEADERS))
        steps = tuple(line for line in flow.lines if not isinstance(line, HEADERS))
        given = {one.name.text: one.default for one in flow.head.parameters} | bindings
        tables = [self.declared(line.table) for line in headers if isinstance(line, n.ForEachRow)]
        rows = [cells(table, row) for table in tables for row in table.rows]
        for number, columns in enumerate(rows if tables else [{}], 1):
            known = {name: Given(node, Scope()) for name, node in given.items()} | columns
            row_name = f"{name}[{number}]" if tables else name
            if row_name not in [one.name for one in self.flows]:
                self.flows.append(Flow(row_name, name, len(self.flows), headers, steps, known))

    def line(self, kind: type) -> Any:
        return next(iter(self.lines(kind)), None)

    def lines(self, kind: type) -> list[Any]:
        return [one for one in self.shop if isinstance(one, kind)]

    # -- What an expression is about -----------------------------------------------------------------------------------

    def declared(self, name: n.Name) -> Any:
        """Give what a name of the program stands for in its file."""
        return self.names[name.span.source.path].get(name.text)

    def kinds(self, name: n.Name) -> set[str]:
        """Give the kinds of event that a name means; none, if it is no event's."""
        return self.meanings[name.span.source.path, name.text]

    def meaning(self, name: n.Name) -> set[str]:
        alias = self.declared(name)
        if isinstance(alias, n.EventAlias):
            return {kind for one in walk(alias.events) if isinstance(one, n.EventName) for kind in self.meaning(one.name)}
        return {SHORT_NAMES.get(name.text, name.text)} & self.events.keys()

    def words(self, node: Any, given: Mapping[str, Given]) -> set[str]:
        """Give the kinds of event that an expression depends on, also through what it names (5.1)."""
        match node:
            case n.Member(owner=n.Name(text="customer"), name=name):
                return CHANGED_BY.get(name.text) or {"changed"} | ({"points"} if name.text in self.scores else set())
            case n.Member(owner=owner):
                return self.words(owner, given)
            case n.Inside():
                return {"entered", "left", "finished"}
            case n.Name(text=name) if name in given:
                return self.words(given[name].node, given[name].scope.given)
            case n.Name() | n.Call():
                name = node.name if isinstance(node, n.Call) else node
                match self.declared(name):
                    case n.EventAlias(events=events):
                        return self.meaning(name) | self.words(events, {})
                    case n.Segment() | n.SegmentBlock() | n.Value() | n.ValueBlock() as asked:
                        arguments = node.arguments if isinstance(node, n.Call) else ()
                        return self.words(asked.fields()[1:], bound(asked, arguments, Scope(given)))
                # What is asked among all is of the last midnight (9.5), and no event changes it.
                return self.meaning(name)
        inner = node if isinstance(node, tuple) else node.inner() if isinstance(node, n.Node) else ()
        return set().union(*(self.words(one, given) for one in inner))

    def is_condition(self, node: Any, given: Mapping[str, Given] = {}) -> bool:
        """Tell whether an expression is a condition, so that it can be unknown without being an unknown moment (7.2)."""
        match node:
            case n.Parenthesis(value=inner):
                return self.is_condition(inner, given)
            case n.Member(owner=n.Name(text="customer"), name=name):
                built_in = CUSTOMER_FIELDS.get(name.text)
                return isinstance(self.types.get(name.text), n.YesNoType) or (built_in and built_in.name == "condition")
            case n.Name(text=name) if name in given:
                return self.is_condition(given[name].node)
            case n.Name() | n.Call():
                asked = self.declared(node.name if isinstance(node, n.Call) else node)
                match asked:
                    case n.Value(value=inner) | n.ValueBlock(cases=(n.Case(value=inner) | n.Otherwise(value=inner), *_)):
                        return self.is_condition(inner, bound(asked, getattr(node, "arguments", ()), Scope(given)))
                return isinstance(asked, n.Segment | n.SegmentBlock)
            case n.Aggregate(function=function):
                return function == "any"
        return isinstance(node, QUESTIONS)


def title(node: Any) -> str:
    """Give the name that something is declared under."""
    return node.name.text if isinstance(node, n.EventDeclaration | n.EventAlias | n.Table) else node.head.name.text


def declared(event: n.EventDeclaration) -> EventKind:
    fields = {column.name.text: column.type for column in event.columns}
    main = next((name for name, type_ in fields.items() if isinstance(type_, n.PlainType) and type_.name == "text"), None)
    return EventKind(event.name.text, fields | {"at": MOMENT}, main, True, 0, "")


def bound(asked: Any, arguments: tuple[Any, ...], s: Scope) -> dict[str, Given]:
    """Give what the parameters of something called stand for."""
    names = [one.name.text for one in asked.head.parameters]
    given = {one.name.text: Given(one.default, Scope()) for one in asked.head.parameters}
    for place, argument in enumerate(arguments):
        match argument:
            case n.Compare(left=n.Name(text=name), operator="=", right=right) if name in names:
                given[name] = Given(right, s)
            case _:
                given[names[place]] = Given(argument, s)
    return given


def cells(table: n.Table, row: n.Row) -> dict[str, Given]:
    """Give what the columns of a table stand for in a row."""
    return {column.text: Given(value, Scope()) for column, value in zip(table.columns, row.values, strict=True)}
