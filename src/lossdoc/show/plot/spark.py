"""One curve on one line of block characters, for media without pictures of their own: `█▇▅▄┊1▃▂▁×`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from lossdoc.show.plot.scene import Scene

    Floats = NDArray[np.float64]

BLOCKS = "▁▂▃▄▅▆▇█"
CELLS = 40
NOTHING = "·"  # no point there; a blank would be lost at the ends
_OUTLIER = 0.25  # of the height: what lies so far from the median of its cell is shown instead of it


def spark(scene: Scene, *, cells: int = CELLS) -> list[str]:
    """A line for each series, all on common axes; findings stand before the cell in which they begin."""
    import numpy as np

    columns = [_columns(one.x, *scene.x, cells) for one in scene.series]
    begins = [(int(_columns(np.array([mark.x]), *scene.x, cells)[0]), mark.label) for mark in scene.marks]
    values = [scene.heights(one) for one in scene.series]
    made = []
    for column, y in zip(columns, values, strict=True):
        line = _cells(column, y, *scene.y, cells)
        for at, label in sorted(begins, reverse=True):
            line.insert(at, f"┊{label} ")
        made.append("".join(line))
    return made


def _columns(x: Floats, low: float, high: float, cells: int) -> NDArray[np.int64]:
    import numpy as np

    return np.clip((x - low) / (high - low) * cells, 0, cells - 1).astype(np.int64)


def _cells(column: NDArray[np.int64], y: Floats, low: float, high: float, cells: int) -> list[str]:
    import numpy as np

    from lossdoc.signal import median

    line: list[str] = []
    for cell in range(cells):
        inside = y[column == cell]
        between = bool(line) and line[-1] != NOTHING and bool((column > cell).any())
        if not len(inside):
            line.append(line[-1] if between else NOTHING)
        elif not np.isfinite(inside).all():
            line.append("×")
        else:
            middle = median(inside)
            furthest = float(inside[np.argmax(np.abs(inside - middle))])
            shown = furthest if abs(furthest - middle) > _OUTLIER * (high - low) else middle
            line.append(BLOCKS[min(len(BLOCKS) - 1, int((shown - low) / (high - low) * len(BLOCKS)))])
    return line
