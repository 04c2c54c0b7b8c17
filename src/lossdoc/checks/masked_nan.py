"""The loss is NaN, but the trainer hides it: it reads exactly 0, or vanishes from the log.

## What it means
The Hugging Face Trainer replaces NaN losses by 0 before it prints them (`logging_nan_inf_filter`, on by default), so
a dead run logs loss 0.0 with a NaN gradient norm, ends normally and reports a fine mean loss. When the log holds a
mean over several steps, the record in which it happened shows a mere drop. Megatron leaves the loss out of the line
instead.

## How it is measured
Records in which the loss is exactly 0 while the gradient norm is NaN, one of them where the log ends in it and the
gradient norm was NaN from the first record on; or a loss that was positive and reads exactly 0
to the end while another metric of the run turns NaN; or a loss that stood in every record and is missing from the
last ones while other fields go on.

## Silent when
- a loss of exactly 0 has a finite gradient norm (`zero-loss`, or normal in reinforcement learning)
- single records miss the loss, or it never was logged in every record

## Likely causes
- A batch without any label that counts (all tokens masked) divides 0 by 0, or holds NaN itself. [bad-batch]
- The learning rate is too high or has no warm-up. [rate-high]
- Weights in pure fp16 without a gradient scaler, or attention masks that overflow in half precision. [half-precision]

## What to try
- Print the batches around this step and count the labels that are not -100. [bad-batch]
- Let the trainer show NaN instead of 0, and log every step to see where it happens. [hidden-nan]
- Start again from a checkpoint before this step with a lower learning rate [by 3]; later checkpoints hold NaN.
  [rate-high]
- Train in bf16 or fp32. [half-precision]

## Sources
- `logging_nan_inf_filter`: transformers, TrainingArguments and Trainer._inner_training_loop.
- Megatron-LM drops a NaN loss from its log line: training_log in megatron/training/training.py.
- The labelled runs with NaN faults: lm-nan-b, lm-nan3-b, sft-nan-a and others.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.checks._loss import step
from lossdoc.judge.case import Case, Need
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import died, matched

if TYPE_CHECKING:
    from lossdoc.model.run import Curve, Run

SEVERITY: Severity = "error"
SIGN: SignName = "finite"
EXPLAINS = (
    "non-finite",
    "zero-loss",
    "loss-collapse",
    "no-learning",
    "loss-spike",
    "zero-gradient",
    "plateau",
    "chance-level",
    "frozen-eval",
    "constant-prediction",
    "flat-margin",
    "thin-margin",
    "inverted-preference",
)
LEAST = Limit(
    2,
    "records",
    "ours: one could be a coincidence of rounding; a run that dies in its last record is seen by non-finite",
)
MISSING = Limit(5, "records without the loss at the end", "ours")
BEFORE = Limit(
    0.02,
    "share of the records before",
    "ours: a loss that was missing more often never stood in every record",
)
BESIDE = Limit(10, "records of loss and companion", "ours")
NEEDS = {
    "loss": Need("loss", finite=False, points=LEAST),
    "grad_norm": Need("grad_norm", finite=False, optional=True),
}


def check(case: Case, loss: Curve, grad_norm: Curve | None) -> Iterator[Finding]:
    found = with_gradient(loss, grad_norm) if grad_norm is not None else None
    if found is not None and grad_norm is not None:
        at, count = found
        begin = first_nan(loss, grad_norm, at)
        yield case.finding(
            loss,
            f"the loss reads exactly 0 and the gradient norm NaN in {count} record{'s' if count > 1 else ''} from "
            f"{step(loss, at)} on: a NaN loss that the trainer does not print",
            first=begin,
            detected=at,
            measured={"records": count},
            cannot_tell=("the true loss of these records",),
        )
        return
    yield from with_other_metrics(case, loss)
    yield from vanished(case, loss)


def with_gradient(loss: Curve, norm: Curve) -> tuple[int, int] | None:
    """First index in the loss, and number, of records with a loss of 0 and a NaN gradient norm."""
    i, j = matched(loss.records, norm.records)
    broken = np.isnan(norm.values[j])
    both = (loss.values[i] == 0) & broken
    # One alone, where the log ends in it: the gradient was NaN before, and the loss did not read 0.
    ends = len(both) > 1 and both[-1] and broken.all() and loss.values[i[0]] > 0
    if both.sum() < LEAST and not ends:
        return None
    return int(i[int(np.argmax(both))]), int(both.sum())


def first_nan(loss: Curve, norm: Curve, at: int) -> int:
    """The record in which it began: the gradient norm may be NaN while a mean loss only drops."""
    while at > 0:
        where = np.flatnonzero(norm.records == loss.records[at - 1])
        if not len(where) or not np.isnan(norm.values[where[0]]):
            break
        at -= 1
    return at


def with_other_metrics(case: Case, loss: Curve) -> Iterator[Finding]:
    end = died(loss.values)
    if end == len(loss) or len(loss) - end < LEAST or not np.any(loss.values[:end] > 0):
        return
    since = loss.records[end]
    others = [c for c in case.run.curves if c is not loss and turned_nan(c, since)]
    if not others:
        return
    names = ", ".join(c.name for c in others[:3])
    yield case.finding(
        loss,
        f"the loss reads exactly 0 from {step(loss, end)} on while {names} turned NaN: a NaN loss that is not printed",
        first=end,
        measured={"records": len(loss) - end},
        cannot_tell=("the true loss of these records",),
    )


def turned_nan(curve: Curve, since: int) -> bool:
    later = curve.values[curve.records >= since]
    return curve.known and len(later) > 0 and bool(np.all(np.isnan(later))) and bool(np.isfinite(curve.values[0]))


def vanished(case: Case, loss: Curve) -> Iterator[Finding]:
    beside = companion(case.run, loss)
    if beside is None:
        return
    after = beside.records > loss.records[-1]
    before = beside.records[(beside.records >= loss.records[0]) & ~after]
    missing = len(before) - len(matched(before, loss.records)[0])
    if after.sum() < MISSING or missing > BEFORE * len(before):
        return
    at = int(np.argmax(after))
    yield case.finding(
        beside,
        f"the loss is missing from the last {int(after.sum())} records, from {step(beside, at)} on, while "
        f"{beside.name} goes on: some trainers leave a NaN loss out",
        first=at,
        confidence="medium",
        measured={"records": int(after.sum())},
        cannot_tell=("whether the loss was NaN or only no longer logged",),
    )


def companion(run: Run, loss: Curve) -> Curve | None:
    """A curve that stands in the same records as the loss."""
    for metric in ("learning_rate", "grad_norm", "loss_scale"):
        curve = run.get(metric)
        if curve is not None and len(curve) > len(loss) and len(matched(curve.records, loss.records)[0]) > BESIDE:
            return curve
    return None
