"""What stands around a loss: means over what counts, accumulation, clipping, penalties, learning-rate schedules."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lossdoc.losses._numeric import Floats, floats, mean


def masked_mean(values: ArrayLike, mask: ArrayLike) -> float:
    """sum(values mask) / sum(mask). Same shapes; NaN when nothing counts."""
    return mean(values, mask)


def accumulated(sums: ArrayLike, counts: ArrayLike) -> float:
    """Token mean over micro-batches or ranks: sum of sums / sum of counts. Both (batches,)."""
    return float(floats(sums).sum() / floats(counts).sum())


def mean_of_means(sums: ArrayLike, counts: ArrayLike) -> float:
    """What results when each micro-batch is averaged first. Equal to `accumulated` only for equal counts."""
    return mean(floats(sums) / floats(counts))


def clip_gradient(gradient: ArrayLike, max_norm: float) -> Floats:
    """g min(1, max_norm / |g|), |g| the L2 norm over all entries. The direction stays."""
    g = floats(gradient)
    norm = float(np.linalg.norm(g))
    return g * min(1.0, max_norm / norm) if norm else g


def l2_penalty(weights: ArrayLike, *, decay: float = 0.01) -> float:
    """decay |w|^2 / 2, whose gradient is decay w. AdamW's decoupled decay is in no logged loss."""
    return 0.5 * decay * float((floats(weights) ** 2).sum())


def linear_decay(step: ArrayLike, *, total: float, peak: float = 1.0, warmup: float = 0.0) -> Floats:
    """Up to peak over the warm-up, then straight to 0 at `total`. step (...) -> rate (...)."""
    t = floats(step)
    return peak * np.where(t < warmup, t / max(warmup, 1e-12), np.clip((total - t) / (total - warmup), 0.0, 1.0))


def cosine_decay(
    step: ArrayLike, *, total: float, peak: float = 1.0, least: float = 0.0, warmup: float = 0.0
) -> Floats:
    """least + (peak - least) (1 + cos(pi x))/2 at part x of the way after warm-up: half a wave."""
    t = floats(step)
    part = np.clip((t - warmup) / (total - warmup), 0.0, 1.0)
    down = least + (peak - least) * 0.5 * (1 + np.cos(np.pi * part))
    return np.where(t < warmup, peak * t / max(warmup, 1e-12), down)


def exponential_decay(step: ArrayLike, *, factor: float, peak: float = 1.0) -> Floats:
    """peak factor^step; halves every ln 2 / -ln factor steps."""
    return peak * np.power(factor, floats(step))
