"""The level of a stretch with its standard error, and differences between levels."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct

from lossdoc.signal.course import noise, smooth
from lossdoc.signal.line import line
from lossdoc.signal.medians import median
from lossdoc.signal.memory import once

if TYPE_CHECKING:
    from lossdoc.model.run import Floats


class Level(Struct, frozen=True):
    """Median of a stretch and the standard error of it; n points."""

    value: float
    error: float
    n: int


class Difference(Struct, frozen=True):
    """b - a of two levels, its standard error, and score = value / error (0 / 0 is 0, else / 0 is infinite)."""

    value: float
    error: float

    @property
    def score(self) -> float:
        if self.error > 0:
            return self.value / self.error
        return 0.0 if self.value == 0 else float(np.copysign(np.inf, self.value))


class Stretch(Struct, frozen=True):
    """A stretch of a curve: first and last index (inclusive) and its level."""

    first: int
    last: int
    value: float


def head(n: int, share: float = 0.1, least: int = 3, most: int = 50) -> slice:
    """The first points that carry a level: a share of the run, at least `least`, at most `most`, never over a third."""
    return slice(0, stretch_length(n, share, least, most))


def tail(n: int, share: float = 0.1, least: int = 5, most: int = 200) -> slice:
    """The last points that carry a level, as `head`."""
    return slice(n - stretch_length(n, share, least, most), n)


def stretch_length(n: int, share: float, least: int, most: int) -> int:
    return max(1, min(max(least, round(n * share)), most, max(1, n // 3)))


@once
def level(y: Floats, scale: float | None = None) -> Level:
    """Level of a stretch: median and its standard error.

    The error is 1.2533 scale / sqrt(n) (median of normal points); `scale` is the noise of the whole run where known.
    The spread of block medians counts too, so that slow swings make a level less certain than white noise would.
    """
    n = len(y)
    if n == 0:
        return Level(float("nan"), float("inf"), 0)
    scale = noise(y) if scale is None else scale
    error = 1.2533 * scale / np.sqrt(n)
    if n >= 16:
        cuts = [at * (n // 4) + min(at, n % 4) for at in range(5)]
        blocks = np.array([median(y[first:end]) for first, end in pairwise(cuts)])
        x = np.arange(4.0)
        slope, start = line(x, blocks)
        error = max(error, float(np.std(blocks - start - slope * x, ddof=2)) / 2)
    return Level(median(y), float(error), n)


def difference(a: Level, b: Level) -> Difference:
    """b - a with its standard error."""
    return Difference(b.value - a.value, float(np.hypot(a.error, b.error)))


def best_stretch(y: Floats, window: int | None = None, up: bool = False) -> Stretch:
    """The best level that lasted: the lowest (highest with `up`) median of a window of a tenth of the run (3 to 51)."""
    n = len(y)
    window = int(min(51, max(3, n // 10))) if window is None else window
    window = min(window, n) | 1 if n > 1 else 1
    course = smooth(y, window) if n >= 5 else y
    at = int(np.argmax(course) if up else np.argmin(course))
    half = window // 2
    return Stretch(max(0, at - half), min(n - 1, at + half), float(course[at]))
