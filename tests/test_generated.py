"""What holds for whatever program a shop may write and whatever timeline its customers may live."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cadenza.syntax.parser import Parsed, parse
from cadenza.syntax.printer import printed
from cadenza.syntax.source import Source
from tests.support import folders, programs
from tests.support.generating import folder
from tests.support.generating.invariants import INVARIANTS
from tests.support.generating.playing import Played, journal, lived, planned, played
from tests.support.generating.relations import RELATIONS, who_looks_at_all_that_happens_changes_nothing
from tests.support.generating.remarks import remarked, remarks
from tests.support.scenarios import checked

Property = Callable[[Played], None]
Seeds = range

PAIRS = [range(first, first + 25) for first in range(0, 150, 25)]
MORE_PROGRAMS = [range(first, first + 10) for first in range(150, 200, 10)]
MANY = [range(first, first + 100) for first in range(1000, 3000, 100)]


def titled(seeds: Seeds) -> str:
    return f"{seeds.start}-{seeds.stop - 1}"


@contextmanager
def concerning(program: int, timeline: int | None = None) -> Iterator[None]:
    """Say of what was generated a failure speaks."""
    try:
        yield
    except Exception as error:
        error.add_note(f"program {program}, timeline {timeline}\n{programs.program(program).text}")
        raise


@pytest.fixture(scope="module", params=PAIRS, ids=titled)
def pairs(request: pytest.FixtureRequest) -> list[Played]:
    found = []
    for seed in request.param:
        with concerning(seed, seed):
            found.append(played(seed, seed))
    return found


def check_programs(seeds: Seeds) -> None:
    for seed in seeds:
        text = programs.program(seed).text
        errors = [(one.code, one.span.where, one.message) for one in checked(text).diagnostics if one.code.startswith("F")]
        assert errors == [], f"program {seed}"


def check_property(holds: Property, one: Played, timeline: int) -> None:
    with concerning(one.made.seed, timeline):
        holds(one)


# -- Programs ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seeds", MORE_PROGRAMS, ids=titled)
def test_what_is_right_by_construction_has_no_errors(seeds: Seeds) -> None:
    check_programs(seeds)


# -- Replays ----------------------------------------------------------------------------------------------------------


def test_programs_do_what_there_is_to_do(pairs: list[Played]) -> None:
    words = {line["what"] for one in pairs for line in one.lines}
    assert {"entered", "not_entered", "waiting", "sent", "finished"} <= words


@pytest.mark.parametrize("holds", [*INVARIANTS, *RELATIONS], ids=lambda holds: holds.__name__)
def test_of_every_replay(holds: Property, pairs: list[Played]) -> None:
    for one in pairs:
        check_property(holds, one, one.made.seed)


def test_who_looks_at_all_that_happens_changes_nothing(pairs: list[Played]) -> None:
    for one in pairs[::5]:
        check_property(who_looks_at_all_that_happens_changes_nothing, one, one.made.seed)


@pytest.mark.slow
@pytest.mark.parametrize("seeds", MANY, ids=titled)
def test_of_every_replay_there_could_be(seeds: Seeds) -> None:
    for seed in seeds:
        with concerning(seed, seed):
            one = played(seed, seed)
        for holds in (*INVARIANTS, *RELATIONS):
            check_property(holds, one, seed)
        if seed % 10 == 0:
            check_property(who_looks_at_all_that_happens_changes_nothing, one, seed)


# -- Data -------------------------------------------------------------------------------------------------------------


def check_folder(seed: int, place: Path) -> None:
    """Replay a timeline from a folder whose rows are shuffled; the data layer gives what the engine was given."""
    made, plan = planned(seed)
    life = lived(seed, made)
    life = life._replace(columns=frozenset({"id", "time_zone", *life.fields, *life.lists}))
    life.fields["time_zone"] = life.zone.name
    folder.write(place / "data", seed, life, made.fields, made.shop.currency)
    when = ("--from", folder.iso(life.start), "--until", folder.iso(life.until))
    _, *lines = folders.replay(made.text, place / "data", "--detail", "all", *when)
    assert [{**line, "source": None} for line in lines] == [{**line, "source": None} for line in journal(plan, life)[0]]


@pytest.mark.parametrize("seed", range(8))
def test_a_folder_is_replayed_as_the_timeline_it_holds(seed: int, tmp_path: Path) -> None:
    with concerning(seed, seed):
        check_folder(seed, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3000, 3030))
def test_any_folder_is_replayed_as_the_timeline_it_holds(seed: int, tmp_path: Path) -> None:
    with concerning(seed, seed):
        check_folder(seed, tmp_path)


# -- Printing ---------------------------------------------------------------------------------------------------------


def read(text: str) -> Parsed:
    parsed = parse(Source("test.flow", text))
    assert parsed.diagnostics == ()
    return parsed


def check_printing(seeds: Seeds) -> None:
    for seed in seeds:
        text = remarked(seed, programs.program(seed).text)
        with concerning(seed):
            before = read(text)
            result = printed(before)
            after = read(result)
            assert after.module == before.module
            assert printed(after) == result
            assert remarks(result) == remarks(text)


@pytest.mark.parametrize("seeds", PAIRS, ids=titled)
def test_a_program_is_printed_as_the_same_program_with_its_comments(seeds: Seeds) -> None:
    check_printing(seeds)


@pytest.mark.slow
@pytest.mark.parametrize("seeds", [range(first, first + 250) for first in range(4000, 9000, 250)], ids=titled)
def test_any_program_is_printed_as_the_same_program_with_its_comments(seeds: Seeds) -> None:
    check_printing(seeds)
