"""The picture for a terminal: plots one below the other on a common width."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lossdoc.show.blocks import Block, Text
from lossdoc.show.blocks.chart import Chart
from lossdoc.show.blocks.terminal import render
from lossdoc.show.picture import Line, Plot
from lossdoc.show.plot.pens import pen
from lossdoc.show.report import Options
from lossdoc.show.report._charts import legend_of_findings
from lossdoc.show.report._words import safe

LEAST_ROWS = 8


def write(plots: Sequence[Plot], options: Options, rows: int) -> str:
    """The picture as text; `rows` is the height of one plot, axes included."""
    return render(_parts(plots, options, max(LEAST_ROWS, rows)), options)


def _parts(plots: Sequence[Plot], options: Options, rows: int) -> Iterator[Block]:
    for plot in plots:
        yield Chart(list(_heading(plot, options)), plot.scene(), rows=rows, ascii=options.ascii)
        yield Text("")


def _heading(plot: Plot, options: Options) -> Iterator[Text]:
    text = Text(" " + safe(plot.title), "bold")
    if plot.log:
        text.append("  ").append("log scale", "dim")
    for rank, line in enumerate(plot.lines):
        text.append("  ").append(pen(rank).sign(options.ascii), pen(rank).style)
        text.append(f" {safe(line.name)}{_sick(line)}")
    yield text
    if plot.findings:
        yield legend_of_findings(plot.findings)
    for note in plot.notes:
        yield Text(f"  {safe(note)}", "dim")


def _sick(line: Line) -> str:
    """` (3 NaN, 1 infinite)`, "" for a curve of numbers only."""
    import numpy as np

    values = (line.raw or line.curve).values
    counts = (("NaN", int(np.isnan(values).sum())), ("infinite", int(np.isinf(values).sum())))
    words = ", ".join(f"{count} {word}" for word, count in counts if count)
    return f" ({words})" if words else ""
