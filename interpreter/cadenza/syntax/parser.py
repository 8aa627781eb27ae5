"""Parse a source into nodes, all of its mistakes found in one run: our own driver over the tables Lark made.

Rule 1: the parser never raises for a text; what it cannot read becomes a diagnostic and a `Mistake` node.
Rule 2: a word is a keyword only where the tables have a place for it; where two readings fit, the next word decides.
Rule 3: after a mistake the rest of the line is skipped, what stands below it is read, and nothing is reported twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial
from typing import Any

import attrs

from cadenza.syntax import mistakes
from cadenza.syntax import nodes as n
from cadenza.syntax.builder import BUILDERS, MONTHS, TOKENS, UNITS, WEEKDAYS
from cadenza.syntax.diagnostics import Diagnostic, in_order
from cadenza.syntax.source import Source, Span
from cadenza.syntax.stacks import Stack, first
from cadenza.syntax.tables import Rule, tables
from cadenza.syntax.tokens import Comment, Findings, Token, expression_tokens, tokens

_LAYOUT = {"_NL", "_INDENT", "_DEDENT"}
_span: Callable[[tuple[Source, int, int]], Span] = partial(tuple.__new__, Span)  # without the frame of a function
_NEVER_LAST = {"for", "until"}
"""At the end of a line these are a sentence that was not finished, not names."""


@attrs.frozen(eq=False)
class Parsed:
    """A tree with all that was found wrong on the way; with any diagnostic the tree may hold `Mistake` nodes."""

    source: Source
    module: n.Module
    diagnostics: tuple[Diagnostic, ...]
    comments: tuple[Comment, ...]


def parse(source: Source) -> Parsed:
    findings = Findings(source)
    value = _Parser(findings, "module", tokens(findings)).run()
    if not isinstance(value, n.Module):
        value = n.Module(Span(source, 0, len(source.text)), None, ())
    return Parsed(source, value, tuple(in_order(findings.diagnostics)), tuple(findings.comments))


@lru_cache(maxsize=10_000)
def readings(word: str) -> tuple[str, ...]:
    """Give all that a bare word may be, a keyword before a name."""
    kinds = []
    if word in (words := tables().words):
        kinds.append(words[word])
    if word in UNITS:
        kinds.append("UNIT")
    elif word in WEEKDAYS:
        kinds.append("WEEKDAY")
    elif word in MONTHS:
        kinds.append("MONTHNAME")
    elif len(word) == 3 and word.isupper() and word.isascii():
        kinds.append("CURRENCY")
    return (*kinds, "NAME")


def _readings(token: Token) -> tuple[str, ...]:
    return readings(token.text) if token.kind == "NAME" else (token.kind,)


class _Parser:
    """An LALR stack that can be asked what it would accept, and mended where the text does not fit."""

    def __init__(self, findings: Findings, start: str, stream: Iterator[Token]) -> None:
        self.findings = findings
        self.stream = stream
        self.ahead: list[Token] = []
        self.stack = first(start)
        self.end = tables().ends[start]
        self.values: list[Any] = []
        self.starts: list[int] = []
        self.last_end = 0
        self.line: list[Token] = []
        self.after_mistake = False
        self.depth = 0
        self.swallowed: list[int] = []
        self.below_mistakes: list[int] = []
        self.block_missing_at: int | None = None

    # -- The ordinary way --------------------------------------------------------------------------------------------

    def run(self) -> object:
        while (token := self.next()) is not None:
            kind = token.kind
            if kind == "_DEDENT" and self.swallowed and self.swallowed[-1] == self.depth:
                self.swallowed.pop()
                self.depth -= 1
                continue
            if kind in ("NAME", "STRING"):
                kind = self.kind(token)
            if not self.feed(kind, token):
                self.unexpected(kind, token)
            elif kind in _LAYOUT:
                self.note_layout(kind)
            else:
                self.line.append(token)
                self.after_mistake = False
                self.block_missing_at = None
        end = Token("$END", "", self.last_end, self.last_end)
        if not self.feed("$END", end) and ("_INDENT" in self.stack.acceptable() or not self.findings.diagnostics):
            self.unexpected("$END", end)
            self.feed("$END", end)
        return self.values[0] if self.values and self.stack.state == self.end else None

    def next(self) -> Token | None:
        return self.ahead.pop(0) if self.ahead else next(self.stream, None)

    def peek(self) -> Token | None:
        if not self.ahead:
            token = next(self.stream, None)
            if token is None:
                return None
            self.ahead.append(token)
        return self.ahead[0]

    def note_layout(self, kind: str) -> None:
        self.line.clear()
        if kind == "_DEDENT" and self.below_mistakes and self.below_mistakes[-1] == self.depth:
            self.below_mistakes.pop()
        self.depth += (kind == "_INDENT") - (kind == "_DEDENT")
        if kind == "_INDENT" and self.after_mistake:
            self.below_mistakes.append(self.depth)
        self.after_mistake = self.after_mistake and kind == "_NL"

    def feed(self, kind: str, token: Token) -> bool:
        """Take one token with all the reductions before it, if it fits."""
        step = self.stack.fed(kind)
        if step is None:
            return False
        rules, self.stack = step
        if rules:
            self.reduce(rules)
        if kind in _LAYOUT:
            self.values.append(None)
            self.starts.append(self.last_end)
            return True
        _, text, start, end = token
        self.starts.append(start)
        self.last_end = end
        build = TOKENS.get(kind)
        if build is None:
            self.values.append(text)
        elif kind == "STRING" and ("{" in text or "}" in text):
            self.values.append(n.Text(_span((self.findings.source, start, end)), text[1:-1], self.parts(token)))
        else:
            self.values.append(build(_span((self.findings.source, start, end)), text))
        return True

    def reduce(self, rules: tuple[Rule, ...]) -> None:
        """Make one value of those of each rule's symbols."""
        values, starts, source, end = self.values, self.starts, self.findings.source, self.last_end
        for rule in rules:
            length = rule.length
            if length == 1:
                children = [values.pop()]
            elif length:
                children = values[-length:]
                del values[-length:], starts[1 - length :]
            else:
                children = []
                starts.append(end)
            if rule.one is not None:
                values.append(children[rule.one])
                continue
            picked: Sequence[Any] = children
            if (pick := rule.pick) is not None:
                children.append(None)
                picked = pick(children)
            build = BUILDERS.get(rule.name)
            values.append(picked if build is None else build(_span((source, starts[-1], end)), *picked))

    # -- Soft keywords ------------------------------------------------------------------------------------------------

    def kind(self, token: Token) -> str:
        stack = self.stack
        if token.kind == "STRING":
            if "DOC" in stack.row and (after := self.peek()) is not None and after.kind == "_NL" and stack.accepts("DOC"):
                return "DOC"
            return "STRING"
        kinds = readings(token.text)
        if len(kinds) == 1:
            return "NAME"
        possible = stack.possible(kinds)
        if len(possible) > 1:
            after = self.peek()
            next_kinds = ("$END",) if after is None else _readings(after)
            fitting = tuple(kind for kind in possible if any(stack.accepts(kind, one) for one in next_kinds))
            possible = possible if next_kinds == ("_NL",) and token.text in _NEVER_LAST else fitting or possible
        return possible[0] if possible else "NAME"

    # -- Mending ------------------------------------------------------------------------------------------------------

    def unexpected(self, kind: str, token: Token) -> None:
        acceptable = self.stack.acceptable()
        if kind == "COLON" and (after := self.peek()) is not None and after.kind == "_NL":
            self.findings.report(
                "F0208", "a line has no colon at its end", token.start, token.end, help="delete the colon", replace=""
            )
        elif kind == "_INDENT":
            self.unexpected_indent(token)
        elif "_INDENT" in acceptable:
            self.missing_block(token)
        elif kind == "_DEDENT":
            self.block_ends_early(token, acceptable)
        elif not token.text and kind in ("RPAR", "RSQB"):
            self.give_up_line(kind, token)  # a bracket that was never closed has been reported
        elif mistakes.report_slip(self.findings, self.line, token):
            self.give_up_line(kind, token)
        elif not self.mend_word(token, acceptable):
            if self.line or not self.follows_from_above():
                mistakes.report(self.findings, self.line, token, acceptable)
            self.give_up_line(kind, token)

    def follows_from_above(self) -> bool:
        """Whether a line may be of a kind that only the line above could have told, or have lost its indentation with it."""
        return self.depth in self.below_mistakes or self.depth == self.block_missing_at

    def unexpected_indent(self, token: Token) -> None:
        if self.after_mistake:
            self.skip_block()
            return
        above = "the line above it takes no block" if self.last_end else "nothing stands above it"
        self.findings.report(
            "F0206",
            f"this line is indented, but {above}",
            *self.indentation(token),
            help="give it the indentation of the line above" if self.last_end else "begin it at the left edge",
        )
        self.depth += 1
        self.swallowed.append(self.depth)

    def missing_block(self, token: Token) -> None:
        source, end = self.findings.source, self.last_end
        line, column = source.place(end)
        before = source.line(line)[: column - 1].lstrip()
        if not self.after_mistake:
            self.block_missing_at = self.depth
            self.findings.report(
                "F0205",
                "this line needs an indented block below it",
                end - len(before),
                end,
                help=f"write what belongs to `{before.split()[0] if before else ''}` below it, two spaces further in",
            )
        here = token._replace(start=end, end=end)
        for kind in ("_INDENT", "ERROR", "_NL", "_DEDENT"):
            self.feed(kind, here)
        self.ahead.insert(0, token)

    def block_ends_early(self, token: Token, acceptable: set[str]) -> None:
        mistakes.report(self.findings, self.line, token._replace(start=self.last_end, end=self.last_end), acceptable)
        if self.recover(token):
            self.feed("_NL", token)
            if self.feed("_DEDENT", token):
                self.note_layout("_DEDENT")

    def mend_word(self, token: Token, acceptable: set[str]) -> bool:
        """Read a misspelt or foreign word as the one that was meant, if the next word then fits."""
        if token.kind != "NAME":
            return False
        after = self.peek()
        next_kinds = ("$END",) if after is None else _readings(after)
        choices = mistakes.meant(token.text, acceptable, tables())
        fitting = [(word, kinds) for word, kinds in choices if any(self.stack.accepts(*kinds, one) for one in next_kinds)]
        if not choices:
            return False
        word, kinds = (fitting or choices)[0]
        mistakes.report_word(self.findings, self.line, token, word, certain=bool(fitting))
        for kind, text in zip(kinds, word.split(), strict=True):
            self.feed(kind, token._replace(text=text))
        self.line.append(token)
        return True

    def give_up_line(self, kind: str, token: Token) -> None:
        """Read the line as a mistake at the deepest place that has room for one, and go on with the next."""
        self.recover(token)
        self.line.clear()
        place, first = token.start, self.findings.source.place(token.start)[0]
        while kind != "_NL" and (skipped := self.next()) is not None:
            token, kind = skipped, skipped.kind
        if kind == "_NL":
            self.feed("_NL", token)
        self.after_mistake = True
        # A character without a meaning says nothing more about a line that is given up.
        self.findings.diagnostics[:] = [
            one
            for one in self.findings.diagnostics
            if one.code != "F0101" or one.span.start <= place or one.span.place[0] != first
        ]

    def recover(self, token: Token) -> bool:
        stack: Stack | None = self.stack
        while stack is not None and not stack.accepts("ERROR", "_NL"):
            stack = stack.below
        if stack is None:
            return False
        self.stack = stack
        del self.values[stack.depth :], self.starts[stack.depth :]
        return self.feed("ERROR", token)

    def skip_block(self) -> None:
        depth = 1
        while depth and (token := self.next()) is not None:
            depth += (token.kind == "_INDENT") - (token.kind == "_DEDENT")

    def indentation(self, token: Token) -> tuple[int, int]:
        return token.start - len(self.findings.source.indent(token.start)), token.start

    # -- Expressions in texts -----------------------------------------------------------------------------------------

    def parts(self, token: Token) -> tuple[str | n.Interpolation, ...]:
        """Split a text at its braces; a doubled brace stands for itself."""
        text = self.findings.source.text
        end = token.end - 1 if token.end > token.start + 1 and text[token.end - 1] != text[token.start - 1] else token.end
        end = max(token.start + 1, end)
        parts: list[str | n.Interpolation] = []
        plain = ""
        at = token.start + 1
        while at < end:
            character = text[at]
            if text[at : at + 2] in ("{{", "}}"):
                plain, at = plain + character, at + 2
            elif character == "{":
                close = text.find("}", at, end)
                inner = self.interpolation(at, close if close >= 0 else end, closed=close >= 0)
                parts += [plain] if plain else []
                parts += [inner] if inner is not None else []
                plain, at = "", (close if close >= 0 else end) + 1
            elif character == "}":
                self.findings.report(
                    "F0115",
                    "this `}` closes nothing",
                    at,
                    at + 1,
                    help="write `{` before the expression, or `}}` for the character itself",
                )
                at += 1
            else:
                plain, at = plain + character, at + 1
        return (*parts, plain) if plain or not parts else tuple(parts)

    def interpolation(self, start: int, end: int, *, closed: bool) -> n.Interpolation | None:
        if not closed:
            self.findings.report(
                "F0114",
                "the expression that begins with this `{` is never closed",
                start,
                start + 1,
                help="write `}` after it, or `{{` for the character itself",
            )
            return None
        if not self.findings.source.text[start + 1 : end].strip():
            self.findings.report(
                "F0116",
                "there is no expression between these braces",
                start,
                end + 1,
                help="write one, such as {customer.first_name else 'you'}",
            )
            return None
        inner = _Parser(self.findings, "interpolation", expression_tokens(self.findings, start + 1, end))
        inner.last_end = start + 1
        value = inner.run()
        return value if isinstance(value, n.Interpolation) else None
