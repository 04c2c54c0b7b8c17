"""Losses of scores against labels of -1 and 1, and of one score against another."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lossdoc.losses._numeric import floats, mean, softplus


def hinge(scores: ArrayLike, targets: ArrayLike) -> float:
    """Mean of max(0, 1 - t s). scores and targets (n,), targets -1 or 1. Start at score 0: 1."""
    return mean(np.maximum(0.0, 1 - floats(targets) * floats(scores)))


def squared_hinge(scores: ArrayLike, targets: ArrayLike) -> float:
    """Mean of max(0, 1 - t s)^2. scores and targets (n,). Start at score 0: 1."""
    return mean(np.maximum(0.0, 1 - floats(targets) * floats(scores)) ** 2)


def soft_margin(scores: ArrayLike, targets: ArrayLike) -> float:
    """Mean of log(1 + exp(-t s)): the logistic loss. scores and targets (n,). Start at score 0: ln 2."""
    return mean(softplus(-floats(targets) * floats(scores)))


def multiclass_hinge(scores: ArrayLike, labels: ArrayLike, *, margin: float = 1.0, average: bool = True) -> float:
    """Sum over the wrong classes of max(0, margin - s_label + s_j), mean over the batch. scores (n, k), labels (n,).

    `average` divides by k as torch.nn.MultiMarginLoss does; without it this is the loss of Weston and Watkins.
    """
    s = floats(scores)
    y = np.asarray(labels, dtype=np.int64)
    right = np.take_along_axis(s, y[:, None], axis=1)
    each = np.maximum(0.0, margin - right + s)
    each[np.arange(len(y)), y] = 0.0
    return mean(each.sum(axis=1)) / (s.shape[1] if average else 1)


def margin_ranking(first: ArrayLike, second: ArrayLike, targets: ArrayLike, *, margin: float = 0.0) -> float:
    """Mean of max(0, margin - t (first - second)). All (n,); t = 1 wants the first score higher, -1 the second."""
    return mean(np.maximum(0.0, margin - floats(targets) * (floats(first) - floats(second))))
