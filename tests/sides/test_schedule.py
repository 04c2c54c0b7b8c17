"""Names of schedules, which stand in messages alone."""

from __future__ import annotations

import numpy as np
import pytest

from lossdoc.checks._schedule import shape


@pytest.mark.parametrize(("falls", "name"), [(0.0009, "constant"), (0.0011, "linear")])
def test_constant(falls: float, name: str) -> None:
    assert shape(np.linspace(1, 1 - falls, 20)) == name


@pytest.mark.parametrize(("bend", "name"), [(0.02, "linear"), (0.06, "")])
def test_straight(bend: float, name: str) -> None:
    t = np.linspace(0, 1, 40)
    assert shape(1 - 0.5 * t + bend * np.sin(6 * np.pi * t) / 6) == name
