"""Rows that every rank wrote are read once; runs, replays and standing curves keep theirs."""

from __future__ import annotations

import pytest

from lossdoc.api import Options, read_source
from lossdoc.input.source import Source
from lossdoc.model.run import Run

ROWS = [f"{{'loss': {2 - 0.01 * n:.4f}, 'learning_rate': 1e-05, 'epoch': {0.1 * (n + 1):.2f}}}" for n in range(30)]
CLOSING = "{'train_runtime': 12.5, 'train_loss': 1.85, 'epoch': 3.0}"


def run_of(lines: list[str]) -> Run:
    runs = read_source(Source.from_text("\n".join(lines) + "\n"), Options())
    assert isinstance(runs, list)
    (run,) = runs
    return run


def shape(run: Run) -> list[tuple[str, list[float], list[float]]]:
    return [(curve.metric, curve.steps.tolist(), curve.values.tolist()) for curve in run.curves]


def named(n: int, line: str) -> str:
    return f"[rank{n}]: {line}"


@pytest.mark.parametrize("ranks", [2, 8])
@pytest.mark.parametrize("block", [1, 4])
def test_named_ranks_are_one_run(ranks: int, block: int) -> None:
    rows = [*ROWS, CLOSING]
    blocks = [rows[at : at + block] for at in range(0, len(rows), block)]
    run = run_of([named(n, line) for lines in blocks for n in range(ranks) for line in lines])
    assert shape(run) == shape(run_of(rows))
    assert run.records == ranks * len(rows)
    assert run.dropped_records == (ranks - 1) * len(rows)


def test_ranks_with_numbers_of_their_own_are_one_run() -> None:
    lines = [named(n, row.replace(", 'learning", f"{n}, 'learning")) for row in ROWS for n in range(4)]
    run = run_of(lines)
    assert shape(run) == shape(run_of([row.replace(", 'learning", "0, 'learning") for row in ROWS]))


def test_a_metric_that_only_another_rank_prints_is_kept() -> None:
    lines = [
        line for row in ROWS for line in (named(0, row), named(3, row), named(3, "{'eval_loss': 1.5, 'epoch': 1}"))
    ]
    assert {(curve.metric, curve.split) for curve in run_of(lines).curves} >= {("loss", "train"), ("loss", "eval")}


def test_unnamed_ranks_are_read_once() -> None:
    assert shape(run_of([row for row in ROWS for _ in range(4)])) == shape(run_of(ROWS))


def test_a_loss_that_stands_still_keeps_its_points() -> None:
    still = ["{'loss': 0.0, 'learning_rate': 1e-05}"] * 30
    assert [len(curve) for curve in run_of(still).curves] == [30, 30]
    assert len(run_of([*ROWS, *ROWS[-1:] * 9]).curves[0]) > 30


def test_processes_one_after_another_are_no_ranks() -> None:
    first, second = [named(0, row) for row in ROWS[:15]], [named(1, row) for row in ROWS[15:]]
    assert shape(run_of(first + second)) == shape(run_of(ROWS))
