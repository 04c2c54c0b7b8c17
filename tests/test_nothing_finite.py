"""No check falls or warns where nothing of a curve is finite, or nothing but 0: a rate, a reward, an entropy of NaN.

A warning is an error here, see pyproject.toml.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from lossdoc.api import Options, diagnose, read_source
from lossdoc.input.source import Source
from lossdoc.judge.engine import BROKEN

ROOT = Path(__file__).parents[1]
FILES = sorted(
    [
        *ROOT.glob("examples/*.*"),
        *ROOT.glob("tests/data/toys/*/*/*.csv"),
        *ROOT.glob("tests/data/agents/*/progress.csv"),
    ]
)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.name}")
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 0.0])
def test_no_check_falls_or_warns(path: Path, value: float) -> None:
    options = Options()
    runs = read_source(Source.from_path(path), options)
    assert isinstance(runs, list)
    for run in runs:
        for at, curve in enumerate(run.curves):
            spoilt = replace(curve, values=np.full(len(curve), value))
            report = diagnose(replace(run, curves=(*run.curves[:at], spoilt, *run.curves[at + 1 :])), options)
            assert not any(skip.why.startswith(BROKEN) for skip in report.skipped), curve.metric
