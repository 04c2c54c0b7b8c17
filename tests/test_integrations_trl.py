"""Real runs of TRL on CPU, of a model of one layer: stopped on the chosen check, or left alone; what they are told to
paste is accepted by TRL's own configuration classes."""

from __future__ import annotations

import copy
import logging
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")
trl = pytest.importorskip("trl")
transformers = pytest.importorskip("transformers")
datasets = pytest.importorskip("datasets")
tokenizers = pytest.importorskip("tokenizers")

from lossdoc.integrations.transformers import LossdocCallback, settings_of, trainer_of  # noqa: E402

WORDS = ["<pad>", "<eos>", *"abcdefgh", "good", "bad", "fine", "poor"]
QUIET = {
    "max_steps": 40, "logging_steps": 1, "per_device_train_batch_size": 4, "lr_scheduler_type": "constant",
    "report_to": "none", "disable_tqdm": True, "use_cpu": True, "bf16": False, "save_strategy": "no",
    "logging_nan_inf_filter": False,
}  # fmt: skip


def tiny() -> tuple[Any, Any]:
    """A GPT-2 of one layer and a tokenizer of a few whole words."""
    table = tokenizers.Tokenizer(tokenizers.models.WordLevel({word: n for n, word in enumerate(WORDS)}, "<pad>"))
    table.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_object=table, pad_token="<pad>", eos_token="<eos>")
    shape = {"n_layer": 1, "n_head": 2, "n_embd": 16, "n_positions": 64, "vocab_size": len(WORDS)}
    torch.manual_seed(1)
    torch.set_num_threads(1)  # of a model this small more threads only wait
    return transformers.GPT2LMHeadModel(transformers.GPT2Config(**shape, pad_token_id=0, eos_token_id=1)), tokenizer


def rows(kind: str) -> Any:
    """Prompts of two letters, with what this kind of trainer wants beside them."""
    texts = {"sft": {"text": "{p} good fine {p}"}, "grpo": {"prompt": "{p}"}}
    texts["dpo"] = {"prompt": "{p}", "chosen": " good fine", "rejected": " bad poor"}
    made = [{k: v.format(p=f"{a} {b}") for k, v in texts[kind].items()} for a in "abcdefgh" for b in "abcdefgh"]
    return datasets.Dataset.from_list(made)


class Tracker(transformers.TrainerCallback):  # type: ignore
    """Keeps what a tracker would draw."""

    def __init__(self) -> None:
        self.seen: list[dict[str, float]] = []

    def on_log(self, *_: Any, logs: dict[str, float], **__: Any) -> None:
        self.seen.append(dict(logs))


def trained(kind: str, folder: Path, stop_on: list[str], **settings: Any) -> tuple[Any, LossdocCallback, Tracker]:
    """A run of SFTTrainer, DPOTrainer or GRPOTrainer with the callback and a tracker."""
    model, tokenizer = tiny()
    tracker, callback = Tracker(), LossdocCallback(stop_on=stop_on, cost=1e9)
    config = getattr(trl, f"{kind.upper()}Config")(output_dir=str(folder), **QUIET | settings)
    common = {"train_dataset": rows(kind), "processing_class": tokenizer, "callbacks": [tracker]}
    if kind == "dpo":
        trainer = trl.DPOTrainer(model, copy.deepcopy(model), config, **common)
    elif kind == "grpo":
        same = lambda completions, **_: [1.0] * len(completions)  # noqa: E731
        trainer = trl.GRPOTrainer(model, same, config, **common)
    else:
        trainer = trl.SFTTrainer(model, config, **common)
    callback.attach(trainer)
    trainer.train()
    return trainer, callback, tracker


HIGH, LOW = ["lr-too-high", "divergence", "no-learning"], ["no-learning", "chance-level"]
SICK: dict[str, tuple[str, dict[str, Any], list[str]]] = {
    "sft-high": ("sft", {"learning_rate": 3.0, "max_grad_norm": 0.0}, HIGH),
    "sft-low": ("sft", {"learning_rate": 1e-9}, LOW),
    "dpo-low": ("dpo", {"learning_rate": 1e-9}, LOW),
    "dpo-torn": ("dpo", {"learning_rate": 1e4, "max_grad_norm": 0.0}, ["zero-loss"]),
    "grpo-constant": ("grpo", {"num_generations": 4, "max_completion_length": 8}, ["zero-std-groups"]),
}


@pytest.mark.parametrize(("kind", "settings", "stop_on"), SICK.values(), ids=SICK)
def test_a_sick_run_is_stopped_on_the_chosen_check(
    kind: str, settings: dict[str, Any], stop_on: list[str], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "lossdoc"):
        trainer, callback, tracker = trained(kind, tmp_path, stop_on, **{"max_steps": 100} | settings)
    assert trainer.state.global_step < 100
    stopped = callback.session.stopped
    assert stopped is not None
    assert stopped.check in stop_on
    assert callback.report.run.trainer.candidates == (kind,)
    assert f"the run is stopped: {stopped.check}" in caplog.messages
    assert sum(message.startswith(f"{stopped.check} at ") for message in caplog.messages) == 1
    counted = [row["lossdoc/error"] + row["lossdoc/warning"] for row in tracker.seen if "lossdoc/error" in row]
    assert counted[0] == 0
    assert counted[-1] > 0
    assert stopped.check in (tmp_path / "lossdoc.html").read_text()


@pytest.mark.parametrize("kind", ["sft", "dpo"])
def test_a_healthy_run_is_not_stopped(kind: str, tmp_path: Path) -> None:
    stop_on = ["lr-too-high", "divergence", "non-finite", "likelihood-displacement", "zero-loss"]
    trainer, callback, tracker = trained(kind, tmp_path, stop_on, learning_rate=3e-3)
    assert trainer.state.global_step == 40
    assert callback.session.stopped is None
    assert [f.check for f in callback.report.roots if f.severity != "info"] == []
    assert tracker.seen[-1]["lossdoc/error"] == 0
    assert (tmp_path / "lossdoc.html").exists()


@pytest.mark.parametrize("sick", ["sft-high", "sft-low", "dpo-low"])
def test_the_lines_to_paste_are_taken_by_the_configuration(sick: str, tmp_path: Path) -> None:
    """Every line of the findings; the rate that is named lies on the right side of the one that broke the run."""
    kind, settings, stop_on = SICK[sick]
    _, callback, _ = trained(kind, tmp_path / "sick", stop_on, **{"max_steps": 100} | settings)
    name = f"{kind.upper()}Config"
    pasted: dict[str, float] = {}
    for change in (change for finding in callback.report.findings for change in finding.changes):
        said = eval(change.line, {name: lambda **said: said})
        getattr(trl, name)(output_dir=str(tmp_path), **QUIET | said)
        pasted = said | pasted
    assert callback.session.settings["learning_rate"] == settings["learning_rate"]
    low, high = (1e-7, 1e-4) if settings["learning_rate"] < 1e-8 else (1e-4, 0.1)
    assert low < pasted["learning_rate"] < high


def test_trl_configurations_name_their_trainer() -> None:
    arguments = trl.DPOConfig(output_dir="unused", beta=0.3, report_to="none", use_cpu=True, bf16=False)
    assert trainer_of(arguments) == "trl-dpo"
    said = settings_of(arguments)
    assert (said["beta"], said["bf16"], said["num_train_epochs"]) == (0.3, False, 3)
    assert "max_steps" not in said
    arguments.max_steps = 40
    assert "num_train_epochs" not in settings_of(arguments)
