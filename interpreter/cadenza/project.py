"""Find and read the `.flow` files of a project, and the files that `use` names; put a text in the place of one."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from cadenza import resources
from cadenza.syntax.source import Source


class UnreadableError(Exception):
    """A file that a person named and that cannot be read; the text says which and why."""


def find(paths: Iterable[Path]) -> list[Path]:
    """Give the files named, and of folders all `.flow` files below them, by path; each once, in the order given."""
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            inside = sorted(path.rglob("*.flow"))
            if not inside:
                raise UnreadableError(f"{path}: there is no .flow file in this folder")
            found.update(dict.fromkeys(inside))
        elif path.exists():
            found[path] = None
        else:
            raise UnreadableError(f"{path}: there is no such file or folder")
    return list(found)


def read(path: Path, shown: str | None = None) -> Source:
    """Read one file of UTF-8 text; `shown` is the name that messages give it."""
    try:
        return Source(shown or path.as_posix(), path.read_bytes().decode("utf-8"))
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise UnreadableError(f"{path}:{line}: this file is not UTF-8 text; save it as UTF-8") from None
    except OSError as error:
        raise UnreadableError(f"{path}: {(error.strerror or str(error)).lower()}") from None


def replace(path: Path, text: str) -> None:
    """Put a text in the place of a file at once, so that no reader sees half of it; a link keeps pointing where it does."""
    place = path.resolve()
    handle, beside = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode())
        shutil.copymode(place, beside)
        Path(beside).replace(place)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


class Reader:
    """Reads each file once, so that one file is one source however many lines use it.

    `texts` stand for what lies in some files, by their resolved paths: a change can be tried before it is written.
    """

    def __init__(self, texts: Mapping[Path, str] | None = None) -> None:
        self._texts = texts or {}
        self._sources: dict[Path, Source] = {}
        self._library: set[Path] = set()

    def sources(self, paths: Sequence[Path]) -> list[Source]:
        return [self._read(path, path.as_posix()) for path in find(paths)]

    def load(self, user: Source, path: tuple[str, ...]) -> Source | None:
        """Give the file that `use a.b` names: of the library, or beside the file that uses it."""
        if path[0] == "stdlib":
            place = resources.folder("stdlib_flows").joinpath(*path[1:]).with_suffix(".flow")
            shown = "stdlib/" + "/".join(path[1:]) + ".flow"
            if place.resolve() not in self._sources:
                self._library.add(place.resolve())
        else:
            place = Path(user.path).parent.joinpath(*path).with_suffix(".flow")
            shown = place.as_posix()
        return self._read(place, shown) if place.is_file() else None

    def _read(self, path: Path, shown: str) -> Source:
        key = path.resolve()
        if key not in self._sources:
            self._sources[key] = Source(shown, self._texts[key]) if key in self._texts else read(path, shown)
        return self._sources[key]

    @property
    def own(self) -> dict[Path, Source]:
        """All that was read and is the project's own, by resolved paths: what the library lends is not."""
        return {path: source for path, source in self._sources.items() if path not in self._library}
