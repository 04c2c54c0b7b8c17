"""The loss left its best level for good: the run got worse and stayed worse.

## What it means
The model had reached a level, lost it, and the rest of the run did not bring it back. Everything trained after that
point is worse than the checkpoint before it. A rise that comes back is a `loss-spike`; one that stays small is a
level shift.

## How it is measured
The level of the last stretch against the best level that lasted (running medians). It has to be worse by at least
{lost} of all that had been gained and {least} of the best level, or by {worse} of the best level and {small} of what
had been gained, by {score} times its own error, and by {scatter} times the scatter of single records. The onset is
the record at which the curve left the best level and did not come back. From a record on that stands at {few.blown} the
largest one before, to the end of the log, two records are enough; so are {few.records} that each stand above the one
before. A held-out score that had been gained and was lost again (less than {merit.kept} of the gain is kept in the
last {after} records) is a warning. With fewer than {records} records: the last {few.behind} above the first one and at
{few.gone} the best; or at {few.gone} all before them, or each above the one before, and the last one at
{few.tenfold} the first; or all others at {few.gone} the first. Fewer than {course} evaluations show that a held-out
score was lost where it stood at {high} or higher and ends at nothing, or an AUC at what guessing gives (0.5, within
{chance.auc-near}) or below. Where no total is logged, every part of the loss has to have diverged.

## Silent when
- the eval loss is still improving at the end: then the training data changed, not the model
- the loss came most of the way back
- the objective is a policy loss, an adversarial loss or the like, whose level means nothing
- there are fewer than {records} records, and nothing of this kind

## Likely causes
- The learning rate is too high. [rate-high]
- No clipping, or a threshold that stops nothing. [no-clipping]
- The learning rate jumped. [rate-jump]
- The warm-up is too short. [no-warm-up]
- The optimiser state was lost at a resume. [restart]
- A stretch of broken data: wrong labels, other encoding, padding that counts as labels. [bad-batch]
- Half precision without loss scaling. [half-precision]

## What to try
- Go back to the best checkpoint and continue at the rate that held before the jump. [rate-jump]
- Go back to the best checkpoint and continue with a lower learning rate [by 3]. [rate-high]
- Clip the gradient norm [at 1.0]. [no-clipping]
- Warm up [over the first 1 to 5 % of the steps]. [no-warm-up]
- Look at the learning rate and the gradient norm around the onset; look at the batches that were read there.
- Skip the data of the 200 to 500 batches around the onset when the rest is sound (PaLM). [bad-batch]

## Sources
- Rise that counts: ours (runs that lost so much of their progress never recovered in the labelled set; PaLM-like
  spikes do).
- Restarting 100 steps earlier and skipping 200-500 batches: PaLM, arXiv 2204.02311, section 5.1.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.checks._chance import AUC, AUC_NEAR
from lossdoc.checks._few import explodes, leaves, lost_again
from lossdoc.checks._loss import living, number, step
from lossdoc.judge.case import OBJECTIVES, Case, Need, Skip
from lossdoc.judge.merit import KEPT, Course, Measure, course, material, measures
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import best_stretch, level, median, noise, onset, resolution, tail

if TYPE_CHECKING:
    from lossdoc.model.run import Curve

SEVERITY: Severity = "error"
SIGN: SignName = "stable"
EXPLAINS = (
    "exploding-gradient",
    "loss-spike",
    "vanishing-gradient",
    "oscillation",
    "level-shift",
    "plateau",
    "eval-below-train",
    "metric-disagreement",
    "overfitting",
    "eval-gap",
    "constant-clipping",
    "lr-too-high",
    "no-generalisation",
)
LOST = Limit(
    0.3,
    "share of the progress made",
    "ours: runs that lost so much never recovered in the labelled set; PaLM-like spikes do",
)
LEAST = Limit(
    0.1,
    "share of the best level",
    "ours, beside the share of the progress: small gains are lost and won again",
)
WORSE = Limit(0.25, "share of the best level", "ours, for runs whose start was far above everything that followed")
SMALL = Limit(
    0.2,
    "share of the progress made",
    "ours: less is not lost for good, whatever share of a low best level it is",
)
NOTHING = Limit(0.05, "share of the best level", "ours: a run that gained less is measured by its level alone")
SCORE = Limit(8.0, "standard errors of the rise", "ours")
SCATTER = Limit(2.0, "times the scatter of single records", "ours; twice as much below 40 records")
RECORDS = Limit(10, "records", "ours")
LASTS = Limit(
    0.03,
    "share of the run",
    "ours: what the last records alone show could be a spike that the log ends in",
)
IMPROVING = Limit(
    0.02,
    "share of the range of the eval loss",
    "ours: an eval loss that ends so near to its best is still improving",
)
LATE_NOISES = Limit(4.0, "times the noise of the second half", "ours: losses near 0 double by chance")
UNKNOWN = ("whether the data or the weights changed",)
AFTER = Limit(3, "records", "ours: one or two bad evaluations may come back")
COURSE = Limit(4, "evaluations", "ours: fewer show no level that was lost, but for all of it")
HIGH = Limit(0.75, "share of a perfect score", "ours: what stood so high tells its classes apart")
NEEDS = {
    "loss": Need(OBJECTIVES, points=3, optional=True),
    "eval_loss": Need(OBJECTIVES, split="eval", optional=True, points=3),
}


def check(case: Case, loss: Curve | None, eval_loss: Curve | None) -> Iterator[Finding]:
    found: list[Finding] = []
    skip = None
    if loss is None:
        skip = Skip("no train loss in this log, and no score that was lost")
    else:
        try:
            found = list(of_loss(case, living(loss), eval_loss))
        except Skip as too_few:
            skip = too_few
    found = found or (list(of_parts(case, eval_loss)) if loss is None else []) or list(of_scores(case))
    if skip is not None and not found:
        raise skip
    yield from found


def of_parts(case: Case, eval_loss: Curve | None) -> Iterator[Finding]:
    """Where no total is logged: every part of the loss diverged, so the total did, whatever their weights. The largest
    part carries the finding."""
    if "supervised" not in case.families():
        return
    parts = [m.curve for m in measures(case.run, case.knowledge) if m.role == "part" and not m.held_out]
    try:
        found = [list(of_loss(case, living(part), eval_loss)) for part in parts]
    except Skip:
        return
    if found and all(found):
        largest = max(range(len(parts)), key=lambda at: median(np.abs(parts[at].values)))
        yield from found[largest]


def of_scores(case: Case) -> Iterator[Finding]:
    """The score that people train for had been gained and was lost again."""
    if "supervised" not in case.families():
        return
    able = [(m, c) for m in measures(case.run, case.knowledge) if m.role == "score" and (c := course(m)) is not None]
    held = [(m, c) for m, c in able if m.held_out] or able
    gone = [(m, c) for m, c in held if (c.went == "lost" and left(m, c)) or lost_all(m, c)]
    if not gone or len(gone) < len(held):
        return
    measure, went = gone[0]
    curve = measure.curve.finite()
    first, best, last = (curve.as_logged(value) for value in (went.first, went.best, went.last))
    yield case.finding(
        curve,
        f"{curve.said} reached {number(best)} at {step(curve, went.best_at)} and is {number(last)} at the end of "
        f"{len(curve)} records: what had been gained was lost again",
        first=went.best_at,
        detected=min(len(curve) - 1, went.best_at + int(AFTER)),
        severity="warning",
        confidence="medium",
        measured={"first": first, "best": best, "end": last},
        cannot_tell=UNKNOWN,
    )


def left(measure: Measure, went: Course) -> bool:
    """The last records stand far below the best one, all of them."""
    y = measure.curve.finite().values
    sign = 1.0 if measure.up else -1.0
    late = float((sign * y[-int(AFTER) :]).max())
    if abs(went.best - went.first) < 2 * material(measure, went.first):
        return False
    return sign * went.best - late >= KEPT * abs(went.best - went.first) and went.best_at < len(y) - AFTER


def lost_all(measure: Measure, went: Course) -> bool:
    """A few evaluations: the held-out score stood high, and the last one is what guessing gives, or nothing."""
    nothing = went.last <= AUC + AUC_NEAR if measure.curve.metric == "auc" else measure.is_nothing(went.last)
    few = len(measure.curve.finite()) < COURSE
    return few and measure.held_out and nothing and measure.reaches(went.best, HIGH.value)


def of_loss(case: Case, loss: Curve, eval_loss: Curve | None) -> Iterator[Finding]:
    n = len(loss)
    y = loss.values
    if (at := explodes(y)) is not None:
        before, last = float(np.abs(y[:at]).max()), float(y[-1])
        yield case.finding(
            loss,
            f"{loss.said} was at most {number(before)} until {step(loss, at - 1)} and is {number(float(y[at]))} at "
            f"{step(loss, at)}, {number(last)} at the end",
            first=at,
            detected=at + 1,
            measured={"before": before, "at": float(y[at]), "end": last},
            cannot_tell=UNKNOWN,
        )
        return
    if n < RECORDS:
        yield from of_few(case, loss, eval_loss)
        return
    if still_improving(eval_loss):
        return
    # Scatter before the rise; of a few records all count, or a calm beginning makes a fault of an ordinary end.
    scale = max(noise(y[: max(10, n // 2)]), noise(y) if n < 40 else 0.0, resolution(loss))
    end = level(y[tail(n)])
    best = best_stretch(y[: tail(n).start])
    rise = end.value - best.value
    # Of a curve that was best at its very start nothing had been gained.
    progress = max(0.0, median(y[: max(1, min(5, n // 10))]) - best.value) if best.first > 0 else 0.0
    # A share of next to nothing is nothing: such runs are measured by their level alone.
    learned = progress > NOTHING * abs(best.value)
    # Losses near 0 double by chance: measured by the level, a rise also has to stand out of the scatter around the end.
    # And a quarter of a small level may be next to nothing of what was gained.
    by_level = (
        rise >= max(WORSE * abs(best.value), LATE_NOISES * noise(y[n // 2 :]), SMALL * progress if learned else 0.0)
        or rise >= 2 * abs(best.value) + SCORE * scale
    )
    material = (learned and rise >= max(LOST * progress, LEAST * abs(best.value))) or by_level
    if not material or rise < (1 if n >= 40 else 2) * SCATTER * scale:
        return
    # A third of the way up; of a rise by many times the level, where it had doubled.
    at = onset(y, best.value, best.first, margin=max(min(rise / 3, abs(best.value)), 3 * scale))
    # The last records alone could be a spike that the log ends in.
    if at is None or n - at < max(4, LASTS * n):
        return
    # How sure the last level is, those of its records say that stand behind the rise.
    late = y[max(at, tail(n).start) :]
    error = float(np.hypot(level(late).error, scale / np.sqrt(best.last - best.first + 1)))
    # An explosion makes its own level uncertain; that every late record is twice the best level is as sure.
    if rise < SCORE * error and float(late.min()) - best.value < max(SCORE * scale, abs(best.value)):
        return
    worst = float(np.max(y[at:]))
    blown = not worst < 100 * max(abs(best.value), scale)
    yield case.finding(
        loss,
        f"{loss.said} rose from {number(best.value)} ({step(loss, best.last)}) to {number(end.value)} and stayed"
        + (f"; it reached {number(worst)}" if blown else "")
        + (f"; {lost(rise / progress)} of what had been gained is lost" if progress > SCATTER * scale else ""),
        first=at,
        detected=min(n - 1, at + max(3, n // 20)),
        confidence="high" if rise >= 2 * LOST * progress or blown else "medium",
        measured={
            "best": best.value,
            "end": end.value,
            "highest": worst,
            "rise": rise,
            "progress": progress,
            **({"lost": rise / progress} if progress > 0 else {}),
        },
        cannot_tell=UNKNOWN,
    )


def of_few(case: Case, loss: Curve, eval_loss: Curve | None) -> Iterator[Finding]:
    y = loss.values
    supervised = "supervised" in case.families() and not still_improving(eval_loss)
    if supervised and (at := leaves(y)) is not None:
        first, end = float(y[0]), float(y[-1])
        yield case.finding(
            loss,
            f"{loss.said} was {number(first)} at {step(loss, 0)} and is {number(end)} after {len(y)} records",
            first=at,
            detected=len(y) - 1,
            measured={"first": first, "end": end, "records": len(y)},
            cannot_tell=UNKNOWN,
        )
        return
    at = lost_again(y) if supervised else None
    if at is None:
        raise Skip(f"{len(y)} records are too few for a rise that is no explosion")
    best = int(np.argmin(y))
    yield case.finding(
        loss,
        f"{loss.said} was {number(float(y[best]))} at {step(loss, best)} and has been above its first value, "
        f"{number(float(y[0]))}, since {step(loss, at)}; it ends at {number(float(y[-1]))}",
        first=at,
        detected=len(y) - 1,
        confidence="medium",
        measured={"best": float(y[best]), "first": float(y[0]), "end": float(y[-1])},
        cannot_tell=UNKNOWN,
    )


def lost(share: float) -> str:
    return f"{100 * share:.0f} %" if share < 1 else "all"


def still_improving(curve: Curve | None) -> bool:
    """The eval loss ends at its best."""
    if curve is None:
        return False
    y = living(curve).values
    if len(y) < 3:
        return False
    least = float(y[:-1].min())
    return bool(y[-1] <= least + IMPROVING * (float(y.max()) - least))
