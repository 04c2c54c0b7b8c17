"""Sides of limits of checks that hold held-out data against training data, and of the vital signs."""

from __future__ import annotations

import numpy as np

from lossdoc.model.run import Run
from tests.checks.losses import evals, falling, loss
from tests.checks.synthetic import Floats, curve, noise, run_of, saturating
from tests.limit_sides import SIGNS
from tests.sides.by_hand import Sides, flat


def turned(low: float, rise: float, score: Floats | None = None) -> Run:
    """A held-out loss that is best at its fourth evaluation of twelve and rises by a share from there on."""
    held_out = np.concatenate([np.linspace(0.9, low, 4), np.linspace(low, low * (1 + rise), 9)[1:]])
    beside = [] if score is None else [evals(score, 10, "accuracy")]
    return run_of([loss(saturating(120, 1, 0.02)), evals(held_out, 10), *beside], "classification")


def near_zero(low: float) -> Run:
    """The same over more evaluations, with a rise of 9 %."""
    held_out = np.concatenate([np.linspace(0.6, low, 15), np.linspace(low, 1.09 * low, 15)[1:]])
    return run_of([loss(saturating(290, 1, 0.02)), evals(held_out, 10)], "classification")


def wandering(rise: float) -> Run:
    """Noisy evaluations that rise behind the best one."""
    later = np.maximum(1 + np.linspace(0, rise, 10) + 0.12 * noise(10, 1, 4), 0.93)
    return run_of(
        [loss(saturating(400, 1.5, 0.05)), evals(np.concatenate([[1.3, 1.15, 0.9], later]), 10)], "classification"
    )


def then(score: float, end: float) -> Floats:
    """An accuracy that stands at `score` where the loss turns and goes on to `end`."""
    return np.concatenate([np.linspace(score - 0.1, score, 4), np.linspace(score, end, 8)])


def by_heart(accuracy: Floats, fall: float = 0.999) -> Run:
    """A training loss that falls by a share, and the held-out accuracy beside it."""
    return run_of([loss(saturating(60, 5, 5 * (1 - fall))), evals(accuracy, 5, "accuracy")], "classification")


def apart(times: float) -> Run:
    """Three epochs in which training gets nearly everything right, and the held-out errors are so many times its own at
    first."""
    right = np.array([0.8, 0.95, 0.99])
    held_out = 1 - 0.2 * times + np.array([0, 0.001, 0])
    return run_of([curve("accuracy", right), evals(held_out, 1, "accuracy")], "classification")


def two_evals(fall: float) -> Run:
    return run_of([loss(saturating(60, 5, 5 * (1 - fall))), evals([2.0, 2.02], 30)], "classification")


def ruined(end: float) -> Run:
    return run_of([loss(flat(60)), evals(np.linspace(1, end, 6), 10)], "classification")


def well_trained(accuracy: float) -> Run:
    """Pairs whose training accuracy stands somewhere and whose held-out one is poor."""
    held_out = [evals(flat(6, 0.3, 0.005), 10, "reward_accuracy"), evals(np.full(6, 0.7), 10)]
    return run_of(
        [curve("reward_accuracy", flat(40, accuracy, 0.005)), loss(saturating(40, 0.7, 0.5)), *held_out], "dpo"
    )


def swinging(accuracy: Floats) -> Run:
    return run_of([evals(flat(40, 1, 0.01), 5), evals(accuracy, 5, "accuracy")], "classification")


def small_swings(size: float) -> Run:
    """Up and down from evaluation to evaluation, and further up every eighth time."""
    y = np.full(40, 0.6)
    y[1::2] += size
    y[3::8] += 0.3
    return swinging(y)


def settling_swings(late: float) -> Run:
    """Swings that are so many times as large in the second half."""
    size = np.where(np.arange(40) < 20, 0.25, 0.25 * late)
    return swinging(0.6 + size * (-1.0) ** np.arange(40))


def staircase(steps: float) -> Run:
    """Nine epochs; the loss comes down at the first few boundaries alone."""
    y = np.concatenate([np.full(20, 5 - 0.5 * min(epoch, round(steps))) for epoch in range(9)])
    return run_of([loss(y + noise(180, 0.02, 1)), curve("epoch", np.arange(1, 181) / 20)], "sft")


def same_order(records: float, scatter: float = 0.02) -> Run:
    """Five epochs in which the batches come in one order."""
    n = round(records)
    order = noise(n, 0.1, 1)
    y = np.concatenate([3 - 0.2 * epoch + order + noise(n, scatter, epoch + 2) for epoch in range(5)])
    return run_of([loss(y), curve("epoch", np.arange(1, 5 * n + 1) / n)], "sft")


def passes(count: float) -> Run:
    """A held-out score that stands at its best throughout."""
    beside = [curve("epoch", np.linspace(0.1, count, 100)), evals(np.full(6, 0.7), 10, "accuracy")]
    return run_of([loss(falling(100)), *beside], "classification")


SIDES = (
    Sides("overfitting.near-zero", "overfitting", near_zero, 0.235, 0.255, ("", "warning/medium")),
    Sides("overfitting.noisy-leans", "overfitting", wandering, 0.392, 0.442, ("", "warning/high")),
    Sides(
        "overfitting.mild",
        "overfitting",
        lambda s: turned(0.5, s, then(0.7, 0.75)),
        0.396,
        0.446,
        ("info/high", "warning/high"),
    ),
    Sides(
        "overfitting.better",
        "overfitting",
        lambda s: turned(0.5, 0.15, np.concatenate([np.linspace(0.5, 0.7, 4), np.full(8, 0.7 + s)])),
        0.028,
        0.032,
        ("warning/high", "info/high"),
    ),
    Sides(
        "overfitting.goal",
        "overfitting",
        lambda s: turned(0.5, 0.8, then(0.5, 0.5 + 0.5 * s)),
        0.28,
        0.32,
        ("warning/high", "info/high"),
    ),
    Sides("no-generalisation.apart", "no-generalisation", apart, 1.9, 2.1, ("skipped", "warning/medium")),
    Sides(
        "no-generalisation.hardly",
        "no-generalisation",
        lambda s: by_heart(np.linspace(0.2, 0.2 + 0.8 * s, 12)),
        0.094,
        0.106,
        ("warning/high", ""),
    ),
    Sides(
        "no-generalisation.by-heart",
        "no-generalisation",
        lambda s: by_heart(np.linspace(0.2, 0.23, 12), s),
        0.988,
        0.996,
        ("", "warning/high"),
    ),
    Sides("no-generalisation.deep", "no-generalisation", two_evals, 0.881, 0.899, ("skipped", "warning/medium")),
    Sides("no-generalisation.ruin", "no-generalisation", ruined, 1.41, 1.59, ("", "warning/medium")),
    Sides("eval-gap.well", "eval-gap", well_trained, 0.57, 0.63, ("warning/medium", "warning/high")),
    Sides("oscillation.points", "oscillation", small_swings, 0.047, 0.053, ("", "warning/medium")),
    Sides("oscillation.lasts-points", "oscillation", settling_swings, 0.47, 0.53, ("", "warning/medium")),
    Sides("epoch-staircase.often", "epoch-staircase", staircase, 5, 6, ("", "info/high")),
    Sides("unshuffled-epochs.least", "unshuffled-epochs", same_order, 19, 20, ("", "info/medium")),
    Sides(
        "unshuffled-epochs.alike",
        "unshuffled-epochs",
        lambda s: same_order(40, s),
        0.04,
        0.0453,
        ("info/medium", ""),
    ),
    Sides(
        "shares.smoothed",
        SIGNS,
        lambda s: run_of([evals(np.full(8, s), 10, "f1")], "classification"),
        1.9,
        2.1,
        ("yes yes unknown yes unknown not judged", "yes yes unknown unknown unknown not judged"),
    ),
    Sides(
        "merit.least",
        SIGNS,
        lambda s: run_of([evals(0.995 + np.linspace(0, s, 20), 5, "f1")], "classification"),
        0.00335,
        0.00378,
        ("yes yes unknown yes unknown not judged", "yes yes yes yes unknown healthy"),
    ),
    Sides(
        "loss-collapse.most",
        "loss-collapse",
        lambda s: run_of([loss(0.1 + s * np.exp(-np.linspace(0, 9, 120)))], "sft"),
        48,
        52,
        ("warning/medium", ""),
    ),
    Sides(
        "signs.found",
        SIGNS,
        lambda s: run_of([loss(saturating(120, 1, 0.002), every=5), evals([s], 600, "map")], "detection"),
        0.09,
        0.11,
        ("yes yes yes unknown unknown not judged", "yes yes yes yes unknown healthy"),
    ),
    Sides(
        "signs.few-passes",
        SIGNS,
        passes,
        3.8,
        4.2,
        ("yes yes yes unknown unknown healthy", "yes yes yes unknown unknown not judged"),
    ),
)
