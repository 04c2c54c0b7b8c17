"""All runs in one plot for each metric that matters: running medians, so that noise hides no difference."""

from __future__ import annotations

from collections.abc import Iterator

from lossdoc.comparison.result import Comparison, Row
from lossdoc.show.blocks import Block, Text
from lossdoc.show.blocks.chart import Chart, Charts
from lossdoc.show.comparison._words import shown, unit
from lossdoc.show.plot.pens import PENS, pen
from lossdoc.show.plot.scene import Scene, Series
from lossdoc.show.plot.thin import wants_log
from lossdoc.show.report import Options
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
    # The pen of a run is the same in every plot; the baseline is drawn last, so that no other hides it.
    drawn = [number for number in row.sides if number - 1 < len(PENS)]
    series = [
        Series(row.sides[number].x, row.sides[number].course, f"{safe(row.name)}, run {number}", number - 1)
        for number in drawn
    ]
    axis = {"row": "record", "time": "seconds"}.get(found.by, found.by)
    scene = Scene(series, (), axis, wants_log([one.y for one in series]))
    return Chart([_heading(row, drawn, scene.log, options)], scene, rows=ROWS, ascii=options.ascii)


def _heading(row: Row, drawn: list[int], log: bool, options: Options) -> Text:
    text = Text(" " + safe(row.name), "bold").append(f" {unit(row)}".rstrip(), "dim")
    for number in drawn:
        of_run = pen(number - 1)
        text.append("  ").append(of_run.sign(options.ascii), of_run.style).append(f" run {number}")
    if len(drawn) < len(row.sides):
        text.append(f"  {len(row.sides) - len(drawn)} more not drawn", "dim")
    return text.append("  running median" + (", log scale" if log else ""), "dim")
