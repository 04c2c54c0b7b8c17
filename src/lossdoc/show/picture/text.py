"""The picture for a terminal: plots one below the other on a common width."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.text import Text

from lossdoc.show.picture import Line, Plot
from lossdoc.show.report import Options
from lossdoc.show.report._words import safe
from lossdoc.show.report.text._canvas import Mark, Series, Size, draw
from lossdoc.show.report.text._page import SEVERITY_INK, SEVERITY_STYLE, render
from lossdoc.show.report.text.plots import PENS

_BEHIND = ("·", ".", "gray")  # what was logged, behind its smoothed curve
LEAST_ROWS = 8


def write(plots: Sequence[Plot], options: Options, rows: int) -> str:
    """The picture as text; `rows` is the height of one plot, axes included."""
    return render(list(_parts(plots, options, max(LEAST_ROWS, rows))), options)


def _parts(plots: Sequence[Plot], options: Options, rows: int) -> Iterator[Text]:
    for plot in plots:
        yield from _heading(plot, options)
        marks = [Mark(x, label, SEVERITY_INK[severity]) for x, label, severity in plot.panel.marks()]
        # The first curve is drawn last, so that no other hides it; what was logged lies behind all.
        raw = [
            Series(line.raw.steps, line.raw.values, _pen(_BEHIND, options), _BEHIND[2])
            for line in plot.lines
            if line.raw
        ]
        pens = [PENS[n % len(PENS)] for n in range(len(plot.lines))]
        drawn = [
            Series(line.curve.steps, line.curve.values, _pen(pen, options), pen[2])
            for line, pen in zip(plot.lines, pens, strict=True)
        ]
        size = Size(options.width, rows)
        axis = plot.lines[0].curve.axis
        body = draw([*raw, *drawn[::-1]], marks, size, axis, log=plot.log, ascii=options.ascii)
        yield Text.from_ansi(body.rstrip("\n"), no_wrap=True)
        yield Text("")


def _pen(pen: tuple[str, str, str], options: Options) -> str:
    return pen[1] if options.ascii else pen[0]


def _heading(plot: Plot, options: Options) -> Iterator[Text]:
    text = Text(" " + safe(plot.title), style="bold")
    if plot.log:
        text.append("  log scale", style="not bold dim")
    for index, line in enumerate(plot.lines):
        pen = _pen(PENS[index % len(PENS)], options)
        text.append("  " + ("⣿" if pen == "braille" else pen), style=PENS[index % len(PENS)][2])
        text.append(f" {safe(line.name)}{_sick(line)}", style="not bold")
    yield text
    if plot.findings:
        marks = Text()
        for label, finding in plot.findings:
            marks.append(f"  ┊{label} ", style=SEVERITY_STYLE[finding.severity])
            marks.append(finding.check)
        yield marks
    for note in plot.notes:
        yield Text(f"  {safe(note)}", style="dim")


def _sick(line: Line) -> str:
    """` (3 NaN, 1 infinite)`, "" for a curve of numbers only."""
    import numpy as np

    values = (line.raw or line.curve).values
    counts = (("NaN", int(np.isnan(values).sum())), ("infinite", int(np.isinf(values).sum())))
    words = ", ".join(f"{count} {word}" for word, count in counts if count)
    return f" ({words})" if words else ""
