"""Losses of reinforcement learning: surrogates whose gradient is the policy gradient, critics, group advantages.

A surrogate is minus what should grow. Its value is no measure of progress; only its gradient is meant.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from lossdoc.losses._numeric import Floats, floats, mean
from lossdoc.losses.divergence import entropy, kl_k3


def policy_gradient(log_probs: ArrayLike, advantages: ArrayLike) -> float:
    """-mean(log p(action) A). Both (n,); advantages are constants. Its gradient is minus the policy gradient."""
    return mean(-floats(log_probs) * floats(advantages))


def ppo_clip(
    log_probs: ArrayLike, old_log_probs: ArrayLike, advantages: ArrayLike, *, low: float = 0.2, high: float = 0.2
) -> float:
    """-mean min(w A, clip(w, 1 - low, 1 + high) A), w = exp(log p - log p_old). All (n,). Start -mean A (ratio 1)."""
    return mean(clipped(log_probs, old_log_probs, advantages, low, high))


def clipped(log_probs: ArrayLike, old_log_probs: ArrayLike, advantages: ArrayLike, low: float, high: float) -> Floats:
    """The terms of `ppo_clip`, elementwise; advantages broadcast. Where the clip is active the slope is 0."""
    ratio = np.exp(floats(log_probs) - floats(old_log_probs))
    a = floats(advantages)
    return -np.minimum(ratio * a, np.clip(ratio, 1 - low, 1 + high) * a)


def value_clip(values: ArrayLike, old_values: ArrayLike, returns: ArrayLike, *, clip: float = 0.2) -> float:
    """Mean of max((V - R)^2, (V_old + clip(V - V_old) - R)^2)/2. All (n,). Clipping can only raise it."""
    v, old, r = floats(values), floats(old_values), floats(returns)
    near = old + np.clip(v - old, -clip, clip)
    return 0.5 * mean(np.maximum((v - r) ** 2, (near - r) ** 2))


def entropy_bonus(log_p: ArrayLike, *, coefficient: float = 0.01) -> float:
    """The term -coefficient H(p) of a loss: more entropy, lower loss. log_p (..., actions)."""
    return -coefficient * entropy(log_p)


def group_advantages(rewards: ArrayLike, *, scale: bool = True, epsilon: float = 1e-4) -> Floats:
    """(r - mean) / (std + epsilon) within each group; shape (groups, answers). Without `scale` (Dr. GRPO) only centred.

    The spread is the sample standard deviation (n - 1), as in TRL. All zero where a group agrees.
    """
    r = floats(rewards)
    centred = r - r.mean(axis=1, keepdims=True)
    return floats(centred / (r.std(axis=1, ddof=1, keepdims=True) + epsilon) if scale else centred)


def leave_one_out_advantages(rewards: ArrayLike) -> Floats:
    """r minus the mean of the other answers of its group; shape (groups, answers >= 2). = n/(n-1) (r - mean)."""
    r = floats(rewards)
    others = (r.sum(axis=1, keepdims=True) - r) / (r.shape[1] - 1)
    return floats(r - others)


def grpo(
    log_probs: ArrayLike,
    old_log_probs: ArrayLike,
    advantages: ArrayLike,
    mask: ArrayLike,
    *,
    average: Literal["answer", "tokens", "constant"] = "answer",
    length: int | None = None,
    low: float = 0.2,
    high: float = 0.2,
    beta: float = 0.0,
    reference_log_probs: ArrayLike | None = None,
) -> float:
    """Clipped surrogate over tokens plus beta k3. Log-probabilities and mask (answers, tokens), advantages (answers,).

    average "answer": mean over the tokens of an answer, then over answers (GRPO); "tokens": over all tokens (DAPO,
    bnpo); "constant": sum over answers * length, the longest answer allowed (Dr. GRPO).
    """
    each = clipped(log_probs, old_log_probs, floats(advantages)[:, None], low, high)
    if beta:
        if reference_log_probs is None:
            raise ValueError("beta above 0 needs reference_log_probs")
        each = each + beta * kl_k3(log_probs, reference_log_probs)
    m = floats(mask)
    if average == "answer":
        return mean((each * m).sum(axis=1) / np.maximum(m.sum(axis=1), 1.0))
    if average == "tokens":
        return float((each * m).sum() / max(float(m.sum()), 1.0))
    return float((each * m).sum() / (m.shape[0] * (length or m.shape[1])))


def gspo(
    log_probs: ArrayLike,
    old_log_probs: ArrayLike,
    advantages: ArrayLike,
    mask: ArrayLike,
    *,
    low: float = 3e-4,
    high: float = 4e-4,
) -> float:
    """One ratio per answer, exp(mean over tokens of log w), clipped. Shapes as in `grpo`."""
    m = floats(mask)
    log_ratio = ((floats(log_probs) - floats(old_log_probs)) * m).sum(axis=1) / np.maximum(m.sum(axis=1), 1.0)
    return mean(clipped(log_ratio, 0.0, advantages, low, high))


def rloo(log_probs: ArrayLike, old_log_probs: ArrayLike, rewards: ArrayLike, *, clip: float = 0.2) -> float:
    """Clipped surrogate of whole answers with leave-one-out advantages. All (groups, answers), summed over tokens."""
    return ppo_clip(log_probs, old_log_probs, leave_one_out_advantages(rewards), low=clip, high=clip)


def q_learning(q: ArrayLike, rewards: ArrayLike, next_q: ArrayLike, done: ArrayLike, *, gamma: float = 0.99) -> float:
    """Mean of (Q(s,a) - target)^2, target = r + gamma (1 - done) max_a Q'(s', a), a constant. q (n,), next_q (n, a)."""
    target = floats(rewards) + gamma * (1 - floats(done)) * floats(next_q).max(axis=-1)
    return mean((floats(q) - target) ** 2)
