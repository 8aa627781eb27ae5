"""Small programs with a timeline, and what came of it, byte for byte.

`tests/corpus/x.flow` is the program. The first line of `x.timeline` says from when until when it is replayed, and what is known
of the customer; each other line is an event. `x.journal` is the journal. `python -m tests.engine.test_corpus` writes the journals
anew: read what changed before you keep it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cadenza.engine.events import Inputs
from cadenza.engine.journal import WORDS, kept
from cadenza.engine.plan import lower
from cadenza.engine.replay import Span, Timeline, replay
from tests.support.scenarios import event_fields, instant, program, zone

CORPUS = Path(__file__).parent.parent / "corpus"
EVERYDAY = set(
    "entered not_entered waiting branched sent held dropped skipped tagged untagged changed points subscribe unsubscribe "
    "notified left finished".split()
)
NAMES = sorted(path.stem for path in CORPUS.glob("*.flow"))


def replayed(name: str) -> str:
    """Replay a program of the corpus and give its journal."""
    plan = lower(program((CORPUS / f"{name}.flow").read_text(encoding="utf-8")))
    lines = [json.loads(line) for line in (CORPUS / f"{name}.timeline").read_text(encoding="utf-8").splitlines()]
    about: dict[str, Any] = lines[0]
    here = zone(about.get("time_zone") or plan.program.shop.zone)
    events = [(line.pop("event"), instant(line.pop("at"), here), line) for line in lines[1:]]
    fields = [event_fields(plan.layout, kind, at, given) for kind, at, given in events]
    inputs = Inputs([kind for kind, _, _ in events], [at for _, at, _ in events], fields)
    customer = {name: tuple(value) if isinstance(value, list) else value for name, value in about.get("customer", {}).items()}
    lists = {name: customer.pop(name) for name in ("tags", "subscriptions") if name in customer}
    begins = instant(about["begins"], here) if "begins" in about else None
    timeline = Timeline("anna", {"id": "anna", **customer}, lists, inputs, begins)
    span = Span(instant(about["from"], here), instant(about["until"], here))
    found = replay(plan, timeline, here, span, kept("all"), frozenset(about.get("columns", ())))
    return "".join(f"{line}\n" for line in found.lines)


@pytest.mark.parametrize("name", NAMES)
def test_the_journal_is_what_it_was(name: str) -> None:
    assert replayed(name) == (CORPUS / f"{name}.journal").read_text(encoding="utf-8")


def test_each_program_has_a_timeline_and_a_journal() -> None:
    for suffix in (".timeline", ".journal"):
        assert sorted(path.stem for path in CORPUS.glob(f"*{suffix}")) == NAMES


def test_the_corpus_has_every_everyday_word_of_a_journal() -> None:
    found = {json.loads(line)["what"] for name in NAMES for line in (CORPUS / f"{name}.journal").read_text("utf-8").splitlines()}
    assert set(WORDS) >= found >= EVERYDAY


def write() -> None:
    """Write all journals anew."""
    for name in sorted(path.stem for path in CORPUS.glob("*.flow")):
        (CORPUS / f"{name}.journal").write_text(replayed(name), encoding="utf-8")


if __name__ == "__main__":
    write()
