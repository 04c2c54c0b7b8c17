"""The eval loss rises for good while the training loss falls: the model learns its examples by heart.

## What it means
From the best eval on, every further step made the model worse on data that it does not train on. The checkpoint of
the best eval is the one to keep. Losses punish wrong certainty, so an accuracy or a win rate may go on improving for
a while.

## How it is measured
The median of the last evals against the best one. It has to be worse by {rise} of the best, by {scatters} times the
scatter of the evals, and {above} of the evals after the best one have to stand above it; the training loss has to be
lower than at the best eval. At least {evals} evals, {after} of them after the best; with only {evals}, twice the
rise. One eval after the best is enough, at low confidence, where it is worse by half of {rise} and the training loss
lost {by-heart} of its level between the two.

## Silent when
- the eval loss is near 0 and rises by less than twice {rise}
- one eval is worse and the next is not, or the evals wander without a trend
- the training loss rises as well (`divergence`)
- the eval loss is less than {mild} worse while an eval accuracy improves, an accuracy gains {goal} of what it had
  left to gain, or another held-out score (error rates, AUC, BLEU, Dice, mAP, ...) goes on improving: information; not
  where that score has stood still for {stands} of the way since the best eval while the loss rose on; so it is where
  such a score stands near its best and the eval loss is less than {mild} worse
- there are fewer than {evals} evals

## Likely causes
- Too many epochs over too little data. [passes]
- Too much capacity or too little regularisation: dropout, weight decay. [capacity]
- A learning rate that is too high. [rate-high]
- An adapter of too high a rank. [adapter]
- The eval data are of another kind than the training data. [other-data]
- Duplicates within the training data, or labels that are noise.

## What to try
- Keep the checkpoint of the best step; stop early, with a patience of 2 to 3 evals.
- Train fewer epochs. [passes]
- Train with a lower learning rate [by 3]. [rate-high]
- Add data, augmentation, dropout or weight decay. [capacity]
- Lower the adapter's rank. [adapter]
- Judge by the metric that matters before throwing a run away.
- Preference tuning may still profit after the loss has turned. [pairs]

## Sources
- The rise over the best eval: runmedic; scatter and persistence: ours.
- Validation loss that overfits while preference improves: InstructGPT, arXiv 2203.02155, section 3.5.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.checks._loss import living, number, step
from lossdoc.judge.case import OBJECTIVES, Case, Need, Skip
from lossdoc.judge.merit import KEPT, Measure, material, measures
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import leaning, median, noise, resolution, smooth

if TYPE_CHECKING:
    from lossdoc.model.run import Curve, Floats

SEVERITY: Severity = "warning"
SIGN: SignName = "generalising"
EXPLAINS = (
    "no-generalisation",
    "loss-collapse",
    "metric-disagreement",
    "vanishing-gradient",
    "zero-gradient",
    "epoch-staircase",
    "reward-runaway",
    "plateau",
    "likelihood-displacement",
    "level-shift",
)
RISE = Limit(
    0.05,
    "share of the best eval loss",
    "runmedic's threshold; healthy labelled runs wander by more, but without a trend",
)
NEAR_ZERO = Limit(
    0.25,
    "share of the first training loss",
    "ours: below it a best eval loss is near 0, where 5 % are one wrong label in the eval set",
)
MILD = Limit(0.3, "share of the best eval loss", "ours: an eval accuracy that improves outweighs less")
BETTER = Limit(0.03, "points of a score from 0 to 1", "ours: the sampling error of some hundred examples")
SCATTERS = Limit(3.0, "times the scatter of the evals", "ours: healthy labelled runs wander by 25 % without a trend")
GOAL = Limit(
    0.3,
    "share of what a score had left to gain",
    "ours: an accuracy creeps up by 11 and 19 % of the rest while labelled runs overfit; a recogniser "
    "whose loss only grew surer of its errors gained 66 %",
)
STANDS = Limit(
    0.5,
    "share of the way from the best eval loss to the end",
    "ours: a score that has gained nothing for so long no longer answers for a loss that goes on rising",
)
EVALS = Limit(3, "evaluations", "ours: a turn has a side before and a side behind it")
AFTER = Limit(2, "evaluations behind the best one", "ours: one alone may be noise")
ABOVE = Limit(0.75, "share of the evaluations behind the best one", "ours: so many have to stand above it")
BY_HEART = Limit(
    0.25, "share of the training loss", "ours: nothing else gains so much in training and loses on held-out data"
)
LEANS = Limit(1.9, "standard errors of a rising trend", "ours, of five evaluations and more")
NOISY_EVALS = Limit(
    6,
    "evaluations behind the best one",
    "ours: so many show a trend that stands above less than three scatters",
)
NOISY_SCATTERS = Limit(1.5, "times the scatter of the evals", "ours, with such a trend")
NOISY_ABOVE = Limit(0.9, "share of the evaluations behind the best one", "ours, with such a trend")
NOISY_LEANS = Limit(
    2.0,
    "standard errors of a rising trend",
    "ours, without the best point itself, which was chosen for being low",
)
MANY = Limit(25, "evaluations", "ours: the best of fewer is judged as it stands")
NEEDS = {
    "eval_loss": Need(OBJECTIVES, split="any", points=2, each=True, first=True),
    "loss": Need(OBJECTIVES, points=4, optional=True),
    "score": Need(("accuracy", "reward_accuracy", "token_accuracy", "f1"), split="eval", optional=True, points=3),
}

# Scores that count which answer is the likeliest: they go on rising while the answers only grow surer.
CREEPING = {"accuracy", "token_accuracy", "reward_accuracy", "reward_margin", "score_margin"}


def check(case: Case, eval_loss: Curve, loss: Curve | None, score: Curve | None) -> Iterator[Finding]:
    if eval_loss.split == "train":
        raise Skip("no held-out loss in this log")
    eval_loss = living(once(eval_loss))
    y = eval_loss.values
    n = len(y)
    learned = None if loss is None else living(loss)
    if n > 1 and learned is not None and len(learned) and int(np.argmin(y)) == n - 2:
        yield from by_heart(case, eval_loss, learned, score)
        return
    if n < EVALS:
        raise Skip(f"{n} evals are too few to see a turn")
    course = smooth(y, 3) if n >= 12 else y
    best = int(np.argmin(course))
    if n - 1 - best < AFTER:
        return
    low = float(course[best])
    late = y[-min(3 if n >= 8 else 2, n - 1 - best) :]
    # The mildest of the last evals when there are few: "for good" must hold for each of them.
    end = median(late) if n >= 8 else float(late.min())
    rise = end - low
    # Three evals hold no scatter of their own: they need a larger rise.
    least = RISE.value if n > EVALS else 2 * RISE
    if rise < least * abs(low) or not sure(course[best:], y[best:], rise, max(noise(y), resolution(eval_loss))):
        return
    start = 0.0 if learned is None else median(learned.values[:3])
    if low < NEAR_ZERO * start and rise < 2 * RISE * abs(low):
        return
    fall = None if learned is None else train_fall(learned, eval_loss, best)
    if fall is not None and fall <= 0:
        return
    better = score_gain(score, eval_loss, best)
    goal = improving(case, eval_loss, best)
    kept = at_its_best(case, eval_loss) if goal is None else None
    mild = (rise < MILD * abs(low) and (better >= BETTER or kept is not None)) or goal is not None
    beside, told = since_then(fall, score, better, goal, kept)
    unknown = (
        ["whether the metric that matters has turned as well"]
        if score is None and goal is None and kept is None
        else []
    )
    if fall is None:
        unknown.append("whether the training loss still fell: it is not in this log")
    # The running median knows the best three evals; what is said of the best one is what was logged.
    lowest = max(0, best - 1) + int(np.argmin(y[max(0, best - 1) : best + 2]))
    yield case.finding(
        eval_loss,
        f"{eval_loss.said} is best at {step(eval_loss, lowest)} with {number(float(y[lowest]))} and ends at "
        f"{number(float(y[-1]))}{beside}",
        first=lowest,
        detected=min(n - 1, lowest + 2),
        severity="info" if mild else "warning",
        confidence="low" if fall is None else "high" if n >= 6 and rise >= 2 * RISE * abs(low) else "medium",
        measured={
            "best": float(y[lowest]),
            "best_step": float(eval_loss.steps[lowest]),
            "end": float(y[-1]),
            "last_level": end,
            "rise_percent": 100 * rise / abs(low) if low else 0.0,
            **told,
        },
        cannot_tell=unknown,
    )


def by_heart(case: Case, eval_loss: Curve, loss: Curve, score: Curve | None) -> Iterator[Finding]:
    """The last evaluation is worse than the best, the one before, and training gained too much meanwhile for that."""
    y, best = eval_loss.values, len(eval_loss) - 2
    low, last = float(y[-2]), float(y[-1])
    scatter = max(noise(y) if len(y) > EVALS else 0.0, resolution(eval_loss))
    if last - low < max(RISE / 2 * abs(low), SCATTERS * scatter):
        return
    then, now = (float(level) for level in np.interp(eval_loss.steps[-2:], loss.steps, smooth(loss.values)))
    if then <= 0 or then - now < BY_HEART * then:
        return
    mild = score_gain(score, eval_loss, best) >= BETTER or improving(case, eval_loss, best) is not None
    yield case.finding(
        eval_loss,
        f"{eval_loss.said} went from {number(low)} at {step(eval_loss, best)} to {number(last)} at the next evaluation "
        f"while the level of the training loss fell from {number(then)} to {number(now)}",
        first=best,
        detected=best + 1,
        severity="info" if mild else "warning",
        confidence="low",
        measured={"best": low, "end": last, "train_then": then, "train_now": now},
        cannot_tell=("whether the next evaluation comes back",),
    )


def since_then(
    fall: float | None, score: Curve | None, better: float, goal: Measure | None, kept: Measure | None
) -> tuple[str, dict[str, float]]:
    """What else happened since the best evaluation, in words and numbers."""
    text, told = "", {}
    if fall is not None:
        told["train_fall"] = fall
        text += f", while the training loss fell by another {number(fall)}"
    if score is not None and better >= 0.01:
        told["score_gain"] = score.as_logged(better)
        text += f"; {score.said} improved by {told['score_gain']:.3f} since"
    for measure, went in ((kept, "stands near its best, at"), (goal, "got better since, to")):
        if measure is not None and measure.curve is not score:
            told["score_end"] = measure.curve.as_logged(float(measure.curve.finite().values[-1]))
            text += f"; {measure.curve.said} {went} {number(told['score_end'])}"
    return text, told


def once(curve: Curve) -> Curve:
    """One point per step: several ranks, or a pasted log, repeat their evals."""
    _, keep = np.unique(curve.steps, return_index=True)
    if len(keep) == len(curve):
        return curve
    return curve.where(keep)


def sure(course: Floats, raw: Floats, rise: float, scatter: float) -> bool:
    """The evals behind the best one go up and stay up, beyond their scatter."""
    later = raw[1:]
    above = float(np.mean(later > course[0] + 0.1 * rise))
    if rise >= SCATTERS * scatter:
        return above >= ABOVE and (len(raw) < 5 or leaning(course) > LEANS)
    # Noisy evals: a trend that holds without the best point itself, which was chosen for being low.
    return (
        len(later) >= NOISY_EVALS
        and rise >= NOISY_SCATTERS * scatter
        and above >= NOISY_ABOVE
        and leaning(later) > NOISY_LEANS
    )


def train_fall(loss: Curve, eval_loss: Curve, best: int) -> float:
    """How much the training loss fell from the best eval to the end of the log, beyond its noise; 0 if it did not."""
    course = smooth(loss.values)
    then = float(np.interp(eval_loss.steps[best], loss.steps, course))
    now = median(course[-max(1, len(course) // 10) :])
    error = 1.5 * noise(loss.values) / np.sqrt(max(1, len(course) // 10))
    return then - now if then - now > error else 0.0


def improving(case: Case, eval_loss: Curve, best: int) -> Measure | None:
    """A held-out score that since the best eval loss has gained what matters, and kept it."""
    for measure in measures(case.run, case.knowledge):
        score = measure.curve.finite()
        if measure.role != "score" or score.split != eval_loss.split or score.axis != eval_loss.axis or len(score) < 3:
            continue
        sign = 1.0 if measure.up else -1.0
        values = sign * score.values
        then = float(np.interp(eval_loss.steps[best], score.steps, values))
        need = GOAL * measure.room(abs(then)) if score.metric in CREEPING else material(measure, abs(then))
        kept = float(values.max() - values[-1]) < KEPT * (float(values.max()) - then)
        if float(values[-1]) - then >= need and kept and not stands(score.steps, values, eval_loss, best):
            return measure
    return None


def stands(steps: Floats, values: Floats, eval_loss: Curve, best: int) -> bool:
    """The score was best long before the end, and from there on the loss rose as much as would be overfitting."""
    peak, start, end = (float(x) for x in (steps[int(np.argmax(values))], eval_loss.steps[best], eval_loss.steps[-1]))
    since = eval_loss.values[eval_loss.steps >= peak]
    if end - peak < STANDS * (end - start) or len(since) < NOISY_EVALS:
        return False
    return float(np.median(since[-3:])) - float(np.median(since[:3])) >= 2 * RISE * abs(float(since[:3].min()))


def at_its_best(case: Case, eval_loss: Curve) -> Measure | None:
    """A held-out score that people train for, no mere count of likeliest answers, whose last evaluations stand within
    what is material, and their scatter, of its best ones: three of them or, of many, a twentieth."""
    for measure in measures(case.run, case.knowledge):
        score = measure.curve.finite()
        if measure.role != "score" or score.split != eval_loss.split or score.metric in CREEPING or len(score) < 3:
            continue
        values = score.values if measure.up else -score.values
        together = max(3, len(values) // 20)
        many = len(values) >= MANY
        best = float((smooth(values, together) if many else values).max())
        scatter = 2 * noise(values) / np.sqrt(together) if many else 0.0
        if best - float(np.median(values[-together:])) < material(measure, abs(best)) + scatter:
            return measure
    return None


def score_gain(score: Curve | None, eval_loss: Curve, best: int) -> float:
    """Improvement of an eval score since the best eval loss (mean of the last third against the value then)."""
    if score is None:
        return 0.0
    then = float(np.interp(eval_loss.steps[best], score.steps, score.values))
    return float(np.mean(score.values[-max(1, len(score) // 3) :])) - then
