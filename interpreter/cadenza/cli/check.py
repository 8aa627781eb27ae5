"""`cadenza check`: parse and check flows, show what is wrong, and mend what has only one remedy."""

from __future__ import annotations

from pathlib import Path

import click

from cadenza import fixing
from cadenza.check.checker import Checked
from cadenza.cli.differences import difference
from cadenza.cli.exits import Exit
from cadenza.cli.project import PATHS, checked
from cadenza.data import zone_names
from cadenza.project import UnreadableError, replace
from cadenza.report.findings import FORMATS


@click.command("check")
@PATHS
@click.option(
    "--format", "form", type=click.Choice(list(FORMATS)), default="pretty", help="How to show findings.", show_default=True
)
@click.option("--fix", is_flag=True, help="First mend what has only one remedy; the library is never touched.")
@click.option("--diff", is_flag=True, help="With --fix: write nothing; show what would change.")
@click.pass_context
def command(ctx: click.Context, paths: tuple[Path, ...], form: str, *, fix: bool, diff: bool) -> None:
    """Parse and check flows: files, or folders with all .flow files below them, as one project.

    Nothing that passes can fail for the author's fault when it runs. Exit code 1 says that there are findings: errors, or
    warnings of what runs and cannot be meant so.
    """
    if diff and not fix:
        raise click.UsageError("--diff goes with --fix", ctx)
    result = _fixed(ctx, paths, diff=diff) if fix else checked(paths)
    click.echo(FORMATS[form](result.diagnostics), nl=False)
    if form == "pretty" and not result.diagnostics:
        files = len(result.sources)
        flows = len(result.program.flows) if result.program is not None else 0
        click.echo(f"{flows} flow{'s' * (flows != 1)} in {files} file{'s' * (files != 1)}: nothing to say", err=True)
    ctx.exit(Exit.FINDINGS if result.diagnostics else Exit.FINE)


def _fixed(ctx: click.Context, paths: tuple[Path, ...], *, diff: bool) -> Checked:
    """Mend the files and give what is left, or end the command with how they would change."""
    try:
        fixed = fixing.fix(paths, zone_names.names)
        for one in fixed.files:
            if diff:
                click.echo(difference(one.shown, one.old, one.new, "fixed"), nl=False)
            else:
                replace(one.path, one.new)
                click.echo(f"{one.shown}: {one.edits} fix{'es' * (one.edits != 1)}", err=True)
    except UnreadableError as error:
        click.echo(str(error), err=True)
        raise click.exceptions.Exit(Exit.MISUSE) from None
    except OSError as error:
        click.echo(f"{error.filename}: {(error.strerror or str(error)).lower()}", err=True)
        raise click.exceptions.Exit(Exit.MISUSE) from None
    if not fixed.files:
        click.echo("nothing to fix", err=True)
    elif diff:
        ctx.exit(Exit.FINDINGS)
    return fixed.left
