"""The engine that samples and the weights that train give the same tokens different probabilities.

## What it means
Answers are sampled by an inference engine and scored by the trainer. Numerics, expert routing or stale weights make
the two disagree; the policy gradient is then off policy without knowing it. Small differences per token add up over
an answer: 0.012 over 100 tokens are a factor of 3.3. A disagreement that grows announces a derailment before the
reward shows it.

## How it is measured
Each logged measure by its own scale, as a running median over {lasts} of the run and {stands} records: KL {kl}, mean
log-probability difference {difference}, multiplicative error {error}, mean weight outside {weight-low} to
{weight-high}, correlation below {correlation}. A KL or a difference that is at least {growth} times its early level
and above {of-limit} of that limit counts as growing and is reported too.

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
- verl, rollout correction: mean weight and size of the KL. NeMo RL: multiplicative error. axolotl: difference.
- TRL issue 4772; open-instruct issue 1473: the difference grows even at learning rate 0 and derails the run.
- Growth and correlation: ours; no labelled run has this fault.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.checks._rl import sustained
from lossdoc.judge.case import Case, Need
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import median, smooth

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lossdoc.model.run import Curve, Floats

SEVERITY: Severity = "warning"
SIGN: SignName = "stable"
EXPLAINS = ("reward-collapse", "entropy-explosion", "kl-runaway", "clip-saturation", "ratio-drift")
METRICS = ("rollout_kl", "rollout_logp_diff", "rollout_prob_error", "rollout_ratio", "rollout_correlation")
KL = Limit(0.1, "nats", "verl, rollout correction: at most 0.1; NeMo RL: 0.001 is normal")
DIFFERENCE = Limit(1.0, "nats", "axolotl: a red flag above, below 0.1 healthy")
ERROR = Limit(1.05, "multiplicative error", "NeMo RL")
WEIGHT_HIGH = Limit(2.0, "mean weight", "verl, rollout correction")
WEIGHT_LOW = Limit(0.5, "mean weight", "verl, rollout correction")
CORRELATION = Limit(0.9, "correlation", "ours")
GROWTH = Limit(5.0, "times the early level", "ours")
OF_LIMIT = Limit(0.1, "share of the limit", "ours: a disagreement below is negligible, however it grows")
LASTS = Limit(0.1, "share of the run", "ours")
STANDS = Limit(5, "records", "ours")
RECORDS = Limit(8, "records", "ours")
NEEDS = {"measure": Need(METRICS, points=RECORDS, each=True)}
LIMITS = {"rollout_kl": KL, "rollout_logp_diff": DIFFERENCE}


def check(case: Case, measure: Curve) -> Iterator[Finding]:
    if measure.labels.get("stat") or measure.labels.get("form") == "difference":
        return
    y = smooth(measure.values)
    found = sustained(beyond(measure.metric, y), LASTS.value, int(STANDS))
    growing = False
    if found is None and measure.metric in LIMITS:
        found = grown(np.abs(y), LIMITS[measure.metric].value)
        growing = found is not None
    if found is None:
        return
    first, last = found
    typical = median(measure.values[first : last + 1])
    start = median(measure.values[: max(3, len(measure) // 10)])
    words = f"grew from {start:.3g} to {typical:.3g}" if growing else f"stands at {typical:.3g}"
    yield case.finding(
        measure,
        f"{measure.said} {words}: sampler and trainer disagree",
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
        return y >= ERROR
    if metric == "rollout_ratio":
        return (y > WEIGHT_HIGH) | (y < WEIGHT_LOW)
    return y < CORRELATION


def grown(y: Floats, limit: float) -> tuple[int, int] | None:
    """The last stretch of a disagreement that is many times what it was and no longer negligible."""
    early = median(y[: max(3, len(y) // 5)])
    mask = (y >= GROWTH * early) & (y >= OF_LIMIT * limit)
    found = sustained(mask, LASTS.value, int(RECORDS))
    return found if found is not None and found[1] >= len(y) - 2 else None
