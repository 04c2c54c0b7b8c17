"""Toys that were really trained (`python -m benchmarks.toys`), with known faults and healthy twins beside.

Boosted trees, speech by CTC, a detector, a regression, a reversal of sentences, a segmenter.
"""

from collections.abc import Iterable
from pathlib import Path

import pytest
from _pytest.mark.structures import ParameterSet

from lossdoc import check

TOYS = Path(__file__).parent / "data" / "toys"
# What is to be found, by run: any of these leads, whichever file of the run is read.
EXPECTED: dict[str, set[str]] = {
    "boosted/overfit": {"overfitting"},
    "boosted/shuffled": {"chance-level"},
    "boosted/rate-0": {"chance-level", "no-learning"},
    "boosted/rate-tiny": {"no-learning"},
    "boosted/rate-huge": {"divergence"},
    "boosted/rate-huge-regression": {"divergence", "no-learning"},
    "ctc/shuffled": {"chance-level", "ctc-blank"},
    "ctc/blanks": {"chance-level", "ctc-blank"},
    "ctc/rate-0": {"chance-level", "no-learning"},
    "ctc/rate-too-high": {"chance-level", "ctc-blank"},
    "detector/no-boxes": {"zero-loss"},
    "detector/frozen": {"chance-level", "no-learning"},
    "detector/shuffled": {"chance-level"},
    "detector/rate-too-high": {"chance-level"},
    "regression/not-scaled": {"non-finite"},
    "regression/constant": {"no-learning"},
    "regression/overfit": {"overfitting", "no-generalisation"},
    "regression/shuffled": {"no-generalisation", "overfitting"},
    "reversal/overfit": {"overfitting", "no-generalisation"},
    "reversal/shuffled": {"no-learning", "chance-level"},
    "reversal/rate-too-high": {"chance-level"},
    "reversal/not-shifted": {"chance-level", "metric-disagreement"},
    "segmenter/small-objects": {"chance-level"},
    "segmenter/shuffled": {"no-generalisation", "chance-level"},
    "segmenter/rate-too-high": {"chance-level"},
    "segmenter/masks-of-255": {"non-finite"},
    "segmenter/masks-empty": {"zero-loss"},
}
HEALTHY = [
    "boosted/healthy",
    "boosted/healthy-classes",
    "boosted/healthy-regression",
    "ctc/healthy",
    "ctc/healthy-slow",
    "detector/healthy",
    "detector/healthy-slow",
    "regression/healthy",
    "regression/healthy-few-epochs",
    "reversal/healthy",
    "reversal/healthy-short",
    "segmenter/healthy",
    "segmenter/healthy-dice-loss",
]


LEFT = {
    "reversal/shuffled/valid.jsonl": "evaluations stand still, no training loss; its BLEU of 0.006 % may be a share",
}


def files(runs: Iterable[str]) -> list[ParameterSet]:
    found = []
    for run in runs:
        for path in sorted((TOYS / run).iterdir()):
            name = f"{run}/{path.name}"
            marks = [pytest.mark.xfail(strict=True, reason=LEFT[name])] if name in LEFT else []
            found.append(pytest.param(run, path, id=name, marks=marks))
    return found


@pytest.mark.parametrize(("run", "path"), files(EXPECTED))
def test_the_fault_leads(run: str, path: Path) -> None:
    report = check(path)
    assert report.verdict in ("suspicious", "failing")
    assert next(finding.check for finding in report.findings if finding.because_of is None) in EXPECTED[run]


@pytest.mark.parametrize(("run", "path"), files(HEALTHY))
def test_a_healthy_twin(run: str, path: Path) -> None:
    report = check(path)
    assert report.verdict == "healthy", run
    assert not [finding for finding in report.findings if finding.severity != "info"]


def test_every_run_is_judged() -> None:
    assert {str(path.parent.relative_to(TOYS)) for path in TOYS.glob("*/*/*")} == {*EXPECTED, *HEALTHY}
