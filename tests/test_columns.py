"""Columns of stores: counters that differ, counters that go back."""

from __future__ import annotations

import numpy as np

from lossdoc.assemble import assemble
from lossdoc.knowledge import Knowledge
from lossdoc.model.record import Columns
from lossdoc.model.run import Curve, Run
from lossdoc.show.notes import in_words


def run_of(*columns: Columns) -> Run:
    (run,) = assemble(list(columns), Knowledge.load(()), source="events", format_name="tfevents")
    return run


def curve(run: Run, key: str) -> Curve:
    return next(c for c in run.curves if c.key == key)


STEPS = np.arange(100.0, 20_001.0, 100.0)


def test_epochs_are_laid_on_the_steps() -> None:
    epochs = np.arange(0.0, 20.0)
    train, held_out = Columns("train/loss", STEPS, 1 / STEPS), Columns("eval/loss", epochs, 2 / (1 + epochs))
    run = run_of(train, held_out)
    found = curve(run, "eval/loss")
    assert found.steps.tolist() == [1000.0 * (1 + epoch) for epoch in epochs]
    assert found.steps_inferred
    assert [*map(in_words, run.notes)] == ["eval/loss counts epochs or episodes: spread evenly over the 20000 steps"]


def test_a_counter_with_gaps_counts_steps() -> None:
    early = np.arange(10.0, 110.0, 10.0)
    run = run_of(Columns("train/loss", STEPS, 1 / STEPS), Columns("eval/loss", early, 1 / early))
    assert curve(run, "eval/loss").steps.tolist() == early.tolist()
    assert not run.notes


def test_a_counter_that_goes_back_again_and_again_is_none() -> None:
    back = np.ravel([[100 * i + 60, 100 * i] for i in range(50)]).astype(float)
    run = run_of(Columns("train/loss", STEPS, 1 / STEPS), Columns("train/dice", back, np.linspace(0, 1, 100)))
    found = curve(run, "train/dice")
    assert (len(found), found.axis) == (100, "row")
    assert run.dropped_records == 0


def test_a_counter_that_never_moves_is_none() -> None:
    """A writer of a detector's events hands each value the same step."""
    run = run_of(Columns("train/box_loss", np.ones(50), np.linspace(2, 1, 50)), Columns("map", np.ones(2), np.ones(2)))
    found = curve(run, "train/box_loss")
    assert (found.steps.tolist(), found.axis, found.steps_inferred) == (list(range(50)), "row", True)
    assert curve(run, "map").axis == "step"  # a value that is written twice
