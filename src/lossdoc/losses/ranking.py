"""Losses over pairs of one list: the item with the higher label should get the higher score."""

from __future__ import annotations

from numpy.typing import ArrayLike

from lossdoc.losses._numeric import Floats, floats, mean, softplus
from lossdoc.losses.margins import hinge


def _gaps(scores: ArrayLike, labels: ArrayLike) -> Floats:
    """s_i - s_j of all pairs with label_i > label_j, shape (pairs,). Pairs of one label say nothing."""
    s, y = floats(scores), floats(labels)
    higher = y[:, None] > y[None, :]
    return (s[:, None] - s[None, :])[higher]


def pairwise_logistic(scores: ArrayLike, labels: ArrayLike) -> float:
    """Mean of log(1 + exp(-(s_i - s_j))) over pairs with label_i > label_j. Both (n,); start at equal scores: ln 2."""
    return mean(softplus(-_gaps(scores, labels)))


def soft_pairwise(scores: ArrayLike, labels: ArrayLike) -> float:
    """Mean of log(1 + exp(-y_i (s_i - s_j))) over ordered pairs with different labels of -1 and 1. Both (n,).

    Every unordered pair counts twice with one value, so for two labels this equals `pairwise_logistic`.
    """
    s, y = floats(scores), floats(labels)
    differ = y[:, None] != y[None, :]
    return mean(softplus(-y[:, None] * (s[:, None] - s[None, :]))[differ])


def pairwise_hinge(scores: ArrayLike, labels: ArrayLike, *, margin: float = 1.0) -> float:
    """Mean of max(0, margin - (s_i - s_j)) over pairs with label_i > label_j. Both (n,); start: the margin."""
    gaps = _gaps(scores, labels)
    return margin * hinge(gaps / margin, 1.0)
