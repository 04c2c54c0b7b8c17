"""Least squares through points, in closed form: no linear algebra library that writes to the terminal on odd input."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from lossdoc.model.run import Floats


def line(x: Floats, y: Floats) -> tuple[float, float]:
    """(slope, value at x = 0) of the least-squares line; slope 0 where all x are equal. Shapes (n,), n > 0."""
    middle, height = float(np.mean(x)), float(np.mean(y))
    away = x - middle
    spread = float(away @ away)
    slope = float(away @ (y - height)) / spread if spread > 0 else 0.0
    return slope, height - slope * middle
