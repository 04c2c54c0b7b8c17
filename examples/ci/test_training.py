"""A training smoke test: a short run of the real loop, whose log has to be healthy. Run it with pytest."""

from __future__ import annotations

import json
import math
import random
from pathlib import Path

from lossdoc.api import Options, diagnose, read_path


def train(log: Path, steps: int = 300, learning_rate: float = 0.05) -> None:
    """Your training, shortened. Here: logistic regression on two noisy clouds, with a held-out half."""
    draw = random.Random(1)
    points = [(draw.gauss(side, 0.8), side > 0) for side in (-1, 1) for _ in range(400)]
    draw.shuffle(points)
    seen, held_out = points[:400], points[400:]
    weight = bias = 0.0
    with log.open("w") as file:
        for step in range(1, steps + 1):
            batch = draw.sample(seen, 128)
            errors = [(1 / (1 + math.exp(-(weight * x + bias))) - y, x) for x, y in batch]
            row = {"step": step, "loss": loss(batch, weight, bias)}
            if step % 20 == 0:
                row["eval_loss"] = loss(held_out, weight, bias)
            file.write(json.dumps(row) + "\n")
            weight -= learning_rate * sum(e * x for e, x in errors) / len(batch)
            bias -= learning_rate * sum(e for e, _ in errors) / len(batch)


def loss(points: list[tuple[float, bool]], weight: float, bias: float) -> float:
    return sum(math.log1p(math.exp(-(weight * x + bias) * (1 if y else -1))) for x, y in points) / len(points)


def test_the_training_learns(tmp_path: Path) -> None:
    log = tmp_path / "smoke.jsonl"
    train(log)
    (runs,) = read_path(str(log), options := Options())
    assert isinstance(runs, list)
    report = diagnose(runs[0], options)
    assert [f.message for f in report.roots if f.severity == "error"] == []
    assert report.signs["finite"].answer == "yes"
    assert report.signs["learning"].answer == "yes", report.signs["learning"].evidence
