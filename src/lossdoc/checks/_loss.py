"""What the checks of loss curves share: where a loss died, what the run has left, how numbers are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct

from lossdoc.judge.case import Skip
from lossdoc.judge.passes import passes
from lossdoc.model.limit import Limit
from lossdoc.signal import Level, died, difference, head, leaning, level, matched, median, noise, resolution, tail

if TYPE_CHECKING:
    from lossdoc.judge.case import Case
    from lossdoc.model.run import Curve, Floats


FEW_POINTS = Limit(8, "records", "ours: enough where the noise is next to none")
MIN_POINTS = Limit(
    15,
    "records",
    "ours: below it a level of the start and one of the end rest on the same few points",
)
LATE_INTERVALS = Limit(10, "intervals between records", "ours: trainers log the first step or the first interval")
LATE_SHARE = Limit(0.2, "share of the steps", "ours: a log that begins later shows a floor, not a start")
UNFINISHED = Limit(
    0.6,
    "share of the planned run",
    "ours: the healthiest late starters of the labelled runs leave their first level at half of the run",
)
THROUGH = Limit(0.9, "share of the planned run", "ours: what has not happened by then does not happen any more")
PASSES = Limit(
    5.0, "passes over the data", "ours: what a model can learn of its inputs shows in so many, whatever the schedule"
)


def number(value: float) -> str:
    """Four significant digits, as people read a log."""
    return f"{value:.4g}"


def step(curve: Curve, index: int) -> str:
    """How a place is called: `step 310`, `epoch 4`."""
    return f"{curve.axis.removesuffix('s')} {curve.steps[index]:g}"


def digits(curve: Curve) -> int:
    """Significant digits that the print shows of the last value."""
    if curve.significant is not None:
        return curve.significant
    if curve.decimals is None:
        return 15
    size = abs(float(curve.values[-1]))
    return curve.decimals + (int(np.floor(np.log10(size))) + 1 if size > 0 else 0)


def part(curve: Curve, first: int = 0, stop: int | None = None) -> Curve:
    """The points first .. stop-1 of a curve."""
    return curve.where(slice(first, stop))


def living(curve: Curve) -> Curve:
    """The curve up to the point where its loss died (masked NaN, masked labels)."""
    end = died(curve.values)
    return curve if end == len(curve) else part(curve, 0, end)


def aligned(curve: Curve, other: Curve) -> tuple[Floats, Floats]:
    """Values of both at their common records, shapes (n,)."""
    i, j = matched(curve.records, other.records)
    return curve.values[i], other.values[j]


def begins_late(curve: Curve) -> None:
    """A log that begins far into a run (the end of a file, a resumed run) shows a floor, not a start."""
    if curve.axis in ("step", "epoch") and len(curve) > 2:
        spacing = median(np.diff(curve.steps))
        if curve.steps[0] > LATE_INTERVALS * spacing > 0 and curve.steps[0] > LATE_SHARE * curve.steps[-1]:
            raise Skip(f"the log begins at {step(curve, 0)}: what was learned before is not in it")


def warm_up_end(case: Case, curve: Curve) -> int:
    """Index of the first point of `curve` at or behind the peak of the learning rate.

    0 without a learning rate; the length of the curve while the rate is still rising.
    """
    rate = case.run.get("learning_rate")
    if rate is None or len(rate) < 3:
        return 0
    values = rate.values[np.isfinite(rate.values)]
    if not len(values) or len(values) != len(rate) or values[0] >= values.max():
        return 0
    at = int(np.argmax(values >= values.max() * (1 - 1e-6)))
    if at == len(values) - 1:
        return len(curve)
    return int(np.searchsorted(curve.records, rate.records[at]))


def passed(case: Case) -> float | None:
    """Share of the planned run that the log covers: from the declared end, else from a falling rate."""
    run = case.run
    last = run.last_step
    planned = declared(case, "max_steps")
    if planned and last is not None:
        return min(1.0, last / planned)
    epochs, epoch = declared(case, "num_train_epochs"), run.get("epoch")
    if epochs and epoch is not None and len(epoch):
        return min(1.0, float(epoch.values[-1]) / epochs)
    done = [e.data for e in run.events if e.kind == "progress" and e.data.get("total")]
    if done:
        return min(1.0, float(done[-1]["n"]) / float(done[-1]["total"]))
    rate = run.get("learning_rate")
    if rate is None or len(rate) < 5 or not np.isfinite(rate.values).any():
        return None
    values = rate.values
    peak = float(np.nanmax(values))
    late = values[-max(3, len(values) // 4) :]
    # A rate that goes down at every record is on its way to the planned end: what is left of it is left of the run.
    if peak > 0 and np.all(np.diff(late) < 0):
        return float(1 - values[-1] / peak)
    return None


def declared(case: Case, key: str) -> float | None:
    """A positive number of the configuration, or None."""
    try:
        value = float(case.config[key])
    except (KeyError, TypeError, ValueError):
        return None
    return value if value > 0 else None


def unfinished(case: Case) -> bool:
    """Too little of the planned run is over: what has not happened yet may still happen."""
    share = passed(case)
    return share is not None and share < UNFINISHED


def ran_through(case: Case) -> bool:
    """Most of the planned run is over, or the data were seen several times: few records are all that there will be."""
    share, seen = passed(case), passes(case.run)
    return (share is not None and share >= THROUGH) or (seen is not None and seen >= PASSES)


def preference(case: Case) -> bool:
    """All candidate trainers compare pairs: their loss percentage proves nothing."""
    families = case.families()
    return bool(families) and families <= {"preference"}


class Gain(Struct, frozen=True):
    """Improvement from the first to the last stretch of a curve: positive = better, in its unit.

    share: of the start level's size; error: standard error of `value`; trend: Kendall's score, negative = falling.
    """

    start: Level
    end: Level
    value: float
    error: float
    trend: float

    @property
    def score(self) -> float:
        return self.value / self.error if self.error > 0 else float(np.sign(self.value)) * np.inf if self.value else 0.0

    @property
    def share(self) -> float:
        return self.value / abs(self.start.value) if self.start.value else 0.0

    @property
    def upper_share(self) -> float:
        """The largest improvement (of the start's size) that the noise leaves possible: two standard errors above."""
        return (self.value + 2 * self.error) / abs(self.start.value) if self.start.value else 0.0


def gain(curve: Curve, up: bool = False, first: int = 0) -> Gain:
    """How much a curve improved from its point `first` on."""
    y = curve.values[first:]
    n = len(y)
    scale = max(noise(y), resolution(curve) / 4)
    # A quarter of the run at each end: a slow and noisy run needs the many points.
    start, end = level(y[head(n, 0.15, least=3, most=100)], scale), level(y[tail(n, 0.25, least=3, most=400)], scale)
    step_down = difference(end, start)
    value = -step_down.value if up else step_down.value
    score = leaning(y, curve.steps[first:])
    return Gain(start, end, value, step_down.error, -score if up else score)
