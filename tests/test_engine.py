"""The engine: which checks are called with what, what is skipped and why, what follows from what."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from lossdoc import checks
from lossdoc.judge.case import Need, Setting
from lossdoc.judge.engine import BROKEN, combinations, diagnose
from lossdoc.judge.reconcile import reconcile
from lossdoc.knowledge import Knowledge
from lossdoc.model.finding import Finding
from lossdoc.model.run import Curve, Run, Trainer

KNOWLEDGE = Knowledge.load()


def curve(metric: str, values: Sequence[float], split: str = "train", **labels: str) -> Curve:
    n = np.arange(len(values), dtype=np.int64)
    return Curve(metric, split, metric, n.astype(float), np.asarray(values, dtype=float), n, n + 1, labels=labels)


def run_of(*curves: Curve, **config: float) -> Run:
    return Run("x.log", "test", curves, config=config, trainer=Trainer(("sft",)))


def finding(check: str, first: float, last: float, severity: str = "warning", metric: str = "loss") -> Finding:
    return Finding(check, severity, "high", check, metric=metric, first_step=first, last_step=last)  # type: ignore[arg-type]


def test_one_call_for_each_curve() -> None:
    run = run_of(
        curve("loss", [1, 2], "eval", dataset="a"), curve("loss", [1, 2], "eval", dataset="b"), curve("loss", [1])
    )
    calls = list(combinations({"held": Need("loss", "eval", each=True), "train": Need("loss")}, run))
    assert [call["held"].labels["dataset"] for call in calls if isinstance(call, dict)] == ["a", "b"]
    assert all(isinstance(call, dict) and call["train"].split == "train" for call in calls)


def test_companion_has_the_same_labels() -> None:
    run = run_of(
        curve("loss", [1], "eval", dataset="b"),
        curve("token_accuracy", [1], "eval", dataset="a"),
        curve("token_accuracy", [2], "eval", dataset="b"),
    )
    (call,) = combinations({"loss": Need("loss", "eval"), "accuracy": Need("token_accuracy", "same")}, run)
    assert isinstance(call, dict)
    assert call["accuracy"].labels == {"dataset": "b"}


def test_alternatives_in_order() -> None:
    (call,) = combinations({"x": Need(("logp_chosen", "loss"))}, run_of(curve("loss", [1])))
    assert isinstance(call, dict)
    assert call["x"].metric == "loss"


def test_what_is_missing_is_said() -> None:
    run = run_of(curve("loss", [1, 2, float("nan")]))
    cases: list[tuple[dict[str, Need | Setting], str]] = [
        ({"x": Need("kl", "eval")}, "no eval kl in this log"),
        ({"x": Need("loss", points=3)}, "2 points of loss are too few (needs 3)"),
        ({"x": Need("loss"), "beta": Setting("beta")}, "needs beta: say --set beta=VALUE"),
        ({"x": Need("kl"), "beta": Setting("beta")}, "no kl in this log"),  # beta would not help
    ]
    for needs, why in cases:
        assert list(map(str, combinations(needs, run))) == [why]


def test_optional_needs_are_none() -> None:
    (call,) = combinations({"x": Need("loss"), "kl": Need("kl", optional=True)}, run_of(curve("loss", [1])))
    assert isinstance(call, dict)
    assert call["kl"] is None


def test_finite_points_only_unless_asked() -> None:
    run = run_of(curve("loss", [1, float("nan"), 3]))
    (clean,) = combinations({"x": Need("loss")}, run)
    (raw,) = combinations({"x": Need("loss", finite=False)}, run)
    assert isinstance(clean, dict)
    assert isinstance(raw, dict)
    assert (len(clean["x"]), len(raw["x"])) == (2, 3)


def test_a_consequence_stands_under_its_cause() -> None:
    found = reconcile(
        [finding("loss-spike", 50, 60), finding("masked-nan", 45, 100, "error")], {"masked-nan": ("loss-spike",)}, {}
    )
    assert [f.check for f in found] == ["masked-nan", "loss-spike"]
    assert found[1].because_of == found[0].id


def test_no_consequence_before_its_cause() -> None:
    found = reconcile(
        [finding("loss-spike", 5, 6), finding("masked-nan", 80, 100, "error")], {"masked-nan": ("loss-spike",)}, {}
    )
    assert all(f.because_of is None for f in found)


def test_chains_end_at_one_root() -> None:
    explains = {"a": ("b",), "b": ("c",)}
    found = reconcile([finding("c", 3, 9), finding("b", 2, 9), finding("a", 1, 9)], explains, {})
    assert [f.because_of for f in found] == [None, found[0].id, found[0].id]


def test_root_takes_the_worst_severity_below_it() -> None:
    found = reconcile(
        [finding("divergence", 50, 90, "error"), finding("lr-jump", 49, 90)], {"lr-jump": ("divergence",)}, {}
    )
    assert (found[0].check, found[0].severity) == ("lr-jump", "error")


def test_information_explains_nothing_worse() -> None:
    found = reconcile([finding("b", 2, 9), finding("a", 1, 9, "info")], {"a": ("b",)}, {})
    assert all(f.because_of is None for f in found)


def test_one_check_on_two_curves_is_one_illness() -> None:
    found = reconcile(
        [finding("non-finite", 9, 20, "error"), finding("non-finite", 5, 20, "error", "grad_norm")], {}, {}
    )
    assert [f.metric for f in found] == ["grad_norm", "loss"]
    assert found[1].because_of == found[0].id


def test_explains_name_checks_and_have_no_cycle() -> None:
    known = set(checks.check_ids())
    edges = {check: set(checks.load(check).explains) for check in known}
    assert all(targets <= known for targets in edges.values()), {c: t - known for c, t in edges.items() if t - known}
    done: set[str] = set()

    def walk(check: str, path: tuple[str, ...]) -> None:
        assert check not in path, " -> ".join((*path, check))
        if check not in done:
            for target in edges[check]:
                walk(target, (*path, check))
            done.add(check)

    for check in known:
        walk(check, ())


def test_a_trainer_switches_checks_off_by_data() -> None:
    values = np.r_[np.linspace(3, 1, 40), np.linspace(1, 9, 60)]
    run = run_of(curve("loss", values.tolist()))
    assert "divergence" in {f.check for f in diagnose(run, KNOWLEDGE).findings}
    run.trainer = Trainer(("grpo",))
    report = diagnose(run, KNOWLEDGE)
    assert "divergence" not in {f.check for f in report.findings}
    assert any(s.check == "divergence" and "grpo" in s.why for s in report.skipped)
    run.trainer = Trainer(("sft", "grpo"))
    skipped = {s.check: s.why for s in diagnose(run, KNOWLEDGE).skipped}
    assert "--trainer" in skipped["divergence"]


def test_select_and_ignore() -> None:
    run = run_of(curve("loss", [2.0, 1.5, float("nan"), float("nan"), float("nan")]))
    assert {f.check for f in diagnose(run, KNOWLEDGE, select=("non-finite",)).findings} == {"non-finite"}
    assert "non-finite" not in {f.check for f in diagnose(run, KNOWLEDGE, ignore=("non-finite",)).findings}


@pytest.mark.parametrize("check", checks.check_ids())
def test_a_check_survives_odd_curves(check: str) -> None:
    """No check may raise on one point, constants, NaN only, huge or tiny numbers, repeated steps."""
    found = checks.load(check)
    names = {name for need in found.needs.values() if isinstance(need, Need) for name in need.names} or {"loss"}
    nan, inf = float("nan"), float("inf")
    shapes: list[list[float]] = [
        [1.0],
        [0.0] * 30,
        [nan] * 30,
        [1e300, -1e300] * 20,
        [1e-300] * 25,
        [inf, nan, 1.0] * 10,
        list(range(60)),
        [5.0, nan] * 20,
        [-3.0] * 4,
    ]
    for values in shapes:
        for repeat in (False, True):
            curves = []
            for name in sorted(names):
                for split in ("train", "eval"):
                    made = curve(name, values, split)
                    if repeat:
                        made.steps[:] = np.floor(made.steps / 3)
                    curves.append(made)
            run = run_of(*curves, beta=0.1, classes=3, vocab_size=100, max_grad_norm=1.0, max_steps=100)
            broken = [s.why for s in diagnose(run, KNOWLEDGE, select=(check,)).skipped if s.why.startswith(BROKEN)]
            assert not broken, (values[:4], broken)
