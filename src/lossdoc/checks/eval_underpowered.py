"""The differences between evals are smaller than the eval set can show.

## What it means
An accuracy over n examples has a standard error of sqrt(p (1 - p) / n). Differences below two of these are chance:
choosing the best checkpoint by them, or early stopping on them, follows noise.

## How it is measured
The difference between the best and the last eval accuracy against {errors} standard errors of a difference. The
number of examples has to be known: `--set eval_samples=N`.

## Silent when
- the number of eval examples is unknown (skipped)
- the evals hardly differ at all, or differ by more than chance

## Likely causes
- An eval set of a few hundred examples or fewer.
- A subset is drawn anew for every eval.

## What to try
- Enlarge the eval set: to see two points of a hundred it takes about 5000 examples.
- Compare checkpoints on the same examples, example by example.

## Sources
- Standard error of a share: binomial distribution. Evals as experiments: Miller, arXiv 2411.00640.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.checks._loss import declared, step
from lossdoc.judge.case import Case, Need, Setting
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit

if TYPE_CHECKING:
    from lossdoc.model.run import Curve

SEVERITY: Severity = "info"
SIGN: SignName = "generalising"
EXPLAINS = ()
MATTERS = Limit(0.01, "points of accuracy", "ours: a difference that somebody would choose a checkpoint by")
ERRORS = Limit(2.0, "standard errors of a difference", "the usual level of 5 %")
NEEDS = {
    "score": Need(("accuracy", "reward_accuracy"), split="eval", points=3),
    "eval_samples": Setting("eval_samples"),
}


def check(case: Case, score: Curve, eval_samples: object) -> Iterator[Finding]:
    del eval_samples
    count = declared(case, "eval_samples")
    y = score.values
    if count is None or np.any(y < 0) or np.any(y > 1):
        return
    best = int(np.argmax(y))
    gap = float(y[best] - y[-1])
    p = float(np.mean(y))
    error = float(np.sqrt(2 * p * (1 - p) / count))
    if best == len(y) - 1 or gap < MATTERS or gap > ERRORS * error:
        return
    highest, gap, two_errors = (score.as_logged(value) for value in (float(y[best]), gap, 2 * error))
    yield case.finding(
        score,
        f"the best eval ({highest:.3f} at {step(score, best)}) is {gap:.3f} above the last one: with {count:g} "
        f"examples two standard errors of a difference are {two_errors:.3f}",
        first=best,
        measured={"difference": gap, "two_errors": two_errors, "examples": count},
        cannot_tell=("which of these checkpoints is better",),
    )
