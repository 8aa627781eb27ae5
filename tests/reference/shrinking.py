"""Make a pair smaller as long as something still holds of it, until a person can read it.

Blocks of the program are left out, the largest first, then events, other customers and products, then fields.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from tests.reference.times import iso
from tests.support.generating.timelines import Life
from tests.support.programs import Made
from tests.support.scenarios import checked


class Pair(NamedTuple):
    made: Made
    life: Life


Test = Callable[[Pair], bool]


def shrunk(pair: Pair, holds: Test) -> Pair:
    """Give the smallest pair that can be come to by leaving out one thing after another."""
    ahead = True
    while ahead:
        ahead = False
        for smaller in (without_blocks, without_rows, without_the_shop, without_fields):
            while (found := next((one for one in smaller(pair) if _right(one) and _holds(holds, one)), None)) is not None:
                pair, ahead = found, True
    return pair


def _holds(holds: Test, pair: Pair) -> bool:
    try:
        return holds(pair)
    except (KeyError, AssertionError):  # data that the smaller program does not declare
        return False


def _right(pair: Pair) -> bool:
    """Whether it can be replayed, and amounts are still of the currency that the data have."""
    program = checked(pair.made.text, **pair.made.others).program
    return program is not None and program.shop.currency == pair.made.shop.currency


# -- What can be left out ---------------------------------------------------------------------------------------------


def without_blocks(pair: Pair) -> Iterator[Pair]:
    """Leave out a line of a file with what stands below it, and perhaps the `else` that belongs to it."""
    made = pair.made
    for smaller in _without_block(made.text):
        yield pair._replace(made=made._replace(text=smaller))
    for name, text in made.others.items():
        for smaller in _without_block(text):
            yield pair._replace(made=made._replace(others={**made.others, name: smaller}))


def _without_block(text: str) -> Iterator[str]:
    lines = text.splitlines()
    blocks = {(start, end) for start in range(len(lines)) for end in _ends(lines, start)}
    for start, end in sorted(blocks, key=lambda block: (block[0] - block[1], block)):
        yield "\n".join([*lines[:start], *lines[end:], ""])


def _ends(lines: list[str], start: int) -> Iterator[int]:
    depth = _depth(lines[start])
    end = start + 1
    while end < len(lines) and lines[end].strip() and _depth(lines[end]) > depth:
        end += 1
    yield end
    while end < len(lines) and _depth(lines[end]) == depth and lines[end].lstrip().startswith("else"):
        end += 1
        while end < len(lines) and lines[end].strip() and _depth(lines[end]) > depth:
            end += 1
        yield end


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())


def without_rows(pair: Pair) -> Iterator[Pair]:
    rows = pair.life.rows
    for size in sorted({len(rows) // 2, len(rows) // 4, 1} - {0}, reverse=True):
        for start in range(0, len(rows) - size + 1, size):
            yield pair._replace(life=pair.life._replace(rows=rows[:start] + rows[start + size :]))


def without_the_shop(pair: Pair) -> Iterator[Pair]:
    life = pair.life
    for name in ("others", "products", "changes"):
        found = getattr(life, name)
        for place in range(len(found)):
            yield pair._replace(life=life._replace(**{name: found[:place] + found[place + 1 :]}))


def without_fields(pair: Pair) -> Iterator[Pair]:
    life = pair.life
    for name in life.fields:
        if name != "id":
            yield pair._replace(life=life._replace(fields={one: value for one, value in life.fields.items() if one != name}))
    for place, (kind, at, fields) in enumerate(life.rows):
        for name in fields:
            if (kind, name) != ("order", "id"):
                row = (kind, at, {one: value for one, value in fields.items() if one != name})
                yield pair._replace(life=life._replace(rows=[*life.rows[:place], row, *life.rows[place + 1 :]]))


# -- Shown ------------------------------------------------------------------------------------------------------------


def shown(pair: Pair) -> str:
    """Give a pair as a `.flow` file and its data, a line of JSON for each row."""
    made, life = pair
    begins = None if life.begins is None else iso(life.begins)
    rows: list[dict[str, Any]] = [{"zone": life.zone.name, "from": iso(life.start), "until": iso(life.until), "begins": begins}]
    rows += [{"customer": {**life.fields, **life.lists}}]
    rows += [{"event": kind, "at": iso(at), **fields} for kind, at, fields in life.rows]
    rows += [{"product": one} for one in life.products]
    rows += [{"other": one.name, "event": kind, "at": iso(at), **fields} for one in life.others for kind, at, fields in one.rows]
    files = [f"=== {name}\n{text.rstrip()}" for name, text in made.others.items() if text.strip()]
    return "\n".join([made.text.strip(), *files, "", *(json.dumps(row, default=str) for row in rows)])
