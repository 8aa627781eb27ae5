"""Print a file in the one style, and prove of what was printed that it is the same program.

Rule 1: only what was understood is printed: a file with a diagnostic is left as it is.
Rule 2: nothing is reordered, and no word, number, text or comment is lost.
Rule 3: what was printed says the same, is already in the style, and has its comments where they were; `flaw` sees to it.
"""

from __future__ import annotations

from bisect import bisect

from cadenza.syntax.parser import Parsed, parse
from cadenza.syntax.printing.forms import lines
from cadenza.syntax.printing.layout import laid_out, written_lines
from cadenza.syntax.source import Source


def printed(parsed: Parsed) -> str:
    """Give a file without mistakes in the one style."""
    return laid_out(list(lines(parsed.module)), parsed)


def flaw(parsed: Parsed, text: str) -> str | None:
    """Say what is wrong with `text` as another way to write `parsed`; None where nothing is."""
    again = parse(Source(parsed.source.path, text))
    if again.diagnostics or again.module != parsed.module:
        return "what was printed is another program"
    if _comments(again) != _comments(parsed):
        return "what was printed has other comments, or has them elsewhere"
    if printed(again) != text:
        return "what was printed is printed otherwise the next time"
    return None


def _comments(parsed: Parsed) -> list[tuple[int, bool, str]]:
    """Give each comment with the number of lines that end before it, and whether it stands behind the last of them."""
    written = written_lines(parsed)
    ends = [one.end for one in written]
    behind = {one.behind for one in written}
    return [(bisect(ends, one.span.start), one in behind, one.span.text.rstrip()) for one in parsed.comments]
