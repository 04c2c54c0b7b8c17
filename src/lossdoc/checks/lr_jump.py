"""The learning rate jumps or climbs again, against the schedule that it followed.

## What it means
A schedule rises once, in its warm-up, and then holds or falls. A rate that jumps up, or climbs again after it had
come down, was restarted: by a resume with a new scheduler, by a second schedule, by total steps that are too few for
the run. The optimiser's state no longer fits the rate, and the loss often pays for it.

## How it is measured
Rises after the warm-up by at least {schedule.of-peak} of the peak and to {schedule.of-start} times their own start.
One record makes a jump, several make a climb. Rises at equal or steadily growing distances with equal or falling tops
are warm restarts or cycles.

## Silent when
- the rate only falls, in whatever shape: linear, cosine, steps, on a plateau, exponential
- the rise is the warm-up, also of a one-cycle schedule; a last step up where it ends is information
- a controller moves the rate up and down all the time (adaptive rates of reinforcement learning)
- restarts are regular, or the configuration names them: information
- the largest training loss of the {around} records behind the climb lies at most {moved} above that of those before:
  information

## Likely causes
- A resumed run that began its schedule anew, with or without a new warm-up. [restart]
- A scheduler made for fewer steps than the run has: a cosine comes back up after its end. [schedule-short]
- A second scheduler, or a manual change during the run. [rate-jump]

## What to try
- Keep the learning rate from rising where that was not meant. [rate-jump]
- Load the scheduler's state when resuming. [restart]
- Set the scheduler's total steps to the trainer's optimiser steps: batches / accumulation * epochs. [schedule-short]
- When the rate is to rise again, do it with a short warm-up.

## Sources
- A cosine beyond its end climbs: torch.optim.lr_scheduler.CosineAnnealingLR; labelled run lm-lrhalf-b.
- Warm restarts: Loshchilov and Hutter, arXiv 1608.03983. Sizes: ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.checks._loss import step
from lossdoc.checks._schedule import repeated, rises, shape
from lossdoc.judge.case import Case, Need
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import resolution, stretches

if TYPE_CHECKING:
    from lossdoc.model.run import Curve, Floats

SEVERITY: Severity = "warning"
SIGN: SignName = "stable"
EXPLAINS = (
    "divergence",
    "loss-spike",
    "reward-collapse",
    "level-shift",
    "exploding-gradient",
    "kl-runaway",
    "plateau",
)
REVERSALS = Limit(6, "turns within 20 records", "ours: a schedule turns seldom")
HANDOVER = Limit(
    3.0,
    "times the last rate of the warm-up",
    "ours: public segmentation logs step up twofold where their warm-up ends",
)
ADAPTIVE = Limit(6, "climbs that follow no period", "ours: a controller moves the rate up and down")
CLIMB = Limit(1.1, "times the rate before", "ours: a smaller rise is none of a controller")
RECORDS = Limit(8, "records", "ours")
AROUND = Limit(20, "records on either side of the climb", "ours")
MOVED = Limit(0.02, "share of the largest loss before", "ours: below it the loss did not answer to the climb")
NEEDS = {"rate": Need("learning_rate", points=RECORDS)}


def check(case: Case, rate: Curve) -> Iterator[Finding]:
    y = rate.values
    if float(y.max()) <= 0:
        return
    found = [r for r in rises(y, resolution(rate)) if smooth_around(y, r.first)]
    if not found:
        return
    regular = repeated(found)
    if not regular and sum(y[b + 1] > CLIMB * y[a] for a, b in stretches(np.diff(y) > 0)) > ADAPTIVE:
        return
    named = "restart" in str(case.config.get("lr_scheduler_type", case.config.get("lr_scheduler", ""))).lower()
    top = found[0] if regular else max(found, key=lambda r: r.high / max(r.low, 1e-300))
    before = shape(y[: top.first + 1])
    followed = f" after {before}" if before else ""
    how = "jumps" if top.sudden else "climbs again"
    times = f"; {len(found)} such rises" + (" at regular distances" if regular else "") if len(found) > 1 else ""
    meant = regular or named or hands_over(y, top.first, top.high / max(top.low, 1e-300))
    yield case.finding(
        rate,
        f"the learning rate {how} from {top.low:.3g} to {top.high:.3g} at {step(rate, top.last)}{followed}{times}",
        first=top.last if top.sudden else top.first,
        detected=top.last,
        severity="info" if meant or unmoved(case, rate, top.first) else "warning",
        confidence="high" if top.sudden or top.low < 0.1 * top.high else "medium",
        measured={"from": top.low, "to": top.high, "rises": len(found)},
        cannot_tell=("whether the change was meant",),
    )


def hands_over(rate: Floats, at: int, factor: float) -> bool:
    """The end of a warm-up: a rate that has risen at every record steps up to the one that the schedule was given."""
    return at >= 5 and factor <= HANDOVER and bool(np.all(np.diff(rate[: at + 1]) > 0))


def unmoved(case: Case, rate: Curve, at: int) -> bool:
    """The training loss stands where it stood: the climb changed nothing so far."""
    loss = case.run.get("loss")
    if loss is None:
        return False
    y, there = loss.values, int(np.searchsorted(loss.records, rate.records[at], side="right"))
    before, after = y[max(0, there - int(AROUND)) : there], y[there : there + int(AROUND)]
    return len(before) >= 1 and len(after) >= 3 and float(after.max()) <= (1 + MOVED) * float(before.max())


def smooth_around(rate: Floats, at: int) -> bool:
    """A schedule turns seldom; where the rate turns at every other record there is none to break."""
    near = np.sign(np.diff(rate[max(0, at - 10) : at + 11]))
    near = near[near != 0]
    return bool(np.sum(near[1:] != near[:-1]) < REVERSALS)
