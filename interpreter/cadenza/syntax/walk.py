"""Go through a tree: all of it, or only the steps of a flow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cadenza.syntax import nodes as n


def walk(node: object) -> Iterator[n.Node]:
    """Give a node, or each of a tuple, with all below, in source order."""
    if isinstance(node, n.Node):
        yield node
        for one in node.inner():
            yield from walk(one)
    elif isinstance(node, tuple):
        for one in node:
            yield from walk(one)


def steps(lines: Iterable[n.Node]) -> Iterator[n.Node]:
    """Give the steps among the lines of a flow with all steps in their blocks, in source order."""
    for line in lines:
        yield line
        match line:
            case n.WaitUntil(body=body, otherwise=otherwise) | n.WaitFor(body=body, otherwise=otherwise):
                yield from steps((body or ()) + (otherwise or ()))
            case n.If(body=body, else_ifs=else_ifs, otherwise=otherwise):
                yield from steps(body)
                for one in else_ifs:
                    yield from steps(one.body)
                yield from steps(otherwise or ())
            case n.Split(arms=arms):
                for arm in arms:
                    yield from steps(arm.body or ())
            case n.Repeat(body=body) | n.RepeatUntil(body=body) | n.Mistake(body=body):
                yield from steps(body)
            case _:
                pass
