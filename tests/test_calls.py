"""`import lossdoc`: every kind of log in memory is judged as its file is, examples run, nothing heavy is imported."""

from __future__ import annotations

import doctest
import html
import json
import pkgutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import lossdoc
from lossdoc import calls
from lossdoc.model import finding as model
from lossdoc.readers._in_memory import in_memory
from lossdoc.readers.json.trainer_state import SAMPLES

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "examples"


def history(nan_from: int = 10**9) -> list[dict[str, Any]]:
    """A `log_history` of transformers: a row every 10 steps, an evaluation every 50, the summary at the end."""
    rows: list[dict[str, Any]] = []
    for step in range(10, 610, 10):
        sick = step >= nan_from
        loss = float("nan") if sick else 1.5 + 3 / (1 + step / 50) + step % 7 / 100
        rate = 1e-4 * (1 - step / 600)
        rows.append({"loss": loss, "grad_norm": 1.0 + step % 3 / 10, "learning_rate": rate, "epoch": step / 600})
        rows[-1]["step"] = step
        if step % 50 == 0:
            value = 1.6 + 3 / (1 + step / 50)
            rows.append({"eval_loss": value, "eval_runtime": 1.5, "epoch": step / 600, "step": step})
    rows.append({"train_runtime": 60.0, "train_loss": 2.0, "epoch": 1.0, "step": 600})
    return rows


def curves(report: model.Report) -> dict[tuple[str, str], tuple[list[float], list[str]]]:
    """Steps and values by metric and split; values as words, so that NaN equals NaN."""
    return {(c.metric, c.split): (c.steps.tolist(), [str(v) for v in c.values]) for c in report.run.curves}


@pytest.mark.parametrize("module", [calls, lossdoc], ids=["calls", "lossdoc"])
def test_the_examples_of_docstrings_run(module: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    done = doctest.testmod(module, extraglobs={"lossdoc": lossdoc})
    assert done.attempted >= 3
    assert done.failed == 0


def test_import_is_cheap_and_names_are_there() -> None:
    code = (
        "import sys; before = set(sys.modules); import lossdoc\n"
        "print(sorted({m.split('.')[0] for m in set(sys.modules) - before if not m.startswith('_')}))\n"
        "print(set(lossdoc.__all__) <= set(dir(lossdoc)))"
    )
    done = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, cwd=ROOT / "src")
    found, complete = done.stdout.splitlines()
    assert not {"numpy", "pandas", "msgspec", "rich", "typer"} & set(json.loads(found.replace("'", '"')))
    assert complete == "True"
    with pytest.raises(AttributeError, match="no attribute 'chek'"):
        lossdoc.chek  # type: ignore[attr-defined]  # noqa: B018


def test_no_room_hides_a_call() -> None:
    """Importing `lossdoc.x` puts the room in the place of the call x."""
    assert not set(lossdoc.__all__) & {module.name for module in pkgutil.iter_modules(lossdoc.__path__)}


@pytest.mark.parametrize("nan_from", [10**9, 300])
def test_rows_a_table_and_a_state_are_judged_as_the_file(tmp_path: Path, nan_from: int) -> None:
    rows = history(nan_from)
    settings = {"max_steps": 600, "num_train_epochs": 1}
    (tmp_path / "trainer_state.json").write_text(json.dumps({"log_history": rows, **settings}, indent=1))
    file = lossdoc.check(tmp_path / "trainer_state.json")
    state = SimpleNamespace(log_history=rows, **settings)
    for log in (rows, state, SimpleNamespace(state=state), pd.DataFrame(rows), pd.DataFrame(rows).set_index("step")):
        report = lossdoc.check(log)
        assert curves(report) == curves(file)
        assert (report.verdict, [f.check for f in report.roots]) == (file.verdict, [f.check for f in file.roots])
    assert (file.verdict == "failing") == (nan_from < 600)


def test_arrays_and_keras_histories() -> None:
    loss = 2 * np.exp(-np.arange(40) / 9)
    table = {"loss": loss.tolist(), "val_loss": (loss + 0.05).tolist()}
    one, two = lossdoc.check(table), lossdoc.check(SimpleNamespace(history=table, epoch=list(range(40))))
    assert [v for _, v in curves(one).values()] == [v for _, v in curves(two).values()]
    assert two.run.curves[0].axis == "epoch"
    assert two.run.curves[0].steps[[0, -1]].tolist() == [1, 40]
    with pytest.raises(ValueError, match="loss: 40, val_loss: 1"):
        lossdoc.check({"loss": loss, "val_loss": [1.0]})


def test_blank_cells_of_a_table() -> None:
    """Sparse columns in rows of others are not logged; a column that stops as its companions go on is NaN."""
    rows = [
        {"step": n, "loss": 1.0 / n, "grad": 2.0, **({"eval_loss": 1.0} if n % 10 == 0 else {})} for n in range(1, 101)
    ]
    for row in rows[60:]:
        row["loss"] = float("nan")
    got = {c.metric + c.split: c for c in lossdoc.read(pd.DataFrame(rows))[0].curves}
    assert len(got["losstrain"]) == 100
    assert int(np.isnan(got["losstrain"].values).sum()) == 40
    assert len(got["losseval"]) == 10
    blank = lossdoc.read(pd.DataFrame({"step": [1, 2, 3], "loss": [np.nan] * 3, "lr": [0.1] * 3}))[0].get("loss")
    assert blank is not None
    assert np.isnan(blank.values).all()


def test_values_of_other_libraries_and_what_is_no_metric() -> None:
    class Tensor:
        def __float__(self) -> float:
            return 0.5

    row = {"loss": Tensor(), "n": np.float32(2), "flag": True, "list": [1, 2], "none": None, "part": {"a": 1}}
    (record,) = in_memory([row]).items
    assert record.values == {"loss": 0.5, "n": 2.0, "part/a": 1}  # type: ignore[union-attr]


@pytest.mark.parametrize("log", [3, None, [1, 2], ["a"]])
def test_what_is_no_log_is_said(log: Any) -> None:
    with pytest.raises(TypeError, match=r"not (int|NoneType|str)"):
        lossdoc.check(log)


def test_no_metrics_and_several_runs(tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("# Notes\n\nRemember the milk.\n")
    with pytest.raises(lossdoc.NotALog, match=r"notes\.md: found"):
        lossdoc.check(tmp_path / "notes.md")
    with pytest.raises(lossdoc.NotALog, match="0 rows"):
        lossdoc.check([])
    with pytest.raises(lossdoc.SeveralRuns, match=r"4 runs: .*run=.*check_all") as error:
        lossdoc.check(EXAMPLES / "*")
    name = next(name for name in error.value.names if name.endswith("nan.log"))
    assert lossdoc.check(EXAMPLES / "*", run=name).verdict == "failing"
    assert len(lossdoc.check_all(EXAMPLES / "*")) == 4
    with pytest.raises(ValueError, match="no run 'x'; there are"):
        lossdoc.check(EXAMPLES / "*", run="x")


def test_options_reach_the_judge_and_are_checked() -> None:
    rows = history(300)
    assert [f.check for f in lossdoc.check(rows, select="non-finite").findings] == ["non-finite"]
    assert "non-finite" not in {f.check for f in lossdoc.check(rows, ignore=["non-finite"]).findings}
    assert lossdoc.check(rows, trainer="dpo", settings={"beta": 0.3}).run.config["beta"] == 0.3
    with pytest.raises(ValueError, match="no check 'nan'"):
        lossdoc.check(rows, select=["nan"])
    with pytest.raises(ValueError, match="dpo"):
        lossdoc.check(rows, trainer="dpoo")
    assert lossdoc.check((EXAMPLES / "sft-healthy.log").read_bytes()).run.source == "standard input"


def test_a_report_shows_itself() -> None:
    report = lossdoc.check(history(300))
    words, frame = report._repr_html_().split("\n", 1)
    assert words.startswith("<p>log_history: <b>failing</b></p><ul><li><b>non-finite</b> at step 300: ")
    assert words.count("<li>") == len(report.roots)
    assert lossdoc.check(history())._repr_html_().startswith("<p>log_history: <b>healthy</b></p>\n<iframe ")
    evil = lossdoc.check([{"step": n, "<script>alert(1)</script>": float("nan")} for n in range(40)])
    assert "<script" not in evil._repr_html_()
    page = html.unescape(frame.split('srcdoc="', 1)[1].rsplit('" sandbox', 1)[0])
    assert page.startswith("<!doctype html>")
    assert page == report.render("html")
    assert not any(
        word in page.replace("https://github.com/leeoniya/uPlot", "") for word in ("src=", "http:", "https:")
    )
    assert "<" not in frame[len("<iframe ") : -len("></iframe>")]
    assert repr(report) == f"<Report of log_history: failing, {len(report.findings)} findings>"
    assert "non-finite" in str(report)
    assert json.loads(report.render("json"))["runs"][0]["verdict"] == "failing"
    table = report.to_pandas()
    assert table["check"].tolist() == [f.check for f in report.findings]
    assert table["id"].tolist() == [f.id for f in report.findings]
    assert lossdoc.check(history()).to_pandas().columns.tolist() == table.columns.tolist()
    with pytest.raises(ValueError, match="no format 'pdf'"):
        report.render("pdf")


def test_compare_takes_logs_and_reports() -> None:
    base = history()
    worse = [{key: value + 2 if key.endswith("loss") else value for key, value in row.items()} for row in base]
    found = lossdoc.compare(lossdoc.check(base), worse, metric=["loss"])
    assert [c.standing for c in found.conclusions] == ["worse"]
    assert "worse" in str(found)
    assert "|" in found._repr_markdown_()
    with pytest.raises(ValueError, match="two runs"):
        lossdoc.compare(base)


def test_explain_is_the_page_of_the_command() -> None:
    assert "0.693147" in lossdoc.explain(0.6931, trainer="dpo")
    assert "10.8249" in lossdoc.explain("cross-entropy", classes=50257)
    with pytest.raises(LookupError, match="grad_norm"):
        lossdoc.explain("grad_nrom")


def test_the_state_of_the_trainers_own_sample() -> None:
    """What stands in memory is read as the sample of the file that it is written to."""
    sample = SAMPLES[0]
    items = in_memory(SimpleNamespace(**json.loads(sample.text))).items
    values = [item.values for item in items if hasattr(item, "values")]
    assert str(values) == str([dict(record.values) for record in sample.records])
