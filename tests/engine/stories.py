"""Tell a replay in short: the words of who came in and went out, with the day and the time."""

from __future__ import annotations

from typing import Any

from tests.support.scenarios import Row, journal

IN_OUT = ("entered", "not_entered", "left", "finished")


def story(text: str, rows: list[tuple[str, str] | Row], *words: str, **more: Any) -> list[str]:
    """Give what happened in January 2026 in short: `10T09:00 a#1 left leave on`."""
    full: list[Row] = [(row[0], f"2026-01-{row[1]}", row[2] if len(row) > 2 else {}) for row in rows]
    more = {"start": "2026-01-01", "until": "2026-01-31", **more}
    return [
        " ".join(
            str(word)
            for word in (
                line["at"][8:16],
                f"{line['flow']}#{line['run']}" if line["run"] else line["flow"],
                line["what"],
                *(line[key] for key in ("reason", "tag", "message") if key in line),
            )
        )
        for line in journal(text, full, **more)
        if line["what"] in (words or IN_OUT)
    ]
