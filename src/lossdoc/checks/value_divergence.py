"""The critic falls apart: its loss grows by orders of magnitude, or it explains less than nothing.

## What it means
The critic predicts returns; advantages are measured against it. With a diverged critic the advantages are noise and
the policy follows them. An explained variance below 0 means that a constant would predict better.

## How it is measured
Value loss: the level of the last 15 % is at least {factor} times the median of the first half (after the first
tenth), stays there, and the reward did not rise. Explained variance: the running median stays below {below} over the
last third of the run, {records} records and more.

## Silent when
- the first tenth of the run, where any critic is bad
- the loss rises with the return: it scales with its square
- spikes that come back
- an explained variance below 0 when the value loss has fallen to {nothing}: a solved task's returns hardly vary, and
  there is nothing left to explain

## Likely causes
- A learning rate of the critic too high, or no value clipping. [rate-high]
- Returns of a large or changing scale: rewards not normalised.
- A discount near 1 with bootstrapping from a stale target.

## What to try
- Lower the critic's learning rate; clip the value change.
- Normalise rewards or returns.
- Train the critic alone for a while before the policy moves.

## Sources
- TRL v0.9.6 logging.mdx: the value loss spikes or turns NaN when PPO does not go well.
- OpenAI baselines, explained variance: 1 perfect, 0 useless, below 0 worse than nothing.
- Sizes: ours; no labelled run has this fault.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.checks._rl import course, unlabelled
from lossdoc.judge.case import Case, Need
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import median, onset, smooth

if TYPE_CHECKING:
    from lossdoc.model.run import Curve

SEVERITY: Severity = "warning"
SIGN: SignName = "stable"
EXPLAINS = ("reward-flat", "reward-collapse")
FACTOR = Limit(10.0, "times the first half", "ours")
BELOW = Limit(-0.1, "explained variance", "ours; OpenAI baselines: below 0 worse than nothing")
NOTHING = Limit(0.001, "share of the first level", "ours: the returns of a solved task hardly vary")
RECORDS = Limit(20, "records", "ours")
NEEDS = {
    "critic": Need(("value_loss", "explained_variance"), points=RECORDS),
    "explained": Need("explained_variance", points=RECORDS, optional=True),
    "reward": Need("reward", points=8, optional=True),
}


def check(case: Case, critic: Curve, explained: Curve | None, reward: Curve | None) -> Iterator[Finding]:
    reward = unlabelled(reward)
    rose = reward is not None and course(reward.values).rose
    if critic.metric == "value_loss" and not rose:
        yield from exploding(case, critic)
    if explained is not None and not (critic.metric == "value_loss" and nothing_left(critic)):
        yield from useless(case, explained)


def exploding(case: Case, loss: Curve) -> Iterator[Finding]:
    y = loss.values
    n = len(y)
    usual = median(y[n // 10 : n // 2])
    end = median(y[-max(4, round(0.15 * n)) :])
    if usual <= 0 or end < FACTOR * usual:
        return
    first = onset(y, usual, from_index=n // 10, margin=2.0 * usual)
    if first is None:
        return
    yield case.finding(
        loss,
        f"the value loss grew from {usual:.3g} to {end:.3g}, {end / usual:.3g} times",
        first=first,
        detected=min(n - 1, first + 3),
        confidence="medium",
        measured={"usual": usual, "end": end, "factor": end / usual},
    )


def nothing_left(loss: Curve) -> bool:
    """The critic is all but exact: what variance is left is that of rounding."""
    y = loss.values
    early = median(y[: max(4, len(y) // 10)])
    return median(y[-max(4, round(0.15 * len(y))) :]) <= NOTHING * early


def useless(case: Case, explained: Curve) -> Iterator[Finding]:
    y = smooth(explained.values)
    last = y[2 * len(y) // 3 :]
    if not np.all(last < BELOW):
        return
    high = np.flatnonzero(y >= BELOW)
    yield case.finding(
        explained,
        f"the explained variance of the critic stays at {median(last):.2f}, worse than a constant",
        first=0 if not len(high) else int(high[-1]) + 1,
        detected=2 * len(y) // 3,
        confidence="medium",
        measured={"explained_variance": median(last)},
    )
