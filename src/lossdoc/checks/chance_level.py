"""The loss sits where guessing puts it: the model tells nothing apart.

## What it means
Each loss has a value that a model without any knowledge of the input gets: ln k for k classes, ln 2 for a pair, ln V
for a vocabulary. A run that stays there has learned nothing from its inputs. The start of every run stands there;
what counts is that it does not leave. A loss just at the entropy of the class frequencies means that only these were
learned.

## How it is measured
The level of the last half of the run against ln k: k is given (`--set classes=3`, `vocab_size`), or follows from an
accuracy near 1 / k (within {near}), or is the whole number up to {guessed} whose logarithm a curve meets within
{exact} that stood there from its start. Preference trainers and reward models: against the start value of their loss,
within {exact}, or within {pair-near} with a margin that is flat and an accuracy near a half. Fewer than
{loss.min-points} records, {few.records} at least, have to stand within {few.still} of their level, or to be all that
there will be: {loss.through} of the planned run, or {loss.passes} passes over the data. {loss.few-points} of training
and evaluation together are enough where each of them lies within {exact} of the logarithm. Where {few.records} records
or more repeat ln k to the last of four digits, no accuracy contradicts: it is the share of the largest class.

Scores: an AUC within {chance.auc-near} of 0.5, error rates of words above {chance.wrong} throughout, and in
{chance.early} evaluations a mAP, Dice, IoU, BLEU or F1 that ends at {merit.nothing} of a perfect score or below, and
never stood higher than {chance.trace} that, or an accuracy of exactly 0. Where no loss got better, {chance.points}
evaluations are enough that are all at the very worst.

## Silent when
- the accuracy contradicts, or the loss is leaving the level at the end
- less than half of the run stands at the level
- the level is a coincidence of a curve that falls through it

## Likely causes
- The learning rate is far too low: nothing has moved from the start. [rate-low]
- The learning rate is so high that the network saturated. [rate-high]
- Labels are shuffled, or have nothing to do with the inputs. [labels]
- Gradients do not reach the weights: parameters that are frozen, or a graph that is detached. [frozen]
- The optimiser holds other parameters than the model: built before it was wrapped, moved or given adapters.
  [stale-optimiser]
- A deep stack of saturating layers lets no gradient through. [saturation]
- The loss is learned and the score is counted wrongly: answers and labels in other spellings or shapes, an argmax
  over the wrong axis, a threshold that nothing passes. [score-broken]
- The schedule came to its end before anything was learned. [schedule-short]
- The inputs are constant: an empty tokenization, a wrong column, a mask that hides everything. [constant-inputs]

## What to try
- Raise the learning rate [tenfold, twice]. [rate-low]
- Lower the learning rate [by 10] and use a warm-up. [rate-high]
- Train on 16 examples until they are known by heart; if that fails the model or optimiser is at fault, else the
  labels. [labels, frozen, stale-optimiser]
- Compute the score of the training data itself, and by hand for ten of its examples. [score-broken]
- Print inputs and labels side by side as the model gets them. [labels, constant-inputs]
- Put batch or layer normalisation between saturating layers, or replace the activation. [saturation]

## Sources
- ln k: entropy of a uniform guess. runmedic takes 2 % of a whole number of classes; ours is nearer, with
  flatness.
- Start values of preference losses: TRL 1.16 (ln 2 for sigmoid and reward models, 0.5 for KTO, 1 for hinge), checked
  numerically.
- Labelled runs: cls-frozen-a, cls-deepsigmoid-a, cls-shuffled-a and others.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from msgspec import Struct

from lossdoc.checks._chance import Chance, by_score
from lossdoc.checks._few import EXACT_TO, RECORDS, stands
from lossdoc.checks._loss import FEW_POINTS, MIN_POINTS, living, number, ran_through, step, unfinished
from lossdoc.checks._preference import margin_state
from lossdoc.judge.case import Case, Need, Setting, Skip
from lossdoc.model.finding import Confidence, Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import level, median, noise, resolution, smooth, trend

if TYPE_CHECKING:
    from lossdoc.model.run import Curve

SEVERITY: Severity = "error"
SIGN: SignName = "learning"
EXPLAINS = (
    "no-generalisation",
    "no-learning",
    "flat-margin",
    "thin-margin",
    "plateau",
    "constant-prediction",
    "vanishing-gradient",
    "frozen-eval",
    "oscillation",
    "unshuffled-epochs",
    "loss-collapse",
)
EXACT = Limit(0.003, "share of the chance value", "ours: with nothing but the loss to go by")
NEAR = Limit(
    0.01,
    "share of the chance value",
    "ours: with a number of classes that is given or agrees with the accuracy; shuffled labels end 0.5 % below",
)
GUESSED = Limit(
    20,
    "classes",
    "ours: so many may be guessed from the level alone, since logarithms of larger numbers lie close together",
)
PAIR_NEAR = Limit(0.015, "share of the start value", "ours: with a margin that is flat and an accuracy near a half")
HALF = Limit(0.06, "points of accuracy", "ours: the accuracy of pairs is near a half")
LEAVES = Limit(0.02, "share of the level", "ours: what a sure trend has to carry the loss by within the last half")
ELSEWHERE = Limit(0.05, "share of the chance value", "ours: a held-out loss that far off contradicts")
SURE = Limit(3.5, "standard errors of a trend", "ours: the loss is leaving the level")
BETTER = Limit(
    0.15,
    "points of accuracy above 1 / k",
    "ours: with a number of classes that is given, more contradicts",
)
GUESSED_BETTER = Limit(
    0.05,
    "points of accuracy above 1 / k",
    "ours: with a number of classes that is guessed; a quarter of 1 / k where that is more",
)
STILL = Limit(
    0.01,
    "units of a reward model's margin",
    "ours: an untrained one may rank 70 % rightly by luck, but its margin is next to none",
)
STILL_SURE = Limit(2.5, "standard errors of a reward model's margin", "ours: one that rises beyond has learned")
NEEDS = {
    "loss": Need("loss", points=3, optional=True),
    "accuracy": Need("accuracy", optional=True, points=3),
    "eval_accuracy": Need("accuracy", split="eval", optional=True, points=2),
    "eval_loss": Need("loss", split="eval", optional=True, points=2),
    "margin": Need("reward_margin", optional=True, points=MIN_POINTS),
    "pair_accuracy": Need(("reward_accuracy", "accuracy"), optional=True, points=5),
    "classes": Setting("classes", optional=True),
    "vocab_size": Setting("vocab_size", optional=True),
}


class Sitting(Struct, frozen=True):
    """The last half of a curve: its level, the error of it, where it began to sit, and whether it is leaving."""

    value: float
    error: float
    first: int
    leaving: bool
    from_start: bool
    still: float  # the digit to which each record of the half repeats the first; infinite where they differ


class Right(NamedTuple):
    """The level of an accuracy."""

    of: Curve
    value: float

    @property
    def logged(self) -> float:
        return self.of.as_logged(self.value)


def check(
    case: Case,
    loss: Curve | None,
    accuracy: Curve | None,
    eval_accuracy: Curve | None,
    eval_loss: Curve | None,
    margin: Curve | None,
    pair_accuracy: Curve | None,
    classes: object,
    vocab_size: object,
) -> Iterator[Finding]:
    if (score := by_score(case)) is not None and (not case.families() or "supervised" in case.families()):
        yield report_score(case, score)
        return
    if "detection" in case.objectives:
        raise Skip("the sum of weighted parts of a detector has no guessing level")
    if loss is None:
        raise Skip("no loss in this log, and no score that stands at chance")
    loss = living(loss)
    through = len(loss) >= RECORDS and ran_through(case)
    few = len(loss) < MIN_POINTS and not through and not stands(loss.values)
    if few and not (eval_loss is not None and all_at_chance(loss, eval_loss)):
        raise Skip(f"only {len(loss)} records before the loss ends")
    if "supervised" not in case.families():
        yield from pairs(case, loss, margin, pair_accuracy)
        return
    known = {int(float(str(c))) for c in (classes, vocab_size) if c is not None}
    sitting = sits(loss)
    right = best_accuracy(eval_accuracy) if eval_accuracy is not None else late_accuracy(accuracy)
    found = meets(sitting, known, right and right.value)
    if found is None or sitting.leaving:
        return
    k, confidence = found
    if eval_loss is not None and abs(median(eval_loss.values[-3:]) - np.log(k)) > ELSEWHERE * np.log(k):
        # A held-out loss elsewhere says that the level is a coincidence, or overfitting of guessed labels.
        if median(eval_loss.values[-3:]) < np.log(k):
            return
        confidence = "medium"
    yield report(case, loss, sitting, f"ln {k}", float(np.log(k)), right, confidence, f"guessing among {k}")


def report_score(case: Case, found: Chance) -> Finding:
    curve = found.measure.curve
    values = curve.finite().values
    best = curve.as_logged(float(values.max() if found.measure.up else values.min()))
    last = curve.as_logged(found.value)
    return case.finding(
        curve,
        f"{curve.said} is {number(last)} at the end and at best {number(best)} in "
        f"{len(values)} evaluation{'s' * (len(values) > 1)}: {found.meaning}",
        detected=min(len(curve) - 1, 4),
        confidence="high" if len(values) >= 5 else "medium",
        measured={"last": last, "best": best, "evaluations": len(values)},
        cannot_tell=("whether the labels, the inputs, the evaluation or the optimiser are at fault",),
    )


def sits(loss: Curve) -> Sitting:
    y = loss.values
    n = len(y)
    late = y[n // 2 :]
    scale = max(noise(y), resolution(loss) / 4)
    here = level(late, scale)
    close = np.abs(smooth(y) - here.value) <= max(3 * scale, 0.02 * abs(here.value))
    away = np.flatnonzero(~close[: n // 2])
    first = int(away[-1]) + 1 if len(away) else 0
    moving = trend(late)
    # Leaving: a trend that is sure and has carried the curve by what matters within the last half.
    leaving = abs(moving.score) > SURE and abs(moving.change) > LEAVES * abs(here.value)
    early = y[: max(3, n // 10)]
    # The scatter of single records is no excuse: what counts is how well their median is known.
    unsure = 1.25 * scale / np.sqrt(len(early))
    from_start = abs(median(early) - here.value) <= max(NEAR * abs(here.value), 3 * unsure)
    value = float(np.mean(late)) if scale < 0.1 * abs(here.value) else here.value
    same = len(late) >= RECORDS and float(np.ptp(late)) == 0 and resolution(loss) <= EXACT_TO * abs(float(late[0]))
    if same:
        first = int(np.flatnonzero(np.append(True, y != y[-1]))[-1])
    return Sitting(value, here.error, first, leaving, from_start, resolution(loss) if same else float("inf"))


def all_at_chance(loss: Curve, eval_loss: Curve) -> bool:
    """Each record of training and of what is held out meets the logarithm of the same number of classes."""
    both = np.concatenate([loss.values, eval_loss.values])
    k = round(float(np.exp(min(median(both), 8.0))))
    near = EXACT * np.log(max(k, 1))
    return len(both) >= FEW_POINTS and 2 <= k <= GUESSED and bool(np.all(np.abs(both - np.log(k)) <= near))


def best_accuracy(curve: Curve) -> Right:
    return Right(curve, median(curve.values[-max(2, len(curve) // 2) :]))


def late_accuracy(curve: Curve | None) -> Right | None:
    # The mean: shares of small batches take few values.
    return None if curve is None else Right(curve, float(np.mean(curve.values[len(curve) // 2 :])))


def meets(sitting: Sitting, known: set[int], right: float | None) -> tuple[int, Confidence] | None:
    """The number of classes whose ln the level meets, and how sure that is."""

    def off(k: int) -> float:
        return abs(sitting.value - float(np.log(k))) / float(np.log(k))

    for k in sorted(k for k in known if k >= 2):
        if off(k) <= max(NEAR.value, 2 * sitting.error / float(np.log(k))) and (
            right is None or right < 1 / k + BETTER
        ):
            return k, "high"
    if known:
        return None
    if sitting.value <= 0:
        return None
    k = round(float(np.exp(min(sitting.value, 8.0))))
    if k < 2:
        return None
    if k <= GUESSED and abs(sitting.value - float(np.log(k))) <= sitting.still < float("inf"):
        return k, "high"  # an accuracy above 1 / k is the share of the largest class
    if sitting.error > NEAR * sitting.value:
        return None
    if right is not None:
        # Accuracy above chance by more than its own noise can be means that something was learned.
        agrees = right <= 1 / k + max(GUESSED_BETTER.value, 0.25 / k)
        return (k, "high") if k <= 1000 and off(k) <= NEAR and agrees else None
    # With the level alone: it must be the level of the start as well, or any curve that falls to 2.56 sits at ln 13.
    return (k, "medium") if k <= GUESSED and off(k) <= EXACT and sitting.from_start else None


def pairs(case: Case, loss: Curve, margin: Curve | None, accuracy: Curve | None) -> Iterator[Finding]:
    expected = case.expect("loss")
    start = None if expected is None else expected.start
    if not start:
        raise Skip("the loss of this trainer has no fixed start value; its loss type or beta would give one")
    sitting = sits(loss)
    off = abs(sitting.value - start) / start
    state = None
    if margin is not None:
        state = margin_state(margin.values, None if accuracy is None else accuracy.values)
    right = late_accuracy(accuracy)
    still = state is not None and case.families() <= {"reward"} and abs(state.late) < STILL and state.score < STILL_SURE
    exact = off <= EXACT and sitting.error <= EXACT * start and (state is None or state.flat or state.nothing or still)
    half = right is not None and abs(right.value - 0.5) <= HALF
    near = off <= PAIR_NEAR and half and (state is None or state.flat)
    if not (exact or near) or sitting.leaving:
        return
    text = expected.start_text if expected is not None and expected.start_text else number(start)
    yield report(case, loss, sitting, text, start, right, "high" if exact else "medium", "no preference at all")


def report(
    case: Case,
    loss: Curve,
    sitting: Sitting,
    name: str,
    value: float,
    right: Right | None,
    confidence: Confidence,
    meaning: str,
) -> Finding:
    early = unfinished(case)
    with_accuracy = "" if right is None else f", accuracy {right.logged:.2f}"
    measured: dict[str, float | int | str] = {"level": sitting.value, "chance": value}
    if right is not None:
        measured["accuracy"] = right.logged
    since = "from the start" if sitting.first == 0 else f"since {step(loss, sitting.first)}"
    return case.finding(
        loss,
        f"loss sits at {number(sitting.value)} {since}{with_accuracy}: "
        f"{name} = {number(value)} is what {meaning} gives",
        first=sitting.first,
        detected=max(sitting.first, len(loss) // 2),
        severity="warning" if early else "error",
        confidence="medium" if early else confidence,
        measured=measured,
        cannot_tell=("whether the labels, the inputs or the optimiser are at fault",),
    )
