"""The picture as one SVG file: plots one below the other, in the colours of the HTML page, light or dark."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from textwrap import wrap

from lossdoc.show.picture import Plot, packed
from lossdoc.show.plot.svg import HEIGHT, INKS, LEFT, RIGHT, TOP, WIDTH, inside
from lossdoc.show.report._words import safe
from lossdoc.show.report.html._style import STYLE

_ROW = 15  # units of a line of the legend, of findings, of notes
_BELOW = 8  # units between these and the labels of the findings
_BOLD, _PLAIN = 6.6, 5.8  # units of a character of the legend, and of the smaller ones below it, on the average
_BETWEEN = 22  # units of an entry of the legend beyond its characters
_BEHIND = ".behind { opacity: .35; } svg { color: var(--ink); } text.head { font-size: 12px; }"


def write(plots: Sequence[Plot]) -> str:
    """One SVG document without scripts or outside links."""
    headings = [list(_heading(plot)) for plot in plots]
    heads = [_ROW * len(lines) + _BELOW for lines in headings]
    height = sum(heads) + HEIGHT * len(plots)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{2 * WIDTH}">',
        f"<title>{escape(', '.join(safe(plot.title) for plot in plots))}</title>",
        f"<style>{STYLE}{_BEHIND}</style>",
        f'<rect width="{WIDTH}" height="{height}" style="fill: var(--paper)"/>',
    ]
    top = 0
    for plot, lines, head in zip(plots, headings, heads, strict=True):
        for number, (kind, words) in enumerate(lines):
            parts.append(f'<text class="{kind}" x="{LEFT}" y="{top + TOP + number * _ROW}">{words}</text>')
        parts.append(f'<g transform="translate(0 {top + head})">')
        parts += inside(plot.scene())
        parts.append("</g>")
        top += head + HEIGHT
    return "\n".join([*parts, "</svg>\n"])


def _heading(plot: Plot) -> Iterator[tuple[str, str]]:
    """Lines above a plot: their class, and what stands in them."""
    room = WIDTH - LEFT - RIGHT
    entries = [(safe(plot.title), 'font-weight="600"', "")]
    for rank, line in enumerate(plot.lines):
        entries.append((line.legend, f'class="k{rank % INKS}" style="fill: currentColor" dx="10"', "&#9632; "))
    if plot.log:
        entries.append(("log scale", 'dx="10"', ""))
    for indexes in packed([_BOLD * len(words) + _BETWEEN for words, _, _ in entries], room):
        shown = [entries[index] for index in indexes]
        yield "head", "".join(f"<tspan {look}>{sign}{escape(words)}</tspan>" for words, look, sign in shown)
    words = [f"{label} {finding.check}" for label, finding in plot.findings] + list(plot.notes)
    for told_below in wrap(safe("; ".join(words)), int(room / _PLAIN)):
        yield "tick", escape(told_below)
