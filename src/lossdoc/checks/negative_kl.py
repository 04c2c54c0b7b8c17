"""The KL to the reference is negative for long, which no divergence can be.

## What it means
A divergence is never negative. Single estimates are: log p - log p_reference of a sampled token has either sign, and
its mean wanders around 0 while the policy is near the reference. A mean that stays clearly below 0 says that the
samples do not come from the policy that is scored, so every quantity built on them is off.

## How it is measured
The running median at or below -{fatal} over at least {lasts} of the run and {stands} records. From -{notable} on,
over {long} of the run and {records} records, it informs.

## Silent when
- signed estimators wander around 0
- single records

## Likely causes
- Sampling settings that change the distribution: top_k, top_p, a temperature other than the scored one, a minimum
  length.
- Padding or end tokens counted in one of the two log-probabilities and not in the other.
- The reference is not the model the policy started from.

## What to try
- Sample with temperature 1, top_k 0, top_p 1 and no minimum length.
- Compare both log-probabilities token by token on one answer before the first update: they should be equal.
- Check the mask of padding and end tokens.

## Sources
- TRL pull request 352: values between -1 and 0 are tolerated; TRL issue 1857 (-2.44) and MedicalGPT issue 374 (-233):
  failed runs.
- The limit for information: ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lossdoc.checks._rl import course_above, rl_only
from lossdoc.judge.case import Case, Need
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import median

if TYPE_CHECKING:
    from lossdoc.model.run import Curve

SEVERITY: Severity = "warning"
SIGN: SignName = "stable"
EXPLAINS = ()
FATAL = Limit(1.0, "nats below 0", "TRL pull request 352: values between -1 and 0 are tolerated")
NOTABLE = Limit(0.05, "nats below 0", "ours, for information")
LASTS = Limit(0.1, "share of the run", "ours")
STANDS = Limit(5, "records", "ours")
LONG = Limit(0.25, "share of the run", "ours, for information")
RECORDS = Limit(8, "records", "ours")
NEEDS = {"kl": Need("kl", points=RECORDS)}


def check(case: Case, kl: Curve) -> Iterator[Finding]:
    rl_only(case)
    found = course_above(-kl.values, FATAL.value, LASTS.value, int(STANDS))
    severe = found is not None
    found = found or course_above(-kl.values, NOTABLE.value, LONG.value, int(RECORDS))
    if found is None:
        return
    first, last = found
    typical = median(kl.values[first : last + 1])
    yield case.finding(
        kl,
        f"the KL to the reference stands at {typical:.3g} over {last - first + 1} records, below 0",
        first=first,
        detected=min(last, first + 4),
        last=last,
        severity=None if severe else "info",
        confidence="high" if severe else "medium",
        measured={"kl": typical, "records": last - first + 1},
    )
