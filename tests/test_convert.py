"""`lossdoc convert`: what was logged comes out again, and what was not stays blank."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from lossdoc.api import Options, diagnose, read_input, read_source
from lossdoc.input.source import Source
from lossdoc.model.run import Run
from lossdoc.show import table

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
LOG = "\n".join(
    [
        '{"step": 1, "loss": 2.0, "grad_norm": 1.0}',
        '{"step": 2, "loss": NaN}',
        '{"step": 3, "loss": Infinity, "grad_norm": 0.5}',
        '{"step": 3, "eval_loss": 1.5}',
    ]
)


@pytest.fixture
def runs() -> list[Run]:
    found = read_input(None, Options(), LOG.encode())
    assert isinstance(found, list)
    return found


def test_wide_csv_keeps_blank_and_nan_apart(runs: list[Run]) -> None:
    rows = list(csv.DictReader(io.StringIO(table.encode(runs, "csv", True).decode())))
    assert [row["step"] for row in rows] == ["1.0", "2.0", "3.0"]
    assert [row["loss"] for row in rows] == ["2.0", "NaN", "Infinity"]
    assert [row["grad_norm"] for row in rows] == ["1.0", "", "0.5"]
    assert [row["eval/loss"] for row in rows] == ["", "", "1.5"]


def test_tidy_json_lines(runs: list[Run]) -> None:
    rows = [json.loads(line) for line in table.encode(runs, "jsonl", False).splitlines()]
    assert [(r["metric"], r["split"], r["step"], r["value"], r["line"]) for r in rows[:3]] == [
        ("loss", "train", 1.0, 2.0, 1),
        ("loss", "train", 2.0, "NaN", 2),
        ("loss", "train", 3.0, "Infinity", 3),
    ]


def test_what_was_written_is_read_again(runs: list[Run], tmp_path: Path) -> None:
    path = tmp_path / "curves.csv"
    path.write_bytes(table.encode(runs, "csv", True))
    again = read_input(path, Options())
    assert isinstance(again, list)
    loss, before = again[0].get("loss"), runs[0].get("loss")
    assert loss is not None
    assert before is not None
    assert loss.values.tolist()[0] == before.values.tolist()[0]
    assert len(loss) == len(before)


CRASHED = "".join(
    f"{{'loss': {3 - n / 30:.4f}, 'learning_rate': 1e-05, 'epoch': {n / 20:.2f}}}\n" for n in range(60)
) + (
    'Traceback (most recent call last):\n  File "train.py", line 3, in <module>\n    main()\n'
    "torch.OutOfMemoryError: CUDA out of memory.\n"
)
TWO_RUNS = "".join(
    json.dumps({"run_id": run, "step": n, "loss": 1 / n if run == "a" or n < 30 else "NaN", "eval_loss": 1.2 / n})
    + "\n"
    for run in "ab"
    for n in range(1, 60)
)


@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
@pytest.mark.parametrize("log", [*sorted(EXAMPLES.glob("*.*")), CRASHED, TWO_RUNS], ids=lambda log: str(log)[-20:][:9])
def test_what_was_written_is_judged_alike(log: Path | str, form: table.Format, wide: bool) -> None:
    if form == "parquet":
        pytest.importorskip("pyarrow")
    source = Source.from_path(log) if isinstance(log, Path) else Source.from_text(log)
    first = read_source(source, Options())
    assert isinstance(first, list)
    again = read_source(Source("curves", table.encode(first, form, wide)), Options())
    assert isinstance(again, list)
    assert list(map(_judged, again)) == list(map(_judged, first))
    assert {run.format for run in again} == {"lossdoc-parquet" if form == "parquet" else "lossdoc"}


def _judged(run: Run) -> object:
    report = diagnose(run, Options())
    signs = {name: sign.answer for name, sign in report.signs.items()}
    return report.verdict, signs, [(f.check, f.first_step) for f in report.findings], run.trainer.candidates


def test_what_says_nothing_about_itself_is_told() -> None:
    head = "source,run,axis,step,loss,about\n"
    found = read_source(Source.from_text(head + "".join(f"a,,step,{n},{3 / n},{{\n" for n in range(1, 9))), Options())
    assert isinstance(found, list)
    assert {u.why for u in found[0].unread} == {"what stands under about is no object"}
    cut = read_source(
        Source.from_text(head + "".join(f"a,,step,{n},{3 / n},\n" for n in range(1, 9)) + "a,,step"), Options()
    )
    assert isinstance(cut, list)
    assert [u.why for u in cut[0].unread] == ["the row is cut: 3 of 6 cells"]
