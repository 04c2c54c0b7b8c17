"""The loss scale of half-precision training keeps falling: gradients overflow at any scale.

## What it means
Dynamic loss scaling halves its scale at every overflow, skips that step, and doubles it after some thousand good
ones. A scale that only falls, below 1 or to its minimum, says that the gradients themselves are infinite or NaN:
nothing is learned in the skipped steps.

## How it is measured
The level of the last tenth of the loss scale. Below {works}, or at the lowest value of the run for {lasts} of it,
after falling by a factor of {fall} since its first quarter, is the finding; an error when it is below {hopeless} or
the fall goes on in the last quarter of the run. Of fewer than {records} records, {few} at least, each has to lie below
the one before, and the last one below {works}; so the messages of a scaler (apex, DeepSpeed) where no record holds the
scale.

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
    from lossdoc.model.run import Curve, Floats

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
NEEDS = {"scale": Need("loss_scale", points=FEW, optional=True)}


def check(case: Case, scale: Curve | None) -> Iterator[Finding]:
    if scale is None:
        yield from by_messages(case)
        return
    y = scale.values
    n = len(y)
    if n < RECORDS:
        if (first := sinks(y)) is None:
            raise Skip(f"{n} records are too few unless each lies below the one before, the last one below {WORKS:g}")
        yield report(case, scale, first, float(y[first]), float(y[-1]), going_on=True)
        return
    end = level(y[tail(n)]).value
    start = float(y[: max(1, n // 4)].max())
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
    yield report(case, scale, int(np.argmax(y < start / FALL)), start, end, going_on)


def report(case: Case, scale: Curve, first: int, start: float, end: float, going_on: bool) -> Finding:
    since = f" (under a {FALL:.0f}th since {step(scale, first)})" if end < start / FALL else ""
    return case.finding(
        scale,
        f"the loss scale fell from {number(start)} to {number(end)}{since} "
        + ("and is still falling" if going_on else "and stays there"),
        first=first,
        severity="error" if end < HOPELESS or (end < WORKS and going_on) else "warning",
        measured={"start": start, "end": end},
        cannot_tell=("which layer overflows",),
    )


def by_messages(case: Case) -> Iterator[Finding]:
    """What a scaler prints at each overflow, where the trainer's own rows do not hold its scale."""
    told = [event for event in case.run.events if event.kind == "loss_scale"]
    scales = np.array([float(event.data["scale"]) for event in told])
    if (first := sinks(scales)) is None:
        raise Skip("no loss scale in this log that goes on falling")
    yield case.finding(
        None,
        f"the loss scale was reduced {len(scales) - first} times in a row and is {number(float(scales[-1]))}",
        severity="error",
        measured={"times": len(scales) - first, "end": float(scales[-1])},
        line=told[first].line,
        cannot_tell=("which layer overflows",),
    )


def sinks(scales: Floats) -> int | None:
    """From where on each lies below the one before, to the end and below 1: every record is another overflow, and no
    scale is left that could hold."""
    first = len(scales) - 1
    while first > 0 and scales[first] < scales[first - 1]:
        first -= 1
    return first if len(scales) - first >= FEW and 0 < scales[-1] < WORKS else None
