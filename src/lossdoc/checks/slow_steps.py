"""Steps take longer than they did: throughput fell for good, or single steps stall.

## What it means
The same work takes twice the time. Nothing is wrong with the model, but with the machine, the data supply or the code
beside the step.

## How it is measured
Step time, or the inverse of a throughput. Lasting: the last third at least {slower} times the first third (after the
first 5 % of records), with a course that rose surely. Stalls: at least {stalls} steps of {stall} times the median,
together at least {lost} of the time, and not at regular distances.

## Silent when
- the first records: compilation and caches
- regular slow steps: evaluation and checkpoints
- reinforcement learning whose answers lengthen
- fewer than {records} records

## Likely causes
- Data loading: a slow disk or network, too few workers, a cache that ran full.
- A throttled or sick device, or a neighbour on the same machine.
- Longer sequences than before.
- Something that grows with the run: logging, metrics kept in memory, fragmentation (see `memory-growth`).

## What to try
- Measure data time and compute time apart.
- Compare the ranks: one slow rank holds all.
- Look at clocks, temperatures and the host's memory.

## Sources
- runmedic and trainproof: slower steps; SageMaker: a stalled step.
- Sizes: ours; no labelled run has this fault, so the check is experimental and only informs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.judge.case import Case, Need
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import difference, leaning, level, median

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lossdoc.model.run import Curve, Floats

SEVERITY: Severity = "info"
SIGN: SignName = "running"
EXPLAINS = ()
RATES = ("tokens_per_second", "samples_per_second", "steps_per_second")
SLOWER = Limit(2.0, "times the first third", "ours; runmedic: 80 % more, trainproof: 50 % of the throughput")
SURE = Limit(5.0, "standard errors", "ours")
STALL = Limit(5.0, "times the usual time", "ours; runmedic: 3")
STALLS = Limit(3, "steps", "ours")
LOST = Limit(0.1, "share of the time", "ours")
LENGTHENS = Limit(3.0, "standard errors of a rising length", "ours: answers that lengthen take their time")
REGULAR = Limit(
    0.2,
    "share of the mean distance",
    "ours: stalls whose distances vary less are evaluations and checkpoints",
)
RECORDS = Limit(40, "records", "ours")
NEEDS = {
    "speed": Need(("step_time", *RATES), points=RECORDS),
    "length": Need("completion_length", points=8, optional=True),
}


def check(case: Case, speed: Curve, length: Curve | None) -> Iterator[Finding]:
    if speed.labels or np.any(speed.values <= 0):
        return
    if length is not None and leaning(length.values) > LENGTHENS:
        return
    time = 1.0 / speed.values if speed.metric in RATES else speed.values
    skip = len(time) // 20
    y = time[skip:]
    third = len(y) // 3
    before, after = level(y[:third]), level(y[-third:])
    if after.value >= SLOWER * before.value and difference(before, after).score > SURE:
        yield case.finding(
            speed,
            f"steps take {after.value / before.value:.3g} times as long as in the first third",
            first=skip + first_over(y, 0.5 * (before.value + after.value)),
            detected=skip + 2 * third,
            confidence="medium",
            measured={"early": before.value, "late": after.value},
        )
        return
    usual = median(y)
    slow = np.flatnonzero(y > STALL * usual).astype(np.int64)
    lost = float(np.sum(y[slow] - usual)) / float(np.sum(y))
    if len(slow) >= STALLS and lost >= LOST and not regular(slow):
        yield case.finding(
            speed,
            f"{len(slow)} steps stalled for more than {STALL:g} times the usual time and cost {lost:.0%} of the run",
            first=skip + int(slow[0]),
            confidence="medium",
            measured={"stalls": len(slow), "share_of_time": lost, "usual": usual},
        )


def first_over(y: Floats, limit: float) -> int:
    low = np.flatnonzero(y < limit)
    return 0 if not len(low) else min(len(y) - 1, int(low[-1]) + 1)


def regular(places: NDArray[np.int64]) -> bool:
    """Distances that hardly vary: evaluation and checkpoints."""
    gaps = np.diff(places)
    return len(gaps) >= 2 and float(np.std(gaps)) <= REGULAR * float(np.mean(gaps))
