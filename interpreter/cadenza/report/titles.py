"""Give the titles of the pages about diagnostics, without the pages and all that they are made from."""

from __future__ import annotations

import re
from functools import lru_cache

from cadenza import resources

HEADING = re.compile(r"^## (?P<code>[FW]\d{4})\s+(?P<title>.+)$", re.MULTILINE)


@lru_cache(maxsize=1)
def text() -> str:
    return resources.text("grammar/diagnostics.md")


@lru_cache(maxsize=1)
def titles() -> dict[str, str]:
    """Give the title of each code, in the order of codes."""
    return dict(sorted((found["code"], found["title"]) for found in HEADING.finditer(text())))
