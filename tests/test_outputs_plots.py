"""Plots: nothing that was logged is hidden, whatever the curve looks like."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lossdoc.model.finding import Finding
from lossdoc.show.plot.canvas import draw
from lossdoc.show.plot.scene import Mark, Scene, Series
from lossdoc.show.plot.spark import spark
from lossdoc.show.plot.thin import pieces, thin, wants_log
from lossdoc.show.plot.ticks import even, labels, powers, ticks
from lossdoc.show.report._panels import choose
from tests import report_maker as made


def plot(y: object, marks: list[Mark] | None = None, *, ascii: bool = True, width: int = 60) -> list[str]:
    values = np.asarray(y, dtype=float)
    scene = Scene([Series(np.arange(1.0, len(values) + 1), values)], marks or [], log=wants_log([values]))
    text = draw(scene, width, 12, ascii=ascii)
    return re.sub("\x1b\\[[0-9;]*m", "", text).splitlines()


@pytest.mark.parametrize("at", [0, 1, 49_999, 77_777, 99_998, 99_999])
@pytest.mark.parametrize("spike", [50.0, -50.0])
def test_one_point_in_100000_is_seen(at: int, spike: float) -> None:
    values = np.zeros(100_000)
    values[at] = spike
    lines = plot(values)
    drawn = [line for line in lines if "*" in line]
    assert drawn[0 if spike > 0 else -1].count("*") == 1
    assert len(drawn) >= 8


def line(y: object, marks: list[Mark] | None = None, cells: int = 10) -> str:
    values = np.asarray(y, dtype=float)
    return spark(Scene([Series(np.arange(1.0, len(values) + 1), values)], marks or []), cells=cells)[0]


def test_a_curve_on_one_line() -> None:
    assert line(np.linspace(1, 0, 100)) == "█▇▇▆▅▄▃▂▂▁"
    assert line(np.linspace(1, 0, 100), [Mark(51, "1", "error"), Mark(100, "2", "info")]) == "█▇▇▆▅┊1 ▄▃▂▂┊2 ▁"
    assert line([0.0] * 40 + [float("nan")] * 60)[4:] == "××××××"
    assert line([1.0, float("inf"), 2.0], cells=3) == "▁×█"
    spiked = np.zeros(1000)
    spiked[555] = 9.0
    assert line(spiked) == "▁▁▁▁▁█▁▁▁▁"  # no median hides it


def test_curves_on_one_axis_of_lines() -> None:
    whole = Series(np.arange(1.0, 101), np.linspace(4, 0, 100))
    held_out = Series(np.array([50.0, 100.0]), np.array([3.0, 2.0]))
    assert spark(Scene([whole, held_out]), cells=8) == ["█▇▆▅▄▃▂▁", "···▇▇▇▇▅"]
    huge = Series(np.array([1.0, 2.0]), np.array([1.7e308, -1.7e308]))
    assert spark(Scene([huge], log=True), cells=4) == ["▅▅▅×"]


@given(st.lists(st.floats(-1e6, 1e6) | st.just(float("nan")), min_size=1, max_size=3000), st.integers(2, 100))
@settings(max_examples=60, deadline=None)
def test_thinning_keeps_ends_and_extremes(values: list[float], buckets: int) -> None:
    y = np.array(values)
    x = np.arange(len(y), dtype=float)
    kept = thin(x, y, 0.0, max(float(len(y) - 1), 1.0), buckets)
    finite = y[np.isfinite(y)]
    assert len(kept) <= 4 * max(buckets, 1) or len(kept) == len(finite)
    if len(finite):
        assert y[kept].min() == finite.min()
        assert y[kept].max() == finite.max()
        assert np.isfinite(y[kept]).all()
    assert sum(len(part) for part in pieces(kept, y)) == len(kept)


def test_no_line_across_a_nan() -> None:
    y = np.array([1.0, 1.0, np.nan, 2.0, 2.0, np.inf, 3.0])
    assert [part.tolist() for part in pieces(np.array([0, 1, 3, 4, 6]), y)] == [[0, 1], [3, 4], [6]]


def test_non_finite_points_stand_at_the_axis() -> None:
    y = np.ones(1000)
    y[500] = np.nan
    y[700] = np.inf
    lines = plot(y)
    assert lines[-3].count("x") == 1
    assert lines[0].count("x") == 1


def test_all_nan_still_draws() -> None:
    assert "x" in plot([np.nan] * 20)[-3]


ODD = [[0.0, 0.0], [5.0, 5.0, 5.0], [1e300, -1e300], [1.7e308, -1.7e308], [1.0, 1.0 + 2**-52], [3.0]]
ODD += [[5e-324, 0.0], [1e-320, 1e308], [1e-12, 2e-12]]


@pytest.mark.parametrize("values", ODD)
def test_odd_ranges_draw(values: list[float]) -> None:
    assert len(plot(values)) == 12


def test_marks_carry_their_label_and_line() -> None:
    lines = plot(np.linspace(1, 0, 100), [Mark(50, "1a", "error")])
    assert "1a" in lines[0]
    assert any(":" in line for line in lines[1:9])


def test_a_blow_up_is_shown_on_a_log_axis() -> None:
    x = np.arange(100.0)
    assert wants_log([np.where(x < 90, 1.0, 1e5)])
    assert not wants_log([3 - x / 50])
    assert not wants_log([np.where(x < 90, 0.0, 1e5)])


@given(st.floats(-1e9, 1e9), st.floats(1e-9, 1e9), st.integers(2, 12), st.booleans())
def test_ticks_are_inside_and_few(low: float, span: float, most: int, whole: bool) -> None:
    high = low + span
    found = ticks(low, high, most, whole=whole)
    assert 1 <= len(found) <= most
    slack = span * 1e-6 + abs(low) * 1e-15  # no tick is nearer than the float next to it
    assert all(low - slack <= value <= high + slack for value in found)
    assert len(labels(found)) == len(found)


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e9), st.integers(6, 20))
def test_even_ticks_fall_on_rows(low: float, span: float, rows: int) -> None:
    high = low + span
    bottom, top, found = even(low, high, rows)
    row = (top - bottom) / (rows - 1)
    assert bottom <= low + span * 1e-6
    assert top >= high - span * 1e-6
    assert top - bottom < 3 * span
    assert found
    for value in found:
        assert abs((value - bottom) / row - round((value - bottom) / row)) < 1e-3


def test_labels_are_short_and_differ() -> None:
    assert labels([0.0, 0.5, 1.0]) == ["0.0", "0.5", "1.0"]
    assert labels([0.0, 20_000.0, 40_000.0]) == ["0", "20k", "40k"]
    assert labels([0.0, 5e-6, 1e-5]) == ["0", "5e-06", "1e-05"]
    assert labels([0.6925, 0.693, 0.6935]) == ["0.6925", "0.6930", "0.6935"]
    assert powers(-3.0, 4.0, 4) == [-3.0, -1.0, 1.0, 3.0]


def test_curves_with_findings_come_first_and_a_healthy_run_shows_two() -> None:
    first = choose(made.displacement(), 3)
    assert [panel.curves[0].metric for panel in first] == ["logp_chosen", "reward_margin"]
    assert [curve.metric for curve in first[0].curves] == ["logp_chosen", "logp_rejected"]
    usual = choose(made.report(curves=made.displacement().run.curves, verdict="healthy"), 3)
    assert [panel.curves[0].metric for panel in usual] == ["loss", "reward_margin"]
    assert [curve.split for curve in usual[0].curves] == ["train", "eval"]


def test_a_finding_on_one_data_set_shows_that_data_set() -> None:
    sets = [made.curve("loss", [3.0, 2.0, 1.0 + n], split="eval", labels={"dataset": str(n)}) for n in range(3)]
    finding = Finding("overfitting", "warning", "high", "m", "loss", "eval", {"dataset": "2"}, first_step=2.0)
    panels = choose(made.report([finding], curves=sets), 3)
    assert panels[0].curves == [sets[2]]
    assert [label for label, _ in panels[0].findings] == ["1"]


def test_a_picture_is_the_same_in_every_process() -> None:
    """Which labels find room, and which colour lies on top, must not follow the order of a set."""
    program = (
        "import numpy as np; from lossdoc.show.plot.canvas import draw;"
        "from lossdoc.show.plot.scene import Scene, Series;"
        "x = np.linspace(500, 19000, 38);"
        "curves = [Series(x, np.sin(x * (1 + k) / 3000) + 2, str(k), k) for k in range(2)];"
        "print(*(draw(Scene(curves), width, 14, ascii=False) for width in range(70, 80)))"
    )
    drawn = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in "0123"
    }
    assert len(drawn) == 1
