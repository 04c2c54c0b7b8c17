"""A share that is logged in percent is judged as the same share: same findings, verdict and signs, its own numbers."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from lossdoc.judge.engine import diagnose
from lossdoc.judge.shares import SMOOTHED, as_shares
from lossdoc.model.finding import Report
from lossdoc.model.run import Curve, Run
from tests.checks.losses import evals, falling, loss
from tests.checks.synthetic import knowledge, run_of
from tests.limit_sides import FILE, as_run

SMALL = json.loads(FILE.read_text(encoding="utf-8"))["runs"]


def is_share(curve: Curve) -> bool:
    facts = knowledge().metric(curve.metric)
    return facts.unit == "fraction" and facts.bounds == (0, 1)


def in_percent(run: Run) -> Run:
    """The run as a trainer writes it that prints percent: all curves of a metric, or none."""
    most: dict[str, float] = {}
    for curve in filter(is_share, run.curves):
        most[curve.metric] = max(most.get(curve.metric, 0), float(curve.finite().values.max(initial=0)))
    # So little may be a share as well as a percentage: nothing can tell.
    told = {metric for metric, value in most.items() if SMOOTHED / 100 < value < SMOOTHED}
    return replace(run, curves=[replace(c, values=100 * c.values) if c.metric in told else c for c in run.curves])


def said(report: Report) -> Any:
    findings = sorted((f.check, f.severity, f.confidence, f.metric or "") for f in report.findings)
    return report.verdict, {name: sign.answer for name, sign in report.signs.items()}, findings


@pytest.mark.parametrize("name", [name for name, run in SMALL.items() if any(map(is_share, as_run(run).curves))])
def test_a_small_run_is_judged_alike_in_percent(name: str) -> None:
    run = as_run(SMALL[name])
    assert said(diagnose(in_percent(run), knowledge())) == said(diagnose(run, knowledge()))


def test_messages_and_evidence_say_what_the_log_says() -> None:
    scores = np.array([61.0, 60.5, 60.1, 59.2, 58.0, 57.1, 56.3, 55.0])
    run = run_of(
        [loss(falling(80)), evals(np.linspace(2, 1.2, 8), 10), evals(scores, 10, "accuracy")], "classification"
    )
    report = diagnose(run, knowledge())
    (found,) = (f for f in report.findings if f.check == "metric-disagreement")
    assert "61 to 55" in found.message
    assert report.run.get("accuracy", "eval") is run.get("accuracy", "eval")
    assert report.measures[0].curve is report.run.get("accuracy", "eval")


def test_a_low_curve_follows_the_other_splits() -> None:
    """A hundred classes at chance: 1 % held out, beside 40 % in training."""
    run = run_of([evals([0.9, 1.1, 1.0], 10, "accuracy"), replace(evals([5, 20, 40], 10, "accuracy"), split="train")])
    held_out, training = as_shares(run, knowledge()).curves
    assert (held_out.full, training.full) == (100, 100)
    assert held_out.as_logged(held_out.values[1]) == pytest.approx(1.1)


def test_a_smoothed_share_is_no_percentage() -> None:
    (curve,) = as_shares(run_of([evals([0.9, 1.02, 1.0], 10, "accuracy")]), knowledge()).curves
    assert curve.full == 1


def test_printed_digits_follow() -> None:
    (curve,) = as_shares(run_of([replace(evals([50.1, 60.2], 10, "accuracy"), decimals=1)]), knowledge()).curves
    assert curve.decimals == 3
