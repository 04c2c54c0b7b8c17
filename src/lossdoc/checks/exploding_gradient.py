"""The gradient norm grows or jumps by orders of magnitude, and the loss is damaged.

## What it means
The norm is logged before clipping, so it shows what the batch asked for. Single peaks are ordinary, and many healthy
runs end with a norm twenty times that of their start. It is an illness when the loss suffers at the same records, or
when the norm grows without end while the loss gets worse.

## How it is measured
Peaks: {peak} times the median of the run (after the first tenth) or more, within two records of a material spike of
the loss. Growth: the level of the last quarter is {growth} times the median of the first half, and the loss ends
above its best level by {worsened} of what it had gained. Peaks of {unharmed} times the median with an unharmed loss
are information.

## Silent when
- the loss goes on improving, whatever the norm does
- the peak stands in the first tenth of the run
- the trainer's loss is no measure of progress

## Likely causes
- Outlier batches: a loss that is summed, a mask that leaves one token, corrupted targets. [bad-batch]
- No gradient clipping. [no-clipping]
- A learning rate too high for the curvature. [rate-high]
- Growth of attention logits or of output logits; weight decay 0.
- Half precision: values near overflow. [half-precision]

## What to try
- Clip the gradient norm [at 1.0, or at its median where that is higher]. [no-clipping, clip-threshold]
- Find the batches of the peak records and look at their lengths and labels. [bad-batch]
- Lower the learning rate [by 3]; warm up longer. [rate-high]
- For large models: normalise queries and keys, add a z-loss of 1e-4. [text]

## Sources
- Growth of logits before instabilities: Wortsman et al., arXiv 2309.14322.
- Median after warm-up as baseline and damage as a condition: ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.checks._loss import living, number, step
from lossdoc.checks.loss_spike import material
from lossdoc.judge.case import Case, Need, Skip
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import best_stretch, level, median, noise, tail

if TYPE_CHECKING:
    from lossdoc.model.run import Curve

SEVERITY: Severity = "warning"
SIGN: SignName = "stable"
EXPLAINS = ("constant-clipping",)
PEAK = Limit(
    10.0,
    "times the median norm",
    "ours, with damage to the loss: healthy labelled runs peak at 74 times their median",
)
UNHARMED = Limit(50.0, "times the median norm", "ours, as information")
GROWTH = Limit(
    30.0,
    "times the median of the first half",
    "ours: slow growth of a run that goes on learning is usual",
)
WORSENED = Limit(0.1, "share of what the loss had gained", "ours")
LEVEL = Limit(0.05, "share of the best loss", "ours: less is no damage")
RECORDS = Limit(20, "records", "ours")
NEEDS = {"norm": Need("grad_norm", points=RECORDS), "loss": Need("loss", points=RECORDS)}


def check(case: Case, norm: Curve, loss: Curve) -> Iterator[Finding]:
    if "rl" in case.families():
        raise Skip("a policy loss does not show damage; reward-collapse and kl-runaway judge it")
    loss = living(loss)
    g = norm.values
    n = len(g)
    if len(loss) < RECORDS:
        return
    warm = n // 10
    usual = median(g[warm:])
    if usual <= 0:
        return
    peaks = warm + np.flatnonzero(g[warm:] >= PEAK * usual)
    near = damaged(loss) if len(peaks) else set()
    hurt = [int(i) for i in peaks if int(norm.records[i]) in near]
    if hurt:
        top = max(hurt, key=lambda i: g[i])
        yield case.finding(
            norm,
            f"gradient norm {number(float(g[top]))} at {step(norm, top)}, {g[top] / usual:.0f} times its median of "
            f"{number(usual)}; the loss jumped with it ({len(hurt)} such record{'s' * (len(hurt) != 1)})",
            first=hurt[0],
            last=hurt[-1],
            measured={
                "peak": float(g[top]),
                "median": usual,
                "times": float(g[top]) / usual,
                "records": len(hurt),
            },
            cannot_tell=("whether the batch or the weights were at fault",),
        )
        return
    start = median(g[warm : max(warm + 3, n // 2)])
    end = level(g[tail(n, 0.25)]).value
    if start > 0 and end >= GROWTH * start and worsened(loss):
        first = int(np.argmax(g >= GROWTH / 3 * start))
        yield case.finding(
            norm,
            f"gradient norm grew from {number(start)} to {number(end)} and the loss got worse meanwhile",
            first=first,
            measured={"start": start, "end": end},
        )
    elif len(peaks) and float(g[peaks].max()) >= UNHARMED * usual:
        top = int(peaks[int(np.argmax(g[peaks]))])
        yield case.finding(
            norm,
            f"gradient norm {number(float(g[top]))} at {step(norm, top)}, {g[top] / usual:.0f} times its median, "
            "with the loss unharmed",
            first=top,
            last=top,
            severity="info",
            measured={"peak": float(g[top]), "median": usual, "times": float(g[top]) / usual},
        )


def damaged(loss: Curve) -> set[int]:
    """Records within two of a material spike of the loss."""
    near: set[int] = set()
    for spike in material(loss):
        near.update(int(r) for r in loss.records[max(0, spike.first - 2) : spike.last + 3])
    return near


def worsened(loss: Curve) -> bool:
    y = loss.values
    best = best_stretch(y).value
    rise = level(y[tail(len(y))]).value - best
    progress = max(0.0, median(y[:5]) - best)
    return rise > max(WORSENED * progress, 2 * noise(y), LEVEL * abs(best))
