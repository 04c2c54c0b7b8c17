"""Differences below the sampling error."""

from __future__ import annotations

import numpy as np
import pytest

from tests.checks.losses import evals
from tests.checks.synthetic import found, skipped


@pytest.mark.parametrize("count", [100, 400])
def test_a_best_checkpoint_by_chance(count: int) -> None:
    score = evals([0.6, 0.65, 0.62, 0.63], metric="accuracy")
    got = found("eval-underpowered", score, trainer="classification", config={"eval_samples": count})
    assert [f.severity for f in got] == ["info"]


@pytest.mark.parametrize("values", [[0.6, 0.9, 0.62, 0.63], [0.6, 0.61, 0.62, 0.63]])
def test_a_sure_difference_or_none_is_silent(values: list[float]) -> None:
    score = evals(values, metric="accuracy")
    assert not found("eval-underpowered", score, trainer="classification", config={"eval_samples": 400})


def test_the_number_of_examples_is_asked_for() -> None:
    score = evals([0.6, 0.65, 0.62, 0.63], metric="accuracy")
    assert "eval_samples" in skipped("eval-underpowered", score, trainer="classification")


def test_the_best_is_the_last() -> None:
    score = evals(np.linspace(0.5, 0.7, 5), metric="accuracy")
    assert not found("eval-underpowered", score, trainer="classification", config={"eval_samples": 100})
