"""The student does not come nearer to the teacher.

## What it means
The divergence to the teacher is what distillation lowers. One that stays where it started says that the student does
not learn from it; a high flat start mostly means that the two do not talk about the same tokens.

## How it is measured
The level of the last third against the first tenth: a fall of less than {fall} and less than {sure} standard errors,
without a falling trend, over at least {records} records, at a level above {near} nats.

## Silent when
- the divergence is already near 0
- a cross-entropy against the teacher at the teacher's entropy: that is its floor (only divergences are judged)

## Likely causes
- Different tokenizers or chat templates of teacher and student. [text]
- A learning rate too low. [rate-low]
- Frozen weights. [frozen]
- A temperature whose square is missing from the loss, so that its gradient is tiny.
- A teacher far beyond the student's capacity.

## What to try
- Compare the token ids of one sample in both models; the start should be of the order of 1 nat. [text]
- Raise the learning rate. [rate-low]
- Overfit ten samples.
- Multiply the loss by the square of the temperature.

## Sources
- Hinton et al., arXiv 1503.02531: the square of the temperature. TRL's GKD and distillation trainers log these keys.
- Shares and records: ours; no labelled run has this fault, so the check is experimental and only informs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.judge.case import Case, Need
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import difference, head, leaning, level, noise

if TYPE_CHECKING:
    from lossdoc.model.run import Curve

SEVERITY: Severity = "info"
SIGN: SignName = "learning"
EXPLAINS = ("no-learning", "plateau")
FALL = Limit(0.05, "share of the start level", "ours")
SURE = Limit(3.0, "standard errors", "ours")
NEAR = Limit(0.01, "nats", "ours: the divergence is near 0 already")
RECORDS = Limit(50, "records", "ours")
NEEDS = {"divergence": Need(("teacher_kl", "distill_loss"), points=RECORDS)}


def check(case: Case, divergence: Curve) -> Iterator[Finding]:
    y = divergence.values
    scale = noise(y)
    start, end = level(y[head(len(y))], scale), level(y[-(len(y) // 3) :], scale)
    change = difference(start, end)
    if end.value < NEAR or np.any(y < 0):
        return
    if -change.value >= FALL * start.value or change.score <= -SURE or leaning(y) <= -SURE:
        return
    yield case.finding(
        divergence,
        f"{divergence.said} went from {start.value:.4g} to {end.value:.4g} over {len(y)} records",
        detected=len(y) // 2,
        confidence="medium",
        measured={"start": start.value, "end": end.value, "records": len(y)},
        cannot_tell=("whether the teacher's tokens are the student's",),
    )
