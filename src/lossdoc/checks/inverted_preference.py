"""The policy prefers the rejected answers, and it does not recover.

## What it means
Accuracy below one half together with a negative margin says that the answers marked as chosen lose. In training that
is learning the wrong way round; on held-out pairs, while training looks fine, it says that the two sets are labelled
in opposite directions.

## How it is measured
Per split, on the last third of the run (on all of it for few evaluations). Training pairs: accuracy below
{train-limit}, by more than {accuracy-errors} standard errors of the batches, margin below 0 by more than
{margin-errors} standard errors. Held-out pairs: accuracy below {eval-limit} and margin below 0 in every one of the
last evaluations; an overfitted run wanders below a half as well. Recovering means that the accuracy rises over that
stretch by more than {recovers} standard errors and {rise} points.

## Silent when
- only the first records are low: trainers without a reference start wherever the model starts
- accuracy reads 0 and the margin exactly 0: ties count as wrong, nothing has moved (`flat-margin`)
- the distance from one half is within the noise of the batch

## Likely causes
- The columns chosen and rejected are swapped, in one data set of several or in the evaluation set alone. [swapped]
- A scorer with the opposite sign picked the pairs (lower is better read as higher is better). [swapped]
- A learning rate so high that the policy fell apart. [rate-high]

## What to try
- Read five pairs with their labels, of the training and of the evaluation set. [swapped]
- Swap the columns where they are wrong and start again; a run trained on swapped pairs cannot be saved by more steps.
  [swapped]
- Lower the learning rate. [rate-high]

## Sources
- axolotl docs/training_stability.qmd (accuracy below 0.5 with a negative margin: labels swapped).
- Accuracies and errors: ours, calibrated on the labelled runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.checks._preference import alive, paired
from lossdoc.judge.case import Case, Need
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import level, noise, trend

if TYPE_CHECKING:
    from lossdoc.model.run import Curve

SEVERITY: Severity = "warning"
SIGN: SignName = "learning"
EXPLAINS = ("eval-gap", "overfitting", "metric-disagreement", "flat-margin", "likelihood-displacement")
TRAIN_LIMIT = Limit(0.45, "accuracy of training pairs", "ours, calibrated on the labelled runs")
EVAL_LIMIT = Limit(
    0.35,
    "accuracy of held-out pairs",
    "ours: swapped evaluation pairs reach 0.15 to 0.24, overfitted runs 0.40",
)
ACCURACY_ERRORS = Limit(2.0, "standard errors of the accuracy", "ours")
MARGIN_ERRORS = Limit(4.0, "standard errors of the margin", "ours")
RECOVERS = Limit(3.0, "standard errors of a rising accuracy", "ours")
RISE = Limit(0.05, "points of accuracy", "ours: a run that gains more over the stretch recovers")
SEVERE = Limit(0.25, "accuracy of training pairs", "ours: an error below")
TRAIN_RECORDS = Limit(8, "records", "ours")
EVALS = Limit(3, "evaluations", "ours")
NEEDS = {
    "accuracy": Need("reward_accuracy", split="any", points=EVALS, each=True),
    "margin": Need("reward_margin", split="same", points=EVALS),
}


def check(case: Case, accuracy: Curve, margin: Curve) -> Iterator[Finding]:
    a, m = paired(accuracy, margin)
    measured = alive(m)
    a, m = a[: len(measured)], measured
    if len(a) < EVALS:
        return
    train = accuracy.split == "train"
    if train and len(a) < TRAIN_RECORDS:
        return
    last = slice(-max(3, len(a) // 3), None)
    share, error = float(np.mean(a[last])), float(np.std(a[last])) / np.sqrt(len(a[last]))
    lead = level(m[last], noise(m) if len(m) >= 8 else None)
    if train:
        low = share < TRAIN_LIMIT and share + ACCURACY_ERRORS * error < 0.5
        inverted = low and lead.value < -MARGIN_ERRORS * lead.error
    else:
        inverted = bool(np.all(a[last] < EVAL_LIMIT) and np.all(m[last] < 0))
    if not inverted or lead.value == 0:
        return
    rise = trend(a[last])
    if rise.score > RECOVERS and rise.change > RISE:
        return
    high = np.flatnonzero(a >= 0.5)
    record = 0 if not len(high) else min(int(high[-1]) + 1, len(a) - 1)
    # A share of a small batch can touch one half by chance: the onset is where the margin went below 0 for good.
    positive = np.flatnonzero(m > 0)
    first = 0 if not len(positive) else min(int(positive[-1]) + 1, len(m) - 1)
    first = min(first, record) if train else record
    severe = share < SEVERE and not (train and len(a) < 20)
    yield case.finding(
        accuracy,
        f"{accuracy.split} accuracy is {accuracy.as_logged(share):.2f} and the margin {lead.value:.3g}: the rejected "
        "answers win",
        first=first,
        detected=min(len(accuracy) - 1, first + 2),
        severity="error" if severe and train else None,
        confidence="high" if share < 0.3 else "medium",
        measured={
            "accuracy": accuracy.as_logged(share),
            "accuracy_error": accuracy.as_logged(error),
            "margin": lead.value,
        },
        cannot_tell=("which of the two sets is labelled the wrong way round",) if not train else (),
    )
