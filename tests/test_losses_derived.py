"""`lossdoc.losses` where no library has the loss, or where its slope matters: loops, numeric gradients, exact sums."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from math import log

import numpy as np
import pytest
from numpy.typing import NDArray

from lossdoc.losses import (
    classification,
    divergence,
    embedding,
    margins,
    policy,
    preference,
    ranking,
    regression,
    training,
)
from lossdoc.losses import reference_free as free
from lossdoc.losses._numeric import log_softmax, normalise, sigmoid

Floats = NDArray[np.float64]
RANDOM = np.random.default_rng(3)


def slope(f: Callable[[float], float], x: float, h: float = 1e-6) -> float:
    return (f(x + h) - f(x - h)) / (2 * h)


def gradient(f: Callable[[Floats], float], at: Floats, h: float = 1e-6) -> Floats:
    return np.array([(f(at + h * e) - f(at - h * e)) / (2 * h) for e in np.eye(len(at))])


def test_sft_counts_the_tokens_of_the_whole_batch() -> None:
    logits, tokens = RANDOM.normal(size=(2, 5, 7)), RANDOM.integers(0, 7, (2, 5))
    mask = np.array([[0, 0, 1, 1, 1], [0, 1, 0, 0, 0]])
    log_p = log_softmax(logits)
    found = [-log_p[b, t - 1, tokens[b, t]] for b in range(2) for t in range(1, 5) if mask[b, t]]
    assert classification.sft(logits, tokens, mask) == pytest.approx(np.mean(found))


def test_a_batch_without_labels_has_no_loss() -> None:
    assert np.isnan(classification.cross_entropy(np.zeros((2, 3)), [-100, -100]))


@pytest.mark.parametrize(("classes", "floor"), [(2, 0.199), (10, 0.500), (1000, 1.015), (32_000, 1.362)])
def test_smoothed_labels_have_a_floor(classes: int, floor: float) -> None:
    assert classification.smoothing_floor(classes) == pytest.approx(floor, abs=6e-4)
    if classes < 100:
        best = np.log(np.full(classes, 0.1 / classes) + 0.9 * (np.arange(classes) == 0))
        assert classification.label_smoothing(best[None], [0]) == pytest.approx(classification.smoothing_floor(classes))


def test_focal_without_gamma_is_cross_entropy_and_weights_divide_by_the_batch() -> None:
    z, y = RANDOM.normal(size=(5, 4)), [0, 1, 2, 3, 0]
    assert classification.focal(z, y, gamma=0) == pytest.approx(classification.cross_entropy(z, y))
    assert classification.focal(z, y, weight=[2, 2, 2, 2]) == pytest.approx(2 * classification.focal(z, y))


def test_dft_is_at_most_one_over_e() -> None:
    p = np.linspace(0.001, 1, 2000)
    assert max(classification.dft([log(x)]) for x in p) == pytest.approx(np.exp(-1), abs=1e-6)


@pytest.mark.parametrize("labels", [[0, 1, 2, 1], [1, 1, 0, 0]])
def test_ranking_losses_look_at_every_pair_of_different_labels(labels: list[int]) -> None:
    s = RANDOM.normal(size=4)
    pairs = [(i, j) for i in range(4) for j in range(4) if labels[i] > labels[j]]
    logistic = np.mean([np.log1p(np.exp(s[j] - s[i])) for i, j in pairs])
    hinge = np.mean([max(0.0, 0.7 - (s[i] - s[j])) for i, j in pairs])
    assert ranking.pairwise_logistic(s, labels) == pytest.approx(logistic)
    assert ranking.pairwise_hinge(s, labels, margin=0.7) == pytest.approx(hinge)


def test_soft_pairwise_of_two_labels_is_pairwise_logistic() -> None:
    s, y = RANDOM.normal(size=6), np.array([1, -1, -1, 1, -1, 1])
    loops = [np.log1p(np.exp(-y[i] * (s[i] - s[j]))) for i in range(6) for j in range(6) if y[i] != y[j]]
    assert ranking.soft_pairwise(s, y) == pytest.approx(np.mean(loops))
    assert ranking.soft_pairwise(s, y) == pytest.approx(ranking.pairwise_logistic(s, y))


def test_multiclass_hinge_without_average_is_the_plain_sum() -> None:
    s, y = RANDOM.normal(size=(3, 4)), [1, 0, 3]
    loops = [sum(max(0.0, 1 - s[i, y[i]] + s[i, j]) for j in range(4) if j != y[i]) for i in range(3)]
    assert margins.multiclass_hinge(s, y, average=False) == pytest.approx(np.mean(loops))


@pytest.mark.parametrize("edge", [-1.0, 0.0, 1.0])
def test_asymmetric_huber_never_jumps(edge: float) -> None:
    def at(x: float) -> float:
        return regression.asymmetric_huber([x], [0.0], delta=1.0, alpha=3.0)

    assert at(edge - 1e-9) == pytest.approx(at(edge + 1e-9), abs=1e-7)
    assert slope(at, edge - 1e-4) == pytest.approx(slope(at, edge + 1e-4), abs=1e-3)
    assert at(-2.0) == pytest.approx(3 * at(2.0))


def test_ge2e_leaves_an_utterance_out_of_its_own_centroid() -> None:
    e = RANDOM.normal(size=(3, 4, 5))
    unit = normalise(e)
    total = 0.0
    for j in range(3):
        for i in range(4):
            centroids = [np.delete(unit[k], i, axis=0).mean(0) if k == j else unit[k].mean(0) for k in range(3)]
            similar = np.array([10 * unit[j, i] @ c / np.linalg.norm(c) - 5 for c in centroids])
            total += -similar[j] + np.log(np.exp(similar).sum())
    assert embedding.ge2e(e) == pytest.approx(total / 12)
    with pytest.raises(ValueError, match="positive"):
        embedding.ge2e(e, weight=-1)


def test_arcface_turns_the_right_class_away_and_stays_monotone() -> None:
    c = RANDOM.uniform(-0.9, 0.9, (4, 6))
    y = [0, 2, 5, 3]
    logits = 64 * c
    for row, label in enumerate(y):
        logits[row, label] = 64 * np.cos(np.arccos(c[row, label]) + 0.5)
    assert embedding.arcface(c, y) == pytest.approx(classification.cross_entropy(logits, y))
    losses = [embedding.arcface([[np.cos(a), 0.0]], [0]) for a in np.linspace(0, np.pi, 60)]
    assert all(later >= sooner - 1e-9 for sooner, later in pairwise(losses))


def test_kl_estimators_are_what_they_estimate() -> None:
    p, q = np.array([0.5, 0.3, 0.2]), np.array([0.2, 0.5, 0.3])
    exact = float((p * np.log(p / q)).sum())
    assert (p * divergence.kl_k1(np.log(p), np.log(q))).sum() == pytest.approx(exact)
    assert (p * divergence.kl_k3(np.log(p), np.log(q))).sum() == pytest.approx(exact)
    assert divergence.kl_k1(np.log(p), np.log(q)).min() < 0 <= divergence.kl_k3(np.log(p), np.log(q)).min()
    assert divergence.kl_divergence(np.log(p), np.log(q)) == pytest.approx(exact)


def test_an_impossible_outcome_adds_nothing_to_a_kl() -> None:
    with np.errstate(divide="ignore"):
        p, q = np.log(np.array([1.0, 0.0])), np.log(np.array([0.5, 0.5]))
    assert divergence.kl_divergence(p, q) == pytest.approx(log(2))


def test_jensen_shannon_is_bounded_by_ln_2() -> None:
    apart = [np.log([1 - 1e-12, 1e-12]), np.log([1e-12, 1 - 1e-12])]
    assert divergence.generalised_jsd(*apart) == pytest.approx(log(2), abs=1e-9)


def test_policy_gradient_of_a_small_policy_is_exact() -> None:
    z, reward = RANDOM.normal(size=4), RANDOM.normal(size=4)
    p = np.exp(log_softmax(z))
    value = float(p @ reward)
    expected = -p * (reward - value)  # minus the gradient of the expected reward

    def surrogate(at: Floats) -> float:
        return 4 * policy.policy_gradient(log_softmax(at), p * (reward - value))

    np.testing.assert_allclose(gradient(surrogate, z), expected, atol=1e-7)


@pytest.mark.parametrize(
    ("ratio", "advantage", "free"), [(1.0, 1, True), (1.3, 1, False), (0.7, -1, False), (1.3, -1, True), (0.7, 1, True)]
)
def test_the_clip_takes_the_gradient_away_and_bounds_nothing(ratio: float, advantage: float, free: bool) -> None:
    def at(log_ratio: float) -> float:
        return policy.ppo_clip([log_ratio], [0.0], [advantage])

    assert slope(at, log(ratio)) == pytest.approx(-ratio * advantage if free else 0.0, abs=1e-6)


def test_a_clipped_value_loss_is_never_below_the_plain_one() -> None:
    v, old, returns = (RANDOM.normal(size=20) for _ in range(3))
    near = [o + min(max(a - o, -0.2), 0.2) for a, o in zip(v, old, strict=True)]
    loops = [0.5 * max((a - r) ** 2, (n - r) ** 2) for a, n, r in zip(v, near, returns, strict=True)]
    assert policy.value_clip(v, old, returns) == pytest.approx(np.mean(loops))
    assert policy.value_clip(v, old, returns) >= regression.mean_squared_error(v, returns) / 2


def test_advantages_of_a_group_cancel() -> None:
    rewards = RANDOM.uniform(size=(3, 5))
    group, left_out = policy.group_advantages(rewards), policy.leave_one_out_advantages(rewards)
    np.testing.assert_allclose(group.sum(1), 0, atol=1e-12)
    np.testing.assert_allclose(left_out, 5 / 4 * (rewards - rewards.mean(1, keepdims=True)))
    assert group[0] == pytest.approx((rewards[0] - rewards[0].mean()) / (rewards[0].std(ddof=1) + 1e-4))
    assert not policy.group_advantages(np.ones((2, 4))).any()


def test_grpo_without_a_reference_cannot_be_penalised() -> None:
    with pytest.raises(ValueError, match="reference"):
        policy.grpo([[0.0]], [[0.0]], [1.0], [[1.0]], beta=0.1)


def test_dpo_weighs_a_pair_by_its_error() -> None:
    def at(h: float) -> float:
        return preference.dpo([h], [0.0], beta=0.3)

    for h in (-4.0, 0.0, 5.0):
        assert slope(at, h) == pytest.approx(-0.3 * float(sigmoid(-0.3 * h)), abs=1e-7)


def test_conservative_dpo_stops_where_its_labels_are_matched_and_robust_dpo_never() -> None:
    margins_ = np.linspace(-2, 30, 3201)
    conservative = [preference.cdpo([x], [0.0], beta=1) for x in margins_]
    assert margins_[int(np.argmin(conservative))] == pytest.approx(log(9), abs=0.01)
    assert min(conservative) == pytest.approx(0.325, abs=1e-3)
    assert preference.robust_dpo([100.0], [0.0], beta=1) < -5


def test_nca_is_least_at_ln_2() -> None:
    rewards = np.linspace(-1, 2, 3001)
    losses = [preference.nca([x], [-1e3], beta=1) for x in rewards]
    assert rewards[int(np.argmin(losses))] == pytest.approx(log(2), abs=1e-3)
    assert min(losses) == pytest.approx(0.955, abs=1e-3)


def test_orpo_and_cpo_add_the_likelihood_of_the_chosen_answer() -> None:
    chosen, rejected = np.array([-0.4, -1.1]), np.array([-0.9, -0.8])
    odds = np.exp(chosen) / (1 - np.exp(chosen)) / (np.exp(rejected) / (1 - np.exp(rejected)))
    assert free.orpo(chosen, rejected) == pytest.approx(0.75 + 0.1 * np.mean(np.log1p(1 / odds)))
    assert free.cpo(chosen, rejected, nll=0.75) == pytest.approx(free.cpo(chosen, rejected) + 0.75)


def test_l2_has_the_weights_as_gradient() -> None:
    w = RANDOM.normal(size=3)
    np.testing.assert_allclose(gradient(lambda x: training.l2_penalty(x, decay=0.1), w), 0.1 * w, atol=1e-8)


def test_a_mean_of_means_is_the_token_mean_only_for_equal_counts() -> None:
    sums, counts = np.array([10.0, 2.0]), np.array([10.0, 1.0])
    assert training.accumulated(sums, counts) == pytest.approx(12 / 11)
    assert training.mean_of_means(sums, counts) == pytest.approx(1.5)
    assert training.mean_of_means(sums, [4, 4]) == pytest.approx(training.accumulated(sums, [4, 4]))
    assert training.masked_mean([1.0, 5.0, 9.0], [1, 0, 1]) == pytest.approx(5.0)


def test_warm_up_joins_the_decay_without_a_jump() -> None:
    for decay in (training.linear_decay, training.cosine_decay):
        before, at = decay([9.999, 10.0], total=100, warmup=10)
        assert before == pytest.approx(at, abs=1e-3)
        assert at == pytest.approx(1.0)
    assert training.cosine_decay(100, total=100, least=0.1) == pytest.approx(0.1)
