"""The eval loss is clearly below the training loss most of the time.

## What it means
Usually harmless: dropout, augmentation and label smoothing make training harder than evaluation, and a training loss
averaged over an epoch is older than the eval at its end. It can also mean that eval examples are easier, or stand in
the training data.

## How it is measured
The eval loss against the slow course of the training loss at the same place: {below} below in {often} of the evals,
the first quarter left aside, with at least {evals} evals.

## Silent when
- it holds only in the first epoch
- the difference is within the noise of the training loss

## Likely causes
- Dropout, mixup, augmentation or label smoothing, which are off during evaluation.
- The training loss is a mean over the epoch.
- The eval set is easier, or leaks from the training set.

## What to try
- Evaluate on a part of the training set with the eval code; compare that with the eval loss.
- Look for duplicates between the two sets.

## Sources
- Sizes: runmedic's rule, as information.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.checks._loss import living, number
from lossdoc.judge.case import Case, Need
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import median, noise, smooth

if TYPE_CHECKING:
    from lossdoc.model.run import Curve

SEVERITY: Severity = "info"
SIGN: SignName = "generalising"
EXPLAINS = ()
BELOW = Limit(0.1, "share of the training loss", "runmedic's rule")
OFTEN = Limit(0.7, "share of the evaluations", "runmedic's rule")
EVALS = Limit(5, "evaluations", "ours")
NEEDS = {"eval_loss": Need("loss", split="eval", points=EVALS), "loss": Need("loss", points=5)}


def check(case: Case, eval_loss: Curve, loss: Curve) -> Iterator[Finding]:
    eval_loss, loss = living(eval_loss), living(loss)
    n = len(eval_loss)
    if n < EVALS or len(loss) < 5:
        return
    course = np.interp(eval_loss.steps, loss.steps, smooth(loss.values))[n // 4 :]
    gap = course - eval_loss.values[n // 4 :]
    error = noise(loss.values) / np.sqrt(5)
    if np.any(course <= 0) or np.mean((gap > BELOW * course) & (gap > error)) < OFTEN:
        return
    share = median(gap / course)
    below, above = median(course - gap), median(course)
    yield case.finding(
        eval_loss,
        f"{eval_loss.said} is {100 * share:.0f} % below the training loss "
        f"(medians {number(below)} and {number(above)})",
        first=n // 4,
        confidence="medium",
        measured={"share": share, "eval": below, "train": above},
        cannot_tell=("whether regularisation, averaging or leakage makes the difference",),
    )
