"""One plot drawn by plotext: curves, findings as dotted vertical lines, non-finite points at the axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lossdoc.show.plot.thin import pieces, thin
from lossdoc.show.plot.ticks import even, labels, power_labels, powers, ticks

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Series:
    """A curve as drawn. Arrays of shape (points,); `pen` is a plotext marker, `ink` a plotext colour.

    `name` is for who draws it where no heading explains the pens.
    """

    x: Floats
    y: Floats
    pen: str
    ink: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A finding on the x axis: a vertical line with a short label on top."""

    x: float
    label: str
    ink: str


@dataclass(frozen=True, slots=True)
class Size:
    """Columns and rows of a whole plot, axes included."""

    width: int
    height: int


def draw(series: Sequence[Series], marks: Sequence[Mark], size: Size, axis: str, *, log: bool, ascii: bool) -> str:
    """The plot as text with ANSI colours; `axis` names the x axis."""
    import numpy as np
    import plotext as plt

    with np.errstate(all="ignore"):  # minus infinity has no logarithm, and is drawn as a mark
        shown = [Series(s.x, np.log10(s.y) if log else bounded(s.y), s.pen, s.ink) for s in series]
    x_low, x_high = limits(np.concatenate([s.x for s in shown] + [np.array([m.x for m in marks])]))
    y_low, y_high = limits(np.concatenate([s.y for s in shown]))
    broken = any(not np.isfinite(s.y).all() for s in shown)
    # Rows of their own for the labels of findings on top and for non-finite points below; two for the x axis.
    rows = size.height - 2 - bool(marks) - broken
    y_low, y_high, y_ticks = _log_axis(y_low, y_high, rows) if log else even(y_low, y_high, rows)
    y_names = power_labels(y_ticks) if log else labels(y_ticks)
    row = (y_high - y_low) / (rows - 1)
    y_low, y_high = y_low - row * broken, y_high + row * bool(marks)

    plt.clear_figure()
    plt.limit_size(False, False)
    plt.plot_size(size.width, size.height)
    plt.theme("clear")
    plt.xaxes(True, False)
    plt.yaxes(True, False)
    plt.xlim(x_low, x_high)
    plt.ylim(y_low, y_high)
    plt.yticks(y_ticks, y_names)
    plt.xticks(*_x_axis(x_low, x_high, size, axis))
    for mark in marks:
        rows = np.linspace(y_low, y_high - row, 2 * size.height).tolist()
        plt.scatter([mark.x] * len(rows), rows, marker=":" if ascii else "┊", color=mark.ink)
    for one in shown:
        kept = thin(one.x, one.y, x_low, x_high, 2 * size.width)
        for part in pieces(kept, one.y):
            plt.plot(one.x[part].tolist(), one.y[part].tolist(), marker=one.pen, color=one.ink)
    for one in shown:
        _non_finite(plt, one, (x_low, x_high), (y_low, y_high - row * bool(marks)), size, "x" if ascii else "×")
    for mark in marks:
        plt.text(mark.label, mark.x, y_high, color=mark.ink, alignment=_side(mark.x, x_low, x_high))
    return str(plt.build())


def _side(x: float, low: float, high: float) -> str:
    share = (x - low) / (high - low)
    return "left" if share < 0.02 else "right" if share > 0.98 else "center"


def bounded(y: Floats) -> Floats:
    """Finite values of a size whose differences are finite as well."""
    import numpy as np

    return np.where(np.isfinite(y), np.clip(y, -1e300, 1e300), y)


def limits(values: Floats) -> tuple[float, float]:
    import numpy as np

    finite = values[np.isfinite(values)]
    if not len(finite):
        return 0.0, 1.0
    low, high = float(finite.min()), float(finite.max())
    if high - low > 1e-9 * max(abs(low), abs(high), 1e-290):
        return low, high
    # A constant curve sits in the middle of a range that its own size suggests.
    return low - (abs(low) / 2 or 0.5), high + (abs(high) / 2 or 0.5)


def _x_axis(low: float, high: float, size: Size, axis: str) -> tuple[list[float], list[str]]:
    """Ticks and their labels; the last label also names the axis."""
    values = ticks(low, high, most=max(2, size.width // 11), whole=axis != "epoch")
    names = labels(values)
    return values, [*names[:-1], f"{axis} {names[-1]}"]


def _log_axis(low: float, high: float, rows: int) -> tuple[float, float, list[float]]:
    return low, high, powers(low, high, most=max(2, rows // 2))


def _non_finite(plt: Any, one: Series, x: tuple[float, float], y: tuple[float, float], size: Size, pen: str) -> None:
    """Marks at the axis: NaN and minus infinity below, infinity above; as many as there are columns."""
    import numpy as np

    for sick, row in ((np.isnan(one.y) | np.isneginf(one.y), y[0]), (np.isposinf(one.y), y[1])):
        steps = one.x[sick]
        columns = ((steps - x[0]) / (x[1] - x[0]) * 2 * size.width).astype(np.int64)
        kept = steps[np.unique(columns, return_index=True)[1]].tolist()
        if kept:
            plt.scatter(kept, [row] * len(kept), marker=pen, color="red+")
