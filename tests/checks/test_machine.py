"""slow-steps, memory-growth, token-supply: the machine and the data beside the model."""

from __future__ import annotations

import numpy as np

from tests.checks.synthetic import curve, found, noise, ramp

N = 200
CALM = 1 + np.abs(noise(N, 0.05, 1))


def test_steps_take_twice_as_long() -> None:
    slow = CALM * np.r_[np.ones(110), np.full(90, 2.6)]
    (finding,) = found("slow-steps", curve("step_time", slow), trainer="sft")
    assert 105 < (finding.first_step or 0) < 117


def test_throughput_falls() -> None:
    rate = 1000 / (CALM * np.r_[np.ones(110), np.full(90, 2.6)])
    assert found("slow-steps", curve("tokens_per_second", rate), trainer="sft")


def test_stalls() -> None:
    time = CALM.copy()
    time[[23, 61, 80, 141]] = 40
    assert found("slow-steps", curve("step_time", time), trainer="sft")


def test_regular_pauses_and_a_slow_start() -> None:
    time = CALM.copy()
    time[:4] = 60
    time[19::20] = 30
    assert not found("slow-steps", curve("step_time", time), trainer="sft")


def test_ordinary_jitter() -> None:
    assert not found("slow-steps", curve("step_time", 1 + np.abs(noise(N, 0.4, 2))), trainer="sft")


def test_answers_lengthen() -> None:
    curves = [curve("step_time", CALM * ramp(N, 1, 4)), curve("completion_length", ramp(N, 200, 900))]
    assert not found("slow-steps", *curves, trainer="grpo")


def test_memory_leaks() -> None:
    (finding,) = found("memory-growth", curve("memory", ramp(N, 20, 38) + noise(N, 0.2, 3)), trainer="sft")
    assert finding.severity == "info"


def test_host_memory_leaks() -> None:
    assert found("memory-growth", curve("memory", ramp(N, 5, 60) + noise(N, 1, 4), kind="host"), trainer="sft")


def test_memory_settles() -> None:
    filling = np.minimum(20 + 0.4 * np.arange(N), 38) + noise(N, 0.2, 5)
    assert not found("memory-growth", curve("memory", filling), trainer="sft")


def test_longest_batch_so_far() -> None:
    peak = np.maximum.accumulate(30 + 2 * np.random.default_rng(6).gumbel(size=N))
    assert not found("memory-growth", curve("memory", peak), trainer="sft")


def test_tokens_per_step_halve() -> None:
    tokens = np.r_[np.full(120, 8000.0), np.full(80, 3500.0)] + noise(N, 200, 7)
    (finding,) = found("token-supply", curve("batch_tokens", tokens), trainer="sft")
    assert abs((finding.first_step or 0) - 121) <= 3


def test_the_running_total_slows_down() -> None:
    total = np.cumsum(np.r_[np.full(100, 8000.0), np.full(100, 2000.0)] + noise(N, 200, 8))
    assert found("token-supply", curve("tokens_seen", total), trainer="sft")


def test_tokens_as_batches_give_them() -> None:
    assert not found("token-supply", curve("batch_tokens", 8000 + noise(N, 900, 9)), trainer="sft")
    assert not found("token-supply", curve("batch_tokens", ramp(N, 4000, 9000) + noise(N, 200, 10)), trainer="sft")


def test_a_short_last_batch() -> None:
    tokens = 8000 + noise(N, 200, 11)
    tokens[49::50] = 900
    assert not found("token-supply", curve("batch_tokens", tokens), trainer="sft")
