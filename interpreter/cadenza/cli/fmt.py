"""`cadenza fmt`: write flows in the one style, or say which are not in it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import attrs
import click

from cadenza.cli.differences import difference
from cadenza.cli.exits import Exit
from cadenza.cli.project import PATHS
from cadenza.project import UnreadableError, find, read, replace
from cadenza.report import findings
from cadenza.syntax.parser import parse
from cadenza.syntax.printer import flaw, printed
from cadenza.syntax.printing.fixes import fixed
from cadenza.syntax.source import Source

_STDIN = Path("-")


@attrs.frozen
class _Styled:
    """A file as it is and as it should be."""

    path: Path
    old: str
    new: str


@click.command("fmt")
@PATHS
@click.option("--check", is_flag=True, help="Write nothing; name the files that would change.")
@click.option("--diff", is_flag=True, help="Write nothing; show what would change.")
@click.option("--fix", is_flag=True, help="First mend the mistakes that have only one remedy.")
@click.pass_context
def command(ctx: click.Context, paths: tuple[Path, ...], *, check: bool, diff: bool, fix: bool) -> None:
    """Write flows in the one style: files, or folders with all .flow files below them; `-` reads one and prints it.

    Nothing but the style changes, and no comment is lost. A file with syntax errors is left as it is. Exit code 1 says that
    there is one, or with --check and --diff that a file is not in the style.
    """
    worst, changes = Exit.FINE, 0
    for source, path in _sources(paths):
        styled = _styled(source, path, fix=fix)
        if isinstance(styled, Exit):
            worst = max(worst, styled)
        else:
            changes += styled.new != styled.old
            worst = max(worst, _compared(styled, check=check, diff=diff) if check or diff else _written(styled))
    if not changes and worst == Exit.FINE and paths != (_STDIN,):
        click.echo("nothing to change", err=True)
    ctx.exit(worst)


def _sources(paths: Sequence[Path]) -> Iterator[tuple[Source, Path]]:
    """Read all that is asked for before anything is written."""
    try:
        files = [path for one in paths for path in ([one] if one == _STDIN else find([one]))]
        both = [(_stdin() if path == _STDIN else read(path), path) for path in dict.fromkeys(files)]
    except UnreadableError as error:
        click.echo(str(error), err=True)
        raise click.exceptions.Exit(Exit.MISUSE) from None
    yield from both


def _stdin() -> Source:
    try:
        return Source("-", sys.stdin.buffer.read().decode("utf-8"))
    except UnicodeDecodeError:
        raise UnreadableError("-: this is not UTF-8 text") from None


def _styled(source: Source, path: Path, *, fix: bool) -> _Styled | Exit:
    parsed = parse(source)
    mended = fixed(parsed) if fix else parsed
    if mended.diagnostics:
        click.echo(findings.pretty(parsed.diagnostics), err=True)
        return Exit.FINDINGS
    new = printed(mended)
    if (wrong := flaw(mended, new)) is not None:
        what = f"this is a bug in Cadenza, not in your file: {wrong}"
        click.echo(f"{path}: {what}. The file is as it was; please report it", err=True)
        return Exit.OUR_BUG
    return _Styled(path, source.text, new)


def _compared(styled: _Styled, *, check: bool, diff: bool) -> Exit:
    if styled.new == styled.old:
        return Exit.FINE
    if diff:
        click.echo(difference(f"{styled.path}", styled.old, styled.new, "formatted"), nl=False)
    if check:
        click.echo(f"{styled.path}")
    return Exit.FINDINGS


def _written(styled: _Styled) -> Exit:
    if styled.path == _STDIN:
        click.echo(styled.new, nl=False)
    elif styled.new != styled.old:
        try:
            replace(styled.path, styled.new)
        except OSError as error:
            click.echo(f"{styled.path}: {(error.strerror or str(error)).lower()}", err=True)
            return Exit.MISUSE
        click.echo(f"{styled.path}: written anew", err=True)
    return Exit.FINE
