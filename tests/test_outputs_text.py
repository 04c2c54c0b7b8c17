"""The report for people: golden texts at fixed width, and what must hold at any width."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from lossdoc.api import Options as Read
from lossdoc.api import examine, read_path
from lossdoc.cli._errors import say_not_read
from lossdoc.model.finding import Finding, NotRead, Report, Skipped
from lossdoc.model.run import Trainer
from lossdoc.show.report import Options, Result, load
from lossdoc.show.report._summary import common
from tests import report_maker as made

GOLDEN = Path(__file__).parent / "golden"
CASES: dict[str, tuple[list[Callable[[], Report]], Options]] = {
    "displacement-80": ([made.displacement], Options(width=80)),
    "displacement-140": ([made.displacement], Options(width=140)),
    "displacement-verbose-100": ([made.displacement], Options(width=100, verbose=True)),
    "nan-80-ascii": ([made.nan_run], Options(width=80, ascii=True)),
    "nan-140": ([made.nan_run], Options(width=140)),
    "healthy-80": ([made.healthy], Options(width=80)),
    "not-judged-60": ([made.unjudged], Options(width=60)),
    "several-80-ascii": ([made.healthy, made.displacement, made.nan_run, made.unjudged], Options(ascii=True)),
    "not-judged-80-ascii": ([made.unjudged], Options(ascii=True)),
    "healthy-80-ascii": ([made.healthy], Options(ascii=True)),
    "several-80": ([made.healthy, made.displacement, made.nan_run, made.unjudged], Options(width=80)),
    "quiet": ([made.healthy, made.displacement, made.nan_run], Options(quiet=True)),
    "nan-50": ([made.nan_run], Options(width=50)),
    "no-plots-80": ([made.displacement], Options(width=80, plots=False)),
}


def shown(*reports: Report, **options: object) -> str:
    return load("text").write(Result(reports), Options(**options))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", CASES)
def test_golden(name: str) -> None:
    """`UPDATE_GOLDEN=1 pytest` writes the texts anew; read the difference before committing it."""
    makers, options = CASES[name]
    text = load("text").write(Result([make() for make in makers]), options)
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), "not as it was: `make golden`, and look at the difference"


@pytest.mark.parametrize("width", [40, 60, 80, 99, 100, 120, 140, 160, 220])
@pytest.mark.parametrize("make", [made.displacement, made.nan_run, made.healthy, made.unjudged])
def test_no_line_is_wider_than_asked(make: Callable[[], Report], width: int) -> None:
    assert max(len(line) for line in shown(make(), width=width).splitlines()) <= width


@pytest.mark.parametrize("make", [made.displacement, made.nan_run, made.healthy])
def test_ascii_is_ascii(make: Callable[[], Report]) -> None:
    text = shown(make(), ascii=True)
    assert text.isascii()
    assert "?" not in text


def test_colour_adds_nothing_but_colour() -> None:
    colored = shown(made.displacement(), color=True)
    assert "\x1b[" in colored
    bare = "\n".join(re.sub("\x1b\\[[0-9;]*m", "", line).rstrip() for line in colored.splitlines())
    assert bare == shown(made.displacement()).rstrip("\n")


def test_the_same_twice() -> None:
    assert shown(made.nan_run()) == shown(made.nan_run())


def test_quiet_is_one_line_per_run() -> None:
    lines = shown(made.displacement(), made.nan_run(), quiet=True, width=40).splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("✗ failing  runs/nan.log: non-finite at step 180")


def test_two_hundred_runs_stay_readable() -> None:
    reports = [made.healthy(f"ok{n}.log") for n in range(190)] + [made.nan_run() for _ in range(10)]
    lines = shown(*reports).splitlines()
    assert len(lines) < 100
    assert lines[-1] == "200 runs: ✗ 10 failing, ✓ 190 healthy"
    assert "and 190 healthy (-v)" in lines
    assert "5 more failing: check one of them alone, or -v" in lines
    assert sum("ok" in line for line in shown(*reports, verbose=True).splitlines()) >= 190


@pytest.mark.parametrize("height", [24, 30, 40, 60])
@pytest.mark.parametrize("make", [made.displacement, made.nan_run, made.healthy, made.unjudged])
def test_the_answer_fits_the_screen(make: Callable[[], Report], height: int) -> None:
    lines = shown(make(), height=height).splitlines()
    assert len(lines) < height
    assert lines[-1].split()[1] in ("FAILING", "SUSPICIOUS", "HEALTHY", "NOT")
    assert any("┤" in line for line in lines)


EXAMPLES = Path(__file__).parents[1] / "examples"


@pytest.mark.parametrize("log", ["dpo-displacement.log", "keras-overfit.csv", "language-model-nan.log"])
def test_a_sick_run_leaves_its_chart_and_the_prompt_on_a_small_screen(log: str) -> None:
    text = shown(*reports_of(EXAMPLES / log), height=24)
    assert len(text.splitlines()) <= 23
    assert "┤" in text
    assert "try " in text


def test_a_healthy_run_is_a_dozen_lines_and_a_chart() -> None:
    reports = reports_of(EXAMPLES / "sft-healthy.log")
    assert len(shown(*reports, plots=False).splitlines()) <= 12
    assert len(shown(*reports, height=24).splitlines()) <= 23


def test_several_runs_leave_their_table_on_a_small_screen() -> None:
    reports = [made.healthy(), made.displacement(), made.nan_run(), made.unjudged()]
    for height, given_up in ((24, False), (19, True)):
        lines = shown(*reports, height=height).splitlines()
        assert len(lines) < height
        assert lines[0].startswith("run ")
        assert "✗ FAILING  runs/nan.log" in lines
        assert any("causes" in line for line in lines) != given_up


def reports_of(path: Path) -> list[Report]:
    runs = [run for found in read_path(str(path), Read()) if isinstance(found, list) for run in found]
    return [examine(run, Read()) for run in runs]


def test_a_constant_is_a_sentence_and_no_picture() -> None:
    flat = made.curve("reward", [3.8] * 17)
    found = Finding("reward-flat", "warning", "high", "the reward is 3.8 throughout", "reward", "train", first_step=1)
    assert "┤" not in shown(made.report([found], "suspicious", curves=[flat], records=17))


def test_of_what_keeps_a_run_from_being_judged_the_reason_is_told_where_there_is_no_room_either() -> None:
    report = made.unjudged()
    (reason,) = report.signs["generalising"].evidence
    assert reason in shown(report)
    assert f"generalising: {reason}" in " ".join(shown(report, height=20).split())


def test_golden_of_a_refusal(capsys: pytest.CaptureFixture[str]) -> None:
    say_not_read([NotRead("notes.md", "a Markdown text", "name the log that the trainer wrote")], verbose=False)
    said = capsys.readouterr().err
    path = GOLDEN / "refused.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(said, encoding="utf-8")
    assert said == path.read_text(encoding="utf-8")


def test_worst_first_and_full_reports_of_failing_runs_only() -> None:
    text = shown(made.healthy(), made.displacement(), made.nan_run())
    order = [text.index(word) for word in ("runs/nan.log", "dpo.log", "ok.log")]
    assert order == sorted(order)
    assert "✗ FAILING  runs/nan.log" in text
    assert "SUSPICIOUS" not in text
    assert text.endswith("3 runs: ✗ 1 failing, ▲ 1 suspicious, ✓ 1 healthy\n")
    assert "SUSPICIOUS  dpo.log" in shown(made.healthy(), made.displacement(), made.nan_run(), verbose=True)


def test_a_log_cannot_write_to_the_terminal() -> None:
    evil = "\x1b[2J\x1b]0;owned\x07[bold red]x[/] \u202egnol \r\n::error::y"
    finding = Finding("non-finite", "error", "high", evil, metric=evil, split="train", first_step=2, causes=[evil])
    curve = made.curve(evil, [1.0, 2.0, 3.0], key=evil, known=False, labels={"set": evil})
    trainer = Trainer((evil,), evil, evil)
    report = made.report([finding], source=evil, curves=[curve], notes=[made.note(evil)], trainer=trainer)
    text = shown(Report(report.run, [finding], [Skipped("zero-lr", evil)], "failing"), width=100, verbose=True)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", text)
    assert "[bold red]x[/]" in text
    assert "\\x1b[2J" in text


def test_names_and_numbers_tie_plots_to_findings() -> None:
    text = shown(made.displacement(), width=140)
    assert "┊1 likelihood-displacement" in text
    assert "┊1a one-sided-margin" in text
    assert "1a one-sided-margin (rewards/margins" in text


def test_empty_result_is_empty() -> None:
    assert shown() == ""


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        (["a.log", "b.log"], ("", "")),
        (["runs/a.log", "runs/b.log"], ("runs/", "")),
        (["runs/a/x.log", "runs/b/x.log"], ("runs/", "/x.log")),
        (["runs/a/x.log", "runs/x.log"], ("runs/", "")),
        (["/r/a/x.log", "r/a/x.log"], ("", "")),
        (["runs/x.log", "runs/x.log"], ("runs/", "")),
        (["standard input", "runs/x.log"], ("", "")),
        (["/a.log", "/b.log"], ("/", "")),
    ],
)
def test_what_sources_share(sources: list[str], expected: tuple[str, str]) -> None:
    assert common([made.report(source=source).run for source in sources]) == expected
