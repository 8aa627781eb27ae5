"""A broken promise ends a replay with exit code 1, and says for whom, when and by which messages."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from cadenza.cli.main import cadenza

FLOW = """
shop "Shop"
  time zone UTC

flow thanks
  on order
  send email "thanks"

always at most 1 message per day
"""


def folder(tmp_path: Path) -> list[str]:
    (tmp_path / "a.flow").write_text(FLOW, encoding="utf-8")
    data = tmp_path / "data"
    data.mkdir()
    (data / "customers.csv").write_text("id\nanna\nben\n", encoding="utf-8")
    rows = ["anna,2026-01-03T09:00:00Z,1", "anna,2026-01-03T10:00:00Z,2", "ben,2026-01-03T10:00:00Z,3"]
    (data / "order.csv").write_text("\n".join(["customer,at,id", *rows, ""]), encoding="utf-8")
    return ["replay", str(tmp_path / "a.flow"), "--data", str(data)]


def test_the_summary_names_customer_instant_and_messages(tmp_path: Path) -> None:
    result = CliRunner().invoke(cadenza, folder(tmp_path))
    assert result.exit_code == 1
    assert (
        "1 broken promise:\n  always at most 1 message per day: customer anna, 2026-01-03T10:00:00Z, thanks, thanks\n"
        in result.stdout
    )


def test_json_has_all_of_them_for_any_number_of_processes(tmp_path: Path) -> None:
    command = [*folder(tmp_path), "--format", "json"]
    one, two = CliRunner().invoke(cadenza, command), CliRunner().invoke(cadenza, [*command, "--jobs", "2"])
    assert json.loads(one.stdout)["broken"] == [
        {
            "customer": "anna",
            "at": "2026-01-03T10:00:00Z",
            "promise": "always at most 1 message per day",
            "messages": ["thanks", "thanks"],
        }
    ]
    assert (one.stdout, one.exit_code) == (two.stdout, two.exit_code)
