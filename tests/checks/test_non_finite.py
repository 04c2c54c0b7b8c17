"""NaN and infinity in losses and gradient norms."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from tests.checks.losses import SEEDS, falling, loss
from tests.checks.synthetic import curve, found


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_loss_that_dies(seed: int, bad: float) -> None:
    y = falling(seed=seed)
    y[180:] = bad
    (finding,) = found("non-finite", loss(y), trainer="sft")
    assert finding.severity == "error"
    assert finding.first_step == 181


def test_one_nan_that_heals_is_a_warning() -> None:
    y = falling()
    y[100] = np.nan
    assert [f.severity for f in found("non-finite", loss(y), trainer="sft")] == ["warning"]


def test_a_gradient_norm_that_stays_nan() -> None:
    g = np.ones(300)
    g[250:] = np.nan
    (finding,) = found("non-finite", loss(falling()), curve("grad_norm", g), trainer="sft")
    assert (finding.severity, finding.first_step) == ("error", 251)


def test_one_skipped_step_is_information() -> None:
    g = np.ones(300)
    g[40] = np.nan
    assert [f.severity for f in found("non-finite", loss(falling()), curve("grad_norm", g), trainer="sft")] == ["info"]


def test_a_component_that_does_not_apply_is_no_fault() -> None:
    part = curve("reward", np.full(300, np.nan), key="rewards/format/mean", component="format")
    assert not found("non-finite", curve("reward", falling()), part, trainer="grpo")


@pytest.mark.parametrize("seed", SEEDS)
def test_a_finite_run_is_silent(seed: int) -> None:
    assert not found("non-finite", loss(falling(seed=seed)), trainer="sft")


@pytest.mark.parametrize(("every", "fires"), [(1, True), (10, False)])
def test_an_unknown_number_is_taken_for_trained_only_where_it_is_logged_all_along(every: int, fires: bool) -> None:
    """Detection without small objects: their precision is NaN at every evaluation."""
    small = replace(curve("aps", np.full(60 // every, np.nan), every=every), known=False)
    assert bool(found("non-finite", loss(falling(60)), small, trainer="detection")) is fires


@pytest.mark.parametrize(("last", "says"), [(-3.07e29, True), (-9e14, False), (2e15, True)])
def test_a_number_that_hardly_fits_is_as_bad(last: float, says: bool) -> None:
    """Whatever its name: the last record of an objective that nobody knows."""
    y = np.append(np.full(7, -35.0), last)
    assert bool(found("non-finite", curve("objective", y), trainer="sft")) == says


@pytest.mark.parametrize("before", [1e15, 2e6])
def test_a_counter_is_no_measure(before: float) -> None:
    flops = curve("total_flos", np.append(before * np.arange(1, 9), 1.5e15 if before < 1e7 else 9e15))
    assert not found("non-finite", flops, trainer="sft")


def test_an_overflow_that_is_left_is_a_spike() -> None:
    y = np.full(20, 3.0)
    y[10] = 1e30
    assert not found("non-finite", loss(y), trainer="sft")
