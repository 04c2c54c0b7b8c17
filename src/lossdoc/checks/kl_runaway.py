"""The divergence from the reference model grows out of proportion.

## What it means
The KL divergence says how far the policy has left the model it started from. A penalty, a small learning rate and
clipping keep it small. Once it is above two nats per token the policy writes tokens that the reference hardly ever
would: language that no longer is, or a trick that pays.

## How it is measured
The running median of the KL to the reference, per token, at or above {per-token} over at least {lasts} of the run and
{stands} records. A sum over the answer (TRL's PPO logs it so) is divided by the answer's length where that is logged;
else {per-answer} nats count, and only when the reward does not rise. It is an error when the KL stands above {severe}
or the reward fell at the same time.

## Silent when
- single spikes (a healthy labelled run spiked to 1.1 within one record, others settle at 0.3)
- other quantities of that name: the KL between old and new policy, between trainer and sampler, KTO's batch estimate
- beta is configured as 0: then it only informs

## Likely causes
- A learning rate too high. [rate-high]
- Beta too small, or 0. [beta-low]
- A reward that pays for one odd kind of answer.
- Large updates: many passes over one batch, loose clipping. [no-clipping]

## What to try
- Go back to a checkpoint before the rise; lower the learning rate [by 3 to 10]. [rate-high]
- Raise beta [tenfold], or use a controller with a target. [beta-low]
- Clip the gradient norm at 0.1 to 0.2.
- Read the answers with the highest reward. [answers]

## Sources
- axolotl docs/training_stability.qmd: 0 to 0.5 healthy, a red flag for much more (per-token mean, GRPO).
- TRL v0.9.6 how_to_train.md: keep objective/kl (a sum) between 0 and 10; the limit of a sum is ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.checks._rl import course, course_above, rl_only, unlabelled
from lossdoc.judge.case import Case, Need, Setting
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import matched, median

if TYPE_CHECKING:
    from lossdoc.model.run import Curve, Floats

SEVERITY: Severity = "warning"
SIGN: SignName = "stable"
EXPLAINS = (
    "reward-hacking", "length-explosion", "length-collapse", "truncated-completions", "entropy-collapse",
    "entropy-explosion", "reward-flat", "zero-std-groups", "clip-saturation", "ratio-drift",
)  # fmt: skip
PER_TOKEN = Limit(
    2.0,
    "nats per token",
    "axolotl, docs/training_stability.qmd: a red flag above (per-token mean, GRPO)",
)
SEVERE = Limit(5.0, "nats per token", "ours: an error above")
PER_ANSWER = Limit(50.0, "nats per answer", "ours, five times the 10 of TRL v0.9.6, how_to_train.md")
LASTS = Limit(0.1, "share of the run", "ours: healthy labelled runs spike within one record")
STANDS = Limit(5, "records", "ours")
BURSTS = Limit(2.0, "times the limit", "ours: so far over it records count that come in bursts")
RECORDS = Limit(8, "records", "ours")
NEEDS = {
    "kl": Need("kl", points=RECORDS),
    "reward": Need("reward", points=8, optional=True),
    "length": Need("completion_length", points=8, optional=True),
    "beta": Setting("beta", optional=True),
}


def check(case: Case, kl: Curve, reward: Curve | None, length: Curve | None, beta: object) -> Iterator[Finding]:
    rl_only(case)
    summed = is_sum(case, kl)
    values, limit, unit = kl.values, PER_TOKEN.value, PER_TOKEN.unit
    if summed and length is not None:
        values = per_token(kl, length)
    elif summed:
        limit, unit = PER_ANSWER.value, PER_ANSWER.unit
    found = course_above(values, limit, LASTS.value, int(STANDS)) or often_above(values, limit)
    if found is None:
        return
    first, last = found
    reward = unlabelled(reward)
    moved = None if reward is None else course(reward.values)
    if unit == PER_ANSWER.unit and moved is not None and moved.rose:
        return
    height = median(values[first : last + 1])
    start = float(values[0])
    severe = unit == PER_TOKEN.unit and (height >= SEVERE or (moved is not None and moved.fell))
    free = str(beta) in ("0", "0.0")
    yield case.finding(
        kl,
        f"the KL to the reference stands at {height:.3g} {unit} (from {start:.2g}, peak {np.max(values):.3g})",
        first=rise(values, limit, first),
        detected=min(last, first + 4),
        last=last,
        severity="info" if free else "error" if severe else None,
        confidence="high" if height >= 1.5 * limit else "medium",
        measured={"kl": height, "start": start, "peak": float(np.max(values))},
        cannot_tell=("whether the reward is worth the distance",),
    )


def often_above(values: Floats, limit: float) -> tuple[int, int] | None:
    """From the first to the last of many records far over the limit: blow-ups that come in bursts."""
    far = np.flatnonzero(values >= BURSTS * limit)
    return (int(far[0]), int(far[-1])) if len(far) >= max(int(STANDS), int(LASTS * len(values))) else None


def is_sum(case: Case, kl: Curve) -> bool:
    """A sum over the answer; the KL of a PPO may be one where nobody knows whose PPO it is."""
    trainer = case.run.trainer
    return kl.aggregation == "sum" or (trainer.objective == "ppo" and trainer.framework is None)


def per_token(kl: Curve, length: Curve) -> Floats:
    """KL of each record divided by the answers' length there; the median length where it was not logged."""
    tokens = np.full(len(kl), median(length.values))
    i, j = matched(kl.records, length.records)
    tokens[i] = length.values[j]
    return np.asarray(kl.values / np.maximum(tokens, 1.0), dtype=float)


def rise(values: Floats, limit: float, first: int) -> int:
    """Back from the first point over the limit to where the rise began: a quarter of the limit."""
    while first > 0 and values[first - 1] > 0.25 * limit:
        first -= 1
    return first
