"""First losses that theory does not allow."""

from __future__ import annotations

import numpy as np
import pytest

from tests.checks.losses import SEEDS, falling, loss
from tests.checks.synthetic import found, skipped


@pytest.mark.parametrize("seed", SEEDS)
def test_an_initialisation_that_is_too_large(seed: int) -> None:
    y = 5.3 + 11.4 * np.exp(-np.arange(300) / 15) + falling(300, 0.1, 0, 0.08, seed)
    assert found("wrong-start", loss(y), trainer="pretrain")


def test_a_vocabulary_sharpens_it() -> None:
    y = falling(300, 10.0, 4.0)
    assert found("wrong-start", loss(y), trainer="pretrain", config={"vocab_size": 512})
    assert not found("wrong-start", loss(y), trainer="pretrain", config={"vocab_size": 32000})


def test_classes_sharpen_it() -> None:
    y = falling(300, 9.0, 0.5, 0.05)
    assert found("wrong-start", loss(y), trainer="classification", config={"classes": 4})
    assert "classes" in skipped("wrong-start", loss(y), trainer="classification")


@pytest.mark.parametrize("start", [0.6, 2.4, 10.9, 13.3])
def test_ordinary_starts_are_silent(start: float) -> None:
    assert not found("wrong-start", loss(falling(300, start, start / 2, 0.05)), trainer="sft")


def test_one_odd_first_record_is_silent() -> None:
    y = falling(49, 0.24, 0.15, 0.005)
    y[0] = 20.5
    assert not found("wrong-start", loss(y), trainer="sft")


def test_a_regression_may_start_anywhere() -> None:
    assert "start value" in skipped("wrong-start", loss(falling(300, 400, 3, 2)), trainer="regression")
