"""Limits of `lossdoc compare`: the two runs just below each, and just above."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from lossdoc.comparison.differ import side, since, slower
from lossdoc.comparison.result import Delta, Side
from lossdoc.comparison.terms import find_terms
from tests.checks.synthetic import Floats
from tests.report_maker import curve
from tests.test_compare import OPTIONS, decay, held, of, run


def against(a: Floats, b: Floats, metric: str = "loss", objective: str = "sft", **more: Any) -> Delta:
    """The second of two runs of one curve each, against the first."""
    found: Delta = of(held(*(run(n, [curve(metric, y, **more)], objective) for n, y in (("a", a), ("b", b)))), metric)
    return found


def course(y: Floats, x: Floats | None = None) -> Side:
    found = side(np.arange(float(len(y))) if x is None else x, y, up=False)
    assert found is not None
    return found


def learned(floor: float, points: int = 200, pace: float = 20.0) -> Floats:
    """A loss that falls from 1 without any noise."""
    return floor + (1 - floor) * np.exp(-np.arange(1.0, points + 1) / pace)


@pytest.mark.parametrize(("points", "blurred"), [(29, False), (31, True)])
def test_blurs(points: int, blurred: bool) -> None:
    """A peak of two points is no noise where a curve has few."""
    y = np.ones(points)
    y[10:12] = 5.0
    assert (course(y).course.max() < 5) == blurred


@pytest.mark.parametrize(("reached", "told"), [(4.0, False), (6.0, True)])
def test_at_once(reached: float, told: bool) -> None:
    x = np.arange(101.0)
    fast, slow = (course(np.where(x < at, 1.0, 0.0)) for at in (reached, 2 * reached))
    assert slower(fast, slow, 0.5, falling=True) == (pytest.approx(2, rel=0.2) if told else None)


@pytest.mark.parametrize(("begins", "other"), [(0.86, False), (0.84, True)])
def test_same_start(begins: float, other: bool) -> None:
    pair = [run(n, [curve("loss", np.linspace(start, 0.5, 50))]) for n, start in (("a", 1.0), ("b", begins))]
    assert bool(find_terms(pair, 0, OPTIONS.knowledge).starts_differ) == other


@pytest.mark.parametrize(("errors", "outcome"), [(3.7, "same"), (4.3, "slightly worse")])
def test_significant(errors: float, outcome: str) -> None:
    """A shift changes no noise: the error of the unshifted pair is that of the shifted one."""
    first, second = decay(300, 1.0).values, decay(300, 1.0, seed=101).values
    before = against(first, second)
    assert against(first, second + errors * before.error - before.value).outcome == outcome


@pytest.mark.parametrize(("by", "outcome"), [(0.09, "slightly worse"), (0.11, "worse")])
def test_least_progress(by: float, outcome: str) -> None:
    """The baseline learned next to nothing, and a fifth of its first loss stands for it."""
    still = np.linspace(1.0, 0.99, 200)
    assert against(still, still + by).outcome == outcome


@pytest.mark.parametrize(("share", "outcome"), [(0.6, "slightly worse"), (0.7, "worse")])
def test_free_margin(share: float, outcome: str) -> None:
    grown = 1 - np.exp(-np.arange(1.0, 201) / 20)
    assert against(grown, (1 - share) * grown, "reward_margin", "dpo").outcome == outcome


@pytest.mark.parametrize(("times", "said"), [(1.35, False), (1.7, True)])
def test_slow(times: float, said: bool) -> None:
    found = against(learned(0.2), learned(0.2, pace=20 * times))
    assert (found.slower is not None) == said


@pytest.mark.parametrize(("points", "confidence"), [(7, "medium"), (8, "high")])
def test_few(points: int, confidence: str) -> None:
    assert against(np.linspace(1, 0.5, points), np.linspace(1, 0.9, points)).confidence == confidence


def test_window() -> None:
    """The last quarter of what both runs cover."""
    assert against(learned(0.2), learned(0.3)).window == (151, 200)


@pytest.mark.parametrize(("points", "outcome"), [(2, "not compared"), (3, "same")])
def test_least(points: int, outcome: str) -> None:
    pair = [run(n, [curve("loss", np.linspace(1, 0.5, points))]) for n in "ab"]
    assert next((row.deltas[2].outcome for row in held(*pair).rows), "not compared") == outcome


@pytest.mark.parametrize(("touching", "begins"), [(4, 0), (7, 47)])
def test_holds(touching: int, begins: int) -> None:
    """Two courses that part at the first of a hundred places and touch again at some in the middle."""
    base, other = np.zeros(100), np.ones(100)
    other[40 : 40 + touching] = 0.0
    a, b = (replace(course(y), course=y, noise=0.0) for y in (base, other))
    assert since(a, b, sign=1.0) == begins


@pytest.mark.parametrize(("stays", "told"), [(0.15, None), (0.25, float("inf"))])
def test_most_of_it(stays: float, told: float | None) -> None:
    """Both runs fall alike; the second stays where most, or less than most, of the way is done."""
    base = np.linspace(1, 0, 200)
    assert against(base, np.maximum(base, stays)).slower == told
