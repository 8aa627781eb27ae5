"""A program as its tree says it: what is declared under each name, and flows that stand for rows (semantics 6.9)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from cadenza.check.types import MOMENT
from cadenza.check.vocabulary import CUSTOMER_FIELDS, EVENTS, SHORT_NAMES, EventKind
from cadenza.syntax import nodes as n
from cadenza.syntax.parser import parse
from cadenza.syntax.source import Source
from cadenza.syntax.walk import walk


class UnsupportedError(Exception):
    """The program says something that the reference does not know."""


class Flow(NamedTuple):
    name: str
    declared: int
    headers: tuple[Any, ...]
    steps: tuple[Any, ...]
    given: Mapping[str, Any]
    """What its parameters and the columns of its row stand for: nodes."""

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
    def order(self) -> tuple[int, int]:
        """5.1: flow order."""
        return -self.priority, self.declared

    @property
    def strength(self) -> tuple[int, int]:
        """6.7: the higher priority, then who is declared later."""
        return self.priority, self.declared


HEADERS = (
    n.ForEachRow, n.On, n.When, n.EveryPeriod, n.EveryWeekday, n.DaysFrom, n.At, n.For, n.While, n.Enter, n.LeaveOn, n.LeaveWhen,
    n.Goal, n.Priority, n.Group, n.Active, n.Limit, n.Holdout,
)  # fmt: skip
CALENDAR = (n.EveryPeriod, n.EveryWeekday, n.DaysFrom, n.At)


class Program:
    def __init__(self, text: str) -> None:
        module = parse(Source("test.flow", text)).module
        self.shop: tuple[Any, ...] = ()
        self.flows: list[Flow] = []
        self.events = dict(EVENTS)
        self.aliases: dict[str, n.Events] = {}
        self.heads: dict[str, Any] = {}
        """Segments and values."""
        self.tables: dict[str, n.Table] = {}
        self.types: dict[str, Any] = {}
        """The declared types of the customer's fields."""
        for one in module.statements:
            match one:
                case n.Shop(lines=lines):
                    self.shop = lines
                case n.FieldDeclaration(owner=n.Name(text="customer")):
                    self.types[one.name.text] = one.type
                case n.EventDeclaration(name=name, columns=columns):
                    fields = {column.name.text: column.type for column in columns}
                    main = next((one for one, type_ in fields.items() if type_ == n.PlainType(name.span, "text")), None)
                    self.events[name.text] = EventKind(name.text, fields | {"at": MOMENT}, main, True, 0, "")
                case n.EventAlias(name=name, events=events):
                    self.aliases[name.text] = events
                case n.Segment() | n.SegmentBlock() | n.Value() | n.ValueBlock():
                    self.heads[one.head.name.text] = one
                case n.Table(name=name):
                    self.tables[name.text] = one
                case n.Flow() | n.FieldDeclaration() | n.Selection() | n.Test() | n.NeverWithin() | n.NeverTwo() | n.NeverTwice():
                    pass
                case _:
                    raise UnsupportedError(type(one).__name__)
        for one in module.statements:
            if isinstance(one, n.Flow):
                self.flows += self.standing(one)
        if unknown := [node for node in walk(module) if isinstance(node, n.Show)]:
            raise UnsupportedError(unknown[0].span.text)

    def standing(self, flow: Any) -> Iterator[Flow]:
        headers = tuple(line for line in flow.lines if isinstance(line, HEADERS))
        steps = tuple(line for line in flow.lines if not isinstance(line, HEADERS))
        given = {one.name.text: one.default for one in flow.head.parameters}
        name = flow.head.name.text
        rows = next((self.tables[line.table.text] for line in headers if isinstance(line, n.ForEachRow)), None)
        if rows is None:
            yield Flow(name, len(self.flows), headers, steps, given)
            return
        for number, row in enumerate(rows.rows, 1):  # 6.9
            columns = {column.text: value for column, value in zip(rows.columns, row.values, strict=True)}
            yield Flow(f"{name}[{number}]", len(self.flows) + number, headers, steps, given | columns)

    def line(self, kind: type) -> Any:
        return next((one for one in self.shop if isinstance(one, kind)), None)

    def lines(self, kind: type) -> list[Any]:
        return [one for one in self.shop if isinstance(one, kind)]

    # -- What an expression is about -----------------------------------------------------------------------------------

    def kinds(self, name: str) -> set[str]:
        """Give the kinds of event that a name means; none, if it is no event's."""
        name = SHORT_NAMES.get(name, name)
        if name in self.aliases:
            return set().union(*(self.kinds(one.name.text) for one in walk(self.aliases[name]) if isinstance(one, n.EventName)))
        return {name} if name in self.events else set()

    def words(self, node: Any) -> set[str]:
        """Give the kinds of event and `customer.FIELD` that an expression asks about, also through what it names (5.1 (c))."""
        found = set()
        for one in walk(node.fields()[1:] if node in self.heads.values() else node):
            match one:
                case n.Member(owner=n.Name(text="customer"), name=name):
                    found.add(f"customer.{name.text}")
                case n.Inside():
                    found |= {"entered", "left", "finished"}
                case n.Name(text=name) if name in self.heads:
                    found |= self.words(self.heads[name])
                case n.Name(text=name) if name in self.aliases:
                    found |= self.kinds(name) | self.words(self.aliases[name])
                case n.Name(text=name):
                    found |= self.kinds(name)
        return found

    def is_condition(self, node: Any) -> bool:
        """Tell whether an expression is a condition, so that it can be unknown without being an unknown moment (7.2)."""
        match node:
            case n.Parenthesis(value=inner):
                return self.is_condition(inner)
            case n.Member(owner=n.Name(text="customer"), name=name):
                return isinstance(self.types.get(name.text), n.YesNoType) or (
                    name.text in CUSTOMER_FIELDS and CUSTOMER_FIELDS[name.text].name == "condition"
                )
            case n.Name(text=name) | n.Call(name=n.Name(text=name)):
                return isinstance(self.heads.get(name), n.Segment | n.SegmentBlock)
            case n.Aggregate(function=function):
                return function == "any"
        return isinstance(
            node, n.Or | n.And | n.Negation | n.Compare | n.Between | n.IsKnown | n.IsNotKnown | n.IsEmpty | n.IsNotEmpty
            | n.Inside | n.Yes | n.No
        )  # fmt: skip
