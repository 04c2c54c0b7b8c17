"""Answers grow to the length limit, or grow without the reward growing.

## What it means
Longer answers are fine as long as they are better. Growth up to the limit, with most answers cut off there, or growth
that buys no reward, means that length itself is what pays, or that the end token got lost.

## How it is measured
The level of the last 15 % of the run against the first records: at least {growth} times. Reported when most answers of
that stretch are cut off (truncated share {most} and more), or when the reward did not rise.

## Silent when
- the growth comes with a rising reward and answers still end by themselves
- an eval score rises with the length
- answers are at the limit from the start (`truncated-completions`)

## Likely causes
- A reward that grows with length, or that a judge gives to longer answers.
- A policy that fell apart after a large update. [rate-high]
- A loss normalised per answer: long wrong answers are punished less per token.
- The end token is never rewarded or is masked out.

## What to try
- Punish overlong answers softly (DAPO), or mask cut answers out of the loss.
- Lower the learning rate; go back to a checkpoint before the rise. [rate-high]
- Normalise by a constant instead of the length (Dr. GRPO).
- Read the longest answers: reasoning, repetition or noise?

## Sources
- rldoctor: +50 %. DAPO, arXiv 2503.14476: soft punishment. Dr. GRPO, arXiv 2503.20783: length bias of the loss.
- axolotl: truncated share below 0.3 healthy, above 0.8 a red flag.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lossdoc.checks._rl import course, rl_only, unlabelled
from lossdoc.judge.case import Case, Need
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import leaning, median, onset

if TYPE_CHECKING:
    from lossdoc.model.run import Curve

SEVERITY: Severity = "warning"
SIGN: SignName = "stable"
EXPLAINS = ("truncated-completions", "slow-steps", "zero-std-groups")
GROWTH = Limit(1.5, "times the first length", "rldoctor: 50 % more")
MOST = Limit(0.5, "share of answers that are cut off", "ours; axolotl: below 0.3 healthy, above 0.8 a red flag")
FREE = Limit(0.05, "share of answers that are cut off", "ours: answers that end by themselves may grow")
DOUBLE = Limit(2.0, "times the first length", "ours: up to here answers that end by themselves may grow")
BETTER = Limit(1.5, "standard errors of a rising score", "ours")
RECORDS = Limit(20, "records", "ours")
NEEDS = {
    "length": Need("completion_length", points=RECORDS),
    "truncated": Need("truncated_fraction", optional=True),
    "reward": Need("reward", points=8, optional=True),
    "score": Need(("reward", "accuracy"), split="eval", points=3, optional=True),
}


def check(
    case: Case, length: Curve, truncated: Curve | None, reward: Curve | None, score: Curve | None
) -> Iterator[Finding]:
    rl_only(case)
    y = length.values
    last = max(3, round(0.15 * len(y)))
    start, end = median(y[: max(3, min(5, len(y) // 20))]), median(y[-last:])
    if start <= 0 or end < GROWTH * start:
        return
    cut = None if truncated is None else median(truncated.values[-max(3, round(0.15 * len(truncated))) :])
    reward = unlabelled(reward)
    moved = None if reward is None else course(reward.values)
    full = cut is not None and cut >= MOST
    if not full:
        if moved is None or moved.rose or (score is not None and leaning(score.values) > BETTER):
            return
        if cut is not None and cut < FREE and end < DOUBLE * start:
            return
    first = onset(y, start, margin=0.25 * (end - start)) or 0
    text = f"answers grew from {start:.4g} to {end:.4g} tokens"
    measured = {"start": start, "end": end}
    if cut is not None:
        measured["truncated"] = cut
        text += f", {cut:.0%} of them cut off at the limit"
    if moved is not None and not moved.rose:
        measured |= {"reward_early": moved.early, "reward_late": moved.late}
        text += f", while the reward went from {moved.early:.3g} to {moved.late:.3g}"
    yield case.finding(
        length,
        text,
        first=first,
        detected=min(len(y) - 1, first + max(3, len(y) // 20)),
        confidence="high" if full else "medium",
        measured=measured,
        cannot_tell=("whether the longer answers are better",),
    )
