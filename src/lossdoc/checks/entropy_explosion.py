"""The entropy rises while the reward falls: the policy is dissolving into noise.

## What it means
A policy that grows undecided and scores worse at the same time loses what it knew. A slight rise of the entropy with
a rising reward is exploration and welcome.

## How it is measured
The level of the last 15 % against the first records: at least {factor} times and {nats} nats more, while the reward
fell by at least {rl.matters} of the spread of one answer, surely ({rl.sure} standard errors). It informs. The entropy
of a language model that ends at {dissolved} a token and more is a warning, whatever the reward did but rise: no text
leaves so much open.

## Silent when
- the reward rises, or stands while the entropy stays below {dissolved}
- the entropy came back down by the end
- entropies of Gaussian policies, which have no zero

## Likely causes
- Data far off policy: old samples, sampler and trainer that disagree.
- An upper clip that is too wide, or too large an entropy bonus.
- A learning rate too high. [rate-high]

## What to try
- Lower the upper clip or the entropy bonus; fewer updates per batch.
- Lower the learning rate. [rate-high]
- Compare the log-probabilities of sampler and trainer; correct by importance weights. [answers]
- Go back to a checkpoint before the rise.

## Sources
- rllm issue 116, verl issue 2738: entropy up, performance down.
- Sizes: ours; experimental, since the labelled runs that show it are explained by a collapse of the
  reward.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.checks._rl import course, rl_only, unlabelled
from lossdoc.judge.case import Case, Need
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import median, onset

if TYPE_CHECKING:
    from lossdoc.model.run import Curve

SEVERITY: Severity = "info"
SIGN: SignName = "stable"
EXPLAINS = ()
FACTOR = Limit(1.5, "times the first level", "ours")
NATS = Limit(0.3, "nats", "ours")
DISSOLVED = Limit(
    5.0,
    "nats",
    "ours: 148 tokens that are equally likely; text holds 0.6 to 1.3 bits per character (Shannon 1951), at most 3.6 "
    "nats per token of four",
)
RECORDS = Limit(20, "records", "ours")
NEEDS = {
    "entropy": Need("entropy", points=RECORDS),
    "reward": Need("reward", points=RECORDS),
    "std": Need("reward_std", optional=True),
}


def check(case: Case, entropy: Curve, reward: Curve, std: Curve | None) -> Iterator[Finding]:
    rl_only(case)
    y = entropy.values
    if reward.labels or np.any(y < 0):
        return
    start = median(y[: max(3, len(y) // 20)])
    end = median(y[-max(3, round(0.15 * len(y))) :])
    if end < FACTOR * start or end - start < NATS:
        return
    spread = unlabelled(std)
    moved = course(reward.values, None if spread is None else spread.values)
    dissolved = end >= DISSOLVED and not moved.rose and "rl" not in case.objectives
    if not moved.fell and not dissolved:
        return
    first = onset(y, start, margin=0.5 * (end - start)) or 0
    yield case.finding(
        entropy,
        f"the level of the entropy was {start:.3g} at the start and is {end:.3g} at the end, while that of the reward "
        f"went from {moved.early:.3g} to {moved.late:.3g}",
        first=first,
        detected=min(len(y) - 1, first + max(3, len(y) // 20)),
        severity="warning" if dissolved else None,
        confidence="medium",
        measured={"start": start, "end": end, "reward_early": moved.early, "reward_late": moved.late},
    )
