"""`cadenza check`: parse and check flows, and show what is wrong."""

from __future__ import annotations

from pathlib import Path

import click

from cadenza.cli.exits import Exit
from cadenza.cli.project import PATHS, checked
from cadenza.report.findings import FORMATS


@click.command("check")
@PATHS
@click.option(
    "--format", "form", type=click.Choice(list(FORMATS)), default="pretty", help="How to show findings.", show_default=True
)
@click.pass_context
def command(ctx: click.Context, paths: tuple[Path, ...], form: str) -> None:
    """Parse and check flows: files, or folders with all .flow files below them, as one project.

    Nothing that passes can fail for the author's fault when it runs. Exit code 1 says that there are findings.
    """
    result = checked(paths)
    click.echo(FORMATS[form](result.diagnostics), nl=False)
    if form == "pretty" and not result.diagnostics:
        files = len(result.sources)
        flows = len(result.program.flows) if result.program is not None else 0
        click.echo(f"{flows} flow{'s' * (flows != 1)} in {files} file{'s' * (files != 1)}: nothing to say", err=True)
    ctx.exit(Exit.FINDINGS if result.diagnostics else Exit.FINE)
