"""value-divergence."""

from __future__ import annotations

import numpy as np

from tests.checks.synthetic import curve, found, noise, ramp, rewards, saturating

CHECK = "value-divergence"


def test_explodes() -> None:
    loss = np.exp(ramp(200, 0, 6, 0.6)) * (1 + np.abs(noise(200, 0.2, 1)))
    (finding,) = found(CHECK, curve("value_loss", loss), *rewards(np.full(200, 0.4)), trainer="ppo")
    assert 110 < (finding.first_step or 0) < 170


def test_worse_than_a_constant() -> None:
    curves = [
        curve("value_loss", 1 + np.abs(noise(200, 0.1, 2))),
        curve("explained_variance", -0.5 + noise(200, 0.1, 3)),
    ]
    (finding,) = found(CHECK, *curves, trainer="ppo")
    assert finding.metric == "explained_variance"


def test_high_early() -> None:
    loss = saturating(200, 40, 1, 20) + np.abs(noise(200, 0.3, 4))
    assert not found(CHECK, curve("value_loss", loss), trainer="ppo")


def test_grows_with_the_return() -> None:
    loss = np.exp(ramp(200, 0, 6, 0.2)) * (1 + np.abs(noise(200, 0.2, 5)))
    assert not found(CHECK, curve("value_loss", loss), *rewards(ramp(200, 0.1, 0.9)), trainer="rl")


def test_spikes_that_come_back() -> None:
    loss = 1 + np.abs(noise(200, 0.2, 6))
    loss[[60, 61, 150]] = [50, 20, 80]
    curves = [
        curve("value_loss", loss),
        curve("explained_variance", ramp(200, -0.3, 0.6, 0, 0.3) + noise(200, 0.05, 7)),
    ]
    assert not found(CHECK, *curves, trainer="ppo")


def test_a_solved_task_leaves_nothing_to_explain() -> None:
    curves = [
        curve("value_loss", np.exp(ramp(200, 2.5, -16, 0.1)) * (1 + np.abs(noise(200, 0.2, 8)))),
        curve("explained_variance", ramp(200, 0.6, -12, 0.4) + noise(200, 0.2, 9)),
    ]
    assert not found(CHECK, *curves, *rewards(saturating(200, 8, 1000, 40)), trainer="rl")
