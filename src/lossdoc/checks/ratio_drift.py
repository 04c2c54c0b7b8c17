"""The mean importance ratio is far from 1: old and new policy disagree about the samples.

## What it means
The ratio of new to old probability is 1 before the first update of a batch and close to it afterwards. A mean of 2,
of 0.1 or of hundreds says that updates are far too large, or that the two probabilities are not computed in the same
way.

## How it is measured
The running median of the mean ratio above {high} or below {low} over at least {lasts} of the run and {stands}
records. From {notable-high} and {notable-low} on it informs.

## Silent when
- single records far off
- extremes and variances of the ratio, which single tokens make

## Likely causes
- Old log-probabilities taken with another temperature, mask or precision.
- A learning rate too high. [rate-high]
- Many updates on one batch.
- Samples many versions old.

## What to try
- Compute the ratio before the first update: it must be 1.
- A lower learning rate. [rate-high]
- Fewer passes per batch; skip batches whose mean ratio exceeds 10.

## Sources
- TRL docs ppo_trainer.md: around 1; 2.0, 1000.0 or 0.1 point to a fault. TRL issue 1857.
- The limits for information: ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lossdoc.checks._rl import sustained
from lossdoc.judge.case import Case, Need
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import median, smooth

if TYPE_CHECKING:
    from lossdoc.model.run import Curve

SEVERITY: Severity = "warning"
SIGN: SignName = "stable"
EXPLAINS = ()
HIGH = Limit(2.0, "mean ratio", "TRL docs, ppo_trainer.md: 2.0 points to a fault")
LOW = Limit(0.5, "mean ratio", "ours; TRL docs: 0.1 points to a fault")
NOTABLE_HIGH = Limit(1.5, "mean ratio", "ours, for information")
NOTABLE_LOW = Limit(0.7, "mean ratio", "ours, for information")
LASTS = Limit(0.1, "share of the run", "ours")
STANDS = Limit(5, "records", "ours")
RECORDS = Limit(8, "records", "ours")
NEEDS = {"ratio": Need("importance_ratio", points=RECORDS)}


def check(case: Case, ratio: Curve) -> Iterator[Finding]:
    if ratio.labels:
        return
    y = smooth(ratio.values)
    found = sustained((y > HIGH) | (y < LOW), LASTS.value, int(STANDS))
    severe = found is not None
    found = found or sustained((y > NOTABLE_HIGH) | (y < NOTABLE_LOW), LASTS.value, int(STANDS))
    if found is None:
        return
    first, last = found
    typical = median(ratio.values[first : last + 1])
    yield case.finding(
        ratio,
        f"the mean importance ratio stands at {typical:.3g} over {last - first + 1} records, far from 1",
        first=first,
        detected=min(last, first + 4),
        last=last,
        severity=None if severe else "info",
        confidence="high" if severe else "low",
        measured={"ratio": typical, "records": last - first + 1},
    )
