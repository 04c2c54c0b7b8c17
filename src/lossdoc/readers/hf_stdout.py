"""Dict rows on standard output: transformers Trainer, TRL and all that is built on them (Unsloth, axolotl, ms-swift).

One row is `repr(dict)`: floats up to transformers 4, quoted `.4g` strings from 5 on, bare nan and inf, beside bars.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import Any

from lossdoc.input.clean import Line, clean_line, lines_with
from lossdoc.input.numbers import to_float
from lossdoc.input.source import Source
from lossdoc.model.record import BulkItem, Event, Item, Raw, Record, Unread
from lossdoc.readers import Sample
from lossdoc.readers._bars import bar, last_bar
from lossdoc.readers._dict_rows import DictRows
from lossdoc.readers._events import events, merged
from lossdoc.readers._pydict import dict_end, parse_dict
from lossdoc.readers._samples_hf import HF
from lossdoc.words.expressions import expression

NAME = "hf-stdout"
FRAMEWORK = "transformers"
TITLE = "Hugging Face Trainer / TRL rows on standard output ({'loss': ..., 'epoch': ...})"
SAMPLES: list[Sample] = HF

_METRIC = expression(
    r"loss$|loss/|_loss_|^rewards?(?:/|$)|reward$|_reward_|accurac|grad_norm|^epoch$|_(?:f1|wer|cer|bleu|rouge\w*|mcc|map)$"
    r"|perplexity|_runtime$|_per_second$|^logps/|^objective/|spearman|pearson|cosine|entropy|^kl$|token_acc"
)
# What each row of the Trainer holds: without it a dict of scores is some program's own.
_OWN = expression(
    r"^(?:loss|epoch|rewards?|eps|learning_rate|grad_norm|(?:eval|train|objective|rewards|test)[_/].+|.+[_/]loss)$"
)
# Beside a name that a program gives them, dicts are rows only if they hold what the Trainer logs: a reward alone may
# belong to one generated answer.
_TRAINED = expression(r"^(?:epoch|learning_rate|grad_norm|(?:eval|train|objective)[_/].+|(?:.+[_/])?loss)$")
_SETTING = expression(
    r"^(?:weight_decay|(?:\w+_)?batch_size|num_(?:train_)?epochs|optim(?:izer)?|max_steps|seed|adam_\w+|lr_scheduler\w*|"
    r"warmup\w*|output_dir|model\w*_name\w*|max_(?:seq_)?length|logging_steps|gradient_accumulation_steps|bf16|fp16)$"
)
# "Epoch 3: {'loss': ...}" in home-made loops: the row stands at that place if it names none itself.
_PLACE = expression(r"(?i)\b(?P<axis>epoch|step|iter(?:ation)?)\W{0,3}(?P<n>\d+)(?:\s*/\s*\d+)?\W*$")
_PLACES = frozenset({"epoch", "step", "global_step"})
_SETFIT = frozenset({"embedding", "aspect_embedding", "polarity_embedding"})  # models, where others name data sets
_SETFIT_LOSSES = frozenset(f"{name}_loss" for name in _SETFIT)
_BOX = "╭│┃┏┡├└╰┠╞║|"
_LIKE_ROW = expression(
    r"\{'(?:loss|eval_[\w/.-]+|train_runtime|reward|grad_norm|learning_rate|objective/\w+|eps|[\w/]*loss)': "
)


def sniff(source: Source) -> float:
    """Rows of metrics among the first dicts of the log, however much other output stands between them."""
    bare = led = scores = 0
    for number, raw in islice(lines_with(source.text, "{'"), 3000):
        for line in clean_line(number, raw):
            start = line.text.find("{'")
            found = [item for item in _from_part(line, False) if isinstance(item, Record)] if start >= 0 else []
            lead = line.text[:start].strip()
            own = _TRAINED if lead and lead[-1] in ":=" and "%|" not in lead else _OWN
            if found and not any(own.match(key) for record in found for key in record.values):
                scores += 1
            elif found:
                # "step 3: {...}" is a dict too, but a program that numbers its rows has a format of its own, and so has
                # TensorFlow's Object Detection API, whose step stands on the line before.
                if (not lead or "%|" in lead) and not any("Loss/total_loss" in record.values for record in found):
                    bare += 1
                else:
                    led += 1
        if bare >= 3:
            return 0.92
    return 0.84 if bare else 0.55 if led else 0.2 if scores else 0.0


def read(source: Source) -> Iterator[Item]:
    yield from merged(_read(source, None), events(source))


def read_blocks(source: Source) -> Iterator[BulkItem]:
    """The same, rows of one layout as blocks. They come last: their lines say where they stand."""
    rows = DictRows()
    try:
        yield from merged(_read(source, rows), events(source))
    except Exception:  # what was read until then is not lost
        yield from rows.items()
        raise
    yield from rows.items()


def _read(source: Source, rows: DictRows | None) -> Iterator[Item]:
    text = source.text
    end = text.count("\n") + (not text.endswith("\n"))
    unfinished = not text.endswith("\n")
    previous_end = counted = 0
    number = 1
    setfit = False
    at = text.find("{'")
    while at >= 0:
        start = text.rfind("\n", counted, at) + 1 or counted
        number += text.count("\n", counted, start)
        counted = start
        taken = start if rows is None else rows.take(text, start, number)
        at = taken if taken > start else text.find("\n", at)
        raw = text[start : at if at >= 0 else len(text)]
        found = [] if taken > start else list(_items(number, raw, unfinished and number == end))
        if rows is not None and taken == start:
            rows.learn(raw, found)
        if not setfit and any(isinstance(item, Record) and _SETFIT_LOSSES & item.values.keys() for item in found):
            setfit = True
            yield Event("config", number, "losses as SetFit names them", {"framework": "setfit"})
        if (taken > start or (found and isinstance(found[0], Record))) and raw.startswith("{'"):
            # The bar stands on the lines before: the few hundred characters before the row are enough to find it.
            before = text[max(previous_end, start - 400) : start]
            beside = bar(before[before.rfind("\n", 0, -1) + 1 :], number) if "%|" in before else None
            previous_end = start + len(raw)
            found[:0] = [beside] if beside is not None else []
        for item in found:
            if rows is not None and isinstance(item, Event) and item.kind == "progress":
                rows.draw(item)
            else:
                yield item
        at = text.find("{'", at) if at >= 0 else -1
    if rows is not None:
        yield from rows.drawn()
    final = last_bar(text)
    if final is not None:
        yield final


def _items(number: int, raw: str, last: bool) -> Iterator[Item]:
    """What one physical line holds: usually one row, sometimes bars, several rows, or half a row."""
    if raw[0] == "{" and raw[-1] == "}" and "\r" not in raw:
        row = parse_dict(raw)
        if row is not None:
            yield from _row(row, Line(number, raw))
            return
    beside: list[str] = []  # what stands between two rows: perhaps bars, of which the last counts
    for line in clean_line(number, raw):
        if "{'" not in line.text:
            beside.append(line.text)
            continue
        for item in _from_part(line, last and line.final):
            if isinstance(item, Record) and beside:
                found = next(filter(None, (bar(text, number) for text in reversed(beside))), None)
                if found is not None:
                    yield found
                beside = []
            yield item


def _from_part(line: Line, last: bool) -> Iterator[Item]:
    text = line.text
    start = text.find("{'")
    if text.lstrip()[0] in _BOX:
        return  # a table of completions: its cells may quote anything
    lead = text[:start].rstrip(" \t")
    if lead and (lead[-1] not in ":=]>-|)" or len(lead) > 400):
        return
    if "%|" in lead:
        found = bar(lead, line.number)
        if found is not None:
            yield found
    place = _PLACE.search(lead) if lead else None
    if text[-1] == "}":
        # Nearly every row ends its line: the dict is read at once, its end is looked for only when that fails.
        row = parse_dict(text[start:])
        if row is not None:
            yield from _row(row, line, place)
            return
    while start >= 0:
        end = dict_end(text, start)
        if end < 0:
            if last:
                yield Event("cut", line.number, text[start : start + 200])
            elif _LIKE_ROW.match(text, start):
                yield Unread(line.number, "the row is not closed: another process wrote into it, or it was cut")
            return
        tail = text[end:].lstrip()
        if tail[:1] in (")", ",", "]", "}", "'", '"'):
            return  # part of a larger value: TrainOutput(..., metrics={...}), a list of rows, code
        row = parse_dict(text[start:end])
        if row is not None:
            yield from _row(row, line, place)
        elif _LIKE_ROW.match(text, start):
            yield Unread(line.number, "looks like a row of metrics, but is no Python dict")
        start = text.find("{'", end)


def _row(row: Mapping[str, Any], line: Line, place: re.Match[str] | None = None) -> Iterator[Item]:
    values: dict[str, Raw] = {}
    numeric = 0
    foreign = 0
    for key, value in row.items():
        if not isinstance(key, str):
            return
        if value is None or (isinstance(value, (int, float, str)) and not isinstance(value, bool)):
            values[key] = value
            if value is not None and (not isinstance(value, str) or to_float(value) is not None):
                numeric += 1
        else:
            foreign += 1
    keys = tuple(values)
    if _settings(tuple(row)) >= 2:
        plain = {key: value for key, value in row.items() if not isinstance(value, (dict, list))}
        yield Event("config", line.number, "settings printed as a dict", plain)
        return
    metrics = _metrics(keys)
    if not metrics or not numeric or (metrics == ("epoch",) and numeric < 2) or foreign * 3 > len(row):
        return
    record = Record(values, line.number, split=line.split, stream=line.stream, labels=_dataset(keys))
    if place is not None and not _PLACES & set(values):
        if place["axis"].lower() == "epoch":
            record.epoch = float(place["n"])
        else:
            record.step = float(place["n"])
    yield record
    if ("train_loss" in values and "train_runtime" in values) or "train_samples_per_second" in values:
        yield Event("end", line.number, "the trainer printed its summary")


@lru_cache(4096)
def _settings(keys: tuple[str, ...]) -> int:
    return sum(1 for key in keys if _SETTING.match(key))


@lru_cache(4096)
def _metrics(keys: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(key for key in keys if _METRIC.search(key))


def _dataset(keys: tuple[str, ...]) -> dict[str, str]:
    """With several evaluation sets only loss and runtime name the set (TRL): the runtime names it for the whole row."""
    for key in keys:
        if key.startswith("eval_") and key.endswith("_runtime") and len(key) > 13 and key[5:-8] not in _SETFIT:
            return {"dataset": key[5:-8]}
    return {}
