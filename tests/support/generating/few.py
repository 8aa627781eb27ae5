"""What programs with few words have in common: they speak of the same few kinds, lengths and times again and again."""

from __future__ import annotations

from collections.abc import Sequence

from tests.support.generating.dice import Dice


class Few:
    """A writer of flows; `kinds`, `lengths` and `times` are all that they speak of."""

    def __init__(self, dice: Dice, kinds: Sequence[str], lengths: Sequence[str], times: Sequence[str]) -> None:
        self.dice = dice
        self.kinds = kinds
        self.lengths = lengths
        self.times = times

    def kind(self) -> str:
        return self.dice.pick(self.kinds)

    def length(self) -> str:
        return self.dice.pick(self.lengths)

    def time(self) -> str:
        return self.dice.pick(self.times)
