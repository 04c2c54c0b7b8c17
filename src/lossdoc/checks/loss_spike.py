"""The loss jumped up and came back.

## What it means
Some steps had a far higher loss than their neighbours, and the run recovered. One such spike of a large run is a
nuisance; a cluster, or spikes that grow, comes before a divergence. When the peak is above the loss at the start, the
batch or its labels were broken, or a step threw the weights far off.

## How it is measured
Rises over the median of the eleven records before, in units of the local noise. The noise scale follows the run, and
heavy upper tails (losses of few examples) widen it. A rise counts from {sigmas} scales on, or when {points} or more
records stand {lasting} errors above; a single record from {alone} on. It has to reach {share} of what had been
gained; a single record all of that, or half of it when it is a mean over several steps and {unmistakable} scales out:
one wrong label does no more. A rise of {points} to {young} records that the log ends in counts from {standing} scales
on. Short runs need more, since their noise is less well known. The spike score is the number of such records per 1000;
below {rare}, where all came back and none reached the loss at the start, they only inform.

## Silent when
- the rise is an ordinary one for the noise of the run, or small against what was learned
- it stands in the first twentieth of the run: the start has checks of its own (`lr-too-high`, `wrong-start`)
- the learning rate is still below {resting} of its peak, in the warm-up: the batches differ, the weights do not move
- the loss did not come back in {young} records (`divergence`)

## Likely causes
- Broken batches: wrong labels, another encoding, one document repeated, lengths far off. [bad-batch]
- The learning rate is high for the state of the optimiser; Adam's second moment was too small for what came.
  [rate-high]
- A jump of the learning rate, or a warm restart. [rate-jump]
- No clipping, or a threshold that stops nothing. [no-clipping]
- The loss of a batch is summed or scaled differently (an incomplete accumulation, a short last batch).

## What to try
- Look at the batches of these steps: decode them, count their labels. [bad-batch]
- Clip the gradient norm. [no-clipping]
- Keep the learning rate where it was before the jump. [rate-jump]
- Lower the learning rate, or Adam's beta2 [to 0.95], when spikes repeat. [rate-high]
- Restart 100 steps before the spike and leave out the batches that made it. [bad-batch]

## Sources
- 6 sigma over the last 128 steps is skipped: OLMo-core, SkipStepOptimizer; spike score per 1000 steps: OLMo 2, arXiv
  2501.00656.
- Restart and skip: PaLM, arXiv 2204.02311.
- Scales, and the share of progress: ours, calibrated on the labelled runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.checks._loss import living, number, step
from lossdoc.judge.case import OBJECTIVES, Case, Need
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import Spike, best_stretch, longest, median, resolution, spikes

if TYPE_CHECKING:
    from lossdoc.model.run import Curve, Floats

SEVERITY: Severity = "warning"
SIGN: SignName = "stable"
EXPLAINS = ("exploding-gradient", "oscillation", "metric-disagreement")
RESTING = Limit(
    0.05,
    "share of the peak of the learning rate",
    "ours: before the peak, such steps move next to nothing",
)
SHARE = Limit(0.3, "share of the progress made", "ours: bursts of labelled runs reach 1.3 times the progress")
SIGMAS = Limit(
    8.0,
    "local noise scales",
    "ours: the largest healthy isolated rise of the labelled runs stands 7.4 out; OLMo-core skips a step from 6 on",
)
ALONE = Limit(12.0, "local noise scales", "ours, of a single record")
LASTING = Limit(10.0, "standard errors", "ours, of three records and more")
POINTS = Limit(3, "records", "ours: so many make a rise that lasts")
UNMISTAKABLE = Limit(
    25.0,
    "local noise scales",
    "ours: a single record this far out may be a mean over many steps, so that half of the progress is enough",
)
STANDING = Limit(16.0, "local noise scales", "ours: twice what a rise needs that came back")
YOUNG = Limit(30, "records", "ours: a rise may still come back by then; labelled runs whose rate jumped took 25")
OF_LEVEL = Limit(0.3, "share of the level", "ours: a run that gained next to nothing is measured by its own level")
NOTHING = Limit(0.05, "share of the first loss", "ours: less is next to nothing gained")
RARE = Limit(
    0.25,
    "records per 1000",
    "ours: four records of 16,000 are one bad batch of a long run; labelled bursts have 8 per 1000 and more",
)
BEGIN = Limit(20, "parts of the run, the first of which has checks of its own", "ours")
RECORDS = Limit(15, "records", "ours")
SHORT = Limit(20, "records", "ours: a run of so many needs twice as much, since its noise is less well known")
NEEDS = {"loss": Need(OBJECTIVES, points=RECORDS), "rate": Need("learning_rate", optional=True, points=5)}


def check(case: Case, loss: Curve, rate: Curve | None) -> Iterator[Finding]:
    loss = living(loss)
    y = loss.values
    n = len(y)
    if n < RECORDS:
        return
    late = [s for s in material(loss) if s.first >= max(4, n // int(BEGIN)) and not at_rest(loss, rate, s)]
    found = [s for s in late if s.back or stands_out(s)]
    if not found:
        return
    points = sum(s.points for s in found)
    top = max(found, key=lambda s: s.height)
    first = found[0]
    what = "one spike" if len(found) == 1 else f"{len(found)} spikes"
    start = median(y[:5])
    harmless = 1000 * points / n < RARE and all(s.back and y[s.peak] < start for s in found)
    records = f"{top.points} record{'s' * (top.points > 1)}"
    came = f"{records} until it was back at" if top.back else f"in the last {records} of the log, which end near"
    yield case.finding(
        loss,
        f"{what} of {loss.said}: {number(float(y[top.peak]))} at {step(loss, top.peak)} from a level of "
        f"{number(top.before)}, {came} "
        f"{number(top.after)} (spike score {1000 * points / n:.0f} per 1000 records)",
        first=first.first,
        detected=min(n - 1, first.first + 1),
        last=found[-1].last,
        severity="info" if harmless else None,
        measured={
            "spikes": len(found),
            "peak": float(y[top.peak]),
            "records": top.points,
            "height": top.height,
            "sigmas": top.score,
            "before": top.before,
            "after": top.after,
            "per_1000": 1000 * points / n,
        },
        cannot_tell=("whether the batch or the step before it was at fault",),
    )


def stands_out(spike: Spike) -> bool:
    """The log ends in a rise that no noise makes, and that is too young to have stayed for good."""
    return POINTS <= spike.points <= YOUNG and spike.score >= STANDING


def at_rest(loss: Curve, rate: Curve | None, spike: Spike) -> bool:
    """The warm-up had hardly begun: the batches differ, the weights do not."""
    if rate is None or not np.all(np.isfinite(rate.values)):
        return False
    now = float(np.interp(loss.records[spike.first], rate.records, rate.values))
    return spike.first < np.searchsorted(loss.records, rate.records[int(np.argmax(rate.values))]) and (
        now < RESTING * float(rate.values.max())
    )


def material(loss: Curve) -> Sequence[Spike]:
    """Spikes that are sure and large enough to matter."""
    y = loss.values
    start = median(y[:5])
    progress = max(0.0, start - best_stretch(y).value)
    single = loss.axis == "step" and not loss.steps_inferred and median(np.diff(loss.steps)) <= 1
    found = spikes(y, sigmas=5.0, floor=resolution(loss))
    return [s for s in found if sure(y, s) and large(y, s, start, progress, single)]


def large(y: Floats, spike: Spike, start: float, progress: float, single: bool) -> bool:
    """Large enough to matter; `single`: a record is one step, and one that is back at once may be one wrong label."""
    # A run that gained next to nothing is measured by its own level.
    by_level = OF_LEVEL * abs(spike.before)
    alone = SHARE.value
    high = longest(y[spike.first : spike.last + 1] > spike.before + spike.height / 4)
    if single and high is not None and high[0] == high[1]:
        # Two wrong labels a few steps apart are no rise that lasts.
        alone = 1.0
    elif spike.points == 1:
        alone = 1.0 if spike.score < UNMISTAKABLE else 0.5
    return spike.height >= alone * max(progress, 1e-12) and (
        progress > NOTHING * abs(start) or spike.height >= by_level
    )


def sure(y: Floats, spike: Spike) -> bool:
    if spike.points == 1:
        return spike.score >= ALONE * (1 + SHORT / len(y))
    # The scale of a short run is itself uncertain.
    if spike.score >= SIGMAS * (1 + SHORT / len(y)):
        return True
    above = median(y[spike.first : spike.last + 1]) - spike.before
    errors = above / (spike.height / spike.score) * float(np.sqrt(spike.points))
    return spike.points >= POINTS and errors >= LASTING * (1 + SHORT / len(y))
