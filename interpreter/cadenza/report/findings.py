"""Show diagnostics: to people in colour with the line they speak of, to programs as JSON, SARIF, or GitHub's annotations.

This is the only place that formats a diagnostic.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from urllib.parse import quote

import click

from cadenza import __version__
from cadenza.report.titles import titles
from cadenza.syntax.diagnostics import Diagnostic, Severity
from cadenza.syntax.source import Source, Span

FORMAT = 1
"""The version of the shape that `as_json` gives."""
_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow"}
_SARIF = "https://json.schemastore.org/sarif-2.1.0.json"


def pretty(diagnostics: Sequence[Diagnostic]) -> str:
    """Show each with its line, and a count at the end; colours are for a terminal, and click takes them out elsewhere."""
    if not diagnostics:
        return ""
    blocks = [_block(one) for one in diagnostics]
    return "\n\n".join([*blocks, _count(diagnostics)]) + "\n"


def _block(one: Diagnostic) -> str:
    colour = _COLOURS[one.severity]
    head = click.style(f"{one.severity}[{one.code}]", fg=colour, bold=True)
    lines = [f"{head}{click.style(f': {one.message}', bold=True)}", *_excerpt(one.span, one.label, colour)]
    lines += [f"  = {note}" for note in one.notes]
    for says, span in one.related:
        lines += [f"  {says}:", *_excerpt(span, "", "blue")]
    if one.help is not None:
        lines.append(f"{click.style('help', fg='cyan', bold=True)}: {one.help}")
    return "\n".join(lines)


def _excerpt(span: Span, label: str, colour: str) -> list[str]:
    """Give the line of a place with carets below it; tabs become spaces so that the carets stand where they should."""
    line, column = span.place
    text = span.source.line(line)
    width = len(str(line))
    before = text[: column - 1].expandtabs(4)
    marked = span.text.splitlines()[0] if span.text.strip() else ""
    carets = "^" * max(1, len(marked.expandtabs(4)))
    gutter = " " * width
    return [
        f"{gutter}{click.style('-->', fg='blue')} {span.source.path}:{line}:{column}",
        f"{gutter} {click.style('|', fg='blue')}",
        f"{click.style(f'{line} |', fg='blue')} {text.expandtabs(4)}",
        f"{gutter} {click.style('|', fg='blue')} {' ' * len(before)}{click.style(f'{carets} {label}'.rstrip(), fg=colour)}",
    ]


def _count(diagnostics: Sequence[Diagnostic]) -> str:
    errors = sum(one.severity is Severity.ERROR for one in diagnostics)
    warnings = len(diagnostics) - errors
    parts = [f"{number} {word}{'s' * (number != 1)}" for number, word in ((errors, "error"), (warnings, "warning")) if number]
    codes = sorted({one.code for one in diagnostics})
    return f"{' and '.join(parts)}; cadenza explain {codes[0]} says more"


def compact(diagnostics: Sequence[Diagnostic]) -> str:
    """Show each on one line that editors and grep understand."""
    return "".join(f"{_place(one)}: {one.code} {one.message}{_hint(one)}\n" for one in diagnostics)


def github(diagnostics: Sequence[Diagnostic]) -> str:
    """Show each as a workflow command that annotates the line in a pull request."""
    lines = []
    for one in diagnostics:
        (line, column), (end_line, end_column) = one.span.place, one.span.source.place(one.span.end)
        place = f"file={one.span.source.path},line={line},col={column},endLine={end_line},endColumn={end_column}"
        text = f"{one.message}{_hint(one)}".replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
        lines.append(f"::{one.severity} {place},title={one.code}::{text}\n")
    return "".join(lines)


def as_json(diagnostics: Sequence[Diagnostic]) -> str:
    """Show all as one object of a documented shape."""
    return (
        json.dumps({"format": FORMAT, "diagnostics": [_object(one) for one in diagnostics]}, indent=2, ensure_ascii=False) + "\n"
    )


def _object(one: Diagnostic) -> dict[str, object]:
    return {
        "code": one.code,
        "severity": one.severity.value,
        "message": one.message,
        "span": _range(one.span),
        "help": one.help,
        "notes": list(one.notes),
        "related": [{"message": says, "span": _range(span)} for says, span in one.related],
        "fix": [{"span": _range(edit.span), "text": edit.text} for edit in one.fix],
    }


def _range(span: Span) -> dict[str, object]:
    (line, column), (end_line, end_column) = span.place, span.source.place(span.end)
    return {"file": span.source.path, "line": line, "column": column, "end_line": end_line, "end_column": end_column}


def sarif(diagnostics: Sequence[Diagnostic]) -> str:
    """Show all as SARIF 2.1.0, which code hosts and editors read."""
    codes = sorted({one.code for one in diagnostics})
    run = {
        "tool": {"driver": {"name": "cadenza", "version": __version__, "rules": [_rule(code) for code in codes]}},
        "columnKind": "unicodeCodePoints",
        "results": [
            {
                "ruleId": one.code,
                "ruleIndex": codes.index(one.code),
                "level": one.severity.value,
                "message": {"text": f"{one.message}{_hint(one)}"},
                "locations": [{"physicalLocation": _physical(one.span)}],
                "relatedLocations": [
                    {"id": number, "physicalLocation": _physical(span), "message": {"text": says}}
                    for number, (says, span) in enumerate(one.related)
                ],
                **({"fixes": [_fix(one)]} if one.fix else {}),
            }
            for one in diagnostics
        ],
    }
    return json.dumps({"$schema": _SARIF, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def _rule(code: str) -> dict[str, object]:
    title = titles()[code]
    level = Severity.WARNING if code.startswith("W") else Severity.ERROR
    return {
        "id": code,
        "shortDescription": {"text": title},
        "help": {"text": f"{title}. `cadenza explain {code}` says more, with a program to avoid and one to prefer."},
        "defaultConfiguration": {"level": level.value},
    }


def _fix(one: Diagnostic) -> dict[str, object]:
    """Give what a code host may apply: the edits by file."""
    files = dict.fromkeys(edit.span.source for edit in one.fix)
    changes = [
        {
            "artifactLocation": _artifact(source),
            "replacements": [
                {"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.text}}
                for edit in one.fix
                if edit.span.source is source
            ],
        }
        for source in files
    ]
    return {"description": {"text": one.help or "the one remedy"}, "artifactChanges": changes}


def _physical(span: Span) -> dict[str, object]:
    return {"artifactLocation": _artifact(span.source), "region": _region(span)}


def _artifact(source: Source) -> dict[str, str]:
    """Name a file the way a URI must, with what is no plain character escaped."""
    return {"uri": quote(source.path, safe="/:")}


def _region(span: Span) -> dict[str, int]:
    (line, column), (end_line, end_column) = span.place, span.source.place(span.end)
    return {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column}


def _place(one: Diagnostic) -> str:
    line, column = one.span.place
    return f"{one.span.source.path}:{line}:{column}"


def _hint(one: Diagnostic) -> str:
    return f" ({one.help})" if one.help is not None else ""


FORMATS: dict[str, Callable[[Sequence[Diagnostic]], str]] = {
    "pretty": pretty,
    "compact": compact,
    "json": as_json,
    "sarif": sarif,
    "github": github,
}
