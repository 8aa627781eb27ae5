"""Follow the paths through a flow, and say how long after its beginning each step is reached."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from cadenza.check import program as p
from cadenza.check.terms import Constant, Term
from cadenza.values import DAY, Length

_MOST_PATHS = 64
"""Of a flow with more paths, those beyond are not looked at."""
_MOST_PASSES = 12
_MONTH = 30.4375 * DAY


class Elapsed(NamedTuple):
    """A time that passes, as it is written; calendar months are counted apart."""

    months: int = 0
    micros: int = 0

    def after(self, length: Length) -> Elapsed:
        months, micros = length.comparable
        return Elapsed(self.months + months, self.micros + micros)

    @property
    def least(self) -> float:
        return self.micros + (max(0.0, self.months * _MONTH - 3 * DAY) if self.months else 0.0)

    @property
    def most(self) -> float:
        return self.micros + (self.months * _MONTH + 3 * DAY if self.months else 0.0)

    def reaches(self, other: Elapsed) -> bool:
        """Whether this time is surely no shorter than the other."""
        return (self.months >= other.months and self.micros >= other.micros) or self.least >= other.most


class Point(NamedTuple):
    """A step on one path: the least and the most time since the flow began, None where there is no limit to it.

    `asked` counts the conditions met on the way, `waits` the waits.
    """

    step: p.Step
    least: Elapsed
    most: Elapsed | None
    asked: int
    waits: int


class _Way(NamedTuple):
    points: tuple[Point, ...] = ()
    least: Elapsed = Elapsed()
    most: Elapsed | None = Elapsed()
    asked: int = 0
    waits: int = 0
    ended: bool = False

    def at(self, step: p.Step) -> _Way:
        return self._replace(points=(*self.points, Point(step, self.least, self.most, self.asked, self.waits)))

    def later(self, least: Length, most: Length | None) -> _Way:
        longest = None if self.most is None or most is None else self.most.after(most)
        return self._replace(least=self.least.after(least), most=longest, waits=self.waits + 1)

    def choice(self) -> _Way:
        return self._replace(asked=self.asked + 1)


def paths(flow: p.Flow) -> list[tuple[Point, ...]]:
    """Give every path through a flow; a condition may turn out either way."""
    return [way.points for way in _through(flow.steps, [_Way()], flow.name)]


def _through(steps: Sequence[p.Step], ways: list[_Way], flow: str) -> list[_Way]:
    for step in steps:
        going = [way for way in ways if not way.ended]
        if not going:
            break
        ways = [way for way in ways if way.ended] + _step(step, [way.at(step) for way in going], flow)
        ways = ways[:_MOST_PATHS]
    return ways


def _step(step: p.Step, ways: list[_Way], flow: str) -> list[_Way]:
    match step:
        case p.Wait(length=length):
            fixed = fixed_length(length)
            return [way.later(fixed or Length(), fixed) for way in ways]
        case p.WaitUntil(description=description, up_to=up_to, body=body, otherwise=otherwise):
            longest = _longest(description) or fixed_length(up_to)
            ways = [way.later(Length(), longest) for way in ways]
            return _through(body, ways, flow) + (_through(otherwise, ways, flow) if otherwise else [])
        case p.WaitUntilCondition(up_to=up_to, body=body, otherwise=otherwise):
            return _awaited(up_to, body, otherwise, ways, flow)
        case p.WaitFor(up_to=up_to, body=body, otherwise=otherwise):
            return _awaited(up_to, body, otherwise, ways, flow)
        case p.If(branches=branches, otherwise=otherwise):
            ways = [way.choice() for way in ways]
            return [one for body in (*(body for _, body in branches), otherwise) for one in _through(body, ways, flow)]
        case p.Split(arms=arms):
            return [one for _, share, body in arms if share for one in _through(body, ways, flow)]
        case p.Repeat(times=times, until=until, body=body):
            for _ in range(min(times, _MOST_PASSES)):
                ways = _through(body, ways if until is None else [way.choice() for way in ways], flow)
            return ways
        case p.Stop(flows=stopped) if not stopped or flow in stopped:
            return [way._replace(ended=True) for way in ways]
        case _:
            return ways


def _awaited(up_to: Term | None, body: Sequence[p.Step], otherwise: Sequence[p.Step], ways: list[_Way], flow: str) -> list[_Way]:
    """Follow both what is awaited coming at once, and not at all."""
    longest = fixed_length(up_to)
    came = _through(body, [way.later(Length(), longest).choice() for way in ways], flow)
    if up_to is None:
        return came
    return came + _through(otherwise, [way.later(longest or Length(), longest).choice() for way in ways], flow)


def fixed_length(term: Term | None) -> Length | None:
    return term.value if isinstance(term, Constant) and isinstance(term.value, Length) else None


def _longest(description: p.Description) -> Length | None:
    match description:
        case p.AtClock():
            return Length(days=1)
        case p.EveryWeekdays():
            return Length(days=7)
        case _:
            return None


def all_steps(steps: Iterable[p.Step]) -> Iterator[p.Step]:
    """Give all steps with those in their blocks, in source order."""
    for step in steps:
        yield step
        match step:
            case p.WaitUntil(body=body, otherwise=otherwise) | p.WaitUntilCondition(body=body, otherwise=otherwise):
                yield from all_steps((*body, *otherwise))
            case p.WaitFor(body=body, otherwise=otherwise):
                yield from all_steps((*body, *otherwise))
            case p.If(branches=branches, otherwise=otherwise):
                for _, body in branches:
                    yield from all_steps(body)
                yield from all_steps(otherwise)
            case p.Split(arms=arms):
                for _, _, body in arms:
                    yield from all_steps(body)
            case p.Repeat(body=body):
                yield from all_steps(body)
            case _:
                pass
