"""zero-std-groups."""

from __future__ import annotations

import numpy as np

from tests.checks.synthetic import curve, found, noise, ramp, rewards

CHECK = "zero-std-groups"
ZERO = np.zeros(120)


def test_a_constant_reward() -> None:
    (finding,) = found(
        CHECK, curve("zero_std_fraction", ZERO + 1), curve("reward_std", ZERO), curve("reward", ZERO + 1)
    )
    assert finding.severity == "warning"
    assert finding.first_step == 1


def test_all_answers_wrong() -> None:
    (finding,) = found(CHECK, curve("zero_std_fraction", ZERO + 1), curve("reward", ZERO))
    assert "score 0" in finding.message


def test_the_share_reads_zero_through_float_noise() -> None:
    curves = [curve("zero_std_fraction", ZERO), curve("reward_std", ZERO + 7e-9), curve("reward", ZERO + 0.6)]
    assert found(CHECK, *curves)


def test_a_policy_that_fell_apart() -> None:
    share = np.r_[np.zeros(20), np.ones(100)]
    assert found(CHECK, curve("zero_std_fraction", share), *rewards(np.r_[ramp(20, 0.3, 0.0), np.zeros(100)]))


def test_easy_prompts_are_half() -> None:
    share = np.random.default_rng(1).choice([0.0, 0.5, 1.0], 120, p=[0.4, 0.4, 0.2])
    assert not found(CHECK, curve("zero_std_fraction", share), *rewards(ramp(120, 0.5, 0.8)))


def test_nearly_solved_only_informs() -> None:
    share = np.clip(ramp(160, 0, 1.2) + noise(160, 0.05, 2), 0, 1)
    findings = found(CHECK, curve("zero_std_fraction", share), *rewards(np.clip(ramp(160, 0.3, 1.1), 0, 1)))
    assert [f.severity for f in findings] == ["info"]


def test_a_few_records() -> None:
    share = np.r_[np.zeros(100), np.ones(6), np.zeros(14)]
    assert not found(CHECK, curve("zero_std_fraction", share), *rewards(ramp(120, 0.5, 0.7)))


def test_spread_of_one_component_is_not_the_groups() -> None:
    assert not found(CHECK, curve("reward_std", ZERO, component="format"), *rewards(ramp(120, 0.3, 0.6))[:1])
