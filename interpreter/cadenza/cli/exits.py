"""Say in one place what each exit code means."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    FINE = 0
    FINDINGS = 1
    """Diagnostics, bad rows, failed tests, broken promises."""
    MISUSE = 2
    """The command was not asked right: an option, a path, a file that cannot be read."""
    OUR_BUG = 70
