"""one-sided-margin."""

from __future__ import annotations

from tests.checks.synthetic import found, preference, saturating, skipped

CHECK = "one-sided-margin"


def test_only_the_rejected_fall() -> None:
    (finding,) = found(CHECK, *preference(saturating(200, 0, 0), saturating(200, 0, -30)), trainer="dpo")
    assert finding.severity == "info"
    assert finding.metric == "reward_rejected"


def test_only_the_chosen_rise() -> None:
    curves = preference(saturating(200, 0, 30), saturating(200, 0, 0))
    (finding,) = found(CHECK, *curves, trainer="dpo", config={"beta": 0.1})
    assert finding.metric == "reward_chosen"


def test_both_sides_move() -> None:
    assert not found(CHECK, *preference(saturating(200, 0, 12), saturating(200, 0, -18)), trainer="dpo")


def test_both_sides_fall() -> None:
    assert not found(CHECK, *preference(saturating(200, 0, -20), saturating(200, 0, -50)), trainer="dpo")


def test_too_small_a_margin() -> None:
    curves = preference(saturating(200, 0, 0), saturating(200, 0, -0.2))
    assert not found(CHECK, *curves, trainer="dpo", config={"beta": 0.1})
    assert "--set beta" in skipped(CHECK, *curves, trainer="dpo")
