"""The command line: one file a command, each imported only when it is asked for."""

from __future__ import annotations

import gc
import importlib
import os
import sys
import traceback

import click

from cadenza import __version__
from cadenza.cli.exits import Exit

_COMMANDS = {
    "check": "parse and check flows",
    "fmt": "the one style of a .flow file",
    "replay": "run real timelines through flows",
    "why": "why a message was sent, or what stopped it",
    "import": "make a data folder of a shop's export",
    "example": "make a small shop's data to try things on",
    "demo": "replay the example flows",
    "explain": "explain a diagnostic, or list events and reasons",
}


class _Lazy(click.Group):
    """Imports a command when it is called, so that `cadenza check` does not wait for a database."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"cadenza.cli.{cmd_name if cmd_name != 'import' else 'import_'}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="cadenza")
def cadenza() -> None:
    """Check, replay and explain marketing automations written as text."""


def main() -> None:
    """Run the program; what a person typed or fed never shows a traceback, and what is our own fault says so."""
    gc.disable()  # what is read and checked stays to the end, or goes by itself; a command that runs a program begins to look
    gc.set_threshold(100_000, 50, 100)
    try:
        code = cadenza.main(standalone_mode=False)
        sys.exit(code if isinstance(code, int) else Exit.FINE)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        click.echo("stopped", err=True)
        sys.exit(130)
    except BrokenPipeError:
        # Whoever read the output has seen enough; keep Python from complaining about it when it closes the pipe.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(Exit.FINE)
    except Exception as error:
        if os.environ.get("CADENZA_DEBUG"):
            traceback.print_exc()
        place = traceback.extract_tb(error.__traceback__)[-1]
        click.echo(
            f"This is a bug in Cadenza, not in your files: {type(error).__name__}: {error}\n"
            f"  at {os.path.basename(place.filename)}:{place.lineno}. Please report it with the command you ran;\n"  # noqa: PTH119
            "  CADENZA_DEBUG=1 shows more.",
            err=True,
        )
        sys.exit(Exit.OUR_BUG)
