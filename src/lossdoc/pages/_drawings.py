"""Drawings of a document side by side: what healthy and unhealthy curves look like."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rich.console import Group
from rich.table import Table
from rich.text import Text

from lossdoc.knowledge.schema import Drawing, MetricDocument, Point
from lossdoc.pages import Look
from lossdoc.pages._canvas import Series, draw, short, spark
from lossdoc.pages._text import clean, inline

_HEIGHT = 7
_NARROWEST = 34  # a panel thinner than this shows nothing
_GOOD, _BAD, _OTHER = "green", "red", "yellow"


class Panel(NamedTuple):
    """One drawing and what it is called."""

    title: str
    drawing: Drawing
    healthy: bool


def panels_of(document: MetricDocument, objective: str | None) -> list[Panel]:
    """Healthy drawings first; of those that name a trainer only the ones of the trainer asked for, if it has any."""
    views = document.visualizations
    if views is None:
        return []
    found = [Panel(d.label or _title(name, "Healthy"), d, True) for name, d in views.healthy.items()]
    found += [Panel(d.label or _title(name, "Unhealthy"), d, False) for name, d in views.unhealthy.items()]
    if objective:
        own = [p for p in found if p.drawing.trainer and p.drawing.trainer.split("-", 1)[-1] == objective]
        own += [p for p in found if p.drawing.trainer == objective and p not in own]
        general = [p for p in found if not p.drawing.trainer]
        # A trainer's own picture of health replaces the general one.
        if any(p.healthy for p in own):
            general = [p for p in general if not p.healthy]
        found = sorted(own + general, key=lambda p: not p.healthy) or found
    return found


def _title(name: str, kind: str) -> str:
    return f"{kind}: {name.replace('_', ' ').replace('-', ' ')}" if name else kind


def side_by_side(panels: Sequence[Panel], domain: Sequence[float] | None, look: Look) -> Iterator[Table]:
    """Two or three panels in a row, as many as the width has room for."""
    count = max(1, min(3, (look.width + 2) // (_NARROWEST + 2), len(panels)))
    width = (look.width - 2 * (count - 1)) // count
    for start in range(0, len(panels), count):
        row = panels[start : start + count]
        grid = Table.grid(padding=(0, 2, 0, 0))
        for _ in row:
            grid.add_column(width=width)
        grid.add_row(*(_panel(panel, domain, width, look) for panel in row))
        yield grid


def _panel(panel: Panel, domain: Sequence[float] | None, width: int, look: Look) -> Group:
    drawing = panel.drawing
    ink = _GOOD if panel.healthy else _BAD
    limits = (float(domain[0]), float(domain[1])) if domain and len(domain) == 2 else None
    lines: list[Text] = [Text(clean(panel.title), style=f"bold {ink}", no_wrap=True, overflow="ellipsis")]
    lines += draw(_series(drawing, ink), width, _HEIGHT, limits, ascii=look.ascii)
    sick = [p.step for p in drawing.data if any(v is not None and not math.isfinite(v) for v in _values(p))]
    if sick:
        lines.append(Text(f"not finite from step {short(sick[0])}", style=ink))
    for name, points in drawing.with_.items():
        values = [v for p in points for v in _values(p) if v is not None]
        if values:
            text = f"{clean(name)} {spark(values, ascii=look.ascii)} {short(values[0])} to {short(values[-1])}"
            lines.append(Text(text, style=_OTHER, no_wrap=True, overflow="ellipsis"))
    if drawing.finds:
        lines.append(Text("found by ", style="dim").append(", ".join(map(clean, drawing.finds)), "not dim cyan"))
    if drawing.analysis:
        lines.append(inline(drawing.analysis))
    lines.append(Text(""))
    return Group(*lines)


def _values(point: Point) -> tuple[float | None, ...]:
    return point.value, point.train, point.val


def _series(drawing: Drawing, ink: str) -> list[Series]:
    columns = (("", "value", ink), ("train", "train", "cyan"), ("val", "val", ink))
    found = []
    for name, field, style in columns:
        points = [(p.step, v) for p in drawing.data if (v := getattr(p, field)) is not None]
        if points:
            found.append(Series(name, points, style))
    return found
