"""reward-collapse."""

from __future__ import annotations

import numpy as np
import pytest

from tests.checks.synthetic import curve, found, ramp, rewards, saturating

CHECK = "reward-collapse"


@pytest.mark.parametrize("seed", range(4))
def test_the_grader_breaks(seed: int) -> None:
    mean = np.r_[ramp(80, 0.5, 0.65), np.zeros(70)]
    (finding,) = found(CHECK, *rewards(mean, seed=seed))
    assert finding.severity == "error"
    assert abs((finding.first_step or 0) - 81) <= 3


@pytest.mark.parametrize("seed", range(4))
def test_gibberish_within_twenty_steps(seed: int) -> None:
    mean = np.r_[saturating(100, 0.3, 0.8), ramp(20, 0.8, 0.05), np.full(60, 0.05)]
    assert found(CHECK, *rewards(mean, seed=seed))


@pytest.mark.parametrize("seed", range(4))
def test_a_dip_that_heals(seed: int) -> None:
    mean = np.r_[saturating(80, 0.3, 0.8), ramp(20, 0.8, 0.3), ramp(60, 0.3, 0.85)]
    assert not found(CHECK, *rewards(mean, seed=seed))


@pytest.mark.parametrize("seed", range(8))
def test_noise_around_a_level(seed: int) -> None:
    assert not found(CHECK, *rewards(np.full(140, 0.5), answers=8, seed=seed))


@pytest.mark.parametrize("seed", range(4))
def test_a_rise(seed: int) -> None:
    assert not found(CHECK, *rewards(saturating(150, 0.2, 0.9), seed=seed))


def test_a_slight_decline_late() -> None:
    assert not found(CHECK, *rewards(np.r_[saturating(120, 0.2, 0.8), ramp(60, 0.8, 0.7)]))


@pytest.mark.parametrize("seed", range(4))
def test_an_agent_that_logs_evaluations_alone(seed: int) -> None:
    mean = np.r_[ramp(30, 0.0, 900.0), np.full(30, 900.0), ramp(20, 900.0, 0.0), np.zeros(20)]
    noise = np.random.default_rng(seed).normal(0, 30, len(mean))
    returns = curve("return_mean", mean + noise, split="eval", key="eval/return")
    (finding,) = found(CHECK, returns, trainer="rl")
    assert "eval/return held" in finding.message
