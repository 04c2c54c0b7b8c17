"""Each update moves the policy too far: it is clipped most of the time, or ends far from the policy that sampled.

## What it means
A clipped token or action gives no gradient. A few percent are the clip at work; when a third is clipped, most of the
batch pushes against the wall and the new policy is far from the one that sampled the data. A policy that was thrown
far enough is clipped no more: then the KL divergence between old and new policy tells.

## How it is measured
The running median of the clip fraction at or above {limit} over at least {lasts} of the run and {records} records; else
that of the KL of the update (`approx_kl`, not the distance to a reference) at or above {update} nats for as long.

## Silent when
- the fraction is 0: with one update per batch the ratio is 1 by construction
- the ratio is taken per sequence (GSPO, CISPO), whose tight bounds clip far more by design
- single batches

## Likely causes
- A learning rate too high. [rate-high]
- Too many passes over one batch, or data that are many updates old.
- Sampler and trainer disagree about the probabilities. [answers]

## What to try
- Lower the learning rate. [rate-high]
- Make fewer passes per batch, or stop them early at a target for the update's KL (0.01 to 0.03).
- Compare the log-probabilities of sampler and trainer before the first update: they should agree. [answers]

## Sources
- axolotl docs/training_stability.qmd: below 0.1 healthy, a red flag for much more; metrics.help and rldoctor
  agree.
- GSPO, arXiv 2507.18071: clips two orders of magnitude more tokens than GRPO and learns faster.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lossdoc.checks._rl import course_above
from lossdoc.judge.case import Case, Need, Setting, Skip
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import median

if TYPE_CHECKING:
    from lossdoc.model.run import Curve

SEVERITY: Severity = "warning"
SIGN: SignName = "stable"
EXPLAINS = ("ratio-drift",)
LIMIT = Limit(
    0.3,
    "share of the samples",
    "axolotl, docs/training_stability.qmd: a red flag above; metrics.help and rldoctor: 0.2 to 0.4",
)
UPDATE = Limit(
    0.2,
    "nats",
    "ours: ten times the usual target of 0.01 to 0.05 per update (OpenAI Spinning Up, PPO)",
)
LASTS = Limit(0.25, "share of the run", "ours: single batches are clipped by chance")
RECORDS = Limit(8, "records", "ours")
NEEDS = {
    "fraction": Need("clip_fraction", points=RECORDS, optional=True),
    "update": Need("approx_kl", points=RECORDS, optional=True),
    "level": Setting("importance_sampling_level", optional=True),
    "loss_type": Setting("loss_type", optional=True),
}


def check(
    case: Case, fraction: Curve | None, update: Curve | None, level: object, loss_type: object
) -> Iterator[Finding]:
    if fraction is None and update is None:
        raise Skip("neither a clip fraction nor a KL of the update in this log")
    key = fraction.key if fraction else ""
    words = f"{level} {loss_type} {case.run.trainer.loss_type} {key}".lower()
    if any(word in words for word in ("sequence", "gspo", "cispo")):
        return
    if fraction is not None and (found := _sustained(fraction, LIMIT)):
        text, sure, measure = "{:.0%} of the samples are clipped", 0.5, fraction
    elif update is not None and (found := _sustained(update, UPDATE)):
        text, sure, measure = "one update moves the policy by a KL of {:.3g} nats", 1.0, update
    else:
        return
    first, last = found
    typical = median(measure.values[first : last + 1])
    yield case.finding(
        measure,
        f"{text.format(typical)} over {last - first + 1} records",
        first=first,
        detected=min(last, first + max(7, len(measure) // 4)),
        last=last,
        confidence="high" if typical >= sure else "medium",
        measured={measure.metric: typical, "records": last - first + 1},
    )


def _sustained(curve: Curve, limit: Limit) -> tuple[int, int] | None:
    return course_above(curve.values, limit.value, LASTS.value, int(RECORDS.value))
