"""Losses of embeddings: near and far, the right partner of a batch, the right class on a sphere."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lossdoc.losses._numeric import Floats, floats, mean, normalise
from lossdoc.losses.classification import cross_entropy


def contrastive(distances: ArrayLike, different: ArrayLike, *, margin: float = 1.0) -> float:
    """Mean of (1 - Y) d^2/2 + Y max(0, margin - d)^2/2. Both (n,); Hadsell's labels: Y = 0 similar, 1 different."""
    d, y = floats(distances), floats(different)
    return mean(0.5 * (1 - y) * d**2 + 0.5 * y * np.maximum(0.0, margin - d) ** 2)


def triplet(anchors: ArrayLike, positives: ArrayLike, negatives: ArrayLike, *, margin: float = 1.0) -> float:
    """Mean of max(0, margin + |a - p| - |a - n|). All (n, d), Euclidean distance. Start of equal distances: margin."""
    a = floats(anchors)
    near = np.linalg.norm(a - floats(positives), axis=-1)
    far = np.linalg.norm(a - floats(negatives), axis=-1)
    return mean(np.maximum(0.0, margin + near - far))


def infonce(queries: ArrayLike, keys: ArrayLike, *, temperature: float = 0.05) -> float:
    """Cross-entropy of query i finding key i among all keys of the batch by cosine / temperature. queries (B, d).

    keys (B or more, d): further rows are negatives for every query. Start: about ln(number of keys).
    """
    similarity = normalise(queries) @ normalise(keys).T / temperature
    return cross_entropy(similarity, np.arange(len(similarity)))


def multiple_negatives_ranking(anchors: ArrayLike, positives: ArrayLike, *, scale: float = 20.0) -> float:
    """InfoNCE with scale = 1 / temperature, the name used for sentence embeddings. Shapes as in `infonce`."""
    return infonce(anchors, positives, temperature=1 / scale)


def symmetric_infonce(images: ArrayLike, texts: ArrayLike, *, temperature: float = 0.07) -> float:
    """CLIP's loss: the mean of InfoNCE in both directions. Both (B, d)."""
    return 0.5 * (infonce(images, texts, temperature=temperature) + infonce(texts, images, temperature=temperature))


def arcface(cosines: ArrayLike, labels: ArrayLike, *, scale: float = 64.0, margin: float = 0.5) -> float:
    """Cross-entropy over s cos(theta_j), with s cos(theta + margin) for the true class. cosines (n, k), labels (n,).

    Beyond theta = pi - margin the cosine would rise again; there the straight continuation cos(theta) - m sin(m) is
    taken, as in the authors' code, so that the loss stays monotone.
    """
    c = floats(cosines)
    y = np.asarray(labels, dtype=np.int64)
    rows = np.arange(len(y))
    true = np.clip(c[rows, y], -1.0, 1.0)
    turned = np.cos(np.arccos(true) + margin)
    logits = scale * c
    logits[rows, y] = scale * np.where(true > np.cos(np.pi - margin), turned, true - margin * np.sin(margin))
    return cross_entropy(logits, y)


def ge2e(embeddings: ArrayLike, *, weight: float = 10.0, bias: float = -5.0) -> float:
    """Softmax form of GE2E, mean per utterance. embeddings (speakers, utterances >= 2, d); weight > 0.

    S = weight cos(e, c) + bias; an utterance is left out of its own speaker's centroid.
    """
    if weight <= 0:
        raise ValueError("weight must be positive: a negative one would reward dissimilar voices")
    e = normalise(embeddings)
    speakers, utterances, _ = e.shape
    total = e.sum(axis=1)
    similarity: Floats = np.einsum("jid,kd->jik", e, normalise(total))
    own = normalise((total[:, None, :] - e) / (utterances - 1))
    speaker = np.arange(speakers)
    similarity[speaker, :, speaker] = (e * own).sum(axis=-1)
    labels = np.repeat(speaker, utterances)
    return cross_entropy((weight * similarity + bias).reshape(-1, speakers), labels)
