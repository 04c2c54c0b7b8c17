"""Faults of reinforcement learning that show in rewards, lengths and the supply of prompts."""

from __future__ import annotations

import numpy as np

from benchmarks.generator.draw import Draw
from benchmarks.generator.scenario import Curves, scenario


@scenario("dead-reward", "grpo")
def dead_component(draw: Draw, sick: bool) -> Curves:
    style = draw.bounded(draw.learn(0.3, 0.7), 64)
    if sick:
        style = np.where(draw.t < 0.1, style, 0.0)
    right = draw.bounded(draw.learn(0.2, 0.6), 64)
    return {"reward[component=accuracy]": right, "reward[component=style]": style, "reward": right + style}


@scenario("reward-hacking", "grpo")
def proxy_against_eval(draw: Draw, sick: bool) -> Curves:
    truth = draw.learn(0.3, 0.55) - (draw.rng.uniform(0.2, 0.3) * draw.after(0.4) if sick else 0)
    return {
        "reward": draw.learn(1.0, 3.0) + draw.noise(0.15),
        "reward_std": draw.positive(0.8, 0.08),
        "eval_accuracy": draw.bounded(truth, 1000),
    }


@scenario("reward-collapse", "grpo")
def reward_collapse(draw: Draw, sick: bool) -> Curves:
    level = draw.learn(0.2, 0.7) * (1 - (draw.rng.uniform(0.7, 1.0) * draw.after(0.05) if sick else 0))
    return {"reward": draw.bounded(level, 128), "reward_std": draw.positive(0.4, 0.08)}


@scenario("reward-flat", "grpo")
def reward_flat(draw: Draw, sick: bool) -> Curves:
    level = 0.3 if sick else draw.learn(0.3, 0.7)
    return {"reward": draw.bounded(level, 128), "reward_std": draw.positive(0.42, 0.06)}


@scenario("zero-std-groups", "grpo")
def groups_without_signal(draw: Draw, sick: bool) -> Curves:
    share = 0.15 + (draw.rng.uniform(0.7, 0.82) * draw.after() if sick else 0.1 * draw.t)
    reward = 0.1 if sick else draw.learn(0.2, 0.6)
    return {
        "zero_std_fraction": draw.bounded(share, 128),
        "reward": draw.bounded(reward, 512),
        "reward_std": draw.positive(0.3 * (1 - share), 0.1),
    }


@scenario("length-explosion", "grpo")
def length_explosion(draw: Draw, sick: bool) -> Curves:
    level = draw.learn(300, 380) * (1 + (draw.rng.uniform(2, 4) * draw.after(0.4) if sick else 0))
    reward = draw.bounded(0.35, 128) if sick else draw.bounded(draw.learn(0.3, 0.6), 128)
    return {"completion_length": draw.positive(level, 0.06), "reward": reward, "reward_std": draw.positive(0.4, 0.08)}


@scenario("length-collapse", "grpo")
def length_collapse(draw: Draw, sick: bool) -> Curves:
    level = draw.learn(400, 340) * (1 - (draw.rng.uniform(0.7, 0.95) * draw.after(0.08) if sick else 0))
    reward = draw.learn(0.3, 0.6) * (1 - (0.5 * draw.after(0.08) if sick else 0))
    return {
        "completion_length": draw.positive(level, 0.06),
        "reward": draw.bounded(reward, 128),
        "reward_std": draw.positive(0.4, 0.08),
    }


@scenario("truncated-completions", "grpo")
def truncated_completions(draw: Draw, sick: bool) -> Curves:
    share = 0.08 + (draw.rng.uniform(0.6, 0.85) * draw.after(0.3) if sick else 0)
    return {"truncated_fraction": draw.bounded(share, 256), "reward": draw.bounded(draw.learn(0.3, 0.5), 128)}


@scenario("sampling-starved", "grpo")
def dynamic_sampling(draw: Draw, sick: bool) -> Curves:
    rounds = 1.5 + draw.t + (8 * draw.after(0.3) if sick else 0)
    return {
        "generation_rounds": np.minimum(8, 1 + draw.rng.poisson(rounds)),
        "reward": draw.bounded(draw.learn(0.3, 0.6), 128),
    }


@scenario("sampling-starved", "grpo")
def kept_share(draw: Draw, sick: bool) -> Curves:
    share = 0.6 - 0.2 * draw.t - (0.4 * draw.after(0.3) if sick else 0)
    return {"kept_fraction": draw.bounded(share, 256), "reward": draw.bounded(draw.learn(0.3, 0.6), 128)}
