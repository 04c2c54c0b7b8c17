"""Losses of pairs (chosen, rejected) against a reference: the DPO family, and the reward model.

`chosen` and `rejected` are log-ratios log p(y|x) - log pref(y|x) in nats, shape (pairs,), summed over the answer's
tokens unless a docstring says otherwise. They are 0 while the policy equals the reference: the start values.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lossdoc.losses._numeric import floats, log_sigmoid, mean, sigmoid, softplus


def dpo(chosen: ArrayLike, rejected: ArrayLike, *, beta: float = 0.1) -> float:
    """Mean of -log sigmoid(beta (chosen - rejected)). Start ln 2."""
    return mean(softplus(-beta * (floats(chosen) - floats(rejected))))


def cdpo(chosen: ArrayLike, rejected: ArrayLike, *, beta: float = 0.1, epsilon: float = 0.1) -> float:
    """DPO with a share epsilon of labels believed flipped. Start ln 2; least at beta h = ln((1 - e)/e)."""
    z = beta * (floats(chosen) - floats(rejected))
    return mean((1 - epsilon) * softplus(-z) + epsilon * softplus(z))


def robust_dpo(chosen: ArrayLike, rejected: ArrayLike, *, beta: float = 0.1, epsilon: float = 0.1) -> float:
    """Unbiased under flipped labels: [(1 - e) l(z) - e l(-z)] / (1 - 2e). Start ln 2; no lower bound. e < 1/2."""
    z = beta * (floats(chosen) - floats(rejected))
    return mean((1 - epsilon) * softplus(-z) - epsilon * softplus(z)) / (1 - 2 * epsilon)


def dpo_hinge(chosen: ArrayLike, rejected: ArrayLike, *, beta: float = 0.1) -> float:
    """Mean of max(0, 1 - beta (chosen - rejected)). Start 1."""
    return mean(np.maximum(0.0, 1 - beta * (floats(chosen) - floats(rejected))))


def ipo(chosen: ArrayLike, rejected: ArrayLike, *, beta: float = 0.1) -> float:
    """Mean of (chosen - rejected - 1/(2 beta))^2. Start 1/(4 beta^2). TRL gives log-ratios as means over tokens."""
    return mean((floats(chosen) - floats(rejected) - 1 / (2 * beta)) ** 2)


def exo(chosen: ArrayLike, rejected: ArrayLike, *, beta: float = 0.1, epsilon: float = 1e-3) -> float:
    """KL of (q, 1 - q) to (1 - e, e), q = sigmoid(beta h). Start -ln 2 - ln(e (1 - e))/2; e must not be 0."""
    z = beta * (floats(chosen) - floats(rejected))
    win = sigmoid(z) * (log_sigmoid(z) - np.log1p(-epsilon))
    return mean(win + sigmoid(-z) * (log_sigmoid(-z) - np.log(epsilon)))


def nca(chosen: ArrayLike, rejected: ArrayLike, *, beta: float = 0.1) -> float:
    """-log s(r_w) - log s(-r_w)/2 - log s(-r_l)/2, r = beta log-ratio. Start 2 ln 2; keeps r_w from running away."""
    won, lost = beta * floats(chosen), beta * floats(rejected)
    return mean(softplus(-won) + 0.5 * softplus(won) + 0.5 * softplus(lost))


def bco(chosen: ArrayLike, rejected: ArrayLike, *, beta: float = 0.1, shift: float = 0.0) -> float:
    """-log s(r_w - d) - log s(-(r_l - d)): a classifier of good and bad. Start 2 ln 2 at d = 0 (bco_pair)."""
    won, lost = beta * floats(chosen) - shift, beta * floats(rejected) - shift
    return mean(softplus(-won) + softplus(lost))


def sppo(chosen: ArrayLike, rejected: ArrayLike, *, beta: float = 0.1) -> float:
    """(chosen - 1/(2 beta))^2 + (rejected + 1/(2 beta))^2, the hard form. Start 1/(2 beta^2)."""
    half = 0.5 / beta
    return mean((floats(chosen) - half) ** 2 + (floats(rejected) + half) ** 2)


def aot(policy_gaps: ArrayLike, reference_gaps: ArrayLike, *, beta: float = 0.1, epsilon: float = 0.0) -> float:
    """DPO on sorted gaps log p(chosen) - log p(rejected) of policy and reference, both (pairs,). Start ln 2."""
    return cdpo(np.sort(floats(policy_gaps)), np.sort(floats(reference_gaps)), beta=beta, epsilon=epsilon)


def aot_unpaired(chosen: ArrayLike, rejected: ArrayLike, *, beta: float = 0.1, epsilon: float = 0.0) -> float:
    """DPO on the sorted log-ratios of the batch, k-th lowest chosen against k-th lowest rejected. Start ln 2."""
    return cdpo(np.sort(floats(chosen)), np.sort(floats(rejected)), beta=beta, epsilon=epsilon)


def apo_zero(chosen: ArrayLike, rejected: ArrayLike, *, beta: float = 0.1) -> float:
    """1 - s(r_w) + s(r_l): chosen up, rejected down. Start 1, between 0 and 2."""
    return mean(sigmoid(-beta * floats(chosen)) + sigmoid(beta * floats(rejected)))


def apo_down(chosen: ArrayLike, rejected: ArrayLike, *, beta: float = 0.1) -> float:
    """s(r_w) + 1 - s(r_w - r_l): both down, rejected further. Start 1, between 0 and 2."""
    won, lost = beta * floats(chosen), beta * floats(rejected)
    return mean(sigmoid(won) + sigmoid(lost - won))


def discopop(chosen: ArrayLike, rejected: ArrayLike, *, beta: float = 0.1, tau: float = 0.05) -> float:
    """(1 - m) softplus(-z) + m exp(-z), z = beta h, m = s(z/tau): a loss found by search. Start (ln 2 + 1)/2."""
    z = beta * (floats(chosen) - floats(rejected))
    m = sigmoid(z / tau)
    return mean((1 - m) * softplus(-z) + m * np.exp(-z))


def kto(
    good: ArrayLike,
    bad: ArrayLike,
    *,
    baseline: float = 0.0,
    beta: float = 0.1,
    good_weight: float = 1.0,
    bad_weight: float = 1.0,
) -> float:
    """Mean over single answers of w (1 - s(+-beta (log-ratio - baseline))). good (n,), bad (m,); baseline = KL >= 0.

    Start 0.5 at weights 1; between 0 and the larger weight.
    """
    g = good_weight * sigmoid(-beta * (floats(good) - baseline))
    b = bad_weight * sigmoid(beta * (floats(bad) - baseline))
    return mean(np.concatenate([g, b]))


def bradley_terry(chosen: ArrayLike, rejected: ArrayLike, *, margin: ArrayLike = 0.0, centring: float = 0.0) -> float:
    """Mean of -log s(r_w - r_l - margin) + centring (r_w + r_l)^2. Scores (pairs,). Start softplus(margin)."""
    won, lost = floats(chosen), floats(rejected)
    return mean(softplus(floats(margin) - (won - lost)) + centring * (won + lost) ** 2)
