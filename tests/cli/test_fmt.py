"""`cadenza fmt`: files written in the one style, or named where they are not."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner

from cadenza import project
from cadenza.cli import fmt
from cadenza.cli.exits import Exit
from cadenza.cli.main import cadenza
from tests.support.folders import ROOT, cli, process

PLAIN = 'flow a\n  on order\n  tag "x"\n'
UGLY = 'flow  a\r\n    on order\r\n    tag "x"'
BROKEN = "flow a\n  on  order\n  delay 3 days\n  wait\n"


def file(folder: Path, text: str, name: str = "a.flow") -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


def test_the_flows_of_the_repository_are_in_the_style() -> None:
    result = cli("fmt", "--check", ROOT / "examples", ROOT / "stdlib_flows", ROOT / "benchmarks")
    assert (result.exit_code, result.stdout) == (Exit.FINE, "")


def test_files_are_written_in_the_style_and_named(tmp_path: Path) -> None:
    ugly, plain = file(tmp_path, UGLY), file(tmp_path, PLAIN, "b.flow")
    result = cli("fmt", tmp_path)
    assert (result.exit_code, result.stderr) == (Exit.FINE, f"{ugly}: written anew\n")
    assert ugly.read_bytes() == plain.read_bytes() == PLAIN.encode()
    assert sorted(tmp_path.iterdir()) == [ugly, plain]
    assert cli("fmt", tmp_path).stderr == "nothing to change\n"


def test_a_file_in_the_style_is_not_touched(tmp_path: Path) -> None:
    plain = file(tmp_path, PLAIN)
    before = plain.stat()
    assert cli("fmt", plain).exit_code == Exit.FINE
    assert (plain.stat().st_mtime_ns, plain.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


def test_check_names_what_would_change_and_writes_nothing(tmp_path: Path) -> None:
    ugly = file(tmp_path, UGLY)
    file(tmp_path, PLAIN, "b.flow")
    result = cli("fmt", "--check", tmp_path)
    assert (result.exit_code, result.stdout) == (Exit.FINDINGS, f"{ugly}\n")
    assert ugly.read_bytes() == UGLY.encode()


def test_diff_shows_what_would_change_and_writes_nothing(tmp_path: Path) -> None:
    ugly = file(tmp_path, 'flow a\n  on  order\n  tag "x"')
    result = cli("fmt", "--diff", ugly)
    assert result.exit_code == Exit.FINDINGS
    assert result.stdout.splitlines() == [
        f"--- {ugly}",
        f"+++ {ugly} (formatted)",
        "@@ -1,3 +1,3 @@",
        " flow a",
        "-  on  order",
        '-  tag "x"',
        "\\ No newline at end of file",
        "+  on order",
        '+  tag "x"',
    ]
    assert ugly.read_text(encoding="utf-8") == 'flow a\n  on  order\n  tag "x"'


@pytest.mark.parametrize(
    ("options", "text", "code", "printed"),
    [
        ((), UGLY, Exit.FINE, PLAIN),
        ((), PLAIN, Exit.FINE, PLAIN),
        (("--check",), PLAIN, Exit.FINE, ""),
        (("--check",), UGLY, Exit.FINDINGS, "-\n"),
        (("--fix",), "flow a\n  delay 3 days\n", Exit.FINE, "flow a\n  wait 3 days\n"),
        ((), BROKEN, Exit.FINDINGS, ""),
    ],
)
def test_a_dash_reads_a_file_from_the_terminal_and_prints_it(
    options: tuple[str, ...], text: str, code: Exit, printed: str
) -> None:
    result = CliRunner().invoke(cadenza, ["fmt", *options, "-"], input=text.encode(), standalone_mode=False)
    assert (result.return_value or Exit.FINE, result.stdout) == (code, printed)


def test_what_is_no_text_is_misuse(tmp_path: Path) -> None:
    file(tmp_path, PLAIN)
    assert process("fmt", tmp_path / "none.flow").returncode == Exit.MISUSE
    (tmp_path / "b.flow").write_bytes(b"flow a\xff\n")
    done = process("fmt", tmp_path)
    assert (done.returncode, done.stdout) == (Exit.MISUSE, "")
    assert done.stderr.endswith("b.flow:1: this file is not UTF-8 text; save it as UTF-8\n")


@pytest.mark.parametrize("options", [(), ("--fix",), ("--check",), ("--diff",)])
def test_a_file_with_syntax_errors_is_left_as_it_is_and_the_others_are_not(tmp_path: Path, options: tuple[str, ...]) -> None:
    broken, ugly = file(tmp_path, BROKEN), file(tmp_path, UGLY, "b.flow")
    result = cli("fmt", *options, tmp_path)
    assert result.exit_code == Exit.FINDINGS
    assert f"--> {broken}:4:" in result.stderr
    assert broken.read_bytes() == BROKEN.encode()
    assert (ugly.read_bytes() == PLAIN.encode()) is not bool({"--check", "--diff"} & {*options})


def test_mistakes_are_mended_only_when_asked(tmp_path: Path) -> None:
    path = file(tmp_path, "flow a\n  Wait 3 dyas\n  tag “x”\n")
    assert cli("fmt", path).exit_code == Exit.FINDINGS
    assert cli("fmt", "--fix", path).exit_code == Exit.FINE
    assert path.read_text(encoding="utf-8") == 'flow a\n  wait 3 days\n  tag "x"\n'


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions, and links for few")
def test_permissions_and_links_stay(tmp_path: Path) -> None:
    path = file(tmp_path, UGLY)
    path.chmod(0o640)
    link = tmp_path / "link.flow"
    link.symlink_to(path)
    assert cli("fmt", link).exit_code == Exit.FINE
    assert link.is_symlink()
    assert path.read_bytes() == PLAIN.encode()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_print_that_is_not_the_same_program_is_our_bug_and_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = file(tmp_path, UGLY)
    monkeypatch.setattr(fmt, "printed", lambda parsed: PLAIN.replace("x", "y"))
    result = cli("fmt", path)
    assert (result.exit_code, result.stdout) == (Exit.OUR_BUG, "")
    assert "a bug in Cadenza, not in your file: what was printed is another program" in result.stderr
    assert path.read_bytes() == UGLY.encode()


def test_a_file_that_cannot_be_replaced_stays_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = file(tmp_path, UGLY)

    def full(source: str, target: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(project.shutil, "copymode", full)
    result = cli("fmt", path)
    assert (result.exit_code, result.stderr) == (Exit.MISUSE, f"{path}: no space left on device\n")
    assert [one.name for one in tmp_path.iterdir()] == ["a.flow"]
    assert path.read_bytes() == UGLY.encode()
