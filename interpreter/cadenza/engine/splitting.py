"""Decide by keyed draws: which arm of a split is taken, and who is held out (semantics 8.2, 9.3)."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import gcd, lcm, log
from typing import TYPE_CHECKING

from cadenza.check import program as p
from cadenza.draws import WHOLE, draw
from cadenza.engine.journal import quoted
from cadenza.engine.runs import Run, StepPlan

if TYPE_CHECKING:
    from cadenza.engine.customer import Customer

_CLOSE = 1e-9
"""Below this relative distance two logarithms may be out of order, and whole numbers decide."""


class SplitStep(StepPlan):
    """Takes one arm; `places` are the first steps of the arms."""

    __slots__ = ("_afresh", "_arms", "_key", "_name", "_weights", "places")

    def __init__(self, step: p.Split, after: int, places: Sequence[int]) -> None:
        super().__init__(step, after)
        self._name = step.name
        self._key = step.key
        self._afresh = step.afresh
        self._arms = tuple(name for name, _, _ in step.arms)
        self._weights = whole_weights([share for _, share, _ in step.arms])
        self.places = tuple(places)

    def take(self, c: Customer, run: Run) -> int:
        again = (run.number,) if self._afresh else ()
        draws = [draw(c.plan.seed, "split", self._key, c.name, arm, *again) for arm in self._arms]
        arm = chosen(draws, self._weights)
        more = f',"split":{quoted(self._name)},"arm":{quoted(self._arms[arm])}'
        c.note(run, self, "split", None, more)
        return self.places[arm]


def whole_weights(shares: Sequence[Fraction]) -> list[int]:
    """Give whole numbers in the proportion of the shares, as small as they can be."""
    scale = lcm(*(share.denominator for share in shares))
    whole = [int(share * scale) for share in shares]
    return [one // (gcd(*whole) or 1) for one in whole]


def chosen(draws: Sequence[int], weights: Sequence[int]) -> int:
    """Give the place of the largest (u / 2^53)^(1/weight), the first at a tie; who weighs nothing is never chosen.

    So a customer changes arm only to one whose share grew against that of the arm they are in.
    """
    best = -1
    for place, (number, weight) in enumerate(zip(draws, weights, strict=True)):
        if weight and (best < 0 or _larger(number, weight, draws[best], weights[best])):
            best = place
    return best


def _larger(number: int, weight: int, other: int, other_weight: int) -> bool:
    """Whether (number / 2^53)^(1/weight) is larger than that of the other: by logarithms, exactly where they are close."""
    mine, its = log(number / WHOLE) / weight, log(other / WHOLE) / other_weight
    if abs(mine - its) > _CLOSE * max(abs(mine), abs(its)):
        return mine > its
    # Both to the power of weight * other_weight, and without the fractions.
    return bool(number**other_weight * WHOLE**weight > other**weight * WHOLE**other_weight)


def held_out(seed: int, share: Fraction, flow: str, customer: str) -> bool:
    """Whether a customer is held out of a flow, or of the shop under an empty name."""
    return bool(share) and draw(seed, "holdout", flow, customer) <= share * WHOLE
