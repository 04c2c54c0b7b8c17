"""Facts of the learning rate, its schedule, and when the fault began. Words of size order causes and judge no run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lossdoc.advice.registry import fact, opposite
from lossdoc.advice.situation import Situation

if TYPE_CHECKING:
    from lossdoc.model.run import Curve

FAR = 10.0  # times the usual
ROUNDED = 1e-4  # ours: Adam moves a weight by about the rate
JUMP = 1.5  # from one record to the next
EARLY, LATE = 0.1, 0.25  # share of the run


# -- the learning rate


@fact
def rate_far_below_usual(s: Situation) -> bool | None:
    return s.against_usual("learning_rate", lambda value, low, _high: value < low / FAR)


@fact
def rate_below_usual(s: Situation) -> bool | None:
    return s.against_usual("learning_rate", lambda value, low, _high: value < low)


@fact
def rate_usual_or_more(s: Situation) -> bool | None:
    return s.against_usual("learning_rate", lambda value, low, _high: value >= low)


@fact
def rate_usual(s: Situation) -> bool | None:
    return s.against_usual("learning_rate", lambda value, low, high: low <= value <= high)


@fact
def rate_above_usual(s: Situation) -> bool | None:
    return s.against_usual("learning_rate", lambda value, _low, high: value > high)


@fact
def rate_far_above_usual(s: Situation) -> bool | None:
    return s.against_usual("learning_rate", lambda value, _low, high: value > FAR * high)


@fact
def rate_zero(s: Situation) -> bool | None:
    value = s.readings.value("learning_rate")
    return None if value is None else value == 0


@fact
def rate_above_zero(s: Situation) -> bool | None:
    return opposite(rate_zero(s))


@fact
def rate_above_rounding(s: Situation) -> bool | None:
    """A step of this size changes a weight of 0.02 in bf16, whose numbers lie 2**-8 of themselves apart."""
    value = s.readings.value("learning_rate")
    return None if value is None else value >= ROUNDED


@fact
def rate_untold(s: Situation) -> bool | None:
    """The log has no learning rate: nobody saw it jump."""
    return s.readings.rate is None


@fact
def rate_jumped(s: Situation) -> bool | None:
    """The rate rose at one record, after its warm-up and not after the fault had begun."""
    rate = s.readings.rate
    if rate is None or len(rate) < 10:
        return None
    at = jump_of(rate)
    onset = s.at_onset(rate)
    return at is not None and (onset is None or at <= onset + max(2, len(rate) // 20))


@fact
def rate_came_back(s: Situation) -> bool | None:
    """The jump leads back to a height that the rate had before: a restart of the schedule."""
    rate = s.readings.rate
    at = jump_of(rate) if rate is not None else None
    return None if rate is None or at is None else came_back(rate, at)


def came_back(rate: Curve, at: int) -> bool:
    return bool(rate.values[at] <= 1.05 * rate.values[:at].max())


@fact
def rate_steady(s: Situation) -> bool | None:
    """No record's rate stands far above the one before, warm-up aside."""
    rate = s.readings.rate
    return None if rate is None or len(rate) < 10 else jump_of(rate) is None


def jump_of(rate: Curve) -> int | None:
    """The record at which the rate jumps up, from near what had been its peak or after it had fallen."""
    y = rate.values
    peaks = np.maximum.accumulate(y)
    for at in np.flatnonzero(y[1:] > JUMP * y[:-1]) + 1:
        warm = at >= 3 and (y[at - 1] >= 0.9 * peaks[at - 1] >= 0.9 * peaks[at - 2] or y[at - 1] < 0.9 * peaks[at - 1])
        if warm and y[at - 1] <= y[at - 2] * 1.05 and y[at - 1] > 0:
            return int(at)
    return None


@fact
def rate_climbs(s: Situation) -> bool | None:
    """The rate still rises when the fault begins, or over most of the run."""
    rate = s.readings.rate
    if rate is None or len(rate) < 10:
        return None
    return bool(np.argmax(rate.values) >= 0.5 * len(rate) and rate.values[0] < 0.5 * rate.values.max())


@fact
def rate_ended_early(s: Situation) -> bool | None:
    """The rate came down to next to nothing before the last tenth of the run."""
    rate = s.readings.rate
    if rate is None or len(rate) < 10:
        return None
    y = rate.values[: -max(1, len(rate) // 10)]
    peak = int(np.argmax(y))
    return bool((y[peak:] <= 0.01 * y[peak]).any())


@fact
def rate_lasted(s: Situation) -> bool | None:
    return opposite(rate_ended_early(s))


@fact
def warmed_up(s: Situation) -> bool | None:
    rate = s.readings.rate
    if rate is None or len(rate) < 10:
        return None
    return bool(np.argmax(rate.values) >= max(2, len(rate) // 100) and rate.values[0] < 0.5 * rate.values.max())


@fact
def no_warm_up(s: Situation) -> bool | None:
    return opposite(warmed_up(s))


# -- when it began


@fact
def from_the_start(s: Situation) -> bool | None:
    return None if s.progress is None else s.progress <= EARLY


@fact
def late(s: Situation) -> bool | None:
    return None if s.progress is None else s.progress >= LATE
