"""Every example of the documents is run, and the tables of the reference are those of the program.

The info string of a fenced block says what is done with it:

* `flow` is a complete program; `flow NAME.flow` is one too, and a file that later blocks of the page may `use`; one that ends in
  `mistakes` must not check clean.
* `flow part` has lines of a flow: they stand below `flow example`, with `on order` above them if they let nobody in, and a step
  below them if they have none. `flow shop` has lines of a shop, `flow expression` one expression a line.
* `timeline` has events, one JSON object a line, for the program above it: `at` (a reading of the customer's clock), `event`, and
  its fields, money as in a data folder. Its first line may have `from`, `until` and `customer` instead, a customer with fields.
* `journal` is what the program then does, in short: a time in the shop's zone, what, and what it is about.
* `console` has `$ cadenza …` commands with what they print; a line `…` stands for any lines. They are run one after the other,
  in a folder with the page's files and `examples`.
* `text` and other languages are not run.
"""

from __future__ import annotations

import json
import re
import shlex
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

import click
import pytest

from cadenza.check.checker import check
from cadenza.check.types import MONEY, YEARLY_DATE, Type
from cadenza.check.vocabulary import (
    CHANNELS,
    CUSTOMER_FIELDS,
    CUSTOMER_LISTS,
    EVENTS,
    LIMIT_NOUNS,
    LINE_FIELDS,
    PRODUCT_FIELDS,
    REASONS,
    RESERVED,
)
from cadenza.cli.main import cadenza
from cadenza.data import zone_names
from cadenza.engine.journal import WORDS
from cadenza.project import Reader
from cadenza.syntax.builder import BUILDERS
from cadenza.syntax.diagnostics import Severity
from tests.support.folders import ROOT, cli
from tests.support.scenarios import Row, journal, local, program

REFERENCE = ROOT / "grammar" / "reference.md"
PAGES = [
    page
    for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")), REFERENCE)
    if page.exists()
]
NOT_RUN = {"text", "json", "sh", "csv", "toml", "yaml", "python", "lark", "make", "mermaid"}
MISTAKES = " mistakes"
WHOLE_FILE = re.compile(r"([a-z_0-9]+\.flow)( mistakes)?")

# The words of a journal line that say what it is about, in the order in which the short form has them.
ABOUT = ("message", "tag", "field", "score", "list", "team", "branch", "split", "arm", "coupon", "reason")
OF_A_FLOW = ("entered", "not_entered", "left", "finished")


# -- Reading the pages ------------------------------------------------------------------------------------------------


class Block(NamedTuple):
    """A fenced block: where it is, its language, what else its info string says, and its text."""

    page: Path
    line: int
    language: str
    kind: str
    text: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT).as_posix()}:{self.line}"


def blocks(page: Path) -> Iterator[Block]:
    fence, start, info, inside = "", 0, "", []
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        found = re.match(r"(`{3,})(.*)", line)
        if not fence and found:
            fence, start, info, inside = found[1], number, found[2].strip(), []
        elif fence and line.strip() == fence:
            language, _, kind = info.partition(" ")
            yield Block(page, start, language, kind, "".join(f"{one}\n" for one in inside))
            fence = ""
        else:
            inside.append(line)
    assert not fence, f"{page}:{start}: the block has no end"


ALL = [block for page in PAGES for block in blocks(page)]
FLOWS = [block for block in ALL if block.language == "flow"]
CONSOLES = [list(group) for _, group in groupby((one for one in ALL if one.language == "console"), lambda one: one.page)]


def programs(block: Block) -> list[str]:
    """Give the complete programs that the lines of a block stand for."""
    indented = "".join(f"  {line}\n" if line else "\n" for line in block.text.splitlines())
    match block.kind:
        case "part":
            return [_flow(indented)]
        case "shop":
            return [f'shop "Example"\n{indented}']
        case "expression":
            return [f"value example = {line}\n" for line in block.text.splitlines() if line and not line.startswith("#")]
        case _:
            return [block.text]


HEADERS = ("on", "when", "every", "for", "while", "leave", "enter", "priority", "group", "active", "at", "goal", "holdout")
ENTRIES = re.compile(r"^  (on|when|every|at \d|\d+ \w+ (before|after)) ?", re.MULTILINE)


def _flow(lines: str) -> str:
    words = [line.split()[0] for line in lines.splitlines() if re.match(r'  [^\s#"]', line)]
    entry = "" if ENTRIES.search(lines) else "  on order\n"
    headers_only = all(word in HEADERS or word.isdigit() for word in words)
    return f"flow example\n{entry}{lines}" + ('  tag "example"\n' if headers_only else "")


def files(page: Path, folder: Path, above: int) -> None:
    """Put the files that a page names above a line into a folder."""
    for block in FLOWS:
        name = WHOLE_FILE.fullmatch(block.kind)
        if block.page == page and block.line < above and name:
            (folder / name[1]).write_text(block.text, encoding="utf-8")


def test_there_are_examples() -> None:
    assert len(FLOWS) > 50


@pytest.mark.parametrize("block", ALL, ids=str)
def test_every_block_says_what_it_is(block: Block) -> None:
    match block.language:
        case "flow":
            assert block.kind in ("", "part", "shop", "expression") or WHOLE_FILE.fullmatch(block.kind)
        case "timeline" | "journal" | "console":
            assert not block.kind
        case _:
            assert block.language in NOT_RUN, f"write one of {', '.join(sorted(NOT_RUN))}, or what this module's docstring names"


# -- Programs ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("block", FLOWS, ids=str)
def test_every_program_checks_clean_unless_the_page_says_otherwise(block: Block, tmp_path: Path) -> None:
    files(block.page, tmp_path, block.line)
    file = tmp_path / "example_of_a_page.flow"
    for text in programs(block):
        file.write_text(text, encoding="utf-8")
        reader = Reader()
        found = check(reader.sources([file]), reader.load, zone_names.names)
        # The pages show one construct at a time, which a lint may find wanting; README shows whole programs.
        said = [
            f"{one.span.where} {one.code} {one.message}"
            for one in found.diagnostics
            if one.severity is Severity.ERROR or block.page.name == "README.md"
        ]
        assert bool(said) == block.kind.endswith(MISTAKES), said


# -- Timelines and journals -------------------------------------------------------------------------------------------


class Story(NamedTuple):
    program: Block
    timeline: Block
    journal: Block

    def __str__(self) -> str:
        return str(self.journal)


def stories() -> Iterator[Story]:
    """Give each journal with the timeline and the program above it."""
    for page in PAGES:
        last: dict[str, Block] = {}
        for block in (one for one in ALL if one.page == page):
            if block.language == "journal":
                yield Story(last["flow"], last.pop("timeline"), block)
            last[block.language] = block


@pytest.mark.parametrize("story", list(stories()), ids=str)
def test_every_journal_is_what_the_program_does(story: Story) -> None:
    expected = [" ".join(line.split()) for line in story.journal.text.splitlines()]
    assert happened(story) == expected


def happened(story: Story) -> list[str]:
    """Replay the timeline through the program, and give the journal in short."""
    (text,) = programs(story.program)
    shop = program(text).shop
    rows = [json.loads(line, parse_float=Decimal) for line in story.timeline.text.splitlines()]
    around = rows.pop(0) if "event" not in rows[0] else {}
    events = [_row(row, shop.digits) for row in rows]
    customer = {name: _value(CUSTOMER_FIELDS.get(name), value, shop.digits) for name, value in around.get("customer", {}).items()}
    start, until = around.get("from", events[0][1]), around.get("until", events[-1][1])
    found = journal(text, events, start=start, until=until, customer=customer, detail="decisions")
    return [f"{local(line, shop.zone)} {line['what']} {_about(line)}".strip() for line in found]


def test_every_timeline_has_its_journal() -> None:
    assert len([block for block in ALL if block.language == "timeline"]) == len(list(stories()))


def _row(row: Mapping[str, Any], digits: int) -> Row:
    fields = EVENTS[row["event"]].fields
    given = {name: _value(fields.get(name), value, digits) for name, value in row.items() if name not in ("at", "event")}
    for line in given.get("items", ()):
        line.update({name: _value(LINE_FIELDS[name], value, digits) for name, value in line.items()})
    return row["event"], row["at"], given


def _value(type_: Type | None, value: Any, digits: int) -> Any:
    if type_ == YEARLY_DATE:
        month, day = value.split("-")
        return int(month), int(day)
    return int(Decimal(value) * 10**digits) if type_ == MONEY else value


def _about(line: Mapping[str, Any]) -> str:
    words = [line["flow"]] if line["what"] in OF_A_FLOW else []
    return ", ".join([*words, *(str(line[key]) for key in ABOUT if line.get(key) is not None)])


# -- Commands ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("consoles", CONSOLES, ids=lambda consoles: str(consoles[0]))
def test_every_command_prints_what_the_page_says(
    consoles: Sequence[Block], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    for block in consoles:
        files(block.page, tmp_path, block.line)
        for command, expected in commands(block):
            words = shlex.split(command)
            assert words[0] == "cadenza", f"{block}: only commands of cadenza are run; write `text` for others"
            printed = cli(*words[1:]).output
            assert _fits(expected, printed), f"{block}: `{command}` prints:\n{printed}"


def commands(block: Block) -> Iterator[tuple[str, str]]:
    for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        command, _, expected = part.partition("\n")
        yield command, expected


def _fits(expected: str, printed: str) -> bool:
    pattern = "".join(
        r"(?s:.*)" if line == "…" else re.escape(line.rstrip()) + r"[ \t]*\n"
        for line in expected.rstrip("\n").split("\n")
        if expected
    )
    return re.fullmatch(pattern, f"{printed.rstrip()}\n" if printed.strip() else "") is not None


# -- The reference ----------------------------------------------------------------------------------------------------

# Rules without a heading of their own: what they build has no meaning by itself, and is told where the rule's name points to.
STRUCTURAL: Mapping[str, str] = {
    "module": "the whole file: `The file`",
    "edition": "told with the file",
    "what": "told with `never within`",
    "measure": "told with `ranking`",
    **dict.fromkeys(("field_value", "row_block", "acts"), "parts of `test`"),
    **dict.fromkeys(("because", "standing"), "told with `expected condition`"),
    "mistake": "a line that was not understood",
    "broken_send": "a `send` that was not understood",
    **dict.fromkeys(("path", "names", "bindings", "binding"), "parts of `use`"),
    **dict.fromkeys(("events", "event_name", "of_this_flow"), "told with `event alias` and `on`"),
    **dict.fromkeys(("typed_names", "typed_name"), "the fields of an `event declaration`"),
    **dict.fromkeys(("segment_block", "value_block"), "the forms of `segment` and `value` with a block"),
    **dict.fromkeys(("head", "parameters", "parameter"), "told with `segment`"),
    "conditions": "the lines of `any of`, `all of`, `none of`",
    **dict.fromkeys(("follow",), "told with `on`"),
    "including": "told with `when`",
    **dict.fromkeys(("month_day", "year_day"), "told with `every period`"),
    "weekdays": "told with `every weekday`",
    "block": "indented lines",
    "no_block": "the end of a line",
    **dict.fromkeys(("until", "awaited"), "what `wait until` and `wait for` wait for"),
    **dict.fromkeys(("channels", "clauses"), "told with `send`"),
    "repetitions": "how often `repeat` repeats",
    "operator": "told with `compare`",
    **dict.fromkeys(("arguments", "windowed"), "told with `call`"),
    "elements": "told with `list`",
    "function": "told with `aggregate`",
    **dict.fromkeys(("streams", "named_stream"), "told with `stream`"),
    "span": "a number with its unit, told with `duration`",
}


def headings(page: Path) -> list[str]:
    """Give the headings of constructs, those of the third and fourth level."""
    return re.findall(r"^#{3,4} (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)


def rules() -> list[str]:
    """Give the rules and aliases of the grammar that build something, in its order, as often as they are there."""
    text = (ROOT / "grammar" / "flow.lark").read_text(encoding="utf-8")
    found = re.findall(r"^[?!]*([a-z_]+):|-> ([a-z_]+)$", text, re.MULTILINE)
    return [name for pair in found for name in pair if name in BUILDERS]


@pytest.mark.parametrize("rule", dict.fromkeys(rules()))
def test_every_construct_has_its_section(rule: str) -> None:
    assert (rule in STRUCTURAL) != (rule.replace("_", " ") in headings(REFERENCE))


def test_what_has_no_section_is_in_the_grammar() -> None:
    assert set(STRUCTURAL) <= set(BUILDERS)


def test_sections_stand_in_the_order_of_the_grammar() -> None:
    found = Counter(rules())
    names = [rule.replace("_", " ") for rule, times in found.items() if rule not in STRUCTURAL and times == 1]
    assert [heading for heading in headings(REFERENCE) if heading in names] == names


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def events_table() -> str:
    def fields(one: Any) -> str:
        return ", ".join(f"`{name}`{_of(type_)}" for name, type_ in one.fields.items() if name != one.main)

    kinds = EVENTS.values()
    return table(
        ["event", "from", "main field", "other fields", "it says"],
        [
            [f"`{one.name}`", "data" if one.outside else "flows", f"`{one.main}`" if one.main else "", fields(one), one.says]
            for one in kinds
        ],
    )


def _of(type_: Type) -> str:
    return "" if type_.name in ("text", "moment") else f" ({'lines' if type_.name == 'list' else type_.name})"


def words_table() -> str:
    return table(["what", "detail", "it says"], [[f"`{word}`", f"`{least}`", says] for word, (least, says) in WORDS.items()])


def reasons_table() -> str:
    return table(["reason", "it says"], [[f"`{reason}`", says] for reason, says in REASONS.items()])


@pytest.mark.parametrize("make", [events_table, words_table, reasons_table])
def test_the_tables_are_those_of_the_program(make: Callable[[], str]) -> None:
    expected = make()
    assert expected in REFERENCE.read_text(encoding="utf-8"), f"the table is now:\n\n{expected}"


@pytest.mark.parametrize("word", [*CUSTOMER_FIELDS, *CUSTOMER_LISTS, *PRODUCT_FIELDS, *CHANNELS, *LIMIT_NOUNS, *sorted(RESERVED)])
def test_every_word_that_is_known_without_a_declaration_is_told(word: str) -> None:
    text = REFERENCE.read_text(encoding="utf-8")
    assert re.search(rf"`[^`\n]*\b{word}\b", text) is not None


def options(command: click.Command, name: str) -> Iterator[tuple[str, str]]:
    """Give each command by its full name, with each of its options; an empty text stands for the command itself."""
    yield name, ""
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            yield name, next(one for one in parameter.opts if one.startswith("--"))
    if isinstance(command, click.Group):
        context = click.Context(command)
        for word in command.list_commands(context):
            inner = command.get_command(context, word)
            assert inner is not None
            yield from options(inner, f"{name} {word}")


@pytest.mark.parametrize(("command", "option"), list(options(cadenza, "cadenza")))
def test_every_command_and_option_is_told(command: str, option: str) -> None:
    """A command has a section, and a command of a group is told in the section of the group."""
    heading = " ".join(command.split()[:2])
    parts = re.split(r"^###? (.+)$", REFERENCE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    section = " ".join(dict(zip(parts[1::2], parts[2::2], strict=True))[heading].split())
    assert option in section if option else f"`{command}" in section or command == heading


def test_the_rules_of_the_semantics_keep_their_numbers() -> None:
    assert {chapter for chapter, _ in _rules()} == set(range(1, 12))
    for _, rules in groupby(_rules(), key=itemgetter(0)):
        numbers = [number for _, number in rules]
        assert numbers == list(range(1, len(numbers) + 1))


def test_every_rule_that_a_test_or_a_case_names_is_told() -> None:
    tests = [file.read_text(encoding="utf-8") for file in (ROOT / "tests").rglob("test_*.py")]
    cases = [file.read_text(encoding="utf-8") for file in (ROOT / "tests" / "conformance").rglob("*.cases")]
    named = re.findall(r"def test_(\d+)_(\d+)_", "\n".join(tests))
    named += re.findall(r"^=== (\d+)\.(\d+) ", "\n".join(cases), re.MULTILINE)
    assert len(named) > 500
    assert {(int(chapter), int(number)) for chapter, number in named} <= set(_rules())


def _rules() -> list[tuple[int, int]]:
    found = re.findall(r"^\*\*(\d+)\.(\d+)\*\*", REFERENCE.read_text(encoding="utf-8"), re.MULTILINE)
    return [(int(chapter), int(number)) for chapter, number in found]


def test_the_files_and_targets_that_pages_name_are_there() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        assert set(re.findall(r"`make ([a-z]+)", text)) <= targets, page.name
        for file in re.findall(r"`((?:tests|docs|examples|benchmarks|interpreter|grammar)/[\w./-]*)`", text):
            assert (ROOT / file).exists(), f"{page.name}: {file}"


def test_links_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\((?!https?://|#)([^)#\s]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
