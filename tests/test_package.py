"""The wheel: it is built without a network, holds the package and what belongs to the language, and works from anywhere."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.support.folders import ROOT, THANKS


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel of a copy of the checkout, and unpack it where nothing else is: that is how a wheel is installed."""
    source, dist, target = (tmp_path_factory.mktemp(name) for name in ("source", "dist", "site"))
    for name in ("interpreter", "grammar", "stdlib_flows", "examples"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__", "tables.json"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    build = [
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--skip-dependency-check",
        "--outdir",
        str(dist),
        str(source),
    ]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (wheel,) = dist.glob("*.whl")
    assert wheel.name.endswith("-py3-none-any.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    return target


def run(installed: Path, cwd: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the installed program; what it depends on comes from where the tests run, the checkout does not."""
    places = os.pathsep.join([str(installed), sysconfig.get_path("purelib")])
    code = f"import sys; sys.path[:0] = {places.split(os.pathsep)!r}; from cadenza.cli.main import main; main()"
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    command = [sys.executable, "-S", "-c", code, *words]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


def test_only_the_package_is_put_there(installed: Path) -> None:
    top = sorted(path.name for path in installed.iterdir())
    assert len(top) == 2
    assert top[0] == "cadenza"
    assert top[1].endswith(".dist-info")


@pytest.mark.parametrize("name", ["grammar", "stdlib_flows", "examples"])
def test_what_belongs_to_the_language_is_in_it(installed: Path, name: str) -> None:
    here, there = ROOT / name, installed / "cadenza" / name
    files = {path.relative_to(here) for path in here.rglob("*") if path.is_file()}
    assert files == {path.relative_to(there) for path in there.rglob("*") if path.is_file()}
    assert files != set()


@pytest.mark.parametrize("file", ["syntax/tables.json", "__main__.py", "grammar/flow.lark", "cli/main.py"])
def test_what_a_command_needs_is_in_it(installed: Path, file: str) -> None:
    assert (installed / "cadenza" / file).stat().st_size > 0


def test_the_script_is_called_cadenza(installed: Path) -> None:
    (points,) = installed.glob("*.dist-info/entry_points.txt")
    assert points.read_text(encoding="utf-8").split() == ["[console_scripts]", "cadenza", "=", "cadenza.cli.main:main"]


def test_it_checks_a_flow_from_another_directory(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "thanks.flow").write_text(THANKS, encoding="utf-8")
    done = run(installed, tmp_path, "check", "thanks.flow")
    assert (done.returncode, done.stderr) == (0, "1 flow in 1 file: nothing to say\n")


def test_it_finds_the_library_that_came_with_it(installed: Path, tmp_path: Path) -> None:
    name = min((ROOT / "stdlib_flows").glob("*.flow")).stem
    (tmp_path / "mine.flow").write_text(f"use stdlib.{name}\n", encoding="utf-8")
    done = run(installed, tmp_path, "check", "mine.flow")
    assert done.returncode == 0, done.stdout + done.stderr


def test_it_lists_events_from_another_directory(installed: Path, tmp_path: Path) -> None:
    done = run(installed, tmp_path, "explain", "events")
    assert done.returncode == 0, done.stderr
    assert "unsubscribe" in done.stdout


def test_it_makes_and_replays_a_shop_from_another_directory(installed: Path, tmp_path: Path) -> None:
    assert run(installed, tmp_path, "example", "shop", "--customers", "3").returncode == 0
    done = run(installed, tmp_path, "replay", str(installed / "cadenza" / "examples" / "coffee_shop"), "--data", "shop")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("3 customers")
