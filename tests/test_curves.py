"""Every curve of every document is true: healthy ones are silent, unhealthy ones give what they say."""

from __future__ import annotations

import pytest

from lossdoc.judge.engine import diagnose
from lossdoc.knowledge import Knowledge
from tests.drawings import NOISE, POINTS, Drawn, all_drawings, as_run

KNOWLEDGE = Knowledge.load()
DRAWINGS = list(all_drawings(KNOWLEDGE))


@pytest.mark.parametrize("noise", NOISE)
@pytest.mark.parametrize("points", POINTS)
@pytest.mark.parametrize("drawn", DRAWINGS, ids=lambda d: d.id)
def test_curve(drawn: Drawn, points: int, noise: float) -> None:
    report = diagnose(as_run(drawn, KNOWLEDGE, points, noise), KNOWLEDGE)
    found = {f.check for f in report.findings}
    loud = {f.check for f in report.findings if f.because_of is None and f.severity != "info"}
    if drawn.healthy:
        loud = {f.check for f in report.findings if f.severity != "info"}
        assert not loud, [f.message for f in report.findings if f.severity != "info"]
        return
    assert set(drawn.drawing.finds or ()) <= found, f"said {found}; skipped {report.skipped}"
    assert loud <= {*(drawn.drawing.finds or ()), *drawn.drawing.may_find}, f"said {loud}"


def test_documents_have_drawings() -> None:
    assert len(DRAWINGS) > 20
