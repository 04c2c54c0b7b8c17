"""Facts of beta, of sampling, of rewards and answers."""

from __future__ import annotations

import numpy as np

from lossdoc.advice.registry import fact, opposite
from lossdoc.advice.situation import Situation
from lossdoc.signal import median, noise

COLD = 0.7  # sampling temperature
GREW = 1.5  # times as long


# -- beta, sampling and reward


@fact
def beta_below_usual(s: Situation) -> bool | None:
    return s.against_usual("beta", lambda value, low, _high: value < low)


@fact
def beta_usual_or_more(s: Situation) -> bool | None:
    """A beta of 0 holds nothing, however usual it is."""
    return s.against_usual("beta", lambda value, low, _high: value >= low and value > 0)


@fact
def beta_above_usual(s: Situation) -> bool | None:
    return s.against_usual("beta", lambda value, _low, high: value > high)


@fact
def margin_zero(s: Situation) -> bool | None:
    """The margin is exactly 0 throughout: no weight has left the reference."""
    margin = s.values("reward_margin", 5)
    return None if margin is None else not margin.any()


@fact
def margin_moves(s: Situation) -> bool | None:
    """The margin is not exactly 0 once training has begun: some weight was changed."""
    return opposite(margin_zero(s))


@fact
def sampled_cold(s: Situation) -> bool | None:
    temperature = s.readings.value("temperature")
    return None if temperature is None else temperature < COLD


@fact
def sampled_warm(s: Situation) -> bool | None:
    return opposite(sampled_cold(s))


@fact
def reward_all_zero(s: Situation) -> bool | None:
    reward = s.values("reward", 5)
    return None if reward is None else not reward.any()


@fact
def reward_constant(s: Situation) -> bool | None:
    """The same number from first to last, and not 0."""
    reward = s.values("reward", 5)
    return None if reward is None else bool(reward[0] != 0 and np.ptp(reward) <= 1e-6 * abs(float(reward[0])))


@fact
def reward_varies(s: Situation) -> bool | None:
    reward = s.values("reward", 5)
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
    reward = s.values("reward", 5)
    if reward is None:
        return None
    part = max(2, len(reward) // 10)
    return bool(median(reward[-part:]) - median(reward[:part]) > 3 * noise(reward))


@fact
def reward_high(s: Situation) -> bool | None:
    """The reward ends at the best that was seen, above 0, and had been lower."""
    reward = s.values("reward", 5)
    if reward is None:
        return None
    end = median(reward[-max(3, len(reward) // 10) :])
    return bool(end > 0 and end >= 0.9 * reward.max() and np.ptp(reward) > 0)


@fact
def reward_ends_lowest(s: Situation) -> bool | None:
    """The reward ends in the lowest tenth of its range, and had been higher."""
    reward = s.values("reward", 10)
    if reward is None or np.ptp(reward) == 0:
        return None
    end = median(reward[-max(3, len(reward) // 10) :])
    return bool(end <= reward.min() + 0.1 * np.ptp(reward))


@fact
def answers_cut_from_the_start(s: Situation) -> bool | None:
    cut = s.run.get("truncated_fraction")
    y = cut.finite().values if cut is not None else np.array([])
    return bool(median(y[: max(3, len(y) // 10)]) > 0.5) if len(y) >= 5 else None


@fact
def answers_grew(s: Situation) -> bool | None:
    length = s.run.get("completion_length")
    y = length.finite().values if length is not None else np.array([])
    part = max(3, len(y) // 10)
    return bool(median(y[-part:]) > GREW * median(y[:part])) if len(y) >= 10 else None
