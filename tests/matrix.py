"""Replay the examples on machines of many kinds, and see that the journal is one and the same: `make matrix`.

The first machine is as plain as can be; each other differs from it in what its name says, and the last ones in all of it. Exit
code 1 says that there was more than one journal.
"""

from __future__ import annotations

import hashlib
import os
import platform
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import click
import duckdb

from cadenza.data.example import example
from tests.support.folders import ROOT

CUSTOMERS = 200
EXAMPLES = ("coffee_shop", "grocery_year")
DRAWING = ROOT / "tests" / "fixtures" / "journal-0.2" / "all.flow"
"""A program with what the examples lack: splits, holdouts, coupons, and customers compared with each other."""
PROGRAMS = (*EXAMPLES, DRAWING.name)
FORMATS = ("csv", "jsonl", "parquet")
OLDEST = (3, 11)
PLAIN = {"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C"}
SET_BY_US = ("PYTHON", "LC_", "LANG", "TZ")
MOST_LOCALES = 6
"""So many at most of those that a machine has; some have hundreds."""

# What a machine does: the sizes of batches are no options, so they are set before the command is run.
REPLAY = """
import sys
from cadenza.cli.main import cadenza
from cadenza.data import folder, rows
batch, together, jobs, data, place, *programs = sys.argv[1:]
folder._BATCH, rows._TOGETHER = int(batch), int(together)
for name in programs:
    words = ["replay", name, "--data", data, "--journal", f"{place}/{name}.jsonl", "--jobs", jobs, "--detail", "all"]
    cadenza.main(words, standalone_mode=False)
"""


class Python(NamedTuple):
    """An interpreter of this machine."""

    version: str
    path: Path


class Machine(NamedTuple):
    """What a replay may find; the sizes are those that the data are read in."""

    name: str
    env: Mapping[str, str] = {}
    data: str = "csv"
    jobs: int = 1
    batch: int = 4096
    together: int = 200_000
    python: Python | None = None
    """Another than this one."""


class LeftOut(NamedTuple):
    """An interpreter that cannot be had, and why."""

    version: str
    why: str


class Ran(NamedTuple):
    """What came of a replay: how long it took, and the journals in short, or what went wrong."""

    seconds: float
    result: str
    failed: bool


# -- What there is ----------------------------------------------------------------------------------------------------


def pythons() -> Iterator[Python]:
    """Give the interpreters on the path and those of pyenv, each version once."""
    ours = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv").glob("versions/*/bin")
    folders = [*(Path(one) for one in os.environ.get("PATH", "").split(os.pathsep) if one), *sorted(ours)]
    seen: set[str] = set()
    for path in [path for folder in folders for path in sorted(folder.glob("python3.*"))]:
        if re.fullmatch(r"python3\.\d+", path.name) is None:
            continue
        asked = [str(path), "-c", "import platform; print(platform.python_version())"]
        done = subprocess.run(asked, capture_output=True, text=True, check=False)
        found = done.stdout.strip()
        if done.returncode == 0 and found not in seen:
            seen.add(found)
            yield Python(found, path)


def locales() -> list[str]:
    """Give some of the locales that are installed, without those that every machine has."""
    if shutil.which("locale") is None:
        return []
    done = subprocess.run(["locale", "-a"], capture_output=True, text=True, check=False)
    others = [one for one in done.stdout.split() if one.lower() not in ("c", "posix", "c.utf8", "c.utf-8")]
    return others[:: len(others) // MOST_LOCALES + 1]


def machines(others: list[Python], installed: list[str]) -> Iterator[Machine]:
    """Give the machines, the plain one first."""
    yield Machine(f"plain: Python {platform.python_version()}, hash seed 0, UTC, locale C, one job, CSV")
    yield from (Machine(f"hash seed {seed}", {"PYTHONHASHSEED": seed}) for seed in ("1", "99"))
    yield from (Machine(f"in {zone}", {"TZ": zone}) for zone in ("Asia/Tokyo", "America/New_York", "Pacific/Apia"))
    yield from (Machine(f"locale {one}", {"LC_ALL": one}) for one in ("C.UTF-8", "POSIX", *installed))
    yield Machine("locale C, and no UTF-8 but where it is asked for", {"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"})
    yield from (Machine(f"{jobs} jobs", jobs=jobs) for jobs in (2, 3))
    yield from (Machine(f"{batch} rows read at a time", batch=batch) for batch in (7, 100_000))
    yield Machine("tables worked out in parts of 1,000 rows", together=1000)
    yield from (Machine(form, data=form) for form in FORMATS[1:])
    yield from (Machine(f"{form}, shuffled", data=f"shuffled {form}") for form in FORMATS)
    yield from (Machine(f"Python {one.version}", python=one) for one in others)
    far = {"TZ": "Pacific/Apia", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "99"}
    yield Machine("all at once, JSON Lines", far, "shuffled jsonl", 3, 7, 1000)
    yield from (
        Machine(f"all at once, Parquet, Python {one.version}", far, "shuffled parquet", 2, 7, 1000, one) for one in others
    )


# -- What they work on ------------------------------------------------------------------------------------------------


def write_shops(place: Path) -> None:
    """Write the example in each format, and again with its rows in another order, and the programs beside."""
    for form in FORMATS:
        example(place / form, CUSTOMERS, 0, f".{form}")
        (place / f"shuffled {form}").mkdir()
        for file in sorted((place / form).iterdir()):
            shuffle(file, place / f"shuffled {form}" / file.name)
    for name in EXAMPLES:
        shutil.copytree(ROOT / "examples" / name, place / name)
    shutil.copy(DRAWING, place)


def shuffle(source: Path, target: Path) -> None:
    if source.suffix == ".parquet":
        with duckdb.connect() as connection:
            rows = f"SELECT * EXCLUDE (n) FROM (SELECT *, row_number() OVER () AS n FROM '{source}') ORDER BY hash(n)"
            connection.execute(f"COPY ({rows}) TO '{target}' (FORMAT parquet)")
        return
    rows = source.read_text(encoding="utf-8").splitlines(keepends=True)
    head, rows = (rows[:1], rows[1:]) if source.suffix == ".csv" else ([], rows)
    random.Random(5).shuffle(rows)  # noqa: S311 - a shuffle needs no secret
    target.write_text("".join([*head, *rows]), encoding="utf-8")


def wheel(place: Path) -> Path:
    """Build the wheel from a copy of the checkout: while others read that, nothing is to be written there."""
    unwanted = shutil.ignore_patterns("__pycache__", "tables.json")
    for name in ("interpreter", "grammar", "stdlib_flows", "examples"):
        shutil.copytree(ROOT / name, place / "source" / name, ignore=unwanted)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, place / "source")
    build = ["-m", "build", "--wheel", "--no-isolation", "--skip-dependency-check", "--outdir", str(place / "dist")]
    subprocess.run([sys.executable, *build, str(place / "source")], capture_output=True, check=True)
    return next((place / "dist").glob("*.whl"))


def install(python: Python, package: Path, place: Path) -> Python | LeftOut:
    """Install the program for another interpreter, with the time zones of this one; give the interpreter that has it."""
    if tuple(map(int, python.version.split(".")[:2])) < OLDEST:
        return LeftOut(python.version, f"older than {'.'.join(map(str, OLDEST))}")
    zones, own = f"tzdata=={version('tzdata')}", place / python.version / "bin" / "python"
    for command in (
        [python.path, "-m", "venv", own.parents[1]],
        [own, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", package, zones],
    ):
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
        if done.returncode:
            said = (done.stderr.strip() or done.stdout.strip()).splitlines()
            return LeftOut(python.version, f"`{command[2]}` failed: {said[-1] if said else done.returncode}")
    return Python(python.version, own)


# -- The replays ------------------------------------------------------------------------------------------------------


def run(machine: Machine, place: Path) -> Ran:
    """Replay the programs on a machine."""
    out = Path(tempfile.mkdtemp(dir=place))
    env = {name: value for name, value in os.environ.items() if not name.startswith(SET_BY_US)} | PLAIN | machine.env
    python = sys.executable
    if machine.python is None:
        env["PYTHONPATH"] = str(ROOT / "interpreter")
    else:
        python = str(machine.python.path)
    sizes = [str(one) for one in (machine.batch, machine.together, machine.jobs)]
    began = time.perf_counter()
    command = [python, "-c", REPLAY, *sizes, machine.data, str(out), *PROGRAMS]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", cwd=place, env=env, check=False)
    seconds = time.perf_counter() - began
    if done.returncode:
        return Ran(seconds, (done.stderr.strip().splitlines() or ["it failed, and says nothing"])[-1], failed=True)
    digest = hashlib.sha256(b"".join((out / f"{name}.jsonl").read_bytes() for name in PROGRAMS))
    shutil.rmtree(out)
    return Ran(seconds, digest.hexdigest()[:16], failed=False)


def main() -> None:
    """Print a line for each machine, then what was left out, then the verdict."""
    with tempfile.TemporaryDirectory(prefix="cadenza-matrix-") as folder, ThreadPoolExecutor(2) as pool:
        place = Path(folder)
        write_shops(place)
        package = wheel(place)
        others = [one for one in pythons() if one.version != platform.python_version()]
        answers = list(pool.map(lambda python: install(python, package, place), others))
        every = list(machines([one for one in answers if isinstance(one, Python)], locales()))
        width = max(len(machine.name) for machine in every)
        click.echo(f"{'machine':{width}}  seconds  journal")
        results = set()
        for machine, ran in zip(every, pool.map(lambda machine: run(machine, place), every), strict=True):
            click.echo(f"{machine.name:{width}}  {ran.seconds:7.1f}  {ran.result}")
            results.add((ran.failed, ran.result))
    for one in answers:
        if isinstance(one, LeftOut):
            click.echo(f"left out: Python {one.version}, {one.why}")
    alike = len(results) == 1 and not any(failed for failed, _ in results)
    click.echo(f"{len(every)} machines, {'one journal' if alike else 'NOT one journal'}")
    sys.exit(0 if alike else 1)


if __name__ == "__main__":
    main()
