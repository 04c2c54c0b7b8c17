"""The code of a variational autoencoder carries no information: its KL is near 0.

## What it means
A decoder that can do without the code lets the posterior fall back to the prior. The KL term is then 0,
reconstructions ignore the input, and the total loss still looks fine.

## How it is measured
The KL of the latent below {nats} nats, or below {share} of its largest value, over the whole last third of the run,
with at least {records} records, while it does not rise again.

## Silent when
- the KL is small only at the start, or recovers
- annealing is still under way: the weight of the KL is logged and is still changing

## Likely causes
- A decoder strong enough to model the data alone (autoregressive).
- A KL weight of full size from the first step.
- A learning rate too high for the encoder. [rate-high]

## What to try
- Anneal the KL weight from 0, cyclically if needed; free bits.
- A weaker decoder, or dropout on its inputs.

## Sources
- Bowman et al., arXiv 1511.06349: KL annealing. Kingma et al., arXiv 1606.04934: free bits.
- Sizes: ours; no labelled run has this fault, so the check is experimental and only informs.
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
SIGN: SignName = "stable"
EXPLAINS = ()
NATS = Limit(0.1, "nats", "ours")
SHARE = Limit(0.01, "share of the largest value", "ours")
RISES = Limit(3.0, "standard errors of a rising trend", "ours")
DOUBLES = Limit(2.0, "times the first of the last third", "ours: a KL that rises again")
RECORDS = Limit(20, "records", "ours")
NEEDS = {
    "kl": Need("latent_kl", points=RECORDS),
    "weight": Need("kl_coef", points=8, optional=True),
}


def check(case: Case, kl: Curve, weight: Curve | None) -> Iterator[Finding]:
    y = kl.values
    last = y[-(len(y) // 3) :]
    limit = max(NATS.value, SHARE * float(np.max(y)))
    if np.any(last > limit) or np.any(y < 0):
        return
    if trend(last).score > RISES and last[-1] > DOUBLES * last[0]:
        return
    if weight is not None and weight.values[-1] > weight.values[-max(2, len(weight) // 4)]:
        return
    above = np.flatnonzero(y > limit)
    first = 0 if not len(above) else int(above[-1]) + 1
    yield case.finding(
        kl,
        f"the KL of the latent stays at {median(last):.2g} nats (largest {np.max(y):.3g})",
        first=first,
        detected=len(y) - len(last),
        confidence="medium",
        measured={"kl": median(last), "largest": float(np.max(y))},
        cannot_tell=("whether the KL weight is still being raised",) if weight is None else (),
    )
