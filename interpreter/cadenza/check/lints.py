"""Find what is no error and yet cannot be meant: the way in, for a program that was made without errors.

Only the project's own files are looked at, not those of the library that they use.
"""

from __future__ import annotations

from collections.abc import Iterable

from cadenza.check import lint_conditions, lint_messages, lint_names, lint_together, silences
from cadenza.check.findings import Report
from cadenza.check.lint_paths import all_steps
from cadenza.check.modules import Project
from cadenza.check.program import Program, Send
from cadenza.syntax import nodes as n
from cadenza.syntax.diagnostics import Diagnostic

_LIBRARY = "stdlib/"
_CODES = frozenset(
    "W0101 W0102 W0103 W0104 W0201 W0202 W0203 W0204 W0301 W0302 W0303 W0401 W0402".split()  # all that may be silenced
)


def lint(project: Project, program: Program, given: Iterable[str]) -> list[Diagnostic]:
    """Give the warnings about a program; `given` are the paths of the files that it is checked from."""
    asked_for = set(given)
    own = [one for one in project.modules if one.source.path in asked_for or not one.source.path.startswith(_LIBRARY)]
    report, judged = Report(), Report()
    steps = {flow.name: list(all_steps(flow.steps)) for flow in program.flows}
    issued = lint_messages.issued_by(steps)
    for flow in program.flows:
        lint_conditions.lint(flow, steps[flow.name], report)
        lint_messages.lint(flow, steps[flow.name], program.shop, issued, report)
    nodes = {one.declared.name.span: one.declared.node for one in project.instances}
    flows = {span: node for span, node in nodes.items() if isinstance(node, n.Flow)}
    lint_together.lint(program, steps, flows, report)
    messages = [name for all_ in steps.values() for step in all_ if isinstance(step, Send) for name in step.messages]
    lint_names.lint(project.modules, own, messages, report)
    sources = {id(one.source) for one in own}
    found = [one for one in report.diagnostics if id(one.span.source) in sources]
    heard = list(silences.heard(found, own, _CODES, judged))
    return heard + judged.diagnostics
