"""Lay out a table as text: words to the left, numbers to the right."""

from __future__ import annotations

from collections.abc import Sequence


def number(value: int) -> str:
    """Give a count for reading: thousands parted, and a dash where there is none."""
    return f"{value:,}" if value else "-"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Give the lines of a table, its first column to the left and the others to the right."""
    widths = [max(len(row[place]) for row in [head, *rows]) for place in range(len(head))]

    def line(row: Sequence[str]) -> str:
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        return "  ".join(cells).rstrip()

    return "\n".join([line(head), *(line(row) for row in rows)])
