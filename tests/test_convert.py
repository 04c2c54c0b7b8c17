"""`lossdoc convert`: what was logged comes out again, and what was not stays blank."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from lossdoc.api import Options, read_input
from lossdoc.model.run import Run
from lossdoc.show import table

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
