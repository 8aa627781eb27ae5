"""The pages of `cadenza explain` and the codes that the program can report are the same, and each page shows what it says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

import cadenza
from cadenza import resources
from cadenza.report.pages import page, topics
from tests.support.scenarios import codes

_BLOCK = re.compile(r"^```flow (?P<info>[^\n]+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r'"(?P<code>[FW]\d{4})"')
_HEADING = re.compile(r"^## (?P<code>[FW]\d{4}) ", re.MULTILINE)

PAGES = sorted(set(_HEADING.findall(resources.text("grammar/diagnostics.md"))))


class Example(NamedTuple):
    """A program of a page with the files it uses."""

    kind: str
    text: str
    files: dict[str, str]


def examples(code: str) -> list[Example]:
    """Give the programs of a page; a block `file=NAME` belongs to the program above it."""
    found: list[Example] = []
    for block in _BLOCK.finditer(page(code)):
        kind, _, name = block["info"].partition("=")
        if kind == "file":
            found[-1].files[name] = block["text"]
        else:
            found.append(Example(kind, block["text"], {}))
    return found


def reported() -> set[str]:
    """Give every code that stands in the sources."""
    sources = Path(cadenza.__file__).parent.rglob("*.py")
    return {found["code"] for source in sources for found in _CODE.finditer(source.read_text(encoding="utf-8"))}


def test_every_code_that_can_be_reported_has_a_page_and_no_page_is_of_another() -> None:
    assert set(PAGES) == reported()


def test_the_pages_are_in_order_and_none_is_there_twice() -> None:
    assert _HEADING.findall(resources.text("grammar/diagnostics.md")) == PAGES


def test_explain_lists_every_page() -> None:
    assert [topic for topic in topics() if _CODE.fullmatch(f'"{topic}"')] == PAGES


@pytest.mark.parametrize("code", PAGES)
def test_a_page_has_a_program_to_avoid_and_then_one_to_prefer(code: str) -> None:
    assert [one.kind for one in examples(code)] == ["avoid", "prefer"]


@pytest.mark.parametrize("code", PAGES)
def test_the_program_to_avoid_has_this_finding_and_no_other(code: str) -> None:
    avoid = examples(code)[0]
    assert set(codes(avoid.text, **avoid.files)) == {code}


@pytest.mark.parametrize("code", PAGES)
def test_nothing_is_found_in_the_program_to_prefer(code: str) -> None:
    prefer = examples(code)[1]
    assert codes(prefer.text, **prefer.files) == []
