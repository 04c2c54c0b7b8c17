"""kl-runaway."""

from __future__ import annotations

import numpy as np

from tests.checks.synthetic import Floats, curve, found, noise, ramp, rewards, saturating, skipped

CHECK = "kl-runaway"


def kl(path: Floats, seed: int = 1) -> Floats:
    return np.abs(path * (1 + noise(len(path), 0.2, seed)))


def test_nine_nats_per_token() -> None:
    (finding,) = found(CHECK, curve("kl", kl(ramp(140, 0, 9, 0.02, 0.2))), *rewards(ramp(140, 0.5, 0.9)))
    assert finding.severity == "error"
    assert (finding.first_step or 99) < 30


def test_three_nats_without_any_gain() -> None:
    (finding,) = found(CHECK, curve("kl", kl(ramp(130, 0, 3.2, 0.05, 0.2))), *rewards(np.full(130, 0.5)))
    assert finding.severity == "warning"


def test_a_sum_over_the_answer() -> None:
    curves = [curve("kl", kl(ramp(200, 0, 200, 0.1)), key="objective/kl"), *rewards(np.full(200, 0.5))]
    assert found(CHECK, *curves, trainer="ppo")


def test_settles_below_a_half() -> None:
    assert not found(CHECK, curve("kl", kl(saturating(140, 0, 0.3))), *rewards(ramp(140, 0.5, 0.8)))


def test_single_spikes() -> None:
    path = kl(saturating(140, 0, 0.2))
    path[[40, 41, 90]] = [8, 5, 12]
    assert not found(CHECK, curve("kl", path), *rewards(ramp(140, 0.5, 0.8)))


def test_ten_nats_per_answer_are_usual_for_ppo() -> None:
    curves = [curve("kl", kl(saturating(200, 0, 12)), key="objective/kl"), *rewards(ramp(200, 0.3, 0.7))]
    assert not found(CHECK, *curves, trainer="ppo")


def test_long_answers_share_their_sum() -> None:
    curves = [
        curve("kl", kl(saturating(200, 0, 90)), key="objective/kl"),
        curve("completion_length", 300 + noise(200, 9, 3)),
    ]
    assert not found(CHECK, *curves, trainer="ppo")


def test_beta_zero_only_informs() -> None:
    findings = found(CHECK, curve("kl", kl(ramp(140, 0, 9))), *rewards(ramp(140, 0.5, 0.9)), config={"beta": 0.0})
    assert [f.severity for f in findings] == ["info"]


def test_the_estimate_of_kto_is_another_quantity() -> None:
    curves = [curve("kl", kl(ramp(140, 0, 30)))]
    assert not found(CHECK, *curves, trainer="kto")
    assert skipped(CHECK, *curves, trainer="kto")
