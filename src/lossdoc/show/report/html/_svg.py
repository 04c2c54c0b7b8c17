"""One chart as inline SVG: curves, findings as dashed lines, non-finite points at the axis."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from lossdoc.show.plot.thin import pieces, thin, wants_log
from lossdoc.show.plot.ticks import labels, power_labels, powers, ticks
from lossdoc.show.report._panels import Panel
from lossdoc.show.report._words import safe

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from lossdoc.model.run import Curve

    Floats = NDArray[np.float64]

WIDTH, HEIGHT = 560, 230
LEFT, RIGHT, TOP, BOTTOM = 58, 12, 18, 30
INKS = 4  # colours of curves in the style: c0 to c3


@dataclass(frozen=True, slots=True)
class Frame:
    """Data coordinates to those of the picture."""

    x: tuple[float, float]
    y: tuple[float, float]

    def across(self, value: float) -> float:
        return LEFT + (value - self.x[0]) / (self.x[1] - self.x[0]) * (WIDTH - LEFT - RIGHT)

    def up(self, value: float) -> float:
        return HEIGHT - BOTTOM - (value - self.y[0]) / (self.y[1] - self.y[0]) * (HEIGHT - TOP - BOTTOM)


def chart(panel: Panel) -> str:
    """The picture with its accessible title."""
    name = safe(", ".join(c.said for c in panel.curves))
    head = f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img"><title>{escape(name)}</title>'
    log = wants_log([curve.values for curve in panel.curves])
    return "\n".join([head, *inside(panel, log=log), "</svg>"])


def inside(panel: Panel, *, log: bool, behind: Sequence[Curve] = ()) -> Iterator[str]:
    """Axes, curves and findings; `behind` are curves that show faintly what others smooth."""
    curves = panel.curves
    heights, faint = [[_heights(c, log) for c in some] for some in (curves, behind)]
    frame = Frame(_range([c.steps for c in curves]), _range([*heights, *faint]))
    yield from _axes(frame, curves[0].axis, log)
    for rank, curve in enumerate(behind):
        yield f'<g class="behind">{"".join(_line(curve, faint[rank], rank, frame))}</g>'
    # The curve that is asked for is drawn last, so that no other hides it.
    for rank in reversed(range(len(curves))):
        yield from _line(curves[rank], heights[rank], rank, frame)
    for curve in curves:
        yield from _non_finite(curve, frame)
    yield from _findings(panel, frame)


def _heights(curve: Curve, log: bool) -> Floats:
    """Where the points stand: on a log axis or on one that no value is too large for; shape (points,)."""
    import numpy as np

    with np.errstate(invalid="ignore"):  # minus infinity has no logarithm and is drawn as what it is
        y = np.log10(curve.values) if log else np.clip(curve.values, -1e300, 1e300)
    return np.where(np.isfinite(curve.values), y, curve.values)


def _range(arrays: Sequence[Floats]) -> tuple[float, float]:
    import numpy as np

    values = np.concatenate([a[np.isfinite(a)] for a in arrays])
    if not len(values):
        return 0.0, 1.0
    low, high = float(values.min()), float(values.max())
    if high - low <= 1e-9 * max(abs(low), abs(high), 1e-290):
        return low - (abs(low) / 2 or 0.5), high + (abs(high) / 2 or 0.5)
    return low, high


def _axes(frame: Frame, axis: str, log: bool) -> Iterator[str]:
    y_ticks = powers(*frame.y, most=5) if log else ticks(*frame.y, most=5)
    for value, text in zip(y_ticks, power_labels(y_ticks) if log else labels(y_ticks), strict=True):
        y = frame.up(value)
        yield f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text class="tick" text-anchor="end" x="{LEFT - 6}" y="{y + 4:.1f}">{escape(text)}</text>'
    x_ticks = ticks(*frame.x, most=6, whole=axis != "epoch")
    for value, text in zip(x_ticks, labels(x_ticks), strict=True):
        yield f'<text class="tick" text-anchor="middle" x="{frame.across(value):.1f}" y="{HEIGHT - 14}">{text}</text>'
    yield f'<text class="tick" text-anchor="end" x="{WIDTH - RIGHT}" y="{HEIGHT - 1}">{escape(axis)}</text>'


def _line(curve: Curve, y: Floats, rank: int, frame: Frame) -> Iterator[str]:
    kept = thin(curve.steps, y, *frame.x, WIDTH - LEFT - RIGHT)
    rank %= INKS
    for part in pieces(kept, y):
        points = " ".join(f"{frame.across(curve.steps[i]):.1f},{frame.up(y[i]):.1f}" for i in part)
        yield f'<polyline class="curve c{rank}" points="{points}"/>'
    if len(kept) <= 40:
        for i in kept:
            yield f'<circle class="c{rank}" r="2" cx="{frame.across(curve.steps[i]):.1f}" cy="{frame.up(y[i]):.1f}"/>'


def _non_finite(curve: Curve, frame: Frame) -> Iterator[str]:
    import numpy as np

    below = np.isnan(curve.values) | np.isneginf(curve.values)
    for sick, y in ((np.isposinf(curve.values), TOP + 4), (below, HEIGHT - BOTTOM)):
        span = frame.x[1] - frame.x[0]
        # One cross every six units of the picture, however many points there are.
        for column in np.unique(
            np.floor((curve.steps[sick] - frame.x[0]) / span * (WIDTH - LEFT - RIGHT) / 6)
        ).tolist():
            x = LEFT + 6 * column
            yield f'<text class="sick" text-anchor="middle" x="{x}" y="{y}">×</text>'


def _findings(panel: Panel, frame: Frame) -> Iterator[str]:
    for step, label, severity in panel.marks():
        x = frame.across(step)
        here = [f"{n} {finding.check}" for n, finding in panel.findings if n in label.split(",")]
        yield (
            f'<g class="{severity}"><title>{escape(safe(", ".join(here)))}</title>'
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>'
            f'<text text-anchor="middle" x="{x:.1f}" y="{TOP - 5}">{escape(label)}</text></g>'
        )
