"""Shapes of learning-rate schedules, and where one breaks off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct

from lossdoc.model.limit import Limit
from lossdoc.signal import median

if TYPE_CHECKING:
    from lossdoc.model.run import Floats


STRAIGHT = Limit(0.9995, "squared correlation", "ours: a transformed schedule counts as a line")
FLAT = Limit(3, "records of equal value", "ours: a rising rate printed with few digits may show them")
OF_PEAK = Limit(0.25, "share of the peak", "ours: a smaller rise after the warm-up is none")
OF_START = Limit(1.5, "times the rate before", "ours: a smaller rise after the warm-up is none")
JUMP = Limit(10.0, "times the steps before", "ours: a step of a warm-up that is larger ends it")
EQUAL = Limit(0.2, "share of the usual distance", "ours: restarts at such distances are regular")
TOPS = Limit(1.25, "times the lowest top", "ours: restarts of one height")
CONSTANT = Limit(0.001, "share of the peak", "ours: a rate that moves less is constant")


class Rise(Struct, frozen=True):
    """A rise after the warm-up: from the point `first` to the point `last`, as one jump or as a slow climb."""

    first: int
    last: int
    low: float
    high: float
    sudden: bool


def travel(rate: Floats, steps: Floats) -> float:
    """The learning rates of all steps added up: with an Adam-like optimiser about the farthest any weight goes.

    `rate` is what was logged at `steps`; a record stands for the steps since the one before it.
    """
    if len(rate) < 2:
        return float(rate.sum())
    spacing = np.diff(steps, prepend=2 * steps[0] - steps[1])
    return float(rate @ np.maximum(spacing, 0.0))


def warm_up(rate: Floats) -> int:
    """Index of the last point of an initial rise, 0 where the schedule does not begin with one.

    The first record may stand alone: the rate that the optimiser was made with, logged before the scheduler set it.
    """
    if len(rate) > FLAT and rate[1] < 0.5 * rate[0]:
        end = 1 + _climb(rate[1:])
        if end > FLAT and 0.9 * rate[0] <= rate[end] <= 1.01 * rate[0]:
            return end
    return _climb(rate)


def _climb(rate: Floats) -> int:
    """Index of the last point of the rise that a curve begins with.

    Printed with few digits a steady rise has steps of equal values: they are passed over where it goes on as before.
    """
    growth = np.diff(rate)
    falls = np.flatnonzero(growth < 0)
    rising = int(falls[0]) if len(falls) else len(growth)
    # However its digits step, a rise along one line is one rise: three significant digits step tenfold at each decade.
    if straight(np.arange(rising + 1, dtype=float), rate[: rising + 1]) >= STRAIGHT:
        return rising
    seen: list[float] = []
    end, i, longest = 0, 0, 0
    while i < len(growth) and growth[i] >= 0:
        if growth[i] == 0:
            changes = np.flatnonzero(growth[i:])
            if not len(changes):  # it stays where it is
                break
            flat = int(changes[0])
            if not seen or flat > max(int(FLAT), 2 * longest) or growth[i + flat] > 3 * max(seen[-3:]):
                break
            longest, i = max(longest, flat), i + flat
            continue
        # A warm-up grows by steady amounts; the first jump far beyond them ends it.
        if len(seen) > 2 and growth[i] > JUMP * median(seen):
            break
        seen.append(float(growth[i]))
        i += 1
        end = i
    return end


def rises(rate: Floats, resolution: float = 0.0) -> list[Rise]:
    """Rises that matter after the warm-up."""
    peak = float(rate.max())
    begin = warm_up(rate)
    found: list[Rise] = []
    moves = np.diff(rate[begin:])
    up = np.flatnonzero(moves > 0)
    # Upward moves without a fall between them are one rise.
    falls = np.cumsum(moves < 0)[up]
    bounds = np.flatnonzero(np.append(True, falls[1:] != falls[:-1])[: len(up)])
    firsts, lasts = begin + up[bounds], begin + up[np.append(bounds, len(up))[1:] - 1] + 1
    lows, highs = rate[firsts], rate[lasts]
    matter = (highs - lows >= max(OF_PEAK * peak, 5 * resolution)) & (highs >= OF_START * lows)
    for at in np.flatnonzero(matter).tolist():
        first, last, low, high = int(firsts[at]), int(lasts[at]), float(lows[at]), float(highs[at])
        steps = np.diff(rate[first : last + 1])
        jump = int(np.argmax(steps))
        sudden = float(steps[jump]) >= 0.5 * (high - low)
        found.append(Rise(first + jump if sudden else first, first + jump + 1 if sudden else last, low, high, sudden))
    return found


def repeated(found: list[Rise]) -> bool:
    """Several rises of one kind at equal or steadily growing distances: a schedule with restarts or cycles."""
    if len(found) < 2:
        return False
    tops = np.array([r.high for r in found])
    if tops.max() > TOPS * tops.min() and not np.all(np.diff(tops) < 0):
        return False
    distances = np.diff([r.last for r in found])
    if len(distances) < 2:
        return bool(abs(distances[0] - found[0].last) <= EQUAL * distances[0] or distances[0] > found[0].last)
    ratios = distances[1:] / distances[:-1]
    return bool(np.all(np.abs(ratios / median(ratios) - 1) < EQUAL))


def shape(rate: Floats) -> str:
    """The name of the schedule that a stretch follows after its warm-up; "" where none fits."""
    begin = warm_up(rate)
    prefix = "a warm-up, then " if begin > 1 else ""
    y = rate[begin:]
    if len(y) < 5 or y.max() <= 0:
        return ""
    if y.max() - y.min() <= CONSTANT * y.max():
        return prefix + "constant"
    if np.any(np.diff(y) > 1e-9 * y.max()):
        return ""
    if np.mean(np.diff(y) == 0) > 0.8:
        return prefix + "steps"
    flat = int(np.argmax(y < y.max() * (1 - 1e-6)))
    if flat > 0.3 * len(y):
        return prefix + "constant, then a decay"
    y = y[y > 0]
    t = np.arange(len(y), dtype=float)
    # Each schedule is a straight line under its own transformation.
    lines = {
        "linear": y,
        "cosine": np.arccos(np.clip(2 * y / y.max() - 1, -1, 1)),
        "cosine to a minimum": np.arccos(np.clip(2 * (y - y.min()) / max(float(np.ptp(y)), 1e-300) - 1, -1, 1)),
        "exponential": np.log(y),
        "inverse square root": y**-2.0,
        "polynomial": np.sqrt(y),
    }
    fits = {name: straight(t, z) for name, z in lines.items()}
    best = max(fits, key=lambda name: fits[name])
    return prefix + best if fits[best] >= STRAIGHT else ""


def straight(t: Floats, z: Floats) -> float:
    """Squared correlation with a line; 0 for a constant."""
    if len(z) < 5 or float(np.std(z)) == 0:
        return 0.0
    return float(np.corrcoef(t, z)[0, 1] ** 2)
