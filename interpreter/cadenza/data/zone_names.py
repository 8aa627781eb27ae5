"""Name the time zones there are, without reading any of them."""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path


@lru_cache(maxsize=1)
def names() -> frozenset[str]:
    """Give the names of all zones of the tzdata package."""
    package = find_spec("tzdata")
    assert package is not None
    assert package.origin is not None
    return frozenset(Path(package.origin).with_name("zones").read_text(encoding="utf-8").split())
