"""Make the edits that diagnostics offer, as many of them as go together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cadenza.syntax.diagnostics import Edit


def apart(fixes: Iterable[tuple[Edit, ...]]) -> list[Edit]:
    """Give the edits that can be made together: of two fixes that overlap the first in the file, each whole or not at all."""
    taken: list[Edit] = []
    for fix in sorted(fixes, key=lambda one: [(edit.span.start, edit.span.end) for edit in one]):
        if not any(_overlap(edit, other) for edit in fix for other in taken):
            taken += fix
    return sorted(taken, key=lambda one: (one.span.start, one.span.end))


def _overlap(a: Edit, b: Edit) -> bool:
    """Whether two edits touch the same characters, or put something in at the same place."""
    return (a.span.start < b.span.end and b.span.start < a.span.end) or a.span.start == b.span.start


def applied(text: str, edits: Sequence[Edit]) -> str:
    """Make edits that lie apart and in order."""
    for edit in reversed(edits):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text
