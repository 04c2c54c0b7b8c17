"""Distances of distributions, and the estimators of a KL from samples."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lossdoc.losses._numeric import Floats, floats, log_softmax, mean


def entropy(log_p: ArrayLike) -> float:
    """-sum_v p log p over the last axis, mean over the rest. log_p (..., V); between 0 and ln V."""
    lp = floats(log_p)
    return mean(-_weighted(lp, lp))


def kl_divergence(log_p: ArrayLike, log_q: ArrayLike) -> float:
    """KL(p || q) = sum_v p log(p/q) over the last axis, mean over the rest. Both (..., V); p is the target."""
    lp = floats(log_p)
    return mean(_weighted(lp, lp - floats(log_q)))


def reverse_kl(log_teacher: ArrayLike, log_student: ArrayLike) -> float:
    """KL(student || teacher), what MiniLLM and the penalty of RLHF use. Both (..., V)."""
    return kl_divergence(log_student, log_teacher)


def generalised_jsd(log_teacher: ArrayLike, log_student: ArrayLike, *, beta: float = 0.5) -> float:
    """beta KL(teacher || m) + (1 - beta) KL(student || m), m = beta teacher + (1 - beta) student. Both (..., V).

    As in GKD the ends are defined as the plain divergences: 0 is KL(teacher || student), 1 is KL(student || teacher).
    """
    lt, ls = floats(log_teacher), floats(log_student)
    if beta == 0:
        return kl_divergence(lt, ls)
    if beta == 1:
        return kl_divergence(ls, lt)
    mixture = np.logaddexp(np.log(beta) + lt, np.log1p(-beta) + ls)
    return beta * kl_divergence(lt, mixture) + (1 - beta) * kl_divergence(ls, mixture)


def distillation(student_logits: ArrayLike, teacher_logits: ArrayLike, *, temperature: float = 2.0) -> float:
    """T^2 KL(softmax(teacher/T) || softmax(student/T)). Both (..., V)."""
    t = log_softmax(floats(teacher_logits) / temperature)
    s = log_softmax(floats(student_logits) / temperature)
    return temperature**2 * kl_divergence(t, s)


def kl_k1(log_p: ArrayLike, log_q: ArrayLike) -> Floats:
    """log p - log q of a sample of p, elementwise: unbiased for KL(p || q), of either sign."""
    return floats(log_p) - floats(log_q)


def kl_k2(log_p: ArrayLike, log_q: ArrayLike) -> Floats:
    """(log p - log q)^2 / 2, elementwise: biased, never negative."""
    return 0.5 * kl_k1(log_p, log_q) ** 2


def kl_k3(log_p: ArrayLike, log_q: ArrayLike) -> Floats:
    """q/p - 1 - log(q/p), elementwise: unbiased under p and never negative."""
    d = -kl_k1(log_p, log_q)
    return np.expm1(d) - d


def _weighted(log_p: Floats, values: Floats) -> Floats:
    """sum_v p values with 0 * anything = 0, so that impossible outcomes drop out."""
    p = np.exp(log_p)
    return floats(np.where(p > 0, p * np.where(p > 0, values, 0.0), 0.0).sum(axis=-1))
