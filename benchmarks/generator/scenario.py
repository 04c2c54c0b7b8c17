"""A scenario as a run: decorator, registry by walking, curves by name -> Run."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from benchmarks.generator import scenarios
from benchmarks.generator.draw import Draw
from lossdoc.model.run import Curve, Run, Trainer

Curves = Mapping[str, ArrayLike]
Make = Callable[[Draw, bool], Curves]


@dataclass(frozen=True)
class Scenario:
    """One fault of one trainer. `make(draw, sick)` gives the curves of the faulty run or of its healthy twin."""

    check: str
    trainer: str
    name: str
    make: Make
    config: Mapping[str, Any] = field(default_factory=dict)

    def run(self, n: int, seed: int, sick: bool) -> Run:
        """The run of `n` records; every tenth of an eval curve is kept, a NaN stands for a record without the key."""
        curves = [_curve(name, values) for name, values in self.make(Draw(n, seed), sick).items()]
        return Run(
            f"{self.name}-{seed}", "generated", curves, trainer=Trainer((self.trainer,)), config=self.config, records=n
        )


def scenario(check: str, trainer: str, **config: Any) -> Callable[[Make], Scenario]:
    """Marks a function as a scenario of a check under a trainer, with what its log says of the configuration."""

    def mark(make: Make) -> Scenario:
        return Scenario(check, trainer, getattr(make, "__name__", check), make, config)

    return mark


def all_scenarios() -> list[Scenario]:
    """Every scenario of every module under `scenarios/`, in order of check and name."""
    found = []
    for module in pkgutil.iter_modules(scenarios.__path__):
        members = vars(importlib.import_module(f"{scenarios.__name__}.{module.name}")).values()
        found += [member for member in members if isinstance(member, Scenario)]
    return sorted(found, key=lambda s: (s.check, s.name))


def _curve(name: str, values: ArrayLike) -> Curve:
    plain, _, rest = name.partition("[")
    labels = dict(part.split("=", 1) for part in rest.rstrip("]").split(",") if "=" in part)
    split = "eval" if plain.startswith("eval_") else "train"
    y = np.asarray(values, dtype=float)
    records = np.arange(len(y), dtype=np.int64)
    if split == "eval":
        every = max(1, len(y) // 20)
        y, records = y[every - 1 :: every], records[every - 1 :: every]
    metric = plain.removeprefix("eval_")
    return Curve(metric, split, name, records.astype(float) + 1, y, records, records + 1, labels=labels)
