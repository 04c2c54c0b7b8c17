"""Most groups of answers get one and the same reward, so they teach nothing.

## What it means
GRPO, RLOO and their kin learn from differences between the answers to one prompt. Where all answers of a group score
the same, the advantage is 0 and the prompt is wasted. When nearly all groups are like that, training stands still.
Whether they are all right or all wrong decides what to do; the reward tells.

## How it is measured
The share of groups without spread, record by record; a record whose reward_std is 0 counts as 1, since the share can
read 0 through floating-point noise while no answer differs. Reported when the running median stays at {share} or above
for at least {lasts} of the run and {records} records; in a shorter log of {few} records at least, when not one of them
had any spread and the reward never moved.

## Silent when
- the share rises because the task is nearly solved: the reward rose and holds its best level (then it only informs)
- up to half of the groups are without spread, as on any task with easy prompts
- dynamic sampling filters such groups: the logged share is pinned low by design

## Likely causes
- All wrong: the task is too hard for the model, or the parser of the reward function never finds an answer.
  [reward-never]
- All right: the prompts are too easy, or are solved by now. [reward-always]
- The reward function returns a constant. [reward-constant]
- The policy fell apart: a learning rate too high. [rate-high]
- The policy lost its diversity: low temperature, collapsed entropy. [cold-sampling]
- Too few answers per prompt. [few-answers]

## What to try
- Score one answer by hand with the reward function. [reward-never, reward-constant]
- All wrong: easier prompts, partial credit, a few supervised examples first. [reward-never]
- All right: harder prompts, or stop, the task is done. [reward-always]
- Lower the learning rate; go back to a checkpoint with varied answers. [rate-high]
- Filter such groups (dynamic sampling).
- Draw more answers per prompt at a higher temperature. [few-answers]

## Sources
- axolotl docs/training_stability.qmd: a red flag at 1.0; the compute used is 1 / (1 - share).
- DAPO, arXiv 2503.14476: dynamic sampling.
- How long: ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.checks._rl import course, course_above, unlabelled
from lossdoc.judge.case import Case, Need
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import matched, median

if TYPE_CHECKING:
    from lossdoc.model.run import Curve, Floats

SEVERITY: Severity = "warning"
SIGN: SignName = "learning"
EXPLAINS = ("dead-reward", "reward-flat", "zero-gradient", "vanishing-gradient", "no-learning", "plateau")
SHARE = Limit(0.8, "share of the groups", "axolotl, docs/training_stability.qmd: healthy below, a red flag at 1.0")
LASTS = Limit(0.25, "share of the run", "ours: healthy labelled runs reach a median of 0.5 late, faulty ones 1.0")
SOLVED = Limit(0.1, "share of the gain", "ours: a reward this near to its best is nearly solved")
RECORDS = Limit(8, "records", "ours")
FEW = Limit(
    5,
    "records without any spread from the first on",
    "ours: no healthy labelled run has even one; a hard task with few prompts may have some",
)
NEEDS = {
    "share": Need(("zero_std_fraction", "reward_std"), points=FEW),
    "std": Need("reward_std", optional=True),
    "reward": Need("reward", points=FEW, optional=True),
}


def check(case: Case, share: Curve, std: Curve | None, reward: Curve | None) -> Iterator[Finding]:
    if share.labels:
        return
    std = unlabelled(std)
    wasted = no_signal(share, std)
    found = course_above(wasted, SHARE.value, LASTS.value, int(RECORDS))
    reward = unlabelled(reward)
    if found is None and len(wasted) < RECORDS and np.all(wasted == 1):
        # With a reward that moves, a spread of 0 may be that of one answer.
        found = (0, len(wasted) - 1) if reward is not None and np.ptp(reward.values) == 0 else None
    if found is None:
        return
    first, last = found
    text = f"{np.mean(wasted[first : last + 1]):.0%} of the groups have no spread of reward"
    solved = False
    measured: dict[str, float | int | str] = {"share": float(np.mean(wasted[first : last + 1]))}
    if reward is not None:
        level_there = median(reward.values[-max(3, len(reward) // 5) :])
        measured["reward"] = level_there
        moved = course(reward.values, None if std is None else std.values)
        best = float(np.max(reward.values))
        solved = moved.rose and level_there >= best - SOLVED * abs(best - moved.early)
        text += f" while the reward is {level_there:.3g}"
        text += ": the answers are all equally good" if solved else ", and it did not get there by learning"
        if level_there == 0:
            text = text.replace(", and it did not get there by learning", ": all answers score 0")
    yield case.finding(
        share,
        text,
        first=first,
        detected=min(last, first + max(7, len(wasted) // 4)),
        last=last,
        severity="info" if solved else None,
        confidence="high" if len(wasted) >= RECORDS else "medium",
        measured=measured,
        cannot_tell=() if reward is not None else ("whether the answers are all right or all wrong",),
    )


def no_signal(share: Curve, std: Curve | None) -> Floats:
    """Share of groups without spread per record, shape (n,); 1 where the spread of the whole batch is 0."""
    if share.metric == "reward_std":
        return (share.values <= 1e-6).astype(float)
    wasted = np.array(share.values, dtype=float)
    if std is not None:
        i, j = matched(share.records, std.records)
        wasted[i[std.values[j] <= 1e-6]] = 1.0
    return wasted
