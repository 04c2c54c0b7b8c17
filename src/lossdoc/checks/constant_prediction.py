"""The model predicts the same class for every input.

## What it means
The accuracy equals the share of one class and does not move, while the scores that punish ignoring a class (F1,
Matthews correlation, recall) are 0. On unbalanced data the accuracy may look good all the same.

## How it is measured
An eval accuracy that is identical in at least {evals} evals, all but the first, with an F1, Matthews correlation or
recall of 0 in each of them. Or, for two classes: an identical accuracy p with an eval loss within {near} of the
entropy of the shares p and 1 - p. Without either, a warning: {alone} evals that are all identical but the first,
below {solved} of a perfect score, with no other held-out score that moves.

## Silent when
- only the first evals look like it
- the accuracy moves in its last printed digit
- neither such a score nor two classes are known, and the evals are fewer than {alone}

## Likely causes
- Unbalanced classes: guessing the larger one is the quickest way down.
- A learning rate that is too low to leave the start. [rate-low]
- A dead or saturated network, from a learning rate that is too high. [rate-high]
- Labels that have nothing to do with the inputs, inputs that are constant. [labels]
- A threshold or an argmax over the wrong axis.

## What to try
- Print the confusion matrix.
- Weight the classes or sample them evenly; judge by F1 or balanced accuracy.
- Lower the learning rate [by 10] and warm up. [rate-high]
- Raise the learning rate [tenfold]. [rate-low]
- Overfit 20 examples of both classes.

## Sources
- A constant answer has MCC 0, and F1 0 or undefined for every class it never gives: scikit-learn documentation,
  matthews_corrcoef and f1_score.
- High accuracy with an F1 near 0 as the sign of a constant prediction: metrics.help, F1 and accuracy.
- Distance from the class entropy: ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.checks._loss import number, step
from lossdoc.judge.case import Case, Need
from lossdoc.judge.merit import measures
from lossdoc.model.finding import Confidence, Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import constant_from, median

if TYPE_CHECKING:
    from lossdoc.model.run import Curve

SEVERITY: Severity = "error"
SIGN: SignName = "learning"
EXPLAINS = ("frozen-eval", "plateau", "metric-disagreement")
EVALS = Limit(3, "evaluations", "ours: fewer agree by chance")
NEAR = Limit(0.02, "share of the entropy", "ours: entropies of shares 90/10 and 95/5 are 0.325 and 0.199")
APART = Limit(0.05, "nats", "ours: an entropy this near to ln 2 is guessing, which chance-level judges")
ALONE = Limit(
    8,
    "evaluations",
    "ours: so many identical ones are no chance, whatever the size of the held-out set; healthy public logs repeat an "
    "accuracy for long only near its ceiling",
)
SOLVED = Limit(0.9, "share of a perfect score", "ours: what is left may be a few examples that stay wrong")
NEEDS = {
    "accuracy": Need("accuracy", split="eval", points=EVALS),
    "score": Need(("mcc", "f1", "recall"), split="eval", optional=True, points=3),
    "eval_loss": Need("loss", split="eval", optional=True, points=3),
}


def check(case: Case, accuracy: Curve, score: Curve | None, eval_loss: Curve | None) -> Iterator[Finding]:
    a = accuracy.values
    n = len(a)
    first = constant_from(a)
    if n - first < EVALS or first > max(1, n // 3):
        return
    p = float(a[-1])
    severity: Severity = "error"
    confidence: Confidence = "medium"
    if score is not None and np.all(score.values[-(n - first) :] == 0):
        beside, confidence = f", with {score.said} 0", "high"
    elif eval_loss is not None and meets_entropy(p, eval_loss):
        beside = f", with loss {number(median(eval_loss.values[-3:]))}, the entropy of the class shares"
    elif n - first >= ALONE and alone(case, accuracy):
        beside, severity = ": the same answers again and again", "warning"
    else:
        return
    logged = accuracy.as_logged(p)
    yield case.finding(
        accuracy,
        f"{accuracy.said} is {number(logged)} in all {n - first} evals from {step(accuracy, first)} on{beside}",
        first=first,
        detected=min(n - 1, first + 2),
        severity=severity,
        confidence=confidence,
        measured={"accuracy": logged, "evals": n - first},
        cannot_tell=("which class is predicted",),
    )


def meets_entropy(p: float, eval_loss: Curve) -> bool:
    entropy = shares(p)
    value = median(eval_loss.values[-3:])
    # Near ln 2 the entropy of the shares hardly differs from guessing: chance-level judges that.
    return entropy is not None and abs(value - entropy) <= NEAR * entropy and abs(entropy - np.log(2)) >= APART


def alone(case: Case, accuracy: Curve) -> bool:
    """The accuracy stands below its ceiling, and no other held-out score tells anything apart."""
    held = [m for m in measures(case.run, case.knowledge) if m.role == "score" and m.held_out]
    mine = [m for m in held if m.curve.metric == accuracy.metric and m.curve.split == accuracy.split]
    last = float(accuracy.values[-1])
    if not mine or last <= 0 or mine[0].reaches(last, SOLVED.value):
        return False
    others = [m.curve.finite().values for m in held if m is not mine[0]]
    return all(np.ptp(values[1:]) == 0 for values in others if len(values) > 1)


def shares(p: float) -> float | None:
    """Entropy of two classes with shares p and 1 - p, in nats."""
    if not 0.5 < p < 1:
        return None
    return float(-p * np.log(p) - (1 - p) * np.log(1 - p))
