"""Evals that swing."""

from __future__ import annotations

import numpy as np
import pytest

from tests.checks.losses import SEEDS, evals, falling, loss
from tests.checks.synthetic import found, noise


@pytest.mark.parametrize("seed", SEEDS)
def test_wide_swings(seed: int) -> None:
    rng = np.random.default_rng(seed)
    y = 1.0 + 0.35 * (-1.0) ** np.arange(30) * rng.uniform(0.6, 1.2, 30)
    assert found("oscillation", evals(y), trainer="classification")


@pytest.mark.parametrize("seed", SEEDS)
def test_swings_that_shrink_are_silent(seed: int) -> None:
    y = 1.0 + 0.4 * (-1.0) ** np.arange(30) * np.exp(-np.arange(30) / 5) + noise(30, 0.01, seed)
    assert not found("oscillation", evals(y), trainer="classification")


@pytest.mark.parametrize("seed", SEEDS)
def test_small_scatter_is_silent(seed: int) -> None:
    assert not found("oscillation", evals(0.26 + noise(30, 0.015, seed)), trainer="classification")


def test_the_score_decides_where_there_is_one() -> None:
    swinging = np.asarray(1.0 + 0.35 * (-1.0) ** np.arange(30), dtype=np.float64)
    score = np.linspace(0.4, 0.8, 30) + noise(30, 0.01, 1)
    assert found("oscillation", evals(swinging), trainer="detection")
    assert not found("oscillation", evals(swinging), evals(score, metric="map"), trainer="detection")
    assert found(
        "oscillation", evals(swinging), evals([0.2 * value for value in swinging], metric="map"), trainer="detection"
    )


def test_a_few_evals_prove_nothing() -> None:
    assert not found("oscillation", evals([1.0, 2.0, 1.0, 2.0, 1.0, 2.0]), loss(falling()), trainer="sft")
