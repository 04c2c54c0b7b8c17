"""Losses of classifiers and language models: log-probabilities of the right answer, weighted in different ways."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lossdoc.losses._numeric import Floats, floats, log_softmax, mean, softplus


def _picked(log_probs: Floats, labels: ArrayLike, ignore_index: int) -> tuple[Floats, NDArray[np.int64], Floats]:
    """Log-probability of each label, the labels with ignored ones set to 0, and 1 where a label counts."""
    y = np.asarray(labels, dtype=np.int64)
    counts = y != ignore_index
    safe = np.where(counts, y, 0)
    return np.take_along_axis(log_probs, safe[..., None], axis=-1)[..., 0], safe, counts.astype(np.float64)


def nll(log_probs: ArrayLike, labels: ArrayLike, *, weight: ArrayLike | None = None, ignore_index: int = -100) -> float:
    """Mean of -log p(label). log_probs (..., k), labels (...), weight (k,) per class; ignored labels do not count.

    With class weights the mean is divided by the sum of the weights met, as in torch.nn.NLLLoss.
    """
    picked, safe, counts = _picked(floats(log_probs), labels, ignore_index)
    return mean(-picked, counts if weight is None else counts * floats(weight)[safe])


def cross_entropy(
    logits: ArrayLike, labels: ArrayLike, *, weight: ArrayLike | None = None, ignore_index: int = -100
) -> float:
    """Mean of -log softmax(logits)[label]. logits (..., k), labels (...) of class numbers.

    Start of a fresh head: ln k. NaN when every label is ignored.
    """
    return nll(log_softmax(logits), labels, weight=weight, ignore_index=ignore_index)


def soft_cross_entropy(logits: ArrayLike, targets: ArrayLike) -> float:
    """Mean of -sum_j t_j log softmax(logits)_j. logits and targets (..., k); rows of targets sum to 1."""
    return mean(-(floats(targets) * log_softmax(logits)).sum(axis=-1))


def sft(logits: ArrayLike, tokens: ArrayLike, mask: ArrayLike) -> float:
    """Next-token loss. logits (b, t, V), tokens (b, t), mask (b, t) with 1 on tokens that count.

    The logits at position i predict the token at i + 1; mean over the counted tokens of the whole batch.
    """
    shifted = np.where(floats(mask)[:, 1:] > 0, np.asarray(tokens)[:, 1:], -100)
    return cross_entropy(floats(logits)[:, :-1], shifted)


def binary_cross_entropy(logits: ArrayLike, targets: ArrayLike) -> float:
    """Mean of softplus(z) - t z, which is -t log p - (1 - t) log(1 - p) at p = sigmoid(z). Same shapes; t in [0, 1]."""
    z = floats(logits)
    return mean(softplus(z) - floats(targets) * z)


def label_smoothing(logits: ArrayLike, labels: ArrayLike, *, epsilon: float = 0.1) -> float:
    """Cross-entropy to the target (1 - epsilon) one-hot + epsilon / k. logits (n, k), labels (n,)."""
    log_probs = log_softmax(logits)
    uniform = mean(-log_probs.mean(axis=-1))
    return (1 - epsilon) * nll(log_probs, labels) + epsilon * uniform


def smoothing_floor(classes: int, epsilon: float = 0.1) -> float:
    """The least value that the smoothed loss can take: the entropy of its target. 0.500 for 10 classes, 0.1."""
    low = epsilon / classes
    high = 1 - epsilon + low
    return float(-high * np.log(high) - (classes - 1) * low * np.log(low)) if epsilon else 0.0


def focal(logits: ArrayLike, labels: ArrayLike, *, gamma: float = 2.0, weight: ArrayLike | None = None) -> float:
    """Mean of -a (1 - p)^gamma log p, p the probability of the label. logits (n, k), labels (n,), weight (k,) = a.

    Divided by n, not by the sum of weights. Start of a fresh head: (1 - 1/k)^gamma ln k.
    """
    picked, safe, _ = _picked(log_softmax(logits), labels, -100)
    a = np.ones_like(picked) if weight is None else floats(weight)[safe]
    return mean(-a * (-np.expm1(picked)) ** gamma * picked)


def poly1(logits: ArrayLike, labels: ArrayLike, *, epsilon: float = 1.0) -> float:
    """Mean of -log p + epsilon (1 - p). logits (n, k), labels (n,). Start: ln k + epsilon (1 - 1/k)."""
    picked, _, _ = _picked(log_softmax(logits), labels, -100)
    return mean(-picked - epsilon * np.expm1(picked))


def dft(log_probs: ArrayLike) -> float:
    """TRL's `dft`: mean of -p log p with p held constant in the gradient. log_probs (tokens,); at most 1/e."""
    lp = floats(log_probs)
    return mean(-np.exp(lp) * lp)
