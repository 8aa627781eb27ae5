"""Find the files that belong to the language: in a wheel they lie inside the package, in a checkout beside it."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


def folder(name: str) -> Path:
    """Give `grammar`, `stdlib_flows` or `examples`, wherever this installation keeps it."""
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _PACKAGE.parent.parent / name


def text(name: str) -> str:
    """Read one file by its path below the package or the checkout, such as `grammar/flow.lark`."""
    first, rest = name.split("/", 1)
    return (folder(first) / rest).read_text(encoding="utf-8")
