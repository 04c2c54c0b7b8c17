"""The slow course of a curve and the scale of the noise around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lossdoc.signal.medians import growing, median, row_medians, running
from lossdoc.signal.memory import once

if TYPE_CHECKING:
    from lossdoc.model.run import Curve, Floats

MAD_TO_SIGMA = 1.4826  # of a normal distribution
LONG = 4000  # from here on running medians are taken on blocks: same course, a fraction of the time


def thin(x: Floats, y: Floats, at_most: int = 2000) -> tuple[Floats, Floats]:
    """Block medians of a long curve: at most `at_most` points, x in the middle of each; short ones as they are."""
    n = len(y)
    if n <= at_most:
        return x, y
    size = -(-n // at_most)
    whole = n // size * size
    # The last incomplete block is joined to nothing: it would be noisier than the others.
    return row_medians(x[:whole].reshape(-1, size)), row_medians(y[:whole].reshape(-1, size))


def window_for(n: int) -> int:
    """Odd window of a running median: a tenth of the run, 5 to 101 points."""
    return int(min(101, max(5, n // 10))) | 1


def smooth(y: Floats, window: int | None = None) -> Floats:
    """Running median, shape (n,); windows shrink at the ends (never to one side), so that a first jump is not hidden.

    Fewer than 5 points are returned as they are.
    """
    n = len(y)
    if n < 5:
        return np.asarray(y, dtype=float)
    window = window_for(n) if window is None else max(3, window | 1)
    window = min(window, n if n % 2 else n - 1)
    if n > LONG:
        size = max(2, window // 5)
        middle, medians = blocks(y, size)
        return np.asarray(np.interp(np.arange(n), middle, smooth_short(medians, 5)))
    return smooth_short(y, window)


@once
def blocks(y: Floats, size: int) -> tuple[Floats, Floats]:
    """Middle and median of every `size` points of a long curve."""
    n = len(y)
    return thin(np.arange(n, dtype=float), y, at_most=-(-n // size))


@once
def smooth_short(y: Floats, window: int) -> Floats:
    """Running median; windows shrink at the ends. `y` has at least `window` points."""
    half, n = window // 2, len(y)
    out = np.empty(n)
    out[half : n - half] = running(y, window)
    ends = range(1, 2 * half, 2)
    out[:half] = growing(y, ends)
    out[n - half :] = growing(y[::-1], ends)[::-1]
    return out


def spread(values: Floats) -> float:
    """Robust standard deviation of values around their median (MAD); where over half are equal, the mean deviation."""
    if not len(values):
        return 0.0
    away = np.abs(values - median(values))
    mad = median(away) * MAD_TO_SIGMA
    # Rounded or mostly constant curves have MAD 0 without being free of noise.
    return mad if mad > 0 else float(np.mean(away)) * 1.2533


@once
def noise(y: Floats) -> float:
    """Scale of one point around the slow course.

    From second differences, which remove level and slope; a curve logged as a running mean has smoother points than its
    course, so the residuals around the running median are asked as well and the larger answer counts.
    """
    if len(y) < 4:
        return 0.0
    fast = spread(y[2:] - 2 * y[1:-1] + y[:-2]) / np.sqrt(6)
    slow = spread(y - smooth(y)) if len(y) >= 20 else 0.0
    return float(max(fast, slow))


@once
def local_noise(y: Floats, window: int | None = None) -> Floats:
    """Scale along the run, shape (n,): running robust spread of the residuals, never below a third of its own median.

    The lower bound keeps a calm stretch from turning ordinary points into sigmas; the scale follows noise that grows or
    shrinks over the run (losses near their floor are calmer, small batches are not).
    """
    n = len(y)
    if n < 8:
        return np.full(n, noise(y))
    residual = np.abs(y - smooth(y))
    window = max(21, 2 * window_for(n) + 1) if window is None else window
    scale = np.asarray(smooth(residual, window) * MAD_TO_SIGMA)
    # The shrinking windows at both ends hold too few points for a scale: there the first and last whole one counts.
    half = min(window, n if n % 2 else n - 1) // 2
    scale[:half], scale[n - half :] = scale[half], scale[n - 1 - half]
    whole = noise(y)
    typical = median(scale) or whole
    return np.maximum(scale, max(typical, whole) / 3)


def resolution(curve: Curve) -> float:
    """The smallest difference that the printed numbers of a curve can show, in its unit; 0 for full precision."""
    if curve.decimals is not None:
        return float(10.0**-curve.decimals)
    if curve.significant is not None and len(curve):
        largest = float(np.nanmax(np.abs(curve.values[np.isfinite(curve.values)]), initial=0.0))
        if largest > 0:
            return float(10.0 ** (np.floor(np.log10(largest)) + 1 - curve.significant))
    return 0.0
