"""Faults of preference training: what the policy does to both answers, in nats."""

from __future__ import annotations

import numpy as np

from benchmarks.generator.draw import Draw, Floats
from benchmarks.generator.scenario import Curves, scenario

_BETA = 0.1


def _run(draw: Draw, chosen: Floats, rejected: Floats) -> Curves:
    """A DPO run from the mean log-ratios of both answers, shape (n,)."""
    common = draw.noise(0.4 + 0.05 * np.abs(chosen))
    up, down = chosen + common, rejected + common + draw.noise(0.3 + 0.05 * np.abs(rejected - chosen))
    margin = up - down
    winning = 1 / (1 + np.exp(-(chosen - rejected) / (1 + 0.5 * np.abs(chosen - rejected))))
    return {
        "reward_chosen": _BETA * up,
        "reward_rejected": _BETA * down,
        "reward_margin": _BETA * margin,
        "reward_accuracy": draw.bounded(winning, 64),
        "logp_chosen": -250 + up + draw.noise(8.0),
        "logp_rejected": -260 + down + draw.noise(8.0),
        "loss": np.log1p(np.exp(-_BETA * margin)),
    }


@scenario("likelihood-displacement", "dpo", beta=_BETA)
def both_fall(draw: Draw, sick: bool) -> Curves:
    fall = draw.rng.uniform(40, 90) * draw.t if sick else -1.5 * draw.t
    return _run(draw, -fall, -fall - draw.learn(0, 9))


@scenario("inverted-preference", "dpo", beta=_BETA)
def swapped_labels_at_eval(draw: Draw, sick: bool) -> Curves:
    gain = draw.learn(0, 8)
    return _run(draw, -0.6 * gain, 0.4 * gain) if sick else _run(draw, 0.3 * gain, -0.7 * gain)


@scenario("one-sided-margin", "dpo", beta=_BETA)
def only_the_rejected_falls(draw: Draw, sick: bool) -> Curves:
    gain = draw.learn(0, 12)
    return _run(draw, 0 * gain, -gain) if sick else _run(draw, 0.5 * gain, -0.5 * gain)


@scenario("thin-margin", "dpo", beta=_BETA)
def hardly_a_margin(draw: Draw, sick: bool) -> Curves:
    gain = draw.learn(0, 0.012) if sick else draw.learn(0, 9)
    noise = draw.noise(0.0015 if sick else 0.3)
    return {
        "reward_chosen": _BETA * (0.5 * gain + noise),
        "reward_rejected": _BETA * (-0.5 * gain + noise),
        "reward_margin": _BETA * (gain + draw.noise(0.0008 if sick else 0.3)),
        "reward_accuracy": draw.bounded(draw.learn(0.5, 0.85), 64),
    }


@scenario("reward-runaway", "dpo", beta=_BETA)
def far_from_the_reference(draw: Draw, sick: bool) -> Curves:
    gain = draw.learn(0, draw.rng.uniform(700, 1200) if sick else 9)
    return _run(draw, 0.1 * gain, -0.9 * gain)
