"""The engine that samples and the weights that train give the same tokens different probabilities.

## What it means
Answers are sampled by an inference engine and scored by the trainer. Numerics, expert routing or stale weights make
the two disagree; the policy gradient is then off policy without knowing it. Small differences per token add up over
an answer: 0.012 over 100 tokens are a factor of 3.3. A disagreement that grows announces a derailment before the
reward shows it.

## How it is measured
Each logged measure by its own scale, as a running median over a tenth of the run and 5 records: KL 0.1, mean
log-probability difference 1.0, multiplicative error 1.05, mean weight outside 0.5 to 2, correlation below 0.9. A KL
or a difference that is at least five times its early level and above a tenth of that limit counts as growing and is
reported too.

## Silent when
- the disagreement is small and steady
- extremes of single tokens, and standard deviations

## Likely causes
- Different precision or kernels in the two engines; a language-model head in bf16.
- Expert routing of a mixture of experts that differs between them.
- Weights that reach the sampler late (asynchronous training).
- Temperature or top-p in sampling that the trainer does not account for.

## What to try
- Correct by truncated importance weights (a cap of 2 to 3), or mask tokens that disagree.
- Compute the head in float32; replay the sampler's routing.
- Update the sampler more often, or limit how old samples may be.
- Sample at temperature 1 and top-p 1 to see what numerics alone do.

## Sources
- verl, rollout correction: mean weight within 0.5 to 2, size of the KL at most 0.1. NeMo RL: 1e-3 is a normal KL,
  1.05 the threshold of the multiplicative error. axolotl: difference below 0.1 healthy, above 1.0 a red flag.
- TRL issue 4772; open-instruct issue 1473: the difference grows even at learning rate 0 and derails the run.
- Five times, a tenth and 0.9: ours; no labelled run has this fault.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.checks._rl import sustained
from lossdoc.judge.case import Case, Need
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.signal import smooth

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lossdoc.model.run import Curve, Floats

SEVERITY: Severity = "warning"
SIGN: SignName = "stable"
EXPLAINS = ("reward-collapse", "entropy-explosion", "kl-runaway", "clip-saturation", "ratio-drift")
METRICS = ("rollout_kl", "rollout_logp_diff", "rollout_prob_error", "rollout_ratio", "rollout_correlation")
NEEDS = {"measure": Need(METRICS, points=8, each=True)}
LIMITS = {"rollout_kl": 0.1, "rollout_logp_diff": 1.0}
GROWTH = 5.0


def check(case: Case, measure: Curve) -> Iterator[Finding]:
    if measure.labels.get("stat") or measure.labels.get("form") == "difference":
        return
    y = smooth(measure.values)
    found = sustained(beyond(measure.metric, y), 0.1, 5)
    growing = False
    if found is None and measure.metric in LIMITS:
        found = grown(np.abs(y), LIMITS[measure.metric])
        growing = found is not None
    if found is None:
        return
    first, last = found
    typical = float(np.median(measure.values[first : last + 1]))
    start = float(np.median(measure.values[: max(3, len(measure) // 10)]))
    words = f"grew from {start:.3g} to {typical:.3g}" if growing else f"stands at {typical:.3g}"
    yield case.finding(
        measure,
        f"{measure.name.replace('_', ' ')} {words}: sampler and trainer disagree",
        first=first,
        detected=min(last, first + 4),
        last=last,
        confidence="medium",
        measured={"value": typical, "start": start},
        cannot_tell=("whether numerics or stale weights are the reason",),
    )


def beyond(metric: str, y: Floats) -> NDArray[np.bool_]:
    if metric in LIMITS:
        return np.abs(y) >= LIMITS[metric]
    if metric == "rollout_prob_error":
        return y >= 1.05
    if metric == "rollout_ratio":
        return (y > 2.0) | (y < 0.5)
    return y < 0.9


def grown(y: Floats, limit: float) -> tuple[int, int] | None:
    """The last stretch of a disagreement that is five times what it was and no longer negligible."""
    early = float(np.median(y[: max(3, len(y) // 5)]))
    mask = (y >= GROWTH * early) & (y >= 0.1 * limit)
    found = sustained(mask, 0.1, 8)
    return found if found is not None and found[1] >= len(y) - 2 else None
