"""Sides of limits of checks that ask whether a run learned: chance, standstill, constant answers, losses near 0."""

from __future__ import annotations

import numpy as np
from msgspec.structs import replace

from lossdoc.model.run import Curve, Run, Trainer
from tests.checks.losses import evals, falling, loss, rounded
from tests.checks.synthetic import Floats, curve, noise, ramp, run_of, saturating
from tests.sides.by_hand import Sides, flat


def classifier(*curves: Curve, **config: float) -> Run:
    return run_of(curves, "classification", config)


def guessing(k: float, *more: Curve, scatter: float = 0.002, **config: float) -> Run:
    """A classifier whose loss stands at ln k."""
    return classifier(loss(flat(60, np.log(k), scatter)), *more, **config)


def pairs(
    level: float, right: float, margin: float = 0.0, rise: float = 0.0, scatter: float = 0.1, trainer: str = "reward"
) -> Run:
    """Pairs whose loss stands still, with the accuracy and the margin beside it."""
    margins = margin + rise * np.linspace(-1, 1, 100) + noise(100, scatter, 3)
    accuracy = np.clip(right + noise(100, 0.01, 4), 0, 1)
    curves = [loss(flat(100, level, 0.002)), curve("reward_margin", margins), curve("reward_accuracy", accuracy)]
    return run_of(curves, trainer)


def one_answer(share: float, count: int, with_loss: bool = True) -> Run:
    """One class for all, of which there are so many: the same accuracy in every evaluation."""
    entropy = -share * np.log(share) - (1 - share) * np.log(1 - share)
    held_out = [evals(np.full(count, entropy), 5)] if with_loss else []
    return classifier(evals(np.full(count, share), 5, "accuracy"), *held_out)


def plateaus(top: float, end: float, decimals: int | None = None) -> Run:
    """A loss that goes down in six steps and is the same ten times on each."""
    made = loss(np.repeat(np.geomspace(top, end, 6), 10))
    return run_of([made if decimals is None else rounded(made, decimals)], "sft")


def same_epochs(count: float) -> Run:
    return classifier(replace(loss(np.full(round(count), 0.6931)), decimals=4))


def zeros(count: float) -> Run:
    return run_of([loss(np.zeros(round(count)))], "sft")


def left_upwards(by: float) -> Run:
    """A first record that no other comes below."""
    return run_of([loss(np.concatenate([[1.0], 1 + by + noise(59, 0.01, 1)]))], "sft")


def warming_up(until: float) -> Run:
    rate = np.interp(np.arange(100), [0, until, 99], [0, 1, 0.5])
    return run_of([loss(flat(100, 1.0, 0.002)), curve("learning_rate", rate)], "sft")


def still_by_its_evals(fall: float) -> Run:
    return run_of([loss(flat(100, 1.0, 0.25)), evals(np.linspace(1, 1 - fall, 10), 10)], "sft")


def perhaps_language(end: float, scatter: float = 0.005) -> Run:
    """A trainer that may be of a language model or of a classifier, with a loss that starts at 30."""
    curves = [curve("grad_norm", flat(60)), curve("learning_rate", np.linspace(1, 0, 60))]
    made = run_of([loss(ramp(60, 30, end, 0, 0.3) + noise(60, scatter, 1)), *curves])
    made.trainer = Trainer(("sft", "classification"))
    return made


def suddenly_zero(before: float) -> Run:
    return run_of([rounded(loss(np.concatenate([ramp(30, 0.5, before), np.zeros(20)])), 4)], "sft")


def boxes(count: float) -> Run:
    box = replace(curve("loss_component", np.zeros(round(count)), key="box"), labels={"component": "box"})
    return run_of([loss(falling(30)), box], "detection")


def rate_that_ends_in_zeros(peak: float) -> Run:
    return run_of([rounded(curve("learning_rate", [*np.full(20, peak), *np.zeros(10)]), 5)], "sft")


def latent(late: Floats) -> Run:
    kl = np.concatenate([ramp(20, 1, 0.01), np.full(20, 0.01), late])
    return run_of([curve("latent_kl", np.abs(kl))], "vae")


def game(records: float) -> Run:
    """A discriminator that wins."""
    n = round(records)
    critic = ramp(n, 0.7, 0.02, 0, 0.5) + noise(n, 0.002, 1)
    maker = ramp(n, 0.7, 4) + noise(n, 0.02, 2)
    return run_of([curve("discriminator_loss", critic), curve("generator_loss", maker)], "gan")


def weak_margin(share: float) -> Run:
    """A margin that stands above 0 by a share of its noise, in a run long enough to be sure of that."""
    return run_of([curve("reward_margin", 0.1 * share + noise(1500, 0.1, 2))], "dpo")


def strays(count: float) -> Run:
    """An empty code with single batches that lift its KL, so many of the last 400."""
    kl = np.concatenate([ramp(400, 1, 0.01), np.full(800, 0.01)])
    kl[-400 : -400 + 2 * round(count) : 2] = 0.5
    return run_of([curve("latent_kl", kl)], "vae")


def encoder(first: float) -> Run:
    """A KL that ends at 0.05 beside a reconstruction loss of 0.3."""
    kl = np.concatenate([np.geomspace(first, 0.05, 30), np.full(30, 0.05)])
    return run_of([curve("latent_kl", kl), curve("loss_component", np.full(60, 0.3), key="recon")], "vae")


SIDES = (
    Sides(
        "chance.exactly",
        "chance-level",
        lambda s: classifier(loss(flat(30)), evals(np.full(4, s), 5, "f1")),
        9.4e-5,
        1.06e-4,
        ("error/medium", ""),
    ),
    Sides(
        "chance.trace",
        "chance-level",
        lambda s: classifier(loss(falling(40)), evals([0.005 * s, *[0.0] * 7], 5, "f1")),
        2.85,
        3.15,
        ("error/high", ""),
    ),
    Sides(
        "loss.through",
        "chance-level",
        lambda s: classifier(loss(flat(10, np.log(10), 0.02)), classes=10, max_steps=10 / s),
        0.85,
        0.95,
        ("skipped", "error/high"),
    ),
    Sides("preference.stands-out", "flat-margin", weak_margin, 0.204, 0.23, ("warning/high", "")),
    Sides(
        "chance-level.guessed",
        "chance-level",
        lambda k: guessing(k, scatter=0.001),
        20,
        21,
        ("error/medium", ""),
    ),
    Sides(
        "chance-level.half",
        "chance-level",
        lambda s: pairs(1.008 * np.log(2), 0.5 + s, trainer="dpo"),
        0.056,
        0.062,
        ("error/medium", ""),
    ),
    Sides(
        "chance-level.elsewhere",
        "chance-level",
        lambda s: guessing(10, evals(np.full(5, np.log(10) * (1 - s)), 10), classes=10),
        0.047,
        0.053,
        ("error/high", ""),
    ),
    Sides(
        "chance-level.better",
        "chance-level",
        lambda s: guessing(10, curve("accuracy", flat(60, 0.1 + s, 0.001)), classes=10),
        0.141,
        0.159,
        ("error/high", ""),
    ),
    Sides(
        "chance-level.guessed-better",
        "chance-level",
        lambda s: guessing(10, curve("accuracy", flat(60, 0.1 + s, 0.001))),
        0.047,
        0.053,
        ("error/high", ""),
    ),
    Sides(
        "chance-level.still",
        "chance-level",
        lambda s: pairs(np.log(2), 0.75, s, scatter=0.0005),
        0.0094,
        0.0106,
        ("error/high", ""),
    ),
    Sides(
        "chance-level.still-sure",
        "chance-level",
        lambda s: pairs(np.log(2), 0.75, 0.002, s, 0.003),
        0.00137,
        0.00155,
        ("error/high", ""),
    ),
    Sides(
        "constant-prediction.apart",
        "constant-prediction",
        lambda s: one_answer(s, 5),
        0.644,
        0.67,
        ("", "error/medium"),
    ),
    Sides(
        "constant-prediction.alone",
        "constant-prediction",
        lambda n: one_answer(0.6, round(n), with_loss=False),
        7,
        8,
        ("", "warning/medium"),
    ),
    Sides(
        "few.rises",
        "no-learning",
        lambda s: run_of([loss(np.linspace(2, 2 * s, 5))], "sft"),
        1.17,
        1.23,
        ("skipped", "error/medium"),
    ),
    Sides("no-learning.eval-material", "no-learning", still_by_its_evals, 0.0121, 0.0136, ("error/high", "")),
    Sides("no-learning.lowest", "no-learning", left_upwards, 0.096, 0.109, ("", "error/medium")),
    Sides("no-learning.spent", "no-learning", lambda s: plateaus(1, s), 0.094, 0.106, ("", "error/medium")),
    Sides("few.identical", "no-learning", same_epochs, 3, 4, ("skipped", "error/medium")),
    Sides("zero-loss.from-first", "zero-loss", zeros, 2, 3, ("skipped", "error/high")),
    Sides("few.exact-to", "no-learning", lambda s: plateaus(s, s / 2, 3), 1.88, 2.12, ("", "error/medium")),
    Sides(
        "merit.ceiling",
        "no-learning",
        lambda s: classifier(loss(flat(60, 1.0, 0.002)), evals(flat(6, s, 0.0005), 10, "accuracy")),
        0.93,
        0.97,
        ("error/high", ""),
    ),
    Sides("no-learning.warm", "no-learning", warming_up, 69, 70, ("warning/medium", "skipped")),
    Sides(
        "no-learning.long",
        "no-learning",
        lambda n: run_of([loss(flat(round(n), 1.0, 0.03, 0))], "sft"),
        49,
        50,
        ("", "error/medium"),
    ),
    Sides("wrong-start.ends-above", "wrong-start", perhaps_language, 0.94, 1.06, ("", "warning/medium")),
    Sides(
        "wrong-start.scatters",
        "wrong-start",
        lambda s: perhaps_language(3, 3 * s),
        0.059,
        0.0665,
        ("warning/medium", ""),
    ),
    Sides("zero-loss.from-first", "zero-loss", boxes, 2, 3, ("", "error/medium")),
    Sides("zero-loss.digits", "zero-loss", suddenly_zero, 0.066, 0.0745, ("", "error/high")),
    Sides("zero-lr.hidden", "zero-lr", rate_that_ends_in_zeros, 0.047, 0.053, ("", "error/high")),
    Sides(
        "loss-collapse.entropy",
        "loss-collapse",
        lambda s: run_of([loss(saturating(60, 6, s))], "sft"),
        0.45,
        0.51,
        ("warning/medium", ""),
    ),
    Sides(
        "loss-collapse.tokens",
        "loss-collapse",
        lambda s: run_of([loss(saturating(60, s, 0.3))], "sft"),
        4.7,
        5.3,
        ("", "warning/medium"),
    ),
    Sides(
        "loss-collapse.supervised",
        "loss-collapse",
        lambda s: classifier(loss(saturating(60, 2, 2 * s)), curve("epoch", np.linspace(0.05, 3, 60))),
        0.0062,
        0.00695,
        ("warning/medium", ""),
    ),
    Sides(
        "posterior-collapse.doubles",
        "posterior-collapse",
        lambda s: latent(np.linspace(0.01, 0.01 * s, 20)),
        1.88,
        2.12,
        ("info/medium", ""),
    ),
    Sides(
        "posterior-collapse.share",
        "posterior-collapse",
        lambda s: run_of([curve("latent_kl", np.concatenate([ramp(20, 100, 2), np.full(40, 100 * s)]))], "vae"),
        0.0095,
        0.0105,
        ("info/medium", ""),
    ),
    Sides("posterior-collapse.stray", "posterior-collapse", strays, 20, 21, ("info/medium", "")),
    Sides("posterior-collapse.summed", "posterior-collapse", encoder, 9.5, 10.5, ("info/medium", "warning/medium")),
    Sides(
        "posterior-collapse.rises",
        "posterior-collapse",
        lambda s: latent(np.linspace(0.01, 0.04, 20) + noise(20, s, 2)),
        0.0172,
        0.0193,
        ("", "info/medium"),
    ),
    Sides(
        "representation-collapse.alike",
        "representation-collapse",
        lambda s: run_of([curve("similarity", np.full(40, s), key="negative_similarity")], "contrastive"),
        0.985,
        0.995,
        ("", "info/medium"),
    ),
    Sides("gan-imbalance.records", "gan-imbalance", game, 39, 40, ("skipped", "info/medium")),
)
