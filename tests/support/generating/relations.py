"""Say how journals of one program and of timelines that differ a little go together."""

from __future__ import annotations

from collections.abc import Callable

from cadenza.engine.journal import kept
from cadenza.engine.plan import lower
from cadenza.values import HOUR
from tests.support.generating.dice import Dice
from tests.support.generating.invariants import micros
from tests.support.generating.playing import Line, Played, journal
from tests.support.generating.timelines import Row
from tests.support.generating.words import FROM_FLOWS, OUTSIDE
from tests.support.scenarios import program as checked

WITNESS = f"""
flow witness
  on {" or ".join((*OUTSIDE, *FROM_FLOWS))}
  for 1 = 2
  tag "never"
"""
"""A flow that looks at all that happens and lets nobody in: with it, nothing may be passed over as noticed by no one."""


def the_same_replay_writes_the_same(played: Played) -> None:
    assert journal(played.plan, played.life) == (played.lines, played.inside)


def what_comes_later_changes_nothing_before(played: Played) -> None:
    life = played.life
    dice = Dice("cut", played.made.seed, len(life.rows))
    for _ in range(3):
        instants = [at for _, at, _ in life.rows] + [micros(line) for line in played.lines]
        at = (dice.pick(instants) if instants else life.start) + dice.pick((0, 0, -1, 1, HOUR))
        cut = min(max(at, life.start), life.until)
        earlier = life._replace(rows=[row for row in life.rows if row[1] <= cut], until=cut)
        lines, _ = journal(played.plan, earlier)
        assert closed(lines) == [line for line in closed(played.lines) if micros(line) <= cut]


def closed(lines: list[Line]) -> list[Line]:
    """Leave out the lines that the end of a replay alone brings about."""
    return [line for line in lines if line["what"] != "coupon_open"]


def what_nobody_names_changes_nothing(played: Played) -> None:
    """Put in a field, and an event of each kind that the program does not look at."""
    life = played.life
    known = played.plan.layout.events
    first = life.start if life.begins is None else max(life.start, life.begins)
    others: list[Row] = [(kind, first + number * HOUR, {}) for number, kind in enumerate(OUTSIDE, 1) if kind not in known]
    rows = sorted([*life.rows, *others], key=lambda row: row[1])
    more = life._replace(rows=rows, fields={**life.fields, "shoe": "41"}, columns=life.columns and life.columns | {"shoe"})
    assert journal(played.plan, more) == (played.lines, played.inside)


def a_shorter_detail_writes_some_of_the_lines(played: Played) -> None:
    for detail in ("messages", "decisions"):
        words = kept(detail)
        lines, _ = journal(played.plan, played.life, detail)
        assert bare(lines) == bare([line for line in played.lines if line["what"] in words])


def bare(lines: list[Line]) -> list[Line]:
    """Leave out what names other lines."""
    return [{name: value for name, value in line.items() if name not in ("id", "cause", "credit")} for line in lines]


def who_looks_at_all_that_happens_changes_nothing(played: Played) -> None:
    """Put in a witness; where too much happens at one instant (semantics 5.5), it is one of those who are cut off."""
    if any(line["what"] == "stopped" for line in played.lines):
        return
    plan = lower(checked(played.made.text + WITNESS, **played.made.others))
    lines, inside = journal(plan, played.life)
    assert inside == played.inside
    assert bare([line for line in lines if line["flow"] != "witness"]) == bare(played.lines)


RELATIONS: tuple[Callable[[Played], None], ...] = (
    the_same_replay_writes_the_same,
    what_comes_later_changes_nothing_before,
    what_nobody_names_changes_nothing,
    a_shorter_detail_writes_some_of_the_lines,
)
