"""`cadenza replay`: real timelines through flows."""

from __future__ import annotations

import json
from pathlib import Path

import click

from cadenza.check.program import Program
from cadenza.cli.bad_rows import TwoWords, policy
from cadenza.cli.exits import Exit
from cadenza.cli.progress import progress
from cadenza.cli.project import PATHS, program_of
from cadenza.data.errors import BadRowsError, DataError
from cadenza.driver import Options, Replayed, replay_folder
from cadenza.engine.journal import DETAILS
from cadenza.report.overview import overview


@click.command("replay", cls=TwoWords)
@PATHS
@click.option("--data", required=True, type=click.Path(path_type=Path), help="The data folder: one file for each table.")
@click.option("--from", "start", help="The first instant, ISO 8601; else that of the data.")
@click.option("--until", help="The last instant, included (of a date, its end); else that of the data.")
@click.option("--journal", type=click.Path(path_type=Path), help="Where to write the journal: a file .jsonl or .parquet.")
@click.option("--detail", type=click.Choice(DETAILS), default="decisions", show_default=True, help="How much the journal says.")
@click.option("--jobs", type=click.IntRange(1, 256), default=1, show_default=True, help="How many processes work at it.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="The key of all draws.")
@click.option("--bad-rows", default="stop", show_default=True, help="Rows that cannot be used: stop, skip, or quarantine FILE.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="The summary.")
def command(
    paths: tuple[Path, ...],
    data: Path,
    start: str | None,
    until: str | None,
    journal: Path | None,
    detail: str,
    jobs: int,
    seed: int,
    bad_rows: str,
    form: str,
) -> None:
    """Replay a shop's history through flows and sum up what would have happened.

    Exit code 1 says that a promise was broken, or that rows of the data cannot be used.
    """
    program = program_of(paths)
    word, quarantine = policy(bad_rows)
    options = Options(journal, detail, start, until, jobs, seed, word, quarantine)
    replayed = run(program, data, options)
    flows = [flow.name for flow in program.flows]
    if form == "json":
        click.echo(json.dumps(replayed.summary.as_json(flows), indent=2, ensure_ascii=False))
    else:
        click.echo(overview(replayed.summary, flows, replayed.span, replayed.bad_rows, journal), nl=False)
    if replayed.summary.breaches:
        raise click.exceptions.Exit(Exit.FINDINGS)


def run(program: Program, data: Path, options: Options) -> Replayed:
    """Replay with a progress bar; what is wrong with the data ends the command with a message."""
    try:
        with progress("replay") as told:
            return replay_folder(program, data, options, told)
    except DataError as error:
        click.echo(str(error), err=True)
        raise click.exceptions.Exit(Exit.FINDINGS if isinstance(error, BadRowsError) else Exit.MISUSE) from None
