"""Hold the parser's stacks of states: each is made once and never changed, and remembers what became of it.

The constructs of a language bring the same few stacks about again and again, so what a token does to one is worked out the
first time; after that, feeding a token and asking whether it fits are one look into a dictionary.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple, cast

from cadenza.syntax.tables import Rule, Tables, tables


class Step(NamedTuple):
    """What a token does: the `rules` to reduce by before it is shifted, without those that only rename, and the stack then."""

    rules: tuple[Rule, ...]
    stack: Stack


class Stack:
    """A state on top of the stack `below` it; None is below the first."""

    __slots__ = ("above", "below", "depth", "known", "read", "row", "state", "table")

    def __init__(self, table: Tables, state: int, below: Stack | None) -> None:
        self.table = table
        self.state = state
        self.row = table.rows[state]
        self.below = below
        self.depth: int = 0 if below is None else below.depth + 1
        self.above: dict[int, Stack] = {}
        self.known: dict[str, Step | None] = {}
        self.read: dict[tuple[str, ...], tuple[str, ...]] = {}

    def fed(self, kind: str) -> Step | None:
        """Give what a token of this kind does here; None where it does not fit."""
        try:
            return self.known[kind]
        except KeyError:
            step = self.known[kind] = self._fed(kind)
            return step

    def _fed(self, kind: str) -> Step | None:
        rules = []
        stack = self
        while (action := stack.row.get(kind)) is not None and action < 0:
            rule = self.table.rules[~action]
            if not rule.alone:
                rules.append(rule)
            for _ in range(rule.length):
                stack = cast("Stack", stack.below)
            stack = stack.with_top(stack.row[rule.origin])
        return None if action is None else Step(tuple(rules), stack.with_top(action))

    def with_top(self, state: int) -> Stack:
        above = self.above.get(state)
        if above is None:
            above = self.above[state] = Stack(self.table, state, self)
        return above

    def accepts(self, *kinds: str) -> bool:
        """Whether these could be fed, one after the other."""
        stack = self
        for kind in kinds:
            step = stack.fed(kind)
            if step is None:
                return False
            stack = step.stack
        return True

    def possible(self, kinds: tuple[str, ...]) -> tuple[str, ...]:
        """Give those of the kinds a word may be that the state has a place for; of several, those that fit."""
        try:
            return self.read[kinds]
        except KeyError:
            known = tuple(kind for kind in kinds if kind in self.row)
            known = self.read[kinds] = tuple(kind for kind in known if self.fed(kind)) if len(known) > 1 else known
            return known

    def acceptable(self) -> set[str]:
        """Give the kinds of token that would fit here, without the parser's own."""
        return {kind for kind in self.row if kind.isupper() and kind != "ERROR" and self.fed(kind)}


@lru_cache(maxsize=4)
def first(start: str) -> Stack:
    table = tables()
    return Stack(table, table.starts[start], None)
