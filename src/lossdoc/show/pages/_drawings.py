"""Drawings of a document side by side: what healthy and unhealthy curves look like."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from lossdoc.knowledge.schema import Drawing, MetricDocument, Point
from lossdoc.show.blocks import Block, Columns, Cut, Line, Text
from lossdoc.show.pages import Look
from lossdoc.show.pages._canvas import Series, draw, short, spark
from lossdoc.show.pages._text import clean, ids, inline

_HEIGHT = 7
_NARROWEST = 34  # a panel thinner than this shows nothing
_GOOD, _BAD, _OTHER = "green", "red", "yellow"


class Panel(NamedTuple):
    """One drawing and what it is called."""

    title: str
    drawing: Drawing
    healthy: bool


def panels_of(document: MetricDocument, objective: str | None, family: Sequence[str], look: Look) -> list[Panel]:
    """Healthy drawings first. With an objective its own ones, else those that name no trainer, else all of them."""
    views = document.visualizations
    if views is None:
        return []
    found: list[Panel] = []
    for drawings, healthy in ((views.healthy, True), (views.unhealthy, False)):
        panels = [
            Panel(d.label or _title(n, "Healthy" if healthy else "Unhealthy"), d, healthy) for n, d in drawings.items()
        ]
        if objective:
            panels = _for(panels, family) or [p for p in panels if not p.drawing.trainer] or _foreign(panels)
        found += panels if look.everything else panels[: 2 if healthy else 4]
    return found


def _for(panels: Sequence[Panel], family: Sequence[str]) -> list[Panel]:
    """Drawings of an objective or, where it has none, of the nearest parent."""
    for objective in family:
        own = [
            p
            for p in panels
            if p.drawing.trainer and objective in (p.drawing.trainer, p.drawing.trainer.split("-", 1)[-1])
        ]
        if own:
            return own
    return []


def _foreign(panels: Sequence[Panel]) -> list[Panel]:
    """Drawings of other trainers, said to be so."""
    return [p._replace(title=f"{p.title} ({p.drawing.trainer})") for p in panels]


def hidden(document: MetricDocument, shown: int) -> int:
    """How many drawings a page leaves out."""
    views = document.visualizations
    return len(views.healthy) + len(views.unhealthy) - shown if views else 0


def _title(name: str, kind: str) -> str:
    return f"{kind}: {name.replace('_', ' ').replace('-', ' ')}" if name else kind


class Gallery:
    """Two or three panels in a row, as many as the width has room for.

    domain: the document's y axis. same: all panels on one axis, so that they can be held against each other.
    """

    def __init__(self, panels: Sequence[Panel], domain: Sequence[float] | None, look: Look, same: bool = False) -> None:
        self.panels, self._domain, self._look, self._same = panels, domain, look, same

    def limits(self, series: Sequence[Series]) -> tuple[float, float] | None:
        """The y axis of a panel; it still grows where values leave it."""
        if not self._same:
            return limits(series, self._domain)
        every = [p for panel in self.panels for p in panel.drawing.data]
        values = [v for p in every for v in values_of(p) if v is not None and math.isfinite(v)]
        return (min(values), max(values)) if values else None

    def lines(self, width: int) -> list[Line]:
        count = max(1, min(3, (width + 2) // (_NARROWEST + 2), len(self.panels)))
        room = (width - 2 * (count - 1)) // count
        made: list[Line] = []
        for start in range(0, len(self.panels), count):
            row = self.panels[start : start + count]
            stacks = [_panel(panel, self, room, self._look) for panel in row]
            made += Columns(stacks, [room] * len(row)).lines(width)
        return made


def _panel(panel: Panel, of: Gallery, width: int, look: Look) -> list[Block]:
    drawing = panel.drawing
    ink = _GOOD if panel.healthy else _BAD
    series = series_of(drawing, ink)
    lines: list[Block] = [Cut(Text(clean(panel.title), style=f"bold {ink}"))]
    lines += draw(series, width, _HEIGHT, of.limits(series), ascii=look.ascii)
    sick = [p.step for p in drawing.data if any(v is not None and not math.isfinite(v) for v in values_of(p))]
    if sick:
        lines.append(Text(f"not finite from step {short(sick[0])}", style=ink))
    for name, points in drawing.with_.items():
        values = [v for p in points for v in values_of(p) if v is not None]
        if values:
            text = f"{clean(name)} {spark(values, ascii=look.ascii)} {short(values[0])} to {short(values[-1])}"
            lines.append(Cut(Text(text, style=_OTHER)))
    if drawing.finds:
        lines.append(Text("found by ", style="dim").append(ids(drawing.finds)))
    if drawing.analysis:
        lines.append(inline(drawing.analysis))
    lines.append(Text(""))
    return lines


def limits(series: Sequence[Series], domain: Sequence[float] | None) -> tuple[float, float] | None:
    """The document's y axis, unless the curve would be flattened by it."""
    values = [y for s in series for _, y in s.points if math.isfinite(y)]
    if not domain or len(domain) != 2 or not values or max(values) - min(values) < (domain[1] - domain[0]) / 4:
        return None
    return float(domain[0]), float(domain[1])


def values_of(point: Point) -> tuple[float | None, ...]:
    """The numbers of a point, None where it has none."""
    return point.value, point.train, point.val


def series_of(drawing: Drawing, ink: str) -> list[Series]:
    """The curves of a drawing: its value, or train and val; `ink` is the style of what is judged."""
    columns = (("", "value", ink), ("train", "train", "cyan"), ("val", "val", ink))
    found = []
    for name, field, style in columns:
        points = [(p.step, v) for p in drawing.data if (v := getattr(p, field)) is not None]
        if points:
            found.append(Series(name, points, style))
    return found
