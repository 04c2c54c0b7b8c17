"""`lossdoc config`: what is in force, and where each value comes from."""

import json
import sys
from typing import Annotated, Any, Literal

import typer

from lossdoc.cli import _options as option
from lossdoc.cli._screen import color_of, emit, needs_ascii, width_of


def command(
    keys: Annotated[bool, typer.Option("--keys", help="List the keys that there are, and what they mean.")] = False,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON schema of the keys for editors.")] = False,
    config: option.ConfigFile = None,
    isolated: option.Isolated = False,
    format_: Annotated[
        Literal["text", "json"], typer.Option("--format", "-f", help="For people or for programs.")
    ] = "text",
    width: option.Width = None,
    color: option.ColorOption = "auto",
) -> int:
    """Show what is in force, and where each value comes from: default, file and line.

    Exit codes: 0, 2 for a configuration that cannot be used.
    """
    from lossdoc.cli._errors import say
    from lossdoc.cli._in_force import gather, options_of
    from lossdoc.config.errors import ConfigError
    from lossdoc.config.layers import rows
    from lossdoc.config.schema import KEYS, json_schema, meaning

    if schema:
        from lossdoc.knowledge import Knowledge

        emit(json.dumps(json_schema(Knowledge.load().limits()), indent=2) + "\n", machine=True)
        return 0
    if keys:
        return _show([(key, meaning(key)) for key in KEYS], ("key", "meaning"), format_, width, color)
    try:
        in_force = gather(locals())
        options_of(in_force)
    except (ConfigError, ValueError) as error:
        say(str(error))
        return 2
    return _show(list(rows(in_force)), ("key", "value", "comes from"), format_, width, color)


def _show(found: list[Any], heads: tuple[str, ...], format_: str, width: int | None, color: Any) -> int:
    if format_ == "json":
        emit(
            json.dumps({"schema": 1, "config": [dict(zip(heads, row, strict=True)) for row in found]}, indent=2) + "\n"
        )
        return 0
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="dim", padding=(0, 1))
    for head in heads:
        grid.add_column(head, overflow="fold")
    for row in found:
        grid.add_row(*(Text(cell if isinstance(cell, str) else json.dumps(cell)) for cell in row))
    stream = sys.stdout
    console = Console(
        width=width_of(stream, width),
        color_system="standard" if color_of(stream, color) else None,
        force_terminal=color_of(stream, color),
        safe_box=needs_ascii(stream),
    )
    with console.capture() as capture:
        console.print(grid)
    lines = [line.rstrip() for line in capture.get().splitlines()]
    text = "\n".join(lines) + "\n"
    emit(text.replace("─", "-") if needs_ascii(stream) else text)
    return 0
