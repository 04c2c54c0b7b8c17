"""How curves are prepared for drawing: min-max decimation that hides no spike, gaps, the choice of a log axis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lossdoc.signal import median

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def thin(x: Floats, y: Floats, low: float, high: float, buckets: int) -> NDArray[np.int64]:
    """Indices, ascending, of the points that a canvas of `buckets` columns over [low, high] cannot do without.

    Of every column: the first, the lowest, the highest and the last finite point. x, y: shape (n,), x not decreasing.
    A curve of few points is kept whole.
    """
    import numpy as np

    finite = np.flatnonzero(np.isfinite(y))
    if len(finite) <= 4 * buckets or high <= low:
        return finite
    column = np.clip(((x[finite] - low) / (high - low) * buckets).astype(np.int64), 0, buckets - 1)
    edges = np.flatnonzero(np.diff(column)) + 1
    kept: set[int] = set()
    for part in np.split(finite, edges):
        kept |= {int(part[0]), int(part[-1]), int(part[np.argmin(y[part])]), int(part[np.argmax(y[part])])}
    return np.array(sorted(kept), dtype=np.int64)


def pieces(kept: NDArray[np.int64], y: Floats) -> list[NDArray[np.int64]]:
    """Split kept indices where a non-finite point lies between two of them: no line is drawn across a NaN."""
    import numpy as np

    holes = np.cumsum(~np.isfinite(y))
    breaks = np.flatnonzero(np.diff(holes[kept])) + 1
    return [part for part in np.split(kept, breaks) if len(part)]


def wants_log(curves: Sequence[Floats]) -> bool:
    """True when a linear axis would press nearly everything onto one row: positive values over three decades."""
    import numpy as np

    values = np.concatenate([y[np.isfinite(y)] for y in curves])
    if not len(values) or values.min() <= 0:
        return False
    with np.errstate(over="ignore"):  # the mean of the two values in the middle, near the end of floats
        middle = median(values)
    return bool(values.max() / 100 > middle or values.min() < middle / 1000)
