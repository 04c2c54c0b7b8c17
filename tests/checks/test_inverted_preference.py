"""inverted-preference."""

from __future__ import annotations

import numpy as np
import pytest

from lossdoc.model.run import Curve
from tests.checks.synthetic import curve, found, noise, ramp, saturating

CHECK = "inverted-preference"


def pairs(margin: list[float], accuracy: list[float]) -> list[Curve]:
    return [
        curve("reward_margin", margin, "eval", every=40),
        curve("reward_accuracy", accuracy, "eval", every=40),
        curve("reward_margin", saturating(200, 0, 0.1) + noise(200, 0.02, 1)),
        curve("reward_accuracy", np.random.default_rng(1).binomial(8, 0.8, 200) / 8),
    ]


def test_held_out_pairs_the_other_way_round() -> None:
    (finding,) = found(CHECK, *pairs([-0.03, -0.07, -0.09, -0.1, -0.11], [0.15, 0.16, 0.16, 0.17, 0.18]), trainer="dpo")
    assert finding.split == "eval"
    assert finding.first_step == 1


@pytest.mark.parametrize("seed", range(3))
def test_training_learns_the_wrong_way(seed: int) -> None:
    accuracy = np.random.default_rng(seed).binomial(8, ramp(150, 0.5, 0.2, 0, 0.3)) / 8
    margin = -saturating(150, 0, 0.5) + noise(150, 0.1, seed)
    (finding,) = found(CHECK, curve("reward_accuracy", accuracy), curve("reward_margin", margin), trainer="dpo")
    assert finding.severity == "error"


def test_overfitted_pairs_wander_below_a_half() -> None:
    assert not found(CHECK, *pairs([0.02, 0, -0.1, -0.2, -0.3], [0.47, 0.44, 0.40, 0.39, 0.40]), trainer="dpo")


@pytest.mark.parametrize("seed", range(3))
def test_labels_without_information(seed: int) -> None:
    accuracy = np.random.default_rng(seed).binomial(8, 0.48, 150) / 8
    assert not found(
        CHECK, curve("reward_accuracy", accuracy), curve("reward_margin", noise(150, 0.01, seed)), trainer="dpo"
    )


def test_ties_count_as_wrong() -> None:
    zero = np.zeros(100)
    assert not found(CHECK, curve("reward_accuracy", zero), curve("reward_margin", zero), trainer="dpo")


def test_starts_low_and_recovers() -> None:
    """No reference: the start is wherever the model stands."""
    accuracy = np.random.default_rng(2).binomial(16, ramp(200, 0.1, 0.9)) / 16
    margin = ramp(200, -1.5, 1.0) + noise(200, 0.1, 2)
    assert not found(CHECK, curve("reward_accuracy", accuracy), curve("reward_margin", margin), trainer="simpo")
