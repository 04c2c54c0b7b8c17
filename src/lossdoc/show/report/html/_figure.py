"""The place of a chart in the page: its title, its legend, its picture."""

from __future__ import annotations

from html import escape

from lossdoc.show.blocks.chart import Chart
from lossdoc.show.report._words import safe
from lossdoc.show.report.html._svg import chart


def figure(block: Chart) -> str:
    """`<figure>` of a chart of the report."""
    panel = block.panel
    assert panel is not None
    first = panel.curves[0]
    names = [c.split if c.metric == first.metric else c.name for c in panel.curves]
    legend = "".join(f' <span class="k{rank}">&#9632; {escape(safe(name))}</span>' for rank, name in enumerate(names))
    title = escape(safe(first.metric + "".join(f" ({value})" for value in first.labels.values())))
    return f"<figure><figcaption><b>{title}</b>{legend}</figcaption>{chart(panel)}</figure>"
