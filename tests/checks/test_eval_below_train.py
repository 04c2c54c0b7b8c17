"""Eval losses below training."""

from __future__ import annotations

import numpy as np
import pytest

from tests.checks.losses import SEEDS, Floats, evals, falling, loss
from tests.checks.synthetic import found, noise


def held_out(share: float, seed: int = 0) -> Floats:
    return share * np.interp(np.arange(30, 301, 30), np.arange(300), falling(300, sigma=0)) + noise(10, 0.02, seed)


@pytest.mark.parametrize("seed", SEEDS)
def test_clearly_below(seed: int) -> None:
    got = found("eval-below-train", loss(falling(seed=seed)), evals(held_out(0.8, seed), 30), trainer="sft")
    assert [f.severity for f in got] == ["info"]


@pytest.mark.parametrize("share", [0.97, 1.0, 1.1])
def test_about_equal_is_silent(share: float) -> None:
    assert not found("eval-below-train", loss(falling()), evals(held_out(share), 30), trainer="sft")
