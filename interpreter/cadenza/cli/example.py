"""`cadenza example`: the data folder of a small shop, to try things on."""

from __future__ import annotations

from pathlib import Path

import click

from cadenza.cli.counts import counted
from cadenza.cli.exits import Exit
from cadenza.data.errors import DataError
from cadenza.data.example import example


@click.command("example")
@click.argument("dest", type=click.Path(path_type=Path))
@click.option("--customers", type=click.IntRange(1, 100_000), default=200, show_default=True, help="How many customers.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Another seed, another shop.")
@click.option("--format", "form", type=click.Choice(["csv", "jsonl", "parquet"]), default="csv", show_default=True)
def command(dest: Path, customers: int, seed: int, form: str) -> None:
    """Write two years of a small coffee shop to DEST; the same customers and seed give the same bytes."""
    try:
        counts = example(dest, customers, seed, f".{form}")
    except DataError as error:
        click.echo(str(error), err=True)
        raise click.exceptions.Exit(Exit.MISUSE) from None
    click.echo(counted(dest, counts))
