"""Hold a changed engine against the journals that the reference wrote of the pairs, each change in a process of its own.

The pairs are made once, and kept as bytes, so that the process which asks never imports the engine: each child does, with the
change in it, and stops at the first pair whose journal is another, or raises, or does not come to an end.
"""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from io import BytesIO
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, NamedTuple

from tests.support.generating import forms, knots, rarities

ROOT = Path(__file__).parents[2]
ENGINE = ROOT / "interpreter" / "cadenza" / "engine"
TIMELINES = 4
"""How many timelines a program meets, as in `fuzz.py`, which imports the engine and so is not imported here."""
CHUNK = 25
"""How many programs are made and kept at a time."""
MOST_SECONDS = 3.0
"""How long a pair may take, in time of the processor; most take two milliseconds."""

NO_PAIR = -1
"""Stands where a pair would, for what is found out by a case."""
_RANGES = (0, knots.FIRST, rarities.FIRST, forms.FIRST)
"""The numbers from which on programs are of one make."""
_OWN = {"judging", "mutants", "mutation", "faults", "reached", "test_faults", "test_mutants", "test_differential"}


class Verdict(NamedTuple):
    """How a changed engine was found out: `differs`, `raises` or `hangs`, at which pair, after how many; or that it was not.

    Of one that only a case of `tests/conformance` found out, the pair is -1 and `detail` the title of the case.
    """

    found: str
    pair: int
    compared: int
    detail: str = ""


# -- The pairs --------------------------------------------------------------------------------------------------------


class _Freezer(pickle.Pickler):
    """Keeps a zone by its name: it is a part of the engine, and the changed engine makes its own."""

    def persistent_id(self, obj: Any) -> str | None:
        return obj.name if type(obj).__name__ == "Zone" else None


class _Thawer(pickle.Unpickler):
    def persistent_load(self, pid: str) -> Any:
        from cadenza.data import zones

        return zones.zone(pid)


def _frozen(value: object) -> bytes:
    made = BytesIO()
    _Freezer(made).dump(value)
    return made.getvalue()


class Pairs:
    """The programs with their timelines and what the reference writes of them; a folder keeps what was made."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._digest = _digest()
        self._chunks: dict[int, dict[int, bytes]] = {}

    def program(self, number: int) -> bytes:
        """Give a program with its timelines."""
        first = number - number % CHUNK
        if first not in self._chunks:
            file = self._folder / f"{self._digest}-{first}.pickle"
            if not file.exists():
                in_child(lambda: _make(range(first, first + CHUNK), file))
            self._chunks[first] = pickle.loads(file.read_bytes())  # noqa: S301 - written by this file
        return self._chunks[first][number]

    def first(self, count: int) -> dict[int, bytes]:
        """Give the first programs of so many, by number."""
        return self.some(range(count))

    def some(self, places: Iterable[int]) -> dict[int, bytes]:
        """Give the programs at some places: by turns of any kind, with much at one instant, with what is rare, in rare forms."""
        numbers = [place // len(_RANGES) + _RANGES[place % len(_RANGES)] for place in places]
        return {number: self.program(number) for number in numbers}


def _digest() -> str:
    """Give a short name for all that the pairs are made of."""
    package = ENGINE.parent
    files = [
        file for folder in (ROOT / "tests" / "support", package / "syntax", package / "check") for file in folder.rglob("*.py")
    ]
    files += [file for file in Path(__file__).parent.glob("*.py") if file.stem not in _OWN]
    found = hashlib.sha256()
    for file in sorted([*files, ENGINE / "clock.py"]):
        found.update(file.read_bytes())
    return found.hexdigest()[:12]


def _make(numbers: Iterable[int], file: Path) -> None:
    """Make the pairs of some programs; one that differs without any change can show none, and is left out."""
    from tests.reference import fuzz

    judge: Any = fuzz
    lower, judge.lower = judge.lower, lambda program: program
    told = {number: _told(fuzz, number) for number in numbers}
    judge.lower = lower
    for pair, differing in replayed(map(_frozen, told.values()), lambda pair: None):
        if differing is not None:
            sys.stderr.write(f"pair {pair} is left out, for it differs without any change\n")
            del told[pair // TIMELINES][2][pair]
    handle, name = tempfile.mkstemp(dir=file.parent)
    with os.fdopen(handle, "wb") as out:
        pickle.dump({number: _frozen(found) for number, found in told.items()}, out)
    Path(name).replace(file)


def _told(fuzz: Any, number: int) -> tuple[Any, Any, dict[int, tuple[Any, Any]]]:
    """Give a program as made and as checked, and for each pair the timeline and the lines of the reference."""
    made, checked, program = fuzz.made_and_read(number)
    lives = {pair: fuzz.lived(pair, made) for pair in range(number * TIMELINES, (number + 1) * TIMELINES)}
    return made, checked, {pair: (life, fuzz.told(program, made, life)) for pair, life in lives.items()}


# -- The changed engine -----------------------------------------------------------------------------------------------


class _Changed(MetaPathFinder, Loader):
    """Gives modules whose code is another than that of their files."""

    def __init__(self, codes: Mapping[str, CodeType]) -> None:
        self._codes = codes

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        return spec_from_loader(fullname, self) if fullname in self._codes else None

    def exec_module(self, module: ModuleType) -> None:
        exec(self._codes[module.__name__], module.__dict__)  # noqa: S102 - the code of the engine, changed in one place


def module_of(file: Path) -> str:
    """Give the name of the module of a file of the engine."""
    return f"cadenza.engine.{file.stem}"


def _child(work: Callable[[], object]) -> int:
    """Do something in a new process, which never returns."""
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        work()
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def in_child(work: Callable[[], object]) -> None:
    """Do something in a new process, and wait for its end."""
    _, status = os.waitpid(_child(work), 0)
    assert status == 0, "what was done in a process of its own went wrong"


class Trial(NamedTuple):
    """A changed engine at work: its process, and where it says how it fares."""

    pid: int
    reader: int


def put_on_trial(codes: Mapping[str, CodeType], programs: Sequence[bytes], *, cases: bool = False) -> Trial:
    """Let a changed engine replay programs, and then perhaps the conformance cases, in a process of its own.

    `codes` are its changed modules, by name.
    """
    assert "cadenza.engine" not in sys.modules, "a child must import the engine itself"
    reader, writer = os.pipe()
    pid = _child(lambda: _replay_all(codes, programs, writer, cases=cases))
    os.close(writer)
    return Trial(pid, reader)


def verdict(trial: Trial, *, waited: bool = False) -> Verdict:
    """Give what became of a changed engine that has come to its end."""
    if not waited:
        os.waitpid(trial.pid, 0)
    with os.fdopen(trial.reader, "rb") as said:
        *pairs, last = said.read().decode().splitlines() or [""]
    if last.startswith("{"):
        return Verdict(**json.loads(last))
    pairs = [*pairs, last] if last else pairs
    return Verdict("hangs", int(pairs[-1]) if pairs else -1, len(pairs))


def _replay_all(codes: Mapping[str, CodeType], programs: Sequence[bytes], writer: int, *, cases: bool) -> None:
    """Replay programs until one shows the change, saying which pair is being replayed; the last word is the verdict."""
    begun: dict[int, None] = {}
    found, detail = "", ""
    try:
        sys.meta_path.insert(0, _Changed(codes))
        signal.setitimer(signal.ITIMER_VIRTUAL, MOST_SECONDS)
        for _, differing in replayed(programs, lambda pair: _going_on(writer, pair, begun)):
            if differing is not None:
                found, detail = "differs", str(differing)[:2000]
                break
        else:
            detail = _failed_case(lambda: _going_on(writer, NO_PAIR, begun)) if cases else ""
            found = "differs" if detail else ""
    except Exception as error:
        found, detail = "raises", repr(error)[:2000]
    last = Verdict(found, next(reversed(begun), -1), len(begun), detail)
    os.write(writer, f"{json.dumps(last._asdict())}\n".encode())


def _failed_case(begins: Callable[[], object]) -> str:
    """Give the title of the first case whose journal is not what it says; `begins` hears of each before."""
    from tests.conformance.cases import cases
    from tests.conformance.playing import in_short, played

    for case in cases():
        begins()
        journal = case.one("journal")
        if journal is None:
            continue
        with tempfile.TemporaryDirectory() as folder:
            lines, _ = played(case, lambda name, at=folder: Path(tempfile.mkdtemp(dir=at)))
        if in_short(lines, journal) != journal.lines:
            return case.title
    return ""


def _going_on(writer: int, pair: int, begun: dict[int, None]) -> None:
    begun[pair] = None
    os.write(writer, f"{pair}\n".encode())
    signal.setitimer(signal.ITIMER_VIRTUAL, MOST_SECONDS)


def replayed(programs: Iterable[bytes], begins: Callable[[int], object]) -> Iterator[tuple[int, Any]]:
    """Give each pair with the first two lines that differ, or None; `begins` hears of each pair before."""
    from tests.reference import fuzz

    judge: Any = fuzz
    for program in programs:
        made, checked, pairs = _Thawer(BytesIO(program)).load()
        begins(min(pairs, default=-1))
        plan = judge.lower(checked)
        judge.made_and_read = lambda number, known=(made, plan, None): known
        for pair, (life, told) in pairs.items():
            begins(pair)
            judge.lived = lambda pair, made, known=life: known
            judge.told = lambda program, made, life, known=told: known
            yield pair, fuzz.differing(*fuzz.compare(pair))
