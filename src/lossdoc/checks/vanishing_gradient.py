"""The gradient norm falls to a few percent of what it was although the loss is not good.

## What it means
Small gradients are right at the end of a run that has learned. Where the loss is still near its start, they say that
the network is saturated or cut off: no signal reaches the weights, and the run will not recover by itself.

## How it is measured
The level of the last quarter of the gradient norm is at most {share} of its median over the first third after the
first records, while the loss improved by less than {good} of its start.

## Silent when
- the loss has improved: gradients fade when a model converges
- only the first records were high
- the norm was scaled by a loss scale that changed

## Likely causes
- Saturated outputs after steps that were too large: dead ReLU units, sigmoid or softmax at its end. [rate-high]
- A deep stack of sigmoid or tanh layers without normalisation. [saturation]
- Weight decay that drives the weights to 0.
- Rewards or margins so large that the preference loss is flat.

## What to try
- Go back to the checkpoint before the fall and use a lower learning rate [by 10]. [rate-high]
- Look at the norms layer by layer to see where the signal ends.
- Use normalisation and residual connections; replace saturating activations. [saturation]

## Sources
- The share of the start: rldoctor. That the loss must be bad as well is ours: convergence looks alike.
  Experimental, hence information: no labelled run shows it alone, and no published criterion exists.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.checks._loss import gain, living, number
from lossdoc.judge.case import Case, Need
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import level, median, smooth, tail

if TYPE_CHECKING:
    from lossdoc.model.run import Curve

SEVERITY: Severity = "info"
SIGN: SignName = "learning"
EXPLAINS = ("plateau",)
SHARE = Limit(0.05, "share of the first norm", "rldoctor")
GOOD = Limit(0.2, "share of the first loss", "ours: gradients fade when a model converges")
RECORDS = Limit(20, "records", "ours")
NEEDS = {"norm": Need("grad_norm", points=RECORDS), "loss": Need("loss", points=RECORDS)}


def check(case: Case, norm: Curve, loss: Curve) -> Iterator[Finding]:
    loss = living(loss)
    if len(loss) < RECORDS:
        return
    g = norm.values[: len(loss)] if len(norm) >= len(loss) else norm.values
    n = len(g)
    before = median(g[n // 20 : n // 3])
    now = level(g[tail(n, 0.25)]).value
    if before <= 0 or now <= 0 or now > SHARE * before:
        return
    found = gain(loss)
    first_level = max(found.start.value, median(loss.values[:3]))
    if first_level - found.end.value >= GOOD * abs(first_level):
        return
    low = smooth(g) <= max(SHARE * before, 2 * now)
    away = np.flatnonzero(~low)
    first = min(n - 1, int(away[-1]) + 1) if len(away) else 0
    yield case.finding(
        norm,
        f"gradient norm fell from {number(before)} to {number(now)} while the loss went only from "
        f"{number(first_level)} to {number(found.end.value)}",
        first=first,
        measured={"before": before, "end": now, "loss": found.end.value},
        cannot_tell=("which layers are saturated",),
    )
