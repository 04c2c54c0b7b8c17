"""Rises that come back."""

from __future__ import annotations

import numpy as np
import pytest

from tests.checks.losses import SEEDS, falling, loss
from tests.checks.synthetic import curve, found


@pytest.mark.parametrize("seed", SEEDS)
def test_a_burst_of_bad_batches(seed: int) -> None:
    y = falling(seed=seed)
    y[150:156] += 3
    (finding,) = found("loss-spike", loss(y), trainer="sft")
    assert finding.severity == "warning"
    assert finding.first_step == 151


def test_one_bad_batch_of_a_very_long_run_informs() -> None:
    y = falling(20000)
    y[12000:12004] += 1.8
    assert [f.severity for f in found("loss-spike", loss(y), trainer="sft")] == ["info"]
    y[12000:12004] += 4  # above the loss at the start
    assert [f.severity for f in found("loss-spike", loss(y), trainer="sft")] == ["warning"]


def test_single_outliers_are_counted() -> None:
    y = falling()
    y[[60, 140, 220]] += 40
    (finding,) = found("loss-spike", loss(y), trainer="sft")
    assert finding.measured["spikes"] == 3


def test_a_jump_that_decays_slowly() -> None:
    y = falling()
    y[150:] += 3 * np.exp(-np.arange(150) / 15)
    assert found("loss-spike", loss(y), trainer="sft")


@pytest.mark.parametrize("seed", range(6))
def test_heavy_noise_of_small_batches_is_silent(seed: int) -> None:
    rng = np.random.default_rng(seed)
    y = 0.7 * np.exp(-np.linspace(0, 4, 400)) + rng.exponential(0.15, 400)
    assert not found("loss-spike", loss(y), trainer="classification")


@pytest.mark.parametrize("seed", SEEDS)
def test_small_blips_are_silent(seed: int) -> None:
    y = falling(sigma=0.02, seed=seed)
    y[200] += 0.3
    assert not found("loss-spike", loss(y), trainer="sft")


def test_one_wrong_label_late_in_a_separable_task_is_silent() -> None:
    y = falling(160, 0.69, 0.003, 0.0003)
    y[140] = y[143] = 0.45
    assert not found("loss-spike", loss(y), trainer="reward")
    means = curve("loss", y, every=10)
    assert found("loss-spike", means, trainer="reward")


@pytest.mark.parametrize("n", [20, 300, 3000])
def test_a_smooth_run_is_silent(n: int) -> None:
    assert not found("loss-spike", loss(falling(n)), trainer="sft")


def test_the_first_records_are_left_to_others() -> None:
    y = falling()
    y[2:5] += 6
    assert not found("loss-spike", loss(y), trainer="sft")


@pytest.mark.parametrize("points", [3, 10, 25])
def test_a_rise_that_the_log_ends_in_is_told_before_it_is_back(points: int) -> None:
    y = falling(200 + points, 6.2, 4.5, 0.08)
    y[200:] += 2.0
    (finding,) = found("loss-spike", loss(y), trainer="sft")
    assert finding.first_step == 201
    assert f"in the last {points} records of the log" in finding.message


def test_a_rise_at_the_end_that_noise_makes_or_that_is_short_or_long_is_no_spike() -> None:
    for points, height in ((25, 0.6), (2, 2.0), (60, 2.0)):
        y = falling(200 + points, 6.2, 4.5, 0.08)
        y[200:] += height
        assert not found("loss-spike", loss(y), trainer="sft")
