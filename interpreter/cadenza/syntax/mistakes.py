"""Say in a marketer's words why a word does not fit and what would: the messages of the parser.

The default message is made from the tokens that would fit, each shown as a phrase (`up to 2 days`), never by its name in
the tables. Foreign words and misspellings are read as what was meant.
"""

from __future__ import annotations

from cadenza.syntax.builder import MONTHS, UNITS, WEEKDAYS
from cadenza.syntax.diagnostics import closest
from cadenza.syntax.hints import hint
from cadenza.syntax.tables import Tables, tables
from cadenza.syntax.tokens import Findings, Token

# What people coming from other tools and languages write, and the word of ours that says it.
_SYNONYMS = {
    "otherwise": "else",
    "elif": "else if",
    "elsif": "else if",
    "elseif": "else if",
    "delay": "wait",
    "pause": "wait",
    "sleep": "wait",
    "after": "wait",
    "exit": "stop",
    "end": "stop",
    "quit": "stop",
    "label": "tag",
    "mail": "send",
    "trigger": "on",
    "audience": "for",
    "campaign": "flow",
    "automation": "flow",
    "workflow": "flow",
    "journey": "flow",
    "restart": "again",
    "has": "contains",
    "includes": "contains",
    "in": "within",
    "within": "up to",
    "equals": "=",
    "is": "=",
    "min": "minutes",
    "mins": "minutes",
    "hr": "hours",
    "hrs": "hours",
    "h": "hours",
    "d": "days",
    "w": "weeks",
    "minuti": "minutes",
    "ore": "hours",
    "giorno": "day",
    "giorni": "days",
    "settimane": "weeks",
    "mesi": "months",
    "mon": "monday",
    "tue": "tuesday",
    "wed": "wednesday",
    "thu": "thursday",
    "fri": "friday",
    "sat": "saturday",
    "sun": "sunday",
    "euro": "EUR",
    "euros": "EUR",
    "eur": "EUR",
    "dollars": "USD",
    "pounds": "GBP",
}
_CLASSES: dict[str, tuple[str, ...]] = {
    "UNIT": tuple(UNITS),
    "WEEKDAY": tuple(WEEKDAYS),
    "MONTHNAME": tuple(MONTHS),
    "CURRENCY": ("EUR", "USD", "GBP", "CHF"),
}
_VALUE_STARTS = frozenset("NAME STRING INT DECIMAL DATE CLOCK LPAR LSQB MINUS".split())
_OPERATORS = frozenset("EQUAL LESSTHAN MORETHAN CONTAINS IS PLUS STAR SLASH".split())
_PHRASES = {
    "NAME": "a name",
    "STRING": 'a text in "quotes"',
    "DOC": None,
    "INT": "a number",
    "DECIMAL": "a number",
    "DATE": "a date (2026-11-27)",
    "CLOCK": "a time (09:00)",
    "ZONE": "a time zone (Europe/Rome)",
    "UNIT": "a unit of time: minutes, hours, days, weeks, months or years",
    "CURRENCY": "a currency (EUR)",
    "WEEKDAY": "a day of the week (monday)",
    "MONTHNAME": "a month (december)",
    "_NL": "the end of the line",
    "_INDENT": "an indented block",
    "_DEDENT": None,
    "$END": None,
    "UP": "`up to 2 days`",
    "AT": "`at 09:00`",
    "WITHIN": "`within 2 days`",
    "WHERE": "`where …`",
    "IF": "`if …`",
    "THEN": "`then …`",
    "OF": "`of this flow`",
    "INCLUDING": "`including those already`",
    "PERCENT": "`%`",
    "DISTINCT": None,
}


Kinds = tuple[str, ...]


def meant(word: str, acceptable: set[str], table: Tables) -> list[tuple[str, Kinds]]:
    """Give the words that fit here and that a person may have meant by `word`, with their kinds, likeliest first."""
    written = {name: word for word, name in table.words.items()}
    fitting: dict[str, str] = {}
    for kind in sorted(acceptable):
        for one in _CLASSES.get(kind, (written[kind],) if kind in written else ()):
            fitting[one] = kind
    fitting |= {sign: kind for sign, kind in table.signs.items() if kind in acceptable}
    folded = word.casefold()
    found: list[tuple[str, Kinds]] = []
    first, _, second = _SYNONYMS.get(folded, "").partition(" ")
    if first in fitting:
        found.append((f"{first} {second}", (fitting[first], table.words[second])) if second else (first, (fitting[first],)))
    # A keyword in the wrong place is not a misspelling of another one.
    near = closest(folded, fitting) if word not in table.words else None
    if near is not None:
        found.append((near, (fitting[near],)))
    return found


def report_word(findings: Findings, line: list[Token], token: Token, word: str, *, certain: bool) -> None:
    findings.report(
        "F0201",
        f"`{token.text}` is not understood{_after(findings, line)}",
        token.start,
        token.end,
        help=f"did you mean `{word}`?",
        replace=word if certain else None,
    )


def report_slip(findings: Findings, line: list[Token], token: Token) -> bool:
    """Report a line of a kind that many people write, if it is one."""
    start = line[0].start if line else token.start
    known = hint(findings.source, start, token.start)
    if known is None:
        return False
    code = "F0204" if token.kind == "_NL" else "F0202"
    message = f"`{token.text}` does not fit{_after(findings, line)}: {known.message}"
    if token.kind == "_NL":
        message = f"the line ends too early: {known.message}"
    findings.report(code, message, token.start, token.end, help=known.help, replace=known.write, over=(known.start, known.end))
    return True


def report(findings: Findings, line: list[Token], token: Token, acceptable: set[str]) -> None:
    """Report a token that fits nowhere: what was understood so far, and what could have come."""
    understood = _after(findings, line)
    if token.kind in ("_NL", "_DEDENT", "$END"):
        code, message = "F0204", f"the line ends too early{understood}" if line else "something is missing here"
        help = _wanted(expected(acceptable))
    elif not line:
        code, message = "F0202", f"no line here begins with `{token.text}`"
        help = _wanted(_first_words(acceptable))
    elif line[-1].kind in ("INT", "DECIMAL") and "UNIT" in acceptable and token.kind == "NAME":
        code, message = "F0202", f"`{token.text}` is not a unit"
        help = "write minutes, hours, days, weeks, months or years after a number, or a currency such as EUR"
    else:
        code, message = "F0202", f"`{token.text}` does not fit{understood}"
        help = _wanted(expected(acceptable))
    findings.report(code, message, token.start, token.end, help=help)


def _first_words(acceptable: set[str]) -> list[str]:
    return [f"`{word}`" for word, name in sorted(tables().words.items()) if name in acceptable]


def expected(acceptable: set[str]) -> list[str]:
    """Turn kinds of token into phrases a person reads; a value and an operator stand for all their kinds."""
    kinds = set(acceptable)
    phrases = []
    if len(kinds & _VALUE_STARTS) >= 6:
        phrases.append("a value")
        kinds -= _VALUE_STARTS | set(_value_words())
    if len(kinds & _OPERATORS) >= 3:
        phrases.append("an operator such as `=`, `>` or `contains`")
        kinds -= _operator_kinds()
    words = {name: word for word, name in tables().words.items()} | {name: sign for sign, name in tables().signs.items()}
    for kind in sorted(kinds):
        phrase = _PHRASES[kind] if kind in _PHRASES else f"`{words[kind]}`" if kind in words else None
        if phrase is not None and phrase not in phrases:
            phrases.append(phrase)
    return phrases


def _value_words() -> list[str]:
    words = "count sum average min max first last any most median expected time inside not yes no".split()
    return [tables().words[word] for word in words]


def _operator_kinds() -> set[str]:
    words = "in not contains does starts ends is and or between before after".split()
    signs = "= != < <= > >= + - * / . %".split()
    return {tables().words[word] for word in words} | {tables().signs[sign] for sign in signs} | {"UNIT", "CURRENCY"}


def _wanted(phrases: list[str]) -> str | None:
    if len(phrases) < 2:
        return f"I expected {phrases[0]}" if phrases else None
    return f"I expected {', '.join(phrases[:-1])} or {phrases[-1]}"


def _after(findings: Findings, line: list[Token]) -> str:
    if not line:
        return ""
    text = findings.source.text[line[0].start : line[-1].end]
    return f" after `{text}`" if "\n" not in text else ""
