"""Say which lines and branches of the engine the pairs reach: `python -m tests.reference.reached [--pairs N] [--kept FOLDER]`.

The pairs come with the cases of `tests/conformance`, whose journals were written by hand.
"""

from __future__ import annotations

import argparse
import importlib
import os
import pickle
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import coverage

from tests.reference.judging import ENGINE, ROOT, TIMELINES, Pairs, in_child, replayed

LEAST = 97.0
"""How much of the engine must be reached, in percent of statements and branches."""

Reach = Mapping[str, Mapping[int, frozenset[int]]]
"""By the name of a file and line, the programs that reach it; -1 stands for the import of the module, and so for all."""


def reach(programs: Mapping[int, bytes]) -> Reach:
    """Give which programs reach each line of the engine, with nothing remembered from one to the next."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "reach"
        in_child(lambda: file.write_bytes(pickle.dumps(_reach(programs))))
        found: Reach = pickle.loads(file.read_bytes())  # noqa: S301 - written by this file
    return found


def _reach(programs: Mapping[int, bytes]) -> dict[str, dict[int, frozenset[int]]]:
    measured = coverage.Coverage(source=[str(ENGINE)], data_file=None, config_file=False, messages=False)
    measured.start()
    importlib.import_module("tests.reference.fuzz")  # what the import of a module does, it does for all programs
    for number, program in programs.items():
        measured.switch_context("")
        _forget()
        measured.switch_context(str(number))
        for pair, differing in replayed([program], lambda pair: None):
            assert differing is None, f"pair {pair} differs without any change"
    measured.stop()
    data = measured.get_data()
    return {
        Path(file).name: {
            line: frozenset(int(one or -1) for one in contexts) for line, contexts in data.contexts_by_lineno(file).items()
        }
        for file in data.measured_files()
    }


def _forget() -> None:
    """Empty what the engine remembers of values that it worked out before."""
    for name, module in list(sys.modules.items()):
        if name.startswith(("cadenza.engine", "cadenza.data")):
            for one in vars(module).values():
                if hasattr(one, "cache_clear"):
                    one.cache_clear()


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m tests.reference.reached", description=__doc__)
    options.add_argument("--pairs", type=int, default=2000)
    options.add_argument("--kept", type=Path, help="a folder that keeps what the reference wrote")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        pairs = Pairs(given.kept or Path(folder))
        programs = pairs.first(given.pairs // TIMELINES)
    measured = coverage.Coverage(source=[str(ENGINE)], branch=True, data_file=None, config_file=False, messages=False)
    measured.exclude(r"if TYPE_CHECKING:|raise NotImplementedError|raise AssertionError|assert_never")
    measured.start()
    for pair, differing in replayed(programs.values(), lambda pair: None):
        assert differing is None, f"pair {pair} differs"
    _conformance()
    measured.stop()
    total = measured.report(show_missing=True, file=sys.stdout)
    return 0 if total >= LEAST else 1


def _conformance() -> None:
    import pytest

    os.chdir(ROOT)
    assert pytest.main(["-q", "-p", "no:cacheprovider", "tests/conformance"]) == 0


if __name__ == "__main__":
    sys.exit(main())
