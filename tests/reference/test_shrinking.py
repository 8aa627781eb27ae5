"""A pair is made smaller until a person can read it."""

from __future__ import annotations

from cadenza.engine.plan import lower
from tests.reference.shrinking import Pair, shown, shrunk
from tests.support import programs
from tests.support.generating.playing import journal, lived
from tests.support.scenarios import program


def drops(pair: Pair) -> bool:
    lines, _ = journal(lower(program(pair.made.text, **pair.made.others)), pair.life)
    return any(line["what"] == "dropped" and str(line.get("reason")).startswith("limit") for line in lines)


def test_what_is_left_of_a_pair_is_what_it_takes() -> None:
    pairs = (Pair(made, lived(seed, made)) for seed in range(200) for made in [programs.program(seed)])
    pair = next(one for one in pairs if drops(one))
    small = shrunk(pair, drops)
    assert drops(small)
    lines = [line for line in small.made.text.splitlines() if line.strip()]
    assert len(lines) < len(pair.made.text.splitlines()) // 2
    assert len(lines) <= 6
    assert len(small.life.rows) <= 2
    assert "at most" in shown(small)
