"""One part of the reward never changes, so it teaches nothing, or one part makes up nearly all of the variance.

## What it means
The reward is often a sum of parts. A part that gives every answer the same score drops out of the advantages: the
policy learns the rest alone, and the sum hides it. A part whose spread dwarfs the others decides alone as well.

## How it is measured
Dead: a component that is exactly constant over the last half of the run and {records} records, not at the highest
value it ever had, or constant from its first record at a value other than 1. Dominant (for information): a component
with at least {share} of the summed variance of all components that still vary, over the last half.

## Silent when
- the first {records} records
- a component that rose to its ceiling and stays there: it is solved
- components with weight 0, as far as the log names them so

## Likely causes
- The pattern or parser of that part never matches, or always does.
- A part that is beyond the model: no answer ever earns it.
- Parts on different scales: one counts to 1, one to 100.

## What to try
- Score a good and a bad answer with that part alone.
- Give partial credit, or drop the part.
- Normalise the parts one by one before summing them.

## Sources
- axolotl docs/agents/grpo.md: a reward function at 0 for so long is broken (G11).
- rldoctor: shares of variance; the share here and the last half are ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.checks._rl import rl_only
from lossdoc.judge.case import Case, Need
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import constant_from, median

if TYPE_CHECKING:
    from lossdoc.model.run import Curve

SEVERITY: Severity = "warning"
SIGN: SignName = "stable"
EXPLAINS = ()
RECORDS = Limit(20, "records", "axolotl, docs/agents/grpo.md: a reward function at 0 for 20 steps is broken")
SHARE = Limit(0.95, "share of the summed variance", "ours; rldoctor: 70 and 90 %")
NEEDS = {"part": Need("reward", points=RECORDS, each=True)}


def check(case: Case, part: Curve) -> Iterator[Finding]:
    rl_only(case)
    if not part.labels.get("component"):
        return
    y = part.values
    final = float(y[-1])
    since = constant_from(y)
    constant = len(y) - since
    if constant >= max(RECORDS.value, len(y) // 2):
        solved = final >= np.max(y) if since else final == 1
        if not solved:
            yield case.finding(
                part,
                f"{part.said} is {final:.4g} in {'all' if not since else 'the last'} {constant} records",
                first=since,
                detected=min(len(y) - 1, since + int(RECORDS.value) - 1),
                measured={"value": final, "records": constant},
                confidence="high" if constant >= 2 * RECORDS else "medium",
                cannot_tell=("whether this part carries a weight",),
            )
        return
    share = variance_share(case, part)
    if share is not None and share >= SHARE:
        yield case.finding(
            part,
            f"{part.said} makes up {share:.0%} of the variance of all parts of the reward",
            detected=len(y) // 2,
            severity="info",
            confidence="low",
            measured={"variance_share": share},
            cannot_tell=("the weights of the parts",),
        )


def variance_share(case: Case, part: Curve) -> float | None:
    """This part's share of the summed variance of the parts that still vary; None when it is the only one."""
    variances: dict[str, float] = {}
    for curve in case.run.all("reward_std", part.split):
        name = curve.labels.get("component")
        if name and len(curve) >= RECORDS:
            late = curve.values[len(curve) // 2 :]
            spread = median(late[np.isfinite(late)] ** 2)
            if spread > 0:
                variances[name] = spread
    own = variances.get(part.labels["component"])
    if own is None or len(variances) < 2:
        return None
    return own / sum(variances.values())
