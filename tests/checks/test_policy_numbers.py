"""negative-kl, entropy-explosion, ratio-drift, sampler-mismatch, controller-pinned, sampling-starved."""

from __future__ import annotations

import numpy as np

from tests.checks.synthetic import curve, found, noise, ramp, rewards, saturating

N = 160


def test_negative_divergence() -> None:
    (finding,) = found("negative-kl", curve("kl", ramp(N, 0, -9, 0.2) + noise(N, 0.3, 1)), trainer="ppo")
    assert finding.severity == "warning"


def test_slightly_negative_informs() -> None:
    assert [f.severity for f in found("negative-kl", curve("kl", -0.1 + noise(N, 0.01, 2)))] == ["info"]


def test_estimates_around_zero() -> None:
    assert not found("negative-kl", curve("kl", noise(N, 0.02, 3)), trainer="rloo")


def test_one_negative_record() -> None:
    kl = np.abs(saturating(N, 0, 5) + noise(N, 0.3, 4))
    kl[50] = -20
    assert not found("negative-kl", curve("kl", kl), trainer="ppo")


def test_entropy_up_reward_down() -> None:
    curves = [curve("entropy", ramp(N, 0.9, 2.4, 0.4) + noise(N, 0.05, 5)), *rewards(ramp(N, 0.7, 0.1, 0.4))]
    assert [f.severity for f in found("entropy-explosion", *curves)] == ["info"]


def test_entropy_up_to_the_ceiling_of_noise() -> None:
    curves = [curve("entropy", saturating(N, 0.3, 5) + noise(N, 0.1, 6)), *rewards(saturating(N, 0.8, 0.0))]
    assert found("entropy-explosion", *curves)


def test_a_language_model_dissolves_whatever_its_reward_does() -> None:
    entropy, reward = curve("entropy", saturating(N, 0.5, 11) + noise(N, 0.1, 6)), rewards(np.zeros(N))
    (finding,) = found("entropy-explosion", entropy, *reward)
    assert finding.severity == "warning"
    assert not found("entropy-explosion", entropy, *rewards(ramp(N, 0.1, 0.6)))
    assert not found("entropy-explosion", entropy, *reward, trainer="rl")


def test_exploration_pays() -> None:
    curves = [curve("entropy", ramp(N, 0.9, 2.0) + noise(N, 0.05, 7)), *rewards(ramp(N, 0.3, 0.8))]
    assert not found("entropy-explosion", *curves)


def test_entropy_comes_back() -> None:
    bump = 0.9 + 1.5 * np.exp(-(((np.arange(N) - 40) / 12.0) ** 2))
    assert not found("entropy-explosion", curve("entropy", bump + noise(N, 0.03, 8)), *rewards(ramp(N, 0.7, 0.4)))


def test_ratio_of_two() -> None:
    (finding,) = found(
        "ratio-drift", curve("importance_ratio", ramp(N, 1, 2.6, 0.3) + noise(N, 0.05, 9)), trainer="ppo"
    )
    assert finding.severity == "warning"


def test_ratio_of_a_tenth() -> None:
    assert found("ratio-drift", curve("importance_ratio", np.abs(0.1 + noise(N, 0.02, 10))), trainer="ppo")


def test_ratio_near_one() -> None:
    assert not found("ratio-drift", curve("importance_ratio", 1 + noise(N, 0.05, 11)), trainer="ppo")


def test_ratio_far_off_once() -> None:
    ratio = 1 + noise(N, 0.03, 12)
    ratio[77] = 900
    assert not found("ratio-drift", curve("importance_ratio", ratio), trainer="ppo")


def test_engines_disagree() -> None:
    for metric, value in (("rollout_kl", 0.4), ("rollout_logp_diff", 1.5), ("rollout_prob_error", 1.2)):
        assert found("sampler-mismatch", curve(metric, value * (1 + 0.05 * noise(N, 1, 13)))), metric
    assert found("sampler-mismatch", curve("rollout_ratio", 0.3 + noise(N, 0.02, 14)))


def test_disagreement_that_grows() -> None:
    growing = np.abs(ramp(N, 0.001, 0.05, 0.3) * (1 + noise(N, 0.1, 15)))
    (finding,) = found("sampler-mismatch", curve("rollout_kl", growing))
    assert "grew" in finding.message


def test_small_and_steady_disagreement() -> None:
    assert not found("sampler-mismatch", curve("rollout_kl", np.abs(0.001 * (1 + noise(N, 0.3, 16)))))
    assert not found("sampler-mismatch", curve("rollout_logp_diff", np.abs(0.02 * (1 + noise(N, 0.3, 17)))))
    assert not found("sampler-mismatch", curve("rollout_ratio", 1 + noise(N, 0.05, 18)))


def test_extremes_of_single_tokens() -> None:
    assert not found("sampler-mismatch", curve("rollout_logp_diff", np.full(N, 9.0), stat="max"))


def test_controller_at_its_bound() -> None:
    path = np.r_[0.05 * np.exp(0.05 * np.arange(80)), np.full(80, 0.05 * np.exp(0.05 * 80))]
    assert [f.severity for f in found("controller-pinned", curve("kl_coef", path), trainer="ppo")] == ["info"]
    low = np.r_[np.exp(-0.1 * np.arange(60)), np.full(100, 1e-4)]
    assert found("controller-pinned", curve("entropy_coef", low), trainer="rl")


def test_controllers_at_work_and_static_ones() -> None:
    assert not found("controller-pinned", curve("kl_coef", np.full(N, 0.05)), trainer="ppo")
    walk = 0.05 * np.exp(np.cumsum(noise(N, 0.02, 19)))
    assert not found("controller-pinned", curve("kl_coef", walk), trainer="ppo")


def test_sampling_rounds_at_the_cap() -> None:
    rounds = np.round(np.clip(ramp(N, 1, 14), 1, 10))
    assert [f.severity for f in found("sampling-starved", curve("generation_rounds", rounds))] == ["info"]
    assert found("sampling-starved", curve("kept_fraction", np.abs(ramp(N, 0.6, 0.03))))


def test_sampling_that_keeps_up() -> None:
    rounds = 1 + np.random.default_rng(1).binomial(2, 0.3, N)
    assert not found("sampling-starved", curve("generation_rounds", rounds))
    assert not found("sampling-starved", curve("kept_fraction", np.abs(0.5 + noise(N, 0.05, 20))))
