"""What lossdoc says about a path, as its reports and in the scorer's words."""

from __future__ import annotations

from pathlib import Path

from benchmarks.diagnosis.score import Said
from lossdoc.api import Options, diagnose, read_path
from lossdoc.model.finding import NotRead, Report


def reports(path: Path | str, options: Options) -> list[Report]:
    """What lossdoc says of each run in a path; none where it finds no log."""
    found = [runs for runs in read_path(str(path), options) if not isinstance(runs, NotRead)]
    return [diagnose(run, options) for runs in found for run in runs]


def say(path: Path, options: Options) -> list[Said]:
    """Findings of all runs in a path, in the order of the report."""
    found = [finding for report in reports(path, options) for finding in report.findings]
    return [Said(f.check, f.severity, f.first_step, f.because_of is None) for f in found]
