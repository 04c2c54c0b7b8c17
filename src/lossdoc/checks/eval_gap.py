"""The eval loss is much worse than the training loss from the first eval on.

## What it means
The held-out data are not what the model trains on: another source, another preprocessing, other labels. A model that
learns its examples by heart looks alike at the end but not at the beginning: there both losses start together. When
the held-out preference accuracy is far below a half while training does well, the labels of one of the two sets are
swapped.

## How it is measured
At every eval the eval loss is compared with the slow course of the training loss. The gap counts when it is at least
{early} of what training had gained by then, from the first third of the evals on, and at the end {late} of it and
{of-level} of the training loss. For pairs: eval accuracy at most {below} in every eval, {alone} where there is but one,
with a training accuracy of {well} or more.

## Silent when
- the gap opens with a rising eval loss (`overfitting`), unless the first eval already was {foreign} times the first
  training loss
- eval and train differ by less than {of-level}
- the eval loss itself fell by {improved}, keeps what it gained and ends nearer to the training loss than {matters}
  times this loss
- training itself gained less than {small}, as fine-tuning does: information
- the eval loss has no training loss beside it

## Likely causes
- Eval data of another domain, language, length or date than the training data. [other-data]
- Preprocessing that differs: another template, tokenizer, normalisation, missing augmentation or mask.
- Labels swapped or encoded differently in one of the two sets. [swapped]
- Eval runs with other settings: dropout left on, batch statistics not updated, a model in the wrong mode.

## What to try
- Evaluate on a few hundred training examples with the eval code: a gap there is the code's.
- Train on a part of the eval set and evaluate on the rest of it. [other-data]
- Print ten examples of both sets after preprocessing, with labels.
- Swap chosen and rejected of one set and look at the accuracy. [pairs]

## Sources
- Shares: ours, calibrated on labelled runs with shifted eval data against healthy ones, where the eval text
  is of the same kind.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.checks._loss import living, number, step
from lossdoc.judge.case import Case, Need, Skip
from lossdoc.judge.merit import course as measured_course
from lossdoc.judge.merit import measures
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import median, noise, smooth

if TYPE_CHECKING:
    from lossdoc.model.run import Curve, Floats

SEVERITY: Severity = "warning"
SIGN: SignName = "generalising"
EXPLAINS = ("overfitting", "metric-disagreement", "frozen-eval")
EARLY = Limit(
    0.2,
    "share of what training had gained by then",
    "ours: shifted labelled runs show 43 % at the first eval, healthy ones 13 % at most",
)
LATE = Limit(
    0.4,
    "share of what training had gained",
    "ours: public runs of ten epochs on small data end at 0.39, shifted labelled runs at 0.44 and more",
)
OF_LEVEL = Limit(0.2, "share of the training loss at the end", "ours")
SMALL = Limit(
    0.2,
    "share of the first training loss",
    "ours: a fine-tuning run that gained less is no measure for its gap",
)
FOREIGN = Limit(1.2, "times the first training loss", "ours: what memorising alone does not reach by the first eval")
BELOW = Limit(0.35, "accuracy of held-out pairs", "ours: every eval ranks them the wrong way round")
ALONE = Limit(
    0.25,
    "accuracy of held-out pairs",
    "ours: the first evals of labelled runs with swapped pairs show 0.15, others 0.4",
)
WELL = Limit(0.6, "accuracy of training pairs", "ours: training ranks its own rightly")
MATTERS = Limit(
    1.0,
    "times the training loss",
    "ours: a smaller gap of a run whose held-out loss improved is the ordinary distance",
)
IMPROVED = Limit(
    0.2,
    "share of the first eval loss",
    "ours: such a fall of the held-out loss makes the gap an ordinary distance",
)
RISES = Limit(
    0.05,
    "share of the best eval loss",
    "ours: an eval loss that ends higher has turned, which overfitting says",
)
AT_FIRST = Limit(
    0.5,
    "share of the gap at the end",
    "ours: an eval loss that has turned keeps its gap where so much was there at first",
)
SEEN = Limit(0.1, "share of the progress", "ours: an eval before sees no progress yet")
NEEDS = {
    "eval_loss": Need("loss", split="eval", each=True),
    "loss": Need("loss", points=5),
    "eval_accuracy": Need(("reward_accuracy", "accuracy"), split="eval", optional=True),
    "accuracy": Need(("reward_accuracy", "accuracy"), optional=True, points=5),
}


def check(
    case: Case, eval_loss: Curve, loss: Curve, eval_accuracy: Curve | None, accuracy: Curve | None
) -> Iterator[Finding]:
    eval_loss, loss = living(eval_loss), living(loss)
    if not len(eval_loss) or len(loss) < 5:
        return
    if "supervised" not in case.families() and swapped(eval_accuracy, accuracy):
        yield report_swapped(case, eval_loss, eval_accuracy, accuracy)
        return
    if len(eval_loss) < 2:
        raise Skip("one evaluation shows no gap that stays")
    course = np.interp(eval_loss.steps, loss.steps, smooth(loss.values))
    gap = eval_loss.values - course
    start = median(loss.values[: max(1, min(3, len(loss) // 5))])
    gained = start - course
    if gained[-1] <= 0 or course[-1] <= 0:
        return
    early = slice(0, max(1, len(gap) // 3))
    error = 2 * noise(loss.values) / np.sqrt(5)
    # An eval at the very start sees no progress yet: it can neither prove nor disprove a gap.
    seen = gained[early] > SEEN * gained[-1]
    if not seen.any():
        return
    at_first = bool(np.all(gap[early][seen] >= EARLY * gained[early][seen]) and np.all(gap[early][seen] > error))
    end = median(gap[-3:])
    if keeps_improving(case, eval_loss) and end < MATTERS * course[-1]:
        return
    if not at_first or end < LATE * gained[-1] or end < OF_LEVEL * course[-1]:
        return
    first = int(np.argmax(seen))
    # An eval loss that turns is another illness, unless it was worse than an untrained model from the first eval on.
    if rising(eval_loss.values) and (eval_loss.values[first] < FOREIGN * start or gap[first] < AT_FIRST * end):
        return
    yield case.finding(
        eval_loss,
        f"{eval_loss.said} is {number(float(eval_loss.values[first]))} against {number(float(course[first]))} in "
        f"training at {step(eval_loss, first)} and stays above it, by {number(end)} at the end",
        first=first,
        detected=min(len(gap) - 1, first + 1),
        severity="info" if gained[-1] < SMALL * start and "supervised" in case.families() else None,
        confidence="medium",
        measured={
            "eval": float(eval_loss.values[first]),
            "train": float(course[first]),
            "first_gap": float(gap[first]),
            "end_gap": end,
            "of_progress": end / float(gained[-1]),
        },
        cannot_tell=("whether the data differ or the way they are prepared",),
    )


def keeps_improving(case: Case, eval_loss: Curve) -> bool:
    """The held-out loss, or a score beside it, got better and stayed so: its distance to train is an ordinary one."""
    for measure in measures(case.run, case.knowledge):
        if measure.curve.split == eval_loss.split and measure.role in ("score", "objective"):
            went = measured_course(measure)
            if went is not None and went.went in ("lost", "worse"):
                return False
            if went is not None and measure.curve.metric == "loss" and went.went == "better":
                improved = 1 - went.last / went.first if went.first > 0 else 0.0
                return improved >= IMPROVED
    return False


def rising(y: Floats) -> bool:
    """The eval loss turned: its end is clearly above its best, which makes it another illness."""
    best = float(y.min())
    return len(y) >= 3 and median(y[-2:]) - best > RISES * abs(best)


def swapped(held_out: Curve | None, training: Curve | None) -> bool:
    if held_out is None or training is None:
        return False
    trained = float(np.mean(training.values[len(training) // 2 :]))
    below = BELOW if len(held_out) > 1 else ALONE
    return bool(np.all(held_out.values <= below) and np.any(held_out.values > 0) and trained >= WELL)


def report_swapped(case: Case, eval_loss: Curve, held_out: Curve | None, training: Curve | None) -> Finding:
    assert held_out is not None
    assert training is not None
    low, best = (held_out.as_logged(value) for value in (median(held_out.values), float(held_out.values.max())))
    high = training.as_logged(float(np.mean(training.values[len(training) // 2 :])))
    return case.finding(
        eval_loss,
        f"the held-out pairs are ranked the wrong way round (accuracy {low:.2f}, at most "
        f"{best:.2f}) while training ranks its own rightly ({high:.2f})",
        measured={"eval_accuracy": low, "best": best, "accuracy": high},
        cannot_tell=("which of the two sets has its labels swapped",),
    )
