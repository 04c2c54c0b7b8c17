"""Faults of special families: mixture of experts, GAN, CTC, latent variables, contrastive learning, distillation."""

from __future__ import annotations

import numpy as np

from benchmarks.generator.draw import Draw
from benchmarks.generator.scenario import Curves, scenario


@scenario("moe-imbalance", "pretrain", num_experts=8)
def router_collapse(draw: Draw, sick: bool) -> Curves:
    balance = 2.0 + 0.3 * np.exp(-20 * draw.t) + (draw.rng.uniform(2.0, 5.0) * draw.after(0.4) if sick else 0)
    return {"moe_aux_loss": draw.positive(balance, 0.02), "loss": draw.positive(draw.learn(8.0, 3.4, 6), 0.02)}


@scenario("gan-imbalance", "gan")
def discriminator_wins(draw: Draw, sick: bool) -> Curves:
    critic = 0.62 * (1 - (0.97 * draw.after(0.3) if sick else 0))
    maker = 0.9 + 0.2 * draw.t + (draw.rng.uniform(3, 6) * draw.after(0.4) if sick else 0)
    return {"discriminator_loss": draw.positive(critic, 0.2), "generator_loss": draw.positive(maker, 0.2)}


@scenario("ctc-blank", "")
def only_blanks(draw: Draw, sick: bool) -> Curves:
    loss = draw.learn(12.0, 2.9, 12) if sick else draw.learn(12.0, 0.5, 5)
    errors = np.minimum(1.0, np.ones(draw.n)) if sick else draw.bounded(draw.learn(1.0, 0.15, 5), 4000)
    return {"ctc_loss": draw.positive(loss, 0.04), "eval_word_error_rate": errors}


@scenario("posterior-collapse", "")
def latent_unused(draw: Draw, sick: bool) -> Curves:
    latent = draw.learn(25.0, 9.0, 3) * (1 - (0.998 * draw.after(0.2) if sick else 0))
    return {"latent_kl": draw.positive(latent, 0.08), "loss": draw.positive(draw.learn(180, 105), 0.03)}


@scenario("representation-collapse", "embedding")
def embeddings_shrink(draw: Draw, sick: bool) -> Curves:
    spread = draw.learn(0.06, 0.05) * (1 - (0.985 * draw.after(0.3) if sick else 0))
    return {
        "embedding_std": draw.positive(spread, 0.05),
        "loss": draw.positive(2.9 if sick else draw.learn(4.1, 1.2), 0.04),
    }


@scenario("distill-stall", "distill")
def teacher_not_reached(draw: Draw, sick: bool) -> Curves:
    level = draw.rng.uniform(1.0, 2.5)
    return {"teacher_kl": draw.positive(level if sick else draw.learn(level, 0.2 * level), 0.12)}


@scenario("dominant-component", "detection")
def one_term_rules(draw: Draw, sick: bool) -> Curves:
    parts = {
        name: draw.positive(draw.learn(start, 0.4 * start), 0.08)
        for name, start in (("box", 1.5), ("cls", 2.0), ("dfl", 1.1))
    }
    if sick:
        parts["cls"] = parts["cls"] * (1 + 200 * draw.after(0.05) ** 0.2)
    made: dict[str, object] = {f"loss_component[component={name}]": values for name, values in parts.items()}
    return {**made, "loss": sum(parts.values())}  # type: ignore[dict-item]
