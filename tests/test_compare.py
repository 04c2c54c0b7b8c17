"""lossdoc compare: what is called a difference, what is refused, what it looks like, and what CI gets."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace
from typer.testing import CliRunner

from lossdoc.api import Options
from lossdoc.cli import app
from lossdoc.comparison import Choice, Comparison, compare
from lossdoc.comparison.align import NoCommonAxis
from lossdoc.model.finding import Finding, Report
from lossdoc.model.run import Curve, Run, Trainer
from lossdoc.show.comparison import load, writer_names
from lossdoc.show.comparison._sentences import in_words, sentences
from lossdoc.show.report import Options as Look
from tests.report_maker import curve, noise

GOLDEN = Path(__file__).parent / "golden"
OPTIONS = Options()


def run(name: str, curves: Sequence[Curve], objective: str = "sft", **config: Any) -> Run:
    return Run(
        source=name,
        format="jsonl",
        curves=curves,
        sources=[name],
        trainer=Trainer((objective,), "trl"),
        config=config,
        records=max(len(c) for c in curves),
    )


def held(*runs: Run, **choice: Any) -> Comparison:
    reports = [Report(one, [], [], "healthy") for one in runs]
    return compare(reports, OPTIONS.knowledge, Choice(**choice))


def decay(points: int, floor: float, pace: float = 60.0, seed: int = 1, every: int = 1, **more: Any) -> Curve:
    """A loss that falls from 4 to `floor`."""
    t = np.arange(1, points + 1) * every
    y = floor + (4 - floor) * np.exp(-t / pace) + noise(points, 0.1, seed)
    return curve("loss", y, every=every, **more)


def supervised(name: str, floor: float, seed: int, **config: Any) -> Run:
    held_out = decay(10, floor + 0.05, seed=seed + 7, every=30, split="eval", key="eval_loss")
    norm = curve("grad_norm", 1 + noise(300, 0.3, seed + 3))
    return run(name, [decay(300, floor, seed=seed), held_out, norm], **config)


def preference(name: str, slope: float, nats: float, seed: int, eval_points: int = 0, **config: Any) -> Run:
    t = np.arange(1, 201)
    shift = nats * (1 - np.exp(-t / 80)) + noise(200, 0.1 * nats, seed)
    curves = [
        curve("loss", np.log1p(np.exp(-slope * shift))),
        curve("reward_margin", slope * shift, key="rewards/margins"),
        curve("reward_accuracy", 0.8 + noise(200, 0.05, seed + 1)),
    ]
    if eval_points:
        logp = -300 + np.linspace(0, nats, eval_points)
        curves += [
            curve("logp_chosen", logp, split="eval", every=40),
            curve("reward_chosen", slope * (logp + 300), split="eval", every=40),
        ]
    return run(name, curves, "dpo", **config)


def of(found: Comparison, name: str, number: int = 2) -> Any:
    return next(row.deltas[number] for row in found.rows if row.name == name)


def test_another_seed_is_no_difference() -> None:
    found = held(supervised("a", 1.0, 1), supervised("b", 1.0, 101))
    assert found.conclusions[0].standing == "no difference"
    assert found.regressions == []


def test_a_higher_floor_is_worse_in_the_words_of_a_measurement() -> None:
    found = held(supervised("a", 1.0, 1), supervised("b", 3.0, 101))
    assert found.regressions == [(2, "eval loss")]
    first = sentences(found.conclusions[0], found)[0]
    assert first.startswith("eval loss is worse: 3.0")
    assert "times the baseline's" in first
    assert "since step" in first


def test_better_is_the_mirror_of_worse() -> None:
    found = held(supervised("a", 1.0, 1), supervised("b", 3.0, 101), baselines=[2])
    assert found.conclusions[0].run == 1
    assert found.conclusions[0].standing == "better"


def test_a_real_but_small_difference_is_said_and_is_no_regression() -> None:
    pair = run("a", [decay(300, 1.0)]), run("b", [decay(300, 1.3, seed=101)])
    found = held(*pair)
    assert of(found, "loss").outcome == "slightly worse"
    assert found.conclusions[0].standing == "slightly worse"
    assert found.regressions == []
    assert held(*pair, tolerance=0.05).regressions
    assert held(*pair, tolerances={"loss": 0.05}).regressions
    assert held(*pair, tolerances={"reward": 0.05}).regressions == []


def reported(one: Run, *findings: Finding) -> Report:
    return Report(one, findings, [], "suspicious" if findings else "healthy")


def test_a_finding_that_the_baseline_has_not_is_a_regression() -> None:
    spike = Finding("loss-spike", "warning", "high", "one spike of 7", "loss", "train")
    noted = Finding("slow-steps", "info", "high", "m")
    base, other = supervised("a", 1.0, 1), supervised("b", 1.0, 101)

    def held_against(*had: Finding, has: tuple[Finding, ...]) -> Comparison:
        return compare([reported(base, *had), reported(other, *has)], OPTIONS.knowledge, Choice())

    found = held_against(has=(spike, noted))
    assert found.regressions == [(2, "loss-spike")]
    assert found.conclusions[0].standing == "worse"
    assert sentences(found.conclusions[0], found)[0].startswith("loss-spike is new")
    assert held_against(spike, has=(spike,)).regressions == []
    assert held_against(spike, has=()).regressions == []
    assert held_against(spike, has=(replace(spike, severity="error"),)).regressions == [(2, "loss-spike")]


def said(found: Comparison, which: int) -> tuple[object, ...]:
    """What a conclusion says, but for the number of its run."""
    stands = found.conclusions[which]
    return stands.standing, sentences(stands, found), stands.regressions, stands.new


def test_what_a_third_run_is_changes_nothing_for_the_second() -> None:
    base, worse = preference("a", 0.1, 20, 1, beta=0.1), preference("b", 0.1, 4, 101, beta=0.1)
    alone = held(base, worse)
    strangers = [
        run("c", [decay(200, 1.0)], "sft"),  # another objective
        preference("c", 0.5, 20, 201, beta=0.5),  # another beta
        preference("c", 0.1, 20, 201),  # none that is known
    ]
    for third in strangers:
        beside = held(base, worse, third)
        assert said(beside, 0) == said(alone, 0)
    # Where it stands in the list changes nothing either, but for its number.
    swapped = held(base, strangers[0], worse)
    assert said(swapped, 1) == said(alone, 0)


def test_the_onset_is_where_the_runs_part() -> None:
    y = decay(300, 1.0).values.copy()
    y[150:] += 2.5
    found = held(run("a", [decay(300, 1.0, seed=5)]), run("b", [curve("loss", y)]))
    assert of(found, "loss").outcome == "worse"
    assert of(found, "loss").since == pytest.approx(151, abs=15)


def test_slower_learning_with_the_same_floor_is_said() -> None:
    found = held(run("a", [decay(600, 1.0, 40)]), run("b", [decay(600, 1.0, 120, seed=9)]))
    assert found.regressions == []
    assert of(found, "loss").slower == pytest.approx(3, rel=0.3)
    assert any("times the steps" in s for s in sentences(found.conclusions[0], found))


def test_a_shorter_run_is_compared_as_far_as_it_goes() -> None:
    found = held(run("a", [decay(300, 1.0)]), run("b", [decay(120, 1.0, seed=9)]))
    assert found.regressions == []
    assert of(found, "loss").window[1] == 120
    assert any("ends at step 120" in note for note in (in_words(note, found) for note in found.notes))


def test_a_longer_run_that_ends_better_is_no_regression() -> None:
    found = held(run("a", [decay(200, 1.0, 40)]), run("b", [decay(2000, 0.8, 400, seed=9)]))
    assert of(found, "loss").outcome == "slightly worse"
    assert "at their own ends" in sentences(found.conclusions[0], found)[0]


def test_records_of_another_density_are_matched() -> None:
    found = held(run("a", [decay(300, 1.0)]), run("b", [decay(30, 1.0, seed=9, every=10)]))
    assert of(found, "loss").outcome == "same"


def test_a_run_that_ends_in_nan_is_worse() -> None:
    y = decay(300, 1.0).values.copy()
    y[200:] = np.nan
    found = held(run("a", [decay(300, 1.0, seed=4)]), run("b", [curve("loss", y)]))
    assert found.regressions == [(2, "loss")]
    assert "from step 201 on" in sentences(found.conclusions[0], found)[0]


@pytest.mark.parametrize("offset", [0.0, 10.0])
def test_scale_and_unit_do_not_matter(offset: float) -> None:
    """Ten times the loss, or a loss that begins elsewhere, changes no outcome but through its own level."""
    pair = [decay(300, 1.0).values, decay(300, 3.0, seed=9).values]
    found = held(*(run(str(i), [curve("loss", 10 * y + offset)]) for i, y in enumerate(pair)))
    assert of(found, "loss").outcome == "worse"


def test_margins_are_compared_in_nats() -> None:
    """The exercise of beta 0.01 against 0.5: as logged the second looks larger, the first moved further."""
    found = held(preference("a", 0.01, 40, 1, beta=0.01), preference("b", 0.5, 2, 9, beta=0.5))
    row = next(row for row in found.rows if row.metric == "reward_margin")
    assert row.unit == "nats"
    assert not row.judged
    assert row.deltas[2].base_level == pytest.approx(36, rel=0.1)
    assert row.deltas[2].level == pytest.approx(1.8, rel=0.1)
    assert row.raw[2] > row.raw[0]
    assert of(found, "loss").outcome == "not compared"
    assert found.settings["beta"] == {1: "0.01", 2: "0.5"}
    assert any("nats against" in s and "as logged" in s for s in sentences(found.conclusions[0], found))


def test_beta_is_measured_where_the_same_pairs_are_evaluated() -> None:
    found = held(preference("a", 0.01, 40, 1, eval_points=5), preference("b", 0.5, 2, 9, eval_points=5))
    assert found.settings["beta"] == {1: "0.01 (measured)", 2: "0.5 (measured)"}


def test_beta_of_one_run_alone_compares_no_margin() -> None:
    found = held(preference("a", 0.1, 4, 1, beta=0.1), preference("b", 0.1, 4, 9))
    assert "--set 2:beta=VALUE" in of(found, "reward_margin").why


def test_unknown_beta_is_taken_as_equal_and_said() -> None:
    found = held(preference("a", 0.1, 4, 1), preference("b", 0.1, 0.01, 9))
    assert (2, "reward_margin") in found.regressions
    assert any("taken as equal" in note for note in (in_words(note, found) for note in found.notes))


def test_losses_of_other_objectives_are_refused() -> None:
    found = held(run("a", [decay(300, 1.0)], "sft"), run("b", [decay(300, 3.0)], "reward"))
    assert of(found, "loss").outcome == "not compared"
    assert found.conclusions[0].standing == "not comparable"
    assert found.regressions == []


def test_loss_types_that_begin_elsewhere_are_refused() -> None:
    ipo = preference("b", 0.1, 4, 9)
    other = [curve("loss", 25 - np.linspace(0, 5, 200)), *ipo.curves[1:]]
    found = held(preference("a", 0.1, 4, 1), run("b", other, "dpo"))
    assert of(found, "loss").outcome == "not compared"
    assert "begin at" in of(found, "loss").why


def test_the_policy_loss_decides_nothing() -> None:
    curves = [curve("loss", noise(100, 0.1)), curve("reward", np.linspace(0, 1, 100) + noise(100, 0.1))]
    other = [curve("loss", 5 + noise(100, 0.1)), curve("reward", np.linspace(0, 1, 100) + noise(100, 0.1, 5))]
    found = held(run("a", curves, "grpo"), run("b", other, "grpo"))
    assert found.conclusions[0].standing == "no difference"
    assert of(found, "loss").outcome == "higher"


def test_settings_that_differ_are_listed() -> None:
    found = held(supervised("a", 1.0, 1, max_steps=300, lr=1e-4), supervised("b", 1.0, 9, max_steps=300, lr=3e-4))
    assert found.settings == {"lr": {1: "0.0001", 2: "0.0003"}}


def test_axes() -> None:
    pair = supervised("a", 1.0, 1), supervised("b", 1.0, 101)
    assert held(*pair).by == "step"
    assert of(held(*pair, by="progress"), "loss").window[1] == 1
    with pytest.raises(NoCommonAxis, match="run 1 and 2 do not log it"):
        held(*pair, by="tokens")
    by_epoch = [run(n, [decay(20, 1.0, 5, axis="epoch")]) for n in "ab"]
    assert held(*by_epoch).by == "epoch"


def three() -> Comparison:
    shown = [supervised("good.jsonl", 1.0, 1, lr=1e-3), supervised("seed.jsonl", 1.0, 101, lr=1e-3)]
    return held(*shown, supervised("labels.jsonl", 3.0, 201, lr=1e-4))


def betas() -> Comparison:
    return held(preference("tiny.csv", 0.01, 40, 1, beta=0.01), preference("large.csv", 0.5, 2, 9, beta=0.5))


@pytest.mark.parametrize(
    ("name", "look"),
    [
        ("three-80", Look(width=80)),
        ("three-140", Look(width=140)),
        ("three-50-ascii", Look(width=50, ascii=True, plots=False)),
        ("betas-80", Look(width=80)),
    ],
)
def test_golden(name: str, look: Look) -> None:
    """`UPDATE_GOLDEN=1 pytest` writes the texts anew; read the difference before committing it."""
    text = load("text").write(three() if name.startswith("three") else betas(), [], look)
    path = GOLDEN / f"compare-{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("width", [40, 60, 80, 110, 140, 200])
@pytest.mark.parametrize("make", [three, betas])
def test_no_line_is_wider_than_asked(make: Any, width: int) -> None:
    text = load("text").write(make(), [], Look(width=width, verbose=True))
    assert max(len(line) for line in text.splitlines()) <= width


def test_ascii_is_ascii() -> None:
    assert load("text").write(three(), [], Look(ascii=True)).isascii()


def test_json_and_markdown() -> None:
    assert writer_names() == ["json", "markdown", "text"]
    document = json.loads(load("json").write(three(), [], Look()))
    assert [c["standing"] for c in document["compare"]["conclusions"]] == ["no difference", "worse"]
    assert document["compare"]["metrics"][0]["differences"][1]["outcome"] == "worse"
    markdown = load("markdown").write(three(), [], Look())
    assert "run 3: worse than the baseline" in markdown
    assert "| metric | run | level | baseline | difference | since |" in markdown


def test_names_in_a_log_are_no_markup() -> None:
    pair = [run(f"<b>{n}|`", [decay(100, 1.0)]) for n in "ab"]
    assert "<b>" not in load("markdown").write(held(*pair), [], Look())


def written(folder: Path, name: str, floor: float, seed: int | None = None) -> str:
    y = decay(200, floor, seed=len(name) if seed is None else seed).values
    path = folder / f"{name}.jsonl"
    path.write_text("".join(json.dumps({"step": i, "loss": float(v)}) + "\n" for i, v in enumerate(y, 1)))
    return str(path)


def call(*words: str) -> Any:
    return CliRunner().invoke(app, ["compare", *words])


def test_exit_codes(tmp_path: Path) -> None:
    good, bad = written(tmp_path, "good", 1.0), written(tmp_path, "worse", 3.0)
    assert call(good, bad).exit_code == 0
    assert call(good, bad, "--fail-on-regression").exit_code == 1
    assert call(good, bad, "--fail-on-regression", "--baseline", "2").exit_code == 0
    assert call(good, bad, "--fail-on", "regression").exit_code == 1
    assert call(good, bad, "--fail-on", "regression", "--tolerance", "1.5").exit_code == 0
    assert call(good, bad, "--fail-on", "regression", "--tolerance", "1.5", "--tolerance", "loss=0.1").exit_code == 1
    assert call(good, bad, "--tolerance", "much").exit_code == 2
    assert call(good, bad, "--tolerance", "-0.1").exit_code == 2
    assert call(good).exit_code == 2
    assert call(good, bad, "--baseline", "3").exit_code == 2
    assert call(good, bad, "--by", "tokens").exit_code == 2
    assert call(good, bad, "--metric", "nonsense").exit_code == 2
    assert call(good, bad, "--set", "3:beta=1").exit_code == 2
    missing = call(good, str(tmp_path / "absent.log"), "--format", "json")
    assert missing.exit_code == 2
    assert json.loads(missing.stdout)["compare"] is None


def test_settings_of_one_run(tmp_path: Path) -> None:
    good, other = written(tmp_path, "good", 1.0), written(tmp_path, "other", 1.0)
    result = call(good, other, "-f", "json", "--set", "lr=1", "--set", "2:lr=2")
    assert json.loads(result.stdout)["compare"]["settings"] == {"lr": {"1": "1", "2": "2"}}


def test_help_needs_no_numpy() -> None:
    import subprocess
    import sys

    code = (
        "import sys; from typer.testing import CliRunner; from lossdoc.cli import app; "
        "assert CliRunner().invoke(app, ['compare', '--help']).exit_code == 0; assert 'numpy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
