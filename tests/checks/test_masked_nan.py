"""NaN losses that a trainer does not print."""

from __future__ import annotations

import numpy as np
import pytest

from tests.checks.losses import SEEDS, Floats, evals, falling, loss
from tests.checks.synthetic import curve, found


def dead(seed: int = 0) -> Floats:
    y = falling(seed=seed)
    y[205:] = 0.0
    return y


@pytest.mark.parametrize("seed", SEEDS)
def test_zero_loss_with_a_nan_norm(seed: int) -> None:
    g = np.ones(300)
    g[205:] = np.nan
    (finding,) = found("masked-nan", loss(dead(seed)), curve("grad_norm", g), trainer="sft")
    assert (finding.severity, finding.first_step) == ("error", 206)


def test_the_record_of_the_fake_drop_is_the_onset() -> None:
    y, g = dead(), np.ones(300)
    y[204], g[204:] = 3.0, np.nan
    (finding,) = found("masked-nan", loss(y), curve("grad_norm", g), trainer="sft")
    assert (finding.first_step, finding.detected_step) == (205, 206)


def test_zero_loss_with_a_nan_eval() -> None:
    held_out = evals([5.0, 4.5, 4.2, 4.1, np.nan, np.nan])
    assert found("masked-nan", loss(dead()), held_out, trainer="sft")


def test_a_loss_that_vanishes_from_the_log() -> None:
    assert found("masked-nan", loss(falling(180)), curve("learning_rate", np.full(300, 1e-4)), trainer="pretrain")


def test_a_policy_loss_of_zero_is_normal() -> None:
    g = np.abs(falling(end=1, start=2))
    assert not found("masked-nan", loss(np.zeros(300)), curve("grad_norm", g), trainer="grpo")


@pytest.mark.parametrize("seed", SEEDS)
def test_zero_loss_with_sound_norms_is_not_this(seed: int) -> None:
    assert not found("masked-nan", loss(dead(seed)), curve("grad_norm", np.zeros(300)), trainer="sft")


def test_a_skipped_step_is_silent() -> None:
    g = np.ones(300)
    g[40] = np.nan
    assert not found("masked-nan", loss(falling()), curve("grad_norm", g), trainer="sft")


@pytest.mark.parametrize(("first", "norm", "count"), [(1.04, np.nan, 1), (0.0, 1.0, 0), (1.04, 1.0, 0)])
def test_a_log_that_ends_in_the_first_zero(first: float, norm: float, count: int) -> None:
    told = found("masked-nan", loss(np.array([first, 0.0])), curve("grad_norm", [norm, np.nan]), trainer="sft")
    assert len(told) == count
