"""Each command as a person meets it: what it prints, where, and the exit code it ends with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.support.folders import TABLES, THANKS, cli, write

WRONG = 'flow f\n  on ordr where total > 3 days\n  send email "m"\n\nflow f\n  on order\n  sned email "m"\n'
COMMANDS = [
    [],
    ["check"],
    ["replay"],
    ["why"],
    ["import"],
    ["import", "cdnow"],
    ["import", "completejourney"],
    ["example"],
    ["explain"],
]


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    Path("good.flow").write_text(THANKS, encoding="utf-8")
    Path("wrong.flow").write_text(WRONG, encoding="utf-8")
    write(Path("data"), TABLES)


def replayed() -> None:
    assert cli("replay", "good.flow", "--data", "data", "--journal", "j.jsonl").exit_code == 0


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_command_says_how_it_is_used(words: list[str], snapshot: SnapshotAssertion) -> None:
    result = cli(*words, "--help")
    assert (result.exit_code, result.stdout) == (0, snapshot)


@pytest.mark.parametrize("form", ["pretty", "compact", "json", "github"])
def test_check_shows_what_is_wrong(form: str, snapshot: SnapshotAssertion) -> None:
    result = cli("check", "wrong.flow", "--format", form)
    assert (result.exit_code, result.stdout, result.stderr) == (1, snapshot, "")


@pytest.mark.parametrize(
    ("form", "shown"), [("pretty", ""), ("compact", ""), ("github", ""), ("json", '{\n  "format": 1,\n  "diagnostics": []\n}\n')]
)
def test_check_has_nothing_to_say_of_a_good_flow(form: str, shown: str) -> None:
    result = cli("check", "good.flow", "--format", form)
    assert (result.exit_code, result.stdout) == (0, shown)
    assert result.stderr == ("1 flow in 1 file: nothing to say\n" if form == "pretty" else "")


@pytest.mark.parametrize(("file", "least"), [("wrong.flow", 2), ("good.flow", 0)])
def test_sarif_has_what_the_standard_requires(file: str, least: int) -> None:
    log = json.loads(cli("check", file, "--format", "sarif").stdout)
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"] == "cadenza"
    assert len(run["results"]) >= least
    for result in run["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("error", "warning")
        assert result["message"]["text"]
        (place,) = result["locations"]
        assert place["physicalLocation"]["artifactLocation"]["uri"] == file
        assert place["physicalLocation"]["region"]["startLine"] >= 1


@pytest.mark.parametrize("form", ["text", "json"])
def test_replay_sums_up_what_would_have_happened(form: str, snapshot: SnapshotAssertion) -> None:
    result = cli("replay", "good.flow", "--data", "data", "--format", form)
    assert (result.exit_code, result.stdout, result.stderr) == (0, snapshot, "")


def test_replay_writes_a_journal(snapshot: SnapshotAssertion) -> None:
    replayed()
    header, *lines = Path("j.jsonl").read_text(encoding="utf-8").splitlines()
    assert list(json.loads(header)) == ["journal", "cadenza", "program", "data", "seed", "tzdata", "detail"]
    assert "\n".join(lines) == snapshot


def test_replay_does_not_run_a_flow_with_mistakes() -> None:
    result = cli("replay", "wrong.flow", "--data", "data", "--journal", "j.jsonl")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "error[" in result.stderr
    assert not Path("j.jsonl").exists()


@pytest.mark.parametrize(
    "asked",
    [["a"], ["b"], ["nobody"], ["a", "--message", "thanks"], ["a", "--message", "other"], ["a", "--flow", "other"]],
    ids=" ".join,
)
def test_why_tells_what_led_to_a_message_or_to_none(asked: list[str], snapshot: SnapshotAssertion) -> None:
    replayed()
    result = cli("why", "j.jsonl", "--customer", *asked)
    assert (result.exit_code, result.stdout, result.stderr) == (0, snapshot, "")


@pytest.mark.parametrize(
    "content",
    [None, b"", b"\xff\xfe", b"hello\n", b'{"journal":999}\n', b'{"journal":1}\n{"customer":"a"\n', b"[]\n"],
    ids=["missing", "empty", "not UTF-8", "text", "another version", "cut off", "list"],
)
def test_why_names_a_journal_that_it_cannot_read(content: bytes | None, snapshot: SnapshotAssertion) -> None:
    if content is not None:
        Path("j.jsonl").write_bytes(content)
    result = cli("why", "j.jsonl", "--customer", "a")
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", snapshot)


@pytest.mark.parametrize("topic", ["journal", "reasons", "F0303", "f0303"])
def test_explain_shows_a_page(topic: str, snapshot: SnapshotAssertion) -> None:
    result = cli("explain", topic)
    assert (result.exit_code, result.stdout) == (0, snapshot)


def test_explain_lists_all_topics_and_each_has_a_page() -> None:
    topics = [line.split()[0] for line in cli("explain").stdout.splitlines()]
    assert {"events", "journal", "reasons"} < set(topics)
    assert all(len(cli("explain", topic).stdout) > 20 for topic in topics)


@pytest.mark.parametrize(("topic", "said"), [("evnts", "did you mean events?"), ("zzzzzz", "`cadenza explain` lists them")])
def test_explain_names_a_topic_that_there_is_not(topic: str, said: str) -> None:
    result = cli("explain", topic)
    assert (result.exit_code, result.stderr) == (2, f"there is no page about `{topic}`; {said}\n")


def test_example_says_what_it_wrote() -> None:
    result = cli("example", "shop", "--customers", "2")
    assert result.exit_code == 0
    assert result.stdout.startswith("shop: 2 customers, 28 products, 2 signups, 9 visits, 19 views, 4 carts, 3 checkouts, ")
    assert result.stdout.endswith(", 64 stock levels, 68 prices, 6 order lines\n")


@pytest.mark.parametrize(
    "words",
    [
        ["check"],
        ["check", "nowhere.flow"],
        ["check", "data"],
        ["check", "good.flow", "--format", "xml"],
        ["replay", "good.flow"],
        ["replay", "nowhere", "--data", "data"],
        ["replay", "good.flow", "--data", "data", "--jobs", "0"],
        ["replay", "good.flow", "--data", "data", "--detail", "some"],
        ["why", "j.jsonl"],
        ["import", "magento"],
        ["example", "shop", "--customers", "0"],
        ["dance"],
    ],
    ids=" ".join,
)
def test_misuse_is_said_and_ends_with_2(words: list[str], snapshot: SnapshotAssertion) -> None:
    result = cli(*words)
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", snapshot)


def test_a_flow_that_is_not_utf8_is_named() -> None:
    Path("latin.flow").write_bytes("flow f\n  # caffè\n".encode("latin-1"))
    result = cli("check", "latin.flow")
    assert (result.exit_code, result.stderr) == (2, "latin.flow:2: this file is not UTF-8 text; save it as UTF-8\n")
