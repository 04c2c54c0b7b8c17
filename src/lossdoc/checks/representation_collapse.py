"""Embeddings lose their spread: everything is mapped to nearly one point.

## What it means
Contrastive and self-distilling objectives can be met, or given up, by a constant embedding. The loss may look
excellent (self distillation) or sit at ln B (contrastive); only a measure of spread shows what happened.

## How it is measured
A logged spread (standard deviation, variance or effective rank of the embeddings) that fell to {share} of its
early level or below, over the last fifth of the run; or a positive and a negative similarity that are both above
{alike}.

## Silent when
- no statistic of the embeddings is logged (skipped)
- spread that shrinks somewhat: compact clusters are the purpose

## Likely causes
- No stop of the gradient, no predictor or no centring in self-distillation.
- A temperature or scale of 0.
- A learning rate too high. [rate-high]
- Negatives that are missing or duplicates of the positives.

## What to try
- Check the branch that must not receive gradients; raise the momentum of the teacher.
- Add a variance term (VICReg), or larger batches with more negatives.
- Lower the learning rate. [rate-high]
- Look at the scale of the logits.

## Sources
- Bardes et al., arXiv 2105.04906 (VICReg): collapse and the variance term. sentence-transformers issue 3054: ln B at
  scale 0.
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
SIGN: SignName = "learning"
EXPLAINS = ("chance-level", "no-learning", "plateau", "loss-collapse")
SHARE = Limit(0.05, "share of the early spread", "ours")
ALIKE = Limit(0.99, "similarity", "ours")
RECORDS = Limit(10, "records", "ours")
NEEDS = {"statistic": Need(("embedding_std", "similarity"), split="any", points=RECORDS, each=True)}


def check(case: Case, statistic: Curve) -> Iterator[Finding]:
    y = statistic.values
    late = median(y[-max(3, len(y) // 5) :])
    if statistic.metric == "embedding_std":
        early = median(y[: max(3, len(y) // 10)])
        if early <= 0 or late > SHARE * early:
            return
        above = np.flatnonzero(y > SHARE * early)
        first = 0 if not len(above) else min(len(y) - 1, int(above[-1]) + 1)
        text = f"{statistic.key} fell from {early:.3g} to {late:.2g}"
    elif "negative" in statistic.key.lower() and late > ALIKE:
        low = np.flatnonzero(y <= ALIKE)
        first = 0 if not len(low) else min(len(y) - 1, int(low[-1]) + 1)
        text = f"{statistic.key} stands at {late:.4g}: pairs that should differ are alike"
    else:
        return
    yield case.finding(statistic, text, first=first, confidence="medium", measured={"late": late})
