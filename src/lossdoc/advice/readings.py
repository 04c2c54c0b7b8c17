"""Settings as this run had them, from its configuration or its curves, beside what is usual for its trainer."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct

from lossdoc.advice.spell import spelled_keys
from lossdoc.checks._preference import find_beta
from lossdoc.judge.passes import passes
from lossdoc.words.spoken import brief

if TYPE_CHECKING:
    from lossdoc.knowledge import Knowledge
    from lossdoc.knowledge.schema import Usual
    from lossdoc.model.run import Curve, Run

NAMES = {
    "learning_rate": "The learning rate",
    "max_grad_norm": "The clip threshold",
    "num_train_epochs": "The number of passes over the data",
    "train_batch_size": "The batch size",
    "beta": "Beta",
    "temperature": "The sampling temperature",
    "num_generations": "The number of answers per prompt",
    "max_completion_length": "The limit of the answers' length",
}

ROUNDS = "The number of boosting rounds"
VAGUE = 1000.0  # times the lowest usual value; ours: pretraining and fine-tuning together span more


class Range(Struct, frozen=True):
    """What is usual: the ends over all rows of the documents, and the rows."""

    low: float
    high: float
    rows: Sequence[Usual]
    whose: str  # dpo, grpo or rloo
    vague: bool  # of objectives that have little in common: it tells what is out of all bounds, not what to try


class Readings:
    """The settings of one run; each is read once."""

    def __init__(self, run: Run, knowledge: Knowledge) -> None:
        self._run, self._knowledge = run, knowledge
        self._usual: dict[str, Range | None] = {}

    @cached_property
    def rate(self) -> Curve | None:
        """The schedule: the plainest curve of the learning rate with finite values."""
        curve = self._run.get("learning_rate")
        curve = curve.finite() if curve is not None else None
        return curve if curve is not None and len(curve) else None

    def value(self, setting: str) -> float | None:
        """What the run had; for the rate its peak. None where neither the log nor the user says it."""
        if setting == "learning_rate" and self.rate is not None:
            return float(self.rate.values.max())
        said = self.configured(setting)
        if setting == "num_train_epochs":
            # What a run that ended early was meant to see is not what it saw.
            return said if self.passes is None or (said and 0.9 * said <= self.passes) else self.passes
        if said is not None:
            return said
        if setting == "beta":
            measured = find_beta(self._run, self._run.config)
            return measured.value if measured else None
        if setting == "max_completion_length":
            return self._limit
        return None

    @cached_property
    def passes(self) -> float | None:
        """How many times the data were seen; for boosted trees the rounds."""
        if self._run.trainer.candidates == ("gbdt",):
            return self._run.last_step
        return passes(self._run)

    def configured(self, setting: str) -> float | None:
        """The setting in the configuration, under our name of it or as this trainer spells it."""
        for key in (setting, *spelled_keys(setting, self._run.trainer, self._knowledge)):
            said = self._run.config.get(key)
            if isinstance(said, int | float) and np.isfinite(said):
                return float(said)
        return None

    @cached_property
    def _limit(self) -> float | None:
        """The longest answer, where some were cut off: it was cut at the limit."""
        cut = self._run.get("truncated_fraction")
        longest = self._run.get("max_completion_length")
        if cut is None or longest is None or not len(cut.finite()) or not len(longest.finite()):
            return None
        return float(longest.finite().values.max()) if cut.finite().values.max() > 0 else None

    def usual(self, setting: str) -> Range | None:
        """What is usual for all candidate trainers together; None where a candidate's document says nothing."""
        if setting not in self._usual:
            self._usual[setting] = self._range(setting)
        return self._usual[setting]

    def _range(self, setting: str) -> Range | None:
        trainer = self._run.trainer
        rows: list[Usual] = []
        for objective in trainer.candidates:
            own = self._knowledge.usual(setting, objective, trainer.framework, self.configured("num_parameters"))
            if not own:
                return None
            rows += [row for row in own if row not in rows]
        if not rows:
            return None
        low, high = min(row.range[0] for row in rows), max(row.range[1] for row in rows)
        vague = len(trainer.candidates) > 1 and high > VAGUE * low
        return Range(low, high, rows, " or ".join(trainer.candidates), vague)

    def sentence(self, setting: str) -> str:
        """`The learning rate was 1e-9; usual for dpo is 5e-7 to 5e-6 (full weights)`; "" where it was not read."""
        value = self.value(setting)
        if value is None:
            return ""
        rounds = setting == "num_train_epochs" and self._run.trainer.candidates == ("gbdt",)
        said = f"{ROUNDS if rounds else NAMES.get(setting, setting)} was {brief(value)}"
        usual = self.usual(setting)
        if usual is None or usual.vague:
            return said
        if len(usual.rows) > 2:
            return f"{said}; usual for {usual.whose} is {brief(usual.low)} to {brief(usual.high)}"
        ranges = [f"{brief(r.range[0])} to {brief(r.range[1])}{f' ({r.when})' if r.when else ''}" for r in usual.rows]
        return f"{said}; usual for {usual.whose} is {' or '.join(ranges)}"
