"""likelihood-displacement."""

from __future__ import annotations

import numpy as np
import pytest

from tests.checks.synthetic import curve, found, noise, preference, ramp, saturating

CHECK = "likelihood-displacement"


@pytest.mark.parametrize("seed", range(3))
def test_splendid_margin_while_chosen_halves(seed: int) -> None:
    """From -280 to -560 nats with rising margin and accuracy."""
    chosen, rejected = ramp(200, 0, -280, 0.2), ramp(200, 0, -480, 0.2)
    (finding,) = found(CHECK, *preference(chosen, rejected, seed=seed), trainer="dpo")
    assert finding.severity == "warning"
    assert finding.confidence == "high"
    assert 30 <= (finding.first_step or 0) <= 80
    assert 230 < float(finding.measured["fall_nats"]) < 330


def test_without_rewards() -> None:
    fall = -280 + ramp(200, 0, -280, 0.2) + noise(200, 20, 1)
    (finding,) = found(CHECK, curve("logp_chosen", fall), trainer="dpo")
    assert finding.measured["measured_by"] == "logp_chosen"


def test_beta_is_read_off_the_log() -> None:
    curves = preference(ramp(200, 0, -60, 0.1), ramp(200, 0, -100, 0.1), beta=0.05, reference=-40)
    (finding,) = found(CHECK, *curves, trainer="dpo")
    assert finding.measured["measured_by"] == "reward_chosen / beta"
    assert abs(float(finding.measured["fall_nats"]) - 60) < 12


def test_averaged_log_probabilities() -> None:
    """SimPO: -0.9 to -7 nats per token, rewards are beta times that."""
    chosen = -0.9 + ramp(150, 0, -6, 0.0, 0.1) + noise(150, 0.1, 2)
    rejected = chosen - ramp(150, 0, 1.4, 0.0, 0.2)
    curves = [
        curve("logp_chosen", chosen),
        curve("logp_rejected", rejected),
        curve("reward_chosen", 2 * chosen),
        curve("reward_rejected", 2 * rejected),
        curve("reward_margin", 2 * (chosen - rejected)),
    ]
    assert found(CHECK, *curves, trainer="simpo")


@pytest.mark.parametrize("seed", range(3))
def test_a_few_nats_are_usual(seed: int) -> None:
    curves = preference(ramp(200, 0, -2.5, 0.4), saturating(200, 0, -2.9), reference=-10, seed=seed)
    assert not found(CHECK, *curves, trainer="dpo")


def test_margin_gains_more_than_chosen_loses() -> None:
    assert not found(CHECK, *preference(ramp(200, 0, -12), ramp(200, 0, -60)), trainer="dpo")


def test_a_fall_that_comes_back() -> None:
    dip = np.concatenate([ramp(100, 0, -60), ramp(100, -60, 1)])
    assert not found(CHECK, *preference(dip, dip - ramp(200, 0, 6)), trainer="dpo")


def test_chosen_rises() -> None:
    assert not found(CHECK, *preference(saturating(200, 0, 20), saturating(200, 0, -30)), trainer="dpo")


def test_apo_down_lowers_chosen_by_design() -> None:
    curves = preference(ramp(200, 0, -100), ramp(200, 0, -180))
    assert not found(CHECK, *curves, trainer="dpo", config={"loss_type": "apo_down"})


def test_better_scores_of_the_answers_only_inform() -> None:
    curves = preference(ramp(200, 0, -100), ramp(200, 0, -180))
    score = curve("reward", [0.1, 0.2, 0.3, 0.4, 0.5, 0.6], "eval", every=30)
    assert [f.severity for f in found(CHECK, *curves, score, trainer="dpo")] == ["info"]
