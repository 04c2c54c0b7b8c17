"""How much earlier than its cause a consequence may be noticed."""

from __future__ import annotations

import pytest

from lossdoc.judge.reconcile import reconcile
from tests.test_engine import finding


@pytest.mark.parametrize(("step", "follows"), [(41, True), (39, False)])
def test_slack(step: int, follows: bool) -> None:
    found = reconcile([finding("b", step, 100), finding("a", 50, 100, "error")], {"a": ("b",)}, {})
    assert (found[1].because_of == found[0].id) == follows
