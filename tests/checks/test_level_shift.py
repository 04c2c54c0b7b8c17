"""One lasting step."""

from __future__ import annotations

import pytest

from tests.checks.losses import SEEDS, falling, loss
from tests.checks.synthetic import found


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("size", [0.8, -0.8])
def test_a_change_of_the_data(size: float, seed: int) -> None:
    y = falling(400, sigma=0.05, seed=seed)
    y[240:] += size
    (finding,) = found("level-shift", loss(y), trainer="pretrain")
    assert finding.severity == "info"
    assert finding.first_step == pytest.approx(241, abs=2)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("n", [60, 400, 3000])
def test_a_decay_is_silent(n: int, seed: int) -> None:
    assert not found("level-shift", loss(falling(n, seed=seed)), trainer="pretrain")


def test_a_burst_is_not_this() -> None:
    y = falling(400, sigma=0.05)
    y[240:246] += 3
    assert not found("level-shift", loss(y), trainer="pretrain")
