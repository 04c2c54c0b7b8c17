"""A plugin for pytest: the fixture `healthy_log` fails a test whose training run is not healthy.

    def test_training(healthy_log):
        train(output="run.log", max_steps=200)
        healthy_log("run.log", trainer="sft")

It is there wherever lossdoc and pytest are installed. lossdoc itself is imported when the fixture is called.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

import pytest

if TYPE_CHECKING:
    from lossdoc.calls import Report


@pytest.fixture(scope="session")
def healthy_log() -> Callable[..., Report]:
    """`healthy_log(log, fail_on="warning", **options) -> Report`: options as for `lossdoc.check`.

    Fails with the whole report where a finding is as bad as `fail_on` (error or warning) or worse. `judged=True` also
    fails where too little was logged to call the run healthy.
    """
    return _healthy_log


def _healthy_log(
    log: Any, *, fail_on: Literal["error", "warning"] = "warning", judged: bool = False, **options: Any
) -> Report:
    import lossdoc
    from lossdoc.model.finding import SEVERITIES

    __tracebackhide__ = True
    report = lossdoc.check(log, **options)
    bad = SEVERITIES[: SEVERITIES.index(fail_on) + 1]
    if any(finding.severity in bad for finding in report.roots) or (judged and report.verdict == "not judged"):
        pytest.fail(str(report), pytrace=False)
    return report
