"""A large share of the tokens hits the clip of the policy ratio for long: the updates are too large.

## What it means
A clipped token gives no gradient. A few percent are the clip at work; when a third of the tokens is clipped, most of
the batch pushes against the wall and the new policy is far from the one that sampled the data.

## How it is measured
The running median of the clip fraction at or above {limit} over at least {lasts} of the run and {records} records.

## Silent when
- the fraction is 0: with one update per batch the ratio is 1 by construction
- the ratio is taken per sequence (GSPO, CISPO), whose tight bounds clip far more by design
- single batches

## Likely causes
- A learning rate too high. [rate-high]
- Too many passes over one batch, or data that are many updates old.
- Sampler and trainer disagree about the probabilities. [answers]

## What to try
- Lower the learning rate. [rate-high]
- Make fewer passes per batch, or stop them early at a target for the update's KL (0.01 to 0.03).
- Compare the log-probabilities of sampler and trainer before the first update: they should agree. [answers]

## Sources
- axolotl docs/training_stability.qmd: below 0.1 healthy, a red flag for much more; metrics.help and rldoctor
  agree.
- GSPO, arXiv 2507.18071: clips two orders of magnitude more tokens than GRPO and learns faster.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.checks._rl import course_above
from lossdoc.judge.case import Case, Need, Setting
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit

if TYPE_CHECKING:
    from lossdoc.model.run import Curve

SEVERITY: Severity = "warning"
SIGN: SignName = "stable"
EXPLAINS = ("ratio-drift",)
LIMIT = Limit(
    0.3,
    "share of the tokens",
    "axolotl, docs/training_stability.qmd: a red flag above; metrics.help and rldoctor: 0.2 to 0.4",
)
LASTS = Limit(0.25, "share of the run", "ours: single batches are clipped by chance")
RECORDS = Limit(8, "records", "ours")
NEEDS = {
    "fraction": Need("clip_fraction", points=RECORDS),
    "level": Setting("importance_sampling_level", optional=True),
    "loss_type": Setting("loss_type", optional=True),
}


def check(case: Case, fraction: Curve, level: object, loss_type: object) -> Iterator[Finding]:
    words = f"{level} {loss_type} {case.run.trainer.loss_type} {fraction.key}".lower()
    if any(word in words for word in ("sequence", "gspo", "cispo")):
        return
    found = course_above(fraction.values, LIMIT.value, LASTS.value, int(RECORDS.value))
    if found is None:
        return
    first, last = found
    typical = float(np.median(fraction.values[first : last + 1]))
    yield case.finding(
        fraction,
        f"{typical:.0%} of the tokens are clipped over {last - first + 1} records",
        first=first,
        detected=min(last, first + max(7, len(fraction) // 4)),
        last=last,
        confidence="high" if typical >= 0.5 else "medium",
        measured={"clip_fraction": typical, "records": last - first + 1},
    )
