"""The grammar, the nodes, the builders and the saved tables belong together."""

from __future__ import annotations

import importlib.util
import json
import re

import pytest

from cadenza import resources
from cadenza.syntax import nodes as n
from cadenza.syntax import tables as t
from cadenza.syntax.builder import BUILDERS, TOKENS
from cadenza.syntax.mistakes import _PHRASES
from cadenza.syntax.nodes.base import Node

GRAMMAR = resources.text("grammar/flow.lark")
_DEFINITION = re.compile(r"^[?!]*(?P<name>[a-z]\w*): ?", re.MULTILINE)
_ALIAS = re.compile(r"-> (?P<name>\w+)$", re.MULTILINE)
_TOKEN_ONLY = {"unused"}
_SAID_ELSEWHERE = {"module", "block", "no_block"}

# Nodes that no rule has the name of: what a rule takes over from a token, from an inlined child, or from a list.
_OTHER_NODES = {"Node", "Name", "Text", "Number", "Unit", "Weekday", "HolidaysWord", "ClockTime", "TimeSpan"}


def rules() -> list[str]:
    """Give the rules of the grammar in the order in which they stand."""
    return [found["name"] for found in _DEFINITION.finditer(GRAMMAR) if found["name"] not in _TOKEN_ONLY]


def inlined() -> set[str]:
    """Give the rules that stand for their only child, so that they build nothing."""
    return {found[1] for found in re.finditer(r"^(?:!\?|\?)(\w+):", GRAMMAR, re.MULTILINE)}


def built() -> set[str]:
    """Give the names that the parser asks a builder for."""
    return {rule.name for rule in t.tables().rules if rule.one is None and not rule.name.startswith("_")} - _TOKEN_ONLY


def node_names() -> set[str]:
    return {name for name, one in vars(n).items() if isinstance(one, type) and issubclass(one, Node)}


def camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def test_every_rule_that_builds_has_a_builder() -> None:
    assert built() - set(BUILDERS) - {rule for rule in rules() if rule in t.STARTS and rule not in BUILDERS} == set()


def test_no_builder_is_left_over() -> None:
    assert set(BUILDERS) - set(rules()) - set(_ALIAS.findall(GRAMMAR)) == set()


def test_every_token_that_becomes_a_node_is_one_of_the_grammar() -> None:
    declared = set(re.findall(r"^%declare (.+)$", GRAMMAR, re.MULTILINE)[0].split())
    defined = set(re.findall(r"^([A-Z]\w*)(?:\.-?\d+)?:", GRAMMAR, re.MULTILINE))
    assert set(TOKENS) - declared - defined == set()


def test_every_node_is_named_after_a_rule_or_an_alias() -> None:
    names = {camel(name) for name in (*rules(), *_ALIAS.findall(GRAMMAR))}
    assert node_names() - names - _OTHER_NODES == set()


@pytest.mark.parametrize("rule", [rule for rule in rules() if rule not in inlined() and not rule.endswith("_line")])
def test_every_rule_has_an_example_or_is_told_by_the_rule_above_it(rule: str) -> None:
    lines = GRAMMAR.splitlines()
    place = next(number for number, line in enumerate(lines) if re.match(rf"[?!]*{rule}:", line))
    block = []
    for line in reversed(lines[:place]):
        if not line.strip():
            break
        block.append(line)
    assert rule in _SAID_ELSEWHERE or any(line.startswith("//") for line in block), (
        f"nothing above `{rule}` shows how it is written"
    )


def test_every_rule_can_be_reached() -> None:
    body = re.sub(r"//.*", "", GRAMMAR)
    for rule in rules():
        used = len(re.findall(rf"(?<![\w>]){rule}(?!\w)", body)) - len(re.findall(rf"(?m)^[?!]*{rule}:", body))
        assert used or rule in t.STARTS, f"no rule uses `{rule}`"


def test_every_rule_of_nodes_stands_in_one_of_the_tables() -> None:
    named = {rule.origin for rule in t.tables().rules}
    assert set(rules()) - named == set()


def test_the_saved_tables_are_those_of_the_grammar() -> None:
    saved = json.loads(t.SAVED.read_text(encoding="utf-8")) if t.SAVED.is_file() else {}
    assert saved.get("digest", t._digest(GRAMMAR)) == t._digest(GRAMMAR), (
        "install the checkout again, for every start now makes them anew"
    )


def test_tables_made_anew_are_the_tables_in_use() -> None:
    made, used = t.build(GRAMMAR), t.tables()
    assert (made["words"], made["signs"]) == (used.words, used.signs)
    # Lark numbers its states as it likes, so only what each of them takes can be compared.
    assert sorted(sorted(made["rows"][row]) for row in made["states"]) == sorted(map(sorted, used.rows))


def test_the_grammar_has_no_conflicts_and_no_two_tokens_that_match_alike() -> None:
    assert importlib.util.find_spec("interegular"), "it is in the group `quality`, and Lark needs it to be strict"
    assert t.build(GRAMMAR, strict=True)["digest"] == t._digest(GRAMMAR)


def test_every_kind_of_token_that_could_have_come_is_said_in_words() -> None:
    known = set(t.tables().words.values()) | set(t.tables().signs.values()) | set(_PHRASES)
    unused = set(re.findall(r"[A-Z_]+", re.search(r"(?m)^unused: (.+)$", GRAMMAR)[1]))
    kinds = {kind for row in t.tables().rows for kind in row if kind.isupper()} - {"ERROR"}
    assert kinds - known - unused == set()
