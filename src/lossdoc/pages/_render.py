"""Renderables -> text of a page."""

from __future__ import annotations

from collections.abc import Iterable
from io import StringIO
from typing import TYPE_CHECKING

from rich.console import Console

from lossdoc.pages import Look

if TYPE_CHECKING:
    from rich.console import RenderableType

# One character for one, so that columns stay in line.
_ASCII = str.maketrans("─│•·×→≥≤≈±−–—‘’“”…²βγλεσαπ∑∞", "-|*.x>><~+---''\"\".2bglesapS8")


def render(parts: Iterable[RenderableType], look: Look) -> str:
    """At most `look.width` columns, no trailing blanks, no two empty lines together, one newline at the end."""
    out = StringIO()
    console = Console(
        file=out,
        width=look.width,
        color_system="standard" if look.color else None,
        force_terminal=look.color,
        legacy_windows=False,
        markup=False,
        highlight=False,
        emoji=False,
        _environ={},
    )
    for part in parts:
        console.print(part)
    lines: list[str] = []
    for line in out.getvalue().splitlines():
        line = line.rstrip()
        if line or (lines and lines[-1]):
            lines.append(line)
    text = "\n".join(lines).rstrip() + "\n"
    return text.translate(_ASCII).encode("ascii", "replace").decode() if look.ascii else text
