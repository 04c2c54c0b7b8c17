"""reward-hacking and dead-reward: several measures of the same answers."""

from __future__ import annotations

import numpy as np
from msgspec.structs import replace

from tests.checks.synthetic import Floats, curve, found, noise, ramp, rewards, saturating, skipped

N = 160


def share(path: Floats, seed: int = 1) -> Floats:
    return np.clip(path + noise(len(path), 0.04, seed), 0, 1)


def test_one_part_is_bought_with_another() -> None:
    parts = [
        curve("reward", ramp(N, 0.4, 2.0, 0.1, 0.4) + noise(N, 0.1, 1), component="count_nice"),
        curve("reward", share(ramp(N, 0.99, 0.02, 0.1, 0.3)), component="grammatical"),
    ]
    (finding,) = found("reward-hacking", *rewards(ramp(N, 0.2, 0.9)), *parts)
    assert "suspicion" in finding.message
    assert 15 < (finding.first_step or 0) < 50


def test_eval_falls_while_training_rises() -> None:
    score = curve("reward", [0.4, 0.55, 0.6, 0.58, 0.45, 0.36, 0.3, 0.28], "eval", every=20)
    (finding,) = found("reward-hacking", *rewards(ramp(N, 0.3, 0.9)), score)
    assert finding.split == "eval"


def test_only_the_format_is_learned() -> None:
    parts = [
        curve("reward", share(saturating(N, 0.4, 1.0, 20)), component="format_reward"),
        curve("reward", np.abs(noise(N, 0.03, 3)), component="accuracy_reward"),
    ]
    assert found("reward-hacking", *rewards(ramp(N, 0.2, 0.5)), *parts)


def test_keys_that_no_document_knows() -> None:
    fmt = replace(curve("fmt", share(np.ones(N))), known=False)
    right = replace(curve("correct", np.abs(noise(N, 0.03, 4))), known=False)
    assert found("reward-hacking", *rewards(np.full(N, 0.35)), fmt, right)


def test_all_parts_rise() -> None:
    parts = [
        curve("reward", share(ramp(N, 0.3, 0.9)), component="exact"),
        curve("reward", share(ramp(N, 0.5, 0.95), 2), component="format"),
    ]
    assert not found("reward-hacking", *rewards(ramp(N, 0.3, 0.9)), *parts)


def test_eval_rises_too() -> None:
    score = curve("reward", [0.4, 0.45, 0.5, 0.48, 0.55, 0.6, 0.58, 0.62], "eval", every=20)
    assert not found("reward-hacking", *rewards(ramp(N, 0.3, 0.9)), score)


def test_all_parts_fall() -> None:
    parts = [
        curve("reward", share(ramp(N, 0.9, 0.0, 0.4, 0.5)), component="exact"),
        curve("reward", share(ramp(N, 1.0, 0.0, 0.4, 0.5), 2), component="format"),
    ]
    assert not found("reward-hacking", *rewards(ramp(N, 0.9, 0.0, 0.4, 0.5)), *parts)


def test_no_second_measure() -> None:
    assert "second measure" in skipped("reward-hacking", *rewards(ramp(N, 0.3, 0.9)))


def test_a_part_that_never_scores() -> None:
    part = curve("reward", np.zeros(N), component="xml")
    (finding,) = found("dead-reward", *rewards(ramp(N, 0.3, 0.9)), part)
    assert finding.labels == {"component": "xml"}


def test_a_part_that_died() -> None:
    part = curve("reward", np.r_[share(np.full(20, 0.5)), np.zeros(N - 20)], component="grammar")
    assert found("dead-reward", *rewards(ramp(N, 0.3, 0.9)), part)


def test_one_part_has_all_the_variance() -> None:
    parts = [
        curve("reward", 50 + noise(N, 9, 5), component="length"),
        curve("reward", share(np.full(N, 0.5)), component="ok"),
    ]
    stds = [
        curve("reward_std", np.full(N, 30.0), component="length"),
        curve("reward_std", np.full(N, 0.5), component="ok"),
    ]
    (finding,) = found("dead-reward", *rewards(ramp(N, 0.3, 0.9)), *parts, *stds)
    assert finding.severity == "info"


def test_solved_parts_are_not_dead() -> None:
    rose = curve("reward", np.r_[share(ramp(60, 0.2, 0.9)), np.ones(N - 60)], component="format")
    always = curve("reward", np.ones(N), component="safe")
    assert not found("dead-reward", *rewards(ramp(N, 0.3, 0.9)), rose, always)


def test_parts_that_vary() -> None:
    parts = [curve("reward", share(np.full(N, p), k), component=str(k)) for k, p in enumerate((0.2, 0.6, 0.9))]
    assert not found("dead-reward", *rewards(ramp(N, 0.3, 0.9)), *parts)


def test_a_short_start_proves_nothing() -> None:
    assert not found("dead-reward", *rewards(ramp(15, 0.3, 0.4)), curve("reward", np.zeros(15), component="xml"))
