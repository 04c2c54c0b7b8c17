"""Suspicion: the reward that is trained rises while another measure of the same answers falls or stands still.

## What it means
A policy maximises what is measured, not what is meant. When the trained reward goes up while a held-out score, a
second reward or the correctness goes down, the two have come apart. The log cannot prove which of them is right; the
answers can.

## How it is measured
Any of: the reward rises surely ({rl.sure} standard errors, {rl.matters} of its spread) while the eval score falls
from its best by at least {gap} of its range of values so far and surely; one component rises while another falls to
{halved} of its start or less; a format component stands above {formed} for the last half of at least {format-records}
records while a correctness component is below {correct-below} and did not rise.

## Silent when
- there is no second measure (skipped)
- the second measure merely lags

## Likely causes
- A reward that can be had cheaply: length, key words, a format.
- A learning rate so high that the policy fell apart, and only the cheap part held. [rate-high]
- A reward model used far outside the answers it was trained on. [answers]
- A KL penalty that is too weak. [beta-low]
- A check of correctness that never fires, so that only the format is left to learn. [answers]

## What to try
- Read the twenty answers with the highest reward. [answers]
- Add a second, independent check and look at both.
- Lower the learning rate. [rate-high]
- Lower the weight of the cheap part; stop at the best eval.
- Strengthen the KL penalty. [beta-low]

## Sources
- Gao et al., arXiv 2210.10760: proxy rises while gold falls, gold peaks in the square root of the KL.
- open-r1 issue 255: format up, accuracy down. The gap: rldoctor. The other numbers are ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.checks._rl import course, rl_only
from lossdoc.judge.case import Case, Need, Skip
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import median, noise, onset
from lossdoc.words.expressions import expression

if TYPE_CHECKING:
    from lossdoc.model.run import Curve

SEVERITY: Severity = "warning"
SIGN: SignName = "generalising"
EXPLAINS = ("length-explosion", "length-collapse", "truncated-completions", "dead-reward")
GAP = Limit(0.15, "share of the range of the eval score", "rldoctor: 0.15 and 0.30")
NOISES = Limit(3.0, "times the noise of the eval score", "ours")
BEST_BY = Limit(0.7, "share of the evaluations", "ours: a score that is best later may merely lag")
HALVED = Limit(0.5, "share of its first level", "ours: a component that falls so far is paid for the other")
FORMED = Limit(0.9, "reward for the format", "ours: it is saturated")
CORRECT_BELOW = Limit(0.5, "reward for the correctness", "ours: it is not learned")
FORMAT_RECORDS = Limit(50, "records", "ours")
EVALS = Limit(6, "evaluations", "ours")
RECORDS = Limit(20, "records", "ours")
NEEDS = {
    "reward": Need("reward", points=RECORDS),
    "score": Need(
        ("reward", "accuracy", "success_rate", "pass_at_k", "score"), split="eval", points=EVALS, optional=True
    ),
}
FORMAT = expression(r"(?i)format|fmt|\bxml|tag|struct|think")
CORRECT = expression(r"(?i)correct|accura|exact|answer|solve|verif|success")


def check(case: Case, reward: Curve, score: Curve | None) -> Iterator[Finding]:
    rl_only(case)
    parts = [c for c in case.run.all("reward") if c.labels.get("component") and len(c) >= RECORDS]
    seconds = [c for c in case.run.all("accuracy", "train") if len(c) >= RECORDS] + shares(case)
    if score is None and len(parts) + len(seconds) < 2:
        raise Skip("no second measure (an eval score, another reward) to hold the reward against")
    if score is not None and (found := against_eval(case, reward, score)):
        yield found
        return
    if found := against_each_other(case, parts) or format_only(case, [*parts, *seconds]):
        yield found


def against_eval(case: Case, reward: Curve, score: Curve) -> Finding | None:
    moved = course(reward.values)
    y = score.values
    best = int(np.argmax(y))
    span = float(np.ptp(y[: best + 1])) or abs(float(y[best]))
    end = median(y[-max(2, len(y) // 5) :])
    fall = float(y[best]) - end
    if not moved.rose or best > BEST_BY * len(y) or fall < max(GAP * max(span, abs(float(y[best]))), NOISES * noise(y)):
        return None
    highest, end = (score.as_logged(value) for value in (float(y[best]), end))
    return case.finding(
        score,
        f"the trained reward rose from {moved.early:.3g} to {moved.late:.3g} while {score.said} fell from "
        f"{highest:.3g} to {end:.3g}: suspicion of reward hacking",
        first=best,
        detected=min(len(y) - 1, best + 2),
        confidence="medium",
        measured={"reward_early": moved.early, "reward_late": moved.late, "eval_best": highest, "eval_end": end},
        cannot_tell=("which of the two measures is right",),
    )


def against_each_other(case: Case, parts: list[Curve]) -> Finding | None:
    courses = [(c, course(c.values, early=0.05)) for c in parts if c.split == "train"]
    rising = [(c, m) for c, m in courses if m.rose]
    falling = [(c, m) for c, m in courses if m.fell and m.early > 0 and m.late <= HALVED * m.early]
    if not rising or not falling:
        return None
    (up, gain), (down, loss) = rising[0], falling[0]
    first = onset(-down.values, -loss.early, margin=0.25 * (loss.early - loss.late)) or 0
    return case.finding(
        down,
        f"{up.said} rose from {gain.early:.3g} to {gain.late:.3g} while {down.said} fell from {loss.early:.3g} to "
        f"{loss.late:.3g}: suspicion of reward hacking",
        first=first,
        detected=min(len(down) - 1, first + max(3, len(down) // 20)),
        confidence="medium",
        measured={"risen_from": gain.early, "risen": gain.late, "fallen_from": loss.early, "fallen": loss.late},
        cannot_tell=("which of the two is meant to be maximised",),
    )


def format_only(case: Case, parts: list[Curve]) -> Finding | None:
    for shape in parts:
        half = shape.values[len(shape) // 2 :]
        if not FORMAT.search(name_of(shape)) or len(shape) < FORMAT_RECORDS or float(np.mean(half)) < FORMED:
            continue
        for truth in parts:
            if truth is shape or not CORRECT.search(name_of(truth)) or FORMAT.search(name_of(truth)):
                continue
            moved = course(truth.values)
            if len(truth) >= FORMAT_RECORDS and not moved.rose and moved.late < CORRECT_BELOW:
                return case.finding(
                    truth,
                    f"{name_of(shape)} stands at {np.mean(half):.2f} while {name_of(truth)} stays at {moved.late:.2g} "
                    f"(from {moved.early:.2g}): only the format was learned",
                    detected=len(truth) // 2,
                    confidence="medium",
                    measured={"format": float(np.mean(half)), "correct_early": moved.early, "correct_late": moved.late},
                    cannot_tell=("whether the check of correctness works",),
                )
    return None


def shares(case: Case) -> list[Curve]:
    """Curves that no document knows and that read like a share: scripts log `Fmt` and `Correct` beside the reward."""
    unknown = [c for c in case.run.curves if not c.known and c.split == "train" and len(c) >= RECORDS]
    return [
        c
        for c in unknown
        if np.all((c.values >= 0) & (c.values <= 1)) and (FORMAT.search(c.key) or CORRECT.search(c.key))
    ]


def name_of(curve: Curve) -> str:
    return curve.labels.get("component") or curve.key
