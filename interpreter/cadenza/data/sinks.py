"""Write a journal: beside its place first, then renamed, so that nothing half-written is ever seen."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from cadenza.data.columns import literal
from cadenza.data.errors import DataError
from cadenza.data.folder import connect

_DATA_DIGITS = 16
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def lines_of(texts: Sequence[str]) -> str:
    return "\n".join(texts) + "\n"


class Sink:
    """A journal being written as JSON Lines; the header's data hash is put in at the end, when it is known."""

    def __init__(self, stream: IO[bytes], header: dict[str, object]) -> None:
        self._stream = stream
        first = f"{_encode({**header, 'data': '0' * _DATA_DIGITS})}\n".encode()
        self._data_at = first.index(b'"data":"') + len(b'"data":"')
        stream.write(first)

    def write(self, text: str) -> None:
        self._stream.write(text.encode())

    def copy(self, part: Path) -> None:
        with part.open("rb") as source:
            shutil.copyfileobj(source, self._stream, 1 << 20)

    def finish(self, digest: int) -> None:
        self._stream.seek(self._data_at)
        self._stream.write(f"{digest:0{_DATA_DIGITS}x}".encode())


@contextmanager
def journal_sink(path: Path | None, header: dict[str, object]) -> Iterator[Sink | None]:
    """Open a journal at a path, JSON Lines or Parquet by its ending; it is there when all went well, or not at all."""
    if path is None:
        yield None
        return
    if path.suffix not in (".jsonl", ".parquet"):
        raise DataError(f"{path}: a journal is written as .jsonl or .parquet; give its file one of these endings")
    if path.is_dir():
        raise DataError(f"{path}: this is a folder; name a file for the journal")
    try:
        handle = tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-", delete=False)  # noqa: SIM115 - renamed below
    except OSError as error:
        raise DataError(f"{path}: {(error.strerror or str(error)).lower()}") from None
    draft = Path(handle.name)
    try:
        with handle:
            yield Sink(handle, header)
        if path.suffix == ".parquet":
            _to_parquet(draft)
        draft.chmod(0o644)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _to_parquet(draft: Path) -> None:
    """Turn JSON Lines into Parquet in place: the plain columns, the rest of a line as JSON, the header as metadata."""
    with draft.open(encoding="utf-8") as stream:
        header = stream.readline().rstrip("\n")
    plain = ("id", "at", "customer", "flow", "run", "step", "source", "what", "cause", "message", "channel", "reason")
    types = {"run": "BIGINT"}
    picked = ", ".join(f'CAST(json ->> {literal("$." + name)} AS {types.get(name, "VARCHAR")}) AS "{name}"' for name in plain)
    with tempfile.TemporaryDirectory(prefix="cadenza-") as spill:
        connection = connect(Path(spill))
        target = draft.with_suffix(".parquet-draft")
        lines = f"SELECT json FROM read_ndjson_objects({literal(draft.as_posix())}) OFFSET 1"
        connection.execute(
            f"COPY (SELECT {picked}, CAST(json AS VARCHAR) AS line FROM ({lines})) TO {literal(target.as_posix())} "
            f"(FORMAT parquet, KV_METADATA {{cadenza: {literal(header)}}})"
        )
        connection.close()
        target.replace(draft)
