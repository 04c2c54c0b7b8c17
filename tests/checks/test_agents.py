"""reward-flat and reward-collapse on agents: single episodes with heavy noise, and tables of running means."""

from __future__ import annotations

import numpy as np
import pytest

from lossdoc.model.finding import Finding
from tests.checks.synthetic import Floats, curve, found, ramp, saturating, skipped

FLAT, COLLAPSE = "reward-flat", "reward-collapse"


def episodes(mean: Floats, seed: int, shape: float = 3.0) -> Floats:
    """Returns that count steps, as of CartPole: their spread grows with their mean."""
    return np.clip(np.round(mean * np.random.default_rng(seed).gamma(shape, 1 / shape, len(mean))), 8, 500)


def table(mean: Floats, rows: int, seed: int, episode_rewards: Floats | None = None) -> Floats:
    """Means of the last 100 episodes at every row."""
    single = episodes(mean, seed) if episode_rewards is None else episode_rewards
    ends = np.linspace(len(single) / rows, len(single), rows).astype(int)
    return np.array([single[max(0, end - 100) : end].mean() for end in ends])


def of(check: str, values: Floats) -> list[Finding]:
    return found(check, curve("reward", values), trainer="rl")


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("n", [600, 3000])
def test_episodes_of_a_random_policy_stand_still(n: int, seed: int) -> None:
    values = episodes(np.full(n, 22.0), seed)
    assert of(FLAT, values)
    assert not of(COLLAPSE, values)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("rows", [12, 30, 250])
def test_running_means_of_a_random_policy_stand_still(rows: int, seed: int) -> None:
    values = table(np.full(2000, 22.0), rows, seed)
    assert of(FLAT, values)
    assert not of(COLLAPSE, values)


@pytest.mark.parametrize("seed", range(6))
def test_thousands_of_episodes_whose_spread_is_ten_times_the_gain(seed: int) -> None:
    rng = np.random.default_rng(seed)
    gained = ramp(20_000, 100, 150) + rng.normal(0, 500, 20_000)
    assert not of(FLAT, gained)
    assert not of(COLLAPSE, gained)


@pytest.mark.parametrize("seed", range(4))
def test_failures_at_the_time_limit_with_a_success_now_and_then(seed: int) -> None:
    rng = np.random.default_rng(seed)
    assert of(FLAT, np.where(rng.random(120) < 0.04, -320.0, -500.0))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("rows", [0, 12, 30])
def test_an_agent_that_learns(rows: int, seed: int) -> None:
    mean = saturating(600, 20, 350)
    values = table(mean, rows, seed) if rows else episodes(mean, seed)
    assert not of(FLAT, values)
    assert not of(COLLAPSE, values)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("rows", [0, 12, 30])
def test_a_policy_that_falls_apart(rows: int, seed: int) -> None:
    mean = np.r_[saturating(1200, 20, 300), np.full(1800, 9.0)]
    values = table(mean, rows, seed) if rows else episodes(mean, seed)
    (finding,) = of(COLLAPSE, values)
    assert finding.severity == "error"
    if not rows:
        assert abs((finding.first_step or 0) - 1200) < 60


@pytest.mark.parametrize("seed", range(4))
def test_worse_than_at_the_start(seed: int) -> None:
    assert of(COLLAPSE, episodes(ramp(600, 22, 9.2, 0.1, 0.4), seed, shape=8.0))


@pytest.mark.parametrize("seed", range(6))
def test_a_dip_that_heals(seed: int) -> None:
    mean = np.r_[saturating(300, 20, 300), np.full(100, 60.0), np.full(300, 320.0)]
    assert not of(COLLAPSE, episodes(mean, seed))


@pytest.mark.parametrize("seed", range(6))
def test_a_fifth_less_than_at_best_is_no_collapse(seed: int) -> None:
    mean = np.r_[saturating(300, 20, 300), np.full(300, 245.0)]
    assert not of(COLLAPSE, episodes(mean, seed, shape=12.0))


def test_learned_and_lost_is_not_flat() -> None:
    mean = np.r_[np.full(100, 22.0), np.full(100, 60.0), np.full(100, 22.0)]
    assert not of(FLAT, episodes(mean, 1))
    assert of(COLLAPSE, episodes(mean, 1))


def test_few_episodes_for_their_noise() -> None:
    values = episodes(np.full(9, 22.0), 4, shape=1.0)
    assert "noise" in skipped(FLAT, curve("reward", values), trainer="rl")


def test_a_mean_over_few_episodes_that_climbs_to_its_best_at_the_end_is_not_flat() -> None:
    single = np.concatenate([[-90.0, -80.0], np.linspace(-84, -87, 8), np.linspace(-84, -66, 15)])
    means = np.cumsum(single) / np.arange(1, len(single) + 1)  # of all episodes so far
    assert not of(FLAT, means)
    assert of(FLAT, np.concatenate([means[:11], means[:11]]))
