"""Faults of policy-gradient training that show in ratio, clipping, entropy and the sampler."""

from __future__ import annotations

from benchmarks.generator.draw import Draw, Floats
from benchmarks.generator.scenario import Curves, scenario


def _reward(draw: Draw, end: float = 0.65) -> Floats:
    return draw.bounded(draw.learn(0.2, end), 128)


@scenario("clip-saturation", "ppo")
def clip_saturation(draw: Draw, sick: bool) -> Curves:
    share = draw.learn(0.02, 0.12) + (draw.rng.uniform(0.3, 0.5) * draw.after() if sick else 0)
    return {"clip_fraction": draw.bounded(share, 2000), "reward": _reward(draw, 0.5)}


@scenario("ratio-drift", "ppo")
def ratio_drift(draw: Draw, sick: bool) -> Curves:
    drift = draw.rng.uniform(1.3, 3.0) * draw.after() if sick else 0
    return {"importance_ratio": 1 + drift + draw.noise(0.03 + 0.1 * draw.t), "reward": _reward(draw, 0.5)}


@scenario("entropy-collapse", "grpo")
def entropy_collapse(draw: Draw, sick: bool) -> Curves:
    course = draw.learn(1.2, 0.6)
    if sick:
        course = course * (1 - 0.97 * draw.after(0.3))
    reward = draw.bounded(0.25, 128) if sick else _reward(draw)
    return {"entropy": draw.positive(course, 0.06), "reward": reward, "reward_std": draw.positive(0.4, 0.08)}


@scenario("entropy-explosion", "grpo")
def entropy_explosion(draw: Draw, sick: bool) -> Curves:
    course = draw.learn(0.9, 0.6) + (draw.rng.uniform(1.0, 2.5) * draw.after() if sick else 0)
    reward = draw.learn(0.2, 0.6) * (1 - (0.8 * draw.after() if sick else 0))
    return {
        "entropy": draw.positive(course, 0.06),
        "reward": draw.bounded(reward, 128),
        "reward_std": draw.positive(0.4, 0.08),
    }


@scenario("sampler-mismatch", "grpo")
def verl_rollout_kl(draw: Draw, sick: bool) -> Curves:
    level = 1e-3 + (draw.rng.uniform(0.15, 0.5) * draw.after(0.3) if sick else 0)
    return {"rollout_kl": draw.positive(level, 0.3), "reward": _reward(draw, 0.5)}


@scenario("sampler-mismatch", "grpo")
def correlation_falls(draw: Draw, sick: bool) -> Curves:
    level = 0.995 - (draw.rng.uniform(0.15, 0.3) * draw.after() if sick else 0)
    return {"rollout_correlation": draw.between(-1, 1, level + draw.noise(0.003)), "reward": _reward(draw, 0.5)}


@scenario("kl-runaway", "grpo")
def kl_runaway(draw: Draw, sick: bool) -> Curves:
    level = draw.learn(0.001, 0.06) + (draw.rng.uniform(4, 12) * draw.after(0.4) ** 2 if sick else 0)
    reward = draw.bounded(0.4, 128) if sick else _reward(draw)
    return {"kl": draw.positive(level, 0.2), "reward": reward, "reward_std": draw.positive(0.4, 0.08)}


@scenario("negative-kl", "ppo")
def negative_kl(draw: Draw, sick: bool) -> Curves:
    level = draw.learn(0.0, 3.0) - (draw.rng.uniform(6, 12) * draw.after(0.3) if sick else 0)
    return {"kl": level + draw.noise(0.2 + 0.1 * abs(level)), "reward": _reward(draw, 0.5)}


@scenario("value-divergence", "ppo")
def value_divergence(draw: Draw, sick: bool) -> Curves:
    level = draw.learn(2.0, 0.5) * (1 + (draw.rng.uniform(25, 80) * draw.after() if sick else 0))
    reward = draw.bounded(0.3, 128) if sick else _reward(draw)
    return {"value_loss": draw.positive(level, 0.25), "reward": reward}


@scenario("value-divergence", "ppo")
def explained_variance_below_zero(draw: Draw, sick: bool) -> Curves:
    level = draw.learn(-0.1, 0.7) - (draw.rng.uniform(1.2, 2.0) * draw.after() if sick else 0)
    return {"explained_variance": draw.between(-5, 1, level + draw.noise(0.08)), "reward": _reward(draw, 0.4)}


@scenario("q-divergence", "rl", gamma=0.99, r_max=1)
def q_divergence(draw: Draw, sick: bool) -> Curves:
    level = draw.learn(0.5, 60, 2.0) * (1 + (draw.rng.uniform(4, 10) * draw.after(0.5) if sick else 0))
    returns = draw.learn(20, 450, 2.0) * (1 - (0.7 * draw.after() if sick else 0))
    return {"q_value": draw.positive(level, 0.08), "reward": draw.positive(returns, 0.2)}


@scenario("controller-pinned", "ppo")
def kl_coefficient(draw: Draw, sick: bool) -> Curves:
    wander = 0.2 * (1 + 0.8 * draw.learn(0, 1)) * (1 + 0.01 * draw.noise(1.0).cumsum() / max(1, draw.n) ** 0.5)
    if sick:
        wander = wander.clip(None, wander[int(draw.onset * draw.n)])
        wander[int(draw.onset * draw.n) :] = wander.max()
    return {"kl_coef": wander, "reward": _reward(draw, 0.5)}
