"""Eval losses that turn."""

from __future__ import annotations

import numpy as np
import pytest

from tests.checks.losses import SEEDS, Floats, evals, falling, loss
from tests.checks.synthetic import curve, found, noise, skipped


def turning(n: int = 12, low: float = 1.3, end: float = 2.2, sigma: float = 0.01, seed: int = 0) -> Floats:
    t = np.linspace(0, 1, n)
    y = np.where(t < 0.3, 2.1 + (low - 2.1) * t / 0.3, low + (end - low) * (t - 0.3) / 0.7)
    return np.asarray(y + noise(n, sigma, seed))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("n", [6, 12, 60])
def test_an_eval_that_turns(n: int, seed: int) -> None:
    y = falling(600, 2.1, 0.1, 0.03, seed)
    (finding,) = found("overfitting", loss(y), evals(turning(n, seed=seed), 600 // n), trainer="sft")
    assert finding.severity == "warning"
    assert finding.first_step == pytest.approx(180, abs=120)


def test_without_a_training_loss_it_is_unsure() -> None:
    assert [f.confidence for f in found("overfitting", evals(turning()), trainer="sft")] == ["low"]


def test_a_mild_rise_with_a_better_score_is_information() -> None:
    y = falling(600, 2.1, 0.1, 0.03)
    score = evals(np.linspace(0.5, 0.7, 12), metric="accuracy")
    got = found("overfitting", loss(y), evals(turning(end=1.5)), score, trainer="classification")
    assert [f.severity for f in got] == ["info"]


@pytest.mark.parametrize(("until", "severity"), [(0.35, "warning"), (0.6, "info"), (0.9, "info")])
def test_a_score_that_has_long_stood_answers_for_no_loss(until: float, severity: str) -> None:
    t = np.linspace(0, 1, 40)
    score = 0.57 + 0.1 * np.minimum(t / until, 1) - 0.01 * np.maximum(t - until, 0)
    got = found(
        "overfitting",
        loss(falling(600, 2.1, 0.1, 0.03)),
        evals(0.7 + 0.3 * t),
        evals(score, metric="auc"),
        trainer="gbdt",
    )
    assert [f.severity for f in got] == [severity]


@pytest.mark.parametrize("seed", range(6))
def test_wandering_evals_are_silent(seed: int) -> None:
    held_out = 0.26 + noise(6, 0.025, seed)
    assert not found(
        "overfitting", loss(falling(400, 0.69, 0.15, 0.05, seed)), evals(held_out), trainer="classification"
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_a_flat_end_is_silent(seed: int) -> None:
    held_out = 3.7 + 1.3 * np.exp(-np.arange(10) / 2) + noise(10, 0.01, seed)
    assert not found("overfitting", loss(falling(500, seed=seed)), evals(held_out), trainer="sft")


def test_one_bad_eval_is_silent() -> None:
    held_out = 3.7 + 1.3 * np.exp(-np.arange(10) / 2)
    held_out[6] += 1
    assert not found("overfitting", loss(falling(500)), evals(held_out), trainer="sft")


def test_a_training_loss_that_rises_is_another_illness() -> None:
    y = np.concatenate([falling(200, 2.1, 0.6), np.linspace(0.6, 3.0, 400)])
    assert not found("overfitting", loss(y), evals(turning()), trainer="sft")


def test_no_eval_is_said() -> None:
    assert "held-out" in skipped("overfitting", loss(falling()), trainer="sft")


def test_the_best_eval_that_is_named_is_the_best_that_was_logged() -> None:
    """A running median of three knows no single best one: of a sharp turn it would name the neighbour."""
    y = 1 + np.abs(np.arange(20) - 5) / 9.0
    (finding,) = found("overfitting", loss(falling(400, 2.1, 0.1, 0.01)), evals(y, 20), trainer="sft")
    assert finding.measured["best"] == 1.0
    assert finding.first_step == finding.measured["best_step"] == 120
    assert "with 1 and ends at" in finding.message


@pytest.mark.parametrize(("end", "severity"), [(0.035, "info"), (0.09, "warning")])
def test_of_many_noisy_error_rates_no_single_one_is_the_level(end: float, severity: str) -> None:
    rates = np.concatenate([np.geomspace(0.9, 0.035, 100), np.linspace(0.035, end, 100)])
    rates = rates * (1 + 0.08 * np.random.default_rng(0).standard_normal(200))
    held = curve("character_error_rate", rates, split="eval", every=3)
    losses = np.concatenate([np.geomspace(3, 0.10, 100), np.linspace(0.10, 0.119, 100)])
    told = found("overfitting", loss(falling(600, 3.9, 0.02, 0.01)), evals(losses, 3), held, trainer="classification")
    assert [f.severity for f in told] == [severity]


@pytest.mark.parametrize("held_out", [[1.8, 1.85], [2.1, 1.8, 1.87]])
def test_one_worse_evaluation_is_enough_where_training_gains_what_nothing_else_gains(held_out: list[float]) -> None:
    n = 20 * len(held_out)
    y = np.linspace(2.4, 0.4, n) + noise(n, 0.02, 0)
    (finding,) = found("overfitting", loss(y), evals(held_out, 20), trainer="sft")
    assert (finding.severity, finding.confidence) == ("warning", "low")
    assert (finding.first_step, finding.detected_step) == (20 * len(held_out) - 20, 20 * len(held_out))


def test_one_worse_evaluation_is_not_enough_where_training_gained_an_ordinary_share_or_a_score_improved() -> None:
    slow, fast = (np.linspace(2.4, end, 40) + noise(40, 0.02, 0) for end in (2.0, 0.4))
    assert not found("overfitting", loss(slow), evals([1.8, 1.85], 20), trainer="sft")
    assert not found("overfitting", loss(fast), evals([1.8, 1.82], 20), trainer="sft")
    better = evals([0.5, 0.6, 0.65], 20, "accuracy")
    long = loss(np.linspace(2.4, 0.4, 60) + noise(60, 0.02, 0))
    assert [f.severity for f in found("overfitting", long, evals([2.1, 1.8, 1.87], 20), better, trainer="sft")] == [
        "info"
    ]
