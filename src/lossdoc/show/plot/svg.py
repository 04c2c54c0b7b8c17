"""A scene as SVG: curves, findings as dashed lines, non-finite points at the axis."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lossdoc.show.plot.scene import Mark, Scene, Series

WIDTH, HEIGHT = 560, 230
LEFT, RIGHT, TOP, BOTTOM = 58, 12, 18, 30
INKS = 6  # colours of curves in the style: c0 to c5
_CROSS = 6  # units of the picture for one cross
_FEW = 40  # points of a curve that are drawn as points as well


def across(scene: Scene, x: float) -> float:
    low, high = scene.x
    return LEFT + (x - low) / (high - low) * (WIDTH - LEFT - RIGHT)


def up(scene: Scene, y: float) -> float:
    low, high = scene.y
    return HEIGHT - BOTTOM - (y - low) / (high - low) * (HEIGHT - TOP - BOTTOM)


def chart(scene: Scene) -> str:
    """The picture with its accessible title."""
    name = ", ".join(one.name for one in scene.series)
    head = f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img"><title>{escape(name)}</title>'
    return "\n".join([head, *inside(scene), "</svg>"])


def inside(scene: Scene) -> Iterator[str]:
    """Axes, curves and findings."""
    yield from _axes(scene)
    for one in scene.drawn():
        drawn = "".join(_line(scene, one))
        yield f'<g class="behind">{drawn}</g>' if one.behind else drawn
    for one in scene.series:
        yield from _sick(scene, one)
    for mark in scene.marks:
        yield _mark(scene, mark)


def _axes(scene: Scene) -> Iterator[str]:
    for value, text in scene.y_ticks(5):
        y = up(scene, value)
        yield f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text class="tick" text-anchor="end" x="{LEFT - 6}" y="{y + 4:.1f}">{escape(text)}</text>'
    for value, text in scene.x_ticks(6):
        x = across(scene, value)
        yield f'<text class="tick" text-anchor="middle" x="{x:.1f}" y="{HEIGHT - 14}">{text}</text>'
    yield f'<text class="tick" text-anchor="end" x="{WIDTH - RIGHT}" y="{HEIGHT - 1}">{escape(scene.axis)}</text>'


def _line(scene: Scene, one: Series) -> Iterator[str]:
    kept = [(x.tolist(), y.tolist()) for x, y in scene.courses(one, WIDTH - LEFT - RIGHT)]
    ink = f"c{one.rank % INKS}"
    for xs, ys in kept:
        points = " ".join(f"{across(scene, x):.1f},{up(scene, y):.1f}" for x, y in zip(xs, ys, strict=True))
        yield f'<polyline class="curve {ink}" points="{points}"/>'
    if sum(len(xs) for xs, _ in kept) <= _FEW:
        for x, y in ((x, y) for xs, ys in kept for x, y in zip(xs, ys, strict=True)):
            yield f'<circle class="{ink}" r="2" cx="{across(scene, x):.1f}" cy="{up(scene, y):.1f}"/>'


def _sick(scene: Scene, one: Series) -> Iterator[str]:
    for x, above in scene.sick(one, (WIDTH - LEFT - RIGHT) // _CROSS):
        y = TOP + 4 if above else HEIGHT - BOTTOM
        yield f'<text class="sick" text-anchor="middle" x="{across(scene, x):.0f}" y="{y}">×</text>'


def _mark(scene: Scene, mark: Mark) -> str:
    x = across(scene, mark.x)
    return (
        f'<g class="{mark.severity}"><title>{escape(mark.name)}</title>'
        f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>'
        f'<text text-anchor="middle" x="{x:.1f}" y="{TOP - 5}">{escape(mark.label)}</text></g>'
    )
