"""The loss scale of half-precision training keeps falling: gradients overflow at any scale.

## What it means
Dynamic loss scaling halves its scale at every overflow, skips that step, and doubles it after some thousand good
ones. A scale that only falls, below 1 or to its minimum, says that the gradients themselves are infinite or NaN:
nothing is learned in the skipped steps.

## How it is measured
The level of the last tenth of the loss scale. Below {works}, or at the lowest value of the run for {lasts} of it,
after falling by a factor of {fall} since its first quarter, is the finding; an error when it is below {hopeless} or
the fall goes on in the last quarter of the run. Of fewer than {records} records, {few} at least, each has to lie below
the one before, and the last one below {works}.

## Silent when
- the first halvings from 2^16 find the working scale
- the scale halves now and then and recovers
- no loss scale is logged (bf16 and fp32 have none)

## Likely causes
- Activations or logits outside the range of fp16 (65504). [half-precision]
- A learning rate that is too high: weights or activations grow without bound. [rate-high]
- A layer that overflows by construction: softmax over large logits, a norm in half precision, a division by a small
  number.

## What to try
- Train in bf16. [half-precision]
- Keep softmax, norms and the loss in fp32.
- Go back to the checkpoint before the fall and lower the learning rate; look for growing activations. [rate-high]

## Sources
- Minimum loss scale 1e-4: fairseq, fp16 optimiser. A loss scale near 0 before divergence: OPT-175B logbook.
- Factor and shares: ours; experimental on our labelled runs, which are not trained in fp16, hence a warning only
  by the published criterion.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.checks._loss import number, step
from lossdoc.judge.case import Case, Need, Skip
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import level, tail

if TYPE_CHECKING:
    from lossdoc.model.run import Curve

SEVERITY: Severity = "warning"
SIGN: SignName = "finite"
EXPLAINS = ("non-finite", "no-learning", "plateau", "exploding-gradient")
FALL = Limit(
    64.0,
    "times",
    "ours: the loss scale fell by this factor; the first halvings from 2^16 find the working scale",
)
WORKS = Limit(1.0, "loss scale", "ours: a scale that settles above has found its place")
HOPELESS = Limit(0.01, "loss scale", "ours: an error below; fairseq gives up at 1e-4")
LASTS = Limit(0.1, "share of the records", "ours, at the lowest scales")
RECORDS = Limit(10, "records", "ours")
FEW = Limit(5, "records", "ours, where each of them lies below the one before, the last one below 1")
NEEDS = {"scale": Need("loss_scale", points=FEW)}


def check(case: Case, scale: Curve) -> Iterator[Finding]:
    y = scale.values
    n = len(y)
    end = level(y[tail(n)]).value
    start = float(y[: max(1, n // 4)].max())
    if n < RECORDS:
        # Each record is another overflow, and no scale is left that could hold.
        if not (np.all(np.diff(y) < 0) and 0 < y[-1] < WORKS):
            raise Skip(f"{n} records are too few unless each lies below the one before, the last one below {WORKS:g}")
        start, end, going_on, first, since = float(y[0]), float(y[-1]), True, 0, ""
    else:
        if not 0 < end < start / FALL:
            return
        lasting = int(np.sum(y <= 2 * float(y.min())))
        if end >= WORKS and lasting < LASTS * n:
            return
        late = y[3 * n // 4 :]
        going_on = bool(late[-1] <= late[0] / 4)
        # A scale that fell once and then held above 1 found its place.
        if end >= WORKS and not going_on:
            return
        first = int(np.argmax(y < start / FALL))
        since = f" (under a {FALL:.0f}th since {step(scale, first)})"
    yield case.finding(
        scale,
        f"the loss scale fell from {number(start)} to {number(end)}{since} "
        + ("and is still falling" if going_on else "and stays there"),
        first=first,
        severity="error" if end < HOPELESS or (end < WORKS and going_on) else "warning",
        measured={"start": start, "end": end},
        cannot_tell=("which layer overflows",),
    )
