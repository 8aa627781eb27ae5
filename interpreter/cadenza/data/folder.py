"""Open a data folder: which tables it has, in which files, with which columns. DuckDB reads and sorts, out of core.

One file a table, CSV, JSON Lines or Parquet: `customers`, `products`, one for each kind of event, `order_items`, `stock` and
`price`.
"""

from __future__ import annotations

import csv
import json
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any, Self, TypeVar

import attrs
import duckdb

from cadenza.check.vocabulary import TABLES, EventKind
from cadenza.data.columns import literal, quoted
from cadenza.data.errors import DataError
from cadenza.syntax.diagnostics import closest

FORMATS = (".csv", ".jsonl", ".parquet")
_MEMORY = ("48MB", "256MB", "1GB", "4GB")
"""DuckDB begins with little memory and spills to disk; a query that cannot do with it gets more."""
_BATCH = 4096
LINES = "order_items"
_Found = TypeVar("_Found")


@attrs.frozen(eq=False)
class Table:
    """One file of the folder: its columns with their physical types, and where DuckDB finds its rows.

    `source` has all columns and `file_row_number`, from 0. A missing file has no columns. A table that was `made` is in no file:
    its rows follow from those of others.
    """

    name: str
    path: Path
    columns: Mapping[str, str]
    source: str
    made: bool = False

    @property
    def file(self) -> str:
        return self.path.name

    def place(self, row: int) -> int:
        """Give the line a row begins at, counted from 1, or the number of the row in a file without lines."""
        if self.path.suffix == ".csv":
            return _csv_line(self.path, row)
        if self.path.suffix == ".jsonl":
            return _jsonl_line(self.path, row)
        return row + 1


class Folder:
    """An open data folder; its connection keeps to one thread and little memory, and spills to disk what is more."""

    def __init__(self, path: Path, events: Mapping[str, EventKind]) -> None:
        self.path = path
        known = [*TABLES, *(name for name, kind in events.items() if kind.outside), "sent"]
        files = self._files(known)
        if not any(name in events for name in files):
            raise DataError(
                f"{path}: there is no table of events here; put one beside customers, such as order.csv "
                f"(tables are read from {', '.join(FORMATS)})"
            )
        self._spill = tempfile.TemporaryDirectory(prefix="cadenza-")
        self.connection = connect(Path(self._spill.name))
        self._more = iter(_MEMORY[1:])
        try:
            self.tables = {name: self._table(name, file) for name, file in sorted(files.items())}
        except DataError:
            self.close()
            raise

    def close(self) -> None:
        self.connection.close()
        self._spill.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self._enough(lambda: self.connection.execute(sql).fetchall())

    def each(self, sql: str) -> Iterator[tuple[Any, ...]]:
        """Give the rows of a query one after the other, however many there are."""
        cursor = self.connection.cursor()
        self._enough(lambda: cursor.execute(sql))
        return chain.from_iterable(iter(lambda: cursor.fetchmany(_BATCH), []))

    def _enough(self, query: Callable[[], _Found]) -> _Found:
        while True:
            try:
                return query()
            except duckdb.OutOfMemoryException:
                if (memory := next(self._more, None)) is None:
                    says = f"{self.path}: reading this takes more than {_MEMORY[-1]} of memory"
                    raise DataError(f"{says}; put its customers in several folders, and replay each") from None
                self.connection.execute(f"SET memory_limit = {literal(memory)}")

    def _files(self, known: list[str]) -> dict[str, Path]:
        files: dict[str, Path] = {}
        try:
            inside = sorted(self.path.iterdir())
        except (FileNotFoundError, NotADirectoryError):
            raise DataError(f"{self.path}: there is no such folder; --data names a folder with one file for each table") from None
        except OSError as error:
            raise DataError(f"{self.path}: {(error.strerror or str(error)).lower()}") from None
        for file in inside:
            if file.suffix not in FORMATS or file.name.startswith("."):
                continue
            name = file.stem
            if name not in known:
                near = closest(name, known)
                hint = f"did you mean {near}{file.suffix}?" if near else f"tables are: {', '.join(known)}"
                raise DataError(f"{file}: `{name}` is no table and no event; {hint}")
            if name in files:
                raise DataError(f"{file}: there are two files for `{name}`, this and {files[name].name}; keep one")
            files[name] = file
        return files

    def _table(self, name: str, file: Path) -> Table:
        try:
            with file.open("rb") as stream:
                start = stream.read(4)
        except OSError as error:
            raise DataError(f"{file}: {(error.strerror or str(error)).lower()}") from None
        if not start.strip():
            raise DataError(f"{file}:1: the file is empty; a table has at least a line with the names of its columns")
        try:
            source = self._source(name, file)
            described = self.rows(f"DESCRIBE SELECT * FROM {source}")
        except duckdb.Error as error:
            raise DataError(_explained(file, error)) from None
        columns = {str(row[0]): str(row[1]) for row in described if row[0] != "file_row_number"}
        return Table(name, file, columns, source)

    def _source(self, name: str, file: Path) -> str:
        """Give the SQL of a table; texts are read once, so that every later look is quick and numbers its rows alike."""
        path = literal(file.as_posix())
        if file.suffix == ".parquet":
            return f"read_parquet({path}, file_row_number = true)"
        table = quoted(f"read {name}")
        numbered = "row_number() OVER () - 1 AS file_row_number"
        if file.suffix == ".csv":
            columns = "{" + ", ".join(f"{literal(name)}: 'VARCHAR'" for name in _csv_names(file)) + "}"
            read = f"read_csv({path}, columns = {columns}, auto_detect = false, header = true, quote = '\"', escape = '\"')"
            self.rows(f"CREATE TABLE {table} AS SELECT {numbered}, * FROM {read}")
        else:
            keys = _jsonl_keys(file)
            columns = ", ".join(
                f"json ->> {literal('$.' + json.dumps(key, ensure_ascii=False))} AS {quoted(key)}" for key in keys
            )
            read = f"read_ndjson_objects({path})"
            self.rows(f"CREATE TABLE {table} AS SELECT {numbered}, {columns} FROM {read}")
        return table


def connect(spill: Path) -> duckdb.DuckDBPyConnection:
    """Open DuckDB so that it gives the same on every machine: one thread, UTC, and a bound on memory."""
    connection = duckdb.connect(":memory:")
    settings = {
        "threads": "1",
        "memory_limit": literal(_MEMORY[0]),
        "temp_directory": literal(spill.as_posix()),
        "TimeZone": "'UTC'",
        "preserve_insertion_order": "true",
        "enable_progress_bar": "false",
    }
    for name, value in settings.items():
        connection.execute(f"SET {name} = {value}")
    return connection


# -- Where in a file a row is -----------------------------------------------------------------------------------------


def _csv_line(path: Path, row: int) -> int:
    """Give the line a record begins at; a quoted cell may hold line ends."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.reader(stream)
        before = 0
        seen = -2
        for cells in reader:
            if cells:
                seen += 1
            if seen == row:
                return before + 1
            before = reader.line_num
    return before + 1


def _csv_names(path: Path) -> list[str]:
    """Give the names of the columns, which DuckDB is told: left to itself it guesses, and may take a row for the names."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            names = next((cells for cells in csv.reader(stream) if cells), [])
    except UnicodeDecodeError:
        raise DataError(_not_utf8(path, _first_not_utf8(path) or 1)) from None
    for place, name in enumerate(names, 1):
        if not name.strip():
            raise DataError(f"{path}:1:{place}: this column has no name; the first line names every column")
        if name.casefold() in [one.casefold() for one in names[: place - 1]]:
            raise DataError(f"{path}:1:{place}: the column `{name}` is there twice; keep one of them")
    return names


def _jsonl_line(path: Path, row: int) -> int:
    with path.open("rb") as stream:
        seen = -1
        for number, line in enumerate(stream, 1):
            seen += bool(line.strip())
            if seen == row:
                return number
    return row + 1


def _jsonl_keys(path: Path) -> list[str]:
    """Give all keys of a JSON Lines file, in the order they first come; report the first line that is no object."""
    keys: dict[str, None] = {}
    with path.open("rb") as stream:
        for number, line in enumerate(stream, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line.decode("utf-8").strip())
            except UnicodeDecodeError:
                raise DataError(_not_utf8(path, number)) from None
            except json.JSONDecodeError as error:
                at = f"{path}:{number}:{error.colno}"
                raise DataError(f"{at}: this line is not JSON ({error.msg.lower()}); write one object a line") from None
            if not isinstance(row, dict):
                raise DataError(f"{path}:{number}: this line is not a JSON object; write one object a line")
            keys.update(dict.fromkeys(row))
    return list(keys)


# -- What went wrong --------------------------------------------------------------------------------------------------


def _explained(file: Path, error: duckdb.Error) -> str:
    """Turn what DuckDB says into what is wrong with the file."""
    text = str(error)
    if file.suffix == ".parquet":
        return f"{file}: this is not a whole Parquet file; it was cut off or is something else, so export it again"
    if (line := _first_not_utf8(file)) is not None:
        return _not_utf8(file, line)
    place = re.search(r"Line: (\d+)", text)
    at = f"{file}:{place[1] if place else 1}"
    if cells := re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", text):
        help = "put a cell with a comma in quotes" if int(cells[2]) > int(cells[1]) else "an empty cell keeps its comma"
        return f"{at}: this line has {cells[2]} cells, and the first line has {cells[1]}; {help}"
    if "unterminated quote" in text:
        return f"{at}: a quote begins here and does not end; write a quote inside a quoted cell twice"
    return f"{at}: this is not a table of comma-separated values; save it as CSV with commas and one kind of line end"


def _not_utf8(path: Path, line: int) -> str:
    return f"{path}:{line}: this line is not UTF-8 text; save the file as UTF-8"


def _first_not_utf8(path: Path) -> int | None:
    with path.open("rb") as stream:
        for number, line in enumerate(stream, 1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return number
    return None


def listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
