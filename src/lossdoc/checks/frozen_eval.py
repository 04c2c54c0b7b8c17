"""Several evals are equal in all digits while training goes on: other weights are being evaluated.

## What it means
Two different models never have the same eval loss to the last digit. When training moves and the eval stands still,
the eval sees a copy that is not updated: an average that was never refreshed, a compiled or wrapped model of the
start, a checkpoint.

## How it is measured
At least {evals} evals in a row, to the end, that are identical in at least {digits} significant digits, while the
training loss improves over the same stretch by {sure} standard errors and by {moved}, with a learning rate above 0.

## Silent when
- the training loss does not move either (`no-learning`, `zero-lr`)
- the numbers are printed with fewer digits
- only the accuracy is constant, since it takes few values

## Likely causes
- An EMA or SWA copy is evaluated and never updated.
- The eval loop holds a model from before wrapping, compiling or adding adapters.
- Adapters are switched off during evaluation.
- The same saved checkpoint is loaded for every eval.

## What to try
- Compare one weight of the evaluated model with the training model.
- Evaluate a model with random weights by the same code: the number has to change.

## Sources
- Equality in all digits: ours (cls-staleoptimizer-b and dpo-staleoptimizer-b show it together with a training loss
  that stands still); experimental, no labelled run has this fault alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.checks._loss import digits, gain, living, part, step
from lossdoc.judge.case import OBJECTIVES, Case, Need
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import constant_from

if TYPE_CHECKING:
    from lossdoc.model.run import Curve

SEVERITY: Severity = "info"
SIGN: SignName = "generalising"
EXPLAINS = ()
EVALS = Limit(3, "evaluations", "ours")
DIGITS = Limit(4, "significant digits", "ours: fewer agree by chance")
SURE = Limit(5.0, "standard errors", "ours")
MOVED = Limit(0.02, "share of the training loss", "ours")
RECORDS = Limit(10, "records", "ours")
NEEDS = {
    "eval_loss": Need(OBJECTIVES, split="eval", points=EVALS),
    "loss": Need(OBJECTIVES, points=RECORDS),
    "rate": Need("learning_rate", optional=True),
}


def check(case: Case, eval_loss: Curve, loss: Curve, rate: Curve | None) -> Iterator[Finding]:
    eval_loss, loss = living(eval_loss), living(loss)
    y = eval_loss.values
    if len(y) < EVALS or len(loss) < RECORDS or digits(eval_loss) < DIGITS:
        return
    first = constant_from(y)
    if len(np.unique(eval_loss.steps[first:])) < EVALS:
        return
    since = int(np.searchsorted(loss.steps, eval_loss.steps[first]))
    if len(loss) - since < RECORDS:
        return
    if rate is not None and not np.any(rate.values[rate.records >= loss.records[since]] > 0):
        return
    moved = gain(part(loss, since))
    if moved.score < SURE or moved.share < MOVED:
        return
    yield case.finding(
        eval_loss,
        f"{eval_loss.said} is {y[-1]:.6g} in all {len(y) - first} evals from {step(eval_loss, first)} on, while the "
        f"training loss improved by {100 * moved.share:.0f} %",
        first=first,
        detected=min(len(y) - 1, first + 2),
        measured={"evals": len(y) - first, "train_gain_percent": 100 * moved.share},
        cannot_tell=("which weights are evaluated",),
    )
