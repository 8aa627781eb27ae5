"""Show how far a replay is, on a terminal and nowhere else."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from cadenza.driver import Progress

_STEP = 50
"""How many customers the bar waits for: drawing it costs more than a replay of one."""


@contextmanager
def progress(label: str) -> Iterator[Progress]:
    """Give what a replay tells its progress to: a bar on stderr where that is a terminal, else nothing."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    with click.progressbar(length=1, label=label, file=sys.stderr, show_pos=True) as bar:

        def told(done: int, total: int) -> None:
            bar.length = max(total, 1)
            if done == total or done - bar.pos >= _STEP:
                bar.update(done - bar.pos)

        yield told
