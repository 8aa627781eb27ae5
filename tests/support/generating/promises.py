"""Write promises, those that a journal can be counted by also as facts."""

from __future__ import annotations

from tests.support.generating.dice import Dice
from tests.support.generating.expressions import Expressions
from tests.support.generating.shops import Limit, limit
from tests.support.generating.steps import Lines, outside_kinds
from tests.support.generating.words import Scope, World

_LENGTHS = ("12 hours", "1 day", "2 days", "5 days", "1 month")
_NOUNS = ("message", "messages", "email", "emails", "sms", "push", "onsite")


class PromiseMaker:
    def __init__(self, dice: Dice, world: World, groups: list[str]) -> None:
        self.dice = dice
        self.write = Expressions(dice, world)
        self.sent = sorted(world.sent)
        self.groups = groups
        self.facts: list[Limit] = []
        """What `always` holds, in the order of the lines."""

    def promises(self) -> Lines:
        makers = [self._always, self._never_within, self._never_twice, *[self._never_two] * bool(self.groups)]
        return [self.dice.made(*makers) for _ in range(self.dice.pick((1, 1, 2, 3)))] if self.dice.chance(20) else []

    def _always(self) -> str:
        line, fact = limit(self.dice, None)
        self.facts.append(fact)
        return f"always {line.partition(' else')[0].removesuffix(',')}"

    def _never_within(self) -> str:
        message = self.dice.maybe(40 if self.sent else 0, lambda: f' "{self.dice.pick(self.sent)}"')
        events = self.write.events(Scope(still=True), outside_kinds(self.dice, 2))
        direction = self.dice.pick(("after", "after", "before"))
        return f"never {self.dice.pick(_NOUNS)}{message} within {self.dice.pick(_LENGTHS)} {direction} {events}"

    def _never_two(self) -> str:
        return f"never inside two of group {self.dice.pick(self.groups)}"

    def _never_twice(self) -> str:
        return f"never the same {self.dice.pick(_NOUNS)} twice within {self.dice.pick(_LENGTHS)}"
