"""The held-out results swing widely from eval to eval and do not settle.

## What it means
The model jumps between states of very different quality. Which one a checkpoint catches is luck, and averages of the
curve mean little. Steps that are too large for the loss surface do this, and so do evals on very few examples.

## How it is measured
Changes from one eval to the next, of at least {evals} evals after the first fifth. With a score (an accuracy, a mAP,
an overlap, an F1, an AUC), of this score: a typical change of {points} points; without it: {of-level} of the loss, or
of the logarithm of the perplexity. Changes {twice} times as large in {often} of the cases, at least {turns} of all
steps turning back, and a second half that swings at least {lasts-points} times as much as the first ({lasts} for a
loss).

## Silent when
- the swings shrink, or stand on top of a trend that is larger than they are
- there are fewer than {evals} evals
- only the training loss scatters: that is its batch

## Likely causes
- The learning rate is too high, or does not decay. [rate-high]
- Batches are very small, or sorted by class. [small-batch]
- The eval set is so small that its sampling error shows. [small-eval]
- Batch normalisation statistics are not settled at eval time.

## What to try
- Lower the learning rate [by 3 to 10], or let it decay. [rate-high]
- Raise the batch size, or average weights (EMA) for evaluation.
- Enlarge the eval set; its standard error at accuracy 0.5 is 0.5 / sqrt(n).

## Sources
- Accuracy that fluctuates by more than 0.03 in more than 20 % of the epochs: AutoTrainer, ICSE 2021 (zeta 0.03, eta
  0.2).
- Larger changes are asked for here (ours): healthy labelled runs with a few hundred eval examples wander by 25 % over
  six evals.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.checks._loss import living, number, step
from lossdoc.judge.case import OBJECTIVES, Case, Need
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import median

if TYPE_CHECKING:
    from lossdoc.model.run import Curve, Floats

SEVERITY: Severity = "warning"
SIGN: SignName = "stable"
EXPLAINS = ("metric-disagreement", "eval-below-train")
OF_LEVEL = Limit(
    0.1,
    "share of the loss",
    "ours: healthy labelled runs with a few hundred eval examples wander by 25 % over six evals",
)
POINTS = Limit(0.05, "points of accuracy", "ours; AutoTrainer, ICSE 2021: 0.03")
OFTEN = Limit(0.2, "share of the changes", "AutoTrainer, ICSE 2021")
TURNS = Limit(0.5, "share of the changes", "ours: so many turn back")
LASTS = Limit(0.7, "times the swings of the first half", "ours, for a loss")
LASTS_POINTS = Limit(0.5, "times the swings of the first half", "ours, for an accuracy")
TWICE = Limit(2.0, "times the typical change", "ours: the large ones")
EVALS = Limit(10, "evaluations", "ours")
SCORES = ("accuracy", "map", "segmentation_overlap", "f1", "auc")
NEEDS = {
    "eval_loss": Need((*OBJECTIVES, "perplexity"), split="eval", points=EVALS),
    "score": Need(SCORES, split="eval", optional=True, points=EVALS),
}


def check(case: Case, eval_loss: Curve, score: Curve | None) -> Iterator[Finding]:
    eval_loss = living(eval_loss)
    n = len(eval_loss)
    if n < EVALS:
        return
    y = eval_loss.values[n // 5 :]
    if eval_loss.metric == "perplexity":
        y = np.log(y)  # the loss of which it is the exponential
    middle = median(y)
    if middle <= 0:
        return
    # A score has a scale of its own, and a published rule; a loss also scatters by its few worst examples.
    if score is not None:
        if not swings(score.values[len(score) // 5 :], POINTS.value, LASTS_POINTS.value):
            return
    elif not swings(y, OF_LEVEL * middle, LASTS.value):
        return
    y = eval_loss.values[n // 5 :]
    low, high = float(y.min()), float(y.max())
    typical = median(np.abs(np.diff(y)))
    yield case.finding(
        eval_loss,
        f"the evals swing: {eval_loss.said} between {number(low)} and {number(high)} since {step(eval_loss, n // 5)} "
        f"(typically {number(typical)} from one to the next), without settling",
        first=n // 5,
        detected=n // 2,
        confidence="medium",
        measured={"low": low, "high": high, "typical_change": typical},
        cannot_tell=("whether the model swings or the eval set is too small",),
    )


def swings(y: Floats, size: float, lasts: float) -> bool:
    """Large changes, often, turning back, in the second half as in the first, and no trend that is larger."""
    change = np.diff(y)
    if len(change) < 6:
        return False
    half = len(change) // 2
    turns = np.mean(change[1:] * change[:-1] < 0)
    first, second = median(np.abs(change[:half])), median(np.abs(change[half:]))
    trend = abs(float(median(y[-len(y) // 3 :]) - median(y[: len(y) // 3])))
    return bool(
        median(np.abs(change)) >= size
        and np.mean(np.abs(change) >= TWICE * size) >= OFTEN
        and turns >= TURNS
        and second >= lasts * first
        and trend < median(np.abs(change))
    )
