"""Steps at epoch boundaries."""

from __future__ import annotations

import numpy as np
import pytest

from tests.checks.losses import SEEDS, Floats, loss
from tests.checks.synthetic import curve, found, noise


def stairs(drop: float, seed: int = 0, epochs: int = 4) -> tuple[Floats, Floats]:
    epoch = (np.arange(60 * epochs) + 1) / 60
    y = 2.0 - drop * (np.ceil(epoch) - 1) + noise(60 * epochs, 0.04, seed)
    return y, epoch


@pytest.mark.parametrize("seed", SEEDS)
def test_drops_at_every_boundary(seed: int) -> None:
    y, epoch = stairs(0.3, seed)
    (finding,) = found("epoch-staircase", loss(y), curve("epoch", epoch), trainer="sft")
    assert (finding.severity, finding.first_step) == ("info", 61)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_smooth_fall_is_silent(seed: int) -> None:
    _, epoch = stairs(0, seed)
    y = 1 + 2 * np.exp(-np.linspace(0, 4, 240)) + noise(240, 0.04, seed)
    assert not found("epoch-staircase", loss(y), curve("epoch", epoch), trainer="sft")


def test_steps_of_the_rate_explain_it() -> None:
    y, epoch = stairs(0.3)
    rate = curve("learning_rate", 1e-3 * 0.3 ** (np.ceil(epoch) - 1))
    assert not found("epoch-staircase", loss(y), curve("epoch", epoch), rate, trainer="sft")


def test_one_epoch_is_silent() -> None:
    y, _ = stairs(0.3)
    assert not found("epoch-staircase", loss(y), curve("epoch", np.linspace(0, 1, 240)), trainer="sft")


@pytest.mark.parametrize("seed", SEEDS)
def test_a_first_record_at_epoch_0_is_no_epoch(seed: int) -> None:
    y, epoch = stairs(0.3, seed)
    assert found("epoch-staircase", loss(y), curve("epoch", np.r_[0.0, epoch[:-1]]), trainer="sft")
