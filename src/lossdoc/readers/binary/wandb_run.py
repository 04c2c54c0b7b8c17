"""Local runs of Weights & Biases (`run-<id>.wandb`), written offline or online.

Field numbers are those of wandb_internal.proto: Record.history 2, config 5, run 17, exit 18, output_raw 13.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lossdoc.input.numbers import to_float
from lossdoc.input.source import Source
from lossdoc.model.record import Event, Item, Raw, Record
from lossdoc.readers import Sample
from lossdoc.readers._json import flatten, loads
from lossdoc.readers._nested import read_text
from lossdoc.readers.binary._block_log import Cut, is_block_log, records
from lossdoc.readers.binary._protobuf import fields, string
from lossdoc.words.training import is_axis

NAME = "wandb"
TITLE = "Weights & Biases local run (.wandb)"
SAMPLES: list[Sample] = []  # binary: tests write their own files

_HISTORY, _OUTPUT, _CONFIG, _OUTPUT_RAW, _RUN, _EXIT = 2, 4, 5, 13, 17, 18
_RUN_CONFIG = 4
_KEY, _NESTED_KEY, _VALUE = 1, 2, 16


def sniff(source: Source) -> float:
    return 1.0 if is_block_log(source.data, b":W&B", 0xBEE1) else 0.0


def read(source: Source) -> Iterator[Item]:
    """One record per call of wandb.log. A file without history gives what its captured console holds, or says so."""
    console: list[str] = []
    count = logged = 0
    try:
        for data in records(source.data):
            count += 1
            for item in _items(data, console):
                logged += isinstance(item, Record)
                yield item
    except (Cut, ValueError) as error:
        yield Event("cut", None, str(error))
    if not logged:
        rows = list(read_text("".join(console), ()))
        logged = sum(isinstance(item, Record) for item in rows)
        yield from rows
    if not logged:
        yield Event("empty", None, f"a W&B run file that was read ({count} records) and holds no metric")


def _items(data: bytes, console: list[str]) -> Iterator[Item]:
    for number, kind, a, b in fields(data):
        if kind != 2:
            continue
        if number == _HISTORY:
            values = flatten(_pairs(data, a, b))
            if values:
                yield Record(values, step=_step(values), axis="step")
        elif number == _CONFIG:
            yield from _config(_pairs(data, a, b))
        elif number == _RUN:
            for inner, inner_kind, c, d in fields(data, a, b):
                if inner == _RUN_CONFIG and inner_kind == 2:
                    yield from _config(_pairs(data, c, d))
        elif number in (_OUTPUT, _OUTPUT_RAW):
            console.extend(string(data, c, d) for inner, k, c, d in fields(data, a, b) if inner == 3 and k == 2)
        elif number == _EXIT:
            code = next((value for inner, k, value, _ in fields(data, a, b) if inner == 1 and k == 0), 0)
            yield Event("crash", None, f"the process exited with code {code}") if code else Event("end", None, "exit 0")


def _config(settings: dict[str, Any]) -> Iterator[Item]:
    flat = flatten({key: value for key, value in settings.items() if key != "_wandb"})
    if flat:
        yield Event("config", None, "W&B configuration", flat)


def _pairs(data: bytes, start: int, end: int) -> dict[str, Any]:
    """Items (field 1) of a history or configuration: a key, or its parts, and the value as JSON text."""
    pairs: dict[str, Any] = {}
    for number, kind, a, b in fields(data, start, end):
        if number != 1 or kind != 2:
            continue
        key, parts, text = "", [], ""
        for inner, inner_kind, c, d in fields(data, a, b):
            if inner_kind == 2 and inner == _KEY:
                key = string(data, c, d)
            elif inner_kind == 2 and inner == _NESTED_KEY:
                parts.append(string(data, c, d))
            elif inner_kind == 2 and inner == _VALUE:
                text = string(data, c, d)
        try:
            value = loads(text)
        except ValueError:
            continue
        if not (isinstance(value, dict) and "_type" in value):  # an image, a table, a histogram
            pairs[key or "/".join(parts)] = value
    return pairs


def _step(values: dict[str, Raw]) -> float | None:
    """`_step` counts the calls of wandb.log: it is the step only where the trainer logs none of its own."""
    own = any(is_axis(key.rpartition("/")[2]) for key in values if not key.startswith("_"))
    return None if own else to_float(values.get("_step"))
