"""A program and data replayed by an earlier version give the same journal, byte for byte, to each later one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.folders import process

FIXTURES = Path(__file__).parent / "fixtures"
MADE_BY = ("cadenza", "tzdata")
"""What a journal's header says of who wrote it."""


@pytest.mark.parametrize("fixture", sorted(FIXTURES.glob("journal-*")), ids=lambda fixture: fixture.name)
def test_a_replay_gives_the_journal_that_an_earlier_version_wrote(fixture: Path, tmp_path: Path) -> None:
    """Hold a replay to what `fixtures/journal-VERSION` has: a program, the data of a small shop, and the journal of the two.

    All three stay as they are, also when the examples, the standard flows or the shop that `cadenza example` writes change. If
    this fails and no change was meant, there is a mistake. If one was meant, it is news for whoever keeps journals: raise the
    version, copy the folder to `fixtures/journal-VERSION` of the new one, run there

        cadenza replay all.flow --data data --journal journal.jsonl --detail all

    read what differs line by line, and take the old folder away: it is no longer kept. Where the shape of a line changes, raise
    `FORMAT` in engine/journal.py too.
    """
    done = process("replay", "all.flow", "--data", "data", "--journal", tmp_path / "j.jsonl", "--detail", "all", cwd=fixture)
    assert done.returncode == 0, done.stderr
    (first, *lines), (then, *kept) = (
        place.read_bytes().splitlines(keepends=True) for place in (tmp_path / "j.jsonl", fixture / "journal.jsonl")
    )
    assert lines == kept
    assert {**json.loads(first), **dict.fromkeys(MADE_BY)} == {**json.loads(then), **dict.fromkeys(MADE_BY)}


def test_there_is_a_journal_to_be_held_to() -> None:
    *_, fixture = sorted(FIXTURES.glob("journal-*"))
    words = {json.loads(line).get("what") for line in (fixture / "journal.jsonl").read_text(encoding="utf-8").splitlines()}
    assert words >= {"entered", "left", "held", "sent", "dropped", "withheld", "split", "goal", "points", "coupon_expired"}
