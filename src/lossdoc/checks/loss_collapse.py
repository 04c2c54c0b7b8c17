"""The loss falls to nearly 0 far faster than the data should allow: memorised, leaking, or too easy.

## What it means
A loss near 0 says that the model predicts its training data with certainty. On fresh data that is right only for
tasks without any noise. After several passes over few examples it means that these are known by heart; within the
first steps it means that the answer stands in the input.

## How it is measured
Sudden: within the first records the loss falls below {sudden} of its start and stays there. Memorised: without any
eval loss or a held-out score that gained, the last stretch is below {pairs} of the start in preference training, or
{supervised} in classification and language modelling, after more than {epochs} epochs. Saturated: every one of the
last records of a preference run is below {pairs} of the start while their margins stand above {margin}, whatever the
number of epochs.

## Silent when
- an eval loss is logged, or a held-out score gained, and the way down takes its time (`overfitting`, `eval-gap` and
  `no-generalisation` judge by it)
- it is the first pass over the data and the way down is smooth
- the trainer may be a regression, whose squared error goes to 0 when it is learned
- the loss starts small, or is a bounded one that starts below {starts} (dft); one that starts above {most} is not held
  against what text leaves to guess

## Likely causes
- Many epochs over few examples, or duplicates in the data. [passes]
- Labels leak into the inputs: shifted by one, still in the prompt, or a column that gives them away.
- Pairs that differ by something trivial: length, a marker, an end-of-text token. [trivial-pairs]
- A mask that leaves only tokens that are certain, such as the template. [text]

## What to try
- Evaluate on held-out data at once; without it nothing can be said for this run.
- Train one epoch. [passes]
- Count the duplicates in the training data.
- Print what the loss is computed on: inputs, labels and mask of one batch.
- A higher beta or label smoothing. [pairs]

## Sources
- DPO loss that reaches 0.0 with margins of 17: TRL issue 1236. A DPO loss under 0.1 may mean overfitting:
  metrics.help, loss. The margin is ours.
- Shares and epochs: ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.checks._latent import reconstruction
from lossdoc.checks._loss import number, step
from lossdoc.judge.case import Case, Need
from lossdoc.judge.merit import course, material, measures
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import level, median, smooth, tail

if TYPE_CHECKING:
    from lossdoc.model.run import Curve, Floats

SEVERITY: Severity = "warning"
SIGN: SignName = "generalising"
EXPLAINS = ("epoch-staircase", "reward-runaway", "plateau", "vanishing-gradient")
SUDDEN = Limit(0.001, "share of the first loss", "ours")
PAIRS = Limit(
    0.02,
    "share of the first loss",
    "ours: labelled run dpo-saturated-b ends at 0.7 %, healthy one-epoch reward models reach 0.5 %",
)
SUPERVISED = Limit(0.01, "share of the first loss", "ours")
EPOCHS = Limit(1.5, "passes over the data", "ours: the first pass learns nothing by heart")
MARGIN = Limit(10.0, "units of the margin", "ours: one wrong pair in 20,000 for the sigmoid loss")
TOKENS = Limit(5.0, "nats of the first loss", "ln 150: a loss that starts higher is one of tokens")
MOST = Limit(
    50.0,
    "nats of the first loss",
    "ours: guessing among all tokens gives 13 at most, the usual checkpoints of mT5 begin above 20, eight batches that "
    "are summed at 30",
)
ENTROPY = Limit(
    0.5,
    "nats",
    "half of what text holds per token (0.6 to 1.3 bits per character, Shannon 1951), to leave room for "
    "code and templates",
)
STARTS = Limit(0.4, "nats of the first loss", "ours: bounded losses such as dft start below")
RECORDS = Limit(8, "records", "ours")
NEEDS = {
    "loss": Need("loss", points=RECORDS),
    "eval_loss": Need("loss", split="eval", optional=True, points=2),
    "epoch": Need("epoch", optional=True),
    "margin": Need("reward_margin", optional=True, points=8),
}

LANGUAGE = {"pretrain", "sft"}


def check(
    case: Case, loss: Curve, eval_loss: Curve | None, epoch: Curve | None, margin: Curve | None
) -> Iterator[Finding]:
    y = loss.values
    n = len(y)
    held_out = eval_loss is not None or scored(case)
    start = float(np.max(y[:2]))
    if start < STARTS or n < RECORDS or np.any(y < 0):
        return
    end = level(y[tail(n)]).value
    few = min(3, max(2, n // 20))
    if end <= SUDDEN * start and float(np.max(y[few:])) <= 10 * SUDDEN * start:
        yield report(case, loss, start, end, few, f"within {few} records", "high", {"records": few})
        return
    if margin is not None and not held_out and case.families() == {"preference"}:
        last = min(n, max(4, n // 4))
        if float(np.max(y[-last:])) <= PAIRS * start and median(margin.values[-last:]) >= MARGIN:
            when = f"while the margins stand above {MARGIN:g}"
            yield report(case, loss, start, end, n - last, when, "medium", {"margin": float(MARGIN)})
            return
    text = set(case.objectives) & LANGUAGE and reconstruction(case, loss) is None
    if not held_out and text and by_heart(y, end):
        first = int(np.argmax(y <= ENTROPY))
        when = f"without an eval loss: no text leaves so little to guess (below {ENTROPY:g} at {step(loss, first)})"
        yield report(case, loss, start, end, first, when, "medium", {"entropy": float(ENTROPY)})
        return
    passes = float(epoch.values[-1]) if epoch is not None and len(epoch) else 0.0
    if passes < EPOCHS or held_out or "regression" in case.objectives:
        return
    share = SUPERVISED if "supervised" in case.families() else PAIRS
    if end <= share * start:
        first = int(np.argmax(smooth(y) <= 0.1 * start))
        when = f"after {passes:.2g} passes over the data (first under a tenth of the start at {step(loss, first)})"
        yield report(case, loss, start, end, first, when, "medium", {"passes": passes})


def scored(case: Case) -> bool:
    """A held-out score gained and no other lost: not only the examples were learned."""
    held = [m for m in measures(case.run, case.knowledge) if m.held_out and m.role == "score"]
    went = [(m, c) for m in held if (c := course(m)) is not None]
    return any(c.went == "better" for _, c in went) and all(c.gain > -material(m, c.first) for m, c in went)


def by_heart(y: Floats, end: float) -> bool:
    """A token loss far below what text can be compressed to, in its mean as well: few batches may hold what is left."""
    low = 0 < end <= ENTROPY and float(np.mean(y[tail(len(y))])) <= ENTROPY
    return TOKENS <= float(y[0]) <= MOST and low and len(y) >= RECORDS


def report(
    case: Case,
    loss: Curve,
    start: float,
    end: float,
    first: int,
    when: str,
    how_sure: str,
    beside: Mapping[str, float | int],
) -> Finding:
    return case.finding(
        loss,
        f"loss fell from {number(start)} to {number(end)} {when}",
        first=first,
        confidence="high" if how_sure == "high" else "medium",
        measured={"start": start, "end": end, "share": end / start, **beside},
        cannot_tell=("whether the task is that easy, the examples are memorised or the labels leak",),
    )
