"""The command line: arguments -> call -> exit code. The only room that touches screen, clock, environment, exit code.

One command is one module of this folder (not starting with "_") with a function `command` whose parameters are typer
options and whose docstring is its help; the number it returns is the exit code (None is 0). Underscores in a module's
name become hyphens. Commands are found by walking the folder and imported only when they are run or when help lists
them; none of them may import numpy, pandas or plotext at module level. Their annotations are not postponed: typer would
evaluate the text of each, twice.
"""

import importlib
import pkgutil
import re
from functools import cache
from typing import Annotated, Any

import typer
import typer.core
import typer.main

from lossdoc import __version__


def command_names() -> list[str]:
    """Names of the commands for users, without importing any."""
    names = (m.name.replace("_", "-") for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_"))
    return sorted(name for name in names if name not in _OF_CONTRIBUTORS)


_OF_CONTRIBUTORS = ("new",)  # no help of users lists them
HELP = {"help_option_names": ["-h", "--help"]}


@cache
def _load(name: str) -> Any:
    module = importlib.import_module(f"{__name__}.{name.replace('-', '_')}")
    # No rich in help texts: it doubles the time of `--help` and would read `[...]` in them as markup.
    single = typer.Typer(add_completion=False, rich_markup_mode=None, context_settings=HELP)
    single.command(name=name)(module.command)
    return typer.main.get_command(single)


def _instead(word: str) -> str:
    """What was probably meant: a command with a slip in it, or the file itself."""
    import difflib
    import os

    close = difflib.get_close_matches(word, command_names(), n=1)
    if close:
        return f" Did you mean {close[0]}?"
    if os.path.exists(word):
        return f" Did you mean: lossdoc check {word}"
    return f" There are: {', '.join(command_names())}"


def _name_the_nearest(error: Any) -> None:
    """A word that is none of a few is refused with the one that was probably meant. Typer brings a Click of its own."""
    import difflib

    choices = getattr(getattr(getattr(error, "param", None), "type", None), "choices", ())
    word = re.match(r"'([^']*)' is not one of", getattr(error, "message", ""))
    close = difflib.get_close_matches(word[1], [str(choice) for choice in choices], n=1) if word else []
    if close:
        error.message += f" Did you mean {close[0]}?"


class ClosedPipe(Exception):
    """Nobody reads our output any more. Typer would turn a BrokenPipeError into exit code 1, which means findings."""


class Commands(typer.core.TyperGroup):
    """A group whose members are the modules of this folder."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        return command_names()

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        return _load(cmd_name) if cmd_name in (*command_names(), *_OF_CONTRIBUTORS) else None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command; a mistyped one is refused with the name that was probably meant."""
        if args and not args[0].startswith("-") and args[0] not in (*command_names(), *_OF_CONTRIBUTORS):
            ctx.fail(f"no command {args[0]!r}.{_instead(args[0])}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        try:
            code = super().invoke(ctx)
        except BrokenPipeError as error:
            raise ClosedPipe from error
        except Exception as error:
            _name_the_nearest(error)
            raise
        raise typer.Exit(code if isinstance(code, int) else 0)


app = typer.Typer(
    cls=Commands,
    name="lossdoc",
    context_settings=HELP,
    rich_markup_mode=None,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def _version(value: bool) -> None:
    if value:
        typer.echo(f"lossdoc {__version__}")
        raise typer.Exit()


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """The linter for training runs: reads what a trainer printed, finds what is wrong, and explains it."""
