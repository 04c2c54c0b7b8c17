"""The training loss is a whole multiple of the eval loss: it is summed over accumulation steps or devices.

## What it means
The number that is logged, and perhaps the gradient as well, is multiplied by the accumulation steps or by the number
of devices. If the gradient is, the learning rate is effectively larger than it looks; if only the log is, comparisons
mislead.

## How it is measured
At every eval the slow course of the training loss is divided by the eval loss. The quotient has to stay within {near}
of the same whole number from {factor} on, and that number has to be the accumulation steps, the world size, or their
product.

## Silent when
- neither number is known (skipped; `--set gradient_accumulation_steps=N` supplies it)
- the quotient drifts
- the training loss holds auxiliary terms or label smoothing that explain it

## Likely causes
- Micro-batch losses are added up instead of averaged.
- The loss is reduced over devices as a sum.
- A release of the trainer that normalises by tokens in one place and by batches in the other.

## What to try
- Log the loss of one micro-batch on one device and compare.
- Upgrade the trainer; divide the loss by the accumulation steps before the backward pass.
- Divide the learning rate by the factor if the gradient was summed too.

## Sources
- Accumulation bug of transformers 4.46: Unsloth and Hugging Face, "Fixing gradient accumulation", October 2024.
- The distance: ours; experimental, no labelled run has this fault.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.checks._loss import declared, living
from lossdoc.judge.case import Case, Need, Skip
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import median, smooth

if TYPE_CHECKING:
    from lossdoc.model.run import Curve

SEVERITY: Severity = "info"
SIGN: SignName = "learning"
EXPLAINS = ("eval-gap", "eval-below-train", "wrong-start")
NEAR = Limit(0.08, "share of the factor", "ours")
FACTOR = Limit(2.0, "times the eval loss", "ours: smaller factors hide in the gap of train and eval")
NEEDS = {"eval_loss": Need("loss", split="eval", points=2), "loss": Need("loss", points=5)}


def check(case: Case, eval_loss: Curve, loss: Curve) -> Iterator[Finding]:
    accumulation = declared(case, "gradient_accumulation_steps") or 1.0
    world = declared(case, "world_size") or 1.0
    factors = {f for f in (accumulation, world, accumulation * world) if f >= FACTOR}
    if not factors:
        raise Skip("needs the number of accumulation steps or devices", "gradient_accumulation_steps")
    eval_loss, loss = living(eval_loss), living(loss)
    if len(eval_loss) < 2 or len(loss) < 5 or np.any(eval_loss.values <= 0):
        return
    ratio = np.interp(eval_loss.steps, loss.steps, smooth(loss.values)) / eval_loss.values
    for factor in sorted(factors):
        if np.all(np.abs(ratio / factor - 1) <= NEAR):
            yield case.finding(
                loss,
                f"the training loss is {median(ratio):.3g} times the eval loss at every eval, which is the declared "
                f"factor {factor:g} (accumulation {accumulation:g}, devices {world:g})",
                confidence="medium",
                measured={"ratio": median(ratio), "factor": factor},
                cannot_tell=("whether the gradient is multiplied as well or only the log",),
            )
            return
