"""Every case of this folder is what the rules say: the journal of its timeline, or the findings about its program."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from tests.conformance.cases import FOLDER, Case, cases
from tests.conformance.playing import in_short, played
from tests.support.scenarios import checked

CASES = list(cases())


@pytest.mark.parametrize("case", [case for case in CASES if case.one("journal")], ids=str)
def test_a_case_is_as_the_rule_says(case: Case, tmp_path_factory: pytest.TempPathFactory) -> None:
    lines, bad_rows = played(case, tmp_path_factory.mktemp)
    journal, bad = case.one("journal"), case.one("bad")
    assert journal is not None
    assert in_short(lines, journal) == journal.lines
    assert bad_rows == (bad.lines if bad is not None else [])


@pytest.mark.parametrize("case", [case for case in CASES if not case.one("journal")], ids=str)
def test_a_case_without_a_journal_has_the_findings_that_it_names(case: Case) -> None:
    written, findings = case.one("program"), case.one("diagnostics")
    assert written is not None
    assert findings is not None
    found = checked(written.text, **case.others).diagnostics
    assert [f"{one.span.place[0]} {one.code}" for one in found] == findings.lines


def test_titles_are_told_once_and_stand_in_the_folder_of_their_chapter() -> None:
    assert [title for title, times in Counter(case.title for case in CASES).items() if times > 1] == []
    assert [str(case) for case in CASES if case.rule.split(".")[0] != case.path.parent.name.split("-")[0]] == []


def test_a_case_has_the_sections_that_the_readme_names_and_no_others() -> None:
    known = set(re.findall(r"^\| `--- (\w+)", (FOLDER / "README.md").read_text(encoding="utf-8"), re.MULTILINE))
    assert {section.word for case in CASES for section in case.sections} == known


def test_every_rule_of_the_core_has_cases() -> None:
    rules = {case.rule for case in CASES}
    core = {1: 8, 2: 5, 3: 4, 4: 3, 5: 5, 6: 9, 7: 5, 8: 7, 9: 5, 10: 3}
    # 3.1 and 3.2 say what a customer and a run consist of; they are told by the cases of all the others.
    expected = {f"{chapter}.{rule}" for chapter, last in core.items() for rule in range(1, last + 1)} - {"3.1", "3.2"}
    assert sorted(expected - rules) == []


def test_there_are_more_than_250_cases() -> None:
    assert len(CASES) > 250
