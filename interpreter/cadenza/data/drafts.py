"""Make a data folder beside its place first, so that nothing half-written is ever seen."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cadenza.data.errors import DataError


@contextmanager
def new_folder(destination: Path) -> Iterator[Path]:
    """Give a folder to write into; it becomes the destination when all went well, and is gone otherwise."""
    if destination.exists() and (not destination.is_dir() or any(destination.iterdir())):
        raise DataError(f"{destination}: this exists already and is not empty; name another folder, or remove it")
    try:
        destination.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=destination.parent, prefix=f".{destination.name}-"))
    except OSError as error:
        raise DataError(f"{destination}: {(error.strerror or str(error)).lower()}") from None
    try:
        yield draft
        if destination.is_dir():
            destination.rmdir()
        draft.chmod(0o755)
        draft.rename(destination)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
