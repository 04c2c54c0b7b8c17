"""Agents of classic reinforcement learning: a return has neither a usual scale nor a spread of answers.

What it gained or lost is held against its own level, the larger of both ends: a random policy's mean return wanders by
some percent of that, and a table of running means hides how far single episodes scatter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct

from lossdoc.checks._rl import highest_level
from lossdoc.model.limit import Limit
from lossdoc.signal import leaning, line

if TYPE_CHECKING:
    from lossdoc.judge.case import Case
    from lossdoc.model.run import Floats

STILL = Limit(0.15, "share of the level", "ours: what an agent that learned nothing gains or loses")
GAINED = Limit(0.1, "share of the level", "ours: a sure gain of so much is progress, whatever else holds")
LEANS = Limit(0.05, "share of the level", "ours: the same where all records lean that way")
LEANING = Limit(2.0, "standard errors of a rising trend", "ours")
PEAKED = Limit(0.35, "share of the level", "ours: what stood so far above the start was learned and lost")
SURE = Limit(3.0, "standard errors of a gain", "ours")
FELL = Limit(0.25, "share of the level", "ours: running means of random policies fall by 0.18")
SURELY = Limit(4.0, "standard errors of a fall", "ours")
BACK = Limit(0.05, "share of the whole fall", "ours: what a record may stand above the one before in a steady fall")
SOON = Limit(3, "records", "ours: all of them far below the end, and most was learned before the first fifth was over")
GONE = Limit(0.5, "share of what had been gained", "ours")
STEADY = Limit(0.8, "share of the steps", "ours: a mean that climbs at so many of them is on its way")
FEW = Limit(8, "records", "ours: fewer carry no two levels")


class Returns(Struct, frozen=True):
    """Means of the first fifth, the best stretch, the last 30 % and the last 15 %.

    `error` is that of the change from first to last, `lean` the score of the trend.
    """

    early: float
    best: float
    best_first: int
    best_last: int
    late: float
    final: float
    error: float
    lean: float
    rising: bool  # it climbs to its best at the very end
    soon: bool  # its very first records stand far below the end

    @property
    def size(self) -> float:
        return max(abs(self.early), abs(self.late))

    @property
    def change(self) -> float:
        return self.late - self.early

    @property
    def hidden(self) -> bool:
        """The noise would hide a change that matters, and nothing larger shows."""
        return self.error > STILL * self.size and abs(self.change) <= SURE * self.error

    @property
    def still(self) -> bool:
        """Neither gained nor lost anything that matters, and the log could have shown it."""
        rose = self.change >= GAINED * self.size and self.change > SURE * self.error
        leans = self.change >= LEANS * self.size and self.lean >= LEANING
        return (
            self.size > 0
            and not (rose or leans or self.rising or self.soon)
            and self.error <= STILL * self.size
            and abs(self.change) <= STILL * self.size
            and self.best - self.early <= PEAKED * self.size
        )


def is_agent(case: Case) -> bool:
    """Whether the run can only be an agent in an environment."""
    return set(case.objectives) == {"rl"}


def returns(y: Floats) -> Returns:
    """The levels of a return, shape (n,). Means, not medians: single episodes are mostly 0 with some successes, or at
    the end of the allowed time with some failures."""
    n = len(y)
    a, b = y[: max(2, n // 5)], y[n - max(2, round(0.3 * n)) :]
    first, last, _ = highest_level(y, max(3, n // 10))
    error = float(np.hypot(_error(a), _error(b)))
    final = y[n - max(2, round(0.15 * n)) :]
    best = float(y[first : last + 1].mean())
    mean = float(a.mean()), float(b.mean())
    size = max(map(abs, mean))
    jump = mean[1] - float(y[: int(SOON)].max())
    soon = jump > PEAKED * size and jump > SURELY * float(b.std(ddof=1))
    return Returns(mean[0], best, first, last, mean[1], float(final.mean()), error, _lean(y), _rises(y, size), soon)


def _rises(y: Floats, size: float) -> bool:
    """From its lowest point behind the start on it rises, nearly without a step back, to its best value at the end.

    A running mean of few episodes follows late.
    """
    start = max(2, len(y) // 5)
    low = start + int(np.argmin(y[start:]))
    steps = np.diff(y[low:])
    up = len(steps) >= FEW and float(np.mean(steps > 0)) >= STEADY
    return up and float(y[-1] - y[low]) >= LEANS * size and y[-1] >= y[2:].max()


def lost(y: Floats, found: Returns) -> bool:
    """A level that the agent had held is gone at the end: by a material part, surely, and most of what it had gained.

    The error is that of the two stretches themselves: an agent that fell repeats one and the same episode without any
    noise, while the episodes before scatter widely.
    """
    n = len(y)
    held, end = y[found.best_first : found.best_last + 1], y[n - max(2, round(0.15 * n)) :]
    fall = found.best - found.final
    error = float(np.hypot(_error(held), _error(end)))
    size = max(abs(found.best), abs(found.final))
    start = float(y[: max(2, n // 20)].mean())
    return (
        found.best_last < n - len(end)
        and fall >= FELL * size
        and fall > SURELY * error
        and fall > GONE * (found.best - start)
    )


def only_fell(y: Floats) -> bool:
    """No record lies above the one before to speak of, and the last one far below the first."""
    fell = float(y[0] - y[-1])
    if len(y) < FEW or fell < FELL * max(abs(float(y[0])), abs(float(y[-1]))):
        return False
    return bool(np.all(np.diff(y) <= BACK * fell))


def _error(stretch: Floats) -> float:
    """The standard error of the mean of a stretch, shape (n,) with n > 1."""
    return float(stretch.std(ddof=1) / np.sqrt(len(stretch)))


def _lean(y: Floats) -> float:
    """The score of the trend, as of so many records as are independent: running means follow one another."""
    x = np.arange(len(y), dtype=float)
    slope, start = line(x, y)
    left = y - start - slope * x
    spread = float(left @ left)
    alike = max(0.0, float(left[1:] @ left[:-1]) / spread) if spread > 0 else 0.0
    return leaning(y) * float(np.sqrt((1 - alike) / (1 + alike)))
