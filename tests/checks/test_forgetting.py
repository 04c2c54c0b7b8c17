"""One eval set against another."""

from __future__ import annotations

import numpy as np
import pytest

from tests.checks.losses import SEEDS, evals
from tests.checks.synthetic import found, noise, skipped


@pytest.mark.parametrize("seed", SEEDS)
def test_the_old_domain_gets_worse(seed: int) -> None:
    old = evals(np.linspace(2.0, 2.8, 8) + noise(8, 0.01, seed), dataset="wiki")
    new = evals(np.linspace(3.0, 1.5, 8) + noise(8, 0.01, seed + 5), dataset="code")
    (finding,) = found("forgetting", old, new, trainer="sft")
    assert finding.labels == {"dataset": "wiki"}


@pytest.mark.parametrize("end", [1.6, 2.05])
def test_sets_that_hold_are_silent(end: float) -> None:
    old = evals(np.linspace(2.0, end, 8), dataset="wiki")
    assert not found("forgetting", old, evals(np.linspace(3.0, 1.5, 8), dataset="code"), trainer="sft")


def test_when_all_get_worse_it_is_overfitting() -> None:
    both = [evals(np.linspace(2.0, 2.8, 8), dataset=name) for name in ("wiki", "code")]
    assert not found("forgetting", *both, trainer="sft")


def test_one_set_is_said() -> None:
    assert "two eval sets" in skipped("forgetting", evals(np.linspace(2.0, 2.8, 8)), trainer="sft")
