"""Answers shrink suddenly to a fraction of their length.

## What it means
A sudden fall of the answer length is a shortcut: refusals, empty answers, a bare guess without reasoning. The reward
may rise at the same time when it pays for exactly that.

## How it is measured
The level of the last 15 % of the run is at most {half} of the first records, and the step from 90 % to 60 % of the
start took at most {sudden} of the run, of the planned one where the log says how long that is. A slower shrinking
with a rising reward only informs.

## Silent when
- a slow shortening, or one that comes back
- episodes of an environment: shorter may be better there

## Likely causes
- A reward that punishes length or pays for short answers.
- A learning rate too high: the policy fell into the end token. [rate-high]
- A changed template or stop token.

## What to try
- Read ten answers before and after the fall.
- Give no reward to empty answers; require the parts that matter.
- Lower the learning rate; go back to a checkpoint before the fall. [rate-high]

## Sources
- metrics.help, completions: a fall by more than half. prime-rl: more than 5 % empty or failed rollouts.
- How sudden: ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lossdoc.checks._loss import passed
from lossdoc.checks._rl import course, rl_only, unlabelled
from lossdoc.judge.case import Case, Need
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import median, onset

if TYPE_CHECKING:
    from lossdoc.model.run import Curve

SEVERITY: Severity = "warning"
SIGN: SignName = "stable"
EXPLAINS = ("entropy-collapse", "zero-std-groups", "dead-reward", "zero-gradient", "vanishing-gradient")
HALF = Limit(0.5, "share of the first length", "metrics.help, completions")
SUDDEN = Limit(
    0.25,
    "share of the run",
    "ours: injected collapses take a tenth, healthy labelled runs shrink by 26 % at most",
)
TOKENS = Limit(2.0, "tokens", "ours: shorter answers cannot shrink")
RECORDS = Limit(20, "records", "ours")
NEEDS = {
    "length": Need("completion_length", points=RECORDS),
    "reward": Need("reward", points=8, optional=True),
}


def check(case: Case, length: Curve, reward: Curve | None) -> Iterator[Finding]:
    rl_only(case)
    y = length.values
    start = median(y[: max(3, min(5, len(y) // 20))])
    end = median(y[-max(3, round(0.15 * len(y))) :])
    if start < TOKENS or end > HALF * start:
        return
    first = onset(-y, -start, margin=0.1 * start) or 0
    low = onset(-y, -start, margin=0.4 * start) or first
    planned = len(y) / (passed(case) or 1.0)  # a young run is short whatever happens in it
    sudden = low - first <= SUDDEN * planned
    reward = unlabelled(reward)
    rose = reward is not None and course(reward.values).rose
    if not sudden and not rose:
        return
    yield case.finding(
        length,
        f"answers shrank from {start:.4g} to {end:.3g} tokens",
        first=first,
        detected=max(first, low),
        severity=None if sudden else "info",
        confidence="high" if end <= 0.25 * start else "medium",
        measured={"start": start, "end": end},
        cannot_tell=("whether the short answers are right",),
    )
