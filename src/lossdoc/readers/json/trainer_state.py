"""trainer_state.json of the Hugging Face Trainer: flat rows with their steps in `log_history`, settings beside it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from lossdoc.input.source import Source
from lossdoc.model.record import Event, Item, Record, Unread
from lossdoc.readers import Sample
from lossdoc.readers._json import flatten, loads, rows_with_lines
from lossdoc.words.expressions import expression

NAME = "trainer-state"
FRAMEWORK = "transformers"
TITLE = "trainer_state.json of the Hugging Face Trainer"

# A paste may begin below the brace.
_BEGINS = expression(r'[\ufeff\s]*(?:\{|(?:\.{3}|…)?\s*"\w+"\s*:)')
_HISTORY = expression(r'"log_history"\s*:\s*\[')
_SETTINGS = (
    *("max_steps", "num_train_epochs", "logging_steps", "eval_steps", "save_steps", "train_batch_size"),
    *("global_step", "epoch", "best_metric", "best_global_step", "num_input_tokens_seen", "total_flos"),
)

SAMPLES = [
    Sample(
        program="transformers 4.57, 5.23",
        cite="transformers/trainer_callback.py TrainerState.save_to_json",
        text="""{
  "best_metric": null,
  "epoch": 0.5,
  "eval_steps": 4,
  "global_step": 4,
  "log_history": [
    {
      "epoch": 0.25,
      "grad_norm": 1.25,
      "learning_rate": 5e-05,
      "loss": 2.5,
      "step": 2
    },
    {
      "epoch": 0.5,
      "grad_norm": NaN,
      "loss": Infinity,
      "step": 4
    },
    {
      "epoch": 0.5,
      "eval_loss": 2.25,
      "step": 4
    }
  ],
  "logging_steps": 2,
  "max_steps": 8,
  "num_train_epochs": 1
}
""",
        records=[
            Record({"epoch": 0.25, "grad_norm": 1.25, "learning_rate": 5e-05, "loss": 2.5, "step": 2}, 7),
            Record({"epoch": 0.5, "grad_norm": math.nan, "loss": math.inf, "step": 4}, 14),
            Record({"epoch": 0.5, "eval_loss": 2.25, "step": 4}, 20),
        ],
        events=[
            Event(
                "config",
                None,
                "trainer_state.json",
                {
                    "max_steps": 8,
                    "num_train_epochs": 1,
                    "logging_steps": 2,
                    "eval_steps": 4,
                    "global_step": 4,
                    "epoch": 0.5,
                },
            ),
        ],
    ),
]


def sniff(source: Source) -> float:
    head = source.head
    found = _HISTORY.search(head)
    if found is None or not _BEGINS.match(head):
        return 0.0
    # ms-swift ends its JSONL with a summary object that repeats the history: there, a whole object stands before it.
    before = head[: found.start()].rsplit("\n{", 1)
    return 0.0 if len(before) == 2 else 1.0


def read(source: Source) -> Iterator[Item]:
    """Rows with the line on which each begins. A file that ends inside the history is read as far as it goes."""
    text = source.text
    start = _HISTORY.search(text)
    if start is None:
        yield Unread(1, 'no "log_history" in this JSON')
        return
    line, ended, after = None, False, start.end()
    try:
        for line, row, after in rows_with_lines(text, start.end()):  # noqa: B007  # `after` is used behind the loop
            if isinstance(row, dict):
                ended = ended or "train_loss" in row
                yield Record(flatten(row), line)
            else:
                yield Unread(line, "an entry of log_history is not an object")
    except ValueError:
        yield Event("cut", line, "the file ends or breaks inside log_history")
        return
    yield from _around(text[: start.end()] + text[after:], ended, line)


def _around(text: str, ended: bool, line: int | None) -> Iterator[Item]:
    """Events from the document without its history."""
    try:
        state: dict[str, Any] = loads(text)
    except ValueError:
        yield Event("cut", line, "the file ends or breaks after log_history")
        return
    settings = {key: state[key] for key in _SETTINGS if isinstance(state.get(key), int | float)}
    yield Event("config", None, "trainer_state.json", settings)
    if ended:  # the summary row with train_loss is written only when train() returns
        yield Event("end", line, "log_history holds the summary of a finished training")
