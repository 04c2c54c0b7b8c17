"""Losses of a predicted number. All take predictions and targets of one shape and give the mean."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from lossdoc.losses._numeric import Floats, floats, mean, softplus


def _error(predictions: ArrayLike, targets: ArrayLike) -> Floats:
    return floats(predictions) - floats(targets)


def mean_absolute_error(predictions: ArrayLike, targets: ArrayLike) -> float:
    """Mean of |f - y|; unit of the target. Least for the median."""
    return mean(np.abs(_error(predictions, targets)))


def mean_squared_error(predictions: ArrayLike, targets: ArrayLike) -> float:
    """Mean of (f - y)^2; unit of the target squared. Least for the mean."""
    return mean(_error(predictions, targets) ** 2)


def root_mean_squared_error(predictions: ArrayLike, targets: ArrayLike) -> float:
    """Square root of the mean squared error; unit of the target. Not the mean of roots over batches."""
    return float(np.sqrt(mean_squared_error(predictions, targets)))


def normalised_mean_absolute_error(
    predictions: ArrayLike, targets: ArrayLike, *, by: Literal["range", "mean"] = "range"
) -> float:
    """Mean absolute error over the range, or over the mean, of the targets. No unit."""
    y = floats(targets)
    scale = float(y.max() - y.min()) if by == "range" else abs(mean(y))
    return mean_absolute_error(predictions, y) / scale


def huber(predictions: ArrayLike, targets: ArrayLike, *, delta: float = 1.0) -> float:
    """a^2/2 for |a| <= delta, delta (|a| - delta/2) beyond. Continuous in value and slope."""
    return mean(_huber(_error(predictions, targets), delta))


def smooth_l1(predictions: ArrayLike, targets: ArrayLike, *, beta: float = 1.0) -> float:
    """a^2/(2 beta) for |a| < beta, |a| - beta/2 beyond: Huber divided by its delta."""
    a = np.abs(_error(predictions, targets))
    return mean(a) if beta == 0 else mean(_huber(a, beta) / beta)


def asymmetric_huber(predictions: ArrayLike, targets: ArrayLike, *, delta: float = 1.0, alpha: float = 2.0) -> float:
    """Huber where too low a prediction (error below 0) costs alpha times as much, at every size of the error.

    Scaling only the far part, as is sometimes written, jumps at -delta.
    """
    a = _error(predictions, targets)
    return mean(np.where(a < 0, alpha, 1.0) * _huber(a, delta))


def log_cosh(predictions: ArrayLike, targets: ArrayLike) -> float:
    """log cosh(a) = |a| + log(1 + exp(-2|a|)) - ln 2: a^2/2 near 0, |a| - ln 2 far away."""
    a = np.abs(_error(predictions, targets))
    return mean(a + softplus(-2 * a) - np.log(2))


def mean_absolute_percentage_error(predictions: ArrayLike, targets: ArrayLike, *, least: float = 1.17e-6) -> float:
    """Mean of |f - y| / max(|y|, least), as a share (0.1 is 10 %). `least` is torchmetrics' guard against y = 0."""
    y = floats(targets)
    return mean(np.abs(_error(predictions, y)) / np.maximum(np.abs(y), least))


def mean_squared_log_error(predictions: ArrayLike, targets: ArrayLike) -> float:
    """Mean of (log(1 + f) - log(1 + y))^2 for values above -1."""
    return mean((np.log1p(floats(predictions)) - np.log1p(floats(targets))) ** 2)


def poisson(log_rates: ArrayLike, counts: ArrayLike, *, full: bool = False) -> float:
    """Mean of exp(z) - y z, the Poisson likelihood at rate exp(z) without its constant; may be negative.

    `full` adds Stirling's approximation of log y! for y > 1, as torch.nn.PoissonNLLLoss does.
    """
    z, y = floats(log_rates), floats(counts)
    loss = np.exp(z) - y * z
    if full:
        safe = np.where(y > 1, y, 1.0)
        loss = loss + np.where(y > 1, safe * np.log(safe) - safe + 0.5 * np.log(2 * np.pi * safe), 0.0)
    return mean(loss)


def _huber(error: Floats, delta: float) -> Floats:
    a = np.abs(error)
    return np.where(a <= delta, 0.5 * a**2, delta * (a - 0.5 * delta))
