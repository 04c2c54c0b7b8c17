"""reward-flat."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from tests.checks.synthetic import curve, found, noise, ramp, rewards, saturating, skipped

CHECK = "reward-flat"


@pytest.mark.parametrize("seed", range(4))
def test_a_rate_too_low(seed: int) -> None:
    (finding,) = found(CHECK, *rewards(np.full(200, 0.5), answers=32, seed=seed))
    assert finding.severity == "warning"


@pytest.mark.parametrize("value", [0.0, 1.0, -0.5])
def test_constant(value: float) -> None:
    assert found(CHECK, curve("reward", np.full(130, value)), curve("reward_std", np.zeros(130)))


def test_a_reward_of_pure_noise() -> None:
    assert found(CHECK, curve("reward", noise(400, 0.25, 5)), curve("reward_std", 1 + noise(400, 0.05, 6)))


@pytest.mark.parametrize("seed", range(4))
def test_slow_gain(seed: int) -> None:
    assert not found(CHECK, *rewards(ramp(110, 0.48, 0.68), answers=32, seed=seed))


def test_noise_that_a_dead_rate_explains() -> None:
    noisy = rewards(np.full(60, 0.5), answers=2)
    (finding,) = found(CHECK, *noisy, curve("learning_rate", np.linspace(1e-9, 0, 60)))
    assert "add up" in finding.message
    assert "noise" in skipped(CHECK, *noisy, curve("learning_rate", np.linspace(1e-6, 0, 60)))


def test_gain_that_comes_late() -> None:
    assert not found(CHECK, *rewards(ramp(200, 0.2, 0.5, 0.6), answers=32))


def test_early_gain_then_a_shelf() -> None:
    assert not found(CHECK, *rewards(saturating(200, 0.2, 0.8, 12), answers=32))


def test_an_agent_that_learned_within_the_first_records() -> None:
    mean = np.concatenate([[25.0, 27, 60, 140], 194 + noise(96, 4, 1)])
    assert not found("reward-flat", curve("return_mean", mean), trainer="rl")
    assert found("reward-flat", curve("return_mean", mean[5:]), trainer="rl")


def test_near_the_ceiling() -> None:
    assert not found(CHECK, *rewards(np.full(200, 0.98), answers=64))


def test_too_few_records_or_too_noisy() -> None:
    assert "too few" in skipped(CHECK, *rewards(np.full(25, 0.5)))
    assert "noise" in skipped(CHECK, *rewards(np.full(60, 0.5), answers=2))


def test_not_for_other_trainers() -> None:
    assert not found(CHECK, *rewards(np.full(200, 0.5)), trainer="kto")


def test_the_end_of_a_log_is_not_judged() -> None:
    ends = [replace(one, steps=one.steps + 300) for one in rewards(np.full(200, 0.5), answers=32)]
    assert "begins" in skipped(CHECK, *ends)


def test_rates_that_add_up_to_nothing_are_seen_soon_unless_they_climb() -> None:
    for rate, seen in ((np.full(20, 1e-9), True), (np.linspace(0, 1e-9, 20), False), (np.full(20, 1e-6), False)):
        got = found(CHECK, *rewards(np.full(20, 0.5), answers=96), curve("learning_rate", rate))
        assert bool(got) == seen
    few = rewards(np.full(12, 0.5), answers=96)
    assert "too few" in skipped(CHECK, *few, curve("learning_rate", np.full(12, 1e-9)))
