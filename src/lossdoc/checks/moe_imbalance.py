"""The router of a mixture of experts sends more and more tokens to a few experts.

## What it means
Experts that get no tokens do not learn, so they get fewer tokens still. The balancing loss measures the unevenness;
its rise is the way to a model that uses a fraction of its parameters.

## How it is measured
The balancing loss after the first tenth of the run: the last fifth at least {growth} times the level before, surely
rising, or above {collapsed} of the number of experts where that is configured (the value of a router that sends
everything to one expert in Hugging Face's form; k of top-k when balanced, 1 in Switch's form). A maximum violation of
the load that doubled counts as well.

## Silent when
- the first hundred steps, while the router settles
- balancing without a loss (bias updates), where none is logged

## Likely causes
- A coefficient of the balancing loss that is too small, or missing.
- A learning rate too high for the router. [rate-high]
- Router logits that grow without bound (no z-loss).

## What to try
- Raise the coefficient (0.01 is usual), or balance by bias updates.
- Add a router z-loss of 1e-3; keep the router in float32.
- Log the share of tokens per expert.

## Sources
- transformers load_balancing_loss_func: k when balanced, number of experts when collapsed. Switch Transformer, arXiv
  2101.03961: 1.
- Growth: ours; no labelled run has this fault, so the check is experimental and only informs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.judge.case import Case, Need, Setting
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import difference, leaning, level, noise, onset

if TYPE_CHECKING:
    from lossdoc.model.run import Curve

SEVERITY: Severity = "info"
SIGN: SignName = "stable"
EXPLAINS = ()
GROWTH = Limit(1.5, "times the level before", "ours")
VIOLATION = Limit(2.0, "times the maximum violation before", "ours")
SURE = Limit(5.0, "standard errors", "ours")
RISING = Limit(3.0, "standard errors of the trend", "ours")
COLLAPSED = Limit(
    0.75,
    "share of the number of experts",
    "transformers, load_balancing_loss_func: all to one expert gives their number",
)
RECORDS = Limit(20, "records", "ours")
NEEDS = {
    "balance": Need(("moe_aux_loss", "moe_imbalance"), points=RECORDS),
    "experts": Setting("num_experts", optional=True),
}


def check(case: Case, balance: Curve, experts: object) -> Iterator[Finding]:
    y = balance.values[len(balance) // 10 :]
    scale = noise(y)
    before, after = level(y[: len(y) // 4], scale), level(y[-max(4, len(y) // 5) :], scale)
    growth = (VIOLATION if balance.metric == "moe_imbalance" else GROWTH).value
    surely = difference(before, after).score > SURE and leaning(y) > RISING
    collapsed = (
        balance.metric == "moe_aux_loss"
        and isinstance(experts, (int, float))
        and experts >= 4
        and COLLAPSED * experts <= after.value <= 1.05 * experts
    )
    if not collapsed and not (before.value > 0 and after.value >= growth * before.value and surely):
        return
    limit = 0.3 * abs(after.value - before.value)
    first = (onset(y, before.value, margin=max(limit, scale)) or 0) + len(balance) // 10
    yield case.finding(
        balance,
        f"{balance.said} went from {before.value:.3g} to {after.value:.3g}",
        first=first,
        confidence="high" if collapsed else "medium",
        measured={"before": before.value, "after": after.value, "peak": float(np.max(y))},
        cannot_tell=("the share of the single experts",),
    )
