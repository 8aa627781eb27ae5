"""Make programs of the grammar itself, so that no form of the language is left out of a test."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from lark import Lark
from lark.grammar import NonTerminal, Rule

from cadenza import resources

_WORDS = {
    "NAME": ["alpha", "beta", "gamma_3", "città"],
    "STRING": ['"text"', "\"{alpha else 'you'} and {beta.gamma}\"", '""', '"# no remark"'],
    "INT": ["0", "1", "2", "10", "007"],
    "DECIMAL": ["1.0", "20.50", "0.5"],
    "DATE": ["2026-01-05", "2026-11-27", "2026-1-5"],
    "CLOCK": ["09:30", "9:05", "00:00"],
    "ZONE": ["Europe/Rome", "America/New_York"],
    "CURRENCY": ["EUR", "USD"],
    "UNIT": ["day", "days", "hour", "minutes", "month", "years"],
    "WEEKDAY": ["monday", "sunday"],
    "MONTHNAME": ["december", "may"],
}
_WORDS["DOC"] = _WORDS["STRING"]
_NOT_WRITTEN = {"ERROR", "mistake", "broken_send", "unused"}
_START = "module"
_ENDLESS = 99
_Rules = dict[str, list[Rule]]


def sentences() -> Iterator[str]:
    """Give for each production of the grammar a short program that is made with it."""
    lark = Lark(resources.text("grammar/flow.lark"), parser="lalr", lexer="basic", start=[_START], maybe_placeholders=False)
    rules: _Rules = {}
    for rule in lark.rules:
        if not _NOT_WRITTEN & {rule.alias, rule.origin.name, *(symbol.name for symbol in rule.expansion)}:
            rules.setdefault(rule.origin.name, []).append(rule)
    words = {one.name: [one.pattern.value] for one in lark.terminals if one.pattern.type == "str"} | _WORDS
    shortest, ways = _shortest(rules), _ways_in(rules)
    turn = count()

    def in_turn(several: list[str]) -> str:
        return several[next(turn) % len(several)]

    for rule in (rule for several in rules.values() for rule in several):
        on_the_way = {one.origin.name: one for one in (rule, *ways[rule.origin.name])}
        kinds = list(_derived(_START, on_the_way, shortest))
        yield _text([in_turn(words.get(kind, [kind])) for kind in kinds])


def _shortest(rules: _Rules) -> dict[str, Rule]:
    """Give for each name the production that ends soonest."""
    depths: dict[str, int] = {}
    shortest: dict[str, Rule] = {}
    while len(depths) < len(rules):
        known = dict(depths)
        for name in rules.keys() - known.keys():
            height, _, way = min((_height(way, known), number, way) for number, way in enumerate(rules[name]))
            if height < _ENDLESS:
                depths[name], shortest[name] = height + 1, way
        assert len(depths) > len(known), "a rule that no text can follow"
    return shortest


def _height(way: Rule, depths: dict[str, int]) -> int:
    return max((depths.get(one.name, _ENDLESS) for one in way.expansion if isinstance(one, NonTerminal)), default=0)


def _ways_in(rules: _Rules) -> dict[str, tuple[Rule, ...]]:
    """Give for each name the productions that lead from the start to it, the last first."""
    ways: dict[str, tuple[Rule, ...]] = {_START: ()}
    ahead = [_START]
    for name in ahead:
        for rule in rules[name]:
            for symbol in rule.expansion:
                if isinstance(symbol, NonTerminal) and symbol.name not in ways:
                    ways[symbol.name] = (rule, *ways[name])
                    ahead.append(symbol.name)
    return ways


def _derived(name: str, on_the_way: dict[str, Rule], shortest: dict[str, Rule]) -> Iterator[str]:
    """Follow the way once, and end all else as soon as can be."""
    for symbol in (on_the_way.pop(name, None) or shortest[name]).expansion:
        if isinstance(symbol, NonTerminal):
            yield from _derived(symbol.name, on_the_way, shortest)
        else:
            yield symbol.name


def _text(words: list[str]) -> str:
    text, level = "", 0
    for word in words:
        if word == "_NL":
            text += "\n"
        elif word in ("_INDENT", "_DEDENT"):
            level += 1 if word == "_INDENT" else -1
        else:
            text += ("  " * level if text.endswith("\n") else "  ") + word if text else word
    return text
