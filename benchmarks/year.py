"""Measure a replay of the real year against the same flows written by hand: `make bench`.

Both are whole processes on one core, run in turn, so that the machine's mood falls on both; the ratio of the medians counts.
The two journals must be the same, line for line, else the comparison means nothing.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).parent
RUNS = 7
MOST = {"year.flow": 2.5, "lists.flow": 2.0}
"""The programs, with how many times as long as by hand each may take."""


def timed(command: Sequence[str]) -> tuple[float, float]:
    """Run a command, and give its seconds and its peak memory in MiB, as the system accounts them."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr is not None
    complaint = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(complaint.decode())
    return time.perf_counter() - began, usage.ru_maxrss / 1024


def compared(data: Path, flow: Path, most: float) -> bool:
    """Replay a program and the same by hand, in turn; say whether the ratio of the medians is too high."""
    ours, theirs = data.with_name("ours.jsonl"), data.with_name("theirs.jsonl")
    replay = [sys.executable, "-m", "cadenza", "replay", str(flow), "--data", str(data)]
    replay += ["--journal", str(ours), "--detail", "messages"]
    by_hand = [sys.executable, str(HERE / "baseline.py"), str(data), str(flow), str(theirs)]
    found: tuple[list[tuple[float, float]], list[tuple[float, float]]] = ([], [])
    for number in range(RUNS + 1):
        pair = timed(replay), timed(by_hand)
        if number:  # the first pair only warms the caches
            found[0].append(pair[0])
            found[1].append(pair[1])
    messages = ours.read_text(encoding="utf-8").splitlines()[1:]
    if messages != theirs.read_text(encoding="utf-8").splitlines():
        sys.exit(f"{flow.name}: the journals differ: the comparison means nothing")
    print(f"{flow.name}:")
    medians = []
    for name, runs in zip(("cadenza", "by hand"), found, strict=True):
        seconds, memory = zip(*runs, strict=True)
        medians.append(statistics.median(seconds))
        print(f"  {name}: {min(seconds):.2f} to {max(seconds):.2f} s, median {medians[-1]:.2f} s; at most {max(memory):.0f} MiB")
    ratio = medians[0] / medians[1]
    print(f"  {len(messages):,} messages, the same in both; ratio of the medians {ratio:.2f} (at most {most})")
    return ratio > most


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="cadenza-") as scratch:
        data = Path(scratch) / "year"
        # In a process of its own: what a child is born with counts as its memory.
        timed([sys.executable, "-m", "cadenza", "import", "completejourney", str(data)])
        too_slow = [name for name, most in MOST.items() if compared(data, HERE / name, most)]
    sys.exit(f"too slow: {', '.join(too_slow)}" if too_slow else 0)


if __name__ == "__main__":
    main()
