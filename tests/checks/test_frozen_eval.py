"""Evals of other weights."""

from __future__ import annotations

import pytest

from tests.checks.losses import SEEDS, evals, falling, level, loss, rounded
from tests.checks.synthetic import found


@pytest.mark.parametrize("seed", SEEDS)
def test_equal_evals_of_a_moving_run(seed: int) -> None:
    got = found("frozen-eval", loss(falling(seed=seed)), evals([6.234567] * 5), trainer="sft")
    assert [f.first_step for f in got] == [50]


def test_a_run_that_stands_still_is_another_illness() -> None:
    assert not found("frozen-eval", loss(level()), evals([6.234567] * 5), trainer="sft")


def test_few_digits_prove_nothing() -> None:
    assert not found("frozen-eval", loss(falling()), rounded(evals([0.251] * 5), 2), trainer="sft")


@pytest.mark.parametrize("seed", SEEDS)
def test_evals_that_move_are_silent(seed: int) -> None:
    assert not found("frozen-eval", loss(falling(seed=seed)), evals(falling(6, seed=seed)), trainer="sft")
