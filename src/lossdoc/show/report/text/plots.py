"""The curves that matter, side by side where the width allows it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.table import Table
from rich.text import Text

from lossdoc.model.finding import Report
from lossdoc.show.report import Options
from lossdoc.show.report._panels import Panel, choose
from lossdoc.show.report._thin import wants_log
from lossdoc.show.report._words import safe
from lossdoc.show.report.text._canvas import Mark, Series, Size, draw
from lossdoc.show.report.text._page import SEVERITY_INK, SEVERITY_STYLE

# (unicode pen, ASCII pen, colour): told apart by their pens where there is no colour.
PENS = (("braille", "*", "cyan"), ("•", "o", "magenta"), ("·", ".", "green"), ("+", "+", "blue"))


def plots(report: Report, options: Options) -> Iterator[Table | Text]:
    """Plots side by side where the width allows it, else stacked."""
    columns = max(1, options.width // 66)
    panels = choose(report, 9 if options.verbose else columns)
    gap = 2
    width = (options.width - gap * (columns - 1)) // columns
    boxes = [_box(panel, Size(width, 12), options) for panel in panels]
    for start in range(0, len(boxes), columns):
        grid = Table.grid(padding=(0, gap, 0, 0), pad_edge=False)
        row = boxes[start : start + columns]
        for _ in row:
            grid.add_column(width=width, vertical="bottom")
        grid.add_row(*(heading for heading, _ in row))
        grid.add_row(*(body for _, body in row))
        yield grid
        yield Text("")


def _box(panel: Panel, size: Size, options: Options) -> tuple[Text, Text]:
    curves = panel.curves
    pens = [(ascii if options.ascii else pen, ink) for (pen, ascii, ink), _ in zip(PENS, curves, strict=False)]
    series = [Series(c.steps, c.values, pen, ink) for c, (pen, ink) in zip(curves, pens, strict=False)]
    log = wants_log([c.values for c in curves])
    marks = [Mark(x, label, SEVERITY_INK[severity]) for x, label, severity in panel.marks()]
    # The curve that is asked for is drawn last, so that no other hides it.
    body = draw(series[::-1], marks, size, curves[0].axis, log=log, ascii=options.ascii)
    return _heading(panel, pens, log, size.width), Text.from_ansi(body.rstrip("\n"), no_wrap=True)


def _heading(panel: Panel, pens: Sequence[tuple[str, str]], log: bool, width: int) -> Text:
    """`loss  ⣿ train  • eval  × 3 NaN  ┊1 non-finite`; the findings on a line of their own where they do not fit."""
    import numpy as np

    first = panel.curves[0]
    text = Text(" " + safe(first.metric + "".join(f" ({v})" for v in first.labels.values())), style="bold")
    several = len(panel.curves) > 1
    for curve, (pen, ink) in zip(panel.curves, pens, strict=False):
        if several:
            word = curve.split if curve.metric == first.metric else safe(curve.name)
            text.append("  " + ("⣿" if pen == "braille" else pen), style=ink)
            text.append(f" {word}", style="not bold")
        for word, sick in (("NaN", np.isnan(curve.values).sum()), ("infinite", np.isinf(curve.values).sum())):
            if sick:
                text.append(f"  × {sick} {word}", style="not bold red")
    if log:
        text.append("  log scale", style="not bold dim")
    marks = Text()
    for label, finding in panel.findings:
        marks.append(f"  ┊{label} ", style=SEVERITY_STYLE[finding.severity])
        marks.append(finding.check)
    lines = [text + marks] if text.cell_len + marks.cell_len <= width else [text, marks]
    for line in lines:
        line.truncate(width, overflow="ellipsis")
    return Text("\n").join(lines)
