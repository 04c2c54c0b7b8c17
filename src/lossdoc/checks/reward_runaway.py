"""Implicit rewards grow to a size at which the policy has nothing left in common with its reference.

## What it means
The implicit reward divided by beta is how many nats the policy moved on these answers. Ten nats are a factor of
22,000 in probability. A preference loss that is long satisfied goes on pushing as long as it sees the same pairs, and
the policy is tuned to them alone.

## How it is measured
The larger side of the implicit rewards in nats at the end of the run (reward / beta; beta configured or read off the
log). Reported when it stands above {far-nats} nats and the log-probability of that answer is at least {far-factor}
times the reference's, or above {any-nats} nats whatever the answer's length.

## Silent when
- beta is unknown and cannot be read off the log
- long answers moved by a small part of their log-probability
- a reward model: its scores have a scale of their own

## Likely causes
- Many epochs over few pairs: the pairs are memorised. [passes]
- A learning rate too high. [rate-high]
- Beta too small. [beta-low]
- Pairs that are trivial to tell apart (a format mark, a length). [trivial-pairs]

## What to try
- Stop after one epoch, or where held-out accuracy stops rising. [passes]
- Lower the learning rate. [rate-high]
- Raise beta. [beta-low]
- Use a loss with a target margin (IPO) or label smoothing (cDPO), which stop pushing.

## Sources
- Sizes: ours, calibrated on the labelled runs.
- TRL issue 1236: loss 0 with margins of 17 and more, then accuracy falls back to 0.5.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.checks._displaced import finite
from lossdoc.checks._preference import alive, find_beta, paired
from lossdoc.judge.case import Case, Need, Setting, Skip
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import level, median, onset, tail

if TYPE_CHECKING:
    from lossdoc.model.run import Curve

SEVERITY: Severity = "warning"
SIGN: SignName = "stable"
EXPLAINS = ("one-sided-margin",)
FAR_NATS = Limit(25.0, "nats", "ours: healthy labelled runs reach 7, saturated ones 55")
FAR_FACTOR = Limit(
    4.0,
    "times the reference's log-probability",
    "ours: healthy labelled runs reach 2.4, saturated ones 12",
)
ANY_NATS = Limit(200.0, "nats", "ours: a reward of 20 at beta 0.1")
RECORDS = Limit(8, "records", "ours")
NEEDS = {
    "rejected": Need("reward_rejected", points=RECORDS),
    "chosen": Need("reward_chosen", points=RECORDS),
    "beta": Setting("beta", optional=True),
}


def check(case: Case, rejected: Curve, chosen: Curve, beta: object) -> Iterator[Finding]:
    found = find_beta(case.run, {"beta": beta})
    if found is None:
        raise Skip("beta is not in the log and cannot be read off the curves", "beta")
    if found.reference_free:
        raise Skip("rewards without a reference model are log-probabilities, not distances")
    worst: tuple[float, Curve, float | None] | None = None
    for curve, logp_name in ((rejected, "logp_rejected"), (chosen, "logp_chosen")):
        values = alive(curve.values)
        nats = level(values[tail(len(values))]).value / found.value
        factor = growth(curve, finite(case.run.get(logp_name, curve.split)), found.value)
        far = abs(nats) >= ANY_NATS or (abs(nats) >= FAR_NATS and factor is not None and factor >= FAR_FACTOR)
        if far and (worst is None or abs(nats) > abs(worst[0])):
            worst = (nats, curve, factor)
    if worst is None:
        return
    nats, curve, factor = worst
    grown = "" if factor is None else f", {factor:.2g} times its log-probability under it"
    first = onset(np.sign(nats) * curve.values, 0.0, margin=min(FAR_NATS.value, 0.5 * abs(nats)) * found.value) or 0
    yield case.finding(
        curve,
        f"{curve.said} stands at {nats:.3g} nats from the reference{grown}",
        first=first,
        confidence="medium",
        measured={"nats": nats, "beta": found.value, "beta_source": found.source, "factor": factor or 0.0},
    )


def growth(reward: Curve, logp: Curve | None, beta: float) -> float | None:
    """How many times the reference's log-probability the policy's is at the end.

    The reference's is what remains of the policy's after the reward is taken off: log p - reward / beta.
    """
    if logp is None:
        return None
    r, p = paired(reward, logp)
    n = min(len(alive(r)), len(alive(p)))
    if n < 3:
        return None
    start, end = median(p[:n] - r[:n] / beta), level(p[:n][tail(n)]).value
    return end / start if start < 0 else None
