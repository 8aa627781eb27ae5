"""Cut a text into tokens and its lines into blocks: total, so whatever a person pastes gives tokens and never an exception.

Layout tokens (line end, indent, dedent) have no width and stand at the first token of the new line. What people type for
something else (`=>`, `1,000`, curly quotes) is reported once and handed on as what was meant.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from typing import NamedTuple

import attrs

from cadenza.syntax.diagnostics import Diagnostic, Edit
from cadenza.syntax.source import Source, Span
from cadenza.syntax.tables import tables

_OPENING = {"LPAR": "RPAR", "LSQB": "RSQB"}
_CLOSING = set(_OPENING.values())
_CONTINUES_AT_START = {"and", "or"}
_CONTINUES_AT_END = {"and", "or", ",", "+", "*"}
_MEANT = {"=>": ">=", "=<": "<=", "==": "=", "<>": "!=", "≥": ">=", "≤": "<=", "≠": "!=", "&&": "and", "||": "or"}
_MEANT |= {"&": "and", "|": "or"}
_CURRENCIES = {"€": "EUR", "$": "USD", "£": "GBP"}
# A line that starts with one of these is a new statement, even where a bracket above it was forgotten.
_STATEMENT_WORDS = frozenset(
    "add at coupon else enter event flow for goal group if issue leave notify on priority repeat segment selection send set "
    "shop show split start stop subject subscribe table tag take test unsubscribe untag value wait when while with".split()
)
_ENDS_A_VALUE = {"NAME", "STRING", "INT", "DECIMAL", "DATE", "CLOCK", "RPAR", "RSQB", "PERCENT"}
_ORDINARY = {"NAME", "INT", "DECIMAL", "STRING", "DOT", "COMMA", "PERCENT", "CLOCK", "DATE"}
"""Of these there is nothing to note or repair, but where they begin a line."""
_DIRECTION_MARKS = re.compile("[\u202a-\u202e\u2066-\u2069]")


class Token(NamedTuple):
    """A word of the grammar with its place; `text` is what was meant where what stands there was repaired."""

    kind: str
    text: str
    start: int
    end: int


_token: Callable[[tuple[str, str, int, int]], Token] = partial(tuple.__new__, Token)  # without the frame of a function


@attrs.frozen(eq=False)
class Comment:
    """A remark of the author; `alone` where nothing stands before it on its line."""

    span: Span
    alone: bool


@attrs.define(eq=False)
class Findings:
    """What the layers of the syntax stage collect on their way through one source."""

    source: Source
    diagnostics: list[Diagnostic] = attrs.field(factory=list)
    comments: list[Comment] = attrs.field(factory=list)

    def span(self, start: int, end: int) -> Span:
        return Span(self.source, start, max(start, end))

    def report(
        self,
        code: str,
        message: str,
        start: int,
        end: int,
        *,
        help: str | None = None,
        label: str = "",
        notes: tuple[str, ...] = (),
        replace: str | None = None,
        over: tuple[int, int] | None = None,
    ) -> None:
        """Report a mistake; `replace` is the text that would put it right, where that is beyond doubt, `over` another stretch."""
        span = self.span(start, end)
        fix = () if replace is None else (Edit(self.span(*over) if over else span, replace),)
        self.diagnostics.append(Diagnostic(code, message, span, help, label, notes, (), fix))


@lru_cache(maxsize=1)
def _scanner() -> tuple[re.Pattern[str], dict[int | None, str]]:
    """Give the expression that matches any token with the space before it, and what its groups stand for."""
    regexes = {name.replace("__", "X"): (name, regex) for name, regex in tables().tokens}
    _, space = regexes.pop("_SPACE")
    any_of = "|".join(f"(?P<{group}>{regex})" for group, (_, regex) in regexes.items())
    scanner = re.compile(f"(?:{space})?+(?:{any_of}|\\Z)")
    return scanner, {scanner.groupindex[group]: name for group, (name, _) in regexes.items()}


def _raw(text: str, start: int, end: int) -> Iterator[Token]:
    """Cut `text` from `start` to `end` into tokens, line ends and comments included."""
    scanner, kinds = _scanner()
    for found in scanner.finditer(text, start, end):
        if group := found.lastindex:
            word, after = found[group], found.end()
            yield _token((kinds[group], word, after - len(word), after))


def tokens(findings: Findings) -> Iterator[Token]:
    """Give the tokens of a file with its layout, reporting what had to be repaired as it goes."""
    text = findings.source.text
    for mark in _DIRECTION_MARKS.finditer(text):
        findings.report(
            "F0113",
            "an invisible mark changes the direction of this text, so it reads otherwise than it runs",
            *mark.span(),
            help="delete the mark and write the line again",
            replace="",
        )
    start = 1 if text.startswith("\ufeff") else 0
    return _Layout(findings).tokens(_raw(text, start, len(text)), start)


def expression_tokens(findings: Findings, start: int, end: int) -> Iterator[Token]:
    """Give the tokens of an expression inside a text, where texts stand in single quotes."""
    last = start
    for raw in _raw(findings.source.text, start, end):
        quoted = raw.kind == "BAD_STRING" and raw.text[0] == "'" and len(raw.text) > 1
        token = raw._replace(kind="STRING", text=f'"{raw.text[1:-1]}"') if quoted else raw
        if token.kind not in ("_COMMENT", "_LINE_END"):
            for repaired in _repaired(findings, token, None):
                yield repaired
                last = repaired.end
    yield Token("_NL", "", last, last)


@attrs.define(eq=False)
class _Layout:
    """Where in its lines and brackets the text stands."""

    findings: Findings
    indents: list[int] = attrs.field(factory=lambda: [0])
    line_indent: int = 0
    open: list[Token] = attrs.field(factory=list)
    last: Token | None = None
    in_line: bool = False
    strays: dict[int, int] = attrs.field(factory=dict)

    def tokens(self, raw: Iterator[Token], line: int) -> Iterator[Token]:
        at_start = True
        for token in raw:
            kind = token.kind
            if kind in _ORDINARY and not at_start:
                self.last = token
                yield token
            elif kind == "_COMMENT":
                self.findings.comments.append(Comment(self.findings.span(token.start, token.end), at_start))
            elif kind == "_LINE_END":
                at_start, line = True, token.end
            else:
                if at_start:
                    yield from self._line_begins(token, line)
                    at_start = False
                yield from self._word(token)
        yield from self._text_ends()

    def _word(self, token: Token) -> Iterator[Token]:
        for repaired in _repaired(self.findings, token, self.last):
            kind = repaired.kind
            if kind in _OPENING:
                self.open.append(repaired)
            elif self.open and kind == _OPENING[self.open[-1].kind]:
                self.open.pop()
            self.in_line = True
            self.last = repaired
            yield repaired

    def _line_begins(self, token: Token, line: int) -> Iterator[Token]:
        column = self._column(self.findings.source.text[line : token.start], line)
        last = self.last
        if self.open and last is not None and self._bracket_was_forgotten(token, column):
            yield from self._close_brackets(last)
        if self.open:
            return
        deeper = self.in_line and column > self.line_indent
        if deeper and last is not None and (token.text in _CONTINUES_AT_START or last.text in _CONTINUES_AT_END):
            return
        if self.in_line and last is not None:
            self.in_line = False
            yield Token("_NL", "", last.end, last.end)
        if column > self.indents[-1]:
            self.indents.append(column)
            yield Token("_INDENT", "", token.start, token.start)
        while column < self.indents[-1]:
            self.indents.pop()
            yield Token("_DEDENT", "", token.start, token.start)
            if column > self.indents[-1]:
                self._stray(token, column)
                break
        self.line_indent = column

    def _stray(self, token: Token, column: int) -> None:
        """Report an indentation between two levels once; from then on it is the same as the outer level."""
        outer = self.indents[-1]
        self.findings.report(
            "F0111",
            f"this line is indented by {column} spaces, which no line above it is",
            token.start - column,
            token.start,
            help=f"indent it by {outer} spaces, like the block it belongs to",
            replace=" " * outer,
        )
        self.strays[column] = outer

    def _column(self, space: str, start: int) -> int:
        column = len(space)
        if "\t" in space:
            column = len(space.expandtabs(4))
            self.findings.report(
                "F0102",
                "this line is indented with a tab",
                start,
                start + len(space),
                help="indent with spaces, two for each level",
                replace=space.expandtabs(4),
            )
        if self.strays:
            self.strays = {stray: outer for stray, outer in self.strays.items() if column > outer}
        return self.strays.get(column, column)

    def _bracket_was_forgotten(self, token: Token, column: int) -> bool:
        last = self.last
        if token.kind in _CLOSING or token.text in _CONTINUES_AT_START:
            return False
        if last is not None and last.text in _CONTINUES_AT_END and token.text not in _STATEMENT_WORDS:
            return False
        complete = last is not None and last.kind in _ENDS_A_VALUE
        return column <= self.line_indent or (complete and token.text in _STATEMENT_WORDS)

    def _close_brackets(self, last: Token) -> Iterator[Token]:
        first = self.open[0]
        line = self.findings.source.place(last.end)[0]
        self.findings.report(
            "F0109",
            f"this `{first.text}` is never closed",
            first.start,
            first.end,
            help=f"add `{')' if first.kind == 'LPAR' else ']'}` where it ends, at the latest at the end of line {line}",
        )
        while self.open:
            yield Token(_OPENING[self.open.pop().kind], "", last.end, last.end)

    def _text_ends(self) -> Iterator[Token]:
        if self.last is None:
            return
        end = self.last.end
        if self.open:
            yield from self._close_brackets(self.last)
        if self.in_line:
            yield Token("_NL", "", end, end)
        for _ in self.indents[1:]:
            yield Token("_DEDENT", "", end, end)


# -- What people type for something else ------------------------------------------------------------------------------


def _repaired(findings: Findings, token: Token, before: Token | None) -> tuple[Token, ...]:
    repair = _REPAIRS.get(token.kind)
    return (token,) if repair is None else repair(findings, token, before)


def _operator(findings: Findings, token: Token, _: Token | None) -> tuple[Token, ...]:
    meant = _MEANT[token.text]
    findings.report("F0107", f"`{token.text}` is not an operator", token.start, token.end, help=f"write `{meant}`", replace=meant)
    return (token._replace(kind=tables().signs.get(meant, "NAME"), text=meant),)


def _date(findings: Findings, token: Token, _: Token | None) -> tuple[Token, ...]:
    day, month, year = (int(part) for part in re.split(r"[/.]", token.text))
    year += 2000 if year < 100 else 0
    certain = not (day <= 12 and month <= 12 and day != month)
    if month > 12:
        day, month = month, day
    meant = f"{year:04}-{month:02}-{day:02}"
    other = "" if certain else f", or {year:04}-{day:02}-{month:02} if the month comes first"
    findings.report(
        "F0106",
        f"`{token.text}` is not how a date is written",
        token.start,
        token.end,
        help=f"write year-month-day: {meant}{other}",
        replace=meant if certain else None,
    )
    return (token._replace(kind="DATE", text=meant),)


def _number(findings: Findings, token: Token, _: Token | None) -> tuple[Token, ...]:
    thousands = re.search(r",\d{3}(?!\d)", token.text) is not None
    meant = token.text.replace(",", "" if thousands else ".")
    findings.report(
        "F0105",
        f"the number `{token.text}` has a comma",
        token.start,
        token.end,
        help=f"write {meant}; in a list, put a space after each comma",
    )
    return (token._replace(kind="DECIMAL" if "." in meant else "INT", text=meant),)


def _minus(findings: Findings, token: Token, _: Token | None) -> tuple[Token, ...]:
    parts = re.findall(r"\d+", token.text)
    spaced = " - ".join(parts)
    findings.report(
        "F0112",
        f"`{token.text}` could be a subtraction or a date",
        token.start,
        token.end,
        help=f"write `{spaced}` to subtract; a date has a year, as in 2026-11-27",
    )
    return (token._replace(kind="INT", text=parts[0]),)


def _money(findings: Findings, token: Token, before: Token | None) -> tuple[Token, ...]:
    sign, amount = token.text[0], token.text[1:].strip()
    code = _CURRENCIES[sign]
    after_number = before is not None and before.kind in ("INT", "DECIMAL")
    if not amount and before is not None and after_number:
        meant = f"{before.text} {code}"
        repaired: tuple[Token, ...] = (token._replace(kind="NAME", text=code),)
        start = before.start
    else:
        meant, start = f"{amount or 20} {code}", token.start
        number = Token("DECIMAL" if "." in amount else "INT", amount or "20", token.start, token.end)
        repaired = (number, Token("NAME", code, token.end, token.end))
    findings.report(
        "F0108",
        f"money is written with the code of its currency, not with {sign}",
        token.start,
        token.end,
        help=f"write `{meant}`",
        replace=None if start != token.start or not amount else meant,
    )
    return repaired


def _string(findings: Findings, token: Token, _: Token | None) -> tuple[Token, ...]:
    content = token.text.strip("'\"\u201c\u201d\u201e\u00ab\u00bb")
    closed = len(token.text) > 1 and token.text[-1] in "'\"\u201c\u201d\u00bb"
    if not closed:
        content = content.rstrip()
        findings.report("F0104", "this text has no closing quote", token.start, token.end, help='end it with `"`', replace=None)
    else:
        findings.report(
            "F0103",
            f"the quotes of this text are not plain double quotes: {token.text[0]} {token.text[-1]}",
            token.start,
            token.end,
            help=f'write "{content}"',
            replace=f'"{content}"',
        )
    return (token._replace(kind="STRING", text=f'"{content}"'),)


def _character(findings: Findings, token: Token, before: Token | None) -> tuple[Token, ...]:
    if token.text in _MEANT:
        return _operator(findings, token, before)
    shown = token.text if token.text.isprintable() else f"U+{ord(token.text):04X}"
    findings.report(
        "F0101",
        f"the character `{shown}` has no meaning here",
        token.start,
        token.end,
        help="delete it, or put the text it belongs to in quotes",
    )
    return ()


_REPAIRS = {
    "BAD_OPERATOR": _operator,
    "BAD_DATE": _date,
    "BAD_NUMBER": _number,
    "BAD_MINUS": _minus,
    "BAD_MONEY": _money,
    "BAD_STRING": _string,
    "BAD": _character,
}
