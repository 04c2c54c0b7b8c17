"""Losses that leave their best level for good."""

from __future__ import annotations

import numpy as np
import pytest

from tests.checks.losses import SEEDS, Floats, evals, falling, loss
from tests.checks.synthetic import curve, found, noise


def diverged(n: int = 300, rise: float = 1.5, seed: int = 0) -> Floats:
    y = falling(n, seed=seed)
    y[n * 6 // 10 :] += rise
    return y


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("n", [40, 300, 2000])
def test_a_level_that_is_lost(n: int, seed: int) -> None:
    (finding,) = found("divergence", loss(diverged(n, seed=seed)), trainer="sft")
    assert finding.severity == "error"
    assert finding.first_step == pytest.approx(n * 0.6, abs=max(3, 0.05 * n))


def test_a_loss_that_explodes() -> None:
    y = 1.5 * np.exp(np.linspace(0, 40, 60) ** 1.1)
    assert found("divergence", loss(y), trainer="regression")


def test_a_loss_that_only_rose_had_gained_nothing() -> None:
    y = 8 + 74 * (1 - np.exp(-np.arange(50) / 12))
    (finding,) = found("divergence", loss(y), trainer="regression")
    assert "gained" not in finding.message
    assert finding.measured["progress"] == 0


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("n", [20, 300, 2000])
def test_a_run_that_learns_is_silent(n: int, seed: int) -> None:
    assert not found("divergence", loss(falling(n, seed=seed)), trainer="sft")


@pytest.mark.parametrize("seed", SEEDS)
def test_a_burst_that_heals_is_not_this(seed: int) -> None:
    y = falling(seed=seed)
    y[150:156] += 3
    assert not found("divergence", loss(y), trainer="sft")


def test_an_eval_that_still_improves_contradicts() -> None:
    held_out = evals([5.0, 4.6, 4.3, 4.1, 4.0, 3.9])
    assert not found("divergence", loss(diverged()), held_out, trainer="sft")


def test_a_policy_loss_is_not_judged() -> None:
    assert not found("divergence", loss(diverged()), trainer="grpo")


@pytest.mark.parametrize("seed", SEEDS)
def test_small_batches_near_their_floor_are_silent(seed: int) -> None:
    y = np.abs(0.15 + noise(400, 0.1, seed)) + 0.55 * np.exp(-np.linspace(0, 8, 400))
    assert not found("divergence", loss(y), trainer="classification")


@pytest.mark.parametrize("seed", SEEDS)
def test_a_small_share_of_the_progress_is_not_lost_for_good(seed: int) -> None:
    y = 0.22 + 0.46 * np.exp(-np.linspace(0, 8, 80)) + noise(80, 0.006, seed)
    y[68:] += 0.065
    assert not found("divergence", loss(y), trainer="dpo")


@pytest.mark.parametrize(
    ("values", "fires"),
    [
        ([0.14, 25237, 75835, 28575], True),
        ([0.06, 0.16, 0.058, 5.4e19, 4.3e20], True),
        ([0.14, 0.2, 25237], False),
        ([0.14, 25237, 0.2, 0.15], False),
        ([0.0, 1.3, 1.2, 1.1], False),
        ([0.5, 2.0, 3.0, 4.0], False),
    ],
)
def test_an_explosion_needs_two_records(values: list[float], fires: bool) -> None:
    assert bool(found("divergence", loss(np.array(values)), trainer="classification")) is fires


def test_more_than_all_is_all() -> None:
    y = np.array([1.18, 1.04, 0.99, 0.94, 0.89, 0.85, 0.81, 0.79, 0.76, 0.74, 13.4, 26.6, 26.7, 26.6, 26.6])
    (finding,) = found("divergence", loss(y), trainer="classification")
    assert "all of what had been gained is lost" in finding.message


@pytest.mark.parametrize(("first", "second", "fires"), [(1.12, 1.1, True), (1.12, 0.95, False), (0.9, 0.95, False)])
def test_parts_without_a_total_diverge_together(first: float, second: float, fires: bool) -> None:
    steps = np.arange(60)
    parts = [
        curve("loss_component", base * factor**steps * (1 + noise(60, 0.01, seed)), key=name, component=name)
        for seed, (name, base, factor) in enumerate((("recon", 0.08, first), ("perceptual", 2.0, second)))
    ]
    assert bool(found("divergence", *parts, trainer="regression")) == fires
