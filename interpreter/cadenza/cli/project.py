"""What the commands that read flows share: finding them, checking them, and saying what is wrong with them."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from pathlib import Path

import click

from cadenza.check.checker import Checked, check
from cadenza.check.program import Program
from cadenza.cli.exits import Exit
from cadenza.data import zone_names
from cadenza.project import Reader, UnreadableError
from cadenza.report import findings

PATHS = click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH…")


def checked(paths: Sequence[Path]) -> Checked:
    """Check the flows at some paths; a path that cannot be read ends the command."""
    reader = Reader()
    try:
        sources = reader.sources(paths)
        return check(sources, reader.load, zone_names.names)
    except UnreadableError as error:
        click.echo(str(error), err=True)
        raise click.exceptions.Exit(Exit.MISUSE) from None


def program_of(paths: Sequence[Path]) -> Program:
    """Give the checked program, to be run; where it has mistakes, show them and end the command."""
    result = checked(paths)
    gc.enable()
    if result.program is None:
        click.echo(findings.pretty(result.diagnostics), err=True)
        raise click.exceptions.Exit(Exit.FINDINGS)
    return result.program
