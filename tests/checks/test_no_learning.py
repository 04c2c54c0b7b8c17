"""Runs that do not move."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from tests.checks.losses import SEEDS, evals, falling, level, loss
from tests.checks.synthetic import curve, found, skipped


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("n", [20, 200, 3000])
def test_a_flat_loss(n: int, seed: int) -> None:
    (finding,) = found("no-learning", loss(level(n, seed=seed)), trainer="sft")
    assert (finding.severity, finding.first_step) == ("error", 1)


def test_a_tiny_sure_trend_is_still_nothing() -> None:
    y = np.linspace(1.3845, 1.3823, 30)
    assert found("no-learning", loss(y), trainer="classification")


def test_a_noisy_loss_with_an_eval_that_stands_still() -> None:
    y = level(200, 2.1, sigma=0.5)
    assert found("no-learning", loss(y), evals([2.13, 2.13, 2.13, 2.13], 50), trainer="regression")


def test_early_in_the_plan_it_is_a_warning() -> None:
    (finding,) = found("no-learning", loss(level(100)), trainer="sft", config={"max_steps": 400})
    assert finding.severity == "warning"


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("n", [20, 300, 3000])
def test_a_run_that_learns_is_silent(n: int, seed: int) -> None:
    assert not found("no-learning", loss(falling(n, seed=seed)), trainer="sft")


def test_all_learned_in_the_first_records() -> None:
    y = 1.0 + 1.4 * np.exp(-np.arange(500) / 4) + level(500, 0, 0.02)
    assert not found("no-learning", loss(y), trainer="sft")


def test_learned_and_lost_is_another_illness() -> None:
    y = np.concatenate([falling(150), level(150, 6.2, 0.1)])
    assert not found("no-learning", loss(y), trainer="sft")


def test_an_accuracy_that_rises_contradicts() -> None:
    accuracy = evals([0.3, 0.4, 0.5, 0.55, 0.6, 0.62], metric="accuracy")
    assert not found("no-learning", loss(level()), accuracy, trainer="classification")


def test_preference_losses_are_judged_by_the_margin() -> None:
    y = level(200, 0.69, 0.004)
    assert "margin" in skipped("no-learning", loss(y), trainer="dpo")
    margin = curve("reward_margin", np.linspace(0, 0.2, 200) + level(200, 0, 0.02))
    assert not found("no-learning", loss(y), margin, trainer="dpo", config={"beta": 0.1})


def test_a_policy_that_equals_its_reference() -> None:
    flat = curve("reward_margin", np.zeros(200))
    assert found("no-learning", loss(np.full(200, np.log(2))), flat, trainer="dpo", config={"beta": 0.1})


def test_a_reward_model_whose_margin_stands() -> None:
    y, stands = level(150, 0.686, 0.003), curve("reward_margin", level(150, 0.0145, 0.006))
    assert "reward model" in found("no-learning", loss(y), stands, trainer="reward")[0].message
    rises = curve("reward_margin", np.linspace(0, 0.2, 150) + level(150, 0, 0.02))
    assert not found("no-learning", loss(y), rises, trainer="reward")


@pytest.mark.parametrize(("before", "inferred"), [(5000, False), (40, True)])
def test_the_middle_of_a_run_is_not_judged(before: int, inferred: bool) -> None:
    late = curve("loss", level(100))
    late = replace(late, steps=late.steps + before, steps_inferred=inferred)
    assert "begins" in skipped("no-learning", late, trainer="pretrain")


def test_values_come_again_by_chance_in_a_long_log_and_in_a_short_one_they_do_not() -> None:
    rng = np.random.default_rng(3)
    long = np.round(2.5 * np.exp(-np.arange(60_000) / 20_000) + 0.1 + 0.1 * rng.random(60_000), 4)
    assert not found("no-learning", replace(curve("loss", long), decimals=4), trainer="sft")
    batches = np.round(0.7 + 0.05 * rng.standard_normal(20), 4)
    (finding,) = found("no-learning", replace(curve("loss", np.tile(batches, 5)), decimals=4), trainer="sft")
    assert "each again and again" in finding.message


def test_few_values_on_the_way_down_are_no_standstill() -> None:
    y = np.round(falling(300, 6, 1, 0.15), 1)
    assert not found("no-learning", replace(loss(y), decimals=4), trainer="classification")
    assert found("no-learning", replace(loss(np.round(level(300, 6, 0.15), 1)), decimals=4), trainer="classification")
