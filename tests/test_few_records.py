"""What few records show: healthy runs raise no alarm when they are thinned, and sick ones are still found."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.evidence.few import RECORDS, count, thinned
from benchmarks.generator.scenario import all_scenarios
from lossdoc.api import Options, diagnose, read_input
from lossdoc.knowledge.evidence import evidence
from lossdoc.model.run import Run

OPTIONS = Options()
ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("records", RECORDS)
def test_healthy_twins_stay_silent(records: int) -> None:
    loud = []
    for scenario in all_scenarios():
        report = diagnose(thinned(scenario.run(80, 3, False), records), OPTIONS)
        loud += [f"{scenario.check}: {f.check}: {f.message}" for f in report.roots if f.severity != "info"]
    assert loud == []


def test_healthy_labelled_runs_stay_silent(shared: Path) -> None:
    loud = []
    for path in sorted(shared.glob("runs/*-ok*/log.*"))[:40]:
        runs = read_input(path, OPTIONS)
        for run in runs if isinstance(runs, list) else []:
            for records in RECORDS:
                roots = diagnose(thinned(run, records), OPTIONS).roots
                loud += [f"{path.parent.name} {records}: {f.check}" for f in roots if f.severity != "info"]
    assert loud == []


def test_a_thinned_run_keeps_what_was_logged_together() -> None:
    (run,) = _runs(ROOT / "examples" / "dpo-displacement.log")
    few = thinned(run, 5)
    together = {curve.metric: curve.records.tolist() for curve in few.curves if curve.split == "train"}
    assert len(together["loss"]) == 5
    assert together["loss"] == together["learning_rate"]
    assert few.curves[0].records[0] == run.curves[0].records[0]
    assert few.curves[0].records[-1] == run.curves[0].records[-1]


def test_the_figures_ship_for_most_checks() -> None:
    told = [check for check, figures in evidence().checks.items() if figures.few]
    assert len(told) > 50
    assert all(set(evidence().checks[check].few) == set(RECORDS) for check in told)


def test_counting_without_labelled_runs() -> None:
    """Of generated faults alone, as in a checkout without the labelled runs."""
    found = count([], OPTIONS)
    assert found["constant-prediction"][3] == (5, 5)
    assert found["memory-growth"][3][0] == 0


def _runs(path: Path) -> list[Run]:
    runs = read_input(path, OPTIONS)
    assert isinstance(runs, list)
    return runs
