"""Find names that lead nowhere: declared and never used, or asked for and never sent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from cadenza.check.findings import Report
from cadenza.check.modules import Declared, Module
from cadenza.syntax import nodes as n
from cadenza.syntax.diagnostics import closest
from cadenza.syntax.walk import walk

_ABOUT_MESSAGES = ("sent", "open", "click", "bounce", "complaint")
_ASKED = re.compile(rf'\b(?:{"|".join(_ABOUT_MESSAGES)}) +"')


def lint(modules: Sequence[Module], linted: Sequence[Module], messages: Sequence[str], report: Report) -> None:
    """Look at the names of some modules; `modules` are all, and `messages` all that any flow sends."""
    for module in linted:
        if messages and _ASKED.search(module.source.text):
            _never_sent(module, messages, report)
        _parameters(module, report)
    _unused(modules, linted, report)


# -- Messages ---------------------------------------------------------------------------------------------------------


def _never_sent(module: Module, messages: Sequence[str], report: Report) -> None:
    known = set(messages)
    for node in walk(module.statements):
        match node:
            case n.EventName(name=name, main=n.Text() as main) | n.NamedStream(path=n.Name() as name, main=n.Text() as main):
                if name.text not in _ABOUT_MESSAGES or main.value in known or module.names.get(name.text) is not None:
                    continue
                near = closest(main.value, known)
                report.add(
                    "W0401",
                    f'no flow here sends "{main.value}"',
                    main.span,
                    help=f'did you mean "{near}"?'
                    if near
                    else "correct the name; if another tool sends it, and the shop's data say so, allow this line",
                )
            case _:
                pass


# -- Declarations -----------------------------------------------------------------------------------------------------


def _parameters(module: Module, report: Report) -> None:
    """Find parameters that nothing below their head names."""
    for declared in module.own:
        if not declared.parameters:
            continue
        left = {one.name.text: one.name for one in declared.parameters}
        for word in _words(declared.node, declared.node):
            left.pop(word, None)
        for name in left.values():
            report.add(
                "W0402",
                f"`{declared.name.text}` never uses its parameter `{name.text}`",
                name.span,
                help="leave it out, or use it",
            )


def _unused(modules: Sequence[Module], linted: Sequence[Module], report: Report) -> None:
    """Find what a file declares or brings in and no file uses; a file without flows declares for others."""
    wanted = {id(module): dict(_wanted(module)) for module in linted}
    if not any(wanted.values()):
        return
    used = {id(module): _used(module, wanted.get(id(module), {}), modules) for module in modules}
    nodes = {id(one.node) for module in modules for name, one in module.names.items() if name in used[id(module)]}
    for module in linted:
        for name, (declared, place) in wanted[id(module)].items():
            brought = declared.module is not module
            if name in used[id(module)] or (not brought and id(declared.node) in nodes):
                continue
            report.add(
                "W0402",
                f"the {declared.word} `{name}` is {'brought in' if brought else 'declared'} here and never used",
                place.span,
                help="leave it out of the line" if brought else "leave it out, or use it",
            )


def _wanted(module: Module) -> Iterator[tuple[str, tuple[Declared, n.Name]]]:
    """Give the names that a file of flows must have a use for: its own, and those it asks another file for."""
    if not any(isinstance(statement, n.Flow) for statement in module.statements):
        return
    for statement in module.statements:
        if isinstance(statement, n.Use):
            for name in statement.names or ():
                declared = module.names.get(name.text)
                if declared is not None and declared.word != "flow":
                    yield name.text, (declared, name)
    for declared in module.own:
        if declared.word != "flow" and not isinstance(declared.node, n.EventDeclaration):
            yield declared.name.text, (declared, declared.name)


def _used(module: Module, wanted: dict[str, tuple[Declared, n.Name]], modules: Sequence[Module]) -> set[str]:
    """Give the names that a file uses, as far as anybody wants to know."""
    asked = set(wanted) | (
        {name for name, one in module.names.items() if one.module is not module} if len(modules) > 1 else set()
    )
    found: set[str] = set()
    for statement in module.statements:
        if asked <= found:
            break
        if not isinstance(statement, n.Use):
            found.update(_words(statement, statement))
        else:
            found.update(word for one in statement.bindings for word in _words(one.value, one))
    return found & asked


def _words(node: object, top: object) -> Iterator[str]:
    """Give every bare word in a node, but for the name that it declares and the names of its parameters."""
    if isinstance(node, n.Name):
        yield node.text
    elif isinstance(node, n.Head):
        for parameter in node.parameters:
            yield from _words(parameter.default, top)
    elif isinstance(node, n.Node):
        declares = node is top and isinstance(node, n.EventAlias | n.Table)
        for field in node.fields()[1 if declares else 0 :]:
            yield from _words(field, top)
    elif isinstance(node, tuple):
        for one in node:
            yield from _words(one, top)
