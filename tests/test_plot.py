"""`lossdoc plot`: what is chosen, how it is prepared, and that terminal and file show the same."""

from __future__ import annotations

import json
import re
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace
from typer.testing import CliRunner

from lossdoc.cli import app
from lossdoc.knowledge import Knowledge
from lossdoc.model.finding import Report
from lossdoc.show.picture import Choice, Plot, arrange, png, smoothed, svg, text
from lossdoc.show.report import Options
from lossdoc.show.screen import Screen
from tests.report_maker import curve, displacement, healthy, nan_run

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
KNOWLEDGE = Knowledge.load()
SVG = "{http://www.w3.org/2000/svg}"


def plots(*words: str, reports: tuple[Report, ...] | None = None, **choice: Any) -> list[Plot]:
    return arrange(reports or (displacement(),), KNOWLEDGE, Choice(words, **choice))


def names(found: list[Plot]) -> list[tuple[str, list[str]]]:
    return [(plot.title, [line.name for line in plot.lines]) for plot in found]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("loss",), [("loss", ["train", "eval"])]),
        (("eval_loss",), [("loss", ["eval"])]),
        (("eval_loss", "loss", "eval_loss"), [("loss", ["eval", "train"])]),
        (("grad_norm", "loss"), [("grad_norm", ["train"]), ("loss", ["train", "eval"])]),
        (("logps/chosen",), [("logp_chosen", ["train"])]),
        (("logps/*",), [("logp_chosen", ["train"]), ("logp_rejected", ["train"])]),
        (("gnorm",), [("grad_norm", ["train"])]),
        (("My/Custom",), [("my/custom", ["train"])]),
    ],
)
def test_words_choose_curves(words: tuple[str, ...], expected: list[tuple[str, list[str]]]) -> None:
    assert names(plots(*words)) == expected


def test_without_words_it_draws_what_check_draws() -> None:
    assert names(plots())[0][0] == "logp_chosen"


def test_a_word_that_no_run_logs_is_said_with_what_there_is() -> None:
    with pytest.raises(ValueError, match=r"no run logs 'lost'; there are .*eval loss, grad_norm"):
        plots("lost")


def test_several_runs_share_a_plot_and_say_whose_finding_it_is() -> None:
    (plot,) = plots("loss", reports=(nan_run(), healthy()))
    assert [line.name for line in plot.lines] == ["runs/nan.log train", "ok.log train"]
    assert [label for label, _ in plot.findings] == ["1:1", "1:1a"]
    (alone,) = plots("loss", reports=(nan_run(),), findings=False)
    assert alone.findings == []


def test_a_range_cuts_points_and_findings() -> None:
    (plot,) = plots("loss", reports=(nan_run(),), steps=(160.0, 250.0))
    assert plot.lines[0].curve.steps[[0, -1]].tolist() == [160, 250]
    assert [finding.check for _, finding in plot.findings] == ["non-finite"]
    assert plots("loss", steps=(1e6, 2e6)) == []


def test_smoothing_is_the_mean_so_far_and_nan_stays() -> None:
    got = smoothed(curve("loss", [1.0, 3.0, np.nan, 5.0]), 0.5).values
    assert got[:2].tolist() == [1.0, (0.5 * 1 + 3) / 1.5]
    assert np.isnan(got[2])
    assert got[3] == pytest.approx(((0.25 * 1 + 0.5 * 3) + 5) / 1.75)
    flat = curve("loss", np.full(50, 2.0))
    assert smoothed(flat, 0.99).values == pytest.approx(2.0)
    assert smoothed(flat, 0.0) is flat
    (plot,) = plots("grad_norm", smooth=0.9)
    assert plot.lines[0].raw is not None
    assert np.ptp(plot.lines[0].curve.values) < np.ptp(plot.lines[0].raw.values)


def test_a_log_axis_says_what_it_cannot_show() -> None:
    report = healthy()
    report.run.curves = [replace(report.run.curves[0], values=np.r_[0.0, -1.0, np.nan, np.geomspace(1, 1e6, 97)])]
    (plot,) = plots("loss", reports=(report,), log=True)
    assert plot.notes == ["2 of 100 values of train are 0 or less and not on a log axis"]
    assert len(plot.lines[0].curve) == 98
    page = text.write([plot], Options(width=60), 10)
    assert "log scale" in page
    assert "2 of 100 values" in page
    (linear,) = plots("loss", reports=(report,), log=False)
    assert (linear.log, linear.notes) == (False, [])


def test_the_terminal_shows_titles_marks_and_nan_within_its_size() -> None:
    found = plots("loss", "grad_norm", reports=(nan_run(),), smooth=0.6)
    page = text.write(found, Options(width=70), 12)
    assert " loss  ⣿ train (121 NaN)" in page
    assert "┊1 non-finite" in page
    assert "1 infinite" in page
    lines = page.splitlines()
    assert max(map(len, lines)) <= 70
    assert len(lines) == 12 * 2 + 2 + 1 + 1  # two plots, their titles, one line of findings, one blank between
    assert text.write(found, Options(width=70, ascii=True), 12).isascii()


def test_the_file_shows_the_same() -> None:
    found = plots("loss", "grad_norm", reports=(nan_run(),), smooth=0.6)
    root = ET.fromstring(svg.write(found))
    words = " ".join("".join(node.itertext()) for node in root.iter(f"{SVG}text"))
    for word in ("loss", "train", "grad_norm", "1 non-finite"):
        assert word in words
    assert len([g for g in root.iter(f"{SVG}g") if g.get("class") == "behind"]) == 2
    assert len(list(root.iter(f"{SVG}polyline"))) >= 4
    size = [float(v) for v in root.get("viewBox", "").split()]
    for line in root.iter(f"{SVG}polyline"):
        numbers = [float(v) for v in re.split("[ ,]", line.get("points", ""))]
        assert all(0 <= v <= size[2] for v in numbers)


def test_a_long_legend_breaks_into_lines_and_names_every_run() -> None:
    reports = tuple(
        replace(nan_run(), run=replace(nan_run().run, source=f"/data/runs/a-rather-long-name-of-a-run-{n}/out.log"))
        for n in range(6)
    )
    found = plots("loss", reports=reports)
    page, picture = text.write(found, Options(width=80), 20), svg.write(found)
    assert "…" not in page
    for n in range(6):
        for shown in (page, picture):
            assert f"a-rather-long-name-of-a-run-{n} train (121 NaN)" in shown
    for line in ET.fromstring(picture).iter(f"{SVG}text"):
        assert len("".join(line.itertext())) < 90


def test_a_hostile_key_stays_text() -> None:
    report = healthy()
    report.run.curves = [replace(report.run.curves[0], metric="<script>x</script>\x1b[31m", key="k")]
    found = arrange([report], KNOWLEDGE, Choice(("k",)))
    ET.fromstring(svg.write(found))
    assert "<script" not in svg.write(found)
    assert "\x1b" not in text.write(found, Options(), 10)


def run(*words: object) -> Any:
    return CliRunner().invoke(app, ["plot", *map(str, words)])


def test_the_command(tmp_path: Path) -> None:
    log = EXAMPLES / "language-model-nan.log"
    done = run(log, "-m", "loss", "--width", 60, "--height", 20)
    assert done.exit_code == 0
    assert "masked-nan" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 60
    out = tmp_path / "a.svg"
    assert run(log, EXAMPLES / "sft-healthy.log", "-m", "loss", "-o", out).exit_code == 0
    page = out.read_text()
    assert "sft-healthy.log train" in page
    assert "1:1 masked-nan" in page
    for bad in (["-o", tmp_path / "a.gif"], ["-m", "lost"], ["--steps", "9"], ["--steps", "9:1"], ["--steps", "1e9:"]):
        assert run(log, *bad).exit_code == 2
    assert run(tmp_path / "missing.log").exit_code == 2


def test_a_png_shows_what_the_svg_shows(tmp_path: Path) -> None:
    pytest.importorskip("resvg_py")
    out = tmp_path / "a.png"
    done = run(EXAMPLES / "language-model-nan.log", "-m", "loss", "-o", out)
    if "no font" in done.stderr:
        pytest.skip("no font on this machine")
    assert done.exit_code == 0
    assert out.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    drawing = svg.write(plots("loss"))
    assert not re.search("var[(]|@media", png.light(drawing))
    assert "#fff" in png.light(drawing)


def test_without_its_package_a_png_is_refused_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with pytest.raises(ValueError, match=r"lossdoc\[png\]"):
        png.write(plots("loss"))


def test_a_log_that_grows_is_drawn_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "run.jsonl"
    rows = [json.dumps({"step": n, "loss": 3 / (n + 1)}) + "\n" for n in range(40)]
    log.write_text("".join(rows[:20]))
    drawn: list[str] = []
    monkeypatch.setattr(Screen, "show", lambda _, picture: drawn.append(picture))

    def grow(_: float) -> None:
        if "step 30" in drawn[-1] or len(drawn) > 1000:
            raise KeyboardInterrupt
        with log.open("a") as file:
            file.write("".join(rows[20:]) if len(drawn) == 3 else "")

    monkeypatch.setattr("time.sleep", grow)
    assert run(log, "-m", "loss", "--follow").exit_code == 0
    assert "step 30" not in drawn[0]
    assert "step 30" in drawn[-1]
    assert run(log, "--follow", "-o", tmp_path / "a.svg").exit_code == 2
