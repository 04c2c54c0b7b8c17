"""Shapes and noise. All randomness of a scenario comes from one seed, so that a twin differs by its fault alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


class Draw:
    """What a scenario draws with: `n` records, a seeded generator, shapes of length n."""

    def __init__(self, n: int, seed: int) -> None:
        self.n = n
        self.rng = np.random.default_rng(seed)
        self.t = np.linspace(0.0, 1.0, n)  # share of the run
        self.onset = float(self.rng.uniform(0.3, 0.5))  # where a fault begins

    def noise(self, scale: ArrayLike, *, memory: float = 0.3, tail: float = 5.0) -> Floats:
        """Student's t with `tail` degrees of freedom, AR(1) with `memory`; `scale` (a number or one per record) is its
        standard deviation. Shocks end at five of these: a larger one is a spike, and that is a fault."""
        white = np.clip(self.rng.standard_t(tail, self.n) / np.sqrt(tail / (tail - 2)), -5, 5)
        made = np.empty(self.n)
        last = float(self.rng.normal())
        for i, shock in enumerate(white):
            last = memory * last + np.sqrt(1 - memory**2) * shock
            made[i] = last
        return np.asarray(np.asarray(scale, dtype=float) * made)

    def learn(self, start: float, end: float, rate: float = 4.0) -> Floats:
        """The usual way of learning: fast first, then slower."""
        share = (1 - np.exp(-rate * self.t)) / (1 - np.exp(-rate))
        return np.asarray(start + (end - start) * share)

    def after(self, width: float = 0.2) -> Floats:
        """0 before the fault begins, then smoothly to 1 over a share `width` of the run."""
        x = np.clip((self.t - self.onset) / width, 0, 1)
        return np.asarray(x * x * (3 - 2 * x))

    def between(self, low: float, high: float, values: ArrayLike) -> Floats:
        """Values kept inside the bounds of their metric."""
        return np.asarray(np.clip(np.asarray(values, dtype=float), low, high), dtype=float)

    def bounded(self, mean: ArrayLike, samples: int = 256) -> Floats:
        """Shares around a mean, as counted in a batch of `samples`: binomial, so calm near 0 and 1."""
        p = np.clip(np.asarray(mean, dtype=float) + np.zeros(self.n), 0, 1)
        return np.asarray(self.rng.binomial(samples, p) / samples)

    def positive(self, mean: ArrayLike, spread: float = 0.1, memory: float = 0.3) -> Floats:
        """Values around a positive mean whose noise grows with it: log-normal with a heavy tail."""
        return np.asarray(
            (np.asarray(mean, dtype=float) + np.zeros(self.n)) * np.exp(self.noise(spread, memory=memory))
        )
