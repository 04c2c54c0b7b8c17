"""Blocks -> text for a terminal or a pipe."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Protocol

from lossdoc.show.blocks import STYLES, Block, Line
from lossdoc.words.expressions import expression

# One character for one, so that columns stay in line.
_ASCII = str.maketrans(
    "─━│┃┌┐└┘├┤┬┴┼┄┊╴╶╵╷╭╮╰╯✗▲✓•·×→←↑↓≥≤≈±−–—‘’“”…²µβγλσεαηπΔ°∑∞",
    "--||++++++++++:----++++x!+*.x><^v><~+---''\"\".2ubglseanpDoS8",
)
# A line that begins so is a command to GitHub Actions, and a text that is wrapped may begin a line anywhere.
_COMMAND = expression(r"^((?:\x1b\[[0-9;]*m|[ \t])*)::", re.M)


class Look(Protocol):
    """What a terminal is like: columns, whether it has colours and more than ASCII."""

    @property
    def width(self) -> int: ...
    @property
    def color(self) -> bool: ...
    @property
    def ascii(self) -> bool: ...


def render(parts: Iterable[Block], look: Look) -> str:
    """At most `look.width` columns, no trailing blanks, no two empty lines together, one newline at the end."""
    lines: list[str] = []
    for part in parts:
        for line in part.lines(look.width):
            text = _painted(line) if look.color else "".join(text for text, _ in line).rstrip()
            if text or (lines and lines[-1]):
                lines.append(text)
    return to_stream("\n".join(lines).rstrip() + "\n", look)


def to_stream(text: str, look: Look) -> str:
    """The text as the stream can take it: no command of a build server, in ASCII where it has nothing else."""
    text = _COMMAND.sub(r"\1\\::", text)
    return text.translate(_ASCII).encode("ascii", "replace").decode() if look.ascii else text


def _painted(line: Line) -> str:
    """The line with its colours. Trailing blanks are dropped, also those inside the last colour."""
    while line and not line[-1][0].strip():
        line = line[:-1]
    made = []
    for number, (text, style) in enumerate(line, 1):
        text = text.rstrip() if number == len(line) else text
        codes = ";".join(STYLES[word] for word in style.split())
        made.append(f"\x1b[{codes}m{text}\x1b[0m" if codes else text)
    return "".join(made)
