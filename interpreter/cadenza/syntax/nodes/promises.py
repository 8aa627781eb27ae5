"""Promises: what must hold on every timeline, whatever flows do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cadenza.syntax.nodes.base import Name, Node, Text

if TYPE_CHECKING:
    from cadenza.syntax.nodes.declarations import Events
    from cadenza.syntax.nodes.expressions import Duration, Number, Unit
    from cadenza.syntax.nodes.unions import Expression

# fmt: off
__all__ = [
    "Always",
    "NeverTwice",
    "NeverTwo",
    "NeverWithin",
    "What",
]
# fmt: on


class Always(Node):
    """`always at most COUNT NOUN per PERIOD`."""

    count: Number | Name
    noun: Name
    period: Unit | Duration


class NeverWithin(Node):
    """`never WHAT within D after EVENTS`, or before."""

    what: What
    within: Expression
    direction: str
    events: Events


class What(Node):
    """A channel or any message, perhaps one of a certain name."""

    noun: Name
    message: Text | Name | None


class NeverTwo(Node):
    group: Name


class NeverTwice(Node):
    noun: Name
    within: Expression
