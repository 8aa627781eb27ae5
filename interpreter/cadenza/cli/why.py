"""`cadenza why`: the chain of causes that ends in a message, or in none."""

from __future__ import annotations

from pathlib import Path

import click

from cadenza.cli.exits import Exit
from cadenza.data.errors import DataError
from cadenza.report.why import Asked, lines_of, why


@click.command("why")
@click.argument("journal", type=click.Path(path_type=Path))
@click.option("--customer", required=True, help="The customer, by id.")
@click.option("--message", help="The message, by name.")
@click.option("--flow", help="The flow, by name.")
def command(journal: Path, customer: str, message: str | None, flow: str | None) -> None:
    """Say why a message was sent to a customer, or the first thing that stopped it."""
    try:
        lines = lines_of(journal, customer)
    except DataError as error:
        click.echo(str(error), err=True)
        raise click.exceptions.Exit(Exit.MISUSE) from None
    click.echo(why(lines, Asked(customer, message, flow)), nl=False)
