"""Apply what diagnostics offer as beyond doubt."""

from __future__ import annotations

from collections.abc import Iterable

from cadenza.syntax.diagnostics import Edit
from cadenza.syntax.parser import Parsed, parse
from cadenza.syntax.source import Source

_ROUNDS = 5
"""A repair may show the next mistake of a line; what is not right after these is left to the author."""


def fixed(parsed: Parsed) -> Parsed:
    """Give the file with its mistakes mended, as far as they can be without asking."""
    for _ in range(_ROUNDS):
        edits = _apart(edit for one in parsed.diagnostics for edit in one.fix)
        if not edits:
            break
        parsed = parse(Source(parsed.source.path, _edited(parsed.source.text, edits)))
    return parsed


def _apart(edits: Iterable[Edit]) -> list[Edit]:
    """Give the edits in order, of those that overlap the first."""
    apart: list[Edit] = []
    for edit in sorted(edits, key=lambda one: (one.span.start, one.span.end)):
        if not apart or edit.span.start >= apart[-1].span.end:
            apart.append(edit)
    return apart


def _edited(text: str, edits: list[Edit]) -> str:
    for edit in reversed(edits):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text
