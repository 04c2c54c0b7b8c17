"""Loss scales of half precision."""

from __future__ import annotations

import numpy as np
import pytest

from tests.checks.losses import falling, loss
from tests.checks.synthetic import curve, found


def test_a_scale_that_keeps_falling() -> None:
    powers = np.linspace(16, -12, 200).round()
    got = found("loss-scale-collapse", curve("loss_scale", 2.0**powers), loss(falling(200)), trainer="pretrain")
    assert [f.severity for f in got] == ["error"]


def test_a_scale_at_its_minimum() -> None:
    powers = np.concatenate([np.full(100, 14.0), np.full(100, -4.0)])
    assert found("loss-scale-collapse", curve("loss_scale", 2.0**powers), trainer="pretrain")


@pytest.mark.parametrize("settled", [13.0, 7.0])
def test_the_first_halvings_are_silent(settled: float) -> None:
    powers = np.concatenate([np.linspace(16, settled, 10).round(), np.full(190, settled)])
    assert not found("loss-scale-collapse", curve("loss_scale", 2.0**powers), trainer="pretrain")


def test_a_skip_now_and_then_is_silent() -> None:
    powers = 15.0 - (np.arange(200) % 40 < 5)
    assert not found("loss-scale-collapse", curve("loss_scale", 2.0**powers), trainer="pretrain")
