"""Name the time zones there are, without reading any of them."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources


@lru_cache(maxsize=1)
def names() -> frozenset[str]:
    """Give the names of all zones of the tzdata package."""
    return frozenset(resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8").split())
