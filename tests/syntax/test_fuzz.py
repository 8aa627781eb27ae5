"""The parser reads whatever it is given: it never raises, and what is no program has a finding."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import cadenza
from cadenza.syntax import nodes as n
from cadenza.syntax.parser import Parsed, parse
from cadenza.syntax.source import Source
from cadenza.syntax.tables import tables
from cadenza.syntax.walk import walk

_ROOT = Path(cadenza.__file__).parent.parent.parent
PROGRAMS = [path.read_text(encoding="utf-8") for path in sorted(_ROOT.glob("*/**/*.flow"))]

_WORDS = [*sorted(tables().words), "order", "click", "customer", "total", "name", "days", "monday", "EUR", "IT", "december"]
_PIECES = [
    *(f" {word}" for word in _WORDS),
    *sorted(tables().signs),
    *(
        "\n",
        "\n  ",
        "\n    ",
        "\n\t",
        "\r\n",
        "  ",
        ' "text"',
        ' "a {name}"',
        ' "',
        "{",
        "}",
        "# remark",
        " 3",
        " 1.5",
        " 2,50",
        " 10%",
    ),
    *(
        " 2026-11-27",
        " 3/4/2026",
        " 09:00",
        " 25:99",
        "“",
        "”",
        "'",
        "€",
        "==",
        "&&",
        "\ufeff",
        "\u202e",
        "\u00a0",
        "\x00",
        "🎁",
        "é",
    ),
]

texts = st.one_of(st.text(max_size=200), st.lists(st.sampled_from(_PIECES), max_size=60).map("".join))
seeds = st.integers(min_value=0)


def read(text: str) -> Parsed:
    """Parse a text, and hold the result against what holds for every text."""
    parsed = parse(Source("test.flow", text))
    for one in parsed.diagnostics:
        assert 0 <= one.span.start <= one.span.end <= len(text)
        assert one.message
        assert all(0 <= edit.span.start <= edit.span.end <= len(text) for edit in one.fix)
    if any(isinstance(node, n.Mistake) for node in walk(parsed.module)):
        assert parsed.diagnostics, "a line was left out without a word"
    return parsed


def says_something(text: str) -> bool:
    return any(
        line.strip("\ufeff\u00a0 \t\f") and not line.lstrip("\ufeff\u00a0 \t\f").startswith("#") for line in text.splitlines()
    )


def mutated(seed: int) -> str:
    """Take a program, and cut, double, swap or put in words, lines and characters as a slip of the hand would."""
    draw = random.Random(seed)  # noqa: S311 - it draws tests, not secrets
    text = draw.choice(PROGRAMS)
    for _ in range(draw.randint(1, 4)):
        at, length = draw.randint(0, len(text)), draw.choice((1, 1, 2, 5, 20, 200))
        match draw.randrange(5):
            case 0:
                text = text[:at] + text[at + length :]
            case 1:
                text = text[:at] + text[at : at + length] + text[at:]
            case 2:
                text = text[:at] + draw.choice(_PIECES) + text[at:]
            case 3:
                lines = text.splitlines(keepends=True)
                draw.shuffle(lines)
                text = "".join(lines)
            case _:
                text = text[: at + length]
    return text


@given(texts)
@settings(max_examples=300)
@example('flow "')
@example("(\n\n  x")
@example("flow x")
@example("\x0c\x0b\x1c\x85\u2028")
def test_any_text_is_read(text: str) -> None:
    parsed = read(text)
    assert parsed.diagnostics or parsed.module.statements or parsed.module.edition or not says_something(text)


@given(seeds)
@settings(max_examples=300)
def test_a_program_with_slips_is_read(seed: int) -> None:
    read(mutated(seed))


@given(st.text(alphabet=st.characters(categories=("L", "N", "P", "S")), min_size=1, max_size=40))
@settings(max_examples=300)
@example("order")
@example("cadenza")
def test_a_line_that_is_no_statement_has_a_finding(line: str) -> None:
    parsed = read(f"polka {line.replace('#', '')}")
    assert parsed.diagnostics != ()


@pytest.mark.slow
@given(texts)
@settings(max_examples=10_000)
def test_ten_thousand_texts_are_read(text: str) -> None:
    parsed = read(text)
    assert parsed.diagnostics or parsed.module.statements or parsed.module.edition or not says_something(text)


@pytest.mark.slow
@given(seeds)
@settings(max_examples=10_000)
def test_ten_thousand_programs_with_slips_are_read(seed: int) -> None:
    read(mutated(seed))


@pytest.mark.parametrize("text", PROGRAMS, ids=range(len(PROGRAMS)))
def test_the_programs_that_are_varied_have_no_mistakes(text: str) -> None:
    assert read(text).diagnostics == ()


@pytest.mark.parametrize("text", PROGRAMS, ids=range(len(PROGRAMS)))
def test_a_program_cut_off_anywhere_is_read(text: str) -> None:
    for end in range(0, len(text), 7):
        read(text[:end])
