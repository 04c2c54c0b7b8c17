"""The learning rate is 0: the optimiser changes nothing.

## What it means
With a learning rate of 0 no weight moves. As the first point of a warm-up or the last point of a decay that is
normal. For all or most of the run, or long before its end, the schedule is wrong: often it was made for fewer steps
than the run has.

## How it is measured
Records whose learning rate is exactly 0, the first 2 and those of an initial warm-up left aside: at least {most} of
the run, or a last stretch of zeros that makes up {end} of the records (at least {least}). A rate printed with few
digits counts only when its last digit is under {hidden} of the peak, or when nothing else was ever printed.

## Silent when
- only the first or the last points are 0
- the rate is rounded: 0.00000 of a rate that was 1e-5 proves nothing, unless every evaluation gives one and the same
  value in {digits} digits and more
- the rate touches 0 and climbs again (that is `lr-jump`)

## Likely causes
- The learning rate was set to 0, or to an integer division that gives 0. [rate-zero]
- The scheduler counts other steps than the trainer: total steps without gradient accumulation, number of devices or
  epochs. [schedule-short]
- The run was resumed or prolonged with a scheduler that had already ended. [restart]
- A parameter group without a learning rate is the one that is logged.

## What to try
- Set the learning rate and the number of warm-up steps explicitly, and look at the first logged rates. [rate-zero]
- Print the scheduler's total steps and the trainer's; make them equal. [schedule-short]
- When resuming for longer, make a new schedule for the steps that are left. [restart]

## Sources
- The update of SGD, Adam and AdamW is the rate times a direction, so at rate 0 nothing moves: arXiv 1412.6980,
  algorithm 1; arXiv 1711.05101, algorithm 2.
- Stretch of zeros at the end: trainproof's rule; ours asks for a number of records beside.
- The labelled runs lm-lrzero-a and cls-lrhalf-b.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.checks._loss import digits, step
from lossdoc.judge.case import Case, Need
from lossdoc.judge.merit import measures
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import resolution

if TYPE_CHECKING:
    from lossdoc.model.run import Curve

SEVERITY: Severity = "error"
SIGN: SignName = "stable"
EXPLAINS = (
    "no-learning",
    "chance-level",
    "plateau",
    "flat-margin",
    "thin-margin",
    "reward-flat",
    "frozen-eval",
    "constant-prediction",
    "lr-jump",
)
LEAST = Limit(5, "records", "ours")
END = Limit(0.1, "share of the records", "trainproof: a stretch of zeros at the end")
MOST = Limit(0.5, "share of the records", "ours")
HIDDEN = Limit(0.0001, "share of the peak", "ours: what half a printed digit may hide")
SEVERAL = Limit(2, "records, and evaluations", "ours: one alone shows no standstill")
DIGITS = Limit(5, "significant digits", "ours: evaluations of weights that move do not agree in so many")
NEEDS = {"rate": Need("learning_rate", points=SEVERAL)}


def check(case: Case, rate: Curve) -> Iterator[Finding]:
    y = rate.values
    n = len(y)
    rounded = rate.decimals is not None and 2 <= rate.decimals < 8
    if rounded and not y.any() and (held := standing(case)) is not None:
        yield case.finding(
            rate,
            f"the learning rate reads 0 in all {n} records, and {held.said} is "
            f"{held.as_logged(held.values[0]):.6g} in all {len(held)} evaluations",
            confidence="medium",
            measured={"records": n, "value": held.as_logged(float(held.values[0])), "evaluations": len(held)},
            cannot_tell=("the rate itself: it is rounded",),
        )
        return
    if n < LEAST:
        return
    zero = y == 0
    peak = float(y.max())
    # Half a printed digit may hide behind a zero.
    if peak > 0 and resolution(rate) / 2 > HIDDEN * peak:
        return
    if peak == 0:
        # 1e-6 prints as 0.000 in a fixed number of digits; "0" and "0.0" are how a zero itself prints.
        if not rounded:
            yield case.finding(rate, f"the learning rate is 0 in all {n} records", measured={"records": n})
        return
    other = np.flatnonzero(~zero)
    last = n - int(other[-1]) - 1
    if last >= max(LEAST.value, END * n):
        at = int(other[-1]) + 1
        yield case.finding(
            rate,
            f"the learning rate is 0 from {step(rate, at)} to the end at {step(rate, n - 1)} "
            f"({last} of {n} records); its peak was {peak:.3g}",
            first=at,
            measured={"records": last, "of": n, "share": last / n, "peak": peak},
        )
    elif zero[2:].sum() >= MOST * n:
        at = int(np.argmax(zero))
        yield case.finding(
            rate,
            f"the learning rate is 0 in {int(zero.sum())} of {n} records; its peak was {peak:.3g}",
            first=at,
            measured={"records": int(zero.sum()), "of": n, "share": float(zero.mean()), "peak": peak},
        )


def standing(case: Case) -> Curve | None:
    """A held-out measure that is the same in all its evaluations, at several places, to the last of many digits."""
    for measure in measures(case.run, case.knowledge):
        curve = measure.curve
        y = curve.values
        several = len(np.unique(curve.steps)) >= SEVERAL
        if curve.split != "train" and several and np.all(y == y[0]) and digits(curve) >= DIGITS:
            return curve
    return None
