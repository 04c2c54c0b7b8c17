"""Rows over several lines read as the same rows on one line; other text stays as it is."""

from __future__ import annotations

import json
import pprint

import pytest

from lossdoc.api import Options, read_source
from lossdoc.input.source import Source
from lossdoc.input.wrapped import joined
from lossdoc.model.run import Run

ROWS = [
    {
        "loss": 2 - 0.1 * n,
        "grad_norm": 1.25,
        "learning_rate": 1e-05,
        "rewards/margins": 0.125 * n,
        "epoch": 0.5 * n + 0.5,
    }
    for n in range(8)
]


def run_of(text: str) -> Run:
    runs = read_source(Source.from_text(text), Options())
    assert isinstance(runs, list)
    (run,) = runs
    return run


def shape(run: Run) -> list[tuple[str, list[float], list[float]]]:
    return sorted((curve.metric, curve.steps.tolist(), curve.values.tolist()) for curve in run.curves)


def cut(text: str, width: int) -> str:
    return "\n".join(line[at : at + width] for line in text.splitlines() for at in range(0, len(line), width))


FLAT = "".join(f"{row}\n" for row in ROWS)
OBJECTS = "".join(json.dumps(row) + "\n" for row in ROWS)


@pytest.mark.parametrize(
    ("text", "flat"),
    [
        (cut(FLAT, 60), FLAT),
        (cut(FLAT, 37), FLAT),
        (cut(FLAT, 60).replace("\n", "\r\n"), FLAT),
        ("starting\n" + "\n".join(pprint.pformat(row) for row in ROWS), FLAT),
        (
            "starting\n" + "".join("{\n" + ",\n".join(f"    {k!r}: {v}" for k, v in r.items()) + "\n}\n" for r in ROWS),
            FLAT,
        ),
        ("\n".join(json.dumps(row, indent=2) for row in ROWS), OBJECTS),
        ("starting\n" + "\nsaved\n".join(json.dumps(row, indent=4) for row in ROWS), OBJECTS),
    ],
    ids=["terminal", "narrow", "Windows", "pprint", "rich", "objects", "objects between"],
)
def test_a_row_over_several_lines_is_a_row(text: str, flat: str) -> None:
    assert shape(run_of(text)) == shape(run_of(flat))


def test_line_numbers_hold() -> None:
    lines = cut(FLAT, 60).splitlines()
    begins = [number for number, line in enumerate(lines, 1) if line.startswith("{'loss'")]
    assert run_of("\n".join(lines)).curves[0].lines.tolist() == begins


def test_what_stands_behind_a_row_stays_beside_it() -> None:
    text = "TrainOutput(global_step=4, metrics={'train_loss': 3.84,\n 'epoch': 0.5})\nend\n"
    assert joined(text) == "TrainOutput(global_step=4, metrics={'train_loss': 3.84, 'epoch': 0.5})\n\nend\n"


@pytest.mark.parametrize(
    "text",
    [
        FLAT,
        "{'name': 'x',\n 'colour': 'red'}\n",
        "if a:\n    b = {\n        c: d,\n    }\n",
        '{\n  "log_history": [{"loss": 1}],\n  "step": 3\n}\n',
        "{'loss': 0.5, 'epoch'\nTraceback (most recent call last):\n",
    ],
)
def test_other_text_stays(text: str) -> None:
    assert joined(text) == text
