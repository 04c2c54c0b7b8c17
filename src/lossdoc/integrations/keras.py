"""A callback for Keras 3 (and for `tf.keras` of TensorFlow 2.16 and newer, which is the same)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from keras.callbacks import Callback

from lossdoc.integrations.session import Session


class LossdocCallback(Callback):
    """Judges the run after each epoch, and writes the page at its end.

        model.fit(x, y, validation_data=..., callbacks=[LossdocCallback(stop_on=["non-finite", "overfitting"])])

    `page` is where the HTML page goes, None for none; the other arguments are those of
    `lossdoc.integrations.session.Session`, with a look after every epoch unless `every` says otherwise.
    """

    def __init__(self, *, page: str | Path | None = "lossdoc.html", every: int = 1, **options: Any) -> None:
        super().__init__()
        self.page = page
        self.session = Session(every=every, **options)

    @property
    def report(self) -> Any:
        """The lossdoc.Report of the last look, None before the first."""
        return self.session.report

    def on_train_begin(self, logs: Mapping[str, float] | None = None) -> None:  # noqa: ARG002
        """The model says with what it trains."""
        session = self.session
        session.trainer = session.trainer or "keras"
        clipped = getattr(self.model.optimizer, "clipnorm", None) or getattr(
            self.model.optimizer, "global_clipnorm", None
        )
        session.settings = {"max_grad_norm": float(clipped or 0.0), **session.settings}

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """One row per epoch, counted from 1 as Keras prints them, with the rate that it does not log."""
        self.session.add({"epoch": epoch + 1, **rate_of(self.model), **(logs or {})})
        if self.session.stopped is not None:
            self.model.stop_training = True

    def on_train_end(self, logs: Mapping[str, float] | None = None) -> None:  # noqa: ARG002
        """The last look, at all epochs, and the page."""
        self.session.look(self.session.rows, at_the_end=True)
        if self.page is not None:
            self.session.write_page(self.page)


def rate_of(model: Any) -> dict[str, float]:
    """The learning rate of the optimiser; nothing where it has none of its own."""
    rate = getattr(model.optimizer, "learning_rate", None)
    return {} if rate is None else {"learning_rate": float(rate)}
