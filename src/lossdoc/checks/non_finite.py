"""A loss, reward or KL became NaN or infinite, or a gradient norm keeps being so.

## What it means
From the first NaN in the weights on every output is NaN: the run is over, whatever it goes on printing. An infinite
value is the same illness one step earlier. A single NaN gradient norm beside a finite loss is different: a gradient
scaler found an overflow and skipped that step, which mixed precision does now and then.

## How it is measured
Any NaN or infinite value of a loss, reward, KL or entropy of the run counts; of a part of the loss, that it ends in
{ends} of them. In a gradient norm it takes a tail of at
least {tail}, or at least {least} that make up {share} of the records. Values that were not logged are no NaN. A number
above {overflown} that is {jump} or more, to the end of the log, is one that single precision can hardly hold any
more; whatever its name, it counts as well.

## Silent when
- a key was simply not logged in a record
- a number that nobody knows by name is taken only now and then: an evaluation may have nothing to measure (no small
  object, no such class)
- a reward component is NaN for batches that it does not apply to
- the perplexity overflows while its loss is finite
- single gradient norms are NaN while the loss stays finite: reported as information

## Likely causes
- A batch holds NaN, an empty target, or a label outside the classes. [bad-batch]
- The learning rate is too high or has no warm-up. [rate-high]
- Half precision (fp16) overflowed: activations, logits or a loss of large magnitude. [half-precision]
- log(0), a division by 0 or a square root of 0 in the loss: a mask that leaves no token, a probability of exactly 0.
  [bad-operation]

## What to try
- Lower the learning rate [by 3 to 10], from the last checkpoint without a NaN on where there is one. [rate-high]
- Look at the batch of that step; run it alone under `torch.autograd.set_detect_anomaly(True)`. [bad-batch,
  bad-operation]
- Train in bf16 or fp32; with fp16 use a gradient scaler. [half-precision]
- Clip the gradient norm [at 1.0]. [no-clipping]
- Add a small epsilon inside logs, roots and divisions. [bad-operation]

## Sources
- Any non-finite loss is terminal: Keras TerminateOnNaN, Lightning detect_nan, SageMaker Debugger ExplodingTensor.
- Skipped steps of a gradient scaler are normal: PyTorch, "Automatic mixed precision", working with scaled gradients.
- The share for gradient norms is ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.checks._few import explodes
from lossdoc.checks._loss import step
from lossdoc.judge.case import Case, Need
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit

if TYPE_CHECKING:
    from lossdoc.model.record import Event
    from lossdoc.model.run import Curve, Run

SEVERITY: Severity = "error"
SIGN: SignName = "finite"
EXPLAINS = (
    "zero-loss",
    "loss-collapse",
    "chance-level",
    "no-learning",
    "loss-spike",
    "zero-gradient",
    "plateau",
    "reward-collapse",
    "reward-flat",
    "frozen-eval",
    "constant-prediction",
    "flat-margin",
    "thin-margin",
)
_VALUES = (
    "loss",
    "policy_loss",
    "value_loss",
    "reward",
    "kl",
    "approx_kl",
    "rollout_kl",
    "entropy",
    "nll_loss",
    "reward_margin",
)
TAIL = Limit(
    3,
    "records at the end",
    "ours: a scaler may skip the first few steps in a row while it looks for its scale",
)
LEAST = Limit(5, "records", "ours: single skipped steps of a scaler are normal")
SHARE = Limit(0.05, "share of the records", "ours: single skipped steps of a scaler are normal")
ENDS = Limit(2, "records at the end", "ours: a part of the training loss may be of nothing in one batch")
NEVER = Limit(
    3,
    "records, all of them without a finite value",
    "ours: a single one may be a division by an empty batch",
)
OVERFLOWN = Limit(
    1e15, "in the unit of the value", "ours: single precision ends at 3.4e38, and nothing but a counter grows so large"
)
JUMP = Limit(1e9, "times the largest value before", "ours: a counter grows, and does not jump")
BEFORE = Limit(3, "values before", "ours: the first ones may be of a warm-up")
NEEDS = {"values": Need((*_VALUES, "grad_norm"), split="any", finite=False, optional=True)}


def check(case: Case, values: Curve | None) -> Iterator[Finding]:
    del values
    if said := last_words(case.run):
        yield case.finding(None, f"the trainer said: {said.text.strip()}", line=said.line)
        return
    trained = max((len(c) for c in case.run.curves if c.known and c.split == "train"), default=0)
    bad = [c for c in case.run.curves if (judged(c) or never(c, trained)) and not np.all(np.isfinite(c.values))]
    if bad:
        # One illness: the earliest curve carries the finding, the loss before what is derived from it.
        first = min(
            bad, key=lambda c: (c.records[first_bad(c)], _VALUES.index(c.metric) if c.metric in _VALUES else 99)
        )
        yield report(case, first, [c.said for c in bad if c is not first])
        return
    for curve in case.run.curves:
        if curve.split == "train" and (at := overflows(curve)) is not None:
            yield overflow(case, curve, at)
            return
    norm = case.run.get("grad_norm")
    if norm is not None and not np.all(np.isfinite(norm.values)):
        yield from gradient(case, norm)


def judged(curve: Curve) -> bool:
    if curve.labels and curve.metric == "reward":
        return False
    if curve.metric == "loss_component":
        wrong = ~np.isfinite(curve.values)
        if curve.split == "train":
            return len(wrong) >= ENDS and bool(wrong[-int(ENDS) :].all())
        return bool(wrong.sum() >= LEAST and wrong.sum() >= SHARE * len(curve))
    return curve.known and (curve.metric in _VALUES or curve.metric.endswith("_loss"))


def last_words(run: Run) -> Event | None:
    """`Loss is nan, stopping training` (torchvision, DETR, MAE): what the trainer prints before it gives up."""
    return next((e for e in run.events if e.kind == "non_finite"), None)


def never(curve: Curve, trained: int) -> bool:
    """A quantity, known by name or not, that has no finite value at all, or none any more to the end."""
    if curve.split != "train" or len(curve) < NEVER or np.isfinite(curve.values[-NEVER:]).any():
        return False
    finite = np.isfinite(curve.values)
    if not curve.known:
        if len(curve) < trained / 2:
            return False
        # Once it is gone it is gone: what comes and goes is a measure that a batch may not have.
        return not finite.any() or bool(finite[: int(finite.sum())].all())
    return curve.metric in ("loss_component", "grad_norm") and not finite.any()


def overflows(curve: Curve) -> int | None:
    """Where a curve left every size of a measure for good; an exploding loss is for `divergence`."""
    size = np.abs(curve.values)
    if len(size) <= BEFORE or size[-1] < OVERFLOWN or (curve.metric == "loss" and explodes(curve.values) is not None):
        return None
    calm = np.flatnonzero(size < OVERFLOWN)
    at = int(calm[-1]) + 1 if len(calm) else 0
    largest = float(size[:at].max()) if at >= BEFORE else 0.0
    return at if 0 < JUMP * largest <= size[at] else None


def overflow(case: Case, curve: Curve, at: int) -> Finding:
    before, value = float(np.abs(curve.values[:at]).max()), float(curve.values[at])
    return case.finding(
        curve,
        f"{curve.said} is {value:.3g} at {step(curve, at)}, where its size was {before:.4g} at most before",
        first=at,
        confidence="high" if len(curve) - at > 1 else "medium",
        measured={"value": value, "before": before, "records": len(curve) - at},
        cannot_tell=("which batch or layer produced it",),
    )


def first_bad(curve: Curve) -> int:
    return int(np.argmax(~np.isfinite(curve.values)))


def report(case: Case, curve: Curve, others: list[str]) -> Finding:
    bad = ~np.isfinite(curve.values)
    at = first_bad(curve)
    word = "NaN" if np.isnan(curve.values[at]) else "infinite"
    recovered = bool(np.all(np.isfinite(curve.values[-TAIL:]))) and bad.sum() < LEAST and len(curve) - at > TAIL
    fate = f"{bad.sum()} of {len(curve)} records" + (", finite again afterwards" if recovered else "")
    always = f"is {word} in all {len(curve)} records"
    where = always if bad.all() and len(curve) > 1 else f"became {word} at {step(curve, at)} ({fate})"
    also = f"; also {', '.join(others[:3])}" if others else ""
    return case.finding(
        curve,
        f"{curve.said} {where}{also}",
        first=at,
        severity="warning" if recovered else "error",
        measured={"non_finite": int(bad.sum()), "records": len(curve)},
        cannot_tell=("which batch or layer produced it",),
    )


def gradient(case: Case, norm: Curve) -> Iterator[Finding]:
    bad = ~np.isfinite(norm.values)
    count, at = int(bad.sum()), first_bad(norm)
    measured = {"non_finite": count, "records": len(norm)}
    if bad[-TAIL:].all() and len(norm) > TAIL:
        good = np.flatnonzero(~bad)
        at = int(good[-1]) + 1 if len(good) else 0
        beside = ", while the loss still reads finite" if case.run.get("loss") is not None else ""
        text = f"the gradient norm is not finite from {step(norm, at)} to the end{beside}"
        yield case.finding(norm, text, first=at, measured=measured)
    elif count >= LEAST and count >= SHARE * len(norm):
        text = f"the gradient norm was not finite in {count} of {len(norm)} records, first at {step(norm, at)}"
        yield case.finding(norm, text, first=at, severity="warning", measured=measured)
    else:
        times = "once" if count == 1 else f"{count} times"
        text = (
            f"the gradient norm was not finite {times} ({step(norm, at)}) with a finite loss: as when a step is skipped"
        )
        yield case.finding(norm, text, first=at, severity="info", measured=measured)
