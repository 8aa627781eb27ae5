"""Mend a project as far as its diagnostics say how: apply their edits, check again, until nothing changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import attrs

from cadenza.check.checker import Checked, check
from cadenza.check.shop import Zones
from cadenza.project import Reader
from cadenza.syntax.diagnostics import Diagnostic, Edit
from cadenza.syntax.edits import apart, applied
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
        for path, edits_of_file in edits.items():
            source = reader.own[path]
            new = applied(source.text, edits_of_file)
            before = files.get(path, Mended(path, source.path, source.text, source.text, 0))
            files[path] = attrs.evolve(before, new=new, edits=before.edits + len(edits_of_file))
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
            found[path] = apart(fixes)
    return found
