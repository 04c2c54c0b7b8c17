"""Sudden rises that come back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.signal.course import local_noise, smooth, window_for
from lossdoc.signal.masks import stretches

if TYPE_CHECKING:
    from lossdoc.run import Floats


@dataclass(frozen=True, slots=True)
class Spike:
    """first, peak, last: indices; height: peak over the course around it; score: height in local scales;
    before, after: the course on both sides (what it rose from, what it came back to)."""

    first: int
    peak: int
    last: int
    height: float
    score: float
    before: float
    after: float


def spikes(y: Floats, sigmas: float = 6.0, least: float = 0.0, floor: float = 0.0) -> list[Spike]:
    """Rises of at least `sigmas` local scales and `least` in the unit of y, over the running median of the run.

    `floor`: the scale is never taken below it (pass the resolution of a printed curve). Points less than a few apart
    are one spike. 6 sigma is OLMo-core's rule. A rise that lasts longer than half the window of the running median is
    part of the course, hence no spike: see `shifts`.
    """
    n = len(y)
    if n < 10:
        return []
    course = smooth(y, spike_window(n))
    scale = np.maximum(local_noise(y), max(floor, np.finfo(float).tiny))
    above = y - course
    hot = (above > sigmas * scale) & (above >= least)
    if not hot.any():
        return []
    # A spike's flanks belong to it: bridge gaps of up to two points.
    near = hot.copy()
    for gap in (1, 2):
        near[gap:-gap] |= hot[: -2 * gap] & hot[2 * gap :]
    found = []
    for first, last in stretches(near):
        peak = first + int(np.argmax(above[first : last + 1]))
        before = float(course[max(0, first - 2)])
        after = float(course[min(n - 1, last + 2)])
        found.append(Spike(first, peak, last, float(above[peak]), float(above[peak] / scale[peak]), before, after))
    return found


def spike_window(n: int) -> int:
    """Wider than the course's own window: a burst of a dozen bad batches is still a spike of a run of some hundred."""
    return max(9, min(2 * window_for(n) + 1, n // 3)) | 1
