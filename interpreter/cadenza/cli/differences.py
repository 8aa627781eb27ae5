"""Show how a file would change, as a unified diff that `patch` understands."""

from __future__ import annotations

import re
from difflib import unified_diff

_LINE = re.compile(r"[^\n]*\n|[^\n]+")


def difference(path: str, old: str, new: str, why: str) -> str:
    before, after = (_LINE.findall(text) for text in (old, new))
    lines = unified_diff(before, after, path, f"{path} ({why})")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
