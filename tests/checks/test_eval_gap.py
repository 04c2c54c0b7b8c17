"""Held-out data that are something else."""

from __future__ import annotations

import numpy as np
import pytest

from tests.checks.losses import SEEDS, evals, falling, loss
from tests.checks.synthetic import curve, found, noise


@pytest.mark.parametrize("seed", SEEDS)
def test_another_domain(seed: int) -> None:
    y = falling(300, 6.2, 3.9, 0.1, seed)
    held_out = 4.9 + 1.0 * np.exp(-np.arange(10) / 4) + noise(10, 0.01, seed)
    (finding,) = found("eval-gap", loss(y), evals(held_out, 30), trainer="pretrain")
    assert finding.severity == "warning"
    assert finding.first_step == 30


@pytest.mark.parametrize("seed", SEEDS)
def test_a_gap_that_was_there_before_the_eval_loss_turned(seed: int) -> None:
    held_out = np.array([10.2, 11.4, 11.0, 11.5, 11.5, 10.8, 12.1, 11.4])
    assert found("eval-gap", loss(falling(320, 5.8, 1.0, 0.05, seed)), evals(held_out, 40), trainer="pretrain")


def test_swapped_pairs() -> None:
    y = falling(200, 0.69, 0.62, 0.01)
    curves = [loss(y), evals([0.71, 0.73, 0.74, 0.75], 50), evals([0.15, 0.16, 0.16, 0.17], 50, "reward_accuracy")]
    got = found("eval-gap", *curves, curve("reward_accuracy", 0.8 + noise(200, 0.1, 0)), trainer="dpo")
    assert "wrong way round" in got[0].message


@pytest.mark.parametrize("right", [0.15, 0.3])
def test_swapped_pairs_show_in_one_evaluation_where_nearly_all_are_wrong(right: float) -> None:
    training = [loss(falling(60, 0.69, 0.62, 0.01)), curve("reward_accuracy", 0.8 + noise(60, 0.1, 0))]
    got = found("eval-gap", *training, evals([0.71], 50), evals([right], 50, "reward_accuracy"), trainer="dpo")
    assert bool(got) == (right < 0.25)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_usual_gap_is_silent(seed: int) -> None:
    y = falling(300, seed=seed)
    held_out = np.interp(np.arange(30, 301, 30), np.arange(300), falling(300, sigma=0)) + 0.1 + noise(10, 0.02, seed)
    assert not found("eval-gap", loss(y), evals(held_out, 30), trainer="sft")


@pytest.mark.parametrize("above", [1.12, 1.3])
def test_fine_tuning_with_harder_eval_data_is_no_warning(above: float) -> None:
    y = falling(300, 1.2, 1.08, 0.02)
    held_out = 1.2 * above * (0.94 + 0.06 * np.exp(-np.arange(1, 11)))
    assert {f.severity for f in found("eval-gap", loss(y), evals(held_out, 30), trainer="sft")} <= {"info"}


def test_a_gap_that_opens_is_overfitting() -> None:
    held_out = np.array([1.8, 1.35, 1.3, 1.4, 1.6, 1.8, 2.0, 2.2])
    assert not found("eval-gap", loss(falling(400, 2.1, 0.1, 0.03)), evals(held_out), trainer="sft")


def test_pairs_at_a_half_are_silent() -> None:
    curves = [
        loss(falling(200, 0.69, 0.1, 0.02)),
        evals([0.7, 0.8, 0.9, 1.0]),
        evals([0.41, 0.4, 0.4, 0.4], 50, "reward_accuracy"),
    ]
    assert not found("eval-gap", *curves, curve("reward_accuracy", np.full(200, 0.95)), trainer="dpo")
