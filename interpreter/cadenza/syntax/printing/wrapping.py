"""Break a line that is too long, or that holds remarks, where the token layer lets a line go on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cadenza.syntax.source import Source
from cadenza.syntax.tokens import Comment, Findings, Token, tokens

WIDTH = 100
FURTHER_IN = "    "
"""How much further in a line goes on: more than a block, so that nobody takes it for one."""
BREAKS_BEFORE = frozenset({"and", "or"})
BREAKS_AFTER = frozenset({"and", "or", ",", "+", "*"})
"""The words between which a line may go on outside brackets; inside of them it may anywhere."""
_LAYOUT = ("_NL", "_INDENT", "_DEDENT")
_BRACKETS = {"LPAR": 1, "LSQB": 1, "RPAR": -1, "RSQB": -1}
_COMES_AND_GOES = ("LPAR", "RPAR", "COMMA")
"""What the style may add or leave out without a change of meaning: commas, and parentheses round all of a stream."""


class Written(NamedTuple):
    """A line of the source, with all it goes on over: its tokens, and the remarks between and behind them."""

    words: Sequence[Token]
    comments: Sequence[Comment]
    behind: Comment | None

    @property
    def start(self) -> int:
        return self.words[0].start

    @property
    def end(self) -> int:
        return self.words[-1].end


def words_of(text: str) -> list[Token]:
    return [token for token in tokens(Findings(Source("", text))) if token.kind not in _LAYOUT]


def wrapped(text: str, indent: str, written: Written) -> list[str]:
    """Give a line as the lines it takes, each with its indentation, and with the remarks the author made within it."""
    if len(indent) + len(text) <= WIDTH and not written.comments:
        return [indent + text]
    words = words_of(text)
    depths = _depths(words)
    above, forced = _remarks(words, depths, written)
    rows = [indent + comment.span.text.rstrip() for comment in above]
    begin, place = 0, indent
    for end in [*sorted(forced), len(words)]:
        rooms = (WIDTH - len(place), WIDTH - len(indent + FURTHER_IN))
        for piece in _pieces(text, words[begin:end], depths[begin : end + 1], *rooms):
            rows.append(place + piece)
            place = indent + FURTHER_IN
        for comment in forced.get(end, ()):
            remark = comment.span.text.rstrip()
            if comment.alone:
                rows.append(place + remark)
            else:
                rows[-1] += f"  {remark}"
        begin = end
    return rows


def _depths(words: Sequence[Token]) -> list[int]:
    """Count the brackets that are open before each word, and after the last."""
    depths = [0]
    for word in words:
        depths.append(depths[-1] + _BRACKETS.get(word.kind, 0))
    return depths


def _remarks(words: Sequence[Token], depths: Sequence[int], written: Written) -> tuple[list[Comment], dict[int, list[Comment]]]:
    """Give the remarks by the number of words before them; those whose place the style left out go above the line."""
    above: list[Comment] = []
    forced: dict[int, list[Comment]] = {}
    for comment in written.comments:
        at = _same_place(written.words, words, comment.span.start)
        fits = 0 < at < len(words) and (depths[at] > 0 or words[at].text in BREAKS_BEFORE or words[at - 1].text in BREAKS_AFTER)
        if fits:
            forced.setdefault(at, []).append(comment)
        else:
            above.append(comment)
    return above, forced


def _same_place(source: Sequence[Token], words: Sequence[Token], offset: int) -> int:
    """Count the words of the new line that stand for those before a place in the old one."""
    at = 0
    for word in source:
        if word.start > offset:
            break
        if at < len(words) and words[at].kind == "COMMA" and word.kind != "COMMA":
            at += 1
        missing = at >= len(words) or (word.kind in _COMES_AND_GOES and words[at].kind != word.kind)
        at += not missing
    return at


def _pieces(text: str, words: Sequence[Token], depths: Sequence[int], room: int, room_below: int) -> Iterator[str]:
    """Cut some words of a line into pieces that fit, at the outermost place that does and then at the last such."""
    begin = 0
    breaks = [at for at in range(1, len(words)) if _may_break(words, depths, at)]
    while words[-1].end - words[begin].start > room:
        left = [at for at in breaks if at > begin]
        if not left:
            break
        fitting = [at for at in left if words[at - 1].end - words[begin].start <= room]
        end = min(fitting, key=lambda at: (depths[at], -at)) if fitting else left[0]
        yield text[words[begin].start : words[end - 1].end]
        begin, room = end, room_below
    yield text[words[begin].start : words[-1].end]


def _may_break(words: Sequence[Token], depths: Sequence[int], at: int) -> bool:
    before, after = words[at - 1].text, words[at].text
    if after == "and" and _is_of_between(words, depths, at):
        return False
    return after in BREAKS_BEFORE or before in BREAKS_AFTER - BREAKS_BEFORE or (depths[at] > 0 and after == "where")


def _is_of_between(words: Sequence[Token], depths: Sequence[int], at: int) -> bool:
    """Whether this `and` belongs to `between A and B`."""
    for earlier in range(at - 1, -1, -1):
        if depths[earlier] < depths[at]:
            return False
        if depths[earlier] == depths[at] and words[earlier].text in ("and", "or", "between"):
            return words[earlier].text == "between"
    return False
