"""The five vital signs: what proves each, what leaves it open, and the verdict that follows."""

from __future__ import annotations

import numpy as np
import pytest

from lossdoc.judge.engine import diagnose
from lossdoc.judge.merit import Measure, course
from lossdoc.model.finding import SIGNS, Report
from lossdoc.model.run import Curve
from tests.checks.losses import evals, falling, loss
from tests.checks.synthetic import curve, knowledge, noise, run_of


def judged(*curves: Curve, trainer: str = "sft") -> Report:
    return diagnose(run_of(curves, trainer=trainer), knowledge())


def test_all_five_in_order_with_evidence() -> None:
    report = judged(loss(falling(300)), evals([3.5, 3.0, 2.8, 2.7], 75))
    assert tuple(report.signs) == SIGNS
    assert all(sign.evidence for sign in report.signs.values())
    assert report.verdict == "healthy"
    assert report.signs["generalising"].evidence == ("eval_loss 3.5 to 2.7",)


def test_a_finding_makes_its_sign_no() -> None:
    report = judged(loss(falling(300)), evals([3.0, 2.5, 2.9, 3.3, 3.6, 3.9], 50))
    assert report.signs["generalising"].answer == "no"
    assert report.signs["generalising"].evidence[0].startswith("overfitting from step")
    assert report.verdict == "suspicious"


def test_no_finding_is_no_proof() -> None:
    report = judged(loss(2.15 + noise(200, 0.2, 2)))
    assert report.verdict != "healthy"
    assert report.signs["learning"].answer != "yes"


def test_one_record_is_said_alone() -> None:
    sign = judged(loss(np.array([2.5]))).signs["learning"]
    assert (sign.answer, sign.evidence) == ("unknown", ("one record shows no course: loss 2.5",))


def test_a_loss_that_reads_zero_for_ever_is_no_progress() -> None:
    y = np.concatenate([np.full(20, 5.8) + noise(20, 0.05, 0), np.zeros(20)])
    assert judged(loss(y)).signs["learning"].answer != "yes"


def test_a_loss_below_zero_proves_nothing() -> None:
    report = judged(loss(np.linspace(0.01, -0.02, 60)), trainer="")
    assert report.verdict == "not judged"


def test_a_detector_is_judged_by_its_score_and_parts() -> None:
    parts = [curve("loss_component", np.linspace(2, 1, 12), component="box")]
    report = judged(*parts, evals(np.linspace(0.1, 0.45, 12), 1, "map"), trainer="detection")
    assert report.verdict == "healthy"
    assert report.signs["learning"].evidence[0].startswith("eval_map 0.1 to 0.45")


def test_many_passes_with_nothing_held_out_are_no_proof() -> None:
    y = 4.3 * np.exp(-np.linspace(0, 6, 130)) + noise(130, 0.001, 1)
    one = loss(y)
    epochs = Curve("loss", "train", "loss", np.arange(1.0, 131), one.values, one.records, one.lines, axis="epoch")
    report = judged(epochs)
    assert report.verdict != "healthy"


@pytest.mark.parametrize(
    ("values", "up", "went"),
    [
        ([0.5, 0.6, 0.7, 0.75], True, "better"),
        ([0.5, 0.5, 0.5, 0.5], True, "flat"),
        ([0.41, 0.395, 0.38], True, "worse"),
        ([2.0, 1.9, 1.7, 1.5], False, "better"),
        ([2.0, 1.99, 2.01, 2.0], False, "flat"),
        ([0.5], True, "unclear"),
    ],
)
def test_few_records_say_what_they_can(values: list[float], up: bool, went: str) -> None:
    bounds = (0.0, 1.0) if up else None
    found = course(Measure(curve("x", values), "score", up, bounds, held_out=True))
    assert found is not None
    assert found.went == went
    assert (found.first, found.last) == (values[0], values[-1])


def test_a_share_may_be_written_in_percent() -> None:
    for factor in (1.0, 100.0):
        measure = Measure(
            curve("accuracy", np.array([0.97, 0.975, 0.98, 0.985]) * factor), "score", True, (0.0, 1.0), held_out=True
        )
        found = course(measure)
        assert found is not None
        assert found.went == "better"


@pytest.mark.parametrize(
    ("end", "accuracies", "answer"),
    [
        (0.61, [0.7202, 0.7202, *[0.7188] * 13], "unknown"),
        (0.9, [0.7202, 0.7202, *[0.7188] * 13], "yes"),
        (0.61, np.linspace(0.72, 0.78, 15), "yes"),
        (0.61, [0.981] * 15, "yes"),
    ],
)
def test_a_held_out_loss_that_falls_far_while_no_score_follows(end: float, accuracies: object, answer: str) -> None:
    """One answer for all: the majority class. A loss that falls a little may leave a score where it was."""
    held_out = (evals(np.linspace(1.0, end, 15), 10), evals(np.asarray(accuracies), 10, "accuracy"))
    report = judged(loss(falling(150, 1.0, end, 0.01)), *held_out, trainer="classification")
    assert report.signs["generalising"].answer == answer


@pytest.mark.parametrize(("last", "answer"), [((np.nan, np.nan), "unknown"), ((np.nan, 2.5), "yes")])
def test_gradient_norms_that_end_in_nan_leave_finite_open(last: tuple[float, float], answer: str) -> None:
    report = judged(curve("loss", np.linspace(3, 2, 6)), curve("grad_norm", [3.1, 2.8, 2.7, 2.5, *last]))
    assert report.signs["finite"].answer == answer


@pytest.mark.parametrize(("right", "answer"), [([0.16, 0.12, 0.06], "unknown"), ([0.16, 0.2, 0.3], "yes")])
def test_a_reward_that_rises_while_fewer_answers_are_right_is_no_progress(right: list[float], answer: str) -> None:
    parts = (curve("reward", right, component="accuracy_reward"), curve("reward", [0.5, 0.6, 0.9], component="format"))
    report = judged(curve("reward", [0.71, 0.76, 0.89]), *parts, trainer="grpo")
    assert report.signs["learning"].answer == answer


def test_new_examples_prove_nothing_of_a_model_that_is_gone() -> None:
    epoch = curve("epoch", np.linspace(0.01, 1.0, 100))
    fell = falling(100)
    broken = np.concatenate([fell[:60], np.full(40, np.nan)])
    assert judged(loss(fell), epoch).signs["generalising"].evidence[0].startswith("1 epoch: every example was new")
    assert judged(loss(broken), epoch).signs["generalising"].answer == "unknown"
