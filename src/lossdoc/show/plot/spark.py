"""One curve on one line of block characters, for media without pictures of their own: `█▇▅▄┊1▃▂▁×`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lossdoc.show.plot.canvas import bounded, limits

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from lossdoc.show.plot.canvas import Mark, Series

    Floats = NDArray[np.float64]

BLOCKS = "▁▂▃▄▅▆▇█"
CELLS = 40
NOTHING = "·"  # no point there; a blank would be lost at the ends
_OUTLIER = 0.25  # of the height: what lies so far from the median of its cell is shown instead of it


def spark(series: Sequence[Series], marks: Sequence[Mark], *, log: bool, cells: int = CELLS) -> list[str]:
    """A line for each series, all on common axes; findings stand before the cell in which they begin."""
    import numpy as np

    with np.errstate(all="ignore"):
        values = [np.log10(one.y) if log else bounded(one.y) for one in series]
    x_low, x_high = limits(np.concatenate([one.x for one in series]))
    y_low, y_high = limits(np.concatenate(values))
    columns = [_columns(one.x, x_low, x_high, cells) for one in series]
    begins = [(int(_columns(np.array([mark.x]), x_low, x_high, cells)[0]), mark.label) for mark in marks]
    made = []
    for column, y in zip(columns, values, strict=True):
        line = _cells(column, y, y_low, y_high, cells)
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
