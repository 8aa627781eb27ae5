"""Apply what diagnostics offer as beyond doubt."""

from __future__ import annotations

from cadenza.syntax.edits import apart, applied
from cadenza.syntax.parser import Parsed, parse
from cadenza.syntax.source import Source

_ROUNDS = 5
"""A repair may show the next mistake of a line; what is not right after these is left to the author."""


def fixed(parsed: Parsed) -> Parsed:
    """Give the file with its mistakes mended, as far as they can be without asking."""
    for _ in range(_ROUNDS):
        edits = apart(one.fix for one in parsed.diagnostics if one.fix)
        if not edits:
            break
        parsed = parse(Source(parsed.source.path, applied(parsed.source.text, edits)))
    return parsed
