"""The quick medians are those of NumPy to the last bit, and what is remembered is what would be computed."""

from __future__ import annotations

import gc

import numpy as np
import pytest

from lossdoc.signal import local_noise, noise, smooth
from lossdoc.signal.medians import growing, median, row_medians, running
from lossdoc.signal.memory import MOST, SHORT, once


@pytest.mark.parametrize("n", [1, 2, 3, 4, 7, 10, 999, 1000, 1001, 1002])
@pytest.mark.parametrize("dirt", [None, np.nan, np.inf, -np.inf, 0.0])
def test_median_is_that_of_numpy(n: int, dirt: float | None) -> None:
    y = np.random.default_rng(n).normal(size=n)
    if dirt is not None:
        y[n // 3] = dirt
    assert np.array_equal(median(y), np.median(y), equal_nan=True)


@pytest.mark.parametrize("width", [1, 2, 5, 6, 30, 200])
@pytest.mark.parametrize("dirt", [None, np.nan, np.inf])
def test_medians_of_rows_are_those_of_numpy(width: int, dirt: float | None) -> None:
    table = np.round(np.random.default_rng(width).normal(size=(40, width)), 1)
    if dirt is not None:
        table[7, width // 2] = dirt
    assert np.array_equal(row_medians(table), np.median(table, axis=1), equal_nan=True)


def test_median_of_many_counts_is_that_of_numpy() -> None:
    counts = np.random.default_rng(1).integers(0, 90, size=2002).tolist()
    assert median(counts) == np.median(counts)


def test_median_of_nothing_is_nan() -> None:
    assert np.isnan(median(np.zeros(0)))


@pytest.mark.parametrize("dirt", [None, np.nan, np.inf])
@pytest.mark.parametrize("window", [3, 5, 21])
def test_running_and_growing_are_medians_of_their_windows(window: int, dirt: float | None) -> None:
    y = np.round(np.random.default_rng(window).normal(size=60), 1)
    if dirt is not None:
        y[13] = dirt
    expected = [np.median(y[at : at + window]) for at in range(60 - window + 1)]
    assert np.array_equal(running(y, window), expected, equal_nan=True)
    for counts in (range(1, 40, 2), range(3, 30), range(4, 4)):
        assert np.array_equal(growing(y, counts), [np.median(y[:count]) for count in counts], equal_nan=True)


@pytest.mark.parametrize("n", [5, 6, 20, 201, 202])
def test_smooth_shrinks_its_windows_to_both_sides_alike(n: int) -> None:
    y = np.random.default_rng(n).normal(size=n)
    window = 5 if n < 60 else 21
    half = min(window, n if n % 2 else n - 1) // 2
    expected = [np.median(y[at - k : at + k + 1]) for at in range(n) for k in [min(half, at, n - 1 - at)]]
    assert np.array_equal(smooth(y, window), expected)


def test_the_same_numbers_are_computed_once_whichever_array_holds_them() -> None:
    asked: list[int] = []

    @once
    def total(y: np.ndarray, factor: float = 1.0) -> float:
        asked.append(len(y))
        return float(y.sum()) * factor

    y = np.arange(10.0)
    assert total(y) == total(y.copy()) == 45
    assert len(asked) == 1
    assert total(y, 2.0) == total(y, factor=2.0) == 90
    y[0] = 5
    assert total(y) == 50
    long = np.ones(SHORT + 1)
    assert total(long) == total(long) == SHORT + 1
    assert asked.count(SHORT + 1) == 1
    del long
    gc.collect()
    assert total(np.full(SHORT + 1, 2.0)) == 2 * (SHORT + 1)  # may lie where the other lay


def test_what_is_remembered_is_bounded_and_cannot_be_written_into() -> None:
    asked: list[float] = []

    @once
    def shifted(y: np.ndarray) -> np.ndarray:
        asked.append(y[0])
        return np.asarray(y + 1)

    for start in range(MOST + 1):
        shifted(np.array([float(start)]))
    shifted(np.array([float(MOST)]))
    assert len(asked) == MOST + 1
    shifted(np.array([0.0]))  # the oldest was forgotten
    assert len(asked) == MOST + 2
    with pytest.raises(ValueError, match="read-only"):
        shifted(np.array([0.0]))[0] = 9


def test_a_curve_that_was_changed_in_place_is_computed_anew() -> None:
    y = np.random.default_rng(0).normal(size=300)
    before = noise(y), local_noise(y).copy()
    y *= 3
    assert noise(y) == pytest.approx(3 * before[0])
    assert local_noise(y) == pytest.approx(3 * before[1])
