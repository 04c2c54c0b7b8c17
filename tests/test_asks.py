"""lossdoc asks for a setting only where it would change the answer, and then as the command to run."""

from __future__ import annotations

import inspect
import re

import numpy as np
import pytest
from msgspec.structs import replace

from lossdoc import checks
from lossdoc.api import Options, examine
from lossdoc.judge.asks import PLAUSIBLE
from lossdoc.judge.case import Setting
from lossdoc.model.finding import Report
from lossdoc.model.run import Run, Trainer
from lossdoc.show.report import Options as Look
from lossdoc.show.report import Result, load
from tests.checks.synthetic import curve

LINE = "Would change the answer: "


def run_of(shape: str, *, trainer: tuple[str, ...], **config: object) -> Run:
    """Preference rewards far from the reference (`far`) or near it, without log-probabilities that would show beta."""
    t = np.linspace(0, 1, 60)
    scale = 30.0 if shape == "far" else 0.1
    noise = np.random.default_rng(0).normal(size=60)
    curves = [
        curve("reward_chosen", (scale * t * (1 + 0.05 * noise)).tolist()),
        curve("reward_rejected", (-scale * t * (1 - 0.05 * noise)).tolist()),
        curve("loss", (0.69 - 0.4 * t + 0.01 * noise).tolist()),
    ]
    return Run("run.log", "jsonl", curves, trainer=Trainer(trainer), config=config, records=60)


def asked(report: Report, form: str = "text", **look: object) -> list[str]:
    text = load(form).write(Result([report]), Look(width=400, **look))  # type: ignore[arg-type]
    return re.findall(f"{LINE}(.*)", text)


def test_a_setting_is_asked_for_where_it_would_change_the_answer() -> None:
    far = examine(run_of("far", trainer=("dpo",)), Options())
    assert far.asks == ["beta"]
    assert asked(far) == ["lossdoc check run.log --set beta=VALUE"]
    assert asked(far, "markdown") == ["`lossdoc check run.log --set beta=VALUE`"]
    far.run.source = "my run.log"
    assert asked(far) == ["lossdoc check 'my run.log' --set beta=VALUE"]


def test_nothing_is_asked_for_that_is_known_or_would_change_nothing() -> None:
    near = examine(run_of("near", trainer=("dpo",)), Options())
    assert any("--set beta" in skip.why for skip in near.skipped)
    assert (near.asks, asked(near)) == ([], [])
    known = examine(run_of("far", trainer=("dpo",), beta=0.1), Options())
    assert known.asks == []


def test_the_trainer_is_asked_for_where_the_candidates_are_judged_apart() -> None:
    rise = np.r_[np.linspace(3, 1, 40), np.linspace(1, 9, 60)]
    run = Run("run.log", "jsonl", [curve("loss", rise.tolist())], trainer=Trainer(("sft", "grpo")), records=100)
    report = examine(run, Options())
    assert report.asks == ["trainer"]
    assert asked(report) == ["lossdoc check run.log --trainer sft (or grpo)"]
    for given in ("sft", "grpo"):
        assert examine(replace(run, trainer=Trainer((given,))), Options()).asks == []


def test_a_name_that_nobody_knows_is_asked_for_where_nothing_was_judged() -> None:
    unknown = replace(curve("loss", [3.0, 2.0, 1.0]), metric="my_dev; rm", key="my_dev; rm", known=False)
    report = examine(Run("run.log", "jsonl", [unknown], records=3), Options())
    assert report.verdict == "not judged"
    assert asked(report) == ["lossdoc check run.log --map 'my_dev; rm'=loss"]
    assert asked(replace(report, verdict="suspicious")) == []
    learned = replace(report.signs["learning"], answer="yes")
    assert asked(replace(report, signs={**report.signs, "learning": learned})) == []


def test_of_several_runs_each_command_stands_once() -> None:
    reports = [examine(run_of("far", trainer=("dpo",)), Options()) for _ in range(3)]
    text = load("text").write(Result(reports), Look(width=100))
    assert text.count(LINE) == 1


@pytest.mark.parametrize("check", checks.check_ids())
def test_whatever_a_check_asks_for_has_values_to_try(check: str) -> None:
    found = checks.load(check)
    source = inspect.getsource(inspect.getmodule(found.judge))  # type: ignore[arg-type]
    named = {need.key for need in found.needs.values() if isinstance(need, Setting) and not need.optional}
    for arguments in re.findall(r'Skip\(f?"[^"]*", ([^)]*)\)', source):
        named |= set(re.findall(r'"(\w+)"', arguments)) - {"classification"}
    assert named <= set(PLAUSIBLE)
