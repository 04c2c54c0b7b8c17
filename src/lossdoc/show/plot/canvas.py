"""A scene drawn by plotext: curves, findings as dotted vertical lines, non-finite points at the axis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lossdoc.show.plot.pens import BEHIND, MARK_INK, pen
from lossdoc.show.plot.ticks import even, labels

if TYPE_CHECKING:
    from lossdoc.show.plot.scene import Scene


def draw(scene: Scene, width: int, height: int, *, ascii: bool) -> str:
    """The plot as text with ANSI colours, so many columns and rows, axes included."""
    import numpy as np
    import plotext as plt

    _keep_order()
    # Rows of their own for the labels of findings on top and for non-finite points below; two for the x axis.
    rows = height - 2 - bool(scene.marks) - scene.broken
    y_low, y_high, y_ticks = _y_axis(scene, rows)
    row = (y_high - y_low) / (rows - 1)
    bottom, top = y_low - row * scene.broken, y_high + row * bool(scene.marks)
    x_ticks = scene.x_ticks(max(2, width // 11))

    plt.clear_figure()
    plt.limit_size(False, False)
    plt.plot_size(width, height)
    plt.theme("clear")
    plt.xaxes(True, False)
    plt.yaxes(True, False)
    plt.xlim(*scene.x)
    plt.ylim(bottom, top)
    plt.yticks([at for at, _ in y_ticks], [name for _, name in y_ticks])
    names = [name for _, name in x_ticks]
    plt.xticks([at for at, _ in x_ticks], [*names[:-1], f"{scene.axis} {names[-1]}"])  # the last also names the axis
    for mark in scene.marks:
        dots = np.linspace(bottom, y_high, 2 * height).tolist()
        plt.scatter([mark.x] * len(dots), dots, marker=":" if ascii else "┊", color=MARK_INK[mark.severity])
    for one in scene.drawn():
        drawn = BEHIND if one.behind else pen(one.rank)
        for x, y in scene.courses(one, 2 * width):
            plt.plot(x.tolist(), y.tolist(), marker=drawn.on(ascii), color=drawn.ink)
    for one in scene.drawn():
        for x_at, above in scene.sick(one, 2 * width):
            plt.scatter([x_at], [y_high if above else bottom], marker="x" if ascii else "×", color="red+")
    for mark in scene.marks:
        plt.text(mark.label, mark.x, top, color=MARK_INK[mark.severity], alignment=_side(mark.x, *scene.x))
    return str(plt.build())


def _keep_order() -> None:
    """plotext 5 drops duplicates by way of a set: which label finds room would change with the process's hash seed."""
    from plotext import _utility

    _utility.no_duplicates = lambda values: list(dict.fromkeys(values))


def _y_axis(scene: Scene, rows: int) -> tuple[float, float, list[tuple[float, str]]]:
    if scene.log:
        return *scene.y, scene.y_ticks(max(2, rows // 2))
    low, high, values = even(*scene.y, rows)
    return low, high, [*zip(values, labels(values), strict=True)]


def _side(x: float, low: float, high: float) -> str:
    share = (x - low) / (high - low)
    return "left" if share < 0.02 else "right" if share > 0.98 else "center"
