"""Toys that were really trained (`python -m benchmarks.toys`), with known faults and healthy twins beside.

Boosted trees, speech by CTC, a detector, a regression, a reversal of sentences, a segmenter: each prints in a way of its own.
"""

from pathlib import Path

import pytest

from lossdoc import check
from lossdoc.model.finding import Report

TOYS = Path(__file__).parent / "data" / "toys"
# What is to be found, by run: any of these leads, whichever file of the run is read.
EXPECTED = {}
HEALTHY = []


def files(run: str) -> list[Path]:
    return sorted((TOYS / run).iterdir())


def lead(report: Report) -> str:
    return next((finding.check for finding in report.findings if finding.because_of is None), "")


@pytest.mark.parametrize("run", EXPECTED)
def test_the_fault_leads(run: str) -> None:
    for path in files(run):
        report = check(path)
        assert report.verdict in ("suspicious", "failing"), path.name
        assert lead(report) in EXPECTED[run], path.name


@pytest.mark.parametrize("run", HEALTHY)
def test_a_healthy_twin(run: str) -> None:
    for path in files(run):
        report = check(path)
        assert report.verdict == "healthy", path.name
        assert not [finding for finding in report.findings if finding.severity != "info"], path.name


def test_every_run_is_judged() -> None:
    runs = {str(path.parent.relative_to(TOYS)) for path in TOYS.rglob("*.*")}
    assert runs == {*EXPECTED, *HEALTHY}
