"""What is learned does not hold on data that the model does not train on: the held-out curve never gets better.

## What it means
The training loss falls, and the held-out loss or score stands where its first evaluation was, or gets worse from
there on. Unlike `overfitting` there is no early checkpoint to go back to: the model learned its examples by heart from
the start, or the held-out set asks for something that the training set does not teach.

## How it is measured
The held-out score that people train for (accuracy, F1, AUC, mAP, error rates, BLEU, ROUGE, Dice, success) decides;
the held-out loss where no score is logged. From the first evaluation to the last the training loss has to fall by
{fall}, and more than its noise; the held-out curve may gain nothing that is material: {merit.points} points of a
score, {merit.material} of a loss. A held-out score that is gained and lost again counts where it ends no better than
it began. Where both the score and the loss that are held out get worse, the loss to {ruin}, the training loss need not
fall. Two evaluations are enough where the training loss falls by {deep} between them and the held-out loss rises.

## Silent when
- any held-out score or loss gains (a score by {hardly} of what was left, where the training loss fell by
  {by-heart}); another evaluation set that gains makes it information
- the score stands at its ceiling already ({satisfied} of a share)
- the training loss hardly moves, and neither does what is held out: then nothing was learned (`no-learning`)
- fewer than {evals} evaluations, but for the large gap above

## Likely causes
- Too little data for the size of the model.
- Too many passes over the data. [passes]
- The held-out set comes from elsewhere: other classes, another language, another preparation. [other-data]
- Labels that are noise: they can only be learned by heart.
- The score is computed wrongly, or on another output than the one that is trained.

## What to try
- Evaluate on a part of the training data: the score has to rise there, or the evaluation is at fault.
- Print ten held-out examples with their predictions and their labels.
- Train fewer epochs. [passes]
- Add data, augmentation or regularisation; train a smaller model, or fewer of its layers.
- Compare how both sets are prepared, from the raw file to the tensor. [other-data]

## Sources
- Training falls while held-out stands still, as learning by heart: Zhang et al., arXiv 1611.03530.
- The limits are ours: public logs (classifiers, translators, recognisers) and the labelled runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.checks._loss import living, number
from lossdoc.judge.case import OBJECTIVES, Case, Need, Skip
from lossdoc.judge.merit import Course, Measure, course, material, measures
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import noise, smooth

if TYPE_CHECKING:
    from lossdoc.model.run import Curve

SEVERITY: Severity = "warning"
SIGN: SignName = "generalising"
EXPLAINS = ("metric-disagreement", "loss-collapse", "oscillation", "frozen-eval", "plateau")
# Where no training loss is logged, a training score shows what was learned.
TRAINED = ("accuracy", "f1", "token_accuracy")
FALL = Limit(
    0.15,
    "share of the training loss",
    "ours, between the first and the last evaluation: a public sick log falls by 35 %, healthy ones by 5 %",
)
DEEP = Limit(0.5, "share of the training loss", "ours: such a fall shows the gap in two evaluations")
EVALS = Limit(4, "evaluations", "ours")
BY_HEART = Limit(0.99, "share of the training loss", "ours: a model that lost so much of it knows its examples")
HARDLY = Limit(0.1, "share of what a score had left to gain", "ours, for such a model: a public translator gained 8 %")
APART = Limit(
    2.0,
    "times what training has left to gain",
    "ours, at each of three evaluations: a fine-tuned model that has little to gain begins nearer",
)
RUIN = Limit(
    1.5,
    "times its first value",
    "ours: with such a rise of the held-out loss the training loss needs no deep fall to show the gap",
)
SATISFIED = Limit(0.9, "share of a perfect score", "ours: fine-tuning starts near its ceiling and has little to gain")
RECORDS = Limit(3, "records", "ours")
NEEDS = {"loss": Need((*OBJECTIVES, *TRAINED), points=RECORDS)}


def check(case: Case, loss: Curve) -> Iterator[Finding]:
    if "supervised" not in case.families():
        raise Skip("judged for supervised training only")
    loss = living(loss)
    held = [(m, c) for m in measures(case.run, case.knowledge) if m.held_out and (c := course(m)) is not None]
    scores = [(m, c) for m, c in held if m.role == "score" and len(m.curve) >= 2]
    losses = [(m, c) for m, c in held if m.role == "objective" and len(m.curve) >= 2]
    deciding = scores or losses
    if not deciding:
        raise Skip("no held-out loss or score with two evaluations")
    measure, went = max(deciding, key=lambda mc: len(mc[0].curve))
    fall, share = fallen(loss, measure.curve)
    if any((c.went == "better" and not (share >= BY_HEART and hardly(m, c))) or satisfied(m, c) for m, c in held):
        return
    if any(len(m.curve) > 2 and np.ptp(m.curve.finite().values) == 0 for m, _ in deciding):
        raise Skip("a held-out curve stands still to its last digit, which is another illness")
    if not scores and any(turned(m, c) for m, c in losses):
        return
    evals = len(measure.curve)
    ruined = any(c.gain < 0 and c.last >= RUIN * c.first > 0 for _, c in losses)
    clear = ruined or went.went == "worse"
    error = noise(loss.values) / np.sqrt(max(1, len(loss) // 10))
    lost = ruined and went.went == "worse" and evals >= EVALS
    if not lost and (share < FALL / (2 if clear else 1) or fall <= (1 if clear else 3) * error):
        return
    rises = any(c.gain < 0 for _, c in losses)
    falls = went.went == "worse" and evals >= EVALS - 1
    apart = went.went == "flat" and any(stands_apart(loss, m) for m, _ in held)
    if evals < EVALS and not falls and not (share >= DEEP and (rises or apart)):
        raise Skip(f"{evals} evaluations are too few to tell")
    # A score that only seems to gain is no gain where the held-out loss says otherwise.
    seems = went.went == "unclear" and went.gain > 0 and not any(c.went in ("flat", "worse") for _, c in losses)
    if seems or (went.went == "lost" and not ends_where_it_began(measure, went)):
        return
    curve = measure.curve
    what = "errors" if loss.metric in TRAINED else "loss" if loss.metric == "loss" else loss.said
    beside = f"while the training {what} fell by {share:.0%}" if share > 0 else f"and the training {what} did not fall"
    how = "hardly gets" if went.gain > 0 else "does not get"
    first, last, highest = (curve.as_logged(value) for value in (went.first, went.last, went.best))
    best = "" if highest in (first, last) else f" (best {number(highest)})"
    yield case.finding(
        curve,
        f"{curve.said} {how} better: {number(first)} at the first evaluation, "
        f"{number(last)} at the last of {evals}{best}, {beside}",
        detected=min(evals, int(EVALS)) - 1,
        confidence="high" if evals >= 8 else "medium",
        measured={
            "first": first,
            "last": last,
            "best": highest,
            "evaluations": evals,
            "training_fall_percent": 100 * share,
        },
        cannot_tell=("whether the data are too few or the held-out set asks for something else",),
    )


def stands_apart(loss: Curve, measure: Measure) -> bool:
    """At each of its evaluations the held-out curve is as far off again from its end as the training curve is."""
    curve = measure.curve.finite()
    if curve.metric != loss.metric:
        return False
    trained = np.interp(curve.steps, loss.steps, loss.values)
    return all(
        measure.room(out) >= APART * measure.room(within) for out, within in zip(curve.values, trained, strict=True)
    )


def hardly(measure: Measure, went: Course) -> bool:
    """A score that gained next to nothing of what was left to be gained."""
    gained = went.last - went.first if measure.up else went.first - went.last
    return measure.ends and gained < HARDLY * measure.room(went.first)


def satisfied(measure: Measure, went: Course) -> bool:
    """A share that was high from its first evaluation on has little left to gain."""
    return measure.role == "score" and all(measure.reaches(v, SATISFIED.value) for v in (went.first, went.last))


def turned(measure: Measure, went: Course) -> bool:
    """The held-out loss had got better before it got worse: `overfitting` says from where on."""
    return went.first - went.best >= material(measure, went.first)


def ends_where_it_began(measure: Measure, went: Course) -> bool:
    """The last value is no better than the first."""
    return went.last <= went.first if measure.up else went.last >= went.first


def fallen(loss: Curve, held_out: Curve) -> tuple[float, float]:
    """How far the training loss fell between the first and the last evaluation, and as a share of what it was."""
    values = loss.values
    if not len(values) or not len(held_out):
        return 0.0, 0.0
    slow = smooth(values) if len(values) >= 15 else values
    if loss.axis != held_out.axis:
        return 0.0, 0.0
    then, now = np.interp([held_out.steps[0], held_out.steps[-1]], loss.steps, slow)
    if loss.metric in TRAINED:
        # What is wrong instead of what is right: 0.55 to 0.60 of the examples is a fall of its errors by a ninth.
        then, now = (1.0 - then, 1.0 - now) if max(then, now) <= 1 else (100.0 - then, 100.0 - now)
    return float(then - now), float((then - now) / then) if then > 0 else 0.0
