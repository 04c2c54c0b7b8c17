"""Most answers end at the length limit instead of by themselves.

## What it means
An answer that is cut off has no final part to score: it earns the reward of a wrong answer, or none that says
anything. When most answers are cut, the reward measures the limit.

## How it is measured
The running median of the truncated share at or above {most} over at least {lasts} of the run and {records} records.

## Silent when
- a minority is cut off
- the share is high for a few records only

## Likely causes
- The maximum completion length is below what an answer needs. [length-limit]
- The end token is missing from the template, or is never sampled.
- Answers grew over the run (see `length-explosion`). [answers-grew]

## What to try
- Raise the maximum completion length; compare with the length of answers that end by themselves. [length-limit]
- Check that the chat template ends answers with the end token of the generation settings.
- Mask cut answers out of the loss while the limit stays.

## Sources
- axolotl docs/training_stability.qmd: below 0.3 healthy. verl best practices: above 0.1 often
  too much.
- The limit: ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lossdoc.checks._rl import course_above
from lossdoc.judge.case import Case, Need
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import median

if TYPE_CHECKING:
    from lossdoc.model.run import Curve

SEVERITY: Severity = "warning"
SIGN: SignName = "stable"
EXPLAINS = ("reward-flat", "zero-std-groups")
MOST = Limit(0.5, "share of the answers", "ours: healthy labelled runs have 0; axolotl: above 0.8 a red flag")
LASTS = Limit(0.25, "share of the run", "ours")
RECORDS = Limit(5, "records", "ours")
NEEDS = {"truncated": Need("truncated_fraction", points=RECORDS)}


def check(case: Case, truncated: Curve) -> Iterator[Finding]:
    found = course_above(truncated.values, MOST.value, LASTS.value, int(RECORDS))
    if found is None:
        return
    first, last = found
    typical = median(truncated.values[first : last + 1])
    yield case.finding(
        truncated,
        f"{typical:.0%} of the answers are cut off at the limit, the median of {last - first + 1} records",
        first=first,
        detected=min(last, first + max(4, len(truncated) // 10)),
        last=last,
        confidence="high" if typical >= 0.8 else "medium",
        measured={"truncated": typical, "records": last - first + 1},
        cannot_tell=("whether longer answers would have been right",),
    )
