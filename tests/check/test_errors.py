"""Each program in `tests/errors` has the findings that its comments mark, at their places, and no others.

A chunk ends at a line of `---`; a line `=== name` begins another file of it, which `use name` finds. Below a line, a comment
`# ^^^^ F0302 part of the message` marks a stretch of it. Where there is no room to the left, `#` itself is the first column.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from cadenza.syntax.diagnostics import Diagnostic
from tests.support.scenarios import checked

_FOLDER = Path(__file__).parent.parent / "errors"
_MARK = re.compile(r"^ *(?:#(?P<after> +\^+)|(?P<from>#\^*)) (?P<code>[FW]\d{4}) (?P<part>.+)$")


class Mark(NamedTuple):
    """Where a finding is: the file, its line, the first column and one past the last."""

    name: str
    line: int
    start: int
    end: int
    code: str
    part: str

    def fits(self, one: Diagnostic) -> bool:
        line, column = one.span.place
        shown = len(one.span.source.line(line)) - column + 1
        end = column + max(1, min(one.span.end - one.span.start, shown))
        place = (one.span.source.path, line, column, end)
        return place == (f"{self.name}.flow", *self[1:4]) and one.code == self.code and self.part in one.message


def chunks() -> Iterator[tuple[str, dict[str, str]]]:
    """Give the files of each chunk, by name, under the place of the chunk."""
    for path in sorted(_FOLDER.glob("*.flow-errors")):
        for number, chunk in enumerate(re.split(r"(?m)^---\n", path.read_text(encoding="utf-8")), 1):
            main, *others = re.split(r"(?m)^=== (\w+)\n", chunk)
            yield f"{path.stem}-{number}", {"test": main, **dict(zip(others[::2], others[1::2], strict=True))}


def marks(files: dict[str, str]) -> list[Mark]:
    """Give what the comments of some files say; several below a line speak of that line."""
    found = []
    for name, text in files.items():
        marked = 0
        for number, line in enumerate(text.splitlines(), 1):
            mark = _MARK.match(line)
            if mark is None:
                marked = number
                continue
            carets = "after" if mark["after"] else "from"
            start, end = mark.start(carets) + 1, mark.end(carets) + 1
            start += len(mark["after"]) - len(mark["after"].lstrip()) if mark["after"] else 0
            found.append(Mark(name, marked, start, end, mark["code"], mark["part"]))
    return found


CHUNKS = dict(chunks())


@pytest.mark.parametrize("place", CHUNKS)
def test_a_program_has_the_findings_it_marks_and_no_others(place: str) -> None:
    files = dict(CHUNKS[place])
    expected = marks(files)
    assert expected != [], "a chunk without a mark belongs in another test"
    found = list(checked(files.pop("test"), **files).diagnostics)
    for mark in expected:
        fitting = next((one for one in found if mark.fits(one)), None)
        assert fitting is not None, (mark, [(*one.span.place, one.code, one.message) for one in found])
        found.remove(fitting)
    assert found == []


def test_the_chunks_hold_more_than_two_hundred_mistakes() -> None:
    assert sum(len(marks(files)) for files in CHUNKS.values()) > 200
