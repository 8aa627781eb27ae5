"""Mend a project as far as its diagnostics say how: apply their edits, check again, until nothing changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import attrs

from cadenza.check.checker import Checked, check
from cadenza.check.shop import Zones
from cadenza.project import Reader
from cadenza.syntax.diagnostics import Diagnostic, Edit
from cadenza.syntax.source import Source

_ROUNDS = 10
"""What a fix uncovers is fixed in the next round; after these, what is left is left to the author."""


@attrs.frozen
class Mended:
    """A file as it was and as it should be, with how many edits lie between; `shown` is the name a person knows it by."""

    path: Path
    shown: str
    old: str
    new: str
    edits: int


@attrs.frozen(eq=False)
class Fixed:
    """The files that change, and what the project is found to be afterwards."""

    files: tuple[Mended, ...]
    left: Checked


def fix(paths: Sequence[Path], zones: Zones) -> Fixed:
    """Work out what the files at some paths, and those they use, should be; nothing is written, and the library is left alone."""
    files: dict[Path, Mended] = {}
    reader, found = _checked(paths, files, zones)
    for _ in range(_ROUNDS):
        edits = _edits(found.diagnostics, reader.own)
        if not edits:
            break
        for path, apart in edits.items():
            source = reader.own[path]
            new = _applied(source.text, apart)
            before = files.get(path, Mended(path, source.path, source.text, source.text, 0))
            files[path] = attrs.evolve(before, new=new, edits=before.edits + len(apart))
        reader, found = _checked(paths, files, zones)
    return Fixed(tuple(one for one in files.values() if one.new != one.old), found)


def _checked(paths: Sequence[Path], files: Mapping[Path, Mended], zones: Zones) -> tuple[Reader, Checked]:
    """Check the files as they would be."""
    reader = Reader({path: one.new for path, one in files.items()})
    return reader, check(reader.sources(paths), reader.load, zones)


def _edits(diagnostics: Iterable[Diagnostic], own: Mapping[Path, Source]) -> dict[Path, list[Edit]]:
    """Give the edits to be made to each file; a fix that reaches into another file is none of them."""
    found = {}
    for path, source in own.items():
        fixes = [one.fix for one in diagnostics if one.fix and all(edit.span.source is source for edit in one.fix)]
        if fixes:
            found[path] = _apart(fixes)
    return found


def _apart(fixes: Iterable[tuple[Edit, ...]]) -> list[Edit]:
    """Give the edits that can be made together: of two fixes that overlap the first in the file, each whole or not at all."""
    taken: list[Edit] = []
    for fix in sorted(fixes, key=lambda one: [(edit.span.start, edit.span.end) for edit in one]):
        if not any(_overlap(edit, other) for edit in fix for other in taken):
            taken += fix
    return sorted(taken, key=lambda one: (one.span.start, one.span.end))


def _overlap(a: Edit, b: Edit) -> bool:
    """Whether two edits touch the same characters, or put something in at the same place."""
    return (a.span.start < b.span.end and b.span.start < a.span.end) or a.span.start == b.span.start


def _applied(text: str, edits: Sequence[Edit]) -> str:
    """Make edits that lie apart and in order."""
    for edit in reversed(edits):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text
