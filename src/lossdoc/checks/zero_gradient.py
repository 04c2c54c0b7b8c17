"""The gradient norm is exactly 0: nothing is learned in these steps.

## What it means
A gradient of exactly 0 means that the loss does not depend on any weight that trains: the graph is cut, everything is
frozen, or every advantage is 0. Rounding does not do it: a small gradient is small, not 0.

## How it is measured
The share of records with a gradient norm of exactly 0. {share} of the records and at least {least} are a fault when
the loss does not improve; in reinforcement learning, where groups without any difference in reward give 0 rightly,
{share-rl}.

## Silent when
- the loss improves: some trainers log 0 for a norm that they do not compute
- the loss is NaN: that is the illness
- the printed digits cannot tell 0 from small

## Likely causes
- All parameters are frozen, or the adapters are not in the optimiser. [frozen]
- The graph is detached: gradient checkpointing over frozen inputs, `torch.no_grad`, `.detach()` or `.item()` in the
  loss.
- All labels of the batch are masked.
- All answers of a group have the same reward. [no-spread]

## What to try
- List the parameters that have a gradient after one backward pass.
- Call `enable_input_require_grads()` with adapters under gradient checkpointing, or use `use_reentrant=False`.
- Count the labels that are not masked.

## Sources
- Smaller shares are rldoctor's; trainproof asks for all. Ours: the share and the condition on the loss.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.checks._loss import gain, living, step
from lossdoc.judge.case import Case, Need
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import resolution

if TYPE_CHECKING:
    from lossdoc.model.run import Curve

SEVERITY: Severity = "error"
SIGN: SignName = "learning"
EXPLAINS = ("no-learning", "plateau", "vanishing-gradient")
SHARE = Limit(0.5, "share of the records", "ours; rldoctor: 20, 40 and 70 %, trainproof: all")
SHARE_RL = Limit(
    0.95,
    "share of the records",
    "ours, in reinforcement learning, where groups without any difference in reward give 0 rightly",
)
LEAST = Limit(10, "records", "ours")
DIGITS = Limit(100, "printed digits", "ours: the largest norm of a print that can tell 0 from small")
IMPROVED = Limit(0.02, "share of the first loss", "ours")
SURE = Limit(3.0, "standard errors", "ours")
NEEDS = {"norm": Need("grad_norm", points=LEAST), "loss": Need("loss", optional=True)}


def check(case: Case, norm: Curve, loss: Curve | None) -> Iterator[Finding]:
    g = norm.values
    zero = g == 0
    share = float(zero.mean())
    rl = "rl" in case.families()
    if zero.sum() < LEAST or share < (SHARE_RL if rl else SHARE).value:
        return
    # A print of three decimals turns 0.0004 into 0: some other record must be far above the last digit, or all be 0.
    if 0 < float(g.max()) < DIGITS * resolution(norm):
        return
    if not rl and (loss is None or improves(loss)):
        return
    first = int(np.argmax(zero))
    yield case.finding(
        norm,
        f"the gradient norm is exactly 0 in {int(zero.sum())} of {len(g)} records, first at {step(norm, first)}",
        first=first,
        # Three printed decimals may hide a small norm even where all read 0.
        confidence="high" if share > 0.95 and norm.decimals not in (1, 2, 3) else "medium",
        measured={"records": int(zero.sum()), "share": share},
        cannot_tell=("whether the graph is cut or the norm is not computed",) if loss is None else (),
    )


def improves(loss: Curve) -> bool:
    loss = living(loss)
    if len(loss) < 5:
        return False
    found = gain(loss)
    return found.share > IMPROVED and found.score > SURE
