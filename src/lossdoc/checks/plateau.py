"""The loss stopped improving early, with most of the budget left.

## What it means
From some step on nothing material happened any more, although the learning rate was still high. Often that is the
floor of the data, and the rest of the run costs without giving anything. Sometimes it is a level that another
learning rate, more capacity or cleaner data would leave. The curve alone cannot tell these apart, so this is
information, unless the loss stands to the last digits.

## How it is measured
The slow course of the loss is within {share} of all that was gained of its final level from some record on, in the
first {early} of the run, without a trend in what follows; the learning rate is then still {high} of its peak for at
least {most} of the rest. It is a warning where all but the first {early} lies within {few.still} of its level, and that
level is {remains} of the first loss or more: nothing changes any more, and it is no end of the task.

## Silent when
- the flattening comes late, or with the end of the learning rate
- the loss still creeps down beyond its noise
- nothing was gained at all (`no-learning`, `chance-level`)

## Likely causes
- The floor of the data: noise in labels, entropy of the text, label smoothing.
- The learning rate is too high to settle. [rate-high]
- The learning rate is too low to get on. [rate-low]
- The model is too small, or too much of it is frozen.

## What to try
- Lower the learning rate at the point where it flattens: a fall that follows shows that the rate was too high.
  [rate-high]
- Raise the learning rate. [rate-low]
- Compare with the eval loss: when both are flat and equal, it is the data's floor; stop earlier.
- Try a larger model or fewer frozen layers on a tenth of the budget.

## Sources
- A quantity that has stopped improving is where training stops: Keras, EarlyStopping and ReduceLROnPlateau.
- Label-smoothing floors: see `lossdoc explain loss`. Shares: ours; information as a rule, since a floor and a failure
  look alike (the labelled runs lm-ok6 and lm-ok7 are healthy and flat after a third of the run).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.checks._few import stands
from lossdoc.checks._loss import living, number, passed, step
from lossdoc.judge.case import OBJECTIVES, Case, Need
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import level, median, noise, settled, tail, trend

if TYPE_CHECKING:
    from lossdoc.model.run import Curve

SEVERITY: Severity = "info"
SIGN: SignName = "learning"
EXPLAINS = ()
SHARE = Limit(0.02, "share of what was gained", "ours: nearer to the final level is flat")
EARLY = Limit(0.4, "share of the run", "ours")
GAINED = Limit(0.05, "share of the first loss", "ours: less is nothing gained")
HIGH = Limit(0.3, "share of the peak of the learning rate", "ours: a rate that could still move the loss")
MOST = Limit(0.5, "share of the rest", "ours: the rate has to stay high so long")
CREEPS = Limit(2.5, "standard errors of a falling trend", "ours")
REMAINS = Limit(
    0.2,
    "share of the first loss",
    "ours: of the labelled runs and public logs only faulty ones stand as still at such a level",
)
RECORDS = Limit(40, "records", "ours")
NOISES = Limit(5.0, "standard errors of the gain", "ours")
NEEDS = {"loss": Need(OBJECTIVES, points=RECORDS), "rate": Need("learning_rate", optional=True, points=5)}


def check(case: Case, loss: Curve, rate: Curve | None) -> Iterator[Finding]:
    loss = living(loss)
    y = loss.values
    n = len(y)
    if n < RECORDS:
        return
    end = level(y[tail(n, 0.25)])
    start = float(np.max([median(y[:3]), median(y[: max(3, n // 20)])]))
    gained = start - end.value
    if gained < GAINED * abs(start) or gained < NOISES * noise(y) / np.sqrt(3):
        return
    at = settled(y, max(SHARE * gained, 3 * end.error))
    share = (passed(case) or 1.0) * at / n
    if share > EARLY or at > EARLY * n:
        return
    after = trend(y[at:], loss.steps[at:])
    if after.score < -CREEPS and after.change < -SHARE * gained:
        return
    if rate is not None:
        later = rate.values[rate.records >= loss.records[at]]
        if len(later) and np.mean(later >= HIGH * rate.values.max()) < MOST:
            return
    dead = stands(y[int(EARLY * n) :]) and end.value >= REMAINS * start
    yield case.finding(
        loss,
        f"{loss.said} is flat at {number(end.value)} since {step(loss, at)}, for {100 * (1 - at / n):.0f} % of its "
        "records" + (": nothing changes any more" if dead else ""),
        first=at,
        severity="warning" if dead else None,
        detected=min(n - 1, at + n // 10),
        measured={"level": end.value, "gained": gained, "share": share, "flat": 1 - at / n},
        cannot_tell=("whether this is the floor of the data",),
    )
