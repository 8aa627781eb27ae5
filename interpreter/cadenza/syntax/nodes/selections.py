"""Selections: which products a message shows, in which order, and how many."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cadenza.syntax.nodes.base import Mistake, Name, Node, Text

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


class Selection(Node):
    head: Head | Mistake
    doc: Text | None
    lines: tuple[SelectionLine, ...]


class From(Node):
    sources: tuple[Source, ...]


class Fitting(Node):
    """`where E`: what a product must be."""

    condition: Expression


class Except(Node):
    stream: Stream


class RankBy(Node):
    rankings: tuple[Ranking, ...]


class Ranking(Node):
    """`units sold in the last 30 days`; `measure` is its words, in one text."""

    measure: str
    window: InTheLast | None


class AtMost(Node):
    count: Number | Name
    field: Name


class Top(Node):
    count: Number | Name


class Instead(Node):
    """`else SOURCE`: what fills the places that are left."""

    source: Source


class Catalog(Node):
    pass


class Products(Node):
    skus: tuple[Text | Name, ...]


class BoughtTogether(Node):
    products: ProductStream


class BoughtBySimilar(Node):
    pass


class Accessories(Node):
    products: ProductStream


class Upgrades(Node):
    products: ProductStream


class ProductStream(Node):
    """The products of events or of a list, or another selection by its name."""

    stream: Stream


class Show(Node):
    """The products of a message: `show SOURCE top 4 at least 2 else skip`."""

    source: Source
    top: Number | Name | None
    shortage: Shortage | None
    only_if: Expression | None


class Shortage(Node):
    """What is done where fewer than `count` are found: `skip` the message, or go `without` them."""

    count: Number | Name
    instead: str
