"""Scores that stand where guessing, or finding nothing at all, would put them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lossdoc.checks._loss import unfinished
from lossdoc.judge.merit import NOTHING, course, measures
from lossdoc.judge.passes import passes
from lossdoc.model.limit import Limit

if TYPE_CHECKING:
    from lossdoc.judge.case import Case
    from lossdoc.judge.merit import Measure
    from lossdoc.model.run import Curve

AUC = 0.5  # guessing, by definition
AUC_NEAR = Limit(0.02, "points of an AUC", "ours: an AUC this near to 0.5 is guessing")
WRONG = Limit(0.85, "share of the words", "ours: a recogniser that gets six words of seven wrong recognises nothing")
POINTS = Limit(3, "evaluations", "ours: so many agree")
EXACTLY = Limit(1e-4, "share of a perfect score", "ours: what is printed as 0.000, or as 1.000 of an error rate")
TRACE = Limit(
    3.0, "times next to nothing", "ours: what a score may once have stood at that finds nothing; 0.6 % in a public log"
)
EARLY = Limit(5, "evaluations or passes over the data", "ours: finding nothing is usual before")


class Chance(NamedTuple):
    measure: Measure
    value: float  # the level
    meaning: str


_GUESSING = frozenset({"auc"})
_WRONG = frozenset({"word_error_rate", "character_error_rate"})
_NOTHING = frozenset({"map", "map50", "segmentation_overlap", "bleu", "f1"})


def by_score(case: Case) -> Chance | None:
    """The held-out score (else the training one) that never left the level of chance; None where any other did."""
    able = [m for m in measures(case.run, case.knowledge) if m.role == "score"]
    held = [m for m in able if m.held_out] or able
    # An accuracy tells nothing apart only where it is 0: guessing gets some answers right.
    telling = [m for m in held if m.curve.metric in _ALL] or [m for m in held if m.curve.metric in _NONE]
    found = [_at_chance(case, m) for m in telling]
    return found[0] if found and all(found) else None


_NONE = frozenset({"accuracy"})
_ALL = _GUESSING | _WRONG | _NOTHING


def _at_chance(case: Case, measure: Measure) -> Chance | None:
    curve = measure.curve.finite()
    y = curve.values
    metric = curve.metric
    seen = passes(case.run)
    # Few evaluations of a run that was stopped say nothing of what would have been found.
    late = len(y) >= EARLY or (len(y) > 0 and seen is not None and seen >= EARLY and not unfinished(case))
    if len(y) >= POINTS:
        if metric in _GUESSING and np.all(np.abs(y[-POINTS:] - AUC) <= AUC_NEAR) and y.max() <= AUC + 3 * AUC_NEAR:
            return Chance(measure, float(curve.values[-1]), "what guessing gives")
        if metric in _WRONG and float(y.min()) >= WRONG and late:
            return Chance(measure, float(curve.values[-1]), "next to nothing is recognised")
    worst = 1.0 if metric in _WRONG else 0.0
    at_worst = metric in _ALL - _GUESSING and len(y) >= POINTS and bool(np.all(np.abs(y - worst) < EXACTLY))
    if at_worst and _learns_nothing(case) and _evaluated(case, curve):
        return Chance(measure, float(curve.values[-1]), "nothing is right, and no loss got better")
    nothing = late and y.min() >= 0 and y[-int(POINTS) :].max() <= NOTHING and y.max() <= TRACE * NOTHING
    if metric in _NOTHING and nothing and _evaluated(case, curve):
        return Chance(measure, float(curve.values[-1]), "nothing is found")
    whole = measure.held_out or curve.axis == "epoch"  # a batch may hold no right answer by chance
    if metric in _NONE and len(y) >= EARLY and whole and not np.any(y) and _evaluated(case, curve):
        return Chance(measure, 0.0, "no answer is right")
    return None


def _learns_nothing(case: Case) -> bool:
    """There are losses, and none of them got better: no score will follow."""
    losses = [m for m in measures(case.run, case.knowledge) if m.role == "objective"]
    return bool(losses) and not any((went := course(m)) is not None and went.went == "better" for m in losses)


def _evaluated(case: Case, score: Curve) -> bool:
    """Some trainers write 0 for all that they did not evaluate: a score, and every held-out loss beside it."""
    if np.any(score.values):
        return True
    held = [c for c in case.run.curves if c.split == "eval" and len(c) and c is not score]
    losses = [c for c in held if case.knowledge.metric(c.metric).merit in ("objective", "part")]
    return not losses or any(np.any(c.values) for c in losses)
