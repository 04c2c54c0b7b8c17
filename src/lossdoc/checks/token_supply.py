"""Tokens per step fall or jump although the batch size is fixed.

## What it means
A step that sees half as many tokens as before has a noisier gradient and a loss that is averaged over less. Mostly
the data changed: a filter, a packing, a mask, or a source that ran out.

## How it is measured
Tokens per step, or the growth of the running total between records. A lasting change of the level by at least
{change}, with the new level held to the end or for a fifth of the run, by more than 8 standard errors.

## Silent when
- the last batch of an epoch
- reinforcement learning, where the number of tokens follows the answers
- a slow drift: a length curriculum
- fewer than {records} records

## Likely causes
- A source of the mixture ran out, or the mixture changed at a stage.
- A filter or a mask that drops more than before (labels all -100 after truncation).
- Packing switched on or off at a resume.

## What to try
- Print the number of label tokens of the batches around that step.
- Compare the mixture weights and the sampler state before and after.

## Sources
- A token count that stops growing is the known sign. Sizes: ours; no labelled run has this fault, so the
  check is experimental and only informs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.judge.case import Case, Need
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import level, median, shifts

if TYPE_CHECKING:
    from lossdoc.model.run import Curve, Floats

SEVERITY: Severity = "info"
SIGN: SignName = "stable"
EXPLAINS = ("level-shift",)
CHANGE = Limit(0.4, "share of the level", "ours")
LASTS = Limit(5, "parts of the run, one of which the new level holds", "ours")
RECORDS = Limit(40, "records", "ours")
NEEDS = {"tokens": Need(("batch_tokens", "tokens_seen"), points=RECORDS)}


def check(case: Case, tokens: Curve) -> Iterator[Finding]:
    if "rl" in case.families():
        return
    y = per_step(tokens)
    if y is None or median(y) <= 0:
        return
    usual = median(y)
    for shift in shifts(y, least=CHANGE * usual, most=1):
        before, after = level(y[: shift.index]).value, level(y[shift.index :]).value
        lasting = len(y) - shift.index >= len(y) // int(LASTS)
        if before <= 0 or abs(after - before) < CHANGE * before or not lasting:
            continue
        word = "fell" if after < before else "jumped"
        yield case.finding(
            tokens,
            f"tokens per step {word} from {before:.4g} to {after:.4g}",
            first=min(len(tokens) - 1, shift.index + (len(tokens) - len(y))),
            confidence="medium",
            measured={"before": before, "after": after},
        )


def per_step(tokens: Curve) -> Floats | None:
    """Tokens of each step, shape (n,) or (n - 1,); None where a running total does not run."""
    if tokens.metric == "batch_tokens":
        return tokens.values
    gained, steps = np.diff(tokens.values), np.diff(tokens.steps)
    ok = steps > 0
    if not np.all(ok) or np.any(gained < 0):
        return None
    return np.asarray(gained / steps, dtype=float)
