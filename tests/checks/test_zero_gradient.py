"""Gradient norms of exactly 0."""

from __future__ import annotations

import numpy as np

from tests.checks.losses import falling, level, loss, rounded
from tests.checks.synthetic import curve, found


def test_a_cut_graph() -> None:
    (finding,) = found("zero-gradient", loss(level()), curve("grad_norm", np.zeros(300)), trainer="sft")
    assert finding.severity == "error"


def test_half_of_the_records() -> None:
    g = np.where(np.arange(300) % 5 < 3, 0.0, 1.0)
    assert found("zero-gradient", loss(level()), curve("grad_norm", g), trainer="sft")


def test_a_loss_that_improves_contradicts() -> None:
    assert not found("zero-gradient", loss(falling()), curve("grad_norm", np.zeros(300)), trainer="sft")


def test_steps_without_advantage_are_normal() -> None:
    g = np.where(np.arange(300) % 5 < 3, 0.0, 1.0)
    assert not found("zero-gradient", curve("reward", level()), curve("grad_norm", g), trainer="grpo")


def test_rounding_is_no_zero() -> None:
    g = np.abs(level(300, 0.003, 0.003))
    assert not found("zero-gradient", loss(level()), rounded(curve("grad_norm", g), 2), trainer="sft")
