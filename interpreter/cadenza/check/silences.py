"""Read `# cadenza: allow W0101, because …`: a finding that the author knows of and wants, on the line or the one below.

A silence says why, it is about warnings only, and one that silences nothing is a finding itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import attrs

from cadenza.check.findings import Report
from cadenza.check.modules import Module
from cadenza.syntax.diagnostics import Diagnostic, closest
from cadenza.syntax.source import Span

_SILENCE = re.compile(r"#\s*cadenza\s*:\s*allow\b(?P<codes>.*?)(?:\bbecause\b(?P<reason>.*))?$", re.IGNORECASE | re.DOTALL)
_CODE = re.compile(r"[A-Za-z]+\d+")


@attrs.frozen(eq=False)
class _Silence:
    """A code in a comment: where it is written, and the line of the file that it is about."""

    code: str
    span: Span
    path: str
    line: int


def heard(found: Iterable[Diagnostic], modules: Sequence[Module], known: frozenset[str], report: Report) -> Iterator[Diagnostic]:
    """Give the findings that nobody silenced; what is wrong with the silences is reported."""
    silences: dict[tuple[str, int, str], _Silence] = {}
    for module in modules:
        for one in _silences(module, known, report):
            silences[one.path, one.line, one.code] = one
    used = set()
    for diagnostic in found:
        key = (diagnostic.span.source.path, diagnostic.span.place[0], diagnostic.code)
        if key in silences:
            used.add(key)
        else:
            yield diagnostic
    for key, one in silences.items():
        if key not in used:
            report.add(
                "W0902",
                f"there is no {one.code} on line {one.line}, so nothing is silenced",
                one.span,
                help="leave the comment out; it stands at the end of a line, or alone on the line above",
            )


def _silences(module: Module, known: frozenset[str], report: Report) -> Iterator[_Silence]:
    last = module.source.place(len(module.source.text))[0]
    alone = {one.span.place[0] for one in module.parsed.comments if one.alone}
    for comment in module.parsed.comments:
        match = _SILENCE.match(comment.span.text)
        if match is None:
            continue
        line = comment.span.place[0]
        while comment.alone and line < last and (line in alone or not module.source.line(line).strip()):
            line += 1
        if not (match["reason"] or "").strip(" .…"):
            report.add(
                "W0901",
                "this silence does not say why",
                comment.span,
                help="write the reason: # cadenza: allow W0101, because …",
            )
        codes = list(_CODE.finditer(match["codes"]))
        if not codes:
            _no_code(comment.span, "", known, report)
        for code in codes:
            start = comment.span.start + match.start("codes") + code.start()
            span = Span(module.source, start, start + len(code[0]))
            if code[0] in known:
                yield _Silence(code[0], span, module.source.path, line)
            else:
                _no_code(span, code[0], known, report)


def _no_code(span: Span, code: str, known: frozenset[str], report: Report) -> None:
    near = closest(code, known) if code else None
    if re.fullmatch(r"F\d{4}", code):
        message, help = f"{code} is an error, and only a warning can be silenced", "correct the error"
    else:
        message = f"there is no warning {code}" if code else "this silence names no warning"
        help = f"did you mean {near}?" if near else "write its code: # cadenza: allow W0101, because …"
    report.add("W0903", message, span, help=help, replace=near)
