"""A callback for the Trainer of transformers and for all that is built on it: TRL, axolotl, LLaMA-Factory, Unsloth."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from lossdoc.integrations.session import Session

# Settings that checks and advice ask for, as the configuration classes of transformers and TRL spell them.
_SETTINGS = (
    "beta", "bf16", "fp16", "gradient_accumulation_steps", "learning_rate", "loss_type", "max_completion_length",
    "max_grad_norm", "max_steps", "num_generations", "num_train_epochs", "temperature", "warmup_steps",
)  # fmt: skip


class LossdocCallback(TrainerCallback):
    """Judges the run while it trains, and writes `lossdoc.html` into the output folder at its end.

        trainer = Trainer(..., callbacks=[LossdocCallback(stop_on=["non-finite", "divergence"])])

    Findings go to the logger `lossdoc`; the counts of errors and warnings (`lossdoc/error`, `lossdoc/warning`) go to
    the trackers if the callback stands before them: `LossdocCallback().attach(trainer)` puts it there. `trainer` is
    told from the configuration's class where it is not given (DPOConfig: trl-dpo), beta and other settings are read
    from it. `page` is where the HTML page goes, None for none. `stop_on`, `select` and `ignore` take check ids; `every`
    and `cost` say how often to look. `report` is the last report. Only the first process judges.
    """

    def __init__(self, *, page: str | Path | None = "lossdoc.html", trainer: str | None = None, **options: Any) -> None:
        self.page = page
        self.session = Session(trainer=trainer, **options)

    @property
    def report(self) -> Any:
        """The lossdoc.Report of the last look, None before the first."""
        return self.session.report

    def attach(self, trainer: Any) -> LossdocCallback:
        """Join a trainer that exists, before its trackers, so that they log the counts of findings."""
        trainer.callback_handler.callbacks.insert(0, self)
        return self

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ARG002
        """The configuration says who trains and with what."""
        session = self.session
        session.trainer = session.trainer or trainer_of(args)
        session.settings = settings_of(args) | dict(session.settings)

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:  # noqa: ARG002
        """Look at the history when it is time, and ask the trainer to stop where a chosen check found something."""
        if not state.is_world_process_zero or not state.log_history:
            return
        session = self.session
        session.add(state.log_history[-1])
        if logs is not None and session.report is not None:
            logs.update(session.counts())
        if session.stopped is not None:
            control.should_training_stop = True

    def on_train_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ARG002
        """The last look, at the whole history, and the page."""
        if state.is_world_process_zero:
            self.session.look(state, at_the_end=True)
            if self.page is not None:
                self.session.write_page(Path(args.output_dir) / self.page)


def trainer_of(args: Any) -> str | None:
    """`trl-dpo` for a DPOConfig; None for plain TrainingArguments, whose objective the keys must show."""
    from lossdoc.knowledge import Knowledge, UnknownTrainer

    for kind in type(args).__mro__:
        name = kind.__name__
        if name.endswith("Config") and kind.__module__.startswith("trl"):
            word = f"trl-{name.removesuffix('Config').lower()}"
            try:
                Knowledge.load().parse_trainer(word)
            except UnknownTrainer:
                continue
            return word
    return None


def settings_of(args: Any) -> dict[str, float | str]:
    """The settings that are asked for and that this configuration has. Of max_steps and epochs the one in force."""
    found: dict[str, float | str] = {}
    unused = "max_steps" if getattr(args, "max_steps", -1) == -1 else "num_train_epochs"
    for name in _SETTINGS:
        value = getattr(args, name, None)
        if isinstance(value, list | tuple) and len(value) == 1:
            value = value[0]  # DPOConfig.loss_type is a list in newer versions of TRL
        if isinstance(value, int | float | str) and name != unused:
            found[name] = value
    return found
