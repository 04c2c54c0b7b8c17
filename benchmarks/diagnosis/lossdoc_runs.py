"""What lossdoc says about a path, in the scorer's words."""

from __future__ import annotations

from pathlib import Path

from benchmarks.diagnosis.score import Said
from lossdoc.api import Options, diagnose, read_path
from lossdoc.model.finding import NotRead


def say(path: Path, options: Options) -> list[Said]:
    """Findings of all runs in a path, in the order of the report."""
    said: list[Said] = []
    for result in read_path(str(path), options):
        if isinstance(result, NotRead):
            continue
        for run in result:
            report = diagnose(run, options)
            said += [Said(f.check, f.severity, f.first_step, f.because_of is None) for f in report.findings]
    return said
