"""What holds for whatever program a shop may write and whatever timeline its customers may live."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from lark import Lark

from cadenza import resources
from cadenza.syntax import nodes
from cadenza.syntax.parser import Parsed, parse
from cadenza.syntax.printer import printed
from cadenza.syntax.source import Source
from cadenza.syntax.stacks import Stack, Step
from cadenza.syntax.tables import STARTS, tables
from cadenza.syntax.walk import walk
from tests.support import folders, programs
from tests.support.generating import folder, forms
from tests.support.generating.invariants import INVARIANTS
from tests.support.generating.playing import Line, Played, journal, lived, planned, played
from tests.support.generating.rarities import FIRST as RARE
from tests.support.generating.relations import RELATIONS, who_looks_at_all_that_happens_changes_nothing
from tests.support.generating.remarks import remarked, remarks
from tests.support.scenarios import checked

Property = Callable[[Played], None]
Seeds = range

NOT_WRITTEN = (nodes.Node, nodes.Mistake)
"""Of the classes of nodes: the base of all, and what stands for a line that was not understood."""
NO_RULES = {
    "module: ",
    "module: edition",
    "currency: CURRENCY NAME _NL",
    "wait_until: WAIT UNTIL until own_block ELSE block",
}
"""Of the rules of the grammar: a program of nothing, and what is an error (F0602, F0516)."""
PAIRS = [range(first, first + 22) for first in range(0, 66, 22)]
MORE_PROGRAMS = [range(first, first + 10) for first in range(66, 136, 10)] + [
    range(RARE, RARE + 100),
    range(forms.FIRST, forms.FIRST + 100),
]
MANY = [range(first, first + 100) for first in range(1000, 3000, 100)]


def titled(seeds: Seeds) -> str:
    return f"{seeds.start}-{seeds.stop - 1}"


@contextmanager
def concerning(program: int, timeline: int | None = None) -> Iterator[None]:
    """Say of what was generated a failure speaks."""
    try:
        yield
    except Exception as error:
        error.add_note(f"program {program}, timeline {timeline}\n{programs.program(program).whole}")
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
        made = programs.program(seed)
        found = checked(made.text, **made.others).diagnostics
        errors = [(one.code, one.span.where, one.message) for one in found if one.code.startswith("F")]
        assert errors == [], f"program {seed}"


def check_property(holds: Property, one: Played, timeline: int) -> None:
    with concerning(one.made.seed, timeline):
        holds(one)


# -- Programs ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seeds", MORE_PROGRAMS, ids=titled)
def test_what_is_right_by_construction_has_no_errors(seeds: Seeds) -> None:
    check_programs(seeds)


def read(text: str) -> Parsed:
    parsed = parse(Source("test.flow", text))
    assert parsed.diagnostics == ()
    return parsed


def wordings() -> set[str]:
    """Give the words that the grammar lets stand for each other in one place: operators, functions, rankings."""
    rules = re.findall(r"^!\??\w+: (.*(?:\n +\| .*)*)", resources.text("grammar/flow.lark"), re.MULTILINE)
    return {" ".join(re.findall(r'"(.+?)"', way)) for rule in rules for way in rule.split("|")}


def constructs() -> set[tuple[str, ...]]:
    """Give each class of node, and each part of one that may be left out, with whether it is there."""
    known: set[tuple[str, ...]] = set()
    for name, kind in vars(nodes).items():
        if isinstance(kind, type) and issubclass(kind, nodes.Node) and kind not in NOT_WRITTEN:
            parts = [part for part, type_ in kind.__annotations__.items() if type_ == "bool" or "None" in type_]
            known |= {(name,), *((name, part, there) for part in parts for there in ("there", "left out"))}
    return known


def written(node: nodes.Node) -> set[tuple[str, ...]]:
    """Give what a node shows of the language: its class, which of its parts are there, and its words."""
    name, fields = type(node).__name__, list(zip(node.__match_args__, node.astuple(), strict=True))
    parts = {(name, part, "left out" if value is None or value is False else "there") for part, value in fields}
    return {(name,), *parts, *((value,) for _, value in fields if isinstance(value, str))}


def test_programs_have_every_construct_of_the_language() -> None:
    missing = constructs() | {(words,) for words in wordings()}
    for seed in range(400):
        if not missing:
            break
        for node in (node for text in programs.program(seed).files for node in walk(read(text).module)):
            missing -= written(node)
    assert missing == set()


def test_programs_have_every_rule_of_the_grammar(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the parser that only rename are left out: what they rename is a node, and told of above."""
    reduced: set[int] = set()

    def fed(stack: Stack, kind: str, take: Callable[[Stack, str], Step | None] = Stack.fed) -> Step | None:
        step = take(stack, kind)
        reduced.update(id(rule) for rule in step.rules) if step is not None else None
        return step

    monkeypatch.setattr(Stack, "fed", fed)
    for seed in (*range(200), *range(RARE, RARE + 50), *range(forms.FIRST, forms.FIRST + 150)):
        for text in programs.program(seed).files:
            parse(Source("test.flow", text))
    grammar = resources.text("grammar/flow.lark")
    lark = Lark(grammar, parser="lalr", lexer="basic", start=[*STARTS, "unused"], maybe_placeholders=True)
    written_out = [f"{rule.origin.name}: {' '.join(one.name for one in rule.expansion)}" for rule in lark.rules]
    missing = {text for text, rule in zip(written_out, tables().rules, strict=True) if not rule.alone and id(rule) not in reduced}
    assert {text for text in missing if "ERROR" not in text.split() and not text.startswith("unused")} == NO_RULES


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
    for name, text in {"test": made.text, **made.others}.items():
        (place / f"{name}.flow").write_text(text, encoding="utf-8")
    result = folders.cli(
        "replay", place / "test.flow", "--data", place / "data", "--journal", place / "j.jsonl", "--detail", "all", *when
    )
    _, *lines = folders.lines(place / "j.jsonl")
    assert result.exit_code == any(line["what"] == "broken" for line in lines), result.stderr
    assert [bare(line) for line in lines if line["customer"] == "anna"] == [bare(line) for line in journal(plan, life)[0]]


def bare(line: Line) -> Line:
    """Leave out the name of the file."""
    return {**line, "source": None}


@pytest.mark.parametrize("seed", range(7))
def test_a_folder_is_replayed_as_the_timeline_it_holds(seed: int, tmp_path: Path) -> None:
    with concerning(seed, seed):
        check_folder(seed, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3000, 3030))
def test_any_folder_is_replayed_as_the_timeline_it_holds(seed: int, tmp_path: Path) -> None:
    with concerning(seed, seed):
        check_folder(seed, tmp_path)


# -- Printing ---------------------------------------------------------------------------------------------------------


def check_printing(seeds: Seeds) -> None:
    for seed in seeds:
        for text in (remarked(seed, one) for one in programs.program(seed).files):
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
