"""Facts of beta, of sampling, of rewards and answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.advice.registry import fact
from lossdoc.advice.situation import Situation
from lossdoc.signal import noise

if TYPE_CHECKING:
    from lossdoc.model.run import Floats

COLD = 0.7  # sampling temperature
GREW = 1.5  # times as long


# -- beta, sampling and reward


def _beta(s: Situation, test: Callable[[float, float, float], bool]) -> bool | None:
    value, usual = s.readings.value("beta"), s.readings.usual("beta")
    return test(value, usual.low, usual.high) if value is not None and usual is not None else None


@fact
def beta_below_usual(s: Situation) -> bool | None:
    return _beta(s, lambda value, low, _high: value < low)


@fact
def beta_usual_or_more(s: Situation) -> bool | None:
    """A beta of 0 holds nothing, however usual it is."""
    return _beta(s, lambda value, low, _high: value >= low and value > 0)


@fact
def beta_above_usual(s: Situation) -> bool | None:
    return _beta(s, lambda value, _low, high: value > high)


@fact
def sampled_cold(s: Situation) -> bool | None:
    temperature = s.readings.value("temperature")
    return None if temperature is None else temperature < COLD


@fact
def sampled_warm(s: Situation) -> bool | None:
    cold = sampled_cold(s)
    return None if cold is None else not cold


def _reward(s: Situation) -> Floats | None:
    reward = s.run.get("reward")
    reward = reward.finite() if reward is not None else None
    return reward.values if reward is not None and len(reward) >= 5 else None


@fact
def reward_all_zero(s: Situation) -> bool | None:
    reward = _reward(s)
    return None if reward is None else not reward.any()


@fact
def reward_constant(s: Situation) -> bool | None:
    """The same number from first to last, and not 0."""
    reward = _reward(s)
    return None if reward is None else bool(reward[0] != 0 and np.ptp(reward) <= 1e-6 * abs(float(reward[0])))


@fact
def reward_varies(s: Situation) -> bool | None:
    reward = _reward(s)
    return None if reward is None else bool(np.ptp(reward) > 1e-6 * float(np.abs(reward).max()))


@fact
def reward_became_zero(s: Situation) -> bool | None:
    """The reward was not 0 and is exactly 0 from the fault on."""
    curve = s.run.get("reward")
    curve = curve.finite() if curve is not None else None
    if curve is None or len(curve) < 10:
        return None
    tail = curve.values[-max(5, len(curve) // 10) :]
    return bool(not tail.any() and curve.values.any())


@fact
def reward_rose(s: Situation) -> bool | None:
    reward = _reward(s)
    if reward is None:
        return None
    part = max(2, len(reward) // 10)
    return bool(np.median(reward[-part:]) - np.median(reward[:part]) > 3 * noise(reward))


@fact
def reward_high(s: Situation) -> bool | None:
    """The reward ends at the best that was seen, above 0, and had been lower."""
    reward = _reward(s)
    if reward is None:
        return None
    end = float(np.median(reward[-max(3, len(reward) // 10) :]))
    return bool(end > 0 and end >= 0.9 * reward.max() and np.ptp(reward) > 0)


@fact
def answers_cut_from_the_start(s: Situation) -> bool | None:
    cut = s.run.get("truncated_fraction")
    y = cut.finite().values if cut is not None else np.array([])
    return bool(np.median(y[: max(3, len(y) // 10)]) > 0.5) if len(y) >= 5 else None


@fact
def answers_grew(s: Situation) -> bool | None:
    length = s.run.get("completion_length")
    y = length.finite().values if length is not None else np.array([])
    part = max(3, len(y) // 10)
    return bool(np.median(y[-part:]) > GREW * np.median(y[:part])) if len(y) >= 10 else None
