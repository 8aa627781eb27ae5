"""`cadenza explain`: what a diagnostic means, at length; what events, words and reasons there are."""

from __future__ import annotations

import click

from cadenza.cli.exits import Exit
from cadenza.report import pages
from cadenza.syntax.diagnostics import closest


@click.command("explain")
@click.argument("topic", required=False, metavar="[CODE]")
def command(topic: str | None) -> None:
    """Explain the diagnostic with this code; or list `events`, `journal` words, `reasons`; or, with nothing, all codes."""
    known = pages.topics()
    if topic is None:
        width = max(map(len, known))
        click.echo("\n".join(f"{name.ljust(width)}  {title}" for name, title in known.items()))
        return
    name = next((one for one in known if one.casefold() == topic.casefold()), None)
    if name is None:
        near = closest(topic, known)
        hint = f"did you mean {near}?" if near else "`cadenza explain` lists them"
        click.echo(f"there is no page about `{topic}`; {hint}", err=True)
        raise click.exceptions.Exit(Exit.MISUSE)
    click.echo(pages.page(name), nl=False)
