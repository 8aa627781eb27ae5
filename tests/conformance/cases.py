"""Read the conformance cases: texts that say what a program does with a timeline, in the format that README.md describes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent

_TITLE = re.compile(r"(\d+\.\d+) \S.*")
_EVENT = re.compile(r"(\d{4}-\d\d-\d\d(?: \d\d:\d\d\S*)?)\s+(\w+)(?:\s+(\{.*\}))?")
_CUSTOMER = re.compile(r"customer (\w+)(?:\s+(\{.*\}))?")
_SETTING = re.compile(r"(from|until|seed) (\S.*)")


class Section(NamedTuple):
    """A part of a case: its word, what else its line says, and the lines below it."""

    word: str
    about: str
    text: str

    @property
    def lines(self) -> list[str]:
        """Its lines as they are compared: without the blanks that set them in columns, and without remarks."""
        stripped = (" ".join(line.split()) for line in self.text.splitlines())
        return [line for line in stripped if line and not line.startswith("#")]


class Case(NamedTuple):
    """One case; `line` is where its title stands."""

    path: Path
    line: int
    title: str
    sections: tuple[Section, ...]

    def __str__(self) -> str:
        return f"{self.path.relative_to(FOLDER).as_posix()}:{self.line} {self.title}"

    @property
    def rule(self) -> str:
        return self.title.split()[0]

    @property
    def others(self) -> dict[str, str]:
        """The further files of the program, by the name that `use` has for them."""
        return {one.about.removesuffix(".flow"): one.text for one in self.all("file")}

    def all(self, word: str) -> list[Section]:
        return [one for one in self.sections if one.word == word]

    def one(self, word: str) -> Section | None:
        found = self.all(word)
        assert len(found) <= 1, f"{self}: there are two sections `{word}`"
        return found[0] if found else None


class Happening(NamedTuple):
    """An event of a timeline; `fields` is JSON, and may be empty."""

    at: str
    kind: str
    fields: str


class Person(NamedTuple):
    """A customer of a timeline; `fields` is JSON, and may be empty."""

    name: str
    fields: str
    events: list[Happening]


class Story(NamedTuple):
    """A timeline as written: its settings, and its customers with their events."""

    settings: dict[str, str]
    people: list[Person]


def cases() -> Iterator[Case]:
    """Give all cases, by folder and file."""
    for path in sorted(FOLDER.glob("*/*.cases")):
        text = path.read_text(encoding="utf-8")
        found = list(re.finditer(r"(?m)^=== (.+)\n", text))
        for head, following in zip(found, [*found[1:], None], strict=True):
            body = text[head.end() : following.start() if following else len(text)]
            line = text.count("\n", 0, head.start()) + 1
            assert _TITLE.fullmatch(head[1]), f"{path}:{line}: a title is the number of a rule and a sentence"
            yield Case(path, line, head[1], tuple(_sections(body)))


def _sections(body: str) -> Iterator[Section]:
    before, *rest = re.split(r"(?m)^--- (.+)\n", body)
    assert not before.strip(), f"this stands in no section: {before}"
    for head, text in zip(rest[::2], rest[1::2], strict=True):
        word, _, about = head.partition(" ")
        yield Section(word, about.strip(), text)


def story(section: Section | None) -> Story:
    """Read a timeline; without a line `customer`, the events are those of anna."""
    found = Story({}, [])
    for line in section.lines if section is not None else ():
        if setting := _SETTING.fullmatch(line):
            found.settings[setting[1]] = setting[2]
        elif customer := _CUSTOMER.fullmatch(line):
            found.people.append(Person(customer[1], customer[2] or "", []))
        else:
            event = _EVENT.fullmatch(line)
            assert event is not None, f"this is no line of a timeline: {line}"
            if not found.people:
                found.people.append(Person("anna", "", []))
            found.people[-1].events.append(Happening(event[1], event[2], event[3] or ""))
    return found if found.people else Story(found.settings, [Person("anna", "", [])])
