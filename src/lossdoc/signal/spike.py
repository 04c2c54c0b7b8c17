"""Sudden rises: those that come back (spikes) and those that do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct

from lossdoc.signal.course import local_noise, smooth
from lossdoc.signal.medians import growing, median, quantile, running
from lossdoc.signal.memory import once

if TYPE_CHECKING:
    from lossdoc.model.run import Floats

TRAIL = 11  # points before a rise that give its level
GROSS = 40.0
LIGHT_TAIL = 1.645  # 95 % quantile of a standard normal distribution


class Spike(Struct, frozen=True):
    """A sudden rise. first, peak, last: indices (last = the last point before the curve was back).

    height: peak over the level before, in the unit of y; score: height in scales; before: the level it rose from;
    after: the level of the points behind `last` (the end of the run where it did not come back);
    back: whether it came back to within a quarter of its height.
    """

    first: int
    peak: int
    last: int
    height: float
    score: float
    before: float
    after: float
    back: bool

    @property
    def points(self) -> int:
        return self.last - self.first + 1


@once
def tail_weight(y: Floats) -> float:
    """How much heavier the upper tail of the noise is than a normal one, at least 1.

    The 95 % quantile of the residuals against 1.645 local scales: spikes themselves, rarer than one point in 20, do not
    count, while a curve whose every tenth point jumps (losses of single examples) needs higher spikes to be special.
    Points beyond GROSS scales are no tail of any noise and are left out.
    """
    if len(y) < 20:
        return 1.0
    scale = np.maximum(local_noise(y), np.finfo(float).tiny)
    residual = (y - smooth(y)) / scale
    light = residual[residual < GROSS]  # none where the values are so large that their differences overflow
    return float(max(1.0, quantile(light, 0.95) / LIGHT_TAIL)) if len(light) else 1.0


def spikes(y: Floats, sigmas: float = 6.0, least: float = 0.0, floor: float = 0.0) -> list[Spike]:
    """Sudden rises of at least `sigmas` scales and `least` in the unit of y over the median of the points before.

    The scale is local noise times the weight of its tail, never below `floor` (pass the resolution of a printed
    curve). 6 sigma is OLMo-core's rule. A rise lasts until the median of three points is back within a quarter of the
    height; one that never is runs to the end with `back` False. The first three points have no level before them.
    """
    n = len(y)
    if n < 10:
        return []
    scale = np.maximum(local_noise(y) * tail_weight(y), max(floor, np.finfo(float).tiny))
    level = trailing_median(y)
    hot = np.flatnonzero((y - level > sigmas * scale) & (y - level >= least))
    found: list[Spike] = []
    for first in (int(i) for i in hot):
        if found and first <= found[-1].last:
            continue
        found.append(rise(y, first, float(level[first]), float(scale[first])))
    return found


def trailing_median(y: Floats) -> Floats:
    """Median of up to TRAIL points before each point, shape (n,); the first three points are their own level."""
    n = len(y)
    out = np.array(y, dtype=float)
    if n > 3:
        out[3 : min(TRAIL, n)] = growing(y, range(3, min(TRAIL, n)))
    if n > TRAIL:
        out[TRAIL:] = running(y, TRAIL)[:-1]
    return out


def rise(y: Floats, first: int, before: float, scale: float) -> Spike:
    n = len(y)
    peak = first
    for j in range(first + 1, n + 1):
        if j < n and y[j] > y[peak]:
            peak = j
        height = float(y[peak]) - before
        following = y[j : j + 3]
        if len(following) and median(following) <= before + height / 4:
            # The median is back before the last high point: that one still belongs to the rise.
            high = np.flatnonzero(following > before + height / 4)
            last = j + int(high[-1]) if len(high) else j - 1
            after = y[last + 1 : last + 6]
            return Spike(
                first,
                peak,
                last,
                height,
                height / scale,
                before,
                median(after) if len(after) else before,
                True,
            )
    height = float(y[peak]) - before
    end = median(y[max(first, n - max(3, (n - first) // 4)) :])
    return Spike(first, peak, n - 1, height, height / scale, before, end, False)
