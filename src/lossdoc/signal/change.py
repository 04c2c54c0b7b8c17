"""Lasting changes: steps after removing the trend, the onset of a departure, the point where nothing happens more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from lossdoc.signal.course import LONG, local_noise, noise, smooth, thin
from lossdoc.signal.level import level
from lossdoc.signal.medians import median

if TYPE_CHECKING:
    from lossdoc.model.run import Floats


class Shift(Struct, frozen=True):
    """A lasting step in front of `index`: levels of both sides, extrapolated to it; score in errors."""

    index: int
    before: float
    after: float
    score: float

    @property
    def size(self) -> float:
        return self.after - self.before


def shifts(y: Floats, sigmas: float = 8.0, least: float = 0.0, side: int | None = None, most: int = 5) -> list[Shift]:
    """Lasting steps, largest score first, at most `most`.

    Both sides of a place are fitted with a line each over `side` points (an eighth of the run, 6 to 100), so that a
    slope is no step; the step is where the lines miss each other. A decaying curve bends: a step also has to be larger
    than what neighbouring places miss.
    """
    n = len(y)
    if n > LONG:
        # A lasting step of a long curve is one of its block medians as well; its place is known to a block.
        _, short = thin(np.arange(n, dtype=float), y)
        size = n / len(short)
        return [replace(s, index=int(s.index * size)) for s in shifts(short, sigmas, least, most=most)]
    side = int(min(100, max(6, n // 8))) if side is None else side
    if n < 2 * side + 2:
        return []
    at = np.arange(side, n - side + 1)
    left, left_error = ends(y, side, at - side)
    right, right_error = starts(y, side, at)
    step = right - left
    scale = local_noise(y)[np.clip(at, 0, n - 1)]
    error = np.maximum(np.hypot(left_error, right_error), 2.0 * scale / np.sqrt(side))
    score = np.divide(step, error, out=np.zeros_like(step), where=error > 0)
    bend = median(np.abs(step))
    ok = (np.abs(score) >= sigmas) & (np.abs(step) >= max(least, 3 * bend))
    found: list[Shift] = []
    order = np.argsort(-np.abs(score))
    for k in order[: 20 * side]:
        if len(found) == most or not ok[k]:
            break
        if all(abs(int(at[k]) - s.index) >= side for s in found):
            found.append(Shift(int(at[k]), float(left[k]), float(right[k]), float(score[k])))
    return found


def ends(y: Floats, side: int, first: np.ndarray) -> tuple[Floats, Floats]:
    """Line through `side` points from each `first` on, read just behind its last point, and its error there."""
    return fitted(y, side, first, side - 0.5)


def starts(y: Floats, side: int, first: np.ndarray) -> tuple[Floats, Floats]:
    """The same line read just in front of its first point."""
    return fitted(y, side, first, -0.5)


def fitted(y: Floats, side: int, first: np.ndarray, where: float) -> tuple[Floats, Floats]:
    windows = np.lib.stride_tricks.sliding_window_view(y, side)[first]
    t = np.arange(side) - (side - 1) / 2
    middle = windows.mean(axis=1)
    slope = windows @ t / float(t @ t)
    residual = windows - middle[:, None] - slope[:, None] * t
    sigma = np.sqrt((residual**2).sum(axis=1) / max(1, side - 2))
    place = where - (side - 1) / 2
    return middle + slope * place, sigma * np.sqrt(1 / side + place**2 / float(t @ t))


def onset(y: Floats, reference: float, from_index: int = 0, margin: float | None = None) -> int | None:
    """Index where a curve rose over `reference` + `margin` and did not come back; None when its end is not above.

    `margin` defaults to three scales of a point of the slow course.
    """
    course = smooth(y, 5 if len(y) < 60 else None)
    scale = noise(y)
    over = course > reference + (scale if margin is None else margin)
    # The windows of the course shrink to a single point at the end, which must not decide alone.
    over[-5:] = median(y[-5:]) > reference + (scale if margin is None else margin)
    if not over[-1]:
        return None
    below = np.flatnonzero(~over[from_index:])
    start = from_index if not len(below) else from_index + int(below[-1]) + 1
    # The running median moves the edge of a jump by up to half a window: look for the first point that is itself over.
    limit = reference + (scale if margin is None else margin)
    while start > from_index and y[start - 1] > limit:
        start -= 1
    return min(start, len(y) - 1)


def settled(y: Floats, material: float, up: bool = False) -> int:
    """Index from which on the slow course stays within `material` of its final level (the median of the last tenth).

    With `up` or without, only improvements count: a curve that gets worse is not unsettled by that.
    """
    _, short = thin(np.arange(len(y), dtype=float), np.asarray(y, dtype=float), 2000)
    course = smooth(short)
    if up:
        course = -course
    final = level(course[-max(1, len(course) // 10) :]).value
    open_ = np.flatnonzero(course > final + material)
    index = 0 if not len(open_) else int(open_[-1]) + 1
    return min(len(y) - 1, int(index * len(y) / max(1, len(short))))


def constant_from(values: Floats) -> int:
    """Index from which on every value, to the end, is exactly the last one: 0 where it is throughout."""
    other = np.flatnonzero(values != values[-1])
    return int(other[-1]) + 1 if len(other) else 0


def died(values: Floats) -> int:
    """Index from which on a loss reads exactly 0 to the end (at least two records); its length if it does not.

    A filtered NaN reads 0 for ever: that is the end of a measurement, and no check of a level may see it.
    """
    if not len(values):
        return 0
    end = constant_from(values) if values[-1] == 0 else len(values)
    return end if not end or len(values) - end >= 2 else len(values)
