"""All runs in one plot for each metric that matters: running medians, so that noise hides no difference."""

from __future__ import annotations

from collections.abc import Iterator

from rich.table import Table
from rich.text import Text

from lossdoc.comparison.result import Comparison, Row
from lossdoc.show.comparison._words import shown, unit
from lossdoc.show.report import Options
from lossdoc.show.report._thin import wants_log
from lossdoc.show.report._words import safe
from lossdoc.show.report.text._canvas import Series, Size, draw

# (unicode pen, ASCII pen, colour) of runs 1, 2, 3, ...; told apart by their pens where there is no colour.
PENS = (
    ("braille", "*", "cyan"),
    ("•", "o", "magenta"),
    ("·", ".", "green"),
    ("+", "+", "blue"),
    ("×", "x", "orange"),
    ("o", "@", "red"),
)
GAP = 2


def picture(found: Comparison, options: Options) -> Iterator[Table | Text]:
    """Plots side by side where the width allows it: what decides first, at least two where there are two."""
    columns = max(1, options.width // 66)
    rows = [row for row in shown(found, options.verbose) if row.direction or row.sides]
    rows = [row for row in rows if any(d.outcome != "not compared" for d in row.deltas.values())]
    rows = rows[: 8 if options.verbose else 2 if columns == 1 else 4]
    width = (options.width - GAP * (columns - 1)) // columns
    for start in range(0, len(rows), columns):
        grid = Table.grid(padding=(0, GAP, 0, 0), pad_edge=False)
        part = [_box(row, found, Size(width, 14), options) for row in rows[start : start + columns]]
        for _ in part:
            grid.add_column(width=width, vertical="bottom")
        grid.add_row(*(heading for heading, _ in part))
        grid.add_row(*(body for _, body in part))
        yield grid
        yield Text("")


def _box(row: Row, found: Comparison, size: Size, options: Options) -> tuple[Text, Text]:
    drawn = [n for n in row.sides if n - 1 < len(PENS)]
    series = []
    for number in drawn:
        pen, plain, ink = PENS[number - 1]
        side = row.sides[number]
        series.append(Series(side.x, side.course, plain if options.ascii else pen, ink))
    log = wants_log([s.y for s in series])
    axis = {"row": "record", "time": "seconds"}.get(found.by, found.by)
    # The baseline is drawn last, so that no other hides it.
    body = draw(series[::-1], [], size, axis, log=log, ascii=options.ascii)
    return _heading(row, drawn, log, size.width, options), Text.from_ansi(body.rstrip("\n"), no_wrap=True)


def _heading(row: Row, drawn: list[int], log: bool, width: int, options: Options) -> Text:
    text = Text(" " + safe(row.name), style="bold")
    text.append(f" {unit(row)}".rstrip(), style="not bold dim")
    for number in drawn:
        pen, plain, ink = PENS[number - 1]
        sign = plain if options.ascii else "⣿" if pen == "braille" else pen
        text.append(f"  {sign}", style=ink)
        text.append(f" run {number}", style="not bold")
    if len(drawn) < len(row.sides):
        text.append(f"  {len(row.sides) - len(drawn)} more not drawn", style="not bold dim")
    text.append("  running median" + (", log scale" if log else ""), style="not bold dim")
    text.truncate(width, overflow="ellipsis")
    return text
