"""Say what is wrong with a program as a value: the one shape that every mistake of an author is turned into.

Rule 1: a message states a fact and never the remedy; `help` says what to do, and following it works.
Rule 2: one mistake gives one diagnostic.
Rule 3: nothing here prints; `report/findings.py` does.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import attrs

from cadenza.syntax.source import Span


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@attrs.frozen(eq=False, repr=False)
class Edit:
    """Put `text` in the place of `span`."""

    span: Span
    text: str


@attrs.frozen(eq=False)
class Diagnostic:
    """A finding about a program, with a stable code that `cadenza explain` knows.

    `notes` say what was understood, `fix` holds edits that a program may apply without asking, and `label` is the
    short text under the excerpt's carets.
    """

    code: str
    message: str
    span: Span
    help: str | None = None
    label: str = ""
    notes: tuple[str, ...] = ()
    related: tuple[tuple[str, Span], ...] = ()
    fix: tuple[Edit, ...] = ()

    @property
    def severity(self) -> Severity:
        return Severity.WARNING if self.code.startswith("W") else Severity.ERROR


def in_order(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Sort by file, place and code, so that no order of discovery shows; say the same thing once."""
    found: dict[tuple[str, int, str, str], Diagnostic] = {}
    for one in diagnostics:
        found.setdefault((one.span.source.path, one.span.start, one.code, one.message), one)
    return [found[key] for key in sorted(found)]


def distance(a: str, b: str) -> int:
    """Count the slips of a typist between two words (Damerau-Levenshtein, optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        two_before, before = before, row
        row = [i]
        for j, y in enumerate(b, 1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                best = min(best, two_before[j - 2] + 1)
            row.append(best)
    return row[-1]


def closest(word: str, names: Iterable[str]) -> str | None:
    """Give the name a person most likely meant, or none where no name is near."""
    folded = word.casefold()
    near = []
    for name in set(names):
        slips = distance(folded, name.casefold())
        if slips <= (1 if len(name) < 6 else 2) and slips < len(name) - 1:
            near.append((slips, abs(len(name) - len(folded)), name))
    return min(near)[2] if near else None
