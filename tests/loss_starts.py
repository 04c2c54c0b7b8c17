"""Start values of the documents under metrics/losses, computed from the implementations.

7 classes, 11 tokens, a batch of 6, beta 0.1; (document, number of its start value) -> value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from lossdoc.losses import classification, divergence, embedding, margins, policy, preference, ranking, regression
from lossdoc.losses._numeric import log_softmax

NO: list[float] = [0.0, 0.0]
SAME = np.ones((6, 3))  # six equal embeddings
LABELS = np.arange(3)
K, V = np.zeros((3, 7)), np.zeros((3, 11))
REWARDS = np.array([[0.0, 1.0, 0.5], [1.0, 0.0, 0.0]])
LOGP = np.full((6, 4), -1.5)
MASK = np.array([[1, 1, 1, 0]] * 6)


def _group(average: str) -> float:
    scaled = policy.group_advantages(REWARDS, scale=average == "answer").ravel()
    return policy.grpo(LOGP, LOGP, scaled, MASK, average=average)  # type: ignore[arg-type]


STARTS: Mapping[tuple[str, int], Callable[[], float]] = {
    ("cross-entropy", 0): lambda: classification.cross_entropy(K, LABELS),
    ("cross-entropy", 1): lambda: classification.cross_entropy(V, LABELS),
    ("sft-loss", 0): lambda: classification.sft(V[None], [[0, 1, 2]], [[1, 1, 1]]),
    ("negative-log-likelihood", 0): lambda: classification.nll(log_softmax(K), LABELS),
    ("label-smoothing", 0): lambda: classification.label_smoothing(K, LABELS),
    ("focal", 0): lambda: classification.focal(K, LABELS),
    ("poly-1", 0): lambda: classification.poly1(K, LABELS),
    ("binary-cross-entropy", 0): lambda: classification.binary_cross_entropy(NO, [0.0, 1.0]),
    ("log-space", 0): lambda: float(log_softmax(V)[0, 0]),
    ("hinge", 0): lambda: margins.hinge(NO, [-1.0, 1.0]),
    ("squared-hinge", 0): lambda: margins.squared_hinge(NO, [-1.0, 1.0]),
    ("soft-margin", 0): lambda: margins.soft_margin(NO, [-1.0, 1.0]),
    ("multiclass-hinge", 0): lambda: margins.multiclass_hinge(K, LABELS),
    ("multiclass-hinge", 1): lambda: margins.multiclass_hinge(K, LABELS, average=False),
    ("mean-absolute-percentage-error", 0): lambda: regression.mean_absolute_percentage_error(NO, [3.0, -2.0]),
    ("poisson", 0): lambda: regression.poisson(NO, [0, 5]),
    ("pairwise-logistic", 0): lambda: ranking.pairwise_logistic([0, 0, 0], [0, 1, 2]),
    ("pairwise-hinge", 0): lambda: ranking.pairwise_hinge([0, 0, 0], [0, 1, 2]),
    ("soft-pairwise", 0): lambda: ranking.soft_pairwise([0, 0, 0], [1, 1, -1]),
    ("triplet", 0): lambda: embedding.triplet(SAME, SAME, SAME),
    ("infonce", 0): lambda: embedding.infonce(SAME, SAME),
    ("multiple-negatives-ranking", 0): lambda: embedding.multiple_negatives_ranking(SAME, SAME),
    ("symmetric-infonce", 0): lambda: embedding.symmetric_infonce(SAME, SAME),
    ("ge2e", 0): lambda: embedding.ge2e(np.ones((6, 2, 3))),
    ("kl-estimators", 0): lambda: float(divergence.kl_k3(-1.0, -1.0)),
    ("dpo-sigmoid", 0): lambda: preference.dpo(NO, NO),
    ("cdpo", 0): lambda: preference.cdpo(NO, NO),
    ("robust-dpo", 0): lambda: preference.robust_dpo(NO, NO),
    ("dpo-hinge", 0): lambda: preference.dpo_hinge(NO, NO),
    ("ipo-loss", 0): lambda: preference.ipo(NO, NO),
    ("exo", 0): lambda: preference.exo(NO, NO),
    ("nca", 0): lambda: preference.nca(NO, NO),
    ("bco", 0): lambda: preference.bco(NO, NO),
    ("sppo", 0): lambda: preference.sppo(NO, NO),
    ("aot", 0): lambda: preference.aot([-3.0, 1.0], [-3.0, 1.0]),
    ("aot-unpaired", 0): lambda: preference.aot_unpaired(NO, NO),
    ("apo-zero", 0): lambda: preference.apo_zero(NO, NO),
    ("apo-down", 0): lambda: preference.apo_down(NO, NO),
    ("discopop", 0): lambda: preference.discopop(NO, NO),
    ("kto-loss", 0): lambda: preference.kto(NO, NO),
    ("bradley-terry", 0): lambda: preference.bradley_terry(NO, NO),
    ("ppo-clip", 0): lambda: policy.ppo_clip(NO, NO, [-1.0, 1.0]),
    ("entropy-bonus", 0): lambda: policy.entropy_bonus(log_softmax(K)),
    ("grpo-loss", 0): lambda: _group("answer"),
    ("dr-grpo", 0): lambda: _group("constant"),
    ("gspo", 0): lambda: policy.gspo(LOGP, LOGP, policy.group_advantages(REWARDS).ravel(), MASK),
    ("rloo-loss", 0): lambda: policy.rloo(np.zeros((2, 3)), np.zeros((2, 3)), REWARDS),
}
