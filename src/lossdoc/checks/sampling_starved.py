"""The sampler has to run ever more often until a batch of usable groups is full.

## What it means
Dynamic sampling throws away groups without spread of reward and samples again. When nearly every group is thrown
away, most of the compute goes into answers that nobody trains on, and the batch may stay incomplete.

## How it is measured
Generation rounds per batch: the last fifth at least {growth} times the first fifth and at the largest value seen.
Share of kept samples: the last fifth below {kept}.

## Silent when
- no filtering, or rounds that stay where they were

## Likely causes
- The prompts are solved by now, or too hard throughout.
- The policy lost its diversity.

## What to try
- Harder or easier prompts, depending on the reward.
- A higher temperature, more answers per prompt.
- Raise the cap on rounds only after looking at what is thrown away.

## Sources
- DAPO, arXiv 2503.14476: dynamic sampling; the cost of a kept sample is the inverse of the kept share.
- Sizes: ours; no labelled run has this fault, so the check is experimental and only informs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.judge.case import Case, Need
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import median

if TYPE_CHECKING:
    from lossdoc.model.run import Curve

SEVERITY: Severity = "info"
SIGN: SignName = "stable"
EXPLAINS = ("slow-steps",)
GROWTH = Limit(3.0, "times the first fifth", "ours")
KEPT = Limit(0.1, "share of the samples", "ours")
RECORDS = Limit(20, "records", "ours")
NEEDS = {"supply": Need(("generation_rounds", "kept_fraction"), points=RECORDS)}


def check(case: Case, supply: Curve) -> Iterator[Finding]:
    y = supply.values
    fifth = max(3, len(y) // 5)
    start, end = median(y[:fifth]), median(y[-fifth:])
    if supply.metric == "generation_rounds":
        if start <= 0 or end < GROWTH * start or end < np.max(y):
            return
        text = f"{end:.3g} generation rounds per batch, the most seen, against {start:.3g} at the start"
        over = np.flatnonzero(y < end)
    else:
        if end >= KEPT:
            return
        text = f"only {end:.0%} of the samples are kept, against {start:.0%} at the start"
        over = np.flatnonzero(y >= KEPT)
    first = 0 if not len(over) else min(len(y) - 1, int(over[-1]) + 1)
    yield case.finding(supply, text, first=first, confidence="medium", measured={"start": start, "end": end})
