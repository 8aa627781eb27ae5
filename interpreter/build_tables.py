"""Make the parse tables when the package is built, so that no user waits for Lark to make them."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class TablesHook(BuildHookInterface):  # type: ignore[type-arg]
    """Writes `cadenza/syntax/tables.json` from `grammar/flow.lark`, for wheels and for installations of a checkout alike."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        del version, build_data
        root = Path(self.root)
        sys.path.insert(0, str(root / "interpreter"))
        place = root / "interpreter" / "cadenza" / "syntax" / "tables.py"
        spec = importlib.util.spec_from_file_location("cadenza_tables", place)
        assert spec is not None
        assert spec.loader is not None
        tables = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(tables)
        grammar = (root / "grammar" / "flow.lark").read_text(encoding="utf-8")
        place.with_name("tables.json").write_text(json.dumps(tables.build(grammar), separators=(",", ":")), encoding="utf-8")
