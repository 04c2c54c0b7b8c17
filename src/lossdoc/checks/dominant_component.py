"""One part of the loss makes up nearly all of it, or grows while the total falls.

## What it means
A sum is minimised where it is steepest. A part that is a hundred times larger than the others takes the gradient; a
part that rises while the total falls is being paid for by the rest.

## How it is measured
Dominant: over the last half the part is at least {share} of the sum of all logged parts ({parts} and more). Paid for:
the part rose by at least {rise} and {sure} standard errors from the first to the last fifth while the total fell as
surely.

## Silent when
- fewer than {parts} parts, or parts of either sign
- weights that are declared: parts may be logged without them

## Likely causes
- Parts on different scales without weights, or weights meant for another reduction (sum against mean).
- A part whose target became harder: a schedule of its weight.

## What to try
- Log each part with its weight; bring them to one order of magnitude at the start.
- Watch the metric that each part is meant to improve.

## Sources
- Sizes: ours; no labelled run has this fault, so the check is experimental and only informs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.judge.case import Case, Need
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import Difference, difference, level, median, noise

if TYPE_CHECKING:
    from lossdoc.model.run import Curve, Floats

SEVERITY: Severity = "info"
SIGN: SignName = "stable"
EXPLAINS = ()
SHARE = Limit(0.95, "share of the sum of all parts", "ours")
RISE = Limit(0.5, "share of the first level", "ours: a part that is paid for")
SURE = Limit(5.0, "standard errors", "ours")
PARTS = Limit(3, "parts", "ours: of two, one is always the larger")
RECORDS = Limit(20, "records", "ours")
NEEDS = {
    "part": Need("loss_component", points=RECORDS, each=True),
    "total": Need("loss", points=RECORDS, optional=True),
}


def check(case: Case, part: Curve, total: Curve | None) -> Iterator[Finding]:
    parts = [c for c in case.run.all("loss_component", part.split) if len(c) >= RECORDS]
    if len(parts) < PARTS or any(np.any(c.values < 0) for c in parts):
        return
    halves = {id(c): median(c.values[len(c) // 2 :]) for c in parts}
    whole = sum(halves.values())
    own = median(part.values[len(part) // 2 :])
    if whole > 0 and own / whole >= SHARE:
        yield case.finding(
            part,
            f"{part.said} makes up {own / whole:.0%} of the sum of the {len(parts)} logged parts",
            detected=len(part) // 2,
            confidence="low",
            measured={"share": own / whole},
            cannot_tell=("the weights of the parts",),
        )
        return
    if total is None:
        return
    mine, sum_ = change(part.values), change(total.values)
    start = median(part.values[: max(4, len(part) // 5)])
    if start > 0 and mine.value > RISE * start and mine.score > SURE and sum_.score < -SURE:
        yield case.finding(
            part,
            f"{part.said} rose by {mine.value / start:.0%} while the total fell",
            confidence="low",
            measured={"rise": mine.value / start, "total_change": sum_.value},
        )


def change(y: Floats) -> Difference:
    fifth = max(4, len(y) // 5)
    scale = noise(y)
    return difference(level(y[:fifth], scale), level(y[-fifth:], scale))
