"""Flattening long before the end."""

from __future__ import annotations

import numpy as np
import pytest

from tests.checks.losses import SEEDS, Floats, falling, level, loss
from tests.checks.synthetic import curve, found


def early(seed: int = 0, n: int = 400) -> Floats:
    return 1.0 + 3 * np.exp(-np.arange(n) / (n / 40)) + level(n, 0, 0.03, seed)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("n", [100, 400, 3000])
def test_flat_after_a_tenth_of_the_run(n: int, seed: int) -> None:
    (finding,) = found("plateau", loss(early(seed, n)), trainer="sft")
    assert finding.severity == "info"
    assert finding.first_step is not None
    assert finding.first_step < 0.4 * n


@pytest.mark.parametrize("seed", SEEDS)
def test_a_run_that_still_falls_is_silent(seed: int) -> None:
    t = np.linspace(0, 1, 400)
    assert not found("plateau", loss(6 - 2 * t + level(400, 0, 0.1, seed)), trainer="sft")


def test_a_rate_at_its_end_explains_it() -> None:
    rate = curve("learning_rate", np.concatenate([np.linspace(1e-3, 1e-6, 80), np.full(320, 1e-6)]))
    assert not found("plateau", loss(early()), rate, trainer="sft")


def test_nothing_gained_is_another_illness() -> None:
    assert not found("plateau", loss(level(400)), trainer="sft")


def test_few_points_are_skipped() -> None:
    assert not found("plateau", loss(falling(20)), trainer="sft")
