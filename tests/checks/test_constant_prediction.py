"""One class for every input."""

from __future__ import annotations

import pytest

from tests.checks.losses import evals
from tests.checks.synthetic import found


@pytest.mark.parametrize("metric", ["f1", "mcc"])
def test_an_accuracy_that_stands_with_a_score_of_zero(metric: str) -> None:
    got = found(
        "constant-prediction",
        evals([0.8] * 5, metric="accuracy"),
        evals([0.0] * 5, metric=metric),
        trainer="classification",
    )
    assert [f.severity for f in got] == ["error"]


def test_the_entropy_of_the_shares() -> None:
    curves = [evals([0.9] * 4, metric="accuracy"), evals([0.3265, 0.3252, 0.3251, 0.3250])]
    assert found("constant-prediction", *curves, trainer="classification")


def test_the_same_answers_after_a_few_others() -> None:
    accuracy = [0.7202, 0.7202, 0.7198, 0.7198] + [0.7188] * 11
    curves = [evals(accuracy, metric="accuracy"), evals([0.96 * 0.95**n for n in range(15)])]
    (finding,) = found("constant-prediction", *curves, trainer="classification")
    assert (finding.severity, finding.measured["evals"]) == ("warning", 11)


def test_a_score_above_zero_is_silent() -> None:
    curves = [evals([0.8] * 5, metric="accuracy"), evals([0.0, 0.1, 0.1, 0.1, 0.1], metric="f1")]
    assert not found("constant-prediction", *curves, trainer="classification")


def test_an_accuracy_that_moves_is_silent() -> None:
    curves = [evals([0.8, 0.8, 0.81, 0.8, 0.82], metric="accuracy"), evals([0.0] * 5, metric="f1")]
    assert not found("constant-prediction", *curves, trainer="classification")


def test_a_low_loss_is_silent() -> None:
    curves = [evals([0.9] * 4, metric="accuracy"), evals([0.2, 0.19, 0.18, 0.17])]
    assert not found("constant-prediction", *curves, trainer="classification")
