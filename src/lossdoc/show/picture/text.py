"""The picture for a terminal: plots one below the other on a common width."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap

from lossdoc.show.blocks import Block, Text, length
from lossdoc.show.blocks.chart import Chart
from lossdoc.show.blocks.terminal import render
from lossdoc.show.picture import Plot, packed
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
        heading = list(_heading(plot, options))
        more = max(0, len(heading) - 2)  # a title and its findings have their room beside `rows`
        yield Chart(heading, plot.scene(), rows=max(LEAST_ROWS, rows - more), ascii=options.ascii)
        yield Text("")


def _heading(plot: Plot, options: Options) -> Iterator[Text]:
    entries = [Text(safe(plot.title), "bold")]
    if plot.log:
        entries.append(Text("log scale", "dim"))
    for rank, line in enumerate(plot.lines):
        entries.append(Text(pen(rank).sign(options.ascii), pen(rank).style).append(f" {line.legend}"))
    for indexes in packed([length(entry.spans) + 2 for entry in entries], options.width):
        shown = Text(" ")
        for index in indexes:
            shown.append("  " if index > indexes[0] else "").append(entries[index])
        yield shown
    marks = [length(legend_of_findings([one]).spans) for one in plot.findings]
    for indexes in packed(marks, options.width) if marks else []:
        yield legend_of_findings([plot.findings[index] for index in indexes])
    for note in plot.notes:
        yield from (Text(f"  {part}", "dim") for part in wrap(safe(note), max(1, options.width - 2)))
