"""Training losses that are a multiple."""

from __future__ import annotations

import numpy as np
import pytest

from tests.checks.losses import SEEDS, Floats, evals, falling, loss
from tests.checks.synthetic import found, skipped


def held_out(factor: float, seed: int = 0) -> Floats:
    return np.interp(np.arange(50, 301, 50), np.arange(300), falling(300, sigma=0.02, seed=seed)) / factor


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("factor", [2, 4, 8])
def test_the_accumulation_steps(factor: int, seed: int) -> None:
    config = {"gradient_accumulation_steps": factor}
    y = falling(300, sigma=0.02, seed=seed)
    assert found("scaled-loss", loss(y), evals(held_out(factor, seed)), trainer="sft", config=config)


@pytest.mark.parametrize("ratio", [1.0, 3.0, 4.6])
def test_another_ratio_is_silent(ratio: float) -> None:
    config = {"gradient_accumulation_steps": 4}
    assert not found(
        "scaled-loss", loss(falling(300, sigma=0.02)), evals(held_out(ratio)), trainer="sft", config=config
    )


def test_an_unknown_factor_is_said() -> None:
    assert "gradient_accumulation_steps" in skipped("scaled-loss", loss(falling()), evals(held_out(4)), trainer="sft")
