"""Chosen wins nearly always, but by next to nothing: the ranking is learned, the policy hardly changed.

## What it means
Accuracy counts who wins, the margin says by how much. A high accuracy with a margin of a hundredth of a nat per pair
means that the probabilities of the answers differ by one percent from before: the model will answer as it always did.

## How it is measured
The level of the second half: accuracy at least {accurate} and margin divided by beta between
{preference.nothing-nats} and {thin-nats} nat per pair. Below that the margin is flat (`flat-margin`). Beta is taken
from the configuration or from the log itself.

## Silent when
- beta is neither configured nor visible in the log: a margin may be small only because beta is
- fewer than {records} points were logged
- the margin is still rising steeply: it grew {rising}-fold and more over the second half

## Likely causes
- A learning rate too low for the number of steps. [rate-low]
- Too few steps, or a warm-up over most of the run.
- Strong gradient clipping together with a small learning rate.

## What to try
- Raise the learning rate [threefold], or train longer. [rate-low]
- Compare answers of the policy and of the reference on held-out prompts before using the model.

## Sources
- The size: ours; no labelled run lies between healthy and dead ones, so this check is experimental and only informs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lossdoc.checks._preference import NOTHING_NATS, find_beta, margin_state
from lossdoc.judge.case import Case, Need, Setting, Skip
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import level

if TYPE_CHECKING:
    from lossdoc.model.run import Curve

SEVERITY: Severity = "info"
SIGN: SignName = "learning"
EXPLAINS = ()
THIN_NATS = Limit(
    0.02,
    "nats per pair",
    "ours: the slowest healthy labelled run ends at 0.1, runs with a dead learning rate below 2e-5",
)
ACCURATE = Limit(0.7, "accuracy", "ours")
RISING = Limit(2.0, "times the quarter before", "ours: a margin that rises steeply is on its way")
RECORDS = Limit(8, "records", "ours")
NEEDS = {
    "margin": Need("reward_margin", points=RECORDS),
    "accuracy": Need("reward_accuracy", points=RECORDS),
    "beta": Setting("beta", optional=True),
}


def check(case: Case, margin: Curve, accuracy: Curve, beta: object) -> Iterator[Finding]:
    found = find_beta(case.run, {"beta": beta})
    if found is None:
        raise Skip("beta is not in the log and cannot be read off the curves", "beta")
    state = margin_state(margin.values, accuracy.values, found.value)
    if state.nats is None or state.accuracy is None or not NOTHING_NATS <= state.nats < THIN_NATS:
        return
    quarter = max(1, len(margin) // 4)
    before, after = level(margin.values[-2 * quarter : -quarter]).value, level(margin.values[-quarter:]).value
    if state.accuracy < ACCURATE or after > RISING * before:
        return
    right = accuracy.as_logged(state.accuracy)
    yield case.finding(
        margin,
        f"accuracy {right:.2f} with a margin of only {state.nats:.2g} nat per pair (beta {found.value:.3g})",
        detected=len(margin) // 2,
        confidence="medium" if found.source == "given" else "low",
        measured={"nats": state.nats, "margin": state.late, "accuracy": right, "beta": found.value},
        cannot_tell=("whether the answers of the policy changed",),
    )
