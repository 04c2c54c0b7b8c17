"""The reward falls for good from a level that it had held.

## What it means
A policy that had reached a reward loses it and does not come back: gibberish, empty or endless answers, or a grader
that stopped working. What is trained after that is lost.

## How it is measured
The best level that lasted a tenth of the run against the level of its end. Reported when the fall is at least
{spreads} times the spread of one answer's reward (reward_std where logged, else {rl.batch-factor} times the noise),
more than {errors} standard errors, and more than {lost} of what had been gained since the start or below the start.

An agent's return has no spread of answers: there the fall is at least {agents.fell} of the level, more than
{agents.surely} standard errors, and more than {agents.gone} of what had been gained. {agents.few} records are enough,
whatever their scatter where none lies above the one before.
The reward of sampled answers is judged so, too, where fewer than {records} records were logged, if it lost {few-fell}
of its level.

## Silent when
- the reward dips and recovers (exploration)
- the best level did not last
- ordinary noise around a flat or rising course

## Likely causes
- The reward broke: its function, its service or its environment gives one value from some step on. [reward-broken]
- A learning rate too high, or updates too large (clip range, passes per batch). [rate-high]
- Sampler and trainer disagree, or the data are too far off policy. [answers]
- The learning rate jumped. [rate-jump]
- The policy left its reference: KL weight too small. [beta-low]
- Multi-turn masks that train on the environment's tokens. [answers]
- The policy has no exploration left, or a critic diverged: its values say nothing any more.

## What to try
- Read answers from just before and after the fall; score them by hand. [answers]
- Replay episodes from before and after the fall, and look at what the environment gives. [environment]
- Roll back to a checkpoint before the fall, and keep the learning rate where it was. [rate-jump]
- Roll back to a checkpoint before the fall; lower the learning rate. [rate-high]
- Clip gradients at 0.1 to 0.2. [answers]
- Look at entropy, KL, length, value loss and gradient norm: which moved first?

## Sources
- Search-R1 issue 88, ZeroSearch issue 23, ConvSearch-R1 issue 6: collapses at steps 160 to 300.
- Spreads and errors: ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.checks._agents import FEW, is_agent, lost, only_fell, returns
from lossdoc.checks._rl import highest_level, rl_only, spread_of, unlabelled
from lossdoc.judge.case import Case, Need, Skip
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import noise, onset

if TYPE_CHECKING:
    from lossdoc.model.run import Curve

SEVERITY: Severity = "error"
SIGN: SignName = "stable"
EXPLAINS = (
    "zero-std-groups", "dead-reward", "reward-flat", "zero-gradient", "entropy-collapse", "entropy-explosion",
    "vanishing-gradient", "reward-hacking", "negative-kl", "kl-runaway", "length-explosion", "length-collapse",
    "truncated-completions",
)  # fmt: skip
SPREADS = Limit(
    0.5,
    "times the spread of one answer",
    "ours: faults of labelled runs fall by 0.7 and more, healthy ones and noise by 0.3 at most",
)
ERRORS = Limit(6.0, "standard errors", "ours")
LOST = Limit(0.5, "share of what had been gained", "ours")
RECORDS = Limit(20, "records", "ours")
FEW_FELL = Limit(
    0.5,
    "share of the level",
    "ours: of 2,000 stretches of 8 to 19 records of healthy labelled runs none falls by more than 0.4 for good",
)
NEEDS = {
    "reward": Need(("reward", "return_mean"), split="train, else eval", points=FEW),
    "std": Need("reward_std", optional=True),
}


def check(case: Case, reward: Curve, std: Curve | None) -> Iterator[Finding]:
    rl_only(case)
    values = reward.values
    n = len(values)
    if is_agent(case):
        yield from by_level(case, reward, 0.0)
        return
    if reward.metric != "reward":
        raise Skip("a return is judged for agents only")
    if n < RECORDS:
        yield from by_level(case, reward, FEW_FELL.value)
        return
    best_first, best_last, held = highest_level(values, max(5, n // 10))
    last = values[n - max(4, round(0.15 * n)) :]
    if best_last >= n - len(last):
        return
    before = unlabelled(std)
    scale = spread_of(values[: best_last + 1], None if before is None else before.values[: best_last + 1])
    final = float(np.mean(last))
    fall = held - final
    error = noise(values) * float(np.sqrt(1.57 / (best_last - best_first + 1) + 1 / len(last)))
    start = float(np.mean(values[: max(3, n // 20)]))
    if fall < SPREADS * scale or fall <= ERRORS * error or fall <= LOST * (held - start):
        return
    first = onset(-values, -held, from_index=best_last, margin=0.4 * fall)
    if first is None:
        return
    share = fall / abs(held) if held else float("inf")
    spreads = {"spreads": fall / scale} if scale > 0 else {}
    size = f", {fall / scale:.2g} times the spread of one answer" if scale > 0 else ""
    yield case.finding(
        reward,
        f"the reward held {held:.4g} and fell to {final:.4g}" + size,
        first=first,
        detected=min(n - 1, first + max(3, n // 20)),
        confidence="high" if fall > scale or share > 0.9 else "medium",
        measured={"held": held, "final": final, "fall": fall, "spread": scale, **spreads},
        cannot_tell=("whether the policy fell apart or the grader did; the answers show it",),
    )


def by_level(case: Case, reward: Curve, least: float) -> Iterator[Finding]:
    """A return, or a few rewards, against its own level, of which it lost the share `least`."""
    values = reward.values
    found = returns(values)
    fall = found.best - found.final
    if not (lost(values, found) or only_fell(values)) or fall < least * max(abs(found.best), abs(found.final)):
        return
    first = onset(-values, -found.best, from_index=found.best_last, margin=0.5 * fall)
    first = min(len(values) - 1, found.best_last + 1) if first is None else first
    yield case.finding(
        reward,
        f"the {reward.said} held {found.best:.4g} and fell to {found.final:.4g}",
        first=first,
        detected=min(len(values) - 1, first + max(3, len(values) // 20)),
        confidence="high" if fall > 0.8 * max(abs(found.best), abs(found.final)) else "medium",
        measured={"held": found.best, "final": found.final, "fall": fall},
        cannot_tell=("whether the policy fell apart or what rewards it changed",),
    )
