"""A loss of exactly 0."""

from __future__ import annotations

import numpy as np
import pytest

from tests.checks.losses import SEEDS, falling, loss, rounded
from tests.checks.synthetic import found


def test_zero_from_the_first_record() -> None:
    (finding,) = found("zero-loss", loss(np.zeros(40)), trainer="sft")
    assert (finding.severity, finding.first_step) == ("error", 1)


@pytest.mark.parametrize("seed", SEEDS)
def test_zero_from_an_onset_on(seed: int) -> None:
    y = falling(seed=seed)
    y[150:] = 0.0
    (finding,) = found("zero-loss", loss(y), trainer="sft")
    assert finding.first_step == 151


def test_a_smooth_way_down_is_not_this() -> None:
    y = np.round(2.0 * np.exp(-np.linspace(0, 14, 300)), 4)
    assert not found("zero-loss", rounded(loss(y), 4), trainer="sft")


def test_reinforcement_learning_is_not_judged() -> None:
    assert not found("zero-loss", loss(np.zeros(100)), trainer="grpo")


@pytest.mark.parametrize("seed", SEEDS)
def test_ordinary_losses_are_silent(seed: int) -> None:
    y = falling(seed=seed)
    y[40] = 0.0
    assert not found("zero-loss", loss(y), trainer="sft")
