"""The code of a variational autoencoder carries no information: its KL is near 0.

## What it means
A decoder that can do without the code lets the posterior fall back to the prior. The KL term is then 0,
reconstructions ignore the input, and the total loss still looks fine.

## How it is measured
The KL of the latent below {nats} nats, or below {share} of its largest value, over the last third of the run but for
{stray} of its records, with at least {records} records, while it does not rise again. A KL under a name that others
use too counts as one of a latent beside a reconstruction loss. In which unit it is logged (a sum of nats, a mean over
pixels) no name says: a warning needs a level below {share} of its largest value and either one below {beside} of the
reconstruction loss or a start of {summed} and more, which no mean over pixels or dimensions has.

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
- Lucas et al., arXiv 1911.02469: a collapsed posterior is one within a small KL of the prior.
- Sizes: ours; no labelled run has this fault, so what the KL alone shows only informs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.checks._latent import reconstruction
from lossdoc.judge.case import Case, Need
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import leaning, median

if TYPE_CHECKING:
    from lossdoc.model.run import Curve

SEVERITY: Severity = "warning"
SIGN: SignName = "stable"
EXPLAINS = ("no-learning", "no-generalisation", "plateau", "loss-collapse")
NATS = Limit(0.1, "nats", "ours")
SHARE = Limit(0.01, "share of the largest value", "ours")
STRAY = Limit(
    0.05,
    "share of the records",
    "ours: single batches lift the KL of an empty code; of a public log whose code is empty 2.5 % stand higher",
)
RISES = Limit(3.0, "standard errors of a rising trend", "ours")
DOUBLES = Limit(2.0, "times the first of the last third", "ours: a KL that rises again")
RECORDS = Limit(20, "records", "ours")
BESIDE = Limit(
    0.01,
    "share of the reconstruction loss",
    "ours: two public logs whose codes are empty end at 0.15 % and less",
)
SUMMED = Limit(
    10.0,
    "nats of the first KL",
    "ours: an untrained encoder is within some nats a dimension of the prior, so it is a sum",
)
NEEDS = {
    "kl": Need(("latent_kl", "kl", "kl_loss"), points=RECORDS),
    "weight": Need("kl_coef", points=8, optional=True),
}


def check(case: Case, kl: Curve, weight: Curve | None) -> Iterator[Finding]:
    decoded = reconstruction(case, kl)
    if decoded is not None and len(decoded) < RECORDS:
        decoded = None
    if kl.metric != "latent_kl" and decoded is None:
        return
    y = kl.values
    last = y[-(len(y) // 3) :]
    limit = max(NATS.value, SHARE * float(np.max(y)))
    if np.mean(last > limit) > STRAY or np.any(y < 0):
        return
    if leaning(last) > RISES and last[-1] > DOUBLES * last[0]:
        return
    if weight is not None and weight.values[-1] > weight.values[-max(2, len(weight) // 4)]:
        return
    summed = bool(y[0] >= SUMMED)
    above = np.flatnonzero(y[: len(y) - len(last)] > (NATS if summed else limit))
    first = 0 if not len(above) else int(above[-1]) + 1
    end = None if decoded is None else median(decoded.values[-(len(decoded) // 3) :])
    sure = end is not None and (median(last) <= BESIDE * end or summed)
    sure = sure and median(last) <= SHARE * float(np.max(y))
    beside = "" if end is None else f" beside a reconstruction loss of {end:.3g}"
    yield case.finding(
        kl,
        f"the KL of the latent stays at {median(last):.2g} (largest {np.max(y):.3g}){beside}",
        first=first,
        detected=len(y) - len(last),
        severity="warning" if sure else "info",
        confidence="medium",
        measured={
            "kl": median(last),
            "largest": float(np.max(y)),
            **({} if end is None else {"reconstruction": end}),
        },
        cannot_tell=("whether the KL weight is still being raised",) if weight is None else (),
    )
