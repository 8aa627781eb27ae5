"""The base of all nodes, and the few that stand anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar, dataclass_transform

import attrs

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
    "node",
]
# fmt: on


_T = TypeVar("_T")


@dataclass_transform(frozen_default=True, eq_default=False)
def node(cls: type[_T]) -> type[_T]:
    """Make a frozen attrs class without generated methods: 100 classes are made at each start, and the base has them."""
    return attrs.frozen(eq=False, repr=False)(cls)


@node
class Node:
    span: Span
    __match_args__: ClassVar[tuple[str, ...]]

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and isinstance(other, Node) and self.fields() == other.fields()

    def __hash__(self) -> int:
        return hash((type(self), self.fields()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self.fields()))})"

    def fields(self) -> tuple[Any, ...]:
        """Give the values in source order, without the place."""
        return tuple([getattr(self, name) for name in self.__match_args__[1:]])

    def placed(self, span: Span) -> Self:
        """Give the same node at another place."""
        return type(self)(span, *self.fields())


@node
class Mistake(Node):
    """A line that was not understood, with what stands below it; nothing about it is reported twice."""

    body: tuple[Node, ...] = ()


@node
class Name(Node):
    """A bare word: a name of the program, a field, or an event."""

    text: str


@node
class Text(Node):
    """A text in quotes. `parts` are its pieces in order, where it holds expressions in braces."""

    value: str
    parts: tuple[str | Interpolation, ...] = ()


@node
class Interpolation(Node):
    """`{value else otherwise}` in a text."""

    value: Expression
    otherwise: Expression | None
