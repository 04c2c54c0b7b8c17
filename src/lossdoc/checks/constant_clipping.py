"""The gradient norm is above the clip threshold nearly always, and by far.

## What it means
Clipping is meant for outliers. When every step is clipped, the gradient's length no longer matters and the threshold
is part of the learning rate. With Adam that is mostly harmless, since Adam divides by its own running scale; with SGD
it sets the step.

## How it is measured
The share of records whose norm is above the threshold, and the median norm in thresholds: {share} and {far}
thresholds. The threshold has to be known: `max_grad_norm` from the log, or `--set max_grad_norm=1.0`. The logged norm
is the one before clipping.

## Silent when
- the threshold is unknown (skipped)
- the norm is only a few times the threshold, as in about half of the healthy runs
- the logged norm never exceeds the threshold, so that it is the one after clipping

## Likely causes
- The loss is summed over tokens or examples, or multiplied by a loss scale that is not divided out.
- The threshold was taken over from another model. [clip-threshold]
- The learning rate or the initialisation makes gradients large. [rate-high]

## What to try
- With Adam: nothing, if the loss is sound.
- With SGD: average the loss, or raise the threshold to about the median norm, and lower the rate by the same factor.
- Compare the norm with that of the same model elsewhere.

## Sources
- Norm before clipping: torch.nn.utils.clip_grad_norm_ returns it; TRL and transformers log that value.
- Share and distance: ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lossdoc.checks._loss import declared, number
from lossdoc.judge.case import Case, Need, Setting
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import median

if TYPE_CHECKING:
    from lossdoc.model.run import Curve

SEVERITY: Severity = "info"
SIGN: SignName = "stable"
EXPLAINS = ()
SHARE = Limit(0.95, "share of the records", "ours: 34 of 79 healthy labelled runs clip on 90 % of their steps")
FAR = Limit(10.0, "times the clip threshold", "ours: healthy labelled runs clip often, but not by so much")
RECORDS = Limit(20, "records", "ours")
NEEDS = {"norm": Need("grad_norm", points=RECORDS), "max_grad_norm": Setting("max_grad_norm")}


def check(case: Case, norm: Curve, max_grad_norm: object) -> Iterator[Finding]:
    del max_grad_norm
    limit = declared(case, "max_grad_norm")
    if limit is None:
        return
    over = norm.values > limit * 1.001
    usual = median(norm.values)
    if over.mean() < SHARE or usual < FAR * limit:
        return
    sgd = "sgd" in str(case.config.get("optim", case.config.get("optimizer", ""))).lower()
    yield case.finding(
        norm,
        f"{100 * over.mean():.0f} % of the records are above the clip threshold of {number(limit)}; the median norm is "
        f"{usual / limit:.0f} times it",
        severity="warning" if sgd else "info",
        measured={"share": float(over.mean()), "median": usual, "threshold": limit},
        cannot_tell=() if sgd else ("which optimizer is used; Adam hardly minds",),
    )
