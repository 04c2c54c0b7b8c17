"""Trend of a curve, robust against outliers: Theil-Sen slope with the error from Kendall's test."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct

from lossdoc.signal.course import thin
from lossdoc.signal.medians import middle
from lossdoc.signal.memory import once

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lossdoc.model.run import Floats

PAIRS = 400  # points that enter the pairwise slopes: 80,000 pairs take a few milliseconds


class Trend(Struct, frozen=True):
    """slope: unit of y per unit of x; change: slope times the length of x; error: standard error of `change`;
    score: Kendall's normal score (positive = rising). Needs at least 4 points, else all are 0."""

    slope: float
    change: float
    error: float
    score: float


@lru_cache(4)
def pairs(n: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Indices of all pairs of n points, the earlier one first."""
    return np.triu_indices(n, 1)


def trend(y: Floats, x: Floats | None = None) -> Trend:
    """Trend over a whole stretch.

    Kendall's score assumes independent points; block medians of long curves are nearly so.
    """
    x = np.arange(len(y), dtype=float) if x is None else np.asarray(x, dtype=float)
    x, y = thin(x, np.asarray(y, dtype=float), PAIRS)
    n = len(y)
    if n < 4 or x[-1] <= x[0]:
        return Trend(0.0, 0.0, 0.0, 0.0)
    i, j = pairs(n)
    dx, dy = x[j] - x[i], y[j] - y[i]
    ok = dx > 0
    slopes = np.sort(dy[ok] / dx[ok])
    slope = middle(slopes)
    sigma = _sigma(n)
    # Sen's interval: the slopes that stand sigma/2 pairs to either side of the middle are one standard error apart.
    center = len(slopes) / 2
    low = slopes[int(np.clip(center - sigma / 2, 0, len(slopes) - 1))]
    high = slopes[int(np.clip(center + sigma / 2, 0, len(slopes) - 1))]
    length = float(x[-1] - x[0])
    return Trend(slope, slope * length, float(high - low) / 2 * length, float(np.sign(dy[ok]).sum()) / sigma)


def leaning(y: Floats, x: Floats | None = None) -> float:
    """The score of `trend` alone. What costs most is to put the slopes in order, which it does without."""
    if x is not None:
        x, y = thin(np.asarray(x, dtype=float), np.asarray(y, dtype=float), PAIRS)
        if len(y) < 4 or x[-1] <= x[0]:
            return 0.0
        if not (np.diff(x) > 0).all():  # points at one place have no order
            i, j = pairs(len(y))
            return float(np.sign((y[j] - y[i])[x[j] > x[i]]).sum()) / _sigma(len(y))
    return _leaning(y)


@once
def _leaning(y: Floats) -> float:
    _, y = thin(y, np.asarray(y, dtype=float), PAIRS)
    n = len(y)
    if n < 4:
        return 0.0
    i, j = pairs(n)
    return float(np.sign(y[j] - y[i]).sum()) / _sigma(n)


def _sigma(n: int) -> float:
    """Standard deviation of the sum of the signs of all pairs of n independent points."""
    return float(np.sqrt(n * (n - 1) * (2 * n + 5) / 18))
