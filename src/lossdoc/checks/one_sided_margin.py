"""The whole margin comes from one side: only the rejected answers fall, or only the chosen ones rise.

## What it means
A margin can grow by making chosen answers likelier, by making rejected ones less likely, or both. One side alone is
no fault by itself. Pushing the rejected answers down without end is how later displacement begins, and a policy that
only learned what not to say may still say little that is good.

## How it is measured
The share of the margin's gain that came from the rejected side: the fall of reward_rejected over the gain of the
margin at the end of the run. Reported within {alone} of 1 (only the rejected answers fell) and within {alone} of 0
(only the chosen ones rose), when the gain itself is sure and at least {least-nats} nats per pair.

## Silent when
- both sides move
- both sides fall: see `likelihood-displacement`
- the margin gained less than {least-nats} nats per pair, or beta is unknown

## Likely causes
- Rejected answers far from what the policy writes: they are cheap to push down.
- Chosen answers that are already nearly certain, so that nothing is left to gain there.

## What to try
- Watch the chosen log-probability; nothing needs to change while it holds.
- Add a likelihood term on the chosen answers if they should become likelier.

## Sources
- Ours, for information only: no labelled run has this as its fault.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lossdoc.checks._displaced import against_margin
from lossdoc.checks._preference import find_beta, margin_state
from lossdoc.judge.case import Case, Need, Setting, Skip
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit

if TYPE_CHECKING:
    from lossdoc.model.run import Curve

SEVERITY: Severity = "info"
SIGN: SignName = "stable"
EXPLAINS = ()
LEAST_NATS = Limit(0.5, "nats per pair", "ours")
ALONE = Limit(0.1, "share of the gain", "ours: what the other side may have added or taken")
RECORDS = Limit(20, "records", "ours")
NEEDS = {
    "rejected": Need("reward_rejected", points=RECORDS),
    "chosen": Need("reward_chosen", points=RECORDS),
    "margin": Need("reward_margin", points=RECORDS),
    "beta": Setting("beta", optional=True),
}


def check(case: Case, rejected: Curve, chosen: Curve, margin: Curve, beta: object) -> Iterator[Finding]:
    found = find_beta(case.run, {"beta": beta})
    if found is None:
        raise Skip("beta is not in the log and cannot be read off the curves", "beta")
    state = margin_state(margin.values, None, found.value)
    share = against_margin(case.run, margin.split)[1]
    if share is None or not state.learns or state.nats is None or state.nats < LEAST_NATS:
        return
    if abs(share - 1) <= ALONE:
        side, curve = "the rejected answers falling", rejected
    elif abs(share) <= ALONE:
        side, curve = "the chosen answers rising", chosen
    else:
        return
    yield case.finding(
        curve,
        f"the margin of {state.nats:.3g} nats per pair comes from {side} alone",
        confidence="medium",
        measured={"share_from_rejected": share, "nats": state.nats, "beta": found.value},
    )
