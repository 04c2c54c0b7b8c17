"""The chosen answers themselves become unlikely: the margin grows only because the rejected ones fall faster.

## What it means
Preference losses see differences only. They are satisfied when both answers lose probability, as long as the rejected
one loses more. Loss, margin and accuracy then look splendid while the policy drifts away from every answer in the
data, and the probability goes to answers that nobody has rated.

## How it is measured
The fall of the chosen answer's log-probability at the end of the run, in nats: as reward_chosen / beta where beta is
known or can be read off the log (it is paired with the reference, so batches of long answers do not disturb it), else
as logp_chosen against its first records. Reported when it is sure ({errors} standard errors), material, and not less
than {ratio} times what the margin gained. Material is {nats} nats, or {short-nats} nats that make a likely answer
{displaced.short-factor} times as costly (averaged log-probabilities, short answers). Confidence is low up to
{doubtful-nats} nats and high from {sure-nats} on. What share of the margin came from pushing the rejected answers
down is in the measurements.

## Silent when
- the chosen answers lose a few nats: usual for DPO after supervised fine-tuning
- the margin gains more than the chosen answers lose (a ratio below {ratio})
- the ratio is large only because the margin is still tiny
- the fall came back by the end of the run
- the loss is `apo_down`, which lowers chosen answers by design
- a held-out score of the answers (reward, accuracy of a task) improves at the same time: then it only informs

## Likely causes
- A learning rate too high for preference training, often by a factor of ten or more. [rate-high]
- Beta too small: nothing holds the policy near its reference. [beta-low]
- Chosen and rejected answers nearly alike, so that lowering one lowers the other.
- Answers far from what the policy would write itself: no supervised fine-tuning on the chosen ones beforehand.
- Several epochs over few pairs. [passes]

## What to try
- Lower the learning rate [by 3 to 10]. [rate-high]
- Raise beta. [beta-low]
- Add a likelihood term on the chosen answers (the `sft` loss type beside `sigmoid`, `rpo_alpha`, or ORPO and CPO with
  their own).
- Train fewer epochs. [passes]
- Drop pairs whose answers hardly differ.
- Read answers of the policy: repetition and odd words are the sign that it matters.

## Sources
- Razin et al., arXiv 2410.08847: displacement, and that it can turn refusals into compliance; pairs that are alike
  cause it.
- DPO repository, issues 32 and 36; SimPO issue 42: a slight fall is expected, a large one calls for a higher beta or
  a lower rate.
- Sizes and ratio: ours. A public model regarded as good (Zephyr-7B-beta) lost about 45 nats at a ratio of 1.19, so
  the size alone does not prove damage."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.checks._displaced import Fall, fall_of_chosen
from lossdoc.judge.case import Case, Need, Setting
from lossdoc.model.finding import Confidence, Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import leaning

if TYPE_CHECKING:
    from lossdoc.model.run import Curve

SEVERITY: Severity = "warning"
SIGN: SignName = "stable"
EXPLAINS = ("one-sided-margin", "reward-runaway", "flat-margin", "chance-level")
NATS = Limit(
    10.0,
    "nats",
    "ours: healthy labelled runs lose at most 2.7, injected faults 22 and more; a public model regarded "
    "as good lost 45 at a ratio of 1.19",
)
SHORT_NATS = Limit(2.0, "nats", "ours, where a likely answer became much more costly")
DOUBTFUL_NATS = Limit(15.0, "nats", "ours: low confidence up to it")
SURE_NATS = Limit(30.0, "nats", "ours: high confidence from it on")
RATIO = Limit(0.9, "times what the margin gained", "ours: a smaller fall is usual for DPO")
ERRORS = Limit(3.0, "standard errors", "ours")
IMPROVES = Limit(2.0, "standard errors of a rising score", "ours")
RECORDS = Limit(8, "records", "ours")
NEEDS = {
    "chosen": Need(("logp_chosen", "reward_chosen"), points=RECORDS),
    "margin": Need("reward_margin", points=RECORDS, optional=True),
    "score": Need(("reward", "accuracy"), split="eval", points=3, optional=True),
    "beta": Setting("beta", optional=True),
    "loss_type": Setting("loss_type", optional=True),
}


def check(
    case: Case, chosen: Curve, margin: Curve | None, score: Curve | None, beta: object, loss_type: object
) -> Iterator[Finding]:
    if "apo_down" in (str(loss_type), case.run.trainer.loss_type):
        return
    fall = fall_of_chosen(case.run, {"beta": beta}, chosen.split)
    if fall is None or not material(fall) or (fall.ratio is not None and fall.ratio < RATIO):
        return
    improves = score is not None and leaning(score.values) > IMPROVES
    size = abs(fall.nats)
    confidence: Confidence = "high" if size >= SURE_NATS else "medium"
    if size < DOUBTFUL_NATS and not fall.short:
        confidence = "low"
    measured: dict[str, float | int | str] = {"fall_nats": size, "error_nats": fall.error, "measured_by": fall.how}
    text = f"the chosen answers lost {size:.3g} nats of log-probability"
    if fall.start is not None and fall.end is not None:
        measured |= {"logp_start": fall.start, "logp_end": fall.end}
        text += f" (from {fall.start:.4g} to {fall.end:.4g})"
    if fall.ratio is not None and np.isfinite(fall.ratio):
        measured["ratio"] = fall.ratio
        text += f", {fall.ratio:.2g} times what the margin gained"
    elif margin is not None:
        text += " while the margin gained nothing"
    if fall.rejected_share is not None:
        measured["share_from_rejected"] = fall.rejected_share
    yield case.finding(
        fall.curve,
        text,
        first=fall.first,
        detected=fall.detected,
        severity="info" if improves else None,
        confidence=confidence,
        measured=measured,
        cannot_tell=("whether the answers that the policy now writes are worse",),
    )


def material(fall: Fall) -> bool:
    if fall.nats > -SHORT_NATS or -fall.nats < ERRORS * fall.error:
        return False
    return -fall.nats >= NATS or fall.short
