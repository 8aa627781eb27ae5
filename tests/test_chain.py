"""Walk the grammar from end to end: what each rule builds is checked, printed, and told in the reference."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest

from cadenza.syntax import nodes as n
from cadenza.syntax import parser
from cadenza.syntax.builder import BUILDERS
from cadenza.syntax.printing.forms import FORMS
from cadenza.syntax.source import Source
from tests.support.folders import ROOT
from tests.support.sentences import sentences
from tests.syntax.test_grammar import inlined, rules
from tests.test_docs import REFERENCE, STRUCTURAL, headings

# What no program without mistakes holds, and the rule that only hands on what is between its brackets.
NOT_IN_A_PROGRAM = {"mistake", "broken_send"}
HANDS_ON = {"repetitions", "module"}
# Nodes that the checker never asks for by name: it reads their fields, coming from the node they always belong to.
READ_THROUGH: Mapping[str, str] = {
    "Awaited": "WaitFor",
    "ElseIf": "If",
    "Follow": "On",
    "Module": "Flow",
    "Shortage": "Show",
    "Shows": "Show",
    "TimeSpan": "Duration",
    "TypedName": "EventDeclaration",
}
CHECKER = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "interpreter/cadenza/check").glob("*.py")))


@cache
def built() -> Mapping[str, frozenset[type]]:
    """Give what each rule builds, by reading a program for each production of the grammar."""
    found: dict[str, set[type]] = {name: set() for name in BUILDERS}

    def noted(name: str) -> Any:
        def build(*children: Any) -> Any:
            value = BUILDERS[name](*children)
            found[name].add(type(value))
            return value

        return build

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parser, "BUILDERS", {name: noted(name) for name in BUILDERS})
        for text in sentences():
            assert parser.parse(Source("test.flow", text)).diagnostics == ()
    return {name: frozenset(types) for name, types in found.items()}


@pytest.mark.parametrize("rule", [rule for rule in BUILDERS if rule not in NOT_IN_A_PROGRAM | HANDS_ON])
def test_a_rule_is_built_checked_printed_and_told(rule: str) -> None:
    types = built()[rule]
    assert types, f"no program reaches `{rule}`"
    for node in types:
        if issubclass(node, n.Node):
            name = READ_THROUGH.get(node.__name__, node.__name__)
            assert re.search(rf"\bn\.{name}\b", CHECKER), f"the checker has no case for {node.__name__}"
            assert node in FORMS or node is n.Interpolation, f"the printer has no form for {node.__name__}"
    assert rule in STRUCTURAL or rule.replace("_", " ") in headings(REFERENCE), f"the reference has no section `{rule}`"


def test_no_rule_is_left_out() -> None:
    assert set(rules()) - inlined() - set(BUILDERS) - {"module"} == set()
    assert set(BUILDERS) >= NOT_IN_A_PROGRAM | HANDS_ON


@pytest.mark.parametrize("name", READ_THROUGH)
def test_the_fields_of_a_node_read_through_another_are_read(name: str) -> None:
    cls: type[n.Node] = getattr(n, name)
    for field in cls.__match_args__[1:]:
        assert re.search(rf"\.{field}\b|\b{field}=", CHECKER), f"nothing reads {name}.{field}"
