"""Tables: a block of rows and columns, which rich lays out for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from lossdoc.show.blocks import Line, Text

if TYPE_CHECKING:
    from rich import text
    from rich.style import Style

# What words of a style mean to rich; those that are not here are its own.
_RICH = {
    "code": "bold",
    "error": "bold red",
    "warning": "bold yellow",
    "info": "blue",
    "good": "bold green",
    "unsure": "bold cyan",
}
_TALL = 1000  # lines of a cell: rich is asked for all of them


class Column(Struct, frozen=True):
    """How a column looks. share: it takes what room the others leave; least, most: of its width; wrap: into lines."""

    head: str = ""
    wrap: bool = True
    share: bool = False
    right: bool = False
    least: int | None = None
    most: int | None = None


class Table:
    """Rows of cells under heads, on a terminal without them where `heads` says so; `bare`: without lines as well."""

    def __init__(
        self, columns: Sequence[Column], rows: Sequence[Sequence[Text]], *, heads: bool = True, bare: bool = False
    ) -> None:
        self.columns, self.rows, self._heads, self.bare = columns, rows, heads, bare

    def lines(self, width: int) -> list[Line]:
        from rich import box
        from rich.console import Console
        from rich.table import Table as RichTable

        if self.bare:
            grid = RichTable.grid(padding=(0, 2, 0, 0))
        else:
            whole = any(column.share for column in self.columns)
            grid = RichTable(
                box=box.SIMPLE_HEAD,
                show_header=self._heads,
                pad_edge=False,
                show_edge=False,
                expand=whole,
                header_style="dim",
                padding=(0, 1),
            )
        for column in self.columns:
            grid.add_column(
                column.head,
                no_wrap=not column.wrap,
                overflow="fold",
                ratio=1 if column.share else None,
                justify="right" if column.right else "left",
                min_width=column.least,
                max_width=column.most,
            )
        for row in self.rows:
            grid.add_row(*map(_rich, row))
        console = Console(width=width, height=_TALL, color_system="standard", legacy_windows=False, _environ={})
        return [
            [(segment.text, _words(segment.style)) for segment in line]
            for line in console.render_lines(grid, pad=False)
        ]


def _rich(cell: Text) -> text.Text:
    from rich.text import Text as RichText

    made = RichText()
    for part, style in cell.spans:
        made.append(part, " ".join(_RICH.get(word, word) for word in style.split()))
    return made


def _words(style: Style | None) -> str:
    if style is None:
        return ""
    words = ["bold"] * bool(style.bold) + ["dim"] * bool(style.dim) + ["italic"] * bool(style.italic)
    return " ".join([*words, *([style.color.name] if style.color is not None and not style.color.is_default else [])])
