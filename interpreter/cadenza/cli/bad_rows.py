"""Read `--bad-rows stop`, `--bad-rows skip` and `--bad-rows quarantine FILE`: an option of one word or of two."""

from __future__ import annotations

from pathlib import Path

import click

_QUARANTINE = "quarantine"


class TwoWords(click.Command):
    """Joins `quarantine FILE` before click looks at the arguments, for click has no option with one word or two."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        joined: list[str] = []
        rest = list(args)
        while rest:
            word = rest.pop(0)
            joined.append(word)
            if word == "--bad-rows" and rest and rest[0] == _QUARANTINE:
                rest.pop(0)
                if not rest or rest[0].startswith("-"):
                    raise click.UsageError("--bad-rows quarantine needs a FILE to put the rows into", ctx)
                joined.append(f"{_QUARANTINE}={rest.pop(0)}")
        return super().parse_args(ctx, joined)


def policy(value: str) -> tuple[str, Path | None]:
    """Give what to do with bad rows, and the file for them."""
    word, _, file = value.partition("=")
    if word == _QUARANTINE and file:
        return word, Path(file)
    if word in ("stop", "skip") and not file:
        return word, None
    raise click.BadParameter("it is stop, skip, or quarantine FILE", param_hint="--bad-rows")
