"""Add figures up day by day, so that those of any stretch of days are a difference."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from heapq import nlargest
from operator import sub


class Running:
    """What some products sold: for each day a row of all figures up to its beginning, in the order of SKUs."""

    def __init__(self, skus: Sequence[str], days: Iterable[tuple[int, Sequence[int], Sequence[int]]]) -> None:
        """Take the products, and for each day in order the places of those sold on it with their figures."""
        self._skus = skus
        self._first: int | None = None
        self._rows = [[0] * len(skus)]
        for day, places, figures in days:
            self._first = day if self._first is None else self._first
            idle = day - self._first + 1 - len(self._rows)
            self._rows += [self._rows[-1]] * idle
            row = self._rows[-1].copy()
            for place, figure in zip(places, figures, strict=True):
                row[place] += figure
            self._rows.append(row)

    def best(self, first: int | None, day: int, most: int) -> list[tuple[str, int]]:
        """Give what sold most from `first`, if there is one, up to and without `day`: the highest first, then by SKU."""
        figures = self._before(day)
        if first is not None:
            figures = list(map(sub, figures, self._before(min(first, day))))
        top = nlargest(most, range(len(figures)), key=figures.__getitem__)
        return [(self._skus[place], figures[place]) for place in top if figures[place] > 0]

    def _before(self, day: int) -> list[int]:
        return self._rows[min(max(day - (self._first or 0), 0), len(self._rows) - 1)]
