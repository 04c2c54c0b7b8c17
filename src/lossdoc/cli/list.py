"""`lossdoc list`: what lossdoc knows."""

import sys
from typing import Annotated, Literal

import typer

from lossdoc.cli._documents import ConfigFile, Documents, Isolated, known
from lossdoc.cli._screen import Color, color_of, emit, needs_ascii, width_of


def command(
    what: Annotated[
        Literal["metrics", "losses", "trainers", "checks", "formats", "limits"],
        typer.Argument(metavar="WHAT", help="metrics, losses, trainers, checks, formats or limits"),
    ],
    filter_: Annotated[
        list[str] | None,
        typer.Option(
            "--filter", metavar="TEXT", help="Only rows with this text, or of which it is an alias. Repeatable."
        ),
    ] = None,
    format_: Annotated[
        Literal["text", "json"], typer.Option("--format", "-f", help="For people or for programs.")
    ] = "text",
    metrics: Documents = None,
    config: ConfigFile = None,
    isolated: Isolated = False,
    width: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Columns of the table (default: the terminal's, else 80).")
    ] = None,
    color: Annotated[Color, typer.Option(help="Colour the table.")] = "auto",
) -> int:
    """List the metrics, loss functions, trainers, checks, log formats or limits that lossdoc knows."""
    from lossdoc.show.pages import Look, tables

    try:
        knowledge, _, _ = known(locals())
    except ValueError as error:
        from lossdoc.cli._errors import say

        say(str(error))
        return 2
    found = tables.rows(what, knowledge, filter_ or [])
    if format_ == "json":
        from msgspec import json

        emit(json.format(json.encode({"schema": 1, what: found}), indent=2).decode() + "\n", machine=True)
        return 0
    stream = sys.stdout
    look = Look(width=width_of(stream, width), color=color_of(stream, color), ascii=needs_ascii(stream))
    emit(tables.table(what, found, look))
    return 0
