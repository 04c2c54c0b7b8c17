"""Faults that show in where the loss starts, stands or ends, and a rate that leaves its schedule."""

from __future__ import annotations

import numpy as np

from benchmarks.generator.draw import Draw
from benchmarks.generator.scenario import Curves, scenario


@scenario("wrong-start", "pretrain", vocab_size=50257)
def multiplied_by_accumulation(draw: Draw, sick: bool) -> Curves:
    factor = draw.rng.choice([2, 4, 8]) if sick else 1
    return {"loss": draw.positive(factor * draw.learn(10.9, 4.2, 6), 0.015)}


@scenario("plateau", "pretrain")
def stops_early(draw: Draw, sick: bool) -> Curves:
    loss = 3.6 + 6.5 * np.exp(-60 * draw.t) if sick else 3.2 + 3.5 * (1 + 30 * draw.t) ** -0.5
    return {"loss": draw.positive(loss, 0.008), "learning_rate": 3e-4 * np.minimum(1, draw.t / 0.02) + 0 * draw.t}


@scenario("zero-loss", "sft")
def every_label_masked(draw: Draw, sick: bool) -> Curves:
    loss = draw.positive(draw.learn(2.1, 1.3), 0.05)
    return {"loss": np.where(draw.t > draw.onset, 0.0, loss) if sick else loss, "grad_norm": draw.positive(0.8, 0.2)}


@scenario("loss-collapse", "sft")
def memorised(draw: Draw, sick: bool) -> Curves:
    loss = 2.1 * np.exp(-draw.rng.uniform(6, 8) * draw.t) if sick else draw.learn(2.1, 0.9)
    return {"loss": draw.positive(loss, 0.08), "epoch": (np.arange(draw.n) + 1) * 5 / draw.n}


@scenario("constant-prediction", "classification", classes=2)
def majority_only(draw: Draw, sick: bool) -> Curves:
    share = float(draw.rng.uniform(0.85, 0.95))
    accuracy = np.full(draw.n, share) if sick else draw.bounded(draw.learn(share, 0.98), 2000)
    f1 = np.zeros(draw.n) if sick else draw.bounded(draw.learn(0.2, 0.85), 400)
    loss = -share * np.log(share) - (1 - share) * np.log(1 - share) if sick else draw.learn(0.4, 0.1)
    return {
        "loss": draw.positive(loss, 0.1),
        "eval_loss": draw.positive(loss, 0.003),
        "eval_accuracy": accuracy,
        "eval_f1": f1,
    }


@scenario("eval-below-train", "classification")
def augmented_training_data(draw: Draw, sick: bool) -> Curves:
    loss = draw.learn(1.1, 0.55)
    below = draw.rng.uniform(0.2, 0.35) if sick else -0.03
    return {"loss": draw.positive(loss, 0.06), "eval_loss": draw.positive(loss * (1 - below), 0.01)}


@scenario("lr-jump", "sft")
def schedule_begins_anew(draw: Draw, sick: bool) -> Curves:
    rate = 2e-5 * np.minimum(1, draw.t / 0.05) * (1 - draw.t)
    if sick:
        rate = np.where(draw.t > draw.onset, 2e-5 * (1 - (draw.t - draw.onset)), rate)
    loss = draw.learn(2.1, 1.3) + (0.08 * draw.after(0.02) if sick else 0)
    return {"learning_rate": rate, "loss": draw.positive(loss, 0.04)}
