"""Give the pages that `cadenza explain` shows: one for each diagnostic, from `grammar/diagnostics.md`, and three tables."""

from __future__ import annotations

from cadenza.check.types import Type
from cadenza.check.vocabulary import EVENTS, REASONS
from cadenza.engine.journal import WORDS
from cadenza.report.titles import HEADING, text, titles

_TABLES = {
    "events": "all events, with their fields and main fields",
    "journal": "the words of `what` in a journal",
    "reasons": "why something was refused, held, dropped or left",
}


def topics() -> dict[str, str]:
    """Give all topics with their titles: the codes in order, then the tables."""
    return titles() | _TABLES


def page(name: str) -> str:
    """Give the page of a topic as text."""
    match name:
        case "events":
            return events_table()
        case "journal":
            return "\n".join(f"{word:<12} {says}" for word, (_, says) in WORDS.items()) + "\n"
        case "reasons":
            return "\n".join(f"{reason:<12} {says}" for reason, says in REASONS.items()) + "\n"
    found = next(one for one in HEADING.finditer(text()) if one["code"] == name)
    after = HEADING.search(text(), found.end())
    return text()[found.start() + 3 : after.start() if after else None].rstrip() + "\n"


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
