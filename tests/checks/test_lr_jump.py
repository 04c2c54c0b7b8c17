"""Learning rates that rise again."""

from __future__ import annotations

import numpy as np
import pytest

from lossdoc.checks._schedule import _climb, rises
from tests.checks.losses import Floats, falling, loss
from tests.checks.synthetic import curve, found


def cosine(n: int, peak: float = 1e-3) -> Floats:
    return peak * (1 + np.cos(np.linspace(0, np.pi, n))) / 2


def test_a_jump_of_a_constant_rate() -> None:
    y = np.concatenate([np.full(140, 3e-3), np.full(120, 9e-2)])
    (finding,) = found("lr-jump", curve("learning_rate", y), trainer="sft")
    assert (finding.severity, finding.first_step) == ("warning", 141)
    assert "constant" in finding.message


def test_a_cosine_that_comes_back_up() -> None:
    y = 3e-3 * (1 + np.cos(np.linspace(0, 2 * np.pi, 361))) / 2
    (finding,) = found("lr-jump", curve("learning_rate", y), trainer="sft")
    assert "climbs again" in finding.message
    assert finding.first_step == 181


def test_warm_restarts_are_information() -> None:
    y = np.concatenate([cosine(100)] * 4)
    assert [f.severity for f in found("lr-jump", curve("learning_rate", y), trainer="sft")] == ["info"]


SCHEDULES = {
    "constant": np.full(300, 1e-3),
    "linear": np.linspace(1e-3, 0, 300),
    "cosine": cosine(300),
    "warm-up and cosine": np.concatenate([np.linspace(0, 1e-3, 30), cosine(270)]),
    "one-cycle": np.concatenate([np.linspace(4e-5, 1e-3, 90), cosine(210)]),
    "steps": np.repeat([1e-3, 1e-4, 1e-5], 100),
    "exponential": 1e-3 * 0.99 ** np.arange(300),
    "WSD": np.concatenate([np.linspace(0, 1e-3, 20), np.full(220, 1e-3), np.linspace(1e-3, 0, 60)]),
    "inverse square root": np.concatenate([np.linspace(0, 1e-3, 40), 1e-3 * np.sqrt(40 / np.arange(40, 300))]),
    "on plateau": np.repeat([1e-3, 5e-4, 2.5e-4, 1.25e-4], [60, 90, 30, 120]),
}


@pytest.mark.parametrize("name", list(SCHEDULES))
def test_schedules_are_silent(name: str) -> None:
    assert not found("lr-jump", curve("learning_rate", SCHEDULES[name]), loss(falling()), trainer="sft")


def test_a_rounded_warm_up_is_silent() -> None:
    y = np.round(np.concatenate([np.linspace(0, 2e-4, 40), np.linspace(2e-4, 0, 260)]), 5)
    assert not found("lr-jump", curve("learning_rate", y), trainer="sft")


def test_an_adaptive_rate_is_silent() -> None:
    rng = np.random.default_rng(0)
    y = 3e-4 * np.exp(np.cumsum(rng.choice([-0.4, 0.0, 0.4], 300)) * 0.5)
    assert not found("lr-jump", curve("learning_rate", y), trainer="ppo")


@pytest.mark.parametrize("digits", [6, 7])
def test_a_long_warm_up_printed_with_few_digits_is_silent(digits: int) -> None:
    y = np.round(np.concatenate([np.linspace(0, 6e-4, 700), np.linspace(6e-4, 4e-5, 900)]), digits)
    assert not found("lr-jump", curve("learning_rate", y), trainer="sft")


def test_the_optimizers_rate_before_the_scheduler_is_silent() -> None:
    y = np.concatenate([[5e-4], np.linspace(2e-6, 5e-4, 200), np.linspace(5e-4, 1e-5, 300)])
    assert not found("lr-jump", curve("learning_rate", y), trainer="sft")


def test_one_rise_along_a_line_is_no_jump_however_few_digits_are_printed() -> None:
    printed = np.array([float(f"{value:.3g}") for value in np.linspace(1e-8, 1e-4, 20_000)])
    assert not found("lr-jump", curve("learning_rate", printed), trainer="sft")
    printed[15_000:] *= 2
    assert found("lr-jump", curve("learning_rate", printed), trainer="sft")


def test_a_rate_that_rises_and_then_stays_is_judged() -> None:
    assert rises(np.array([1.0, 3.0, 4.0, 2.0, 2.0, 2.0, 2.0])) == []
    assert _climb(np.array([1.0, 2.0, 2.0, 2.0])) == 1
