"""The picture as one SVG file: plots one below the other, in the colours of the HTML page, light or dark."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from lossdoc.show.picture import Plot
from lossdoc.show.plot.svg import HEIGHT, INKS, LEFT, TOP, WIDTH, inside
from lossdoc.show.report._words import safe
from lossdoc.show.report.html._style import STYLE

_HEAD = 40  # units above each plot: its title and legend, its findings
_BEHIND = ".behind { opacity: .35; } svg { color: var(--ink); } text.head { font-size: 12px; }"


def write(plots: Sequence[Plot]) -> str:
    """One SVG document without scripts or outside links."""
    height = (HEIGHT + _HEAD) * len(plots)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{2 * WIDTH}">',
        f"<title>{escape(', '.join(safe(plot.title) for plot in plots))}</title>",
        f"<style>{STYLE}{_BEHIND}</style>",
        f'<rect width="{WIDTH}" height="{height}" style="fill: var(--paper)"/>',
    ]
    for number, plot in enumerate(plots):
        parts.append(f'<g transform="translate(0 {number * (HEIGHT + _HEAD)})">')
        parts += _heading(plot)
        parts.append(f'<g transform="translate(0 {_HEAD})">')
        parts += inside(plot.scene())
        parts.append("</g></g>")
    return "\n".join([*parts, "</svg>\n"])


def _heading(plot: Plot) -> Iterator[str]:
    legend = "".join(
        f'<tspan class="k{rank % INKS}" style="fill: currentColor" dx="10">&#9632; {escape(safe(line.name))}</tspan>'
        for rank, line in enumerate(plot.lines)
    )
    scale = '<tspan dx="10">log scale</tspan>' if plot.log else ""
    title = f'<tspan font-weight="600">{escape(safe(plot.title))}</tspan>'
    yield f'<text class="head" x="{LEFT}" y="{TOP}">{title}{legend}{scale}</text>'
    words = [f"{label} {finding.check}" for label, finding in plot.findings] + list(plot.notes)
    if words:
        yield f'<text class="tick" x="{LEFT}" y="{TOP + 16}">{escape(safe("; ".join(words)))}</text>'
