"""Every fault that is put into the engine by hand is found by the pairs; the least that must hold of what judges the engine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.reference.faults import FAULTS, SELDOM, Fault
from tests.reference.judging import ROOT

PAIRS = 2000


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder that keeps what the reference wrote, one for all processes that test."""
    folder = tmp_path_factory.getbasetemp()
    found = (folder.parent if folder.name.startswith("popen-") else folder) / "pairs"
    found.mkdir(exist_ok=True)
    return found


@pytest.mark.parametrize("fault", FAULTS + SELDOM, ids=lambda fault: fault.name)
def test_the_text_of_a_fault_is_still_in_the_engine_once(fault: Fault) -> None:
    compile(fault.planted(), fault.file, "exec")


def test_no_two_faults_have_one_name() -> None:
    assert len({fault.name for fault in FAULTS + SELDOM}) == len(FAULTS + SELDOM)


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_found(fault: Fault, kept: Path) -> None:
    command = [sys.executable, "-m", "tests.reference.faults", fault.name, "--pairs", str(PAIRS), "--kept", str(kept)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
