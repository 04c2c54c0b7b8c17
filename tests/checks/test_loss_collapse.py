"""Losses that fall to nothing."""

from __future__ import annotations

import numpy as np
import pytest

from tests.checks.losses import evals, falling, loss
from tests.checks.synthetic import curve, found


def test_a_loss_that_is_gone_after_one_step() -> None:
    y = np.full(40, 3e-5)
    y[0] = 3.9
    (finding,) = found("loss-collapse", loss(y), trainer="classification")
    assert finding.severity == "warning"


def test_pairs_learned_by_heart() -> None:
    y = 0.69 * np.exp(-np.linspace(0, 6, 110)) + 0.002
    epoch = curve("epoch", np.linspace(0, 20, 110))
    assert found("loss-collapse", loss(y), epoch, trainer="dpo")


def test_one_pass_over_the_data_is_silent() -> None:
    y = 0.69 * np.exp(-np.linspace(0, 6, 110)) + 0.002
    epoch = curve("epoch", np.linspace(0, 1, 110))
    assert not found("loss-collapse", loss(y), epoch, trainer="reward")


def test_an_eval_loss_judges_better() -> None:
    y = 4 * np.exp(-np.linspace(0, 6, 200)) + 0.01
    epoch = curve("epoch", np.linspace(0, 20, 200))
    assert not found("loss-collapse", loss(y), epoch, evals([1.0, 0.3, 0.1, 0.05]), trainer="sft")


def test_a_regression_may_go_to_zero() -> None:
    y = 2.5 * np.exp(-np.linspace(0, 8, 200))
    epoch = curve("epoch", np.linspace(0, 50, 200))
    assert not found("loss-collapse", loss(y), epoch, trainer="regression")


@pytest.mark.parametrize("start", [0.36, 6.0])
def test_ordinary_losses_are_silent(start: float) -> None:
    assert not found("loss-collapse", loss(falling(start=start, end=start / 2, sigma=0.01)), trainer="sft")


@pytest.mark.parametrize(("reached", "fires"), [(15.0, True), (4.0, False)])
def test_pairs_that_are_settled_with_huge_margins(reached: float, fires: bool) -> None:
    margin = np.linspace(0, reached, 60)
    y = np.log1p(np.exp(-margin))
    assert bool(found("loss-collapse", loss(y), curve("reward_margin", margin), trainer="dpo")) is fires


@pytest.mark.parametrize(
    ("scores", "fires"), [([0.8, 0.9, 0.95, 0.97, 0.98], False), ([0.7, 0.71, 0.7, 0.7, 0.7], True)]
)
def test_a_held_out_score_that_gains_shows_more_than_memory(scores: list[float], fires: bool) -> None:
    y = 0.69 * np.exp(-np.linspace(0, 8, 200))
    epoch = curve("epoch", np.linspace(0, 20, 200))
    curves = (loss(y), epoch, evals(scores, 40, "accuracy"))
    assert bool(found("loss-collapse", *curves, trainer="classification")) is fires


def test_few_batches_hold_what_is_left_of_a_text() -> None:
    y = 6 * np.exp(-np.linspace(0, 12, 200)) + 0.2
    assert found("loss-collapse", loss(y), trainer="sft")
    y[100::5] = 2.5  # one batch of five: a mean of 0.66
    assert not found("loss-collapse", loss(y), trainer="sft")
