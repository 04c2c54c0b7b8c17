"""The loss repeats its ups and downs from epoch to epoch: the data come in the same order every time.

## What it means
With a new order in each epoch the noise of one epoch has nothing to do with that of the next. When hard and easy
stretches return at the same places, the data are not shuffled, or the sampler's seed is set anew in every epoch.
Learning from sorted data is slower and biased to what came last.

## How it is measured
The curve of every epoch, with its own slow trend taken out, is compared with that of the next at the same positions.
A correlation of {alike} or more between each pair of epochs, over at least {least} records per epoch.

## Silent when
- there is one epoch, or fewer than {least} records in an epoch
- the correlation is what so few records give by chance
- batches are sorted by length on purpose

## Likely causes
- `shuffle=False`, or an iterable data set without a shuffle buffer.
- A distributed sampler whose `set_epoch` is never called.
- A curriculum or length grouping with a fixed order.

## What to try
- Shuffle; call `sampler.set_epoch(epoch)` at the start of each epoch.
- Compare the first batch of two epochs.

## Sources
- `DistributedSampler.set_epoch`: PyTorch documentation.
- The correlation is ours; experimental, no labelled run has this fault.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.checks._loss import aligned, living
from lossdoc.checks.epoch_staircase import boundaries
from lossdoc.judge.case import Case, Need
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import smooth

if TYPE_CHECKING:
    from lossdoc.model.run import Curve, Floats

SEVERITY: Severity = "info"
SIGN: SignName = "generalising"
EXPLAINS = ("oscillation",)
ALIKE = Limit(0.6, "correlation", "ours")
LEAST = Limit(20, "records in an epoch", "ours: fewer agree by chance")
RECORDS = Limit(40, "records", "ours")
NEEDS = {"loss": Need("loss", points=RECORDS), "epoch": Need("epoch", points=10)}


def check(case: Case, loss: Curve, epoch: Curve) -> Iterator[Finding]:
    loss = living(loss)
    y, e = aligned(loss, epoch)
    edges = [0, *boundaries(e), len(y)]
    parts = [y[a:b] for a, b in pairwise(edges) if b - a >= LEAST]
    if len(parts) < 2:
        return
    alike = [correlation(a, b) for a, b in pairwise(parts)]
    if min(alike) < ALIKE:
        return
    yield case.finding(
        loss,
        f"the loss of successive epochs goes up and down at the same places (correlation {min(alike):.2f} or more "
        f"between {len(parts)} epochs)",
        first=edges[1],
        confidence="medium",
        measured={"correlation": min(alike), "epochs": len(parts)},
        cannot_tell=("whether the order is meant",),
    )


def correlation(a: Floats, b: Floats) -> float:
    """Of two epochs with their trends removed, position by position."""
    n = min(len(a), len(b))
    x, y = a[:n] - smooth(a[:n], 9), b[:n] - smooth(b[:n], 9)
    if float(np.std(x)) == 0 or float(np.std(y)) == 0:
        return 0.0
    # Ranks, so that one hard batch in both does not make the whole correlation.
    x, y = x.argsort().argsort().astype(float), y.argsort().argsort().astype(float)
    return float(np.corrcoef(x, y)[0, 1])
