"""Gradient norms and damage."""

from __future__ import annotations

import numpy as np
import pytest

from tests.checks.losses import SEEDS, Floats, falling, loss
from tests.checks.synthetic import curve, found, skipped


def norms(seed: int = 0, n: int = 300) -> Floats:
    return np.asarray(np.random.default_rng(seed).lognormal(0, 0.3, n))


@pytest.mark.parametrize("seed", SEEDS)
def test_peaks_that_hurt(seed: int) -> None:
    y, g = falling(seed=seed), norms(seed)
    y[[120, 200]] += 60
    g[[120, 200]] = 80
    (finding,) = found("exploding-gradient", loss(y), curve("grad_norm", g), trainer="sft")
    assert (finding.severity, finding.first_step) == ("warning", 121)


def test_growth_while_the_loss_worsens() -> None:
    y = np.concatenate([falling(150), np.linspace(3.9, 6.5, 150)])
    g = norms() * np.exp(np.concatenate([np.zeros(150), np.linspace(0, 7, 150)]))
    assert found("exploding-gradient", loss(y), curve("grad_norm", g), trainer="sft")


@pytest.mark.parametrize("seed", SEEDS)
def test_a_peak_without_damage_is_information(seed: int) -> None:
    g = norms(seed)
    g[200] = 118
    got = found("exploding-gradient", loss(falling(seed=seed)), curve("grad_norm", g), trainer="classification")
    assert [f.severity for f in got] == ["info"]


def test_slow_growth_of_a_run_that_learns_is_silent() -> None:
    g = norms() * np.linspace(1, 30, 300)
    assert not found("exploding-gradient", loss(falling()), curve("grad_norm", g), trainer="classification")


def test_policy_losses_are_skipped() -> None:
    assert skipped("exploding-gradient", loss(falling()), curve("grad_norm", norms()), trainer="grpo")
