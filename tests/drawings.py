"""Drawings of documents as runs: a shape, resampled, with seeded noise."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lossdoc.knowledge import Knowledge
from lossdoc.knowledge.recognise import Hint, hint_from_name, recognise
from lossdoc.knowledge.schema import Drawing, MetricDocument, Point
from lossdoc.model.record import Record
from lossdoc.model.run import Curve, Run, Trainer

POINTS = (40, 400)
NOISE = (0.0, 0.02, 0.08)
# Set by a schedule and not measured: noise would make another schedule of it.
SCHEDULED = frozenset({"learning_rate"})


@dataclass(frozen=True)
class Drawn:
    """One drawing of one document."""

    metric: str
    name: str
    healthy: bool
    drawing: Drawing

    @property
    def id(self) -> str:
        return f"{self.metric}-{'healthy' if self.healthy else 'unhealthy'}-{self.name or 'curve'}"


def all_drawings(knowledge: Knowledge) -> Iterator[Drawn]:
    """Every curve of every metric document."""
    for entry in knowledge.entries("metric"):
        document = knowledge.document("metric", entry.id)
        assert isinstance(document, MetricDocument)
        pictures = document.visualizations
        if pictures is None:
            continue
        for healthy, group in ((True, pictures.healthy), (False, pictures.unhealthy)):
            for name, drawing in group.items():
                yield Drawn(document.id, name, healthy, drawing)


def as_run(drawn: Drawn, knowledge: Knowledge, points: int, noise: float, seed: int = 0) -> Run:
    """The drawing as a run of `points` records; `noise` is a share of the range of each curve."""
    rng = np.random.default_rng(seed)
    shapes: dict[tuple[str, str], Sequence[tuple[float, float]]] = {}
    _add(shapes, drawn.metric, drawn.drawing.data)
    for metric, data in drawn.drawing.with_.items():
        _add(shapes, metric, data)
    first = min(step for shape in shapes.values() for step, _ in shape)
    last = max(step for shape in shapes.values() for step, _ in shape)
    curves = []
    for (metric, split), shape in shapes.items():
        name, labels = _labelled(metric)
        low, high = knowledge.metric(name).bounds or (None, None)
        steps = np.linspace(first, last, points)
        inside = (steps >= shape[0][0]) & (steps <= shape[-1][0])
        share = 0.0 if name in SCHEDULED else noise
        values = _noisy(_interpolated(shape, steps[inside]), share, rng, (low, high))
        records = np.arange(points, dtype=np.int64)[inside]
        curves.append(Curve(name, split, name, steps[inside], values, records, records + 1, labels=labels))
    run = Run("drawing", "drawing", curves, records=points, config=dict(drawn.drawing.config))
    run.trainer = _trainer(drawn.drawing, curves, knowledge)
    return run


def _labelled(metric: str) -> tuple[str, Mapping[str, str]]:
    """`reward[component=format]` names a labelled curve of the same run."""
    name, _, rest = metric.partition("[")
    return name, dict(part.split("=", 1) for part in rest.rstrip("]").split(",") if "=" in part)


def _add(shapes: dict[tuple[str, str], Sequence[tuple[float, float]]], metric: str, data: Sequence[Point]) -> None:
    columns = {
        "train": [(p.step, p.train if p.value is None else p.value) for p in data],
        "eval": [(p.step, p.val) for p in data],
    }
    if metric.startswith("eval_"):
        columns = {"eval": columns["train"]}
        metric = metric.removeprefix("eval_")
    for split, pairs in columns.items():
        known = [(step, value) for step, value in pairs if value is not None]
        if known:
            shapes[metric, split] = known


def _interpolated(shape: Sequence[tuple[float, float]], steps: NDArray[np.float64]) -> NDArray[np.float64]:
    """Linear between finite points; a step whose next drawn point is not finite is not finite."""
    x, y = (np.asarray(column, dtype=np.float64) for column in zip(*shape, strict=True))
    finite = np.isfinite(y)
    if not finite.any():
        return np.full(len(steps), y[0])
    values = np.interp(steps, x[finite], y[finite])
    following = np.clip(np.searchsorted(x, steps), 0, len(x) - 1)
    values[~finite[following]] = y[following][~finite[following]]
    return np.asarray(values)


def _noisy(
    values: NDArray[np.float64],
    noise: float,
    rng: np.random.Generator,
    bounds: tuple[float | None, float | None],
) -> NDArray[np.float64]:
    finite = values[np.isfinite(values)]
    spread = float(np.ptp(finite)) if len(finite) else 0.0
    if not noise or not spread:
        return values
    moved = values + rng.normal(0.0, noise * spread, len(values))
    # A constant stretch stays constant: it is what many faults look like.
    still = np.zeros(len(values), dtype=bool)
    same = np.diff(values) == 0
    still[:-1] |= same
    still[1:] |= same
    moved = np.where(still | (values == 0), values, moved)
    low = -math.inf if bounds[0] is None else bounds[0] + 1e-3 * spread
    high = math.inf if bounds[1] is None else bounds[1] - 1e-6 * spread
    return np.where(still | (values == 0), values, np.clip(moved, low, high))


def _trainer(drawing: Drawing, curves: Sequence[Curve], knowledge: Knowledge) -> Trainer:
    hint: Hint | None = hint_from_name(drawing.trainer, knowledge) if drawing.trainer else None
    records = [Record({(f"eval_{c.key}" if c.split == "eval" else c.key): float(c.values[0]) for c in curves})]
    return recognise(records, knowledge, hint).trainer
