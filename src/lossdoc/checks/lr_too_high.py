"""The learning rate is too high: the loss was damaged while the rate was at its highest.

## What it means
Steps that are too large throw the weights out of the region where the first weights stood. With gradient clipping the
loss does not run away: it jumps in the first steps, comes down to what can be had without the inputs, and sits there
with small gradients. With a long warm-up the loss falls as long as the rate is small, and stops or worsens as it
climbs.

## How it is measured
A jump within the first tenth of the run: the median of three records stands at least {jump} of the first loss and
{sigmas} times the noise above it, lasts at least {lasts} records or reaches {more} of the first loss more, and
happens at {near-peak} of the peak of the rate or more. Two records in a row are enough when one of them stands {tall}
of the first loss and twice that noise above it. Or: the rate rises to the last record, {climb}-fold, and during the
last three quarters of it the loss stopped improving after an early gain, or its noise grew {noisier}-fold.

## Silent when
- the loss rises later in the run (`divergence`, `loss-spike`)
- the first records just scatter, around a level or over factors
- the rate is still in the first half of its warm-up when it happens
- the loss is below its first value again within {soon} and ends below {left}: the jump did no harm (informs)

## Likely causes
- A learning rate of a small model or of adapters used for full fine-tuning of a large one. [rate-high]
- No warm-up, or a warm-up of a few steps. [no-warm-up]
- A schedule that keeps climbing: total steps of the scheduler set too high. [schedule-climbs]
- Batch size lowered without lowering the rate. [small-batch]

## What to try
- Lower the learning rate [by 10; then by 3 until the first 50 steps only fall]. [rate-high]
- Warm up [over 1 to 5 % of the steps, at least 50]. [no-warm-up]
- Clip the gradient norm [at 1.0, or lower when the norm peaks at the jump]. [no-clipping]
- Run a sweep of 100 steps each over four rates.

## Sources
- A clipped model at 100 times the right rate jumps once and then sits at the unigram loss: labelled runs
  lm-lrtoohigh-a, sft-lrtoohigh-a, lm-lrramp-a.
- Rate more than three times its first value and at its maximum when it broke: runmedic. Jump sizes: ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.checks._loss import living, number, part, step
from lossdoc.judge.case import OBJECTIVES, Case, Need
from lossdoc.judge.merit import course, measures
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import difference, level, median, noise, resolution, tail, trend

if TYPE_CHECKING:
    from lossdoc.model.run import Curve, Floats

SEVERITY: Severity = "warning"
SIGN: SignName = "stable"
EXPLAINS = (
    "loss-spike",
    "plateau",
    "no-learning",
    "chance-level",
    "exploding-gradient",
    "vanishing-gradient",
    "oscillation",
    "constant-clipping",
    "level-shift",
    "epoch-staircase",
    "overfitting",
)
JUMP = Limit(0.2, "share of the first loss", "ours")
SIGMAS = Limit(5.0, "times the noise", "ours")
TALL = Limit(0.3, "share of the first loss", "ours, where only two records stand above it")
LASTS = Limit(3, "records", "ours: a shorter jump has to be taller")
MORE = Limit(0.4, "share of the first loss", "ours: what a jump that does not last has to reach")
NEAR_PEAK = Limit(0.5, "share of the peak of the learning rate", "ours: the damage coincides with a high rate")
CLIMB = Limit(10.0, "times the first learning rate", "ours; runmedic: more than three times its first value")
WORSE = Limit(1.1, "times the first loss", "ours: an error, where the loss ends above")
STEADY = Limit(0.8, "share of the records", "ours: a climbing rate rises at nearly all of them")
NOISIER = Limit(1.5, "times the noise before", "ours")
LEARNED = Limit(0.02, "share of the first loss", "ours: an early gain, and what a loss that still improves gains")
RISEN = Limit(0.1, "share of the first loss", "ours: what a loss loses while the rate climbs")
CLIMB_RECORDS = Limit(50, "records", "ours: fewer show no climb of the rate")
RECORDS = Limit(15, "records", "ours")
FALLS = Limit(3.0, "standard errors of a falling trend", "ours: such a loss still improves")
GAINS = Limit(4.0, "standard errors of the early gain", "ours")
LOSES = Limit(2.5, "standard errors of a rising trend", "ours")
SOON = Limit(0.05, "share of the run", "ours: a jump that is left behind by then did no harm to a run that learns")
LEFT = Limit(0.1, "share of the first loss", "ours: the end of a run that learned all the same")
HALF = Limit(0.5, "share of the first loss", "ours: a smaller jump did no harm where the held-out score got better")
NEEDS = {"loss": Need(OBJECTIVES, points=RECORDS), "rate": Need("learning_rate", optional=True, points=5)}


def check(case: Case, loss: Curve, rate: Curve | None) -> Iterator[Finding]:
    loss = living(loss)
    if len(loss) < RECORDS:
        return
    found = list(at_start(case, loss, rate))
    yield from found
    if not found and rate is not None:
        yield from while_climbing(case, loss, rate)


def at_start(case: Case, loss: Curve, rate: Curve | None) -> Iterator[Finding]:
    y = loss.values
    n = len(y)
    early = int(min(50, max(5, n // 10)))
    base = float(y[0])
    high = np.array([median(y[i : i + 3]) for i in range(1, early)])
    peak = int(np.argmax(high)) + 1
    height = float(high[peak - 1]) - base
    # Behind the jump and its way down, or the damage would hide itself.
    late = y[n // 2 :]
    # Squared errors scatter in proportion to their level, which was higher at the start.
    relative = noise(late) / max(median(late), 1e-12) * base
    scale = max(noise(y[2 * early : 6 * early]), noise(late), relative, resolution(loss))
    if base <= 0:
        return
    averaged = two_records(y[:early] - base, base, scale * (1 + 20 / n))
    if not averaged and (height < JUMP * base or height < SIGMAS * scale):
        return
    above = np.flatnonzero(y[1:] > base + 0.5 * height) + 1
    if not len(above):
        return
    first = int(above[0])
    back = next((i for i in range(peak, n) if median(y[i : i + 3]) <= base), n)
    if not averaged and back - first < LASTS and float(y[1:early].max()) - base < MORE * base:
        return
    if rate is not None and not near_peak(rate, loss, first):
        return
    if y.min() > 0 and not by_factors(y, early, base + max(height, 0.0)):
        return
    records = min(n, early + 2)  # the medians of three reach so far
    end, top = level(y[tail(n)]), float(y[1:records].max())
    worse = end.value > base + 3 * end.error and end.value > WORSE * base
    harmless = height < HALF * base and scored(case)
    yield case.finding(
        loss,
        f"{loss.said} jumped from {number(base)} to {number(top)} within the first {records} records and is "
        f"{number(end.value)} at the end" + (", worse than before the first step" if worse else ""),
        first=first,
        detected=min(n - 1, max(first + 2, peak)),
        severity="info" if harmless else severity(worse and height >= base, back, n, end.value / base),
        confidence="high" if height >= HALF * base else "medium",
        measured={"first": base, "peak": top, "records": records, "end": end.value},
        cannot_tell=("whether the rate or the first batches did it",),
    )


def scored(case: Case) -> bool:
    """A held-out score got better: a fine-tuned model begins at a loss that training with augmentation never sees."""
    held = [m for m in measures(case.run, case.knowledge) if m.held_out and m.role == "score"]
    return any(went is not None and went.went == "better" for went in map(course, held))


def severity(ruined: bool, back: int, n: int, left: float) -> Severity:
    """A jump that was soon left behind by a run that learned all the same has done no harm."""
    if ruined:
        return "error"
    return "info" if back <= SOON * n and left <= LEFT else "warning"


def by_factors(y: Floats, early: int, top: float) -> bool:
    """The jump stands out of the noise as a factor too: losses near zero scatter over factors, not around a level."""
    logs = np.log(y)
    scale = max(noise(logs[2 * early : 6 * early]), noise(logs[len(y) // 2 :]))
    return float(max(np.log(top), logs[1:early].max()) - logs[0]) >= SIGMAS * scale


def two_records(rise: Floats, base: float, scale: float) -> bool:
    """Two records in a row above the first one, one of them far: what means over several steps leave of a jump."""
    pairs = np.minimum(rise[1:-1], rise[2:])
    far = float(rise.max())
    return bool(len(pairs)) and float(pairs.max()) >= SIGMAS * scale and far >= max(TALL * base, 2 * SIGMAS * scale)


def near_peak(rate: Curve, loss: Curve, first: int) -> bool:
    """The rate stood at half of its early peak or more when the loss jumped."""
    now = float(np.interp(loss.records[first], rate.records, rate.values))
    early = rate.values[: max(3, len(rate) // 3)]
    return now >= NEAR_PEAK * float(early.max())


def while_climbing(case: Case, loss: Curve, rate: Curve) -> Iterator[Finding]:
    lr = rate.values
    positive = lr[lr > 0]
    if len(loss) < CLIMB_RECORDS or len(positive) < 20 or np.any(np.diff(lr) < 0) or positive[-1] < CLIMB * positive[0]:
        return
    # A warm-up that has ended is none, nor is one jump: the rate must climb from record to record to the end.
    if np.mean(np.diff(lr[len(lr) // 2 :]) > 0) < STEADY:
        return
    y = loss.values
    n = len(y)
    late = part(loss, n // 4)
    moving = trend(late.values, late.steps)
    if moving.score < -FALLS and moving.change < -LEARNED * abs(median(y[:5])):
        return
    early = difference(level(y[n // 8 : n // 4]), level(y[: max(3, n // 50)]))
    grows = growth(y)
    learned = early.score > GAINS and early.value > LEARNED * abs(float(y[0]))
    worsens = moving.score > LOSES and moving.change > RISEN * abs(float(y[0]))
    if not learned and not worsens and grows < NOISIER:
        return
    first = stops(y) if learned else n // 4
    there, end = median(y[first : first + 10]), level(y[tail(n)]).value
    yield case.finding(
        loss,
        f"the learning rate climbs to {float(lr[-1]):.3g} at the last record, and the loss stopped improving at "
        f"{step(loss, first)} ({number(there)}; {number(end)} at the end)"
        + (f", its noise grew {grows:.1f}-fold" if grows >= NOISIER else ""),
        first=first,
        detected=n // 2,
        confidence="medium",
        measured={"rate": float(lr[-1]), "level": there, "end": end, "noise_growth": grows},
        cannot_tell=("what the loss would have done at a lower rate",),
    )


def growth(y: Floats) -> float:
    """Noise of the last third against that of the third before the middle."""
    n = len(y)
    before = noise(y[n // 6 : n // 2])
    return noise(y[2 * n // 3 :]) / before if before > 0 else 1.0


def stops(y: Floats) -> int:
    """First point within the noise of the level of the rest."""
    rest = level(y[len(y) // 4 :])
    course = np.array([median(y[i : i + 3]) for i in range(len(y) // 4)])
    inside = np.flatnonzero(course <= rest.value + noise(y))
    return int(inside[0]) if len(inside) else len(y) // 4
