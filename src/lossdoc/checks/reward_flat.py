"""The reward does not move over a material part of the run, and the log is long enough to say so.

## What it means
The reward is the one number that reinforcement learning maximises. When its level at the end equals its level at the
start within a small part of the spread of single answers, nothing was learned that the reward can see.

## How it is measured
The mean of the last three tenths of the records against the first fifth, in units of the spread of one answer's
reward (reward_std where logged, else {rl.batch-factor} times the noise between records). Flat means that even the
upper end of the error of that difference (2 standard errors) stays under {moved}, that no trend rises by {rises}
errors, and that no stretch in between stood {stood} above the start. A reward that is exactly constant for {few}
records and more is flat as well, and so is one that becomes constant below its best for {stuck} of the records, and
{records} at least. Where the noise hides more than that, the learning rate can tell: rates that add up
to less than {nowhere} over all steps move no weight, and {soon} records are enough where they do not climb.

An agent's return has no spread of answers, and a table of running means no noise: there flat means that it changed by
at most {agents.still} of its level, with a standard error below that, without a sure gain of {agents.gained} and
without a stretch in between that stood {agents.peaked} of the level above the start. {agents.few} records are enough
where the noise allows.

## Silent when
- fewer than {records} records, noise that hides changes of {sure}, or a log that begins in the middle of a run
  (skipped, with the reason)
- the reward is near a ceiling of 1 from the start, and not constant
- the logged batch is what dynamic sampling left over, or the reward is whitened: its mean is pinned
- the reward fell: that is `reward-collapse`
- the reward of another agent of the same log gained

## Likely causes
- A learning rate too low. [rate-low]
- Weights in pure bf16 at rates near 1e-6, where updates round to nothing. [rounded-weights]
- A reward without information: noise. [reward-noise]
- A reward that is a constant: a goal that is never found (exploration), a parser that never matches. [reward-constant]
- Groups without spread (see `zero-std-groups`). [no-spread]
- Tasks too hard to be solved now and then.
- Nothing that follows counts (a discount near 0), or exploration that never ends. [environment]
- A KL penalty so strong that the policy cannot leave its reference. [beta-high]

## What to try
- Raise the learning rate. [rate-low]
- Test the reward function alone, on answers of known quality. [answers]
- Check the reward of the environment on a policy that is known to be good. [environment]
- Compare answers of the first and last checkpoint: are they different at all? [answers]
- Look at the spread within groups and at the components of the reward. [answers]
- Make the task easier first: a denser reward, partial credit.
- Lower beta. [beta-high]

## Sources
- axolotl docs/agents/grpo.md: reward should move within about 20 steps.
- Spreads and records: ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.checks._agents import is_agent, returns
from lossdoc.checks._loss import begins_late
from lossdoc.checks._rl import course, highest_level, rl_only, unlabelled
from lossdoc.checks._schedule import travel
from lossdoc.judge.case import Case, Need, Skip
from lossdoc.judge.merit import course as gains
from lossdoc.judge.merit import measures
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import constant_from, leaning

if TYPE_CHECKING:
    from lossdoc.model.run import Curve, Floats

SEVERITY: Severity = "warning"
SIGN: SignName = "learning"
EXPLAINS = ("plateau", "no-learning", "dead-reward")
FEW = Limit(8, "records of one exact value", "ours: rewards of sampled answers or episodes do not agree by chance")
RECORDS = Limit(30, "records", "ours")
SOON = Limit(15, "records", "ours: with rates that add up to nothing, to see that the reward did not move after all")
MOVED = Limit(
    0.25,
    "times the spread of one answer",
    "ours: healthy labelled runs gain 0.3 to 3, faulty ones 0.1 at most",
)
STOOD = Limit(0.5, "times the spread of one answer", "ours: a stretch so far above the start was no standstill")
STUCK = Limit(
    0.5, "share of the records", "ours: one exact value for so long, below what had been reached, is no plateau"
)
SURE = Limit(0.16, "times the spread of one answer", "ours: the largest change that noise may hide")
NOWHERE = Limit(
    1e-06,
    "sum of the learning rates",
    "ours: weights of 0.02 that move by a millionth change no answer; the smallest rates in use (1e-7) "
    "pass it in ten steps, labelled runs at 1e-9 travel 1e-7",
)
CEILING = Limit(0.95, "reward of at most 1", "ours: there is little left to be gained")
RISES = Limit(3.0, "standard errors of a rising trend", "ours")
NEEDS = {
    "reward": Need(("reward", "return_mean"), split="train, else eval", points=FEW),
    "std": Need("reward_std", optional=True),
    "rate": Need("learning_rate", optional=True, points=5),
}


def check(case: Case, reward: Curve, std: Curve | None, rate: Curve | None) -> Iterator[Finding]:
    values = reward.values
    if np.ptp(values) <= 1e-12 * max(1.0, abs(float(values[0]))):
        yield case.finding(
            reward,
            f"the {reward.said} is {values[0]:.4g} in all {len(values)} records",
            detected=min(19, len(values) - 1),
            measured={"reward": float(values[0]), "records": len(values)},
        )
        return
    rl_only(case)
    if (since := stuck(values)) is not None:
        best = float(np.max(values[:since]))
        yield case.finding(
            reward,
            f"the {reward.said} is {values[-1]:.4g} in the last {len(values) - since} of {len(values)} records, and "
            f"was {best:.4g} before",
            first=since,
            detected=since + int(FEW) - 1,
            measured={"reward": float(values[-1]), "records": len(values) - since, "of": len(values), "best": best},
        )
        return
    begins_late(reward)
    found = returns(values) if is_agent(case) else None
    if found and found.still and another_gained(case, reward):
        return
    if found and found.still:
        yield case.finding(
            reward,
            f"the {reward.said} was {found.early:.4g} on average in the first fifth of the records "
            f"and {found.late:.4g} in the last three tenths",
            detected=len(values) // 2,
            confidence="high" if len(values) >= RECORDS else "medium",
            measured={"early": found.early, "late": found.late, "error": found.error, "records": len(values)},
            cannot_tell=("whether the policy does not move or moves where the reward does not look",),
        )
        return
    if found and found.hidden:
        raise Skip(f"the noise of {len(values)} records hides what the return did")
    if found:
        return
    way = None if rate is None or rate.axis != "step" else travel(rate.values, rate.steps)
    still = way is not None and 0 < way < NOWHERE
    # A rate that climbs says nothing of the way that is to come.
    if len(values) < (SOON if still and rate is not None and rate.values[-1] <= rate.values[0] else RECORDS):
        raise Skip(f"{len(values)} records of the reward are too few to call it flat (needs {RECORDS})")
    moved = course(values, None if unlabelled(std) is None or std is None else std.values)
    upper = moved.change + 2 * moved.error
    if moved.rose or moved.fell or leaning(values) >= RISES:
        return
    if highest_level(values, max(5, len(values) // 10))[2] - moved.early > STOOD * moved.scale:
        return
    if 2 * moved.error >= SURE and not still:
        raise Skip(f"the reward's noise hides changes below {2 * moved.error:.2g} of its spread")
    if upper >= MOVED and not still:
        return
    if moved.early >= CEILING and np.max(values) <= 1.0:
        return
    because = f"; all learning rates together add up to {way:.2g}" if still else ""
    yield case.finding(
        reward,
        f"the reward went from {moved.early:.4g} to {moved.late:.4g}, {moved.change:+.2f} ± {moved.error:.2f} of the "
        f"spread of one answer{because}",
        detected=len(values) // 2,
        confidence="high" if upper < 0.5 * MOVED or (still and upper < MOVED) else "medium",
        measured={
            "early": moved.early,
            "late": moved.late,
            "spread": moved.scale,
            "change_in_spreads": moved.change,
            "error_in_spreads": moved.error,
            **({} if way is None else {"sum_of_rates": way}),
        },
        cannot_tell=("whether the policy does not move or moves where the reward does not look",),
    )


def another_gained(case: Case, reward: Curve) -> bool:
    """Of several agents one learned: what the others get hangs on it."""
    others = [
        m for m in measures(case.run, case.knowledge) if m.curve.metric == reward.metric and m.curve is not reward
    ]
    return any((went := gains(m)) is not None and went.went == "better" for m in others)


def stuck(values: Floats) -> int | None:
    """From where on the reward is one exact value to the end, for most of the log and below what it had reached."""
    since = constant_from(values)
    long = len(values) - since >= max(RECORDS.value, STUCK * len(values))
    return since if since and long and values[-1] < np.max(values) else None
