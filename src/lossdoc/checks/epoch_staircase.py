"""The training loss drops at the start of every epoch: the examples are being memorised.

## What it means
Within an epoch every example is new; at its end the model meets those again that it has already seen. A step down at
each boundary is the part of the loss that was learned by heart. With large models it appears from the second epoch on
and need not hurt.

## How it is measured
At every epoch boundary the level of the records before it is compared with that of the records after it, each with
the trend of its own epoch taken out. Steps down of {errors} standard errors and {share} of the level at {often} of the
boundaries, at least {steps} of them.

## Silent when
- there is only one epoch, or fewer than {in-epoch} records in each
- the learning rate steps at the same places

## Likely causes
- Several epochs over data that the model can remember. [passes]
- A learning rate that is high for fine-tuning. [rate-high]

## What to try
- Watch an eval loss: if it does not fall at the boundaries, stop after the epoch in which it was best.
- Train fewer epochs. [passes]
- Lower the learning rate. [rate-high]

## Sources
- Steps at epoch boundaries in fine-tuning and their removal by a lower rate: FastChat issue 2025. Sizes: ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.checks._loss import aligned, living, number, part
from lossdoc.judge.case import Case, Need
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import line, median, noise

if TYPE_CHECKING:
    from lossdoc.model.run import Curve, Floats

SEVERITY: Severity = "info"
SIGN: SignName = "generalising"
EXPLAINS = ("level-shift",)
ERRORS = Limit(6.0, "standard errors", "ours")
SHARE = Limit(0.03, "share of the level", "ours")
OFTEN = Limit(0.66, "share of the boundaries", "ours")
STEPS = Limit(2, "boundaries", "ours: one step is no staircase")
IN_EPOCH = Limit(10, "records", "ours: fewer give no level of an epoch")
STEPPED = Limit(0.8, "times the learning rate before", "ours: a rate that falls further steps itself")
RECORDS = Limit(30, "records", "ours")
NEEDS = {
    "loss": Need("loss", points=RECORDS),
    "epoch": Need("epoch", points=10),
    "rate": Need("learning_rate", optional=True),
}


def check(case: Case, loss: Curve, epoch: Curve, rate: Curve | None) -> Iterator[Finding]:
    loss = living(loss)
    y, e = aligned(loss, epoch)
    edges = boundaries(e)
    if len(edges) < STEPS or min(np.diff([0, *edges])) < IN_EPOCH:
        return
    if rate is not None and stepped(rate, loss, edges):
        return
    marks = [0, *edges, len(y)]
    drops = [drop(y, a, b, c) for a, b, c in zip(marks, marks[1:], marks[2:], strict=False) if c - b >= IN_EPOCH]
    sure = [size for size, error, before in drops if size >= ERRORS * error and size >= SHARE * abs(before)]
    if len(sure) < STEPS or len(sure) < OFTEN * len(drops):
        return
    at = int(np.searchsorted(loss.records, loss.records[edges[0]]))
    yield case.finding(
        part(loss),
        f"loss drops at {len(sure)} of {len(drops)} epoch boundaries, by {number(median(sure))} each",
        first=min(at, len(loss) - 1),
        measured={"boundaries": len(drops), "drop": median(sure)},
        cannot_tell=("whether held-out results suffer",),
    )


def boundaries(epoch: Floats) -> list[int]:
    """Index of the first record of each epoch but the first. A record at exactly 1.0 closes the first epoch."""
    number_of = np.ceil(epoch - 1e-6)
    if np.any(epoch != np.round(epoch)):
        number_of = np.maximum(number_of, 1)  # a first record at exactly 0 is no epoch of its own
    return [int(i) + 1 for i in np.flatnonzero(np.diff(number_of) > 0)]


def drop(y: Floats, first: int, edge: int, last: int) -> tuple[float, float, float]:
    """Step down between two epochs, its standard error, and the level before."""
    before, after = y[first:edge], y[edge:last]
    k = int(min(20, len(before) // 2, len(after) // 2))
    a, b = before[-k:], after[:k]
    slope = median([line(np.arange(len(p), dtype=float), p)[0] for p in (before, after)])
    size = float(median(a) - median(b)) + slope * k
    return size, 1.2533 * float(np.hypot(noise(before), noise(after))) / np.sqrt(k), median(a)


def stepped(rate: Curve, loss: Curve, edges: list[int]) -> bool:
    """The learning rate itself steps at the boundaries."""
    at = np.interp(loss.records, rate.records, rate.values)
    jumps = [at[b] < STEPPED * at[b - 1] for b in edges if 0 < b < len(at)]
    return bool(np.mean(jumps) > 0.5) if jumps else False
