"""The difference of two curves at matched places, with its noise, and since when it holds. Arrays in, records out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from msgspec.structs import replace

from lossdoc.comparison.result import Side
from lossdoc.model.limit import Limit
from lossdoc.signal import best_stretch, head, level, local_noise, median, noise, smooth, tail

if TYPE_CHECKING:
    from lossdoc.model.run import Floats


WINDOW = Limit(
    0.25,
    "share of what both runs cover",
    "ours: long enough for 3 evaluations of 12, short enough to be the end",
)
LEAST = Limit(3, "points of each curve in the window", "ours")
BLURS = Limit(30, "points", "ours: below it a running median over a tenth of the run would blur the course")
HOLDS = Limit(0.95, "share of the places", "ours: two courses that touch once are no end of a difference")
# Student's t, two-sided 99 %, for 1, 2, 3, ... degrees of freedom.
STUDENT = (63.66, 9.925, 5.841, 4.604, 4.032, 3.707, 3.499, 3.355, 3.250, 3.169)
AT_ONCE = Limit(0.05, "share of the baseline's run", "ours: of a goal that is reached at once a ratio says nothing")


def side(x: Floats, y: Floats, up: bool, lost_at: float | None = None) -> Side | None:
    """A curve on the common axis; None below `LEAST` finite points. x, y: shape (points,); `up`: more is better."""
    keep = np.isfinite(y) & np.isfinite(x)
    if lost_at is not None:
        keep &= x < lost_at
    x, y = x[keep], y[keep]
    n = len(y)
    if n < LEAST:
        return None
    best = best_stretch(y, 3 if n < BLURS else None, up)
    return Side(
        start=median(y[head(n, 0.05, 1, 5)]),
        final=median(y[tail(n, 0.1, int(LEAST))]),
        best=best.value,
        best_at=float(x[(best.first + best.last) // 2]),
        points=n,
        noise=noise(y),
        x=x,
        values=y,
        course=smooth(y, 3 if n < BLURS else None),
        lost_at=lost_at,
    )


def together(baselines: Sequence[Side]) -> tuple[Side, Sequence[Side]]:
    """The yardstick that several baselines are together, their mean, and they themselves where there are several."""
    first = baselines[0]
    low, high = max(one.x[0] for one in baselines), min(one.x[-1] for one in baselines)
    rarest = min(baselines, key=lambda one: int(np.count_nonzero((one.x >= low) & (one.x <= high))))
    x = rarest.x[(rarest.x >= low) & (rarest.x <= high)]
    if len(baselines) == 1 or len(x) < LEAST:
        return first, ()
    values = np.mean([np.interp(x, one.x, one.values) for one in baselines], axis=0)
    mean = replace(
        first,
        start=float(np.mean([one.start for one in baselines])),
        final=float(np.mean([one.final for one in baselines])),
        points=len(x),
        noise=noise(values),
        x=x,
        values=values,
        course=np.mean([np.interp(x, one.x, one.course) for one in baselines], axis=0),
    )
    return mean, baselines


def levels(baselines: Sequence[Side], x: Floats) -> list[float]:
    """The level of each baseline at the places where a run is compared."""
    return [median(np.interp(x, one.x, one.course)) for one in baselines]


def next_seed(levels: Sequence[float]) -> float:
    """How far from the mean of the baselines a run of one more seed may lie: half of a 99 % prediction interval."""
    n = len(levels)
    wide = STUDENT[min(n - 2, len(STUDENT) - 1)]
    return float(wide * np.std(levels, ddof=1) * np.sqrt(1 + 1 / n))


def window(a: Side, b: Side) -> tuple[float, float]:
    """The last quarter of what both runs cover, widened until it holds `LEAST` points of each."""
    high = min(float(a.x[-1]), float(b.x[-1]))
    low = max(float(a.x[0]), float(b.x[0]))
    start = high - WINDOW * (high - low)
    for one in (a, b):
        inside = one.x[one.x <= high]
        if len(inside) >= LEAST:
            start = min(start, float(inside[-int(LEAST)]))
    return start, high


def matched(a: Side, b: Side, low: float, high: float) -> tuple[Floats, Floats, Floats]:
    """(places, course of a, course of b) at the points of the curve that was logged more rarely; shape (n,)."""
    counts = [int(np.count_nonzero((one.x >= low) & (one.x <= high))) for one in (a, b)]
    sparse = a if counts[0] <= counts[1] else b
    x = sparse.x[(sparse.x >= low) & (sparse.x <= high)]
    return x, np.interp(x, a.x, a.course), np.interp(x, b.x, b.course)


def error(one: Side, low: float, high: float) -> float:
    """Standard error of the level of a curve between two places."""
    return level(one.values[(one.x >= low) & (one.x <= high)], one.noise).error


def since(a: Side, b: Side, sign: float) -> float | None:
    """The first place from which on b - a keeps its sign beyond twice the noise of the two courses."""
    x, course_a, course_b = matched(a, b, max(a.x[0], b.x[0]), min(a.x[-1], b.x[-1]))
    if not len(x):
        return None
    reach = 2 * np.hypot(_wobble(a, x), _wobble(b, x))
    holds = sign * (course_b - course_a) > reach
    share = np.cumsum(holds[::-1])[::-1] / np.arange(len(x), 0, -1)
    first = np.flatnonzero(holds & (share >= HOLDS))
    return float(x[first[0]]) if len(first) else None


def _wobble(one: Side, x: Floats) -> Floats:
    """Noise that is left in a running median, at the places x."""
    points = min(one.points, 3 if one.points < BLURS else max(5, one.points // 10))
    scale = np.maximum(local_noise(one.course), one.noise / np.sqrt(points))
    return np.asarray(np.interp(x, one.x, scale))


def slower(a: Side, b: Side, goal: float, falling: bool) -> float | None:
    """Places that b needs to reach `goal`, as a multiple of what a needs; infinite if b does not get there.

    None where a itself is there at once (within three points or a small share of it): a ratio of that says nothing.
    """
    at_a, at_b = _reaches(a, goal, falling), _reaches(b, goal, falling)
    origin = min(0.0, float(a.x[0]), float(b.x[0]))
    if at_a is None or at_a <= max(a.x[min(2, len(a.x) - 1)], origin + AT_ONCE * (a.x[-1] - origin)):
        return None
    if at_b is None:
        return float("inf") if b.x[-1] >= a.x[-1] else None
    return max(0.0, (at_b - origin) / (at_a - origin))


def _reaches(one: Side, goal: float, falling: bool) -> float | None:
    there = np.flatnonzero(one.course <= goal if falling else one.course >= goal)
    return float(one.x[there[0]]) if len(there) else None
