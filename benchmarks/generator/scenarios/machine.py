"""Faults of the machine and of the supply of data."""

from __future__ import annotations

import numpy as np

from benchmarks.generator.draw import Draw
from benchmarks.generator.scenario import Curves, scenario


@scenario("memory-growth", "sft")
def leak(draw: Draw, sick: bool) -> Curves:
    base = 21.0 + 3.0 * (1 - np.exp(-25 * draw.t))
    growth = draw.rng.uniform(0.5, 1.2) * draw.t if sick else 0
    return {"memory": base * (1 + growth) + draw.noise(0.15), "loss": draw.positive(draw.learn(2.2, 1.4), 0.05)}


@scenario("slow-steps", "sft")
def throughput_falls(draw: Draw, sick: bool) -> Curves:
    seconds = 0.8 * (1 + (draw.rng.uniform(1.5, 3.0) * draw.after(0.2) if sick else 0))
    return {"step_time": draw.positive(seconds, 0.08), "loss": draw.positive(draw.learn(2.2, 1.4), 0.05)}


@scenario("slow-steps", "pretrain")
def stalls(draw: Draw, sick: bool) -> Curves:
    seconds = draw.positive(1.1, 0.05)
    stalled = (draw.rng.random(draw.n) < 0.04) & (draw.t > 0.1)
    stalled[draw.rng.integers(draw.n // 5, draw.n, 4)] = True
    rate = 4096 / (seconds * np.where(stalled & sick, draw.rng.uniform(8, 30, draw.n), 1))
    return {"tokens_per_second": rate, "loss": draw.positive(draw.learn(8.0, 3.4, 6), 0.02)}


@scenario("token-supply", "sft")
def half_the_tokens(draw: Draw, sick: bool) -> Curves:
    tokens = 8000 * (1 - (draw.rng.uniform(0.5, 0.7) * (draw.t > draw.onset) if sick else 0))
    return {"batch_tokens": draw.positive(tokens, 0.06, memory=0.0), "loss": draw.positive(draw.learn(2.2, 1.4), 0.05)}
