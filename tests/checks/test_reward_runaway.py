"""reward-runaway."""

from __future__ import annotations

import numpy as np

from tests.checks.synthetic import curve, found, preference, saturating, skipped

CHECK = "reward-runaway"


def test_short_answers_twelve_times_less_likely() -> None:
    curves = preference(saturating(200, 0, 0.5), saturating(200, 0, -58), reference=-5)
    (finding,) = found(CHECK, *curves, trainer="dpo")
    assert finding.metric == "reward_rejected"
    assert finding.severity == "warning"


def test_two_hundred_nats_whatever_the_length() -> None:
    assert found(CHECK, *preference(saturating(200, 0, 5), saturating(200, 0, -260)), trainer="dpo")


def test_long_answers_move_by_a_part() -> None:
    assert not found(CHECK, *preference(saturating(200, 0, -5), saturating(200, 0, -60)), trainer="dpo")


def test_large_beta_makes_large_rewards() -> None:
    """Rewards of 4 at beta 20 are a fifth of a nat."""
    curves = preference(saturating(200, 0, 0.1), saturating(200, 0, -0.1), beta=20, reference=-10)
    assert not found(CHECK, *curves, trainer="dpo", config={"beta": 20})
    assert "beta" in skipped(CHECK, *curves, trainer="dpo")


def test_rewards_without_a_reference() -> None:
    logp = -40 - saturating(100, 0, 200)
    curves = [
        curve(f"{kind}_{side}", f * logp)
        for kind, f in (("logp", 1.0), ("reward", 0.1))
        for side in ("chosen", "rejected")
    ]
    assert not found(CHECK, *curves, trainer="cpo")
    assert np.all(logp < 0)
