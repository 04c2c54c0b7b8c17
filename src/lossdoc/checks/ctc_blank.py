"""The recogniser still prints nothing: the error rate is exactly 1 and the CTC loss does not move.

## What it means
CTC models learn to print only blanks first, and leave that shelf when they find alignments. One that stays there has
an error rate of exactly 1 (every word deleted) and a loss that is flat.

## How it is measured
The word or character error rate is 1.0 (within {exact}) in every evaluation of the last half of at least {evals},
and the loss over the last third fell by less than {fall} and less than {sure} standard errors.

## Silent when
- the early shelf: the loss still falls, or few evaluations
- an error rate near 1 that varies

## Likely causes
- Transcripts longer than the frames after subsampling, or empty transcripts.
- A vocabulary in which the blank is another index than the loss expects.
- A learning rate too high for the start. [rate-high]
- Features without normalisation.

## What to try
- Train on twenty short utterances until they are recognised.
- Compare frame and label lengths; print the blank index of model and loss.
- A lower learning rate, with a longer warm-up. [rate-high]

## Sources
- Graves et al. 2006 (CTC); the blank shelf is common knowledge among toolkits (ESPnet, NeMo).
- The numbers are ours; no labelled run has this fault, so the check is experimental and only informs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.judge.case import Case, Need
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import median, trend

if TYPE_CHECKING:
    from lossdoc.model.run import Curve

SEVERITY: Severity = "info"
SIGN: SignName = "learning"
EXPLAINS = ("plateau", "no-learning", "frozen-eval")
EXACT = Limit(0.005, "points of an error rate", "ours: printed digits")
FALL = Limit(0.02, "share of the loss", "ours: a loss that falls by more over the last third leaves the shelf")
SURE = Limit(3.0, "standard errors", "ours")
EVALS = Limit(8, "evaluations", "ours: the early shelf is usual")
RECORDS = Limit(12, "records", "ours")
NEEDS = {
    "errors": Need(("word_error_rate", "character_error_rate"), split="any", points=EVALS),
    "loss": Need(("ctc_loss", "loss"), points=RECORDS),
}


def check(case: Case, errors: Curve, loss: Curve) -> Iterator[Finding]:
    half = errors.values[len(errors) // 2 :]
    if np.any(np.abs(half - 1.0) > EXACT):
        return
    last = loss.values[-(len(loss) // 3) :]
    course = trend(last)
    if course.score < -SURE and -course.change > FALL * abs(median(last)):
        return
    yield case.finding(
        errors,
        f"{errors.said} is {half[-1]:.3g} in the last {len(half)} evaluations and the loss is "
        f"flat at {median(last):.4g}",
        first=len(errors) // 2,
        confidence="medium",
        measured={"error_rate": float(half[-1]), "loss": median(last)},
        cannot_tell=("whether the transcripts are empty; one of them shows it",),
    )
