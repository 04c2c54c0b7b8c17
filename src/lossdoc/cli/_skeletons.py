"""What `lossdoc new` writes. Whatever a contributor has to say is marked, and a test refuses the mark."""

from __future__ import annotations

MARK = "FILL IN"

_CHECK = '''"""FILL IN: one sentence that says what is wrong.

## What it means
FILL IN: what a person who trains should know about it.

## How it is measured
FILL IN: in words; numbers come from the limits below, as in: at least {least} of the first loss, over {records}
records.

## Silent when
- FILL IN: what looks alike and is no illness

## Likely causes
- FILL IN

## What to try
- FILL IN

## Sources
- FILL IN: a paper, a program's documentation; "ours" where a number is your own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lossdoc.judge.case import Case, Need
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit

if TYPE_CHECKING:
    from lossdoc.model.run import Curve

# A check without figures is experimental, and only informs: `python -m benchmarks.evidence` measures them.
SEVERITY: Severity = "info"
SIGN: SignName = "stable"  # FILL IN: the vital sign that a finding answers with no (finite, stable, learning, ...)
EXPLAINS = ()  # ids of checks whose findings are consequences of this one
LEAST = Limit(0.1, "share of the first loss", "FILL IN: who says so; ours, and what the number was held against")
RECORDS = Limit(20, "records", "ours")
NEEDS = {"loss": Need("loss", points=RECORDS)}  # FILL IN: the curves that it looks at


def check(case: Case, loss: Curve) -> Iterator[Finding]:
    first, last = float(loss.values[0]), float(loss.values[-1])
    if last - first < LEAST * abs(first):  # FILL IN: what is measured
        return
    yield case.finding(
        loss,
        f"FILL IN: what was measured, with its numbers: {first:.4g}, {last:.4g}",
        measured={"first": first, "last": last},
    )
'''

_CHECK_TEST = '''"""FILL IN: what the check is about. A test holds both sides of the limit whose name it has."""

from __future__ import annotations

import pytest

from tests.checks.losses import loss
from tests.checks.synthetic import found


@pytest.mark.parametrize(("strength", "fires"), [(0.09, False), (0.11, True)])
def test_least(strength: float, fires: bool) -> None:
    values = [2.0] * 20 + [2.0 * (1 + strength)] * 20  # FILL IN: a run just below and just above the limit
    assert bool(found("%(id)s", loss(values), trainer="sft")) == fires


@pytest.mark.parametrize(("records", "fires"), [(19, False), (20, True)])
def test_records(records: int, fires: bool) -> None:
    values = [2.0] * (records - 1) + [3.0]  # FILL IN: as above
    assert bool(found("%(id)s", loss(values), trainer="sft")) == fires
'''

_METRIC = """---
id: %(id)s
name: "FILL IN: what people call it"
aliases: ["FILL IN/%(id)s"]
unit: "FILL IN: nats, fraction, tokens, ..."
direction: down  # FILL IN: what is better: down, up or neither
merit: part  # FILL IN: score or support (of how good the model is), objective or part (of what is trained); or no line
heldOut: false  # FILL IN: true where it is only ever measured on held-out data; or no line
shortDescription: "FILL IN: one sentence."
whatToLookFor:
  - "FILL IN: what a healthy curve does."
# FILL IN: curves; or, where no curve is right or wrong by itself: judged: false, with the reason as why: "..."
visualizations:
  healthy:
    usual:
      label: "FILL IN"
      analysis: "FILL IN: why this is well."
      data: [{step: 0, value: 2.0}, {step: 500, value: 1.2}, {step: 1000, value: 1.0}]
  unhealthy:
    fault:
      label: "FILL IN"
      analysis: "FILL IN: what went wrong."
      finds: [divergence]  # FILL IN: ids of the checks that have to fire on this curve
      data: [{step: 0, value: 2.0}, {step: 500, value: 1.2}, {step: 1000, value: 3.0}]
sources: ["FILL IN: where the name and the meaning are documented"]
---
FILL IN: what it is, in a paragraph.
"""

_FORMAT = """title: "FILL IN: the program"
anchors: ["FILL IN: text that stands in every such log"]
lines:
  # FILL IN: a pattern with names: step, epoch, split, and what remains as `body` (pairs of names and values).
  - pattern: '^Step (?P<step>\\\\d+): (?P<body>\\\\w+ .+)'
samples:
  - program: "FILL IN: name and version"
    cite: "FILL IN: file of the program that prints it"
    text: |
      Step 10: loss 1.25
    records:
      - {line: 1, step: 10, values: {loss: "1.25"}}
"""

_OUTPUT = '''"""FILL IN: what it is and who reads it."""

from __future__ import annotations

from lossdoc.show.report import Options, Result
from lossdoc.show.report._gates import failure
from lossdoc.show.report._words import safe

NAME = "%(id)s"
TITLE = "FILL IN: one line for people"


def write(result: Result, options: Options) -> str:  # noqa: ARG001
    """FILL IN: what stands in it, also when nothing could be read."""
    lines = [
        f"{safe(report.run.source)}: {report.verdict}; {finding.check}: {safe(finding.message)}"
        for report in result.worst_first
        for finding in report.roots
    ]
    lines += [f"{safe(run.run.source)}: {failure(gate)}" for run in result.worst_first for gate in run.failed_gates]
    lines += [f"{safe(gone.source)}: {safe(gone.why)}" for gone in result.not_read]
    return "".join(f"{line}\\n" for line in lines)
'''


def of(kind: str, name: str) -> dict[str, str]:
    """The files of a new unit, by their place in the checkout."""
    module, kebab = name.replace("-", "_"), name.replace("_", "-")
    if kind == "check":
        return {
            f"src/lossdoc/checks/{module}.py": _CHECK,
            f"tests/sides/test_{module}.py": _CHECK_TEST % {"id": kebab},
        }
    if kind == "metric":
        return {f"metrics/{module}.md": _METRIC % {"id": module}}
    if kind == "format":
        return {f"src/lossdoc/readers/lines/{kebab}.yaml": _FORMAT.replace("\\\\", "\\")}
    return {f"src/lossdoc/show/report/{module}.py": _OUTPUT % {"id": kebab}}
