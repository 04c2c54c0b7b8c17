"""The loss changed its level at one point and stayed there, calm on both sides.

## What it means
A single lasting step is seldom the model: the data, the batch size, the sequence length, the learning rate, the
augmentation or the stage changed there. It is no divergence as long as the curve goes on falling from its new level.

## How it is measured
Lines are fitted to both sides of every place; a step is where they miss each other by eight standard errors, by three
times what neighbouring places miss, by {noises} times the noise and by {share} of all that was gained. The largest
one is reported, together with a change of the learning rate within two records, if there is one.

## Silent when
- the loss came back (`loss-spike`), or the rise is a `divergence`
- the step lies within the first or last twelfth of the run
- the curve bends strongly there

## Likely causes
- A new data source, stage or mixture; a new epoch of data that was seen before.
- Another sequence length, batch size or packing.
- A step of the learning rate, an augmentation that was switched off.

## What to try
- Look at the configuration and the data order at this step; nothing else is needed when the change was meant.

## Sources
- Trend removed before looking for a step: methods on the raw trend split a decay (measured).
- YOLO's losses jump when mosaic is switched off; WSD drops at the end of its stable phase (arXiv 2404.06395).
  Sizes: ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.checks._loss import living, number, step
from lossdoc.judge.case import OBJECTIVES, Case, Need
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import best_stretch, median, noise, shifts, spikes

if TYPE_CHECKING:
    from lossdoc.model.run import Curve

SEVERITY: Severity = "info"
SIGN: SignName = "stable"
EXPLAINS = ()
SHARE = Limit(0.05, "share of what was gained", "ours")
NOISES = Limit(3.0, "times the noise", "ours")
RECORDS = Limit(40, "records", "ours")
CHANGES = Limit(1.2, "times the learning rate before", "ours: a smaller change of the rate explains no step")
NEEDS = {"loss": Need(OBJECTIVES, points=RECORDS), "rate": Need("learning_rate", optional=True, points=5)}


def check(case: Case, loss: Curve, rate: Curve | None) -> Iterator[Finding]:
    loss = living(loss)
    y = loss.values
    n = len(y)
    if n < RECORDS:
        return
    gained = max(0.0, median(y[:5]) - best_stretch(y).value)
    found = shifts(y, least=max(NOISES * noise(y), SHARE * gained))
    busy = [(s.first - 3, s.last + 3) for s in spikes(y) if s.back]
    found = [s for s in found if n // 12 <= s.index <= n - n // 12 and not any(a <= s.index <= b for a, b in busy)]
    if not found:
        return
    top = found[0]
    change = rate_change(rate, loss, top.index)
    said = "" if change is None else f"; the learning rate goes from {change[0]:.3g} to {change[1]:.3g} there"
    yield case.finding(
        loss,
        f"{loss.said} steps from {number(top.before)} to {number(top.after)} at {step(loss, top.index)} and stays "
        f"there{said}",
        first=top.index,
        detected=min(n - 1, top.index + max(3, n // 20)),
        confidence="medium",
        measured={
            "before": top.before,
            "after": top.after,
            "errors": top.score,
            **({} if change is None else {"rate_before": change[0], "rate_after": change[1]}),
        },
        cannot_tell=("what was changed there",),
    )


def rate_change(rate: Curve | None, loss: Curve, index: int) -> tuple[float, float] | None:
    """The learning rates right before and behind the shift, where they differ."""
    if rate is None:
        return None
    at = int(np.searchsorted(rate.records, loss.records[index]))
    near = rate.values[max(0, at - 3) : at + 3]
    if len(near) < 2 or near.min() <= 0 or near.max() < CHANGES * near.min():
        return None
    return float(near[0]), float(near[-1])
