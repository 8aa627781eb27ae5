"""Set the lines of a tree under each other, with the comments and blank lines that the author put between them.

Each line of a tree stands for one line of the source, with all it goes on over, so the two are gone through side by side.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterator, Sequence
from itertools import pairwise

import attrs

from cadenza.syntax.parser import Parsed
from cadenza.syntax.printing.forms import Line
from cadenza.syntax.printing.wrapping import Written, wrapped
from cadenza.syntax.source import Source
from cadenza.syntax.tokens import Comment, Findings, Token, tokens

_LINE_END = re.compile(r"\r\n|\r|\n")
_INDENT = "  "


@attrs.define(eq=False)
class _Row:
    """What begins on a line of its own: a line of the tree or a comment. `blank` says that an empty line comes before it."""

    level: int
    texts: list[str]
    start: int
    end: int
    blank: bool = False


def laid_out(lines: Sequence[Line], parsed: Parsed) -> str:
    """Give the text of a file of which `lines` are the lines."""
    source = parsed.source
    written = written_lines(parsed)
    assert len(lines) == len(written), "a line of the tree stands for a line of the source"
    rows: list[_Row] = []
    columns: list[int] = []
    for number, gap in enumerate(_comments_between(written, parsed.comments)):
        below = lines[number] if number < len(lines) else None
        added = [_comment_row(comment, level) for comment, level in _levelled(gap, columns, below.level if below else 0)]
        if below is not None:
            added.append(_line_row(below, written[number]))
            columns = [*columns[: below.level], _column(source, written[number].start)]
        for row in added:
            row.blank = _was_blank(source.text, rows[-1].end if rows else None, row.start)
            rows.append(row)
        _space(added, lines, number)
    _close_up(rows)
    return "".join(f"{text}\n" for row in rows for text in (*[""] * row.blank, *row.texts))


def written_lines(parsed: Parsed) -> list[Written]:
    """Give the lines of a source as the token layer sees them, with the comments within and behind each."""
    lines = []
    starts = [one.span.start for one in parsed.comments]
    words: list[Token] = []
    for token in tokens(Findings(parsed.source)):
        if token.kind == "_NL":
            first, after = bisect(starts, words[0].start), bisect(starts, words[-1].end - 1)
            behind = parsed.comments[after] if after < len(starts) else None
            is_behind = behind is not None and _is_on_line(behind, words[-1].end)
            lines.append(Written(words, parsed.comments[first:after], behind if is_behind else None))
            words = []
        elif token.kind not in ("_INDENT", "_DEDENT"):
            words.append(token)
    return lines


def _is_on_line(comment: Comment, end: int) -> bool:
    return _LINE_END.search(comment.span.source.text, end, comment.span.start) is None


# -- Comments ---------------------------------------------------------------------------------------------------------


def _comments_between(written: Sequence[Written], comments: Sequence[Comment]) -> list[list[Comment]]:
    """Give the comments that stand alone before each line, and those after the last."""
    gaps: list[list[Comment]] = [[] for _ in range(len(written) + 1)]
    number = 0
    for comment in comments:
        while number < len(written) and written[number].end <= comment.span.start:
            number += 1
        if comment.alone and (number == len(written) or comment.span.start < written[number].start):
            gaps[number].append(comment)
    return gaps


def _levelled(gap: Sequence[Comment], columns: Sequence[int], below: int) -> Iterator[tuple[Comment, int]]:
    """Give each comment the level of the line below it, or of the block above that it closes, as its indentation says."""
    deepest = max(below, len(columns) - 1)
    for comment in gap:
        column = _column(comment.span.source, comment.span.start)
        while deepest > below and (deepest >= len(columns) or columns[deepest] > column):
            deepest -= 1
        yield comment, deepest


def _column(source: Source, start: int) -> int:
    return len(source.indent(start).expandtabs(4))


def _comment_row(comment: Comment, level: int) -> _Row:
    text = _INDENT * level + comment.span.text.rstrip()
    return _Row(level, [text], comment.span.start, comment.span.end)


def _line_row(line: Line, written: Written) -> _Row:
    texts = wrapped(line.text, _INDENT * line.level, written)
    if written.behind is None:
        return _Row(line.level, texts, written.start, written.end)
    texts[-1] += f"  {written.behind.span.text.rstrip()}"
    return _Row(line.level, texts, written.start, written.behind.span.end)


# -- Blank lines ------------------------------------------------------------------------------------------------------


def _was_blank(text: str, end: int | None, start: int) -> bool:
    return end is not None and len(_LINE_END.findall(text, end, start)) > 1


def _space(added: Sequence[_Row], lines: Sequence[Line], number: int) -> None:
    """See to the empty lines between one line and the next, with the comments there."""
    if not 0 < number < len(lines):
        return
    below = lines[number]
    beside = [row for row in added if row.level == below.level]
    if below.text == "else" or below.text.startswith("else if "):
        for row in beside:
            row.blank = False
    stands_apart = below.level == 0 and not (lines[number - 1].level == 0 and _is_one_line(lines, number))
    if stands_apart and not any(row.blank for row in beside):
        beside[0].blank = True


def _is_one_line(lines: Sequence[Line], number: int) -> bool:
    return number + 1 == len(lines) or lines[number + 1].level <= lines[number].level


def _close_up(rows: Sequence[_Row]) -> None:
    """Let no block begin with an empty line."""
    for above, below in pairwise(rows):
        if below.level > above.level:
            below.blank = False
