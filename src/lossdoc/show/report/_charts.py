"""The curves that matter, as blocks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lossdoc.model.finding import Finding, Report
from lossdoc.show.blocks import Block, Text, length
from lossdoc.show.blocks.chart import Chart, Charts
from lossdoc.show.plot.pens import pen
from lossdoc.show.plot.scene import Scene
from lossdoc.show.report import Options
from lossdoc.show.report._panels import Panel, choose


def charts(report: Report, options: Options, rows: int, most: int, run: int = 0) -> Iterator[Block]:
    """At most so many, the most important first; `rows` is the height of each."""
    columns = max(1, options.width // Charts.WIDE)
    room = (options.width - Charts.GAP * (columns - 1)) // columns
    yield Charts([_chart(panel, room, rows, options) for panel in choose(report, most)], run)
    yield Text("")


def _chart(panel: Panel, room: int, rows: int, options: Options) -> Chart:
    scene = panel.scene()
    return Chart(_heading(panel, scene, room, options.ascii), scene, rows=rows, ascii=options.ascii)


def _heading(panel: Panel, scene: Scene, width: int, ascii: bool) -> list[Text]:
    """`⣿ loss  • eval_loss  × 3 NaN  ┊1 non-finite`; the findings on a line of their own where they do not fit."""
    import numpy as np

    text = Text()
    for one in scene.series:
        text.append("  " if text.spans else " ")
        if len(scene.series) > 1:
            text.append(f"{pen(one.rank).sign(ascii)} ", pen(one.rank).style)
        text.append(one.name, "" if text.spans[2:] else "bold")
        for word, sick in (("NaN", np.isnan(one.y).sum()), ("infinite", np.isinf(one.y).sum())):
            if sick:
                text.append("  ").append(f"× {sick} {word}", "red")
    if scene.log:
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
