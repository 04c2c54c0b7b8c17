"""Medians of short stretches, of growing ends and of running windows, without the fixed price of `numpy.median`.

That one costs 17 microseconds for a hundred values, and at its first call the import of numpy.ma, 20 ms of a command.
Equal to `numpy.median` to the last bit: NaN where a value is NaN, the mean of the two middle values of an even number.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

if TYPE_CHECKING:
    from lossdoc.model.run import Floats

_NARROW = 64  # values of a row whose maximum is taken across the rows
SHORT = 1000  # values up to here are sorted: that costs less than the preparations of numpy.median


def median(y: Floats | Sequence[float]) -> float:
    """Median of y, shape (n,); NaN without values."""
    n = len(y)
    if not n:
        return float("nan")
    if n > SHORT:
        return float(row_medians(np.asarray(y)[None])[0])
    return middle(np.sort(y))


def middle(ordered: Floats) -> float:
    """Median of values in order, of which there is at least one."""
    n, half = len(ordered), len(ordered) // 2
    if ordered[-1] != ordered[-1]:  # NaN is sorted to the end
        return float("nan")
    return float(ordered[half]) if n % 2 else float((ordered[half - 1] + ordered[half]) / 2)


def quantile(y: Floats, share: float) -> float:
    """Linear between the two values beside it, as `numpy.quantile` has it to the last bit. At least one value."""
    place = share * (len(y) - 1)
    low = int(place)
    high = min(low + 1, len(y) - 1)
    ordered = np.partition(y, sorted({low, high, len(y) - 1}))  # the last one is NaN where any is
    if ordered[-1] != ordered[-1]:
        return float("nan")
    a, b, between = float(ordered[low]), float(ordered[high]), place - low
    return b - (b - a) * (1 - between) if between >= 0.5 else a + (b - a) * between


def row_medians(table: Floats) -> Floats:
    """Median of each row, shape (rows,) for (rows, n > 0)."""
    half, odd = table.shape[1] // 2, table.shape[1] % 2
    # About one place NumPy divides with the processor's wide registers, about two at a fifth of that speed.
    ordered = np.partition(table, half, axis=1)
    found = np.array(ordered[:, half] if odd else (_largest(ordered[:, :half]) + ordered[:, half]) / 2, dtype=float)
    if table.size and np.isnan(table.max()):
        found[np.isnan(table).any(axis=1)] = np.nan
    return found


def _largest(table: Floats) -> Floats:
    """Maximum of each row. Of many short rows NumPy asks column by column at a fifth of the price."""
    rows, columns = table.shape
    if columns > _NARROW or rows < columns:
        return np.asarray(table.max(axis=1))
    found = table[:, 0].copy()
    for column in table.T[1:]:
        np.maximum(found, column, out=found)
    return found


def running(y: Floats, window: int) -> Floats:
    """Median of each whole window, shape (n - window + 1,)."""
    return row_medians(sliding_window_view(y, window))


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
