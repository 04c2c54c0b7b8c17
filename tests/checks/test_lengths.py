"""length-explosion, length-collapse, truncated-completions."""

from __future__ import annotations

import numpy as np

from tests.checks.synthetic import Floats, curve, found, noise, ramp, rewards, saturating


def length(path: Floats, seed: int = 1) -> Floats:
    return np.maximum(1, path * (1 + noise(len(path), 0.06, seed)))


def test_explosion_to_the_limit() -> None:
    cut = np.clip(ramp(130, -0.3, 1.2, 0.1, 0.5), 0, 0.95)
    curves = [curve("completion_length", length(ramp(130, 12, 47, 0.1, 0.4))), curve("truncated_fraction", cut)]
    (finding,) = found("length-explosion", *curves, *rewards(ramp(130, 0.2, 0.9)))
    assert finding.confidence == "high"
    assert 13 < (finding.first_step or 0) < 50


def test_explosion_that_buys_nothing() -> None:
    assert found(
        "length-explosion", curve("completion_length", length(ramp(200, 300, 1500))), *rewards(np.full(200, 0.4))
    )


def test_growth_with_reward() -> None:
    curves = [curve("completion_length", length(ramp(200, 300, 900))), curve("truncated_fraction", np.full(200, 0.02))]
    assert not found("length-explosion", *curves, *rewards(ramp(200, 0.2, 0.6)))


def test_steady_length() -> None:
    assert not found(
        "length-explosion", curve("completion_length", length(ramp(200, 300, 360))), *rewards(np.full(200, 0.4))
    )


def test_collapse_to_one_token() -> None:
    curves = [curve("completion_length", length(ramp(120, 11, 1, 0.1, 0.25))), *rewards(ramp(120, 0.1, 0.9))]
    (finding,) = found("length-collapse", *curves)
    assert finding.severity == "warning"
    assert 10 < (finding.first_step or 0) < 30


def test_collapse_with_falling_reward() -> None:
    path = np.r_[np.full(80, 400.0), np.full(60, 40.0)]
    assert found(
        "length-collapse", curve("completion_length", length(path)), *rewards(np.r_[np.full(80, 0.6), np.zeros(60)])
    )


def test_shorter_by_a_quarter() -> None:
    assert not found(
        "length-collapse", curve("completion_length", length(saturating(200, 11, 8.2))), *rewards(ramp(200, 0.5, 0.9))
    )


def test_a_sudden_collapse_of_a_young_run_is_sudden() -> None:
    """A dozen records are much of the first forty and little of the planned three hundred."""
    curves = [curve("completion_length", length(ramp(40, 400, 40, 0.0, 0.95))), *rewards(ramp(40, 0.3, 0.8))]
    assert [f.severity for f in found("length-collapse", *curves)] == ["info"]
    assert [f.severity for f in found("length-collapse", *curves, config={"max_steps": 300})] == ["warning"]


def test_slow_shortening_with_reward_informs() -> None:
    curves = [curve("completion_length", length(ramp(300, 800, 300))), *rewards(ramp(300, 0.3, 0.8))]
    assert [f.severity for f in found("length-collapse", *curves)] == ["info"]


def test_cut_off_from_the_start() -> None:
    (finding,) = found("truncated-completions", curve("truncated_fraction", np.ones(130)))
    assert finding.confidence == "high"


def test_cut_off_in_the_end() -> None:
    assert found("truncated-completions", curve("truncated_fraction", ramp(100, 0, 0.9, 0.3, 0.6)))


def test_a_minority_is_cut_off() -> None:
    assert not found("truncated-completions", curve("truncated_fraction", np.abs(0.2 + noise(100, 0.08, 3))))


def test_cut_off_for_a_moment() -> None:
    share = np.zeros(100)
    share[40:52] = 0.9
    assert not found("truncated-completions", curve("truncated_fraction", share))


def test_episodes_are_no_completions() -> None:
    assert not found("truncated-completions", curve("truncated_fraction", np.ones(100)), trainer="rl")
