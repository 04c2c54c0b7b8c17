"""mlx-lm from 0.32 on: a header once, rows of numbers with trend marks, validation rows that hold the word "val"."""

from __future__ import annotations

from collections.abc import Iterator

from lossdoc.input.source import Source
from lossdoc.model.record import Item, Record
from lossdoc.readers import Sample
from lossdoc.readers._events import events, merged
from lossdoc.words.expressions import expression

NAME = "mlx-lm"
TITLE = "mlx-lm console table"

_HEAD = expression(r"\s*iter\s+train_loss\s+tok/s\s+tokens\s*")
_NUMBER = r"(?:\d[\d,.]*(?:e[+-]?\d+)?[kKMB]?|nan|inf)"
_ROW = expression(
    rf"\s*(?P<iter>\d+)\s+(?P<loss>{_NUMBER})(?:\s+[^\w\s.]+)?\s+(?P<speed>{_NUMBER})\s+(?P<tokens>{_NUMBER})\s*"
)
_VALID = expression(rf"\s*(?P<iter>\d+)\s+val\s+(?P<loss>{_NUMBER})(?:\s+[^\w\s.]+)?(?:\s+[\d.]+s)?\s*")

SAMPLES = [
    Sample(
        program="mlx-lm (commit bdb77dae)",
        cite="mlx_lm/cli_ui.py",
        text="""  iter   train_loss     tok/s     tokens
     1    val  2.500    0.75s
    10    2.250 ▼    1,234     12.5k
    20    2.125 ▼    1,250     25.0k
  save  0000020_adapters.safetensors
""",
        records=[
            Record({"val_loss": "2.500"}, 2, 1, axis="step", split="eval"),
            Record({"train_loss": "2.250", "tok/s": "1,234", "tokens": "12.5k"}, 3, 10, axis="step"),
            Record({"train_loss": "2.125", "tok/s": "1,250", "tokens": "25.0k"}, 4, 20, axis="step"),
        ],
    ),
]


def sniff(source: Source) -> float:
    if "train_loss" not in source.head:
        return 0.0
    return 0.96 if any(_HEAD.fullmatch(line) for line in source.head.split("\n")) else 0.0


def read(source: Source) -> Iterator[Item]:
    yield from merged(_records(source), events(source))


def _records(source: Source) -> Iterator[Item]:
    """Rows after the header; the names of the columns are the only ones that this console prints."""
    begun = False
    for line in source.iter_lines():
        if _HEAD.fullmatch(line.text):
            begun = True
        elif begun and (row := _VALID.fullmatch(line.text)) is not None:
            yield Record({"val_loss": row["loss"]}, line.number, float(row["iter"]), "step", split="eval")
        elif begun and (row := _ROW.fullmatch(line.text)) is not None:
            values = {"train_loss": row["loss"], "tok/s": row["speed"], "tokens": row["tokens"]}
            yield Record(values, line.number, float(row["iter"]), "step")
