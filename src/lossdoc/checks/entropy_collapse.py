"""The policy's entropy falls to almost nothing while the reward does not rise.

## What it means
Entropy is the room for exploration: with none left every sample of a prompt is the same answer, groups have no
spread, and nothing better can be found. A falling entropy with a rising reward is what learning looks like.

## How it is measured
The level of the last 15 % of the run against the first records. Collapsed is {share} of the start or less. It is a
warning when the reward did not rise meanwhile, and informs when it did. Entropies that are negative at any time are
differential (Gaussian policies): a fall of {tenfold-nats} nats with a falling reward, for information.

## Silent when
- the reward rises and some entropy is left: healthy labelled runs fall to 0.22 of their start
- there are fewer than {records} records ({few} where each lies below the one before, beside a reward)

## Likely causes
- A learning rate too high. [rate-high]
- Many passes over one batch.
- Symmetric clipping: it holds unlikely tokens back more than likely ones. [answers]
- No entropy term.
- A low sampling temperature. [cold-sampling]
- A few prompts seen over and over. [answers]

## What to try
- Lower the learning rate; go back to a checkpoint with entropy left. [rate-high]
- Clip higher on the upper side (0.28 against 0.2), or control the tokens with the highest covariance (Clip-Cov,
  KL-Cov). [answers]
- An entropy bonus.
- A higher sampling temperature. [cold-sampling]

## Sources
- Cui et al., arXiv 2505.22617: reward follows R = -a exp(H) + b, entropy is spent for it.
- DAPO, arXiv 2503.14476: clip-higher. axolotl: below 0.01 is collapse.
- The share: ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.checks._rl import course, rl_only, unlabelled
from lossdoc.judge.case import Case, Need, Skip
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import median, onset

if TYPE_CHECKING:
    from lossdoc.model.run import Curve

SEVERITY: Severity = "warning"
SIGN: SignName = "stable"
EXPLAINS = ("zero-std-groups", "reward-flat", "zero-gradient", "vanishing-gradient")
SHARE = Limit(
    0.1,
    "share of the first level",
    "ours: collapsed labelled runs stand at 0.004, healthy ones at 0.19 and more",
)
TENFOLD_NATS = Limit(2.3, "nats", "ln 10: a tenfold narrower action")
RECORDS = Limit(20, "records", "ours")
FEW = Limit(8, "records", "ours, where each of them lies below the one before, beside a reward")
NEEDS = {
    "entropy": Need("entropy", points=FEW),
    "reward": Need("reward", points=8, optional=True),
}


def check(case: Case, entropy: Curve, reward: Curve | None) -> Iterator[Finding]:
    rl_only(case)
    y = entropy.values
    start = median(y[: max(3, len(y) // 20)])
    end = median(y[-max(3, round(0.15 * len(y))) :])
    reward = unlabelled(reward)
    moved = None if reward is None else course(reward.values)
    if len(y) < RECORDS and (moved is None or np.any(np.diff(y) >= 0)):
        raise Skip(f"{len(y)} records are too few unless each lies below the one before, beside a reward")
    if np.any(y < 0):
        # A differential entropy has no zero.
        if start - end < TENFOLD_NATS or moved is None or not moved.fell:
            return
        text = f"the (differential) entropy fell by {start - end:.3g} nats while the reward fell"
        yield case.finding(
            entropy, text, severity="info", confidence="low", measured={"start": start, "end": end, "fall": start - end}
        )
        return
    if start <= 0 or end > SHARE * start:
        return
    first = onset(-y, -start, margin=0.5 * (start - end)) or 0
    rose = moved is not None and moved.rose
    rewards = {} if moved is None else {"reward_early": moved.early, "reward_late": moved.late}
    beside = "" if moved is None else f" while the reward went from {moved.early:.3g} to {moved.late:.3g}"
    yield case.finding(
        entropy,
        f"the entropy fell from {start:.3g} to {end:.2g}, {end / start:.1%} of its start{beside}",
        first=first,
        detected=min(len(y) - 1, first + max(3, len(y) // 20)),
        severity="info" if rose else None,
        confidence="high" if moved is not None else "medium",
        measured={"start": start, "end": end, "share": end / start, **rewards},
    )
