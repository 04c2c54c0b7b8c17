"""The preference margin stays at 0: the policy tells chosen from rejected no better than at the start.

## What it means
The margin is how much more the policy has come to prefer the chosen answer over the rejected one. A margin that never
leaves its noise around 0 means that no preference was learned, whatever the loss reads. The accuracy beside it proves
little: it counts a lead of a millionth of a nat as a win, and reaches 0.85 in runs whose policy has not moved at all.

## How it is measured
The level of the second half of the run against 0, in standard errors, together with the trend after the first tenth
and with the accuracy. Flat is a level within {preference.sure} errors of 0 or under {preference.stands-out} of the
noise between batches, without a rising trend, and with an accuracy that does not stand above a half. A margin under
{preference.nothing-nats} nat per pair (margin divided by beta; under {preference.nothing-raw} where beta is unknown)
is flat however sure it is. Beta is taken from the configuration, or from the log: the slope of the log-probability
over the implicit reward is 1 / beta once the policy moves.

## Silent when
- the margin rises beyond its noise, however slowly
- the accuracy of the second half stands clearly above 0.5 and the margin is not vanishing
- too few points: the upper end of the error must lie below {preference.ruled-out} of the noise (skipped otherwise)
- the margin is negative beyond its noise: that is `inverted-preference`

## Likely causes
- A learning rate too low by orders of magnitude. [rate-low]
- Labels without information: chosen and rejected shuffled, or annotators who agree no better than a coin. [labels]
- The optimiser holds no parameter that trains: stale parameter groups, a frozen adapter. [stale-optimiser]
- Policy and reference are the same object, so that they move together. [same-reference]
- Chosen and rejected become equal after truncation or templating.

## What to try
- Raise the learning rate [tenfold]. [rate-low]
- Print ten pairs as the model sees them, after template and truncation. [labels]
- Train on 32 pairs until the margin rises; if it does not, the optimiser or the reference is at fault.
  [stale-optimiser, same-reference]
- Compare a weight of the policy before and after a step, and with the reference. [stale-optimiser, same-reference]

## Sources
- Levels and noise: ours, calibrated on the labelled runs.
- Accuracy counts ties as wrong: trl/trainer/dpo_trainer.py (strict comparison).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lossdoc.checks._preference import find_beta, margin_state
from lossdoc.judge.case import Case, Need, Setting, Skip
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit

if TYPE_CHECKING:
    from lossdoc.model.run import Curve

SEVERITY: Severity = "warning"
SIGN: SignName = "learning"
EXPLAINS = ("thin-margin", "one-sided-margin", "plateau")
RECORDS = Limit(8, "records", "ours")
NEEDS = {
    "margin": Need("reward_margin", points=RECORDS),
    "accuracy": Need("reward_accuracy", optional=True),
    "beta": Setting("beta", optional=True),
}


def check(case: Case, margin: Curve, accuracy: Curve | None, beta: object) -> Iterator[Finding]:
    found = find_beta(case.run, {"beta": beta})
    state = margin_state(margin.values, None if accuracy is None else accuracy.values, found.value if found else None)
    if not state.nothing and state.within_noise and not state.sure:
        raise Skip(f"{len(margin)} points of the margin are too few to tell a margin from its noise")
    if not state.flat or state.late < -3 * state.error < 0:
        return
    size = f"{state.late:.2g}" if state.nats is None else f"{state.late:.2g} ({state.nats:.2g} nat per pair)"
    against = " and does not rise" if state.nothing and state.score < 3 else f" within a noise of {state.noise:.2g}"
    if state.nothing and state.score >= 3:
        against = ", too small to change any answer"
    right = None if state.accuracy is None or accuracy is None else accuracy.as_logged(state.accuracy)
    with_accuracy = "" if right is None else f"; accuracy {right:.2f}"
    measured: dict[str, float | int | str] = {"margin": state.late, "error": state.error, "noise": state.noise}
    if state.nats is not None and found is not None:
        measured |= {"nats": state.nats, "beta": found.value, "beta_source": found.source}
    if right is not None:
        measured["accuracy"] = right
    yield case.finding(
        margin,
        f"the margin of the second half is {size}{against}{with_accuracy}",
        detected=len(margin) // 2,
        confidence="high" if len(margin) >= 30 else "medium",
        measured=measured,
        cannot_tell=("whether the labels carry no information or the policy does not move",),
    )
