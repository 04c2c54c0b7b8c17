"""Loss curves with the noise of real ones, for the checks of supervised training."""

from __future__ import annotations

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from lossdoc.model.run import Curve
from tests.checks.synthetic import curve, noise

Floats = NDArray[np.float64]
SEEDS = (0, 1, 2)


def falling(n: int = 300, start: float = 6.2, end: float = 3.8, sigma: float = 0.12, seed: int = 0) -> Floats:
    """A run that learns."""
    t = np.linspace(0, 1, n)
    return end + (start - end) * np.exp(-5 * t) + noise(n, sigma, seed)


def level(n: int = 300, value: float = 6.2, sigma: float = 0.02, seed: int = 0) -> Floats:
    """A run that does not."""
    return value + noise(n, sigma, seed)


def evals(values: Floats | list[float], every: int = 50, metric: str = "loss", **labels: str) -> Curve:
    """Eval points at steps every, 2 every, ... behind the training record of that step."""
    y: Floats = np.asarray(values, dtype=np.float64)
    steps = (np.arange(len(y), dtype=np.float64) + 1.0) * every
    records = np.asarray(steps, dtype=np.int64)
    return Curve(metric, "eval", f"eval_{metric}", steps, y, records, records, labels=labels)


def rounded(c: Curve, decimals: int) -> Curve:
    return replace(c, values=np.round(c.values, decimals), decimals=decimals)


def loss(y: Floats, every: int = 1) -> Curve:
    return curve("loss", y, every=every)
