"""A callback for Lightning (`lightning` or `pytorch_lightning`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

try:
    from lightning.pytorch.callbacks import Callback
    from lightning.pytorch.loggers import Logger
except ImportError:
    from pytorch_lightning.callbacks import Callback
    from pytorch_lightning.loggers import Logger

from lossdoc.integrations.session import Session

_RATE = re.compile(r"(?:^|[-_/])(?:lr|learning_rate)")  # LearningRateMonitor logs `lr-Adam`


class _Rows(Logger):
    """What `self.log` sends to loggers, row by row, and nothing twice: as a logger, it is told each value once."""

    def __init__(self, session: Session, trainer: Any) -> None:
        super().__init__()
        self.session = session
        self.trainer = trainer

    @property
    def name(self) -> str:
        return "lossdoc"

    @property
    def version(self) -> str:
        return ""

    def log_hyperparams(self, params: Any, *_: Any, **__: Any) -> None:
        """Hyperparameters are no metrics."""

    def log_metrics(self, metrics: Mapping[str, float], step: int | None = None) -> None:
        """Look when it is time, and ask the trainer to stop where a chosen check found something."""
        rates = {} if any(map(_RATE.search, metrics)) else rate_of(self.trainer)
        self.session.add({**rates, **metrics, **({} if step is None else {"step": step})})
        if self.session.stopped is not None:
            self.trainer.should_stop = True


class LossdocCallback(Callback):
    """Judges the run while it trains, and writes `lossdoc.html` into the trainer's root folder at its end.

        trainer = Trainer(callbacks=[LossdocCallback(stop_on=["non-finite"])])

    What the module logs is judged as its loggers get it, without a logger of your own as well. `page` is where the HTML
    page goes, None for none; the other arguments are those of `lossdoc.integrations.session.Session`.
    """

    def __init__(self, *, page: str | Path | None = "lossdoc.html", **options: Any) -> None:
        self.page = page
        self.session = Session(**options)

    @property
    def report(self) -> Any:
        """The lossdoc.Report of the last look, None before the first."""
        return self.session.report

    def setup(self, trainer: Any, pl_module: Any, stage: str) -> None:  # noqa: ARG002
        """Listen as a logger; the trainer says with what it trains."""
        if stage == "fit" and trainer.is_global_zero:
            self.session.trainer = self.session.trainer or "lightning"
            self.session.settings = settings_of(trainer) | dict(self.session.settings)
            trainer.loggers = [*trainer.loggers, _Rows(self.session, trainer)]

    def on_fit_end(self, trainer: Any, pl_module: Any) -> None:  # noqa: ARG002
        """The last look, at all rows, and the page."""
        if trainer.is_global_zero:
            self.session.look(self.session.rows, at_the_end=True)
            if self.page is not None:
                self.session.write_page(Path(trainer.default_root_dir) / self.page)


def settings_of(trainer: Any) -> dict[str, float | bool]:
    """The settings of a Trainer that checks and advice ask for, under their canonical names."""
    found: dict[str, float | bool] = {}
    if trainer.gradient_clip_algorithm in (None, "norm"):
        found["max_grad_norm"] = float(trainer.gradient_clip_val or 0.0)
    for name, value in (("num_train_epochs", trainer.max_epochs), ("max_steps", trainer.max_steps)):
        if value is not None and value > 0:
            found[name] = float(value)
    precision = str(trainer.precision)
    return {**found, "bf16": precision.startswith("bf16"), "fp16": precision.startswith("16")}


def rate_of(trainer: Any) -> dict[str, float]:
    """The learning rate of the first group of the first optimiser, which Lightning logs to nobody by itself."""
    groups = [group for optimiser in trainer.optimizers for group in optimiser.param_groups]
    return {"learning_rate": float(groups[0]["lr"])} if groups and "lr" in groups[0] else {}
