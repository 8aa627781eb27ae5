"""The base of all nodes, and the few that stand anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Self

from cadenza.records import Record

if TYPE_CHECKING:
    from cadenza.syntax.nodes.unions import Expression
    from cadenza.syntax.source import Span

# fmt: off
__all__ = [
    "Interpolation",
    "Mistake",
    "Name",
    "Node",
    "Text",
]
# fmt: on


class Node(Record):
    span: Span

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and isinstance(other, Node) and self.fields() == other.fields()

    def __hash__(self) -> int:
        return hash((type(self), self.fields()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self.fields()))})"

    def fields(self) -> tuple[Any, ...]:
        """Give the values in source order, without the place."""
        return self.astuple()[1:]

    def inner(self) -> Iterator[Node]:
        """Give the nodes this one is made of, in source order."""
        return _nodes(self.fields())

    def placed(self, span: Span) -> Self:
        """Give the same node at another place."""
        return type(self)(span, *self.fields())


def _nodes(values: tuple[object, ...]) -> Iterator[Node]:
    for value in values:
        if isinstance(value, Node):
            yield value
        elif type(value) is tuple:
            yield from _nodes(value)


class Mistake(Node):
    """A line that was not understood, with what stands below it; nothing about it is reported twice."""

    body: tuple[Node, ...] = ()


class Name(Node):
    """A bare word: a name of the program, a field, or an event."""

    text: str


class Text(Node):
    """A text in quotes. `parts` are its pieces in order, where it holds expressions in braces."""

    value: str
    parts: tuple[str | Interpolation, ...] = ()


class Interpolation(Node):
    """`{value else otherwise}` in a text."""

    value: Expression
    otherwise: Expression | None
