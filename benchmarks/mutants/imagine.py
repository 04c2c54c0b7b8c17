"""Runs that a check might see, at random: curves of what it asks for, in shapes, lengths and scales that logs have."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
from msgspec.structs import replace

from lossdoc import checks
from lossdoc.judge.case import Need, Setting
from lossdoc.model.run import Curve, Run, Trainer
from tests.checks.synthetic import Floats, curve, noise, ramp, run_of, saturating
from tests.limit_sides import SIGNS, knowledge

LENGTHS = (2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 16, 20, 24, 30, 40, 60, 90, 130)
# What runs log beside what a check asks for, and what decides about the vital signs.
BESIDE = (
    ("loss", "train"),
    ("loss", "eval"),
    ("accuracy", "train"),
    ("accuracy", "eval"),
    ("f1", "eval"),
    ("auc", "eval"),
    ("word_error_rate", "eval"),
    ("bleu", "eval"),
    ("perplexity", "eval"),
    ("learning_rate", "train"),
    ("grad_norm", "train"),
    ("entropy", "train"),
    ("reward", "train"),
    ("reward_std", "train"),
    ("return_mean", "train"),
    ("epoch", "train"),
)
COUNTS = (1, 2, 3, 4, 5, 8, 10, 16, 20, 50, 64, 100, 500, 1000, 5000, 32000, 50257, 128000)
SCALES = (0.001, 0.01, 0.1, 0.3, np.log(2), 1, 1, 2, np.log(10), 4, 7, 10, 30, 100, 300, 1e4)
SETTINGS = ("max_steps", "num_train_epochs", "classes", "vocab_size", "beta", "learning_rate", "temperature")


def imagined(check: str, trainers: list[Trainer], rng: random.Random) -> Run:
    """A run of one of the trainers, or of any, with what a check asks for and something beside."""
    needs = {} if check == SIGNS else checks.load(check).needs
    asked = [(m, s) for n in needs.values() if isinstance(n, Need) for m in n.names[:6] for s in _splits(n)]
    longest = rng.choice(LENGTHS)
    curves: dict[tuple[str, str], Curve] = {}
    for metric, split in [*asked, *BESIDE]:
        if rng.random() < (0.8 if (metric, split) in asked else 0.12):
            few = split == "eval" and rng.random() < 0.6
            curves[metric, split] = imagined_curve(metric, split, rng.choice(LENGTHS[:12]) if few else longest, rng)
    if not curves:
        return imagined(check, trainers, rng)
    trainer = rng.choice(trainers) if trainers and rng.random() < 0.8 else _any(rng)
    run = run_of(list(curves.values()), config=settings(check, rng))
    return replace(run, trainer=trainer)


def _any(rng: random.Random) -> Trainer:
    return Trainer((rng.choice([t.id for t in knowledge().trainers()]),))


def _splits(need: Need) -> list[str]:
    return {"any": ["train", "eval"], "same": ["train", "eval"]}.get(need.split, need.split.split(", else "))


def settings(check: str, rng: random.Random) -> dict[str, float]:
    """Some settings, most likely those that a check asks for."""
    needs = {} if check == SIGNS else checks.load(check).needs
    asked = {need.key for need in needs.values() if isinstance(need, Setting)}
    wanted = [
        key
        for key in {**dict.fromkeys(asked), **dict.fromkeys(SETTINGS)}
        if rng.random() < (0.7 if key in asked else 0.1)
    ]
    return {
        key: rng.choice((0.1, 0.02, 1e-4)) if key in ("beta", "learning_rate") else rng.choice(COUNTS) for key in wanted
    }


def imagined_curve(metric: str, split: str, points: int, rng: random.Random) -> Curve:
    """Some course of a metric within its bounds; a held-out one lies at every so many records."""
    if metric == "epoch":
        values = np.linspace(rng.choice((0, 0.01, 1)), rng.choice((1, 1.01, 1.5, 3, 5, 10, 50)), points)
        return curve(metric, values, split)
    low, high = knowledge().metric(metric).bounds or (None, None)
    scale = 1.0 if high in (1, 100) else float(rng.choice(SCALES) * rng.uniform(0.5, 1.5))
    ends = [_level(rng, bounded=high is not None) for _ in range(2)]
    y = rng.choice(SHAPES)(points, ends[0], ends[1], rng)
    sigma = 10 ** rng.uniform(-4, -0.5) * rng.choice((0, abs(ends[0]), abs(ends[1] - ends[0])))
    y = scale * (y + noise(points, sigma, rng.randrange(10**6)))
    if low is not None or high is not None:
        y = np.clip(y, -np.inf if low is None else low, np.inf if high is None else high)
    if high == 1 and rng.random() < 0.15:
        y = 100 * y
    made = curve(metric, y, split, key=f"eval_{metric}" if split == "eval" else metric, every=rng.choice((1, 1, 5, 10)))
    if rng.random() < 0.15:
        made = replace(made, axis="epoch", steps=np.linspace(1, rng.choice((1, 2, 3, 4, 5, 7, points)), points))
    digits = rng.choice((None, None, None, 2, 3, 4))
    return made if digits is None else replace(made, values=np.round(made.values, digits), decimals=digits)


def _level(rng: random.Random, bounded: bool) -> float:
    """Where a curve begins or ends: in thirds of all cases near nothing, near a perfect score, or anywhere."""
    near = 10 ** rng.uniform(-4, -0.5)
    return (
        rng.choice((near, 1 - near, 0.5 + rng.choice((-1, 1)) * near / 2, rng.random(), 0.0))
        if bounded
        else rng.choice((1.0, 1.0, 1 - near, 1 + near, near, rng.random(), 1 / near, -near))
    )


Shape = Callable[[int, float, float, random.Random], Floats]


def _spike(n: int, a: float, b: float, rng: random.Random) -> Floats:
    y = saturating(n, a, b)
    at = rng.randrange(n)
    y[at : at + rng.choice((1, 1, 2, 4, n))] += 10 ** rng.uniform(-2, 2) * (abs(a) + abs(b))
    return y


def _step(n: int, a: float, b: float, rng: random.Random) -> Floats:
    return np.where(np.arange(n) < rng.randrange(n + 1), a, b).astype(float)


def _there_and_back(n: int, a: float, b: float, rng: random.Random) -> Floats:
    best = rng.uniform(0.05, 0.95)
    return np.interp(np.linspace(0, 1, n), [0, best, 1], [a, b, b + rng.uniform(-1, 1.5) * (a - b)])


def _walk(n: int, a: float, b: float, rng: random.Random) -> Floats:
    return np.asarray(a + (b - a) * np.cumsum(noise(n, 1 / max(1, n) ** 0.5, rng.randrange(10**6))), dtype=float)


def _swinging(n: int, a: float, b: float, rng: random.Random) -> Floats:
    turn = np.arange(n) // rng.choice((1, 1, 2, 3)) % 2
    return np.where(turn == 0, a, b) * np.linspace(1, rng.uniform(0.2, 1.5), n)


SHAPES: tuple[Shape, ...] = (
    lambda n, a, b, rng: saturating(n, a, b, rng.choice((1, 4, 12))),
    lambda n, a, b, rng: ramp(n, a, b, *sorted((rng.random(), rng.random() + 1e-3))),
    lambda n, a, b, _: np.linspace(a, b, n),
    lambda n, a, _b, _rng: np.full(n, a),
    lambda n, a, b, _: np.geomspace(abs(a) + 1e-6, abs(b) + 1e-6, n),
    _there_and_back,
    _there_and_back,
    _step,
    _spike,
    _walk,
    _swinging,
)
