"""The loss is exactly 0: no label counts.

## What it means
A loss of exactly 0 from the first record on means that there was nothing to predict: every label is masked. From some
record on it means that all later batches are masked, or that a NaN was replaced by 0 without a trace. A model that
has learned everything comes down to 0 smoothly and never reads exactly 0 in full precision.

## How it is measured
Exact zeros of the training loss: at least {from-first} records from the first on, or at least {least} records to the
end after a level that was not already small. A printed 0.0000 proves no zero: after an onset such a curve counts only
when it fell from at least {digits} times its last printed digit.

## Silent when
- the trainer is a reinforcement learner, whose loss may be exactly 0
- a rounded loss went down to 0.0000 little by little (that is `loss-collapse`)
- a NaN stands beside it (that is `masked-nan` or `non-finite`)

## Likely causes
- The chat template or the response marker is not found, so that every token is masked to -100. [text]
- Truncation cuts off the answers: the prompt alone fills the maximum length. [text]
- The data collator masks the wrong part, or the labels are all padding.
- An earlier NaN is filtered by the trainer.

## What to try
- Print one batch and count the labels that are not -100; decode them.
- Raise the maximum length, or truncate the prompt instead of the answer. [text]
- Compare the response template with the decoded text token by token. [text]
- Let the trainer show NaN instead of 0 (`logging_nan_inf_filter`). [hidden-nan]

## Sources
- All labels masked gives 0 or NaN: TRL, completion-only loss and its warning on missing response templates.
- The numbers of records are ours, checked against the labelled run lm-masked-b.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.checks._loss import number, step
from lossdoc.judge.case import Case, Need
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import died, median, resolution

if TYPE_CHECKING:
    from lossdoc.model.run import Curve

SEVERITY: Severity = "error"
SIGN: SignName = "finite"
EXPLAINS = (
    "chance-level",
    "no-learning",
    "plateau",
    "loss-collapse",
    "zero-gradient",
    "flat-margin",
    "thin-margin",
    "frozen-eval",
)
LEAST = Limit(5, "records", "ours")
FROM_FIRST = Limit(3, "records", "ours, from the first on: of the total, or of every part that boxes or masks give")
SMALL = Limit(0.05, "share of the first loss", "ours: a loss that was so small before it read 0 went down")
DIGITS = Limit(1000, "printed digits", "ours: a loss that fell from below may be a rounded one")
NEEDS = {"loss": Need(("loss", "nll_loss", "loss_component"), points=FROM_FIRST)}

# Parts that learn from labels: without a label they have nothing to sum up. Others (weights of 0) may be switched off.
BOX = ("box", "bbox", "giou", "iou", "reg", "loc", "mask", "dfl", "l1")


def parts(case: Case) -> Iterator[Finding]:
    """Every part of a loss that boxes or masks give is exactly 0 from the first record on."""
    found = [c for c in case.run.curves if c.split == "train" and c.metric == "loss_component" and box(c)]
    if not found or any(len(c) < FROM_FIRST or np.any(c.values != 0) for c in found):
        return
    names = ", ".join(c.key for c in found[:3])
    yield case.finding(
        found[0],
        f"{names} {'is' if len(found) == 1 else 'are'} exactly 0 in all {len(found[0])} records: no label reaches this "
        "part of the loss",
        confidence="medium",
        measured={"records": len(found[0]), "parts": len(found)},
        cannot_tell=("whether the labels are missing, of other classes, or out of the picture",),
    )


def box(curve: Curve) -> bool:
    return bool(set(re.split(r"[^a-z0-9]+", curve.key.lower())) & set(BOX))


def check(case: Case, loss: Curve) -> Iterator[Finding]:
    yield from parts(case)
    if loss.metric == "loss_component":
        return
    y = loss.values
    end = died(y)
    zeros = len(y) - end
    if zeros < (LEAST if end else FROM_FIRST):
        return
    if end == 0:
        yield case.finding(
            loss,
            f"the loss is exactly 0 in all {len(y)} records",
            confidence="high" if resolution(loss) == 0 else "medium",
            measured={"records": len(y)},
            cannot_tell=("whether labels are masked or a NaN was replaced by 0",),
        )
        return
    before = median(y[max(0, end - 5) : end])
    start = median(y[: max(1, min(5, end))])
    # A sudden end: the level just before is no small part of the start and far above what the print can show. Ours.
    if before < SMALL * abs(start) or before < DIGITS * resolution(loss):
        return
    yield case.finding(
        loss,
        f"the loss fell from {number(before)} to exactly 0 at {step(loss, end)} and stayed there ({zeros} records)",
        first=end,
        measured={"before": before, "records": zeros},
        cannot_tell=("whether labels are masked or a NaN was replaced by 0",),
    )
