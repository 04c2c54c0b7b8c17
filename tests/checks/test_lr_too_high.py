"""Damage while the rate is at its peak."""

from __future__ import annotations

import numpy as np
import pytest

from tests.checks.losses import SEEDS, Floats, falling, level, loss
from tests.checks.synthetic import curve, found


def jumped(seed: int = 0, n: int = 200) -> Floats:
    y = 5.4 + level(n, 0, 0.08, seed)
    y[:12] = [6.2, 6.3, 8.5, 11.0, 12.5, 11.0, 9.5, 8.5, 7.5, 7.0, 6.5, 6.0]
    return y


@pytest.mark.parametrize("seed", SEEDS)
def test_a_jump_in_the_first_steps(seed: int) -> None:
    (finding,) = found("lr-too-high", loss(jumped(seed)), curve("learning_rate", np.full(200, 0.3)), trainer="sft")
    assert finding.severity == "warning"
    assert finding.first_step == pytest.approx(3, abs=2)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_jump_averaged_over_two_steps(seed: int) -> None:
    y = 5.4 + level(120, 0, 0.06, seed)
    y[:8] = [6.9, 9.3, 7.5, 6.4, 5.9, 5.8, 5.7, 5.6]
    assert found("lr-too-high", loss(y), curve("learning_rate", np.linspace(0.15, 0, 120)), trainer="sft")


@pytest.mark.parametrize("seed", SEEDS)
def test_one_high_record_at_the_start_is_silent(seed: int) -> None:
    y = falling(200, 6.2, 3.9, 0.08, seed)
    y[4] += 3.0
    assert not found("lr-too-high", loss(y), curve("learning_rate", np.full(200, 1e-3)), trainer="sft")


def test_worse_than_before_the_first_step_is_an_error() -> None:
    y = jumped() + np.where(np.arange(200) > 0, 3.0, 0.0)
    assert [f.severity for f in found("lr-too-high", loss(y), trainer="sft")] == ["error"]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_rate_that_climbs_to_the_end(seed: int) -> None:
    y = np.concatenate([falling(20, 6.2, 5.3, 0.05, seed), 5.3 + level(280, 0, 1, seed) * np.linspace(0.05, 0.3, 280)])
    assert found("lr-too-high", loss(y), curve("learning_rate", np.linspace(1e-3, 0.4, 300)), trainer="sft")


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("n", [20, 300, 3000])
def test_a_run_that_learns_is_silent(n: int, seed: int) -> None:
    rate = curve("learning_rate", np.full(n, 1e-3))
    assert not found("lr-too-high", loss(falling(n, seed=seed)), rate, trainer="sft")


@pytest.mark.parametrize("seed", SEEDS)
def test_noisy_first_records_are_silent(seed: int) -> None:
    y = np.random.default_rng(seed).gamma(4, 0.3, 400) * np.linspace(1.2, 0.4, 400)
    assert not found("lr-too-high", loss(y), trainer="regression")


def test_a_long_warm_up_of_a_healthy_run_is_silent() -> None:
    assert not found("lr-too-high", loss(falling()), curve("learning_rate", np.linspace(0, 1e-3, 300)), trainer="sft")


@pytest.mark.parametrize(("end", "severity"), [(0.3, "info"), (1.5, "warning")])
def test_a_jump_that_was_soon_left_behind_informs(end: float, severity: str) -> None:
    y = end + level(400, 0, 0.01, 1)
    y[:12] = [5.0, 60.0, 110.0, 80.0, 40.0, 20.0, 9.0, 4.5, 3.5, 3.0, 2.5, 2.0]
    assert [f.severity for f in found("lr-too-high", loss(y), trainer="classification")] == [severity]


@pytest.mark.parametrize(
    ("scores", "severity"), [(np.linspace(0.11, 0.15, 12), "info"), (np.full(12, 0.11), "warning")]
)
def test_a_small_jump_of_a_model_whose_score_gets_better_informs(scores: Floats, severity: str) -> None:
    y = 0.15 + level(400, 0, 0.004, 1)
    y[:40] = np.interp(np.arange(40), [0, 12, 39], [0.14, 0.195, 0.16])
    held = curve("map", scores, split="eval", every=33)
    assert [f.severity for f in found("lr-too-high", loss(y), held, trainer="detection")] == [severity]
