"""What each estimator finds, and what it must not."""

from __future__ import annotations

import numpy as np
import pytest

from lossdoc import signal


def decay(n: int, sigma: float, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return 1 + 4 * np.exp(-np.linspace(0, 6, n)) + rng.normal(0, sigma, n)


def test_spikes_are_found_where_they_are() -> None:
    y = decay(400, 0.05)
    y[200] += 2
    y[300:303] += [1, 2, 1]
    assert [(s.first, s.last) for s in signal.spikes(y)] == [(200, 200), (300, 302)]


@pytest.mark.parametrize("seed", range(8))
def test_gaussian_noise_has_no_spike(seed: int) -> None:
    assert signal.spikes(decay(400, 0.1, seed)) == []


def test_a_scale_that_shrinks_hides_no_spike() -> None:
    rng = np.random.default_rng(3)
    y = 2 + rng.normal(0, 1, 1000) * np.linspace(1, 0.02, 1000)
    y[900] += 2
    assert 900 in {s.peak for s in signal.spikes(y, sigmas=10)}


def test_a_lasting_step_is_a_shift_and_no_spike() -> None:
    y = decay(300, 0.05)
    y[200:] += 1
    assert [s.index for s in signal.shifts(y)] == [200]
    assert [s.back for s in signal.spikes(y)] == [False]


@pytest.mark.parametrize("n", [40, 400, 3000])
def test_a_decay_has_no_shift(n: int) -> None:
    assert signal.shifts(decay(n, 0.05)) == []


def test_onset_of_a_departure() -> None:
    y = decay(300, 0.05)
    y[180:] += 3
    best = signal.best_stretch(y[:180])
    assert signal.onset(y, best.value, from_index=best.last) == pytest.approx(180, abs=1)
    assert signal.onset(decay(300, 0.05), 5.0) is None


def test_settled() -> None:
    assert 20 < signal.settled(decay(400, 0.02), material=0.2) < 260


def test_trend_needs_few_points_and_survives_outliers() -> None:
    y = np.linspace(0, 1, 50)
    y[10] = 100
    found = signal.trend(y)
    assert found.change == pytest.approx(1, rel=0.1)
    assert found.score > 5
    assert signal.trend(np.ones(3)).score == 0


def test_masks() -> None:
    mask = np.array([1, 1, 0, 0, 1, 1, 1, 0], dtype=bool)
    assert signal.stretches(mask) == [(0, 1), (4, 6)]
    assert signal.longest(mask) == (4, 6)
    assert signal.longest(np.zeros(3, dtype=bool)) is None


def test_long_curves_keep_their_course() -> None:
    y = decay(50_000, 0.2)
    assert signal.smooth(y)[-1000:].mean() == pytest.approx(1.01, abs=0.05)
    assert len(signal.thin(np.arange(50_000.0), y)[1]) <= 2000
