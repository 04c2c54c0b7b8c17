"""Preference losses without a reference model. Inputs are log-probabilities of the policy itself, shape (pairs,)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lossdoc.losses._numeric import Floats, floats, mean, softplus


def cpo(chosen: ArrayLike, rejected: ArrayLike, *, beta: float = 0.1, nll: float = 0.0, alpha: float = 1.0) -> float:
    """Mean of -log s(beta (log pw - log pl)) + alpha nll. Summed log-probabilities; nll: token loss of chosen."""
    return mean(softplus(-beta * (floats(chosen) - floats(rejected)))) + alpha * nll


def simpo(
    chosen: ArrayLike,
    rejected: ArrayLike,
    *,
    beta: float = 2.0,
    gamma: float = 1.0,
    nll: float = 0.0,
    alpha: float = 0.0,
) -> float:
    """Mean of -log s(beta (lw - ll) - gamma) + alpha nll. l: *mean* log-probability of a token.

    softplus(gamma) when both are equally likely; a model that prefers one side starts elsewhere.
    """
    return mean(softplus(gamma - beta * (floats(chosen) - floats(rejected)))) + alpha * nll


def log_odds(log_p: ArrayLike) -> Floats:
    """log(p / (1 - p)) of mean token log-probabilities below 0, elementwise."""
    lp = floats(log_p)
    return lp - np.log(-np.expm1(lp))


def orpo(chosen: ArrayLike, rejected: ArrayLike, *, beta: float = 0.1, nll: float | None = None) -> float:
    """NLL(chosen) + beta softplus(-(log odds ratio)). Mean token log-probabilities below 0.

    nll: token mean of the chosen answers; without it the mean of -chosen (answers of equal length).
    """
    ratio = log_odds(chosen) - log_odds(rejected)
    own = mean(-floats(chosen)) if nll is None else nll
    return own + beta * mean(softplus(-ratio))
