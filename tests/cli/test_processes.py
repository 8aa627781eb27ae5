"""What only a process of its own shows: terminals, closed pipes, exit codes."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.folders import ROOT, TABLES, THANKS, process, write


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "good.flow").write_text(THANKS, encoding="utf-8")
    write(tmp_path / "data", TABLES)
    return tmp_path


@pytest.mark.parametrize(
    ("words", "code"), [(["check", "good.flow"], 0), (["check", "nowhere"], 2), (["dance"], 2), (["check", "bad.flow"], 1)]
)
def test_a_process_ends_with_the_exit_code(place: Path, words: list[str], code: int) -> None:
    (place / "bad.flow").write_text("flow\n", encoding="utf-8")
    done = process(*words, cwd=place)
    assert done.returncode == code
    assert "Traceback" not in done.stderr


def test_the_progress_bar_is_not_shown_where_there_is_no_terminal(place: Path) -> None:
    done = process("replay", "good.flow", "--data", "data", cwd=place)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_progress_bar_is_shown_on_a_terminal(place: Path) -> None:
    ours, theirs = pty.openpty()
    done = process(
        "replay", "good.flow", "--data", "data", cwd=place, capture_output=False, stdout=subprocess.PIPE, stderr=theirs
    )
    os.close(theirs)
    shown = os.read(ours, 65536).decode()
    os.close(ours)
    assert done.returncode == 0
    assert "replay" in shown
    assert "2/2" in shown
    assert "replay" not in done.stdout


def test_a_reader_who_has_seen_enough_gets_no_traceback() -> None:
    ours, theirs = os.pipe()
    os.close(ours)
    done = process("explain", "events", capture_output=False, stdout=theirs, stderr=subprocess.PIPE)
    os.close(theirs)
    assert done.stderr == ""


def test_a_bug_of_ours_says_so(place: Path) -> None:
    code = (
        "import cadenza.cli.check as command\n"
        "from cadenza.cli.main import main\n"
        "command.checked = None\n"
        "import sys; sys.argv = ['cadenza', 'check', 'good.flow']; main()\n"
    )
    environment = {"PYTHONPATH": str(ROOT / "interpreter")}
    done = subprocess.run([sys.executable, "-c", code], cwd=place, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 70
    assert done.stderr.startswith("This is a bug in Cadenza, not in your files: TypeError")
