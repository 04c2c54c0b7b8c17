"""All runs in one plot for each metric that matters: running medians, so that noise hides no difference."""

from __future__ import annotations

from collections.abc import Iterator

from lossdoc.comparison.result import Comparison, Row
from lossdoc.show.blocks import Block, Text
from lossdoc.show.blocks.chart import Chart, Charts
from lossdoc.show.comparison._words import shown, unit
from lossdoc.show.plot.canvas import Series
from lossdoc.show.plot.thin import wants_log
from lossdoc.show.report import Options
from lossdoc.show.report._charts import PENS  # of runs 1, 2, 3, ...
from lossdoc.show.report._words import safe

ROWS = 14


def picture(found: Comparison, options: Options) -> Iterator[Block]:
    """Plots side by side where the width allows it: what decides first, at least two where there are two."""
    columns = max(1, options.width // Charts.WIDE)
    rows = [row for row in shown(found, options.verbose) if row.direction or row.sides]
    rows = [row for row in rows if any(d.outcome != "not compared" for d in row.deltas.values())]
    rows = rows[: 8 if options.verbose else 2 if columns == 1 else 4]
    if rows:
        yield Charts([_chart(row, found, options) for row in rows])
        yield Text("")


def _chart(row: Row, found: Comparison, options: Options) -> Chart:
    drawn = [n for n in row.sides if n - 1 < len(PENS)]
    series = []
    for number in drawn:
        pen, plain, ink = PENS[number - 1]
        side = row.sides[number]
        name = f"{safe(row.name)}, run {number}"
        series.append(Series(side.x, side.course, plain if options.ascii else pen, ink, name))
    log = wants_log([s.y for s in series])
    axis = {"row": "record", "time": "seconds"}.get(found.by, found.by)
    # The baseline is drawn last, so that no other hides it.
    heading = [_heading(row, drawn, log, options)]
    return Chart(heading, series[::-1], [], rows=ROWS, axis=axis, log=log, ascii=options.ascii)


def _heading(row: Row, drawn: list[int], log: bool, options: Options) -> Text:
    text = Text(" " + safe(row.name), "bold").append(f" {unit(row)}".rstrip(), "dim")
    for number in drawn:
        pen, plain, ink = PENS[number - 1]
        sign = plain if options.ascii else "⣿" if pen == "braille" else pen
        text.append("  ").append(sign, ink.replace("orange", "yellow")).append(f" run {number}")
    if len(drawn) < len(row.sides):
        text.append(f"  {len(row.sides) - len(drawn)} more not drawn", "dim")
    return text.append("  running median" + (", log scale" if log else ""), "dim")
