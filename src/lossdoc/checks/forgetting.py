"""One eval set gets materially worse while another improves: the model forgets.

## What it means
Training on one kind of data takes away what was learned on another. Whether that matters depends on whether the other
data are still wanted; the number here says how much is lost and since when.

## How it is measured
Every pair of eval losses of one metric with different data sets. One ends {worse} above its best level, by {scatters}
times its scatter and with a rising trend behind the best eval, while another improves by {better} over the same
stretch.

## Silent when
- all eval sets get worse (`overfitting`, `divergence`)
- the rise is within the scatter of the evals
- there is only one eval set, or fewer than {evals} evals

## Likely causes
- Fine-tuning on a narrow domain without any of the old data.
- A learning rate too high for continued training. [rate-high]
- Too many epochs on the new data. [passes]

## What to try
- Mix in 1 to 10 % of the old data.
- Lower the learning rate. [rate-high]
- Train fewer epochs. [passes]
- Train adapters only. [adapter]
- Keep the checkpoint at which both sets are acceptable.

## Sources
- Mixing in old data against forgetting: continual pre-training, Ibrahim et al., arXiv 2403.08763.
- Sizes: ours; experimental, no labelled run has several eval sets, hence information.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.checks._loss import living, number, step
from lossdoc.judge.case import Case, Need, Skip
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import leaning, median, noise

if TYPE_CHECKING:
    from lossdoc.model.run import Curve

SEVERITY: Severity = "info"
SIGN: SignName = "generalising"
EXPLAINS = ("overfitting",)
WORSE = Limit(0.1, "share of the best eval loss", "ours")
BETTER = Limit(0.05, "share of another eval loss", "ours")
SCATTERS = Limit(3.0, "times the scatter of the evals", "ours")
EVALS = Limit(4, "evaluations", "ours")
LEANS = Limit(1.5, "standard errors of a rising trend", "ours")
NEEDS = {"eval_loss": Need("loss", split="eval", points=EVALS)}


def check(case: Case, eval_loss: Curve) -> Iterator[Finding]:
    curves = [living(c) for c in case.run.all(eval_loss.metric, "eval") if c.labels and np.all(np.isfinite(c.values))]
    curves = [c for c in curves if len(c) >= EVALS]
    if len(curves) < 2:
        raise Skip("fewer than two eval sets with four evals each")
    for curve in curves:
        y = curve.values
        best = int(np.argmin(y))
        end = median(y[-2:])
        rise = end - float(y[best])
        lasting = len(y) - best >= 3 and leaning(y[best:]) > LEANS
        if not lasting or rise < WORSE * abs(float(y[best])) or rise < SCATTERS * noise(y):
            continue
        better = [c.name for c in curves if c is not curve and improves(c, float(curve.steps[best]))]
        if not better:
            continue
        yield case.finding(
            curve,
            f"{curve.name} rose from {number(float(y[best]))} at {step(curve, best)} to {number(end)} while "
            f"{', '.join(better[:3])} improved",
            first=best,
            detected=min(len(y) - 1, best + 2),
            confidence="medium",
            measured={
                "best": float(y[best]),
                "end": end,
                "rise_percent": 100 * rise / abs(float(y[best])) if y[best] else 0.0,
            },
            cannot_tell=("whether that data set still matters",),
        )


def improves(curve: Curve, since: float) -> bool:
    later = curve.values[curve.steps >= since]
    return len(later) >= 2 and float(later[0] - median(later[-2:])) >= BETTER * abs(float(later[0]))
