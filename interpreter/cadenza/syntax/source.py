"""Name a place in a text: the first value of the pipeline, and the one every message points back to."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from typing import NamedTuple

_SPACES = " \t\f\u00a0"
"""What a line may begin with before its first word, as `_SPACE` in the grammar."""


class Source:
    """One text under the name a person knows it by; identity is equality, so spans of two files never compare equal."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text

    def __repr__(self) -> str:
        return f"Source({self.path!r})"

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(end.end() for end in re.finditer(r"\r\n|\r|\n", self.text))]

    def place(self, offset: int) -> tuple[int, int]:
        """Give line and column of an offset, both counted from 1, columns in characters."""
        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1

    def line(self, number: int) -> str:
        """Give a line without its end; lines are counted from 1."""
        starts = self._line_starts
        end = starts[number] if number < len(starts) else len(self.text)
        return self.text[starts[number - 1] : end].rstrip("\r\n")

    def indent(self, offset: int) -> str:
        """Give the white space before the first word of the line an offset lies in."""
        text = self.line(self.place(offset)[0])
        return text[: len(text) - len(text.lstrip(_SPACES))]


class Span(NamedTuple):
    """A stretch of one source, from `start` up to and without `end`, in characters."""

    source: Source
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.source.text[self.start : self.end]

    @property
    def where(self) -> str:
        """The way editors and terminals link to a place: `path:line`."""
        return f"{self.source.path}:{self.source.place(self.start)[0]}"

    @property
    def place(self) -> tuple[int, int]:
        return self.source.place(self.start)
