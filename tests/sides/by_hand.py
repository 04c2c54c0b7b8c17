"""A run of two strengths that lie close to each other on both sides of a limit, and what a check says of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lossdoc.model.run import Run
from tests.checks.synthetic import Floats, noise
from tests.limit_sides import says


@dataclass(frozen=True)
class Sides:
    """`said`: severities and confidences of the findings below and above, "" for none. `check`: whose word it is."""

    limit: str
    check: str
    run: Callable[[float], Run]
    below: float
    above: float
    said: tuple[str, str]

    def says(self) -> tuple[str, str]:
        """What is said now."""
        return says(self.check, self.run(self.below)), says(self.check, self.run(self.above))


def flat(points: int, at: float = 1.0, scatter: float = 0.003, seed: int = 1) -> Floats:
    """A curve that stands still."""
    return at + noise(points, scatter, seed)


def stages(*parts: tuple[int, float], scatter: float = 0.003, seed: int = 1) -> Floats:
    """So many points at each of several levels."""
    y = np.concatenate([np.full(points, float(at)) for points, at in parts])
    return np.asarray(y + noise(len(y), scatter, seed), dtype=float)
