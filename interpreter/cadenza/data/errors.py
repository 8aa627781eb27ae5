"""Say what is wrong with a shop's data: which file, which line, which column, which value, and what to do."""

from __future__ import annotations

from typing import NamedTuple


class BadRow(NamedTuple):
    """One row that cannot be used. `line` is counted as an editor counts, or is the number of a row where there are no lines."""

    file: str
    line: int
    column: str
    value: str
    says: str
    help: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: column `{self.column}`: {self.says}\n  help: {self.help}"


class DataError(Exception):
    """Data that cannot be used at all: the text says where, what, and what to do."""


class BadRowsError(DataError):
    """Rows that cannot be used, where a replay was asked to stop at them."""

    def __init__(self, rows: list[BadRow], count: int) -> None:
        self.rows = rows
        self.count = count
        shown = "\n".join(map(str, rows))
        more = f"\n… and {count - len(rows)} more" if count > len(rows) else ""
        plural = "row" if count == 1 else "rows"
        super().__init__(
            f"{shown}{more}\n{count} {plural} cannot be used; correct them, or go on without them: "
            "--bad-rows skip, or --bad-rows quarantine FILE"
        )
