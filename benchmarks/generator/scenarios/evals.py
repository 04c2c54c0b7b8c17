"""Faults that only held-out measures show, and of the order of the data."""

from __future__ import annotations

import numpy as np

from benchmarks.generator.draw import Draw
from benchmarks.generator.scenario import Curves, scenario


@scenario("forgetting", "sft")
def old_task_lost(draw: Draw, sick: bool) -> Curves:
    old = draw.learn(1.20, 1.15) + (draw.rng.uniform(0.5, 1.0) * draw.t if sick else 0)
    return {
        "loss": draw.positive(draw.learn(1.9, 0.9), 0.05),
        "eval_loss[dataset=math]": draw.positive(draw.learn(1.95, 0.95), 0.008),
        "eval_loss[dataset=chat]": draw.positive(old, 0.008),
    }


@scenario("frozen-eval", "sft")
def another_model_evaluated(draw: Draw, sick: bool) -> Curves:
    held_out = (
        np.full(draw.n, round(float(draw.rng.uniform(1.8, 2.1)), 6))
        if sick
        else draw.positive(draw.learn(2.0, 1.35), 0.004)
    )
    return {
        "loss": draw.positive(draw.learn(2.0, 1.2), 0.04),
        "eval_loss": held_out,
        "learning_rate": 2e-5 * (1 - 0.9 * draw.t),
    }


@scenario("metric-disagreement", "classification")
def score_falls_with_the_loss(draw: Draw, sick: bool) -> Curves:
    score = draw.learn(0.6, 0.8) - (draw.rng.uniform(0.3, 0.45) * draw.t if sick else 0)
    loss = draw.learn(1.0, 0.5)
    return {
        "loss": draw.positive(loss, 0.06),
        "eval_loss": draw.positive(loss + 0.04, 0.01),
        "eval_accuracy": draw.bounded(score, 5000),
    }


@scenario("overfitting", "classification")
def eval_turns(draw: Draw, sick: bool) -> Curves:
    held_out = draw.learn(1.05, 0.62) + (draw.rng.uniform(0.4, 0.9) * np.clip(draw.t - draw.onset, 0, 1) if sick else 0)
    return {
        "loss": draw.positive(draw.learn(1.1, 0.1 if sick else 0.55), 0.08),
        "eval_loss": draw.positive(held_out, 0.015),
    }


@scenario("eval-gap", "sft")
def other_data_at_eval(draw: Draw, sick: bool) -> Curves:
    loss = draw.learn(2.2, 1.3)
    held_out = draw.learn(2.9, 2.75) if sick else loss + 0.04
    return {"loss": draw.positive(loss, 0.04), "eval_loss": draw.positive(held_out, 0.008)}


@scenario("unshuffled-epochs", "sft")
def same_order_every_epoch(draw: Draw, sick: bool) -> Curves:
    epochs = 3
    at = (np.arange(draw.n) + 1) * epochs / draw.n
    number = np.ceil(at - 1e-6).astype(int) - 1
    place = np.arange(draw.n) - np.searchsorted(number, number)
    order = draw.rng.normal(0, 0.12, draw.n)
    batch = order[place] if sick else draw.rng.normal(0, 0.12, draw.n)
    return {"loss": draw.learn(2.2, 1.5) * np.exp(batch) + draw.noise(0.03), "epoch": at}


@scenario("epoch-staircase", "sft")
def drops_at_boundaries(draw: Draw, sick: bool) -> Curves:
    epochs = 4
    at = np.arange(draw.n) * epochs / draw.n
    loss = 2.0 - (0.35 * np.floor(at) + 0.02 * (at % 1) if sick else 0.9 * (1 - np.exp(-at)))
    return {"loss": draw.positive(loss, 0.03), "epoch": at}
