"""The curves of the documents under metrics/losses, computed from the implementations: x -> loss of one example."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import cos, exp, log

import numpy as np

from lossdoc.losses import (
    classification,
    divergence,
    embedding,
    margins,
    overlap,
    policy,
    preference,
    ranking,
    regression,
    training,
)
from lossdoc.losses import reference_free as free
from lossdoc.losses._numeric import log_softmax

One = Callable[[float], float]


def _p(loss: Callable[..., float], **settings: float) -> One:
    """Of the probability of the right one of two classes."""
    return lambda x: loss(np.log([[x, max(1 - x, 1e-300)]]), [0], **settings)


def _logit(loss: Callable[..., float], **settings: float) -> One:
    """Of the logit of the right one of two classes."""
    return lambda x: loss([[x, 0.0]], [0], **settings)


def _error(loss: Callable[..., float], **settings: float) -> One:
    return lambda x: loss([x], [0.0], **settings)


def _score(loss: Callable[..., float]) -> One:
    return lambda x: loss([x], [1.0])


def _gap(loss: Callable[..., float], **settings: float) -> One:
    """Of beta times the gap, at beta 1."""
    return lambda x: loss([x], [0.0], beta=1.0, **settings)


def _two(log_distance: Callable[..., float], fixed: float, *, swap: bool = False, **settings: float) -> One:
    """Of the probability of the first of two outcomes, the other distribution fixed."""

    def at(x: float) -> float:
        pair = [np.log([fixed, 1 - fixed]), np.log([x, 1 - x])]
        return log_distance(*(reversed(pair) if swap else pair), **settings)

    return at


def _ratio(low: float, high: float, advantage: float) -> One:
    """Of the importance ratio of one sample."""
    return lambda x: policy.ppo_clip([log(max(x, 1e-300))], [0.0], [advantage], low=low, high=high)


def _tokens(average: str, high: float = 0.2) -> One:
    def at(x: float) -> float:
        return policy.grpo([[log(max(x, 1e-300))]], [[0.0]], [1.0], [[1.0]], average=average, length=1, high=high)  # type: ignore[arg-type]

    return at


def _partner(others: int, temperature: float) -> One:
    """Of the lead of the partner in cosine: its key at cosine x to the query, the other keys at a right angle."""

    def at(x: float) -> float:
        keys = np.zeros((1 + others, 3))
        keys[0] = [x, (1 - x * x) ** 0.5, 0]
        keys[1:, 2] = 1
        return embedding.infonce([[1.0, 0.0, 0.0]], keys, temperature=temperature)

    return at


def _clip(x: float) -> float:
    """Symmetric InfoNCE where both directions see one partner and 63 equal others."""
    return 0.5 * (_partner(63, 0.07)(x) + _partner(63, 0.07)(x))


def _speakers(x: float) -> float:
    """Two speakers of two equal utterances, with the cosine between the speakers 1 - x."""
    other = 1 - x
    voices = np.array([[1.0, 0.0], [other, (1 - min(other, 1.0) ** 2) ** 0.5]])
    return embedding.ge2e(np.repeat(voices[:, None], 2, axis=1), weight=10.0)


SQUARE: One = _error(regression.mean_squared_error)
HINGE: One = _score(margins.hinge)
DPO: One = _gap(preference.dpo)
SOFT: One = _score(margins.soft_margin)
HUBER: One = _error(regression.huber)
GRPO_LIKE: One = _tokens("answer")

CURVES: Mapping[str, Mapping[str, One]] = {
    "cross-entropy": {"cross-entropy": _p(classification.cross_entropy)},
    "binary-cross-entropy": {
        "target 1": lambda x: classification.binary_cross_entropy([x], [1]),
        "target 0": lambda x: classification.binary_cross_entropy([x], [0]),
    },
    "negative-log-likelihood": {"-log p": lambda x: classification.nll([[log(x)]], [0])},
    "focal": {"gamma 0 (cross-entropy)": _p(classification.focal, gamma=0.0), "gamma 2": _p(classification.focal)},
    "label-smoothing": {
        "e = 0": _logit(classification.label_smoothing, epsilon=0.0),
        "e = 0.1": _logit(classification.label_smoothing),
    },
    "poly-1": {
        "e 0 (cross-entropy)": _p(classification.poly1, epsilon=0.0),
        "e 1": _p(classification.poly1),
        "e -1": _p(classification.poly1, epsilon=-1.0),
    },
    "sft-loss": {
        "-log p": lambda x: classification.sft(np.log([[[x, max(1 - x, 1e-300)], [1.0, 1.0]]]), [[0, 0]], [[0, 1]])
    },
    "dft": {"-p log p": lambda x: classification.dft([log(x)]), "cross-entropy": _p(classification.cross_entropy)},
    "kl-divergence": {
        "KL(p, q)": _two(divergence.kl_divergence, 0.7),
        "KL(q, p)": _two(divergence.kl_divergence, 0.7, swap=True),
    },
    "reverse-kl": {"reverse": _two(divergence.reverse_kl, 0.7), "forward": _two(divergence.kl_divergence, 0.7)},
    "gkd": {"b 0.5": _two(divergence.generalised_jsd, 0.9)},
    "distillation-loss": {"T 2": lambda x: divergence.distillation([x, 0.0], [2.0, 0.0])},
    "kl-estimators": {
        "k1": lambda x: float(divergence.kl_k1(x, 0.0)),
        "k2": lambda x: float(divergence.kl_k2(x, 0.0)),
        "k3": lambda x: float(divergence.kl_k3(x, 0.0)),
    },
    "hinge": {"hinge": HINGE, "squared hinge": _score(margins.squared_hinge), "soft margin": SOFT},
    "squared-hinge": {"squared hinge": _score(margins.squared_hinge), "hinge": HINGE},
    "soft-margin": {"soft margin": SOFT, "hinge": HINGE},
    "multiclass-hinge": {"one wrong class": lambda x: margins.multiclass_hinge([[x, 0.0]], [0], average=False)},
    "margin-ranking": {
        "margin 0": lambda x: margins.margin_ranking([x], [0.0], [1.0]),
        "margin 1": lambda x: margins.margin_ranking([x], [0.0], [1.0], margin=1.0),
    },
    "dice": {
        "Dice loss": lambda x: overlap.dice([x**0.5, 0.0], [x**0.5, (1 - x) ** 0.5]),
        "1 - overlap (IoU)": lambda x: 1 - x,
    },
    "arcface": {
        "margin 0": lambda x: embedding.arcface([[cos(x), 0.0]], [0], scale=8.0, margin=0.0),
        "margin 0.5": lambda x: embedding.arcface([[cos(x), 0.0]], [0], scale=8.0),
    },
    "mean-absolute-error": {"MAE": _error(regression.mean_absolute_error), "MSE": SQUARE},
    "mean-squared-error": {"MSE": SQUARE, "MAE": _error(regression.mean_absolute_error), "Huber, delta 1": HUBER},
    "root-mean-squared-error": {"RMSE": lambda x: regression.root_mean_squared_error([x**0.5], [0.0])},
    "normalised-mean-absolute-error": {
        "NMAE": lambda x: regression.normalised_mean_absolute_error([x, 1 + x], [0.0, 1.0])
    },
    "huber": {
        "delta 1": HUBER,
        "delta 0.5": _error(regression.huber, delta=0.5),
        "squared/2": lambda x: SQUARE(x) / 2,
    },
    "smooth-l1": {"beta 1": _error(regression.smooth_l1), "beta 0.5": _error(regression.smooth_l1, beta=0.5)},
    "asymmetric-huber": {"alpha 2, delta 1": _error(regression.asymmetric_huber), "Huber": HUBER},
    "log-cosh": {"log-cosh": _error(regression.log_cosh), "Huber, delta 1": HUBER},
    "mean-absolute-percentage-error": {"MAPE": lambda x: regression.mean_absolute_percentage_error([x], [1.0])},
    "mean-squared-log-error": {"MSLE": lambda x: regression.mean_squared_log_error([x], [1.0])},
    "poisson": {
        "count 0": lambda x: regression.poisson([x], [0]),
        "count 3": lambda x: regression.poisson([x], [3]),
    },
    "pairwise-logistic": {
        "pairwise logistic": lambda x: ranking.pairwise_logistic([x, 0.0], [1, 0]),
        "pairwise hinge": lambda x: ranking.pairwise_hinge([x, 0.0], [1, 0]),
    },
    "soft-pairwise": {"soft pairwise": lambda x: ranking.soft_pairwise([x, 0.0], [1, -1])},
    "pairwise-hinge": {"margin 1": lambda x: ranking.pairwise_hinge([x, 0.0], [1, 0])},
    "triplet": {"margin 1": lambda x: embedding.triplet([[0.0]], [[3.0]], [[3.0 + x]])},
    "contrastive": {
        "similar": lambda x: embedding.contrastive([x], [0]),
        "different, margin 1": lambda x: embedding.contrastive([x], [1]),
    },
    "infonce": {"B 64": _partner(63, 0.05)},
    "multiple-negatives-ranking": {"B 64": _partner(63, 1 / 20)},
    "symmetric-infonce": {"B 64": _clip},
    "ge2e": {"two speakers": _speakers},
    "dpo-sigmoid": {"sigmoid": DPO, "hinge": _gap(preference.dpo_hinge)},
    "cdpo": {"e 0.1": _gap(preference.cdpo), "DPO": DPO},
    "robust-dpo": {"e 0.1": _gap(preference.robust_dpo), "DPO": DPO},
    "dpo-hinge": {"hinge": _gap(preference.dpo_hinge), "sigmoid": DPO},
    "ipo-loss": {"beta 0.1": lambda x: preference.ipo([x], [0.0])},
    "exo": {"EXO": _gap(preference.exo)},
    "nca": {"NCA": _gap(preference.nca)},
    "bco": {"BCO": _gap(preference.bco)},
    "sppo": {"SPPO": lambda x: preference.sppo([x], [0.0])},
    "aot": {"AOT": _gap(preference.aot)},
    "aot-unpaired": {"AOT": _gap(preference.aot_unpaired)},
    "apo-zero": {"APO-zero": _gap(preference.apo_zero)},
    "apo-down": {"APO-down": lambda x: preference.apo_down([0.0], [x], beta=1.0)},
    "discopop": {"DiscoPOP": _gap(preference.discopop), "DPO": DPO},
    "kto-loss": {
        "good": lambda x: preference.kto([x], [], beta=1.0),
        "bad": lambda x: preference.kto([], [x], beta=1.0),
    },
    "orpo-loss": {"penalty": lambda x: free.orpo([-log(1 + exp(-x))], [-log(2)], beta=1.0, nll=0.0)},
    "cpo-loss": {"preference term": _gap(free.cpo)},
    "simpo-loss": {"gamma 1": _gap(free.simpo), "gamma 0": _gap(free.simpo, gamma=0.0)},
    "bradley-terry": {
        "no margin": lambda x: preference.bradley_terry([x], [0.0]),
        "margin 1": lambda x: preference.bradley_terry([x], [0.0], margin=1.0),
    },
    "policy-gradient": {
        "A = 1": lambda x: policy.policy_gradient([log(x)], [1.0]),
        "A = -1": lambda x: policy.policy_gradient([log(x)], [-1.0]),
    },
    "ppo-clip": {"A = 1": _ratio(0.2, 0.2, 1.0), "A = -1": _ratio(0.2, 0.2, -1.0)},
    "value-clip": {
        "clipped": lambda x: policy.value_clip([x], [0.0], [1.0]),
        "plain": lambda x: regression.mean_squared_error([x], [1.0]) / 2,
    },
    "entropy-bonus": {"-H": lambda x: policy.entropy_bonus(np.log([x, 1 - x]), coefficient=1.0)},
    "grpo-loss": {"A = 1": GRPO_LIKE},
    "dr-grpo": {"A = 1": _tokens("constant")},
    "dapo": {"A = 1": _tokens("tokens", 0.28)},
    "gspo": {"A = 1": lambda x: policy.gspo([[log(x)]], [[0.0]], [1.0], [[1.0]])},
    "rloo-loss": {"A = 1": _ratio(0.2, 0.2, 1.0)},
    "q-learning": {"squared": lambda x: policy.q_learning([x], [1.0], [[5.0]], [1.0])},
    "gradient-clipping": {"norm after, c = 1": lambda x: float(np.linalg.norm(training.clip_gradient([x], 1.0)))},
    "weight-decay": {"penalty": lambda x: training.l2_penalty([x], decay=0.1)},
    "log-space": {"log sigmoid": lambda x: float(log_softmax([x, 0.0])[0])},
    "linear-decay": {"rate/peak": lambda x: float(training.linear_decay(x, total=1.0, warmup=0.1))},
    "cosine-decay": {
        "cosine": lambda x: float(training.cosine_decay(x, total=1.0)),
        "quarter wave (not it)": lambda x: cos(np.pi * x / 2),
        "linear": lambda x: float(training.linear_decay(x, total=1.0)),
    },
    "exponential-decay": {
        "g 0.9": lambda x: float(training.exponential_decay(x, factor=0.9)),
        "g 0.8": lambda x: float(training.exponential_decay(x, factor=0.8)),
    },
}
