"""Change the engine in one place after another, and count how many changes the pairs find out, and how many only the cases.

`python -m tests.reference.mutation [--sample N] [--pairs N] [--files NAME …] [--seed N] [--workers N] [--kept FOLDER]`
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from tests.reference.judging import ENGINE, NO_PAIR, TIMELINES, Pairs, Trial, Verdict, module_of, put_on_trial, verdict
from tests.reference.mutants import Mutant, mutants
from tests.reference.reached import Reach, reach

SEED = 20260329
"""What a sample is drawn by."""


class Tried(NamedTuple):
    """A change of a file, how many programs reach it, and what the pairs say of it."""

    file: str
    mutant: Mutant
    reached: int
    verdict: Verdict

    @property
    def by_a_case(self) -> bool:
        """Whether no pair found it out; what cannot even be imported is found out before any pair or case."""
        return bool(self.verdict.found) and self.verdict.pair == NO_PAIR and self.verdict.compared > 0

    def __str__(self) -> str:
        found = self.verdict.found or ("survived" if self.reached else "not reached")
        found += " by a case" if self.by_a_case else ""
        return f"{self.file}:{self.mutant.line}: {self.mutant.was}  →  {self.mutant.now}  [{found}]"


class Trials:
    """Puts changes on trial, few at a time, each before the programs that reach it, the most telling first."""

    def __init__(self, programs: Mapping[int, bytes], reached: Reach, workers: int) -> None:
        self.programs = programs
        self._reached = reached
        self._workers = workers
        self._kills: Counter[int] = Counter()
        self._running: dict[int, tuple[str, Mutant, Trial, int]] = {}

    def trying(self, chosen: Sequence[tuple[Path, int]]) -> Iterator[Tried]:
        """Try some changes, each named by its file and its place among all changes of that."""
        for file, place in chosen:
            tree = ast.parse(file.read_text(encoding="utf-8"))
            mutant = next(islice(mutants(tree), place, None))
            before = self._order(file.name, mutant)
            if len(self._running) >= self._workers:
                yield self._next()
            codes = {module_of(file): compile(tree, str(file), "exec")}
            trial = put_on_trial(codes, [self.programs[number] for number in before], cases=True)
            self._running[trial.pid] = (file.name, mutant, trial, len(before))
        while self._running:
            yield self._next()

    def _next(self) -> Tried:
        pid, _ = os.wait()
        file, mutant, trial, reached = self._running.pop(pid)
        found = verdict(trial, waited=True)
        if found.found and found.pair != NO_PAIR:
            self._kills[found.pair // TIMELINES] += 1
        return Tried(file, mutant, reached, found)

    def _order(self, file: str, mutant: Mutant) -> list[int]:
        """Give the programs that reach a change, those that found out the most before it first."""
        lines = self._reached.get(file, {})
        reaching = frozenset[int]().union(*(lines.get(line, ()) for line in mutant.lines))
        found = self.programs.keys() if -1 in reaching else reaching
        return sorted(found, key=lambda number: (-self._kills[number], number))


def choose(files: Sequence[Path], sample: int | None, seed: int) -> list[tuple[Path, int]]:
    """Choose changes, all or a sample of all, in an order that is nobody's."""
    every = [(file, place) for file in files for place, _ in enumerate(mutants(ast.parse(file.read_text(encoding="utf-8"))))]
    return random.Random(seed).sample(every, min(sample or len(every), len(every)))  # noqa: S311 - no secret


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def table(tried: Sequence[Tried]) -> Iterator[str]:
    """Give for each file how many changes were found out, of how many."""
    for file in [*sorted({one.file for one in tried}), "in all"]:
        ours = [one for one in tried if file in {one.file, "in all"}]
        found, cases = sum(bool(one.verdict.found) for one in ours), sum(one.by_a_case for one in ours)
        share = 100 * found / len(ours)
        yield f"{file:20}{found:5} of {len(ours):5}  {share:5.1f} %, of them {cases} by cases alone"


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m tests.reference.mutation", description=__doc__)
    options.add_argument("--sample", type=int)
    options.add_argument("--seed", type=int, default=SEED, help="what the sample is drawn by")
    options.add_argument("--pairs", type=int, default=2000)
    options.add_argument("--files", nargs="*", default=[])
    options.add_argument("--workers", type=int, default=1, choices=(1, 2))
    options.add_argument("--kept", type=Path, help="a folder that keeps what the reference wrote")
    options.add_argument("--log", type=Path, help="a file that is told of each change at once")
    given = options.parse_args()
    files = [file for file in sorted(ENGINE.glob("*.py")) if not given.files or file.name in given.files]
    with tempfile.TemporaryDirectory() as folder:
        programs = Pairs(given.kept or Path(folder)).first(given.pairs // TIMELINES)
    say(f"{len(programs)} programs of {given.pairs // TIMELINES}")
    trials = Trials(programs, reach(programs), given.workers)
    tried: list[Tried] = []
    with open(given.log or os.devnull, "w", encoding="utf-8", buffering=1) as log:  # noqa: PTH123 - devnull too
        for one in trials.trying(choose(files, given.sample, given.seed)):
            tried.append(one)
            log.write(f"{one} {one.verdict.pair} {one.verdict.compared}\n")
    for one in sorted(tried, key=lambda one: (one.file, one.mutant.line)):
        if not one.verdict.found:
            say(str(one))
    for line in table(tried):
        say(line)


if __name__ == "__main__":
    main()
