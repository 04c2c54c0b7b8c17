"""The learning rates around a shift, which stand in its message alone."""

from __future__ import annotations

import numpy as np
import pytest

from tests.checks.losses import loss
from tests.checks.synthetic import curve, found, noise


@pytest.mark.parametrize(("times", "said"), [(1.15, False), (1.25, True)])
def test_changes(times: float, said: bool) -> None:
    y = np.concatenate([np.ones(100), np.full(100, 0.8)]) + noise(200, 0.01, 1)
    rate = curve("learning_rate", np.where(np.arange(200) < 100, 1.0, times))
    (finding,) = found("level-shift", loss(y), rate, trainer="sft")
    assert ("rate_after" in finding.measured) == said
