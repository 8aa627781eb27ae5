"""What runs on with the clock is compared only with what stays, so that it is known when an answer changes (semantics 1.6)."""

from __future__ import annotations

import pytest

from tests.support.scenarios import codes


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("now.time >= 09:00", []),
        ("now.time between 09:00 and 18:00", []),
        ("last(order).at.time <= now.time", []),
        ("count(order where at.time < now.time) >= 1", []),
        ("now >= last(order).at", []),
        ("now.hour in [9, 10]", []),
        ("now.time >= now.time", ["F0407"]),
        ("now <= now", ["F0407"]),
        ("now.time in [09:00, 10:00]", ["F0407"]),
        ("clock >= 10:00", ["F0407"]),
    ],
)
def test_now_and_now_time_are_compared_with_what_stays(condition: str, found: list[str]) -> None:
    values = "value clock\n  now.time if count(order) >= 1\n  else 09:00\n"
    assert [code for code in codes(f'{values}flow a\n  when {condition}\n  tag "x"\n') if code.startswith("F")] == found
