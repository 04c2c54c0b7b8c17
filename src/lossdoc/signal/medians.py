"""Medians of short stretches, of growing ends and of running windows, without the fixed price of `numpy.median`.

Equal to `numpy.median` to the last bit: NaN where a value is NaN, the mean of the two middle values of an even number.
"""

from __future__ import annotations

from bisect import insort
from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

if TYPE_CHECKING:
    from lossdoc.model.run import Floats

SHORT = 1000  # values up to here are sorted: that costs less than the preparations of numpy.median


def median(y: Floats) -> float:
    """Median of y, shape (n,); NaN without values."""
    n = len(y)
    if not 0 < n <= SHORT:
        return float(np.median(y)) if n else float("nan")
    ordered = np.sort(y)
    if ordered[-1] != ordered[-1]:  # NaN is sorted to the end
        return float("nan")
    half = n // 2
    return float(ordered[half]) if n % 2 else float((ordered[half - 1] + ordered[half]) / 2)


def running(y: Floats, window: int) -> Floats:
    """Median of each whole window of an odd number of points, shape (n - window + 1,)."""
    windows = sliding_window_view(y, window)
    if np.isnan(y).any():
        return np.asarray(np.median(windows, axis=1), dtype=float)
    half = window // 2
    return np.array(np.partition(windows, half, axis=1)[:, half], dtype=float)


def growing(y: Floats, counts: range) -> list[float]:
    """Median of the first `count` points of y, for counts that grow; the values are put in order as they come."""
    written = y[: counts[-1]].tolist() if len(counts) else []
    ordered: list[float] = []
    found: list[float] = []
    taken = 0
    for count in counts:
        for value in written[taken:count]:
            if value != value:
                return found + [float("nan")] * (len(counts) - len(found))
            insort(ordered, value)
        taken = count
        half = count // 2
        found.append(ordered[half] if count % 2 else (ordered[half - 1] + ordered[half]) / 2)
    return found
