"""The place of charts in the page."""

from __future__ import annotations

from html import escape

from lossdoc.show.blocks.chart import Chart, Charts
from lossdoc.show.report._words import logged_name
from lossdoc.show.report.html import explorer
from lossdoc.show.report.html._svg import chart


def place(block: Charts) -> str:
    """All charts of a run: drawings, and where the script may run what moves in their stead."""
    return "".join(explorer.charts(block.run, "".join(map(_figure, block.charts))))


def _figure(block: Chart) -> str:
    panel = block.panel
    assert panel is not None
    names = [f'<b class="k{rank}">&#9632; {escape(logged_name(c))}</b>' for rank, c in enumerate(panel.curves)]
    return f"<figure><figcaption>{' '.join(names)}</figcaption>{chart(panel)}</figure>"
