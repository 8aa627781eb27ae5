"""Keep what is due when, for one customer: a heap of a few entries, never one for all."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import Any

from cadenza.engine.clock import NEVER

# The phases of a turn of the clock, in order (semantics 5.4).
EXPIRE, LOOK, ENTER, WAKE, RETRY = range(5)

Due = tuple[int, int, tuple[int, ...], int, Any, int]
"""Instant, phase, order among others of the phase, serial number, what is due, and a token: one that is not current is stale."""


def order_of(due: Due) -> tuple[int, ...]:
    return due[2]


def what_of(due: Due) -> Any:
    return due[4]


def token_of(due: Due) -> int:
    return due[5]


class Agenda:
    """`heap` is in the order of instants, phases and serial numbers."""

    __slots__ = ("_serial", "heap")

    def __init__(self) -> None:
        self.heap: list[Due] = []
        self._serial = 0

    def add(self, instant: int, phase: int, what: object, order: tuple[int, ...] = (), token: int = 0) -> None:
        if instant < NEVER:
            self._serial += 1
            heappush(self.heap, (instant, phase, order, self._serial, what, token))

    def is_due(self, now: int) -> bool:
        heap = self.heap
        return bool(heap) and heap[0][0] <= now

    def single(self, now: int) -> bool:
        """Whether one entry alone is due; the two next to the top of a heap are the only ones that could be as early."""
        heap = self.heap
        return (len(heap) < 2 or heap[1][0] > now) and (len(heap) < 3 or heap[2][0] > now)

    def due(self, now: int) -> tuple[list[Due], list[Due], list[Due], list[Due], list[Due]]:
        """Take off all that is due, by phase, each phase in its order."""
        phases: tuple[list[Due], list[Due], list[Due], list[Due], list[Due]] = ([], [], [], [], [])
        heap = self.heap
        while heap and heap[0][0] <= now:
            one = heappop(heap)
            phases[one[1]].append(one)
        return phases
