"""`cadenza check --fix`: what has only one remedy is mended in the files, and what is left is shown."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from cadenza import project
from cadenza.cli.exits import Exit
from cadenza.data import zone_names
from cadenza.fixing import fix
from tests.support.folders import as_nobody, cli

WRONG = "flow a\n  on ordr\n  tag buyer\n"
RIGHT = 'flow a\n  on order\n  tag "buyer"\n'


def file(folder: Path, text: str, name: str = "a.flow") -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


def fixed(folder: Path, text: str) -> str:
    path = file(folder, text)
    cli("check", "--fix", path)
    return path.read_bytes().decode()


def test_what_has_one_remedy_is_mended_and_counted(tmp_path: Path) -> None:
    path = file(tmp_path, WRONG)
    result = cli("check", "--fix", path)
    assert (result.exit_code, result.stdout) == (Exit.FINE, "")
    assert result.stderr == f"{path}: 2 fixes\n1 flow in 1 file: nothing to say\n"
    assert path.read_bytes() == RIGHT.encode()
    assert list(tmp_path.iterdir()) == [path]


def test_a_second_run_changes_nothing(tmp_path: Path) -> None:
    path = file(tmp_path, WRONG)
    cli("check", "--fix", path)
    before = path.stat()
    result = cli("check", "--fix", path)
    assert (result.exit_code, result.stderr) == (Exit.FINE, "nothing to fix\n1 flow in 1 file: nothing to say\n")
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


def test_what_is_left_is_shown_as_it_then_stands(tmp_path: Path) -> None:
    path = file(tmp_path, f'{WRONG}  send fax "x"\n')
    result = cli("check", "--fix", "--format", "compact", path)
    assert result.exit_code == Exit.FINDINGS
    assert result.stdout.startswith(f"{path}:4:8: F0316 there is no channel `fax`")
    assert path.read_text(encoding="utf-8") == f'{RIGHT}  send fax "x"\n'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("flow a\n  on ordr\n  tag “buyer”\n", RIGHT),
        ("flow a\n  on ordr\n  taag buyer\n", RIGHT),
        ("flow a\n  on ordr or ordr\n  tag buyer\n", 'flow a\n  on order or order\n  tag "buyer"\n'),
        ("flow a\r\n  on ordr\r\n  tag buyer\r\n", 'flow a\r\n  on order\r\n  tag "buyer"\r\n'),
        (f"# Città — 🎈\n{WRONG}", f"# Città — 🎈\n{RIGHT}"),
    ],
)
def test_one_fix_may_uncover_the_next_and_nothing_else_in_the_file_changes(tmp_path: Path, text: str, expected: str) -> None:
    assert fixed(tmp_path, text) == expected


def test_diff_shows_what_would_change_and_writes_nothing(tmp_path: Path) -> None:
    path = file(tmp_path, WRONG)
    result = cli("check", "--fix", "--diff", path)
    assert (result.exit_code, result.stderr) == (Exit.FINDINGS, "")
    assert result.stdout.splitlines() == [
        f"--- {path}",
        f"+++ {path} (fixed)",
        "@@ -1,3 +1,3 @@",
        " flow a",
        "-  on ordr",
        "-  tag buyer",
        "+  on order",
        '+  tag "buyer"',
    ]
    assert path.read_bytes() == WRONG.encode()


def test_diff_alone_is_misuse(tmp_path: Path) -> None:
    assert cli("check", "--diff", file(tmp_path, RIGHT)).exit_code == Exit.MISUSE


def test_all_files_of_the_project_are_mended_also_those_that_use_names(tmp_path: Path) -> None:
    main = file(tmp_path, 'use other (loyal)\nflow b\n  on ordr\n  for loyal\n  tag "x"\n')
    other = file(tmp_path, 'segment loyal where count(order) > 1 and customer.contry = "IT"\n', "other.flow")
    result = cli("check", "--fix", main)
    assert result.exit_code == Exit.FINE, result.stdout
    assert "on order" in main.read_text(encoding="utf-8")
    assert other.read_text(encoding="utf-8") == 'segment loyal where count(order) > 1 and customer.country = "IT"\n'


def test_the_library_is_never_touched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library = file(tmp_path, WRONG, "lent.flow")
    monkeypatch.setattr(project.resources, "folder", lambda name: tmp_path)
    (tmp_path / "mine").mkdir()
    path = file(tmp_path / "mine", f"use stdlib.lent\n{WRONG.replace('flow a', 'flow b')}")
    assert cli("check", "--fix", path).exit_code == Exit.FINDINGS
    assert library.read_bytes() == WRONG.encode()
    assert path.read_text(encoding="utf-8") == f"use stdlib.lent\n{RIGHT.replace('flow a', 'flow b')}"


def test_a_file_keeps_its_permissions_and_a_link_what_it_points_to(tmp_path: Path) -> None:
    path = file(tmp_path, WRONG)
    path.chmod(0o640)
    link = tmp_path / "link.flow"
    link.symlink_to(path)
    cli("check", "--fix", link)
    assert link.is_symlink()
    assert path.read_bytes() == RIGHT.encode()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    path = file(tmp_path, WRONG)
    tmp_path.chmod(0o555)
    for folder in tmp_path.parents:
        if folder.stat().st_uid == 0 and folder.name.startswith("pytest"):
            folder.chmod(0o755)
    with as_nobody():
        result = cli("check", "--fix", path)
    tmp_path.chmod(0o755)
    assert result.exit_code == Exit.MISUSE
    assert "permission denied" in result.stderr
    assert path.read_bytes() == WRONG.encode()


def test_warnings_are_findings_too(tmp_path: Path) -> None:
    path = file(tmp_path, 'flow a\n  on order\n  group cycle\n  tag "x"\n')
    result = cli("check", "--fix", path)
    assert (result.exit_code, "W0303" in result.stdout) == (Exit.FINDINGS, True)


def test_edits_that_overlap_are_made_one_after_the_other(tmp_path: Path) -> None:
    path = file(tmp_path, "flow a\n  on order where total > 5 €\n  for customer.cuntry = “IT” and totl > 1 €\n  tag buyer\n")
    found = fix([path], zone_names.names)
    (one,) = found.files
    again = file(tmp_path, one.new, "b.flow")
    assert fix([again], zone_names.names).files == ()
    assert 'customer.country = "IT"' in one.new
