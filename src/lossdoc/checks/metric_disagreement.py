"""The eval loss improves while the metric that matters gets worse.

## What it means
The loss is only a stand-in. When it falls and accuracy, BLEU or word error rate turn for the worse, the model is
optimised for something else than what it is judged by: certainty on easy cases, one class at the cost of another,
teacher forcing against free generation.

## How it is measured
Both over at least {evals} evals: the loss has a falling trend of {sigmas} sigma and {loss} of its level, the metric a
trend in the wrong direction of {sigmas} sigma and of {points} points.

## Silent when
- the loss gets worse and the metric improves: `overfitting` says that
- either stays within its noise

## Likely causes
- The loss weighs tokens, classes or boxes differently than the metric.
- Evaluation decodes differently from training: beam size, length penalty, thresholds.
- The metric is computed on other data or with another post-processing.

## What to try
- Choose the checkpoint by the metric, not by the loss.
- Read twenty outputs of the best and of the last checkpoint.
- Check the decoding and the post-processing of the metric first.

## Sources
- Loss and error rate that part: public speech and translation logs of the corpus. Sizes: ours; experimental, no
  labelled run has this fault.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lossdoc.checks._loss import living, number
from lossdoc.judge.case import Case, Need
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import median, trend

if TYPE_CHECKING:
    from lossdoc.model.run import Curve

SEVERITY: Severity = "info"
SIGN: SignName = "generalising"
EXPLAINS = ()
_UP = ("accuracy", "f1", "mcc", "reward_accuracy", "bleu", "map50", "map", "token_accuracy")
_DOWN = ("word_error_rate", "character_error_rate")
SIGMAS = Limit(2.5, "standard errors", "ours")
LOSS = Limit(0.03, "share of the loss", "ours")
POINTS = Limit(0.03, "points of a score from 0 to 1", "ours")
EVALS = Limit(6, "evaluations", "ours")
NEEDS = {
    "eval_loss": Need("loss", split="eval", points=EVALS),
    "score": Need((*_UP, *_DOWN), split="eval", points=EVALS),
}


def check(case: Case, eval_loss: Curve, score: Curve) -> Iterator[Finding]:
    eval_loss = living(eval_loss)
    if len(eval_loss) < EVALS:
        return
    falling = trend(eval_loss.values, eval_loss.steps)
    moving = trend(score.values, score.steps)
    sign = -1.0 if score.metric in _DOWN else 1.0
    if falling.score > -SIGMAS or -falling.change < LOSS * abs(median(eval_loss.values)):
        return
    if sign * moving.score > -SIGMAS or abs(moving.change) < POINTS:
        return
    was, ends = (number(score.as_logged(value)) for value in score.values[[0, -1]])
    yield case.finding(
        score,
        f"{eval_loss.said} fell from {number(float(eval_loss.values[0]))} to {number(float(eval_loss.values[-1]))} "
        f"while {score.said} went from {was} to {ends}",
        confidence="medium",
        measured={"loss_change": falling.change, "score_change": score.as_logged(moving.change)},
        cannot_tell=("which of the two measures what is wanted",),
    )
