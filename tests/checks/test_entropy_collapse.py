"""entropy-collapse."""

from __future__ import annotations

import numpy as np

from tests.checks.synthetic import Floats, curve, found, noise, ramp, rewards, saturating

CHECK = "entropy-collapse"


def entropy(path: Floats) -> Floats:
    return np.abs(path * (1 + noise(len(path), 0.05, 1)))


def test_nothing_left_and_no_reward() -> None:
    path = np.r_[np.full(80, 0.9), ramp(10, 0.9, 0.001), np.full(60, 0.0005)]
    (finding,) = found(CHECK, curve("entropy", entropy(path)), *rewards(np.full(150, 0.4)))
    assert finding.severity == "warning"
    assert abs((finding.first_step or 0) - 86) <= 8


def test_slow_death_with_falling_reward() -> None:
    assert found(CHECK, curve("entropy", entropy(saturating(200, 0.5, 0.02, 8))), *rewards(ramp(200, 0.6, 0.4)))


def test_healthy_fall() -> None:
    """0.7 to 0.14 while the task is solved."""
    assert not found(CHECK, curve("entropy", entropy(saturating(220, 0.72, 0.14))), *rewards(ramp(220, 0.5, 0.95)))


def test_with_rising_reward_it_informs() -> None:
    findings = found(
        CHECK, curve("entropy", entropy(saturating(120, 0.9, 0.004, 9))), *rewards(ramp(120, 0.2, 1.0, 0, 0.6))
    )
    assert [f.severity for f in findings] == ["info"]


def test_halved() -> None:
    assert not found(CHECK, curve("entropy", entropy(saturating(140, 0.9, 0.5))), *rewards(np.full(140, 0.5)))


def test_differential_entropy_may_be_negative() -> None:
    curves = [curve("entropy", ramp(200, 1.4, -0.3) + noise(200, 0.02, 2)), *rewards(ramp(200, 0.3, 0.8))]
    assert not found(CHECK, *curves, trainer="rl")
