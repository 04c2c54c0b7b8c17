"""The place of a chart in the page: its legend and its picture."""

from __future__ import annotations

from html import escape

from lossdoc.show.blocks.chart import Chart
from lossdoc.show.report._words import logged_name
from lossdoc.show.report.html._svg import chart


def figure(block: Chart) -> str:
    """`<figure>` of a chart of the report."""
    panel = block.panel
    assert panel is not None
    names = [f'<b class="k{rank}">&#9632; {escape(logged_name(c))}</b>' for rank, c in enumerate(panel.curves)]
    return f"<figure><figcaption>{' '.join(names)}</figcaption>{chart(panel)}</figure>"
