"""Data in the same order every time."""

from __future__ import annotations

import numpy as np
import pytest

from tests.checks.losses import SEEDS, loss
from tests.checks.synthetic import curve, found, noise


@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_ups_and_downs(seed: int) -> None:
    order = np.tile(noise(60, 0.2, seed), 4)
    y = 2 - np.linspace(0, 0.6, 240) + order + noise(240, 0.05, seed + 9)
    assert found("unshuffled-epochs", loss(y), curve("epoch", (np.arange(240) + 1) / 60), trainer="sft")


@pytest.mark.parametrize("seed", range(6))
def test_shuffled_epochs_are_silent(seed: int) -> None:
    y = 2 - np.linspace(0, 0.6, 240) + noise(240, 0.2, seed)
    assert not found("unshuffled-epochs", loss(y), curve("epoch", (np.arange(240) + 1) / 60), trainer="sft")


def test_one_epoch_is_silent() -> None:
    assert not found(
        "unshuffled-epochs", loss(noise(240, 0.2, 0)), curve("epoch", np.linspace(0, 1, 240)), trainer="sft"
    )
