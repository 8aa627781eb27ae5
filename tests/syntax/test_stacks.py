"""Test the stacks of the parser against the tables they are made from."""

from __future__ import annotations

from cadenza.syntax.stacks import Stack, first
from cadenza.syntax.tables import tables


def plainly(states: list[int], kind: str) -> list[int] | None:
    """Feed a token to a list of states by the book: reduce as long as the table says so, then shift."""
    rows, rules = tables().rows, tables().rules
    states = states[:]
    while (action := rows[states[-1]].get(kind)) is not None and action < 0:
        rule = rules[~action]
        states = states[: len(states) - rule.length]
        states.append(rows[states[-1]][rule.origin])
    return None if action is None else [*states, action]


def states_of(stack: Stack) -> list[int]:
    states = []
    one: Stack | None = stack
    while one is not None:
        states.append(one.state)
        one = one.below
    return states[::-1]


LINE = [
    "FLOW",
    "NAME",
    "_NL",
    "_INDENT",
    "ON",
    "NAME",
    "WHERE",
    "NAME",
    "EQUAL",
    "INT",
    "_NL",
    "WAIT",
    "INT",
    "UNIT",
    "_NL",
    "_DEDENT",
]


def test_a_stack_is_what_the_tables_say_at_each_token() -> None:
    stack, states = first("module"), [tables().starts["module"]]
    for kind in [*LINE, *LINE]:
        for other in stack.row:
            expected, step = plainly(states, other), stack.fed(other)
            assert (None if step is None else states_of(step.stack)) == expected
        step = stack.fed(kind)
        assert step is not None
        stack, states = step.stack, plainly(states, kind) or []
        assert stack.depth == len(states) - 1
    assert stack.accepts("$END")


def test_the_same_stack_is_made_once() -> None:
    def fed(kinds: list[str]) -> Stack:
        stack = first("module")
        for kind in kinds:
            step = stack.fed(kind)
            assert step is not None
            stack = step.stack
        return stack

    assert fed(LINE) is fed(LINE)
    assert fed([*LINE, *LINE]) is fed([*LINE, *LINE, *LINE])  # however long a program grows, its stacks do not
