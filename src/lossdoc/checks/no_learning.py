"""The run does not learn: no material improvement from the start to the end.

## What it means
The weights do not change, or what changes has no effect on the loss. Supervised losses fall at once and visibly when
anything can be learned; a curve that is still at its first level after the warm-up says that the gradient does not
reach the weights, that the steps are far too small, or that inputs and labels have nothing to do with each other.

## How it is measured
The level of the last quarter against the first records and against the first stretch. Flat means that, two standard
errors included, less than {material} of the start level can have been gained; in a noisy log, that neither the levels
nor the trend show any improvement although {power} would have been seen, or that the eval loss moved by less than
{eval-material}. With fewer than {loss.few-points} records, {few.records} at least: they all lie within {few.still} of
their level; {few.identical} are enough that are the same to the last of four digits, or the last {few.behind} where
those of the accuracy are the same as well. At any number: each record lies
above the one before, {few.rises} at the end; half of the records repeat the one before to the last digit, from the
start on; without a total of the training loss, every measure is the same to the last digit throughout, or every
held-out one while training gains nothing that matters; without any score either, the parts of the training loss, or
the held-out losses, are all flat as said above (a warning where nothing of the training is logged). An eval loss or an
accuracy that improves contradicts. Preference trainers are judged by the margin: a policy that has not moved at all.

## Silent when
- the eval loss, an accuracy or a held-out score improves
- the warm-up is not over, there are fewer than {few.records} records that are not all the same ({loss.min-points}
  where it is noisy), or the log begins in the middle of a run (skipped)
- the loss ends at {few.tenfold} its first level (`divergence`)
- the trainer's loss need not fall: reinforcement learning, diffusion, adversarial losses
- less than {loss.unfinished} of the planned run is over: then it is a warning, not an error

## Likely causes
- The learning rate is far too low, or was never warmed up. [rate-low]
- Weights in pure bf16, which round updates near 1e-6 away. [rounded-weights]
- Labels are shuffled against their inputs. [labels]
- The optimiser holds other parameters than the model: built before the model was wrapped, moved or given adapters.
  [stale-optimiser]
- The parameters are frozen, or the graph is detached (gradient checkpointing with frozen inputs). [frozen]
- The learning rate is far too high: the first steps ruined the weights. [rate-high]
- The schedule came to its end before anything was learned. [schedule-short]
- Inputs are constant. [constant-inputs]
- A deep stack of saturating layers lets no gradient through. [saturation]

## What to try
- Raise the learning rate [tenfold, twice]. [rate-low]
- Overfit one batch of 8 examples; a sound set-up reaches a loss near 0 in 100 steps.
- Compare one weight before and after a step, and count the parameters with `requires_grad` that the optimiser holds.
  [stale-optimiser, frozen]
- Lower the learning rate [by 10]. [rate-high]
- Print one batch with its labels as the model sees them. [labels, constant-inputs]
- Call `enable_input_require_grads()` when adapters train under gradient checkpointing. [adapter]

## Sources
- The least improvement: the rule of runmedic; trainproof asks for more of the medians.
- Optimiser built before wrapping: accelerate issue 2665. Rounding of bf16 updates: PyTorch forum and TRL, notes on
  pure bf16.
- No loss percentage for preference trainers: healthy DPO runs improve by 2 % (labelled runs dpo-ok1, dpo-ok2).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.checks._few import (
    BEHIND,
    EXACT_TO,
    IDENTICAL,
    RECORDS,
    TENFOLD,
    frozen,
    identical,
    leaves,
    lost_again,
    rises,
    stands,
)
from lossdoc.checks._loss import (
    FEW_POINTS,
    MIN_POINTS,
    Gain,
    begins_late,
    gain,
    living,
    number,
    ran_through,
    unfinished,
    warm_up_end,
)
from lossdoc.checks._preference import by_margin
from lossdoc.judge.case import OBJECTIVES, Case, Need, Setting, Skip
from lossdoc.judge.merit import CEILING, course, measures
from lossdoc.model.finding import Confidence, Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import best_stretch, median, noise, resolution

if TYPE_CHECKING:
    from lossdoc.judge.merit import Measure
    from lossdoc.model.run import Curve, Floats

    Flat = tuple[str, Confidence, dict[str, float | int]]

SEVERITY: Severity = "error"
SIGN: SignName = "learning"
EXPLAINS = (
    "plateau",
    "flat-margin",
    "thin-margin",
    "constant-prediction",
    "frozen-eval",
    "vanishing-gradient",
    "oscillation",
    "unshuffled-epochs",
)
MATERIAL = Limit(
    0.02,
    "share of the first level",
    "runmedic's rule; stuck labelled runs gain at most 0.4 %, the slowest healthy supervised one 7.8 %",
)
EVAL_MATERIAL = Limit(0.01, "share of the eval loss", "ours: an eval loss that moves less stands still")
POWER = Limit(
    0.05,
    "share of the first level",
    "ours: an improvement that a noisy log must be able to show before silence counts as evidence",
)
WORSE = Limit(0.2, "share of the first level", "ours: whatever happened above, the run did not stand still")
SCORE = Limit(0.02, "points of a score from 0 to 1", "ours: such a gain contradicts")
LOST = Limit(
    0.05,
    "share of the first level",
    "ours: what was gained and lost again, or lost at all, is for other checks",
)
LOWEST = Limit(
    0.1,
    "share of the first loss",
    "ours: the loss left its first value by so much and came back at no time",
)
PRINTED = Limit(
    100,
    "printed digits within the noise",
    "ours: so many values lie within the noise of one record that agreement is no chance",
)
REPEATED = Limit(0.5, "share of the records", "ours: batches that differ do not repeat a loss to the last digit")
SPENT = Limit(0.1, "share of the first record", "ours: a loss that fell so far may well stand still")
WARM = Limit(0.7, "share of the records", "ours: a learning rate that still rises there has not begun")
LONG = Limit(50, "records", "ours: a noisy log needs so many")
CHANCES = Limit(3.0, "standard errors", "ours: what the first records or the end may differ by")
NEEDS = {
    "loss": Need(OBJECTIVES, points=IDENTICAL, optional=True),
    "eval_loss": Need(OBJECTIVES, split="eval", optional=True, points=3),
    "accuracy": Need(("accuracy", "token_accuracy"), optional=True, points=MIN_POINTS),
    "eval_accuracy": Need(("accuracy", "token_accuracy", "f1"), split="eval", optional=True, points=3),
    "margin": Need("reward_margin", optional=True, points=MIN_POINTS),
    "beta": Setting("beta", optional=True),
}


def check(
    case: Case,
    loss: Curve | None,
    eval_loss: Curve | None,
    accuracy: Curve | None,
    eval_accuracy: Curve | None,
    margin: Curve | None,
    beta: object,
) -> Iterator[Finding]:
    supervised = "supervised" in case.families()
    if loss is None:
        yield from all_stand(case) if supervised else ()
        return
    loss = living(loss)
    if supervised and len(loss) < FEW_POINTS and frozen(loss, score := case.run.get("accuracy")) and score is not None:
        text = f"its last {BEHIND:g} records are the same to the last digit, as those of {score.said} are"
        yield report(case, loss, gain(loss), (text, "medium", {"same": int(BEHIND)}), early=unfinished(case))
        return
    if len(loss) < (RECORDS if supervised else FEW_POINTS) and not (supervised and identical(loss)):
        raise Skip(f"only {len(loss)} records before the loss ends")
    if not supervised:
        yield from by_margin(case, loss, margin, beta)
        return
    same = repeats(loss)
    if not same:
        begins_late(loss)
    if not same and warm_up_end(case, loss) >= WARM * len(loss):
        raise Skip("the learning rate is still warming up at the end of this log")
    found = gain(loss)
    why = flat(loss, found, eval_loss, through=ran_through(case))
    if why is None or improves(accuracy, 3) or improves(eval_accuracy, 2) or solved(eval_accuracy):
        return
    held_out = [m for m in measures(case.run, case.knowledge) if m.held_out and m.role == "score"]
    if any((went := course(m)) is not None and went.went == "better" for m in held_out):
        return
    yield report(case, loss, found, why, early=unfinished(case))


def report(case: Case, loss: Curve, found: Gain, why: Flat, *, early: bool, severity: Severity = "error") -> Finding:
    text, confidence, told = why
    return case.finding(
        loss,
        f"the level of {loss.said} was {number(found.start.value)} at the start and is {number(found.end.value)} after "
        f"{len(loss)} records: {text}" + (" so far" if early else ""),
        detected=min(len(loss) - 1, max(int(MIN_POINTS), len(loss) // 2)),
        severity="warning" if early else severity,
        confidence="medium" if early else confidence,
        measured={
            "records": len(loss),
            "start": found.start.value,
            "end": found.end.value,
            "gain_percent": 100 * found.share,
            "at_most_percent": 100 * found.upper_share,
            **told,
        },
        cannot_tell=("whether the weights stand still or the labels carry no information",),
    )


def solved(accuracy: Curve | None) -> bool:
    """Held-out answers are nearly all right: what is left of the loss is its floor (label smoothing, focal weights)."""
    return accuracy is not None and median(accuracy.values[-max(3, len(accuracy) // 3) :]) >= CEILING


def flat(loss: Curve, found: Gain, eval_loss: Curve | None, *, through: bool = False) -> Flat | None:
    """What was not gained, in words, how sure, and the numbers of these words; None when something was."""
    held_out = gain(living(eval_loss)) if eval_loss is not None and len(living(eval_loss)) >= 3 else None
    if held_out is not None and held_out.share >= MATERIAL and held_out.score > 2:
        return None
    y = loss.values
    left = leaves(y) is not None or (len(y) < FEW_POINTS and lost_again(y) is not None)
    if left or 0 < TENFOLD * found.start.value <= found.end.value:
        return None
    if rises(y):
        return "each record lies above the one before", "high" if len(y) >= FEW_POINTS else "medium", {}
    if len(y) < FEW_POINTS:
        if identical(loss):
            return f"all of them are {number(float(y[0]))}", "medium", {}
        if not stands(y):
            raise Skip(f"{len(y)} records are too few unless they stand still or rise throughout")
        within = 100 * float(np.ptp(y)) / abs(found.start.value)
        return f"they all lie within {within:.2g} %", "medium", {"within_percent": within}
    scale = noise(y)
    if (longest := stuck(loss)) is not None:
        value, times = longest
        told = {"repeated": value, "in_a_row": times}
        return f"it is exactly {number(value)} in {times} records in a row, and so on", "medium", told
    if repeats(loss) and found.share < WORSE:
        values = len(np.unique(y))
        return f"it takes only {values} values, each again and again to the last digit", "high", {"values": values}
    if never_below(y, scale):
        first = float(y[0])
        return f"it never came below its first value, {number(first)}, again", "medium", {"first": first}
    if learned_and_lost(loss, found, scale) or learned_early(y, found, scale):
        return None
    if found.share < -WORSE:
        raise Skip(f"the loss ends {-found.share:.0%} above its start, within its noise: it did not stand still")
    few = len(loss) < MIN_POINTS
    if found.upper_share < MATERIAL / (2 if few and not through else 1):
        return f"{100 * abs(found.share):.2g} % {'better' if found.share >= 0 else 'worse'}", "high", {}
    if few:
        raise Skip(f"{len(loss)} records are too few for the noise of this loss")
    unsure = found.score < 2 and found.trend > -2
    still = held_out is not None and abs(held_out.share) < EVAL_MATERIAL and held_out.upper_share < 2 * EVAL_MATERIAL
    if unsure and still and eval_loss is not None:
        level = float(eval_loss.values[-1])
        stands_at = f"no improvement within its noise, and the eval loss stands at {number(level)}"
        return stands_at, "high", {"eval_loss": level}
    if unsure and found.upper_share < POWER and len(loss) >= LONG:
        return f"no improvement within its noise (more than {100 * found.upper_share:.0f} % would show)", "medium", {}
    return None


def never_below(y: Floats, scale: float) -> bool:
    """The first record is the lowest of all, by a tenth of it and by more than the scatter of one record; the loss
    left it upwards and came back at no time. By chance one run of n would have its lowest record there."""
    rest = median(y[1:])
    return len(y) >= MIN_POINTS and y[0] > 0 and float(y[1:].min()) > y[0] and rest - y[0] > max(LOWEST * y[0], scale)


def repeats(loss: Curve) -> bool:
    """Batches that come round again with exactly the same loss: the weights between them are the same."""
    y = loss.values
    digits = resolution(loss)
    if len(y) < MIN_POINTS or digits <= 0 or (scale := noise(y)) <= PRINTED * digits:
        return False
    # So many printed values lie within the noise of one record (four deviations of it) that half of what chance would
    # hit is no chance; and in a log longer than that, chance alone hits every value again. Ours.
    there = 4 * scale / digits
    return len(np.unique(y)) <= float(there * -np.expm1(-len(y) / there)) / 2


def stuck(loss: Curve) -> tuple[float, int] | None:
    """The value of the longest of the plateaus and its records, where the loss begins on a plateau and half of its
    records repeat the one before to the last digit: no two batches have the same loss."""
    y = loss.values
    same = np.diff(y) == 0
    if len(y) < FEW_POINTS or float(np.mean(same)) < REPEATED or abs(y[-1]) < SPENT * abs(y[0]):
        return None
    starts = np.flatnonzero(np.concatenate([[True], ~same]))
    lengths = np.diff([*starts, len(y)])
    first = int(np.argmax(lengths >= RECORDS))
    if lengths[first] < RECORDS or starts[first] >= 3 or resolution(loss) > EXACT_TO * abs(y[starts[first]]):
        return None
    longest = int(np.argmax(lengths))
    return float(y[starts[longest]]), int(lengths[longest])


def all_stand(case: Case) -> Iterator[Finding]:
    """Without a total of the training loss: every measure of merit repeats itself to the last digit, or every held-out
    one while those of training gain nothing that matters."""
    able = [m for m in measures(case.run, case.knowledge) if m.role != "support"]
    still = [m for m in able if stands_still(m.curve)]
    moving = [m for m in able if m not in still]
    moves = any(m.held_out or (went := course(m)) is None or went.went != "flat" for m in moving)
    if not still or moves or any(m.reaches(float(m.curve.values[0]), CEILING.value) for m in still):
        if able and not any(m.up or m.ends for m in able):
            yield from all_flat(case, able)
            return
        raise Skip("no train loss in this log, and no held-out measure that stands still to its last digit")
    curve = still[0].curve
    told = " and ".join(f"{m.curve.said} is {m.curve.as_logged(m.curve.values[0]):.6g}" for m in still[:2])
    yield case.finding(
        curve,
        f"{told} in all {len(curve)} records: nothing {'gets better' if moving else 'changes'} any more",
        detected=min(int(RECORDS), len(curve)) - 1,
        confidence="high" if len(curve) >= FEW_POINTS else "medium",
        measured={
            "value": curve.as_logged(float(curve.values[0])),
            "records": len(curve),
            **{m.curve.said: m.curve.as_logged(float(m.curve.values[0])) for m in still[1:2]},
        },
        cannot_tell=("whether the weights stand still or the evaluation holds an old model",),
    )


def all_flat(case: Case, able: Sequence[Measure]) -> Iterator[Finding]:
    """No total and no score: the parts of the training loss, or losses and perplexities of any split, are all flat."""
    courses = []
    for curve in (living(m.curve.finite()) for m in able):
        if len(curve) < RECORDS:
            raise Skip(f"only {len(curve)} records of {curve.said}")
        begins_late(curve)
        found = gain(curve)
        why = flat(curve, found, None, through=ran_through(case))
        if why is None:
            return
        courses.append((curve, found, why))
    # What was learned before the first evaluation does not show in those that follow.
    severity: Severity = "warning" if all(m.held_out for m in able) else "error"
    yield report(case, *courses[0], early=unfinished(case), severity=severity)


def stands_still(curve: Curve) -> bool:
    return identical(curve) or (len(curve) >= RECORDS and np.ptp(curve.values) == 0 and bool(curve.values[0]))


def learned_early(y: Floats, found: Gain, scale: float) -> bool:
    """The very first records stand above the end: much may be learned within the first stretch already."""
    first = median(y[:3])
    error = np.hypot(1.2533 * scale / np.sqrt(3), found.end.error)
    return bool(first - found.end.value > max(MATERIAL * abs(first), CHANCES * error))


def learned_and_lost(loss: Curve, found: Gain, scale: float) -> bool:
    """The loss had come down and rose again, or ends far above its start: other checks judge that."""
    y = loss.values
    best = best_stretch(y)
    points = best.last - best.first + 1
    size = abs(found.start.value)
    fell = found.start.value - best.value
    came_down = fell > max(LOST * size, 6 * scale / np.sqrt(points)) and found.end.value - best.value > fell / 2
    return came_down or found.value < -max(LOST * size, CHANCES * found.error)


def improves(curve: Curve | None, least_score: float) -> bool:
    """A score that counts up got better beyond noise and by what matters."""
    if curve is None:
        return False
    found = gain(curve, up=True)
    return found.value >= SCORE and (found.score > least_score or found.trend < -least_score)
