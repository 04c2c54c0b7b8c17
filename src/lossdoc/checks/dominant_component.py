"""One part of the loss makes up nearly all of it, or grows while the total falls.

## What it means
A sum is minimised where it is steepest. A part that is a hundred times larger than the others takes the gradient; a
part that rises while the total falls is being paid for by the rest.

## How it is measured
Dominant: over the last half the part is at least 95 % of the sum of all logged parts (three and more). Paid for: the
part rose by at least 50 % and 5 standard errors from the first to the last fifth while the total fell as surely.

## Silent when
- fewer than three parts, or parts of either sign
- weights that are declared: parts may be logged without them

## Likely causes
- Parts on different scales without weights, or weights meant for another reduction (sum against mean).
- A part whose target became harder: a schedule of its weight.

## What to try
- Log each part with its weight; bring them to one order of magnitude at the start.
- Watch the metric that each part is meant to improve.

## Sources
- 95 % and 50 %: ours; no labelled run has this fault, so the check is experimental and only informs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.judge.case import Case, Need
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.signal import Difference, difference, level, noise

if TYPE_CHECKING:
    from lossdoc.model.run import Curve, Floats

SEVERITY: Severity = "info"
SIGN: SignName = "stable"
EXPLAINS = ()
NEEDS = {
    "part": Need("loss_component", points=20, each=True),
    "total": Need("loss", points=20, optional=True),
}
SHARE, RISE = 0.95, 0.5


def check(case: Case, part: Curve, total: Curve | None) -> Iterator[Finding]:
    parts = [c for c in case.run.all("loss_component", part.split) if len(c) >= 20]
    if len(parts) < 3 or any(np.any(c.values < 0) for c in parts):
        return
    halves = {id(c): float(np.median(c.values[len(c) // 2 :])) for c in parts}
    whole = sum(halves.values())
    own = float(np.median(part.values[len(part) // 2 :]))
    if whole > 0 and own / whole >= SHARE:
        yield case.finding(
            part,
            f"{part.name.replace('_', ' ')} makes up {own / whole:.0%} of the sum of the {len(parts)} logged parts",
            detected=len(part) // 2,
            confidence="low",
            measured={"share": own / whole},
            cannot_tell=("the weights of the parts",),
        )
        return
    if total is None:
        return
    mine, sum_ = change(part.values), change(total.values)
    start = float(np.median(part.values[: max(4, len(part) // 5)]))
    if start > 0 and mine.value > RISE * start and mine.score > 5 and sum_.score < -5:
        yield case.finding(
            part,
            f"{part.name.replace('_', ' ')} rose by {mine.value / start:.0%} while the total fell",
            confidence="low",
            measured={"rise": mine.value / start, "total_change": sum_.value},
        )


def change(y: Floats) -> Difference:
    fifth = max(4, len(y) // 5)
    scale = noise(y)
    return difference(level(y[:fifth], scale), level(y[-fifth:], scale))
