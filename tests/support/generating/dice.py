"""Draw what a generator chooses: the same for the same seed on every machine, so that a number names a failure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import ClassVar, TypeVar

from cadenza.draws import below

T = TypeVar("T")


class Dice:
    thrown_by: ClassVar[Callable[[int], int] | None] = None

    def __init__(self, *seed: str | int) -> None:
        self._seed = seed
        self._thrown = 0

    def below(self, number: int) -> int:
        if Dice.thrown_by is not None:
            return Dice.thrown_by(number)
        self._thrown += 1
        return below(number, 0, *self._seed, self._thrown)

    def between(self, low: int, high: int) -> int:
        return low + self.below(high - low + 1)

    def chance(self, percent: int) -> bool:
        return self.below(100) < percent

    def pick(self, several: Sequence[T]) -> T:
        return several[self.below(len(several))]

    def some(self, several: Sequence[T], most: int) -> list[T]:
        """Pick up to so many, each once, in the order in which they stand."""
        left = list(range(len(several)))
        taken = [left.pop(self.below(len(left))) for _ in range(min(self.below(most + 1), len(several)))]
        return [several[place] for place in sorted(taken)]

    def weighted(self, weights: Mapping[T, int]) -> T:
        at = self.below(sum(weights.values()))
        for one, weight in weights.items():
            at -= weight
            if at < 0:
                return one
        raise AssertionError(weights)

    def made(self, *makers: Callable[[], T]) -> T:
        """Let one of several make it."""
        return self.pick(makers)()

    def maybe(self, percent: int, make: Callable[[], str]) -> str:
        return make() if self.chance(percent) else ""


@contextmanager
def thrown_by(below: Callable[[int], int]) -> Iterator[None]:
    """Let somebody else throw all dice: hypothesis, which knows how to make smaller what it threw."""
    Dice.thrown_by = below
    try:
        yield
    finally:
        Dice.thrown_by = None
