"""What every part of the text report shares: options, glyphs, colours, and the way rich turns it into text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from io import StringIO
from typing import TYPE_CHECKING

from rich.console import Console

from lossdoc.model.finding import Severity, Verdict
from lossdoc.show.report import Options

if TYPE_CHECKING:
    from rich.console import RenderableType

# Basic ANSI colours only: they follow the reader's own theme, light or dark.
SEVERITY_STYLE: dict[Severity, str] = {"error": "bold red", "warning": "bold yellow", "info": "blue"}
SEVERITY_INK: dict[Severity, str] = {"error": "red", "warning": "orange", "info": "blue"}
SEVERITY_GLYPH: dict[Severity, str] = {"error": "✗", "warning": "▲", "info": "•"}
VERDICT_STYLE: dict[Verdict, str] = {
    "failing": "bold red",
    "suspicious": "bold yellow",
    "not judged": "bold cyan",
    "healthy": "bold green",
}
VERDICT_GLYPH: dict[Verdict, str] = {"failing": "✗", "suspicious": "▲", "not judged": "?", "healthy": "✓"}

# One character for one, so that columns stay in line.
_ASCII = str.maketrans(
    "─━│┃┌┐└┘├┤┬┴┼┄┊╴╶╵╷╭╮╰╯✗▲✓•·×→←↑↓≥≤≈±−–—‘’“”…µβγλσεαηπΔ°",
    "--||++++++++++:----++++x!+*.x><^v><~+---''\"\".ubglseanpDo",
)
# A line that begins so is a command to GitHub Actions, and a text that is wrapped may begin a line anywhere.
_COMMAND = re.compile(r"^([ \t]*)::", re.M)
_ANSI = re.compile("\x1b\\[[0-9;]*m")


def render(parts: Iterable[RenderableType], options: Options, *, wrap: bool = True) -> str:
    """Text of the report, without trailing blanks; `wrap` keeps it within `options.width` columns."""
    console = Console(
        file=StringIO(),
        width=options.width,
        color_system="standard" if options.color else None,
        force_terminal=options.color,
        legacy_windows=False,
        markup=False,
        highlight=False,
        emoji=False,
        _environ={},
    )
    for part in parts:
        console.print(part, soft_wrap=not wrap)
    assert isinstance(console.file, StringIO)
    text = "\n".join(_trim(line) for line in console.file.getvalue().splitlines())
    text = _COMMAND.sub(r"\1\\::", text)
    if options.ascii:
        text = text.translate(_ASCII).encode("ascii", "replace").decode()
    return text.rstrip() + "\n"


def _trim(line: str) -> str:
    """Drop trailing blanks; where colour follows them they are kept, since they cannot be seen."""
    return line.rstrip() if "\x1b" not in line else re.sub(r" +((?:\x1b\[0m)?)$", r"\1", line)
