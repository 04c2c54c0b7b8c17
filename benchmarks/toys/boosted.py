"""Boosted trees: XGBoost's own lines on the console and its evals_result as JSON."""

from __future__ import annotations

import importlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

BINARY = {"objective": "binary:logistic", "eval_metric": ["logloss", "auc"]}
SQUARED = {"objective": "reg:squarederror", "eval_metric": ["rmse", "mae"]}
CLASSES = {"objective": "multi:softprob", "num_class": 4, "eval_metric": ["mlogloss", "merror"]}
RUNS: Mapping[str, Mapping[str, Any]] = {
    "healthy": {"eta": 0.1, "max_depth": 3},
    "healthy-classes": {"eta": 0.2, "max_depth": 3, "task": CLASSES, "every": 5},
    "healthy-regression": {"eta": 0.1, "max_depth": 4, "task": SQUARED, "every": 10, "rounds": 200},
    "overfit": {"eta": 0.5, "max_depth": 12, "rows": 120, "flipped": 0.25, "rounds": 150},
    "shuffled": {"eta": 0.1, "max_depth": 4, "shuffled": True},
    "rate-0": {"eta": 0.0, "max_depth": 4},
    "rate-tiny": {"eta": 1e-5, "max_depth": 4, "every": 10},
    "rate-huge": {"eta": 30.0, "max_depth": 4, "rounds": 60},
    "rate-huge-regression": {"eta": 2.6, "max_depth": 4, "task": SQUARED, "rounds": 60},
}


def train(
    folder: Path,
    eta: float,
    max_depth: int,
    task: Mapping[str, Any] = BINARY,
    rows: int = 2000,
    flipped: float = 0.03,
    shuffled: bool = False,
    rounds: int = 100,
    every: int = 1,
) -> None:
    xgboost, numpy = importlib.import_module("xgboost"), importlib.import_module("numpy")
    random = numpy.random.default_rng(3)

    def drawn(count: int) -> Any:
        inputs = random.normal(size=(count, 12))
        score = inputs[:, 0] + inputs[:, 1] * inputs[:, 2] - 0.7 * numpy.abs(inputs[:, 3]) + 0.4
        if task is SQUARED:
            labels = 3.0 * score + random.normal(0, 0.5, count)
        elif task is CLASSES:
            labels = numpy.digitize(score, [-1.0, 0.0, 1.0])
        else:
            labels = (score > 0) ^ (random.random(count) < flipped)
        return xgboost.DMatrix(inputs, label=random.permutation(labels) if shuffled else labels)

    told: dict[str, Any] = {}
    training = drawn(rows)
    xgboost.train(
        {**task, "eta": eta, "max_depth": max_depth, "nthread": 1, "seed": 1},
        training,
        rounds,
        evals=[(training, "train"), (drawn(1000), "eval")],
        evals_result=told,
        verbose_eval=every,
    )
    (folder / "evals_result.json").write_text(json.dumps(told))
