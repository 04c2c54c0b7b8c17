"""What watch holds back, and for how long: by check, severity and the points of the curve that shows a finding."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from lossdoc import checks
from lossdoc.live.patience import EVALUATIONS, HELD, LANGUAGE, NOTED, SETTLED, SLOW, YOUNG, Patience
from lossdoc.model.finding import Finding, Report, Severity
from lossdoc.model.run import Trainer
from tests import report_maker as made


def looked(patience: Patience, finding: Finding | None, points: int, evals: int = 1) -> bool:
    """Whether the finding is ripe when so many points of the loss and of the eval loss have come."""
    curves = [made.curve("loss", [1.0] * points), made.curve("loss", [1.0] * evals, split="eval")]
    report = made.report([finding] if finding else [], curves=curves, records=points)
    return [(f, state) for _, f, state in patience.judge([report])] == [(finding, "confirmed")]


def first_told(check: str, severity: Severity) -> int:
    """How many points after the first look."""
    patience, finding = Patience(), Finding(check, severity, "high", "x", "loss", "train")
    return next(more for more in range(200) if looked(patience, finding, 10 + more))


def test_hard_evidence_is_told_at_once_and_a_high_last_point_is_not() -> None:
    assert first_told("non-finite", "error") == 0
    assert first_told("zero-lr", "error") == 0
    assert first_told("divergence", "error") == HELD["divergence"]
    assert first_told("plateau", "info") == NOTED


@pytest.mark.parametrize("check", sorted(YOUNG))
def test_a_young_run_that_has_learned_nothing_yet_is_waited_for(check: str) -> None:
    assert first_told(check, "warning") == SLOW
    assert first_told(check, "error") == HELD[check]


def slowly(check: str, last: int, candidates: tuple[str, ...] = (), accuracies: int = 0) -> list[str]:
    """What is said at point `last` of a warning since the tenth, of a run of this trainer with such evaluations."""
    at_chance = {"accuracy": 0.25}
    patience, finding = Patience(), Finding(check, "warning", "medium", "x", "loss", "train", measured=at_chance)
    scores = [made.curve("accuracy", [0.25] * accuracies, split="eval")] if accuracies else []
    for points in (10, last):
        report = made.report([finding], curves=[made.curve("loss", [1.0] * points), *scores], records=points)
        told = patience.judge([replace(report, run=replace(report.run, trainer=Trainer(candidates)))])
    return [state for _, _, state in told]


@pytest.mark.parametrize("check", sorted(YOUNG))
def test_who_may_start_slowly_is_not_suspected_at_once(check: str) -> None:
    either = ("sft", "classification")
    assert slowly(check, SETTLED - 1, either) == []
    assert slowly(check, SETTLED, either) == ["suspected"]
    assert slowly(check, SETTLED - 1, accuracies=EVALUATIONS - 1) == []


@pytest.mark.parametrize("check", sorted(YOUNG))
def test_a_language_model_and_a_score_at_chance_are_not_waited_for(check: str) -> None:
    for candidates, accuracies in ((tuple(LANGUAGE), 0), ((), EVALUATIONS)):
        assert slowly(check, 10, candidates, accuracies) == ["suspected"]
        assert slowly(check, 10 + HELD[check], candidates, accuracies) == ["confirmed"]


def test_what_goes_away_waits_anew() -> None:
    patience, finding = Patience(), Finding("divergence", "error", "high", "x", "loss", "train")
    assert not looked(patience, finding, 10)
    assert not looked(patience, None, 11)
    assert not looked(patience, finding, 12)
    assert not looked(patience, finding, 13)
    assert looked(patience, finding, 14)


def test_a_remark_that_becomes_a_warning_waits_anew() -> None:
    patience = Patience()
    remark, warning = (
        Finding("exploding-gradient", severity, "high", "x", "loss", "train") for severity in ("info", "warning")
    )
    assert not looked(patience, remark, 10)
    assert not looked(patience, warning, 25)
    assert looked(patience, warning, 25 + HELD["exploding-gradient"])


def test_an_evaluation_is_a_point_however_many_records_lie_between() -> None:
    patience, finding = Patience(), Finding("eval-gap", "warning", "medium", "x", "loss", "eval")
    assert not looked(patience, finding, 100, evals=3)
    assert not looked(patience, finding, 900, evals=2 + HELD["eval-gap"])
    assert looked(patience, finding, 901, evals=3 + HELD["eval-gap"])


def test_runs_wait_each_for_itself() -> None:
    patience = Patience()
    finding = Finding("exploding-gradient", "error", "high", "x", "loss", "train")

    def report(name: str, points: int) -> Report:
        return made.report([finding], name=name, curves=[made.curve("loss", [1.0] * points)], records=points)

    patience.judge([report("a", 10)])
    far = 10 + HELD["exploding-gradient"]
    judged = patience.judge([report("a", far), report("b", far)])
    assert [(r.run.name, state) for r, _, state in judged] == [("a", "confirmed"), ("b", "suspected")]


def test_what_is_held_exists() -> None:
    assert set(HELD) <= set(checks.check_ids())
    assert set(HELD) >= YOUNG
