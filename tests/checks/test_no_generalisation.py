"""What is learned does not hold on held-out data, and the scores that stand at chance."""

from __future__ import annotations

import numpy as np
import pytest

from lossdoc.checks.no_generalisation import FALL
from tests.checks.losses import SEEDS, evals, falling, loss
from tests.checks.synthetic import curve, found, noise, skipped


def course(share: float, seed: int = 0, n: int = 16) -> np.ndarray:
    """A training loss that falls by a share between its first and last evaluation."""
    return np.linspace(2.3, 2.3 * (1 - share), n) + noise(n, 0.001, seed)


@pytest.mark.parametrize("seed", SEEDS)
def test_learned_by_heart_from_the_start(seed: int) -> None:
    held_out = [
        evals(1.8 + noise(16, 0.01, seed), 1),
        evals(0.22 + noise(16, 0.005, seed), 1, "accuracy"),
    ]
    (finding,) = found("no-generalisation", loss(course(0.35, seed)), *held_out, trainer="classification")
    assert finding.metric == "accuracy"
    assert finding.measured["training_fall_percent"] == pytest.approx(35, abs=3)


@pytest.mark.parametrize(("share", "fires"), [(FALL * 0.9, False), (FALL * 1.15, True)])
def test_both_sides_of_the_fall(share: float, fires: bool) -> None:
    held_out = evals(1.8 + noise(16, 0.002, 1), 1)
    assert bool(found("no-generalisation", loss(course(share)), held_out, trainer="classification")) is fires


def test_a_score_that_gains_is_silent() -> None:
    held_out = [evals(np.linspace(1.8, 1.9, 16), 1), evals(np.linspace(0.3, 0.5, 16), 1, "accuracy")]
    assert not found("no-generalisation", loss(course(0.5)), *held_out, trainer="classification")


def test_a_score_at_its_ceiling_is_silent() -> None:
    assert not found("no-generalisation", loss(course(0.5)), evals([0.97] * 15 + [0.971], 1, "f1"), trainer="sft")


def test_an_eval_loss_that_turned_is_overfitting() -> None:
    turned = np.concatenate([np.linspace(2.0, 1.2, 6), np.linspace(1.3, 2.2, 10)])
    assert not found("no-generalisation", loss(course(0.5)), evals(turned, 1), trainer="sft")


def test_two_evaluations_are_too_few_without_a_gap() -> None:
    assert "too few" in skipped("no-generalisation", loss(course(0.3)), evals([1.8, 1.79], 8), trainer="sft")


@pytest.mark.parametrize(
    ("metric", "values", "fires"),
    [
        ("auc", [0.5, 0.501, 0.499, 0.5], True),
        ("auc", [0.5, 0.55, 0.6, 0.64], False),
        ("word_error_rate", [0.96, 0.92, 0.94, 0.9, 0.95], True),
        ("word_error_rate", [96, 92, 94, 90, 95], True),
        ("word_error_rate", [0.96, 0.8, 0.6, 0.5, 0.45], False),
        ("map", [1e-6, 2e-6, 0, 2e-6, 2e-6], True),
        ("map", [0, 0, 0, 0, 0], True),
        ("map", [0.001, 0.004, 0.02, 0.1, 0.2], False),
    ],
)
def test_scores_at_chance(metric: str, values: list[float], fires: bool) -> None:
    found_ = found("chance-level", loss(falling(50, 2, 1)), evals(values, 10, metric), trainer="classification")
    assert bool(found_) is fires


def test_a_loss_that_only_rose_never_learned() -> None:
    rose = np.concatenate([[2.3], 3.1 + noise(27, 0.2, 3)])
    (finding,) = found("no-learning", loss(rose), trainer="classification")
    assert "never came below its first value" in finding.message


def test_batches_that_repeat_to_the_last_digit() -> None:
    from msgspec.structs import replace

    y = np.tile([3.7451, 3.5551, 3.1906, 3.5086, 3.7, 3.5073, 3.4012], 4)
    assert found("no-learning", replace(loss(y), decimals=4), trainer="sft")
    other = 3.5 + noise(28, 0.2, 1)
    assert not found("no-learning", replace(loss(other), decimals=4), trainer="sft")


@pytest.mark.parametrize(("end", "fires"), [(0.3, True), (0.7, False)])
def test_text_learned_by_heart(end: float, fires: bool) -> None:
    y = end + 8 * np.exp(-np.arange(400) / 60)
    assert bool(found("loss-collapse", loss(y), trainer="pretrain")) is fires


def test_boxes_without_labels() -> None:
    zero = curve("loss_component", np.zeros(5), key="loss_bbox", component="bbox")
    other = curve("loss_component", [1.0, 0.9, 0.8, 0.7, 0.6], key="loss_cls", component="cls")
    assert found("zero-loss", other, zero, trainer="detection")
    assert not found(
        "zero-loss", other, curve("loss_component", [0, 0, 0.1, 0, 0], key="loss_bbox"), trainer="detection"
    )


def test_a_key_without_any_number() -> None:
    from msgspec.structs import replace

    unknown = replace(curve("smoothl1", [np.nan] * 4), known=False)
    assert found("non-finite", unknown, curve("accuracy", [0.5, 0.6, 0.7, 0.8]), trainer="detection")
    assert not found("non-finite", unknown.where(slice(0, 2)), trainer="detection")
    turned = replace(curve("l", [1.0, 0.9, np.nan, np.nan, np.nan]), known=False)
    assert found("non-finite", turned, trainer="detection")
    comes_and_goes = replace(curve("l", [1.0, np.nan, 0.9, np.nan, np.nan, np.nan]), known=False)
    assert not found("non-finite", comes_and_goes, trainer="detection")


def test_a_goal_that_goes_on_improving_makes_overfitting_information() -> None:
    y = falling(200, 3, 0.1, 0.01)
    held_out = evals([1.2, 1.1, 1.2, 1.4, 1.6, 1.75], 30)
    improving = evals([0.93, 0.6, 0.5, 0.42, 0.36, 0.32], 30, "character_error_rate")
    (finding,) = found("overfitting", loss(y), held_out, improving, trainer="sft")
    assert finding.severity == "info"
    (finding,) = found("overfitting", loss(y), held_out, trainer="sft")
    assert finding.severity == "warning"
    assert finding.measured["end"] == 1.75


def test_a_reward_of_one_value_needs_few_episodes() -> None:
    assert found("reward-flat", curve("return_mean", [3.8] * 10), trainer="rl")
    assert not found("reward-flat", curve("return_mean", [3.8] * 5), trainer="rl")
