"""The one style: what it looks like, and that nothing but the style of a file changes."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cadenza.syntax import nodes as n
from cadenza.syntax.parser import Parsed, parse
from cadenza.syntax.printer import flaw, printed
from cadenza.syntax.printing import wrapping
from cadenza.syntax.printing.fixes import fixed
from cadenza.syntax.printing.forms import FORMS, fields_of
from cadenza.syntax.source import Source
from cadenza.syntax.tokens import _CONTINUES_AT_END, _CONTINUES_AT_START, Findings, tokens
from cadenza.syntax.walk import walk
from tests.support.folders import ROOT
from tests.support.sentences import sentences

PAIRS = sorted((Path(__file__).parent / "formatting").glob("*.flow"))
FOLDERS = ("examples", "stdlib_flows", "benchmarks", "tests/corpus", "tests/syntax/formatting")
PROGRAMS = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for folder in FOLDERS
    for path in sorted((ROOT / folder).rglob("*.flow"))
}
NODES = [one for one in vars(n).values() if isinstance(one, type) and issubclass(one, n.Node)]
WITHOUT_A_FORM = {n.Node, n.Mistake, n.Interpolation}
"""The base; what was not understood, which is never printed; and a part of a text, which stays as written."""


@cache
def all_sentences() -> list[str]:
    return list(sentences())


def read(text: str) -> Parsed:
    return parse(Source("test.flow", text))


def styled(text: str) -> str:
    """Give a text without mistakes in the style, with the proof that nothing else of it changed."""
    parsed = read(text)
    assert parsed.diagnostics == ()
    result = printed(parsed)
    assert flaw(parsed, result) is None
    return result


# -- Every node -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cls", NODES, ids=lambda cls: cls.__name__)
def test_every_node_has_a_form(cls: type[n.Node]) -> None:
    assert (cls in FORMS) is (cls not in WITHOUT_A_FORM)


@pytest.mark.parametrize("cls", [cls for cls in FORMS if fields_of(FORMS[cls]) is not None], ids=lambda cls: cls.__name__)
def test_a_form_writes_each_field_of_its_node(cls: type[n.Node]) -> None:
    assert set(fields_of(FORMS[cls]) or ()) == set(cls.__match_args__) - {"span"}


# -- The style --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAIRS, ids=lambda path: path.stem)
def test_a_file_is_printed_in_the_style(path: Path) -> None:
    assert styled(path.read_text(encoding="utf-8")) == path.with_suffix(".formatted").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("", ""),
        ("\n\n", ""),
        ("  # a remark\n\n\n# and another", "# a remark\n\n# and another\n"),
        ("\ufeffvalue a = 1", "value a = 1\n"),
        ("value a = 1\r\n\r\nvalue b = 2\r\n", "value a = 1\n\nvalue b = 2\n"),
        ("value a = 1  # why \t\r\n", "value a = 1  # why\n"),
        ("cadenza 1\nflow a\n\ttag 'x'\n".replace("\t", "  ").replace("'", '"'), 'cadenza 1\n\nflow a\n  tag "x"\n'),
    ],
    ids=["empty", "blank", "comments alone", "byte-order mark", "line ends of Windows", "spaces after a remark", "edition"],
)
def test_a_file_ends_with_one_line_end_and_its_lines_without_spaces(text: str, result: str) -> None:
    assert styled(text) == result


def test_lines_are_broken_only_where_the_token_layer_lets_them_go_on() -> None:
    assert wrapping.BREAKS_BEFORE == _CONTINUES_AT_START
    assert wrapping.BREAKS_AFTER == _CONTINUES_AT_END


@pytest.mark.parametrize("name", [name for name in PROGRAMS if not name.startswith("tests/")])
def test_the_flows_that_come_with_the_program_are_in_the_style(name: str) -> None:
    assert styled(PROGRAMS[name]) == PROGRAMS[name]


# -- Nothing else changes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_printed_is_the_same_program(name: str) -> None:
    styled(PROGRAMS[name])


def test_whatever_the_grammar_can_say_is_printed_as_the_same_program() -> None:
    met = set()
    for text in all_sentences():
        styled(text)
        met |= {type(one) for one in walk(read(text).module)}
    assert set(FORMS) - met == set()


ORIGINAL = 'flow a\n  # why\n  tag "x"\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('flow a\n  # why\n  tag "y"\n', "another program"),
        ('flow a\n  # why\n  tagg "x"\n', "another program"),
        ('flow a\n  tag "x"\n', "other comments"),
        ('flow a\n  # who\n  tag "x"\n', "other comments"),
        ('flow a\n  tag "x"\n  # why\n', "other comments"),
        ('flow a  # why\n  tag "x"\n', "other comments"),
        ('flow a\n  # why\n  tag  "x"\n', "printed otherwise"),
    ],
    ids=["a text changed", "a mistake", "a comment lost", "a comment changed", "moved down", "moved up", "not in the style"],
)
def test_a_bad_print_is_found_out(text: str, says: str) -> None:
    assert says in str(flaw(read(ORIGINAL), text))
    assert flaw(read(ORIGINAL), ORIGINAL) is None


# -- Programs as no one would write them ------------------------------------------------------------------------------

_Edits = list[tuple[int, str]]
_REMARKS = st.sampled_from(["#", "# a remark", "#no space", '# "quoted', "# flow a", "# or"])


def edited(text: str, edits: _Edits) -> str:
    for at, added in sorted(edits, reverse=True):
        text = text[:at] + added + text[at:]
    return text


def within_lines(text: str) -> list[tuple[int, bool]]:
    """Give the places between the words of each line, and whether the line may go on below."""
    places = []
    before = None
    for token in tokens(Findings(Source("", text))):
        if before is not None and token.text and before.text:
            places.append((token.start, token.text in _CONTINUES_AT_START or before.text in _CONTINUES_AT_END))
        before = token
    return places


@st.composite
def respaced(draw: st.DrawFn) -> tuple[str, str]:
    """Give a program with deeper blocks, more spaces and broken lines, beside the program as it was."""
    text = draw(st.sampled_from(list(PROGRAMS.values())) | st.deferred(lambda: st.sampled_from(all_sentences())))
    deeper = draw(st.sampled_from(["", " ", "  "]))
    result = re.sub(r"^(?:  )+", lambda found: found[0] + deeper * (len(found[0]) // 2), text, flags=re.MULTILINE)
    places = within_lines(result) or [(len(result), False)]
    edits: _Edits = []
    for at, goes_on in draw(st.lists(st.sampled_from(places), max_size=15, unique=True)):
        added = draw(st.sampled_from([" ", "   ", *["\n" + " " * 40, "\r\n\n" + " " * 30] * goes_on]))
        edits.append((at, added))
    return text, edited(result, edits)


@st.composite
def remarked(draw: st.DrawFn) -> str:
    """Give a program with blank lines and comments in all places that take one."""
    _, text = draw(respaced())
    begins = [found.start() for found in re.finditer(r"^", text, re.MULTILINE)]
    ends = [found.start() for found in re.finditer(r"$", text, re.MULTILINE)]
    edits: _Edits = []
    for at in draw(st.lists(st.sampled_from(begins), max_size=8)):
        indent = " " * draw(st.integers(0, 9))
        edits.append((at, draw(st.sampled_from(["\n", "  \n\n\n", f"{indent}{draw(_REMARKS)}\n"]))))
    edits += [
        (at, f"{draw(st.sampled_from(['', '   ']))}{draw(_REMARKS)} ") for at in draw(st.lists(st.sampled_from(ends), max_size=8))
    ]
    return edited(text, edits)


def check_respaced(programs: tuple[str, str]) -> None:
    before, after = programs
    assert styled(after) == styled(before)


def check_remarked(text: str) -> None:
    styled(text)


@settings(max_examples=200)
@given(respaced())
def test_how_a_line_was_spaced_and_broken_does_not_show(programs: tuple[str, str]) -> None:
    check_respaced(programs)


@settings(max_examples=200)
@given(remarked())
def test_comments_and_blank_lines_change_no_program_and_are_kept(text: str) -> None:
    check_remarked(text)


@pytest.mark.slow
@settings(max_examples=5000)
@given(respaced())
def test_how_any_line_was_spaced_and_broken_does_not_show(programs: tuple[str, str]) -> None:
    check_respaced(programs)


@pytest.mark.slow
@settings(max_examples=5000)
@given(remarked())
def test_comments_and_blank_lines_anywhere_change_no_program_and_are_kept(text: str) -> None:
    check_remarked(text)


# -- What is mended first ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "mended"),
    [
        ("delay 3 days", "wait 3 days"),
        ("Wait 3 dyas", "wait 3 days"),
        ("tag “x”", 'tag "x"'),
        ("if customer.score => 3 && yes:\n    tag 'x'", 'if customer.score >= 3 and yes\n    tag "x"'),
        ("active from 20/11/2026 to 30/11/2026", "active from 2026-11-20 to 2026-11-30"),
    ],
)
def test_a_mistake_with_one_remedy_is_mended(line: str, mended: str) -> None:
    parsed = fixed(read(f"flow a\n  {line}\n"))
    assert parsed.diagnostics == ()
    assert printed(parsed) == f"flow a\n  {mended}\n"


def test_a_mistake_with_several_remedies_is_left_to_the_author() -> None:
    parsed = fixed(read("flow a\n  delay 3 days\n  active from 1/2/2026 to 3/4/2026\n"))
    assert [one.code for one in parsed.diagnostics] == ["F0106", "F0106"]
    assert parsed.source.text.splitlines()[1] == "  wait 3 days"
