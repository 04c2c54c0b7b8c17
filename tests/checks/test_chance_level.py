"""Losses at the level of guessing."""

from __future__ import annotations

import numpy as np
import pytest

from tests.checks.losses import SEEDS, evals, falling, level, loss
from tests.checks.synthetic import curve, found, skipped


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("k", [2, 3, 4, 10])
def test_a_classifier_at_ln_k(k: int, seed: int) -> None:
    y = level(200, float(np.log(k)), 0.01, seed)
    (finding,) = found("chance-level", loss(y), trainer="classification")
    assert finding.severity == "error"
    assert f"ln {k}" in finding.message


def test_an_accuracy_that_agrees() -> None:
    y = level(91, 0.6935, 0.0003)
    accuracy = curve("accuracy", level(91, 0.49, 0.01))
    assert [f.confidence for f in found("chance-level", loss(y), accuracy, trainer="classification")] == ["high"]


def test_a_vocabulary() -> None:
    assert found("chance-level", loss(level(200, float(np.log(512)))), trainer="pretrain", config={"vocab_size": 512})


def test_pairs_without_a_margin() -> None:
    margin = curve("reward_margin", level(200, 0, 0.02))
    accuracy = curve("reward_accuracy", np.random.default_rng(0).binomial(8, 0.5, 200) / 8)
    y = level(200, float(np.log(2)), 0.004)
    assert found("chance-level", loss(y), margin, accuracy, trainer="dpo", config={"beta": 0.1})


@pytest.mark.parametrize("seed", SEEDS)
def test_a_run_that_learns_is_silent(seed: int) -> None:
    y = falling(300, float(np.log(3)), 0.6, 0.03, seed)
    assert not found("chance-level", loss(y), trainer="classification")


def test_a_shelf_that_is_left_is_silent() -> None:
    y = np.concatenate([level(100, float(np.log(3)), 0.01), falling(200, float(np.log(3)), 0.6, 0.05)])
    assert not found("chance-level", loss(y), trainer="classification")


def test_an_accuracy_that_contradicts() -> None:
    y = level(200, float(np.log(4)), 0.01)
    accuracy = evals([0.7, 0.72, 0.71, 0.73], metric="accuracy")
    assert not found("chance-level", loss(y), accuracy, trainer="classification")


def test_flat_somewhere_else_is_not_chance() -> None:
    assert not found("chance-level", loss(level(200, 1.25, 0.005)), trainer="classification")


def test_a_loss_without_a_fixed_start_is_skipped() -> None:
    assert "no fixed start" in skipped("chance-level", loss(level(200, 0.4, 0.01)), trainer="simpo")


def test_early_in_the_plan_it_is_a_warning() -> None:
    y = level(100, float(np.log(3)), 0.01)
    (finding,) = found("chance-level", loss(y), trainer="classification", config={"max_steps": 400})
    assert finding.severity == "warning"


@pytest.mark.parametrize(("first", "fires"), [(0.0062, True), (0.03, False)])
def test_a_segmenter_that_finds_nothing_more(first: float, fires: bool) -> None:
    """Its accuracy is that of the background."""
    curves = (loss(falling(8, 20, 14, 0.1)), evals([first, 0.0005, *[0.0] * 5], 1, "f1"))
    accuracy = evals([0.919, 0.951, 0.945, 0.951, 0.952, 0.952, 0.952], 1, "accuracy")
    assert bool(found("chance-level", *curves, accuracy, trainer="classification")) is fires


@pytest.mark.parametrize(("best", "fires"), [(2e-6, True), (0.2, False)])
def test_a_detector_that_finds_nothing(best: float, fires: bool) -> None:
    """Its loss has no guessing level, its score has."""
    curves = (loss(falling(12, 3, 1, 0.02)), evals(np.linspace(best / 2, best, 12), 1, "map"))
    assert bool(found("chance-level", *curves, trainer="detection")) is fires
