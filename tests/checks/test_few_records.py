"""What a handful of records proves: the pastes of people who ask what is wrong."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from lossdoc.judge.engine import diagnose
from tests.checks.losses import evals, level, loss, rounded
from tests.checks.synthetic import curve, found, knowledge, run_of, skipped

LN2 = float(np.log(2))


@pytest.mark.parametrize(("spread", "fires"), [(0.0009, True), (0.0011, False)])
def test_a_loss_that_stands(spread: float, fires: bool) -> None:
    y = 6.9078 * np.array([1, 1 - spread / 2, 1 + spread / 2, 1, 1])
    assert bool(found("no-learning", loss(y), trainer="classification")) is fires


@pytest.mark.parametrize(("n", "fires"), [(4, False), (5, True)])
def test_it_takes_five(n: int, fires: bool) -> None:
    assert bool(found("no-learning", loss(np.resize([54.75, 54.76], n)), trainer="sft")) is fires


@pytest.mark.parametrize(("end", "fires"), [(1.21, True), (1.19, False)])
def test_a_loss_that_rises_throughout(end: float, fires: bool) -> None:
    y = 0.9 * np.linspace(1, end, 8)
    assert any("above the one before" in f.message for f in found("no-learning", loss(y), trainer="sft")) is fires


def test_one_record_that_falls_is_no_rise_throughout() -> None:
    y = np.array([0.9, 1.1, 1.05, 1.3, 1.5, 1.7])
    assert "rise throughout" in skipped("no-learning", loss(y), trainer="sft")


def test_an_accuracy_that_rises_contradicts() -> None:
    accuracy = evals([0.3, 0.4, 0.5, 0.6, 0.7], 1, metric="accuracy")
    assert not found("no-learning", loss(np.full(5, 6.9078)), accuracy, trainer="classification")


@pytest.mark.parametrize(("plateaus", "fires"), [((54.75, 54.69, 10.95), True), ((54.75, 54.69, 5.2), False)])
def test_batches_that_repeat_a_loss(plateaus: tuple[float, ...], fires: bool) -> None:
    y = np.concatenate([[55.84], *(np.full(7, p) for p in plateaus)])
    assert bool(found("no-learning", rounded(loss(y), 2), trainer="sft")) is fires


@pytest.mark.parametrize(("auc", "fires"), [([0.61] * 6, True), ([0.61] * 5 + [0.62], False), ([0.96] * 6, False)])
def test_held_out_measures_alone(auc: list[float], fires: bool) -> None:
    measured = evals(auc, 1, metric="auc"), evals([0.1804] * 6, 1)
    assert bool(found("no-learning", *measured, trainer="classification")) is fires


@pytest.mark.parametrize(("value", "fires"), [(LN2 * 1.002, True), (LN2 * 1.004, False)])
def test_five_epochs_at_chance(value: float, fires: bool) -> None:
    assert bool(found("chance-level", loss(np.full(5, value)), trainer="classification")) is fires


@pytest.mark.parametrize(("factor", "fires"), [(1001, True), (999, False)])
def test_a_loss_that_grows_by_orders(factor: float, fires: bool) -> None:
    y = 2.3 * np.array([1, 1.1, 6, 500, factor, 5 * factor])
    assert bool(found("divergence", loss(y), trainer="dpo")) is fires


@pytest.mark.parametrize(
    ("y", "fires"),
    [
        ([2.3, 2.2, 2.4, 9.8, 45, 120], True),
        ([2.3, 2.4, 3.1, 9, 80, 300], True),
        ([2.3, 3.4, 5.2, 7.8, 11.7, 17.5, 26.3], True),
        ([2.3, 2.2, 2.4, 9.8, 45, 21], False),
        ([2.3, 2.2, 120, 2.4, 45, 120], False),
    ],
)
def test_a_loss_that_leaves_its_first_level(y: list[float], fires: bool) -> None:
    report = diagnose(run_of([loss(np.array(y))], "sft"), knowledge())
    assert ([f.check for f in report.roots] == ["divergence"]) is fires


@pytest.mark.parametrize(("digits", "fires"), [(4, True), (2, False)])
def test_epochs_that_are_the_same_to_the_last_digit(digits: int, fires: bool) -> None:
    epochs = rounded(loss(np.full(4, 0.69)), digits)
    assert bool(found("no-learning", replace(epochs, decimals=digits), trainer="classification")) is fires


@pytest.mark.parametrize(
    ("y", "fires"),
    [
        ([0.9, 0.6, 0.5, 2.4, 2.303, 2.303, 2.303], True),
        ([0.9, 0.6, 0.5, 2.4, 0.8, 2.303, 2.303], False),
        ([0.9, 0.75, 0.73, 2.4, 2.303, 2.303, 2.303], False),
        ([2.0, 1.2, 1.1, 2.1, 2.1, 2.1], False),
    ],
)
def test_all_lost_again(y: list[float], fires: bool) -> None:
    assert bool(found("divergence", loss(np.array(y)), trainer="classification")) is fires


@pytest.mark.parametrize(("dead", "end", "fires"), [(0.001, 4.1, True), (0.002, 4.1, False), (0.001, 3.9, False)])
def test_a_discriminator_at_nothing(dead: float, end: float, fires: bool) -> None:
    critic = curve("discriminator_loss", [0.9, 0.3, *[dead] * 5])
    maker = curve("generator_loss", [2.0, 3.0, *[end] * 5])
    said = found("gan-imbalance", critic, maker, trainer="gan")
    assert [f.severity for f in said] == ["warning"] * fires


@pytest.mark.parametrize(("evaluations", "value", "fires"), [(8, 0.724, True), (7, 0.724, False), (8, 0.91, False)])
def test_an_accuracy_that_never_moves(evaluations: int, value: float, fires: bool) -> None:
    accuracy = evals([value] * evaluations, 1, metric="accuracy")
    moving = loss(level(evaluations, 0.6, 0.01))
    said = found("constant-prediction", accuracy, moving, trainer="classification")
    assert [f.severity for f in said] == ["warning"] * fires


def test_another_score_that_moves_speaks_for_the_model() -> None:
    accuracy = evals([0.724] * 9, 1, metric="accuracy")
    auc = evals(np.linspace(0.6, 0.8, 9), 1, metric="auc")
    assert not found("constant-prediction", accuracy, auc, trainer="classification")


@pytest.mark.parametrize(("end", "fires"), [(0.34, True), (0.32, False)])
def test_held_out_score_and_loss_that_both_get_worse(end: float, fires: bool) -> None:
    wrong = evals([17.7, 18.4, 20.1, 23.9, 26.0, 28.4], 10, metric="word_error_rate")
    held = evals(np.linspace(0.22, end, 6), 10)
    assert bool(found("no-generalisation", loss(np.linspace(0.13, 0.31, 60)), wrong, held, trainer="sft")) is fires


@pytest.mark.parametrize(("losses", "fires"), [([1.2, 1.1, 1.0, 0.9, 0.9], True), ([0.0] * 5, False)])
def test_a_score_of_zero_counts_where_something_was_evaluated(losses: list[float], fires: bool) -> None:
    score, held = evals([0.0] * 5, 1, metric="map50"), evals(losses, 1)
    assert bool(found("chance-level", score, held, trainer="detection")) is fires


@pytest.mark.parametrize(("late", "fires"), [([0.1, 0.12, 0.1], True), ([0.1, 0.12, 0.74], False)])
def test_a_score_that_was_lost_again(late: list[float], fires: bool) -> None:
    score = evals([0.4, 0.52, 0.64, 0.76, *late], 1, metric="accuracy")
    assert [f.severity for f in found("divergence", score, trainer="classification")] == ["warning"] * fires


@pytest.mark.parametrize(("level_at", "fires"), [(0.25, True), (0.15, False)])
def test_a_loss_that_stands_for_most_of_the_log(level_at: float, fires: bool) -> None:
    y = np.maximum(np.linspace(1.0, -8.0, 100), level_at)
    assert [f.severity for f in found("plateau", loss(y), trainer="sft")] == ["warning" if fires else "info"]


@pytest.mark.parametrize(("bad", "fires"), [(5, True), (4, False)])
def test_held_out_parts_that_are_not_finite(bad: int, fires: bool) -> None:
    part = replace(evals([2.0] * (30 - bad) + [np.nan] * bad, 1, metric="loss_component"), labels={"part": "cls"})
    assert bool(found("non-finite", part, loss(level(30)), trainer="detection")) is fires


@pytest.mark.parametrize(("end", "fires"), [(71.5, True), (76.0, False)])
def test_a_score_that_hardly_gains_while_all_is_learned_by_heart(end: float, fires: bool) -> None:
    bleu = evals(np.linspace(70.0, end, 10), 10, metric="bleu")
    falls = loss(2 * np.exp(-np.arange(100) / 8))
    said = found("no-generalisation", falls, bleu, trainer="sft")
    assert bool(said) is fires
    assert all("hardly gets better" in f.message for f in said)


def test_a_course_is_judged_under_the_name_of_its_error() -> None:
    train, held = curve("mse", [120, 60, 40, 30, 24, 20]), evals([180, 210, 240, 270, 300, 330], 1, metric="mse")
    assert found("no-generalisation", train, held, trainer="regression")


def test_four_batches_of_pairs_prove_nothing() -> None:
    accuracy, objective = curve("reward_accuracy", [0.475, 0.49, 0.5, 0.525]), loss(np.array([5.94, 5.2, 4.9, 4.55]))
    report = diagnose(run_of([accuracy, objective], trainer="dpo"), knowledge())
    assert report.verdict == "not judged"


def test_a_log_with_a_loss_is_not_told_that_it_has_none() -> None:
    better = evals([0.9, 0.7, 0.6, 0.5, 0.4], 1)
    assert "5 records are too few" in skipped("divergence", loss(np.linspace(1.0, 0.5, 5)), better, trainer="sft")
