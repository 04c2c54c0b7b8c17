"""The picture for a terminal: plots one below the other on a common width."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lossdoc.show.blocks import Block, Text
from lossdoc.show.blocks.chart import Chart
from lossdoc.show.blocks.terminal import render
from lossdoc.show.picture import Line, Plot
from lossdoc.show.plot.canvas import Mark, Series
from lossdoc.show.report import Options
from lossdoc.show.report._charts import MARK_INK, PENS, legend_of_findings
from lossdoc.show.report._words import safe

_BEHIND = ("·", ".", "gray")  # what was logged, behind its smoothed curve
_DRAWN = PENS[:4]
LEAST_ROWS = 8


def write(plots: Sequence[Plot], options: Options, rows: int) -> str:
    """The picture as text; `rows` is the height of one plot, axes included."""
    return render(_parts(plots, options, max(LEAST_ROWS, rows)), options)


def _parts(plots: Sequence[Plot], options: Options, rows: int) -> Iterator[Block]:
    for plot in plots:
        marks = [Mark(x, label, MARK_INK[severity]) for x, label, severity in plot.panel.marks()]
        # The first curve is drawn last, so that no other hides it; what was logged lies behind all.
        raw = [
            Series(line.raw.steps, line.raw.values, _pen(_BEHIND, options), _BEHIND[2])
            for line in plot.lines
            if line.raw
        ]
        pens = [_DRAWN[n % len(_DRAWN)] for n in range(len(plot.lines))]
        drawn = [
            Series(line.curve.steps, line.curve.values, _pen(pen, options), pen[2])
            for line, pen in zip(plot.lines, pens, strict=True)
        ]
        yield Chart(
            list(_heading(plot, options)),
            [*raw, *drawn[::-1]],
            marks,
            rows=rows,
            axis=plot.lines[0].curve.axis,
            log=plot.log,
            ascii=options.ascii,
        )
        yield Text("")


def _pen(pen: tuple[str, str, str], options: Options) -> str:
    return pen[1] if options.ascii else pen[0]


def _heading(plot: Plot, options: Options) -> Iterator[Text]:
    text = Text(" " + safe(plot.title), "bold")
    if plot.log:
        text.append("  ").append("log scale", "dim")
    for index, line in enumerate(plot.lines):
        pen = _pen(_DRAWN[index % len(_DRAWN)], options)
        text.append("  ").append(
            "⣿" if pen == "braille" else pen, _DRAWN[index % len(_DRAWN)][2].replace("orange", "yellow")
        )
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
