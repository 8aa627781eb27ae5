"""Give the pages that `cadenza explain` shows: one for each diagnostic, from `grammar/diagnostics.md`, and three tables."""

from __future__ import annotations

import re
from functools import lru_cache

from cadenza import resources
from cadenza.check.types import Type
from cadenza.check.vocabulary import EVENTS
from cadenza.engine.journal import REASONS, WORDS

_HEADING = re.compile(r"^## (?P<code>[FW]\d{4})\s+(?P<title>.+)$", re.MULTILINE)
_TABLES = {
    "events": "all events, with their fields and main fields",
    "journal": "the words of `what` in a journal",
    "reasons": "why something was refused, held, dropped or left",
}


@lru_cache(maxsize=1)
def _text() -> str:
    return resources.text("grammar/diagnostics.md")


def topics() -> dict[str, str]:
    """Give all topics with their titles: the codes in order, then the tables."""
    codes = {found["code"]: found["title"] for found in _HEADING.finditer(_text())}
    return dict(sorted(codes.items())) | _TABLES


def page(name: str) -> str:
    """Give the page of a topic as text."""
    match name:
        case "events":
            return events_table()
        case "journal":
            return "\n".join(f"{word:<12} {says}" for word, (_, says) in WORDS.items()) + "\n"
        case "reasons":
            return "\n".join(f"{reason:<12} {says}" for reason, says in REASONS.items()) + "\n"
    text = _text()
    found = next(one for one in _HEADING.finditer(text) if one["code"] == name)
    after = _HEADING.search(text, found.end())
    return text[found.start() + 3 : after.start() if after else len(text)].rstrip() + "\n"


def events_table() -> str:
    """Give all events as text: where each comes from, its main field and its other fields."""
    parts = []
    for outside, title in ((True, "From the shop's data"), (False, "From flows")):
        parts.append(f"{title}:")
        for kind in EVENTS.values():
            if kind.outside is outside:
                fields = ", ".join(f"{name}{_of(type_)}" for name, type_ in kind.fields.items() if name != kind.main)
                main = f'"{kind.main}"' if kind.main else ""
                parts.append(f"  {f'{kind.name} {main}'.rstrip():<26} {kind.says}\n{'':<29}{fields}")
    return "\n".join(parts) + "\n"


def _of(type_: Type) -> str:
    return "" if type_.name in ("text", "moment") else f" ({type_.name if type_.name != 'list' else 'lines'})"
