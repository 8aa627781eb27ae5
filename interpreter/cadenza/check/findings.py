"""Collect what the checker finds, and say it the way every message of the checker is said."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from cadenza.syntax.diagnostics import Diagnostic, Edit, closest
from cadenza.syntax.source import Span


@attrs.define(eq=False)
class Report:
    diagnostics: list[Diagnostic] = attrs.field(factory=list)

    def add(
        self,
        code: str,
        message: str,
        span: Span,
        *,
        help: str | None = None,
        label: str = "",
        notes: tuple[str, ...] = (),
        related: tuple[tuple[str, Span], ...] = (),
        replace: str | None = None,
    ) -> None:
        fix = () if replace is None else (Edit(span, replace),)
        self.diagnostics.append(Diagnostic(code, message, span, help, label, notes, related, fix))

    def unknown_name(self, code: str, message: str, span: Span, names: Iterable[str], otherwise: str | None = None) -> None:
        """Report a name that is not known, with the one that was most likely meant, or the remedy `otherwise`."""
        near = closest(span.text, names)
        if near is None:
            self.add(code, message, span, help=otherwise)
        else:
            self.add(code, message, span, help=f"did you mean `{near}`?", replace=near)
