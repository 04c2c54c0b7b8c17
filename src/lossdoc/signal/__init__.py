"""Robust statistics shared by checks. NumPy only; arrays in, small frozen records out; nothing here knows a metric.

Words used throughout
- `y`: values, shape (n,), finite. `x`: where they stand (steps), same shape, never decreasing; None = 0, 1, 2, ...
- scale: a robust standard deviation of one point around the slow course of its curve, in the unit of `y`.
- score: a difference divided by its standard error, without unit.

Adding a constant to `y` changes no scale, score or index; multiplying `y` by a positive number multiplies what has the
unit of `y` and changes nothing else. Checks rely on both, tests prove both.

    noise(y)                     scale of the points            local_noise(y)     the same along the run, shape (n,)
    smooth(y)                    slow course, shape (n,)        level(y)           Level(value, error, n) of a stretch
    difference(a, b)             b - a with its error           trend(y, x)        Trend(slope, change, error, score)
    leaning(y, x)                the score of the trend alone
    head(n), tail(n)             slices of the first and last stretch that carry a level
    best_stretch(y)              Stretch: the lowest level of the run that lasted
    spikes(y)                    list[Spike]: sudden rises, with whether they came back
    shifts(y)                    list[Shift]: lasting steps after removing the trend
    onset(y, ...)                index where a curve left its reference level and did not come back
    died(y)                      index from which on nothing but 0 is printed, to the end
    settled(y)                   index from which on nothing material happens
    stretches(mask), longest(mask)   (first, last) of runs of True
    matched(a, b)                indices of the places (records) that two curves share
    median(y)                    without the price of numpy.median
    line(x, y)                   (slope, start) of the least-squares line
    thin(x, y, at_most)          block medians of very long curves
    resolution(...)              the smallest difference that a printed number can show
"""

from lossdoc.signal.change import Shift, constant_from, died, onset, settled, shifts
from lossdoc.signal.course import local_noise, noise, resolution, smooth, thin
from lossdoc.signal.level import Difference, Level, Stretch, best_stretch, difference, head, level, tail
from lossdoc.signal.line import line
from lossdoc.signal.masks import longest, stretches
from lossdoc.signal.medians import median
from lossdoc.signal.places import matched
from lossdoc.signal.slope import Trend, leaning, trend
from lossdoc.signal.spike import Spike, spikes

__all__ = [
    "Difference",
    "Level",
    "Shift",
    "Spike",
    "Stretch",
    "Trend",
    "best_stretch",
    "constant_from",
    "died",
    "difference",
    "head",
    "leaning",
    "level",
    "line",
    "local_noise",
    "longest",
    "matched",
    "median",
    "noise",
    "onset",
    "resolution",
    "settled",
    "shifts",
    "smooth",
    "spikes",
    "stretches",
    "tail",
    "thin",
    "trend",
]
