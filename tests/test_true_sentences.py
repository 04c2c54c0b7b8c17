"""Every number in a sentence stands in the log, or in what the finding says it measured."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from lossdoc.api import Options, diagnose, read_input
from lossdoc.model.finding import Report
from tests.true_sentences import close, untrue

ROOT = Path(__file__).parent.parent
OWN = sorted(
    path for folder in ("examples", "tests/data/agents") for path in (ROOT / folder).rglob("*") if path.is_file()
)
OPTIONS = Options()


def reports(path: Path) -> list[Report]:
    runs = read_input(path, OPTIONS)
    return [diagnose(run, OPTIONS) for run in runs[:4]] if isinstance(runs, list) else []


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)
def test_of_logs_that_ship_with_the_project(path: Path) -> None:
    assert [wrong for report in reports(path) for wrong in untrue(report)] == []


@pytest.mark.parametrize("part", range(8))
def test_of_the_labelled_runs_and_the_public_logs(shared: Path, part: int) -> None:
    runs = [
        sorted(f for f in d.iterdir() if f.suffix in (".log", ".jsonl", ".csv"))[:1] for d in shared.glob("runs/*/")
    ]
    logs = sorted(f for found in runs for f in found)
    for folder in ("wild/files", "corpus"):
        logs += sorted(f for f in (shared / folder).rglob("*") if f.is_file() and f.stat().st_size < 1 << 20)
    found = [
        f"{path.parent.name}/{path.name}: {wrong}"
        for path in logs[part::8]
        for r in reports(path)
        for wrong in untrue(r)
    ]
    assert found == []


def test_a_wrong_number_is_seen() -> None:
    report = next(r for path in OWN for r in reports(path) if r.findings and r.findings[0].measured)
    wrong = replace(report.findings[0], message="the loss went from 123.4 to 0.0987 in 77 records")
    assert len(list(untrue(replace(report, findings=[wrong], signs={})))) > 1
    sign = next(iter(report.signs.values()))
    curve = next(c for c in report.run.curves if c.metric == "loss")
    lies = replace(sign, evidence=(f"{curve.said} 77.1 to 78.2",))
    assert list(untrue(replace(report, findings=[], signs={"learning": lies})))


@pytest.mark.parametrize(("written", "value", "holds"), [
    ("0.12", 0.1249, True), ("0.12", 0.131, False), ("1.5e-05", 1.52e-5, True), ("12340", 12338.0, True),
    ("nan", float("nan"), True),
])  # fmt: skip
def test_rounding(written: str, value: float, holds: bool) -> None:
    assert close(written, value) == holds
