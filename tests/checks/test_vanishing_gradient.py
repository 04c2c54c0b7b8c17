"""Gradient norms that fade although nothing was learned."""

from __future__ import annotations

import numpy as np
import pytest

from tests.checks.losses import SEEDS, Floats, falling, level, loss
from tests.checks.synthetic import curve, found


def fading(seed: int = 0) -> Floats:
    rng = np.random.default_rng(seed)
    return np.asarray(rng.lognormal(0, 0.3, 300) * np.concatenate([np.ones(120), np.full(180, 0.01)]))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_saturated_network(seed: int) -> None:
    (finding,) = found("vanishing-gradient", loss(level(seed=seed)), curve("grad_norm", fading(seed)), trainer="sft")
    assert finding.first_step == pytest.approx(121, abs=20)


@pytest.mark.parametrize("seed", SEEDS)
def test_convergence_is_silent(seed: int) -> None:
    y = falling(end=0.1, sigma=0.02, seed=seed)
    assert not found("vanishing-gradient", loss(y), curve("grad_norm", fading(seed)), trainer="sft")


def test_a_high_first_record_is_silent() -> None:
    g = np.random.default_rng(0).lognormal(0, 0.3, 300)
    g[:3] = 80
    assert not found("vanishing-gradient", loss(level()), curve("grad_norm", g), trainer="sft")
