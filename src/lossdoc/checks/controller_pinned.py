"""An adaptive coefficient sits at its bound: the controller cannot reach its target any more.

## What it means
An adaptive KL coefficient, or the learned entropy coefficient of SAC, moves until its target is met. One that arrives
at a bound and stays there has no grip left: KL or entropy now go where they like.

## How it is measured
The coefficient moved over at least {moved} of the run and then stands, exactly constant, at its own highest or lowest
value over the last third and {stands} records.

## Silent when
- a static coefficient
- a coefficient that goes on moving
- a schedule that runs down to 0

## Likely causes
- A target that cannot be met: a KL target far below what the updates cause, an entropy target above what is possible.
- Bounds of the controller too narrow.
- Updates so large that no coefficient holds them.

## What to try
- Compare the measured KL or entropy with its target.
- Widen the bounds or change the target.
- Lower the learning rate. [rate-high]

## Sources
- TRL v0.9.6 logging.mdx: the KL coefficient climbs before instabilities.
- The criterion is ours; no labelled run has this fault, so the check is experimental and only informs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.judge.case import Case, Need
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit

if TYPE_CHECKING:
    from lossdoc.model.run import Curve

SEVERITY: Severity = "info"
SIGN: SignName = "stable"
EXPLAINS = ()
MOVED = Limit(0.1, "share of the records", "ours: a static coefficient never moves")
STANDS = Limit(10, "records", "ours")
LASTS = Limit(3, "parts of the run, the last of which it stands in", "ours")
RECORDS = Limit(20, "records", "ours")
NEEDS = {"coefficient": Need(("kl_coef", "entropy_coef"), points=RECORDS, each=True)}


def check(case: Case, coefficient: Curve) -> Iterator[Finding]:
    y = coefficient.values
    final = float(y[-1])
    moving = np.flatnonzero(y != final)
    if not len(moving) or final == 0:
        return
    since = int(moving[-1]) + 1
    if len(y) - since < max(STANDS.value, len(y) // LASTS.value) or len(moving) < int(len(y) * MOVED):
        return
    side = "highest" if final >= np.max(y) else "lowest" if final <= np.min(y) else ""
    if not side:
        return
    yield case.finding(
        coefficient,
        f"{coefficient.said} stands at its {side} value {final:.4g} since it stopped moving",
        first=since,
        detected=min(len(y) - 1, since + 9),
        confidence="low",
        measured={"value": final, "records": len(y) - since},
        cannot_tell=("whether this value is a bound of the controller or the end of a schedule",),
    )
