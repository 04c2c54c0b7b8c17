"""flat-margin."""

from __future__ import annotations

import numpy as np
import pytest

from tests.checks.synthetic import curve, found, noise, preference, saturating, skipped

CHECK = "flat-margin"


@pytest.mark.parametrize("seed", range(2, 6))
def test_labels_without_information(seed: int) -> None:
    margin = curve("reward_margin", noise(160, 0.008, seed))
    accuracy = curve("reward_accuracy", np.random.default_rng(seed).binomial(8, 0.5, 160) / 8)
    (finding,) = found(CHECK, margin, accuracy, trainer="dpo")
    assert finding.severity == "warning"


def test_nothing_moves() -> None:
    zero = np.zeros(140)
    (finding,) = found(CHECK, curve("reward_margin", zero), curve("reward_accuracy", zero), trainer="dpo")
    assert "does not rise" in finding.message


def test_sure_and_still_nothing() -> None:
    """A learning rate of 1e-8: accuracy 0.85, margin a millionth."""
    margin = saturating(100, 0, 2e-6) + noise(100, 1e-7, 1)
    accuracy = np.random.default_rng(1).binomial(8, 0.85, 100) / 8
    (finding,) = found(CHECK, curve("reward_margin", margin), curve("reward_accuracy", accuracy), trainer="dpo")
    assert "too small" in finding.message


@pytest.mark.parametrize("seed", range(4))
def test_slow_but_right(seed: int) -> None:
    """0.693 to 0.66 in loss: a margin of 0.03 over 180 noisy steps."""
    margin = saturating(180, 0, 0.03, 1.0) + noise(180, 0.008, seed)
    accuracy = np.random.default_rng(seed).binomial(16, 0.8, 180) / 16
    assert not found(CHECK, curve("reward_margin", margin), curve("reward_accuracy", accuracy), trainer="dpo")


def test_tiny_beta() -> None:
    curves = preference(saturating(200, 0, 2), saturating(200, 0, -9), beta=0.001)
    assert not found(CHECK, *curves, trainer="dpo", config={"beta": 0.001})


def test_high_from_the_start() -> None:
    """No reference: the policy may prefer the right answers before it was trained."""
    margin = 1.2 + saturating(120, 0, 0.8) + noise(120, 0.1, 3)
    assert not found(CHECK, curve("reward_margin", margin), trainer="simpo")


def test_zeros_after_a_nan_are_no_margin() -> None:
    """KTO prints 0.0 for the rest of the run."""
    margin = np.concatenate([saturating(70, 0, 0.1) + noise(70, 0.01, 4), np.zeros(60)])
    assert not found(CHECK, curve("reward_margin", margin), trainer="kto")


def test_too_few_points_to_say() -> None:
    margin = curve("reward_margin", 0.01 * np.arange(12) / 12 + noise(12, 0.02, 9))
    assert not found(CHECK, margin, trainer="dpo")
    assert "too few" in skipped(CHECK, margin, trainer="dpo")
