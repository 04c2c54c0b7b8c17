"""Faults of the optimiser, the numbers and the schedule that few labelled runs have."""

from __future__ import annotations

import numpy as np

from benchmarks.generator.draw import Draw
from benchmarks.generator.scenario import Curves, scenario


@scenario("loss-scale-collapse", "pretrain")
def scale_keeps_halving(draw: Draw, sick: bool) -> Curves:
    power = 16.0 - np.floor(2 * np.minimum(1, 10 * draw.t)) + np.where(draw.rng.random(draw.n) < 0.03, -1, 0)
    if sick:
        power = power - np.floor(draw.rng.uniform(20, 34) * np.clip((draw.t - draw.onset) / (1 - draw.onset), 0, 1))
    return {"loss_scale": 2.0**power, "loss": draw.positive(draw.learn(8.0, 3.2, 6), 0.02)}


@scenario("exploding-gradient", "sft")
def norm_grows_with_damage(draw: Draw, sick: bool) -> Curves:
    worse = draw.after(0.5)
    loss = draw.learn(2.2, 1.4) + (draw.rng.uniform(1.0, 3.0) * worse if sick else 0)
    norm = draw.positive(1.0, 0.25) * (np.exp(draw.rng.uniform(5, 7) * worse) if sick else 1)
    return {"loss": draw.positive(loss, 0.05), "grad_norm": norm}


@scenario("vanishing-gradient", "classification")
def saturated_layers(draw: Draw, sick: bool) -> Curves:
    norm = draw.positive(1.2, 0.25) * (1 - (0.985 * draw.after(0.2) if sick else 0.5 * draw.t))
    loss = draw.learn(2.3, 2.15) if sick else draw.learn(2.3, 0.6)
    return {"loss": draw.positive(loss, 0.02), "grad_norm": norm}


@scenario("constant-clipping", "sft", max_grad_norm=1.0)
def far_above_the_threshold(draw: Draw, sick: bool) -> Curves:
    level = draw.rng.uniform(15, 60) if sick else draw.rng.uniform(0.6, 4.0)
    return {"grad_norm": draw.positive(level, 0.3), "loss": draw.positive(draw.learn(2.2, 1.3), 0.05)}


@scenario("zero-lr", "sft")
def rate_is_lost(draw: Draw, sick: bool) -> Curves:
    rate = 2e-5 * np.minimum(1, draw.t / 0.05) * (1 - draw.t)
    end = 1.0
    if sick:
        rate = np.where(draw.t > draw.onset, 0.0, rate)
        end = draw.onset
    loss = 1.3 + 0.9 * np.exp(-4 * np.minimum(draw.t, end))
    return {"learning_rate": rate, "loss": draw.positive(loss, 0.04)}


@scenario("level-shift", "pretrain")
def data_change(draw: Draw, sick: bool) -> Curves:
    step = draw.rng.uniform(0.35, 0.6) * (draw.t > draw.onset) if sick else 0
    return {"loss": draw.positive(draw.learn(6.0, 3.4, 6) - step, 0.012)}


@scenario("oscillation", "classification")
def evals_swing(draw: Draw, sick: bool) -> Curves:
    loss, accuracy = draw.learn(1.0, 0.45), draw.learn(0.55, 0.82)
    swing = draw.rng.choice([-1.0, 1.0], draw.n) * draw.rng.uniform(0.6, 1.4, draw.n) if sick else np.zeros(draw.n)
    return {
        "loss": draw.positive(loss, 0.08),
        "eval_loss": draw.positive(loss + 0.05, 0.02) + 0.35 * np.abs(swing) * (1 + swing) / 2,
        "eval_accuracy": draw.bounded(accuracy + 0.16 * swing, 2000),
    }


@scenario("scaled-loss", "sft", gradient_accumulation_steps=4)
def summed_over_accumulation(draw: Draw, sick: bool) -> Curves:
    loss = draw.learn(2.2, 1.3)
    return {"loss": draw.positive(loss * (4 if sick else 1), 0.04), "eval_loss": draw.positive(loss + 0.03, 0.005)}
