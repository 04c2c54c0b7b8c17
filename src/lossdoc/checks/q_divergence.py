"""Q values grow beyond what any return could be.

## What it means
A Q value is an expected discounted return, so it cannot exceed the largest reward divided by (1 - gamma), nor by far
the largest return that was ever seen. Values beyond are overestimation that feeds on itself.

## How it is measured
With the discount and the largest reward configured (`--set gamma=0.99 --set r_max=1`): the running median above the
bound r_max / (1 - gamma) over the last fifth of the run. Else: the last fifth at least {growth} times the first third
and at least {returns} times the largest logged episode return, in size.

## Silent when
- Q rises with the return
- neither the bound nor an episode return is known (skipped)

## Likely causes
- A target network that is updated too fast, or none.
- A maximum over noisy estimates without a second critic.
- Off-policy data without correction; unbounded rewards.

## What to try
- Slower target updates; the minimum of two critics (TD3, SAC).
- Clip or scale rewards.
- A lower learning rate of the critic.
- Layer normalisation in the critic.

## Sources
- Fujimoto et al., arXiv 1802.09477 (TD3): overestimation. The bound is the geometric series.
- Factors: ours; no labelled run has this fault, so the check is experimental and only informs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.judge.case import Case, Need, Setting, Skip
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import median, smooth

if TYPE_CHECKING:
    from lossdoc.model.run import Curve

SEVERITY: Severity = "info"
SIGN: SignName = "stable"
EXPLAINS = ("value-divergence",)
RETURNS = Limit(3.0, "times the largest episode return", "ours")
GROWTH = Limit(10.0, "times the first third", "ours")
RECORDS = Limit(20, "records", "ours")
NEEDS = {
    "q": Need("q_value", points=RECORDS),
    "returns": Need("reward", points=3, optional=True),
    "gamma": Setting("gamma", optional=True),
    "r_max": Setting("r_max", optional=True),
}


def check(case: Case, q: Curve, returns: Curve | None, gamma: object, r_max: object) -> Iterator[Finding]:
    y = np.abs(smooth(q.values))
    late = median(y[-max(4, len(y) // 5) :])
    if isinstance(gamma, (int, float)) and isinstance(r_max, (int, float)) and 0 <= gamma < 1 and r_max > 0:
        bound, text = r_max / (1 - gamma), "the bound r_max / (1 - gamma)"
        out = late > bound
    elif returns is not None:
        bound, text = RETURNS * float(np.max(np.abs(returns.values))), f"{RETURNS:g} times the largest return"
        out = bound > 0 and late > bound and late >= GROWTH * median(y[: len(y) // 3])
    else:
        raise Skip("neither an episode return nor a bound", "gamma", "r_max")
    if not out:
        return
    below = np.flatnonzero(y <= bound)
    first = 0 if not len(below) else min(len(y) - 1, int(below[-1]) + 1)
    yield case.finding(
        q,
        f"Q values stand at {late:.3g}, above {text} of {bound:.3g}",
        first=first,
        confidence="medium",
        measured={"q": late, "bound": bound},
    )
