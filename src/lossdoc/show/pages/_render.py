"""Blocks -> text of a page."""

from __future__ import annotations

from collections.abc import Iterable

from lossdoc.show.pages import Look
from lossdoc.show.pages._ink import _CODES, Block, Line

# One character for one, so that columns stay in line.
_ASCII = str.maketrans("─│•·×→≥≤≈±−–—‘’“”…²βγλεσαπ∑∞", "-|*.x>><~+---''\"\".2bglesapS8")


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
    """The text in ASCII where the stream has nothing else."""
    return text.translate(_ASCII).encode("ascii", "replace").decode() if look.ascii else text


def _painted(line: Line) -> str:
    made = []
    for text, style in line:
        codes = ";".join(_CODES[word] for word in style.split())
        made.append(f"\x1b[{codes}m{text}\x1b[0m" if codes and text else text)
    return "".join(made).rstrip()
