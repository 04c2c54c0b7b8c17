"""The generator: seeded, a twin differs by its fault alone, and its faults are seen while healthy twins stay silent."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.generator.draw import Draw
from benchmarks.generator.scenario import Scenario, all_scenarios
from benchmarks.generator.score import try_out
from lossdoc import checks
from lossdoc.api import Options

SCENARIOS = all_scenarios()
OPTIONS = Options()


def test_scenarios_name_checks_and_trainers() -> None:
    trainers = {t.id for t in OPTIONS.knowledge.trainers()}
    assert {s.check for s in SCENARIOS} <= set(checks.check_ids())
    assert {s.trainer for s in SCENARIOS} - {""} <= trainers
    assert len({s.name for s in SCENARIOS}) == len(SCENARIOS)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.name)
def test_every_metric_is_one_of_ours_and_inside_its_bounds(scenario: Scenario) -> None:
    for sick in (True, False):
        for curve in scenario.run(80, 0, sick).curves:
            facts = OPTIONS.knowledge.metric(curve.metric)
            low, high = facts.bounds or (None, None)
            assert facts.known, curve.metric
            assert np.all(np.isfinite(curve.values))
            assert low is None or curve.values.min() >= low
            assert high is None or curve.values.max() <= high


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.name)
def test_seeded(scenario: Scenario) -> None:
    one, again, other = (scenario.run(80, seed, True) for seed in (3, 3, 4))
    assert all(np.array_equal(a.values, b.values) for a, b in zip(one.curves, again.curves, strict=True))
    assert any(not np.array_equal(a.values, b.values) for a, b in zip(one.curves, other.curves, strict=True))


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.name)
def test_fault_is_seen_and_the_twin_is_silent(scenario: Scenario) -> None:
    result = try_out(scenario, OPTIONS, seeds=2)
    assert result.fault >= 1
    assert result.twin == 0


def test_noise_has_the_scale_and_the_memory_that_was_asked_for() -> None:
    made = Draw(20_000, 0).noise(2.0, memory=0.6)
    assert np.std(made) == pytest.approx(2.0, rel=0.1)
    assert np.corrcoef(made[1:], made[:-1])[0, 1] == pytest.approx(0.6, abs=0.05)
