"""Memory grows steadily over the run instead of settling.

## What it means
After the first steps a training run needs the same memory step after step. Steady growth is a leak, and the run ends
out of memory at a place that looks accidental.

## How it is measured
The trend after the first quarter of the run: rising by more than {sure} standard errors, by at least {growth} of the
level, and still rising in the last third.

## Silent when
- memory that climbs in the first quarter and then stands: caches, the longest batch seen so far
- keys that count free memory
- fewer than {records} records

## Likely causes
- Losses or outputs kept with their graph (appending a tensor instead of its number).
- Metrics or samples collected over the run and never cleared.
- A data loader whose workers copy the data set, page by page.
- Fragmentation under varying sequence lengths.

## What to try
- Append loss.item(), not loss; detach what is kept.
- Clear collected metrics at every log; count live tensors every hundred steps.
- Fixed shapes, or expandable segments of the allocator.

## Sources
- The growth: runmedic. The other numbers are ours; no labelled run has this fault, so the check is experimental and
  only informs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.judge.case import Case, Need
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import median, trend

if TYPE_CHECKING:
    from lossdoc.model.run import Curve

SEVERITY: Severity = "info"
SIGN: SignName = "running"
EXPLAINS = ("crash-in-log", "slow-steps")
GROWTH = Limit(0.2, "share of the level", "runmedic")
SURE = Limit(5.0, "standard errors", "ours")
STILL = Limit(3.0, "standard errors of the last half", "ours")
RISING = Limit(
    0.2,
    "share of the records",
    "ours: a staircase of maxima (the longest batch so far) rises rarely, a leak all the time",
)
RECORDS = Limit(40, "records", "ours")
NEEDS = {"memory": Need("memory", points=RECORDS, each=True)}


def check(case: Case, memory: Curve) -> Iterator[Finding]:
    if "free" in memory.key.lower():
        return
    y = memory.values[len(memory) // 4 :]
    whole, end = trend(y), trend(y[-(len(y) // 2) :])
    usual = median(y)
    if usual <= 0 or whole.score <= SURE or end.score <= STILL or whole.change < GROWTH * usual:
        return
    rising = float(np.mean(np.diff(y) > 0))
    if rising < RISING:
        return
    yield case.finding(
        memory,
        f"memory grew by {whole.change / usual:.0%} after the first quarter and is still growing",
        first=len(memory) // 4,
        detected=len(memory) // 2,
        confidence="medium",
        measured={"start": float(y[0]), "end": float(y[-1]), "growth": whole.change / usual},
    )
