"""The curves that matter, as blocks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lossdoc.model.finding import Finding, Report, Severity
from lossdoc.show.blocks import Block, Text, length
from lossdoc.show.blocks.chart import Chart, Charts
from lossdoc.show.plot.canvas import Mark, Series
from lossdoc.show.plot.thin import wants_log
from lossdoc.show.report import Options
from lossdoc.show.report._panels import Panel, choose
from lossdoc.show.report._words import logged_name

# (unicode pen, ASCII pen, colour): told apart by their pens where there is no colour.
PENS = (
    ("braille", "*", "cyan"),
    ("•", "o", "magenta"),
    ("·", ".", "green"),
    ("+", "+", "blue"),
    ("×", "x", "orange"),
    ("o", "@", "red"),
)
MARK_INK: dict[Severity, str] = {"error": "red", "warning": "orange", "info": "blue"}


def charts(report: Report, options: Options, rows: int, most: int, run: int = 0) -> Iterator[Block]:
    """At most so many, the most important first; `rows` is the height of each."""
    columns = max(1, options.width // Charts.WIDE)
    room = (options.width - Charts.GAP * (columns - 1)) // columns
    yield Charts([_chart(panel, room, rows, options) for panel in choose(report, most)], run)
    yield Text("")


def _chart(panel: Panel, room: int, rows: int, options: Options) -> Chart:
    curves = panel.curves
    pens = [(ascii if options.ascii else pen, ink) for (pen, ascii, ink), _ in zip(PENS, curves, strict=False)]
    series = [Series(c.steps, c.values, pen, ink, logged_name(c)) for c, (pen, ink) in zip(curves, pens, strict=False)]
    log = wants_log([c.values for c in curves])
    marks = [Mark(x, label, MARK_INK[severity]) for x, label, severity in panel.marks()]
    # The curve that is asked for is drawn last, so that no other hides it.
    return Chart(
        _heading(panel, pens, log, room),
        series[::-1],
        marks,
        rows=rows,
        axis=curves[0].axis,
        log=log,
        ascii=options.ascii,
        panel=panel,
    )


def _heading(panel: Panel, pens: Sequence[tuple[str, str]], log: bool, width: int) -> list[Text]:
    """`⣿ loss  • eval_loss  × 3 NaN  ┊1 non-finite`; the findings on a line of their own where they do not fit."""
    import numpy as np

    text = Text()
    several = len(panel.curves) > 1
    for curve, (pen, ink) in zip(panel.curves, pens, strict=False):
        text.append("  " if text.spans else " ")
        if several:
            text.append("⣿ " if pen == "braille" else f"{pen} ", ink)
        text.append(logged_name(curve), "" if text.spans[2:] else "bold")
        for word, sick in (("NaN", np.isnan(curve.values).sum()), ("infinite", np.isinf(curve.values).sum())):
            if sick:
                text.append("  ").append(f"× {sick} {word}", "red")
    if log:
        text.append("  ").append("log scale", "dim")
    marks = legend_of_findings(panel.findings)
    together = length(text.spans) + length(marks.spans) <= width
    return [text.append(marks)] if together else [text, marks]


def legend_of_findings(findings: Sequence[tuple[str, Finding]]) -> Text:
    """`┊1 overfitting  ┊1a eval-gap`."""
    marks = Text()
    for label, finding in findings:
        marks.append("  ").append(f"┊{label} ", finding.severity).append(finding.check, "bold")
    return marks
