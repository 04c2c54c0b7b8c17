"""Seeded curves with realistic noise, and the call that judges them with one check through the engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lossdoc.judge.engine import diagnose
from lossdoc.knowledge import Knowledge
from lossdoc.model.finding import Finding
from lossdoc.model.record import Event
from lossdoc.model.run import Curve, Run, Trainer

Floats = NDArray[np.float64]


@cache
def knowledge() -> Knowledge:
    return Knowledge.load(())


def curve(metric: str, values: ArrayLike, split: str = "train", key: str = "", every: int = 1, **labels: str) -> Curve:
    """A curve logged every `every` steps from step 1 on; rows of one number belong to one record."""
    y = np.asarray(values, dtype=float)
    records = np.arange(len(y), dtype=np.int64) * every
    axis = records.astype(float) + 1
    return Curve(metric, split, key or metric, axis, y, records, records + 1, labels=labels)


def run_of(
    curves: Sequence[Curve],
    trainer: str = "grpo",
    config: Mapping[str, Any] | None = None,
    events: Sequence[Event] = (),
    format_name: str = "jsonl",
) -> Run:
    records = max((len(c) for c in curves), default=0)
    candidates = (trainer,) if trainer else ()
    return Run(
        "x.log", format_name, curves, trainer=Trainer(candidates), config=config or {}, events=events, records=records
    )


def found(check: str, *curves: Curve, **options: Any) -> list[Finding]:
    """What one check says about a run."""
    return [f for f in diagnose(run_of(curves, **options), knowledge(), [check]).findings if f.check == check]


def skipped(check: str, *curves: Curve, **options: Any) -> str:
    """Why one check could not judge a run, "" when it could."""
    report = diagnose(run_of(curves, **options), knowledge(), [check])
    return next((s.why for s in report.skipped if s.check == check), "")


def noise(n: int, scale: float, seed: int) -> Floats:
    """White noise with a few heavy points, as batches give it."""
    rng = np.random.default_rng(seed)
    return np.asarray(scale * rng.standard_t(5, n) / np.sqrt(5 / 3), dtype=float)


def ramp(n: int, start: float, end: float, begin: float = 0.0, until: float = 1.0) -> Floats:
    """From start to end between two shares of the run, flat before and after."""
    return np.interp(np.linspace(0, 1, n), [begin, until], [start, end])


def saturating(n: int, start: float, end: float, rate: float = 4.0) -> Floats:
    """The usual way of learning: fast first, then slower."""
    share = (1 - np.exp(-rate * np.linspace(0, 1, n))) / (1 - np.exp(-rate))
    return np.asarray(start + (end - start) * share, dtype=float)


def preference(
    chosen: Floats, rejected: Floats, beta: float = 0.1, reference: float = -280.0, seed: int = 0, batch: int = 8
) -> list[Curve]:
    """The curves of a DPO run from what the policy did to both answers, in nats, shape (n,).

    Batches differ in length (a tenth of the log-probability); the pairs of a batch differ by their own noise.
    """
    n = len(chosen)
    length = noise(n, 0.1 * abs(reference), seed)
    pair = 0.15 * np.maximum(0.3, np.abs(chosen - rejected))
    c = chosen + noise(n, 1, seed + 1) * pair
    r = rejected + noise(n, 1, seed + 2) * pair
    c[0], r[0] = 0.0, 0.0
    spread = np.maximum(0.5, np.abs(chosen - rejected))
    rng = np.random.default_rng(seed + 3)
    share = 1 / (1 + np.exp(-1.7 * (chosen - rejected) / spread))
    accuracy = rng.binomial(batch, share) / batch
    return [
        curve("reward_chosen", beta * c),
        curve("reward_rejected", beta * r),
        curve("reward_margin", beta * (c - r)),
        curve("reward_accuracy", accuracy),
        curve("logp_chosen", reference + length + c),
        curve("logp_rejected", 1.1 * reference + length + r),
    ]


def rewards(mean: Floats, answers: int = 16, scale: float = 1.0, seed: int = 0) -> list[Curve]:
    """Reward and its spread over batches of answers that score 0 or `scale`, from the policy's mean, shape (n,)."""
    rng = np.random.default_rng(seed)
    share = np.clip(mean / scale, 0, 1)
    got = rng.binomial(answers, share) / answers
    spread = scale * np.sqrt(got * (1 - got))
    return [curve("reward", scale * got), curve("reward_std", spread)]
