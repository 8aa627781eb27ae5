"""Selections: which products a message shows, in which order, and how many."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cadenza.syntax.nodes.base import Mistake, Name, Node, Text, node

if TYPE_CHECKING:
    from cadenza.syntax.nodes.declarations import Head
    from cadenza.syntax.nodes.expressions import InTheLast, Number, Stream
    from cadenza.syntax.nodes.unions import Expression, SelectionLine, Source

# fmt: off
__all__ = [
    "Accessories",
    "AtMost",
    "BoughtBySimilar",
    "BoughtTogether",
    "Catalog",
    "Except",
    "Fitting",
    "From",
    "Instead",
    "ProductStream",
    "Products",
    "RankBy",
    "Ranking",
    "Selection",
    "Shortage",
    "Show",
    "Top",
    "Upgrades",
]
# fmt: on


@node
class Selection(Node):
    head: Head | Mistake
    doc: Text | None
    lines: tuple[SelectionLine, ...]


@node
class From(Node):
    sources: tuple[Source, ...]


@node
class Fitting(Node):
    """`where E`: what a product must be."""

    condition: Expression


@node
class Except(Node):
    stream: Stream


@node
class RankBy(Node):
    rankings: tuple[Ranking, ...]


@node
class Ranking(Node):
    """`units sold in the last 30 days`; `measure` is its words, in one text."""

    measure: str
    window: InTheLast | None


@node
class AtMost(Node):
    count: Number | Name
    field: Name


@node
class Top(Node):
    count: Number | Name


@node
class Instead(Node):
    """`else SOURCE`: what fills the places that are left."""

    source: Source


@node
class Catalog(Node):
    pass


@node
class Products(Node):
    skus: tuple[Text | Name, ...]


@node
class BoughtTogether(Node):
    products: ProductStream


@node
class BoughtBySimilar(Node):
    pass


@node
class Accessories(Node):
    products: ProductStream


@node
class Upgrades(Node):
    products: ProductStream


@node
class ProductStream(Node):
    """The products of events or of a list, or another selection by its name."""

    stream: Stream


@node
class Show(Node):
    """The products of a message: `show SOURCE top 4 at least 2 else skip`."""

    source: Source
    top: Number | Name | None
    shortage: Shortage | None
    only_if: Expression | None


@node
class Shortage(Node):
    """What is done where fewer than `count` are found: `skip` the message, or go `without` them."""

    count: Number | Name
    instead: str
