"""JSON lines: one object per line, flat or nested, also after a logger's prefix. Trackers' and trainers' own files.

LLaMA-Factory trainer_log.jsonl, ms-swift logging.jsonl, verl's file logger, fairseq --log-format json, lingua,
prime-rl, MaxText, stable-baselines3, detectron2, MMCV and MMEngine, spaCy, DeiT and StyleGAN write this, each with
its own keys.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import msgspec

from lossdoc.input import limits
from lossdoc.input.clean import Line, clean_line, physical_lines
from lossdoc.input.decode import decode
from lossdoc.input.numbers import to_float
from lossdoc.input.source import Source
from lossdoc.model.record import BulkItem, Event, Item, Raw, Record, Unread
from lossdoc.readers import Sample
from lossdoc.readers._blocks import Packer
from lossdoc.readers._json import MOST_KEYS, flatten, is_data_row, loads
from lossdoc.readers.json._samples_jsonl import JSONL
from lossdoc.words.expressions import expression
from lossdoc.words.splits import split_columns, split_in, split_of
from lossdoc.words.training import is_strong, likelihood

NAME = "jsonl"
TITLE = "JSON lines, flat or nested, with or without a logger's prefix"
SAMPLES: list[Sample] = JSONL

_FLAT = msgspec.json.Decoder(dict[str, float | int | str | None])
_OBJECT = expression(r'\{\s*"')
_OPENS_DOCUMENT = expression(r"\s*\{\s*\n")
_SNAPSHOT = expression(r"(\d+)\.pkl$")
_WRAPPERS = frozenset(("data", "metrics", "logs", "log", "values", "scalars", "results"))
# What a row says of itself where it is no row of metrics: {"event": "config", "lr": 1e-6}, {"type": "start", ...}.
_KINDS = ("event", "type", "kind")
_OPENING = frozenset(
    [
        *("config", "configuration", "args", "arguments", "hparams", "hyperparameters", "settings"),
        *("header", "meta", "metadata"),
    ]
)
_CLOSING = frozenset(["done", "end", "finished", "complete", "completed", "run_end", "train_end", "training_end"])
# Keys that make a row more than its numbers, see `_items`.
_TELLING = frozenset(
    ("hook_msgs", "env_info", "mode", "snapshot_pkl", "total_steps", "iteration", "global_step/max_steps")
)
_SUMMARY = frozenset(("log_history", "last_model_checkpoint"))


def sniff(source: Source) -> float:
    """The share of objects among the lines, and what their keys look like."""
    if _OPENS_DOCUMENT.match(source.head) and _is_document(source.text):
        return 0.0  # objects inside one document are no rows of a log
    rows: list[dict[str, Any]] = []
    lines = broken = 0
    for _, text, _, _ in islice(_lines(source), 2000):
        lines += 1
        row = _object(text)
        if row is not None:
            rows.append(row)
        elif text.startswith('{"'):
            broken += 1
        if len(rows) == 40:
            break
    if not rows or broken > len(rows) or sum(map(is_data_row, rows)) > len(rows) / 4:
        return 0.0
    layouts = dict.fromkeys(tuple(k for k, v in _values(row).items() if to_float(v) is not None) for row in rows)
    best = max(map(likelihood, layouts))
    if any("snapshot_pkl" in row and "results" in row for row in rows):  # StyleGAN: hardly a name but the metric's
        best = 0.9
    # One object with a learning rate and a number of epochs is a configuration, one with thousands a vocabulary.
    if len(rows) == 1 and (best < 0.8 or len(rows[0]) > MOST_KEYS):
        return 0.0
    share = (len(rows) + broken) / lines
    return best * (1.0 if share > 0.9 else 0.8 if share > 0.2 else 0.3)


def read(source: Source) -> Iterator[Item]:
    """One record per object. A line that begins like an object and is none is `Unread` with its number."""
    return _items(source, None)


def read_blocks(source: Source) -> Iterator[BulkItem]:
    """The same, rows of one layout as blocks. They come last: their lines say where they stand."""
    packer = Packer(_is_plain)
    try:
        yield from _items(source, packer)
    except Exception:  # what was read until then is not lost
        yield from packer.blocks()
        raise
    yield from packer.blocks()


def _items(source: Source, packer: Packer | None) -> Iterator[Item]:
    told = False
    epoch: Raw = None  # of the last MMEngine training row
    for number, text, split, stream in _lines(source, packer):
        row: Mapping[str, Any] | None
        try:
            row = values = _FLAT.decode(text)
        except (msgspec.MsgspecError, UnicodeError):
            row = _object(text)
            if row is None:
                if ("{" in text and '":' in text) or text.endswith("}"):
                    yield Unread(number, "broken, cut or too deeply nested JSON object")
                continue
            values = _values(row)
        if not values:
            continue
        if "hook_msgs" in row or "env_info" in row:  # the first line of MMCV
            yield Event("config", number, "first line of the log", values)
            continue
        if _SUMMARY & row.keys():  # ms-swift ends with an object that repeats the history
            yield Event("end", number, "summary of a finished training")
            continue
        kind = next((str(row[name]).lower() for name in _KINDS if isinstance(row.get(name), str)), None)
        if kind in _OPENING:
            yield Event("config", number, "configuration of the run", values)
            continue
        if kind in _CLOSING and not any(map(is_strong, values)):
            yield Event("end", number, "end of the run")
            continue
        if not told and (length := _length(values)) is not None:
            told = True
            yield Event("config", number, "length of the run", {"max_steps": length})
        record = Record(values, number, split=split, stream=stream)
        if record.split is None:
            record.split = split_in(values[column] for column in split_columns(values))
        if "mode" in values:
            _mmcv(record)
        elif "snapshot_pkl" in values:
            _stylegan(record)
        elif "iter" in values and "step" in values:
            epoch = values.get("epoch")
        elif epoch is not None and values.get("step") == epoch:
            # MMEngine's scalars.json: `step` counts iterations in training rows and epochs in evaluation rows.
            record.epoch, record.split = to_float(epoch), "eval"
            record.values = {k: v for k, v in values.items() if k != "step"}
        if epoch is not None and packer is not None:
            packer.stop()  # what a row means hangs on the row before it
        if packer is None or split is not None or stream is not None or not packer.learn(number, values):
            yield record


def _is_plain(values: Mapping[str, Raw]) -> bool:
    """Rows of these keys say nothing but numbers: none of the keys on which `_items` acts stands among them."""
    return (_TELLING | _SUMMARY).isdisjoint(values) and not ("iter" in values and "step" in values)


def _lines(source: Source, packer: Packer | None = None) -> Iterator[tuple[int, str, str | None, str | None]]:
    """(line number, text, split, rank) of what the packer leaves.

    Whole objects skip the cleaning, which would cost more than parsing.
    """
    if source.head.lstrip("\ufeff \r\n").startswith("{"):
        pieces = source.pieces()
        for number, piece in pieces if packer is None else packer.left(pieces):
            text = decode(piece) if isinstance(piece, bytes) else piece
            if text and not text.isspace():
                yield number, text.strip("\ufeff \r\n") if number == 1 else text.rstrip(), None, None
        return
    for line in _cleaned(source):
        found = _OBJECT.search(line.text)
        text = line.text[found.start() :].rstrip() if found else ""
        if packer is None or line.split or line.stream or any(packer.left(((line.number, text),))):
            yield line.number, text, line.split, line.stream


def _cleaned(source: Source) -> Iterator[Line]:
    """The cleaned lines, each whole, however long an object is."""
    for number, raw in physical_lines(source.text):
        yield from source.parts(number, raw) if len(raw) <= int(limits.LINE) else clean_line(number, raw)


def _is_document(text: str) -> bool:
    try:
        loads(text)
    except ValueError:
        return False
    return True


def _object(text: str) -> dict[str, Any] | None:
    start = text.find('{"') if not text.startswith("{") else 0
    if start < 0:
        return None
    try:
        row = loads(text[start:])
    except ValueError:
        return None
    return row if isinstance(row, dict) and row else None


def _values(row: Mapping[str, Any]) -> dict[str, Raw]:
    """The row without an object around its metrics ({"step": 1, "data": {..}}); StyleGAN's statistics by their mean."""
    inner = [key for key, value in row.items() if isinstance(value, dict)]
    if len(inner) == 1 and inner[0] in _WRAPPERS:
        return flatten({key: value for key, value in row.items() if key != inner[0]} | row[inner[0]])
    means = {k: v["mean"] if isinstance(v, dict) and v.keys() == {"num", "mean", "std"} else v for k, v in row.items()}
    return flatten(means)


def _length(values: Mapping[str, Raw]) -> float | None:
    """LLaMA-Factory writes total_steps into each row, ms-swift "10/438"."""
    both = values.get("global_step/max_steps", values.get("iteration"))
    if isinstance(both, str) and "/" in both:
        return to_float(both.rpartition("/")[2])
    return to_float(values["total_steps"]) if "total_steps" in values and "loss" in values else None


def _mmcv(record: Record) -> None:
    """MMCV: `mode` is the split; in evaluation rows `iter` is the number of evaluation batches, no step."""
    record.split = split_of(record.values["mode"])
    if record.split in ("eval", "test") and "epoch" in record.values:
        record.values = {k: v for k, v in record.values.items() if k != "iter"}


def _stylegan(record: Record) -> None:
    """StyleGAN's metric files hold the step (in thousands of images) only in the name of the snapshot."""
    name = _SNAPSHOT.search(str(record.values["snapshot_pkl"]))
    if name is not None:
        record.step, record.axis = float(name[1]) * 1000, "samples"
