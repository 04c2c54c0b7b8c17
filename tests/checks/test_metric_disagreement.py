"""Loss and score that part."""

from __future__ import annotations

import numpy as np
import pytest

from tests.checks.losses import SEEDS, evals
from tests.checks.synthetic import found, noise


@pytest.mark.parametrize("seed", SEEDS)
def test_the_score_worsens(seed: int) -> None:
    curves = [evals(np.linspace(2, 1, 12)), evals(np.linspace(0.7, 0.5, 12) + noise(12, 0.01, seed), metric="accuracy")]
    assert [f.severity for f in found("metric-disagreement", *curves, trainer="classification")] == ["info"]


@pytest.mark.parametrize("seed", SEEDS)
def test_both_improve(seed: int) -> None:
    curves = [evals(np.linspace(2, 1, 12)), evals(np.linspace(0.5, 0.7, 12) + noise(12, 0.01, seed), metric="accuracy")]
    assert not found("metric-disagreement", *curves, trainer="classification")


@pytest.mark.parametrize("seed", SEEDS)
def test_a_noisy_score_is_silent(seed: int) -> None:
    curves = [evals(np.linspace(2, 1, 12)), evals(0.6 + noise(12, 0.02, seed), metric="accuracy")]
    assert not found("metric-disagreement", *curves, trainer="classification")
