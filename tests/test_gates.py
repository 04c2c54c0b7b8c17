"""Gates: what the language reads, what it refuses, and what a run is held against."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from lossdoc.gates.grammar import Fact, Gate, GateError, Part, Quantity, parse, required
from lossdoc.gates.judge import judge
from lossdoc.knowledge import Knowledge
from lossdoc.model.finding import Finding, Outcome, Report, Sign
from tests import report_maker as made

KNOWLEDGE = Knowledge.load()
# 1 to 100 at steps 10 to 1000, and an eval loss that turns up again at its end.
LOSS = made.curve("loss", np.arange(100, 0, -1), every=10)
EVAL = made.curve("loss", [3.0, 1.0, 2.0], split="eval", every=300, key="eval_loss")
WIKI = made.curve("loss", [7.0], split="eval", every=300, key="eval_wiki_loss", labels={"dataset": "wiki"})
OWN = made.curve("my/custom.key", [0.25], key="My/Custom.Key", known=False)
SICK = made.curve("grad_norm", [1.0, np.nan])
MADE = made.report([Finding("loss-spike", "warning", "high", "m")], curves=[LOSS, EVAL, WIKI, OWN, SICK])
REPORT = replace(MADE, signs={})  # nobody looked


def outcome(text: str, report: Report = REPORT) -> Outcome:
    return judge(parse(text), report, KNOWLEDGE)


def test_the_parts_of_a_gate() -> None:
    assert parse("steps >= 3000") == Gate("steps >= 3000", Fact("steps"), ">=", 3000.0)
    gate = parse("eval/loss[wiki].mean(last 10%) < -1.5e-3")
    assert gate.left == Quantity("eval/loss", label="wiki", statistic="mean", part=Part(share=0.1))
    assert gate.right == -0.0015
    assert parse("`My/Custom.Key` < 3").left == Quantity("My/Custom.Key", exact=True)
    gate = parse("loss.last<1.1*loss.best")
    assert (gate.right, gate.factor) == (Quantity("loss", statistic="best"), 1.1)


@pytest.mark.parametrize(
    ("text", "passes", "measured"),
    [
        ("loss.last <= 1", True, 1),
        ("loss < 1", False, 1),
        ("loss.first == 100", True, 100),
        ("loss.mean(last 10%) < 5.6", True, 5.5),
        ("loss.mean(first 2) == 99.5", True, 99.5),
        ("loss.max(from 20 to 30) == 99", True, 99),
        ("loss.count(to 95) == 9", True, 9),
        ("loss.p99 < 99", False, 99.01),
        ("eval/loss.last < 1.2", False, 2),
        ("eval_loss.best < 1.2", True, 1),
        ("eval/loss[wiki] == 7", True, 7),
        ("eval/loss.last < 1.5 * eval/loss.best", False, 2),
        ("eval/loss.last < 2.5 * eval/loss.best", True, 2),
        ("`My/Custom.Key` != 0.25", False, 0.25),
        ("my/custom.last < 1", False, None),
        ("steps >= 1000", True, 1000),
        ("steps > 1000", False, 1000),
        ("warnings == 1", True, 1),
        ("errors > 0", False, 0),
        ("grad_norm.non_finite == 0", False, 1),
    ],
)
def test_what_is_measured(text: str, passes: bool, measured: float | None) -> None:
    found = outcome(text)
    assert (found.passed, found.measured) == (passes, None if measured is None else pytest.approx(measured))


@pytest.mark.parametrize("operator", ["<", ">", "==", "!=", "<=", ">="])
def test_nan_passes_nothing(operator: str) -> None:
    found = outcome(f"grad_norm.last {operator} 1")
    assert not found.passed
    assert "nan" in found.why


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("los.last < 1", "no curve los in this log; there is loss"),
        ("reward.last > 0", "no curve reward"),
        ("eval/loss[code] < 1", "with the label code"),
        ("loss.mean(from 2000) < 1", "no point in that part"),
        ("epochs > 1", "counts no epochs"),
        ("learning == yes", "nobody looked"),
        ("loss.last < reward.last", "no curve reward"),
    ],
)
def test_what_cannot_be_judged_fails_with_the_reason(text: str, reason: str) -> None:
    found = outcome(text)
    assert not found.passed
    assert found.why.startswith("cannot be judged: ")
    assert reason in found.why


def test_signs_and_the_verdict() -> None:
    signs = {
        "learning": Sign("yes", ("the loss fell",)),
        "generalising": Sign("unknown", ("nothing held out in 3 epochs",)),
    }
    report = Report(REPORT.run, [], [], "not judged", signs)  # type: ignore[arg-type]
    assert judge(required("learning"), report, KNOWLEDGE).passed
    unknown = judge(required("generalising"), report, KNOWLEDGE)
    assert not unknown.passed
    assert unknown.why == "generalising is unknown: nothing held out in 3 epochs"
    assert outcome("generalising != no", report).passed
    assert outcome('verdict == "not judged"', report).passed
    assert not outcome("verdict == healthy", report).passed


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true') < 1",
        "loss.__class__ < 1",
        "loss.last.__class__ < 1",
        "loss.last < 1; import os",
        "eval('1') < 2",
        "(lambda: 1)() < 2",
        "loss.last < open('/etc/passwd')",
        "loss.last < 1 or True",
        "loss[0].last < 1 if 1 else 2",
        "1 < 2",
        "loss.last",
        "loss.last <",
        "loss.last = 1",
        "loss.last < 1 2",
        "loss.lst < 1",
        "loss.p101 < 1",
        "loss.mean(last 0%) < 1",
        "loss.mean(last 1.5) < 1",
        "loss.mean(last 10%",
        "learning > 1",
        "learning == maybe",
        "verdict == well",
        "",
    ],
)
def test_what_is_no_gate_is_refused(text: str) -> None:
    with pytest.raises(GateError):
        parse(text)


def test_a_slip_is_answered_with_what_was_meant() -> None:
    with pytest.raises(GateError, match="Did you mean median"):
        parse("loss.medain < 1")
    with pytest.raises(GateError, match="Did you mean generalising"):
        required("generalizing")
