"""The place of charts in the page."""

from __future__ import annotations

from html import escape

from lossdoc.show.blocks.chart import Chart, Charts
from lossdoc.show.plot.svg import INKS, chart
from lossdoc.show.report.html import explorer


def place(block: Charts) -> str:
    """All charts of a run: drawings, and where the script may run what moves in their stead."""
    return "".join(explorer.charts(block.run, "".join(map(_figure, block.charts))))


def _figure(block: Chart) -> str:
    names = [f'<b class="k{one.rank % INKS}">&#9632; {escape(one.name)}</b>' for one in block.scene.series]
    return f"<figure><figcaption>{' '.join(names)}</figcaption>{chart(block.scene)}</figure>"
