"""Stable building blocks: sigmoid, softplus, log-softmax, means over what counts."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def floats(values: ArrayLike) -> Floats:
    """Any array-like as float64."""
    return np.asarray(values, dtype=np.float64)


def softplus(x: ArrayLike) -> Floats:
    """log(1 + exp(x)), elementwise, without overflow."""
    return np.logaddexp(0.0, floats(x))


def log_sigmoid(x: ArrayLike) -> Floats:
    """log(1 / (1 + exp(-x))), elementwise."""
    return -softplus(-floats(x))


def sigmoid(x: ArrayLike) -> Floats:
    """1 / (1 + exp(-x)), elementwise."""
    return np.exp(log_sigmoid(x))


def log_softmax(logits: ArrayLike) -> Floats:
    """Log-probabilities over the last axis."""
    z = floats(logits)
    z = z - z.max(axis=-1, keepdims=True)
    return floats(z - np.log(np.exp(z).sum(axis=-1, keepdims=True)))


def mean(values: ArrayLike, weight: ArrayLike | None = None) -> float:
    """Weighted mean. NaN when the weights sum to 0, as PyTorch's reductions do."""
    v = floats(values)
    if weight is None:
        return float(v.mean())
    w = np.broadcast_to(floats(weight), v.shape)
    total = float(w.sum())
    return float((v * w).sum() / total) if total else float("nan")


def normalise(vectors: ArrayLike) -> Floats:
    """Vectors of length 1 along the last axis."""
    v = floats(vectors)
    return floats(v / np.linalg.norm(v, axis=-1, keepdims=True))
