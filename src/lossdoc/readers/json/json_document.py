"""One JSON document: results of a finished run, a tracker's summary, Keras' History, a list or a dictionary of rows."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from lossdoc.input.numbers import to_float
from lossdoc.input.source import Source
from lossdoc.model.record import Columns, Event, Item, Record, Unread
from lossdoc.readers import Sample
from lossdoc.readers._json import (
    MOST_KEYS,
    are_rows,
    flatten,
    is_data_row,
    is_settings,
    loads,
    loads_python,
    rows_with_lines,
)
from lossdoc.readers._results import one_row_each
from lossdoc.readers._tensorboard import tag_and_split
from lossdoc.words.expressions import expression
from lossdoc.words.training import earns, is_strong, likelihood

NAME = "json"
TITLE = "One JSON document: all_results.json, wandb-summary.json, Keras History, lists of rows"

_STEP_KEY = expression(r"(?:(step|iter(?:ation)?|epoch|checkpoint|round)[_\- ]?)?(\d+)", re.I)
_PRINTED = expression(r"\s*(?:\[\s*)?\{\s*'")  # by Python's print, not by json.dump
_ROWS = expression(r"\{'[^\n]*\}\s*\n\s*\{'")  # one printed row on each line
_BARE = expression(r'\s*\{\s*"[^{}\[\]]*\}\s*,\s*\{')  # rows out of the middle of a list: a paste
_PAIR = expression(r"\s*\[\s*\[")
_FIRST_WALL, _LAST_WALL = 1e9, 4e9  # seconds: the years 2001 to 2096
_PROFILE = frozenset({"total", "count", "self", "children"})
_STATE = expression(r'"log_history"\s*:\s*\[')

SAMPLES = [
    Sample(
        program="transformers 4 and 5 all_results.json",
        cite="transformers/trainer_pt_utils.py save_metrics",
        text='{\n    "epoch": 1.0,\n    "eval_loss": 0.5,\n    "train_loss": NaN,\n    "train_runtime": 12.5\n}',
        records=[
            Record({"epoch": 1.0, "eval_loss": 0.5, "train_loss": math.nan, "train_runtime": 12.5}, 1),
        ],
    ),
    Sample(
        program="Keras 2 and 3 History.history as JSON",
        cite="keras/src/callbacks/history.py",
        text='{"loss": [0.75, 0.5, NaN], "accuracy": [0.5, 0.75, 0.25], "val_loss": [0.75, 0.5, 0.5]}',
        records=[
            Record({"loss": 0.75, "accuracy": 0.5, "val_loss": 0.75}),
            Record({"loss": 0.5, "accuracy": 0.75, "val_loss": 0.5}),
            Record({"loss": math.nan, "accuracy": 0.25, "val_loss": 0.5}),
        ],
    ),
    Sample(
        program="a saved log_history",
        cite="transformers/trainer_callback.py TrainerState.log_history dumped by json",
        text='[\n {"loss": 2.5, "step": 10},\n {"loss": 2.25, "step": 20},\n {"eval_loss": 2.5, "step": 20}\n]',
        records=[
            Record({"loss": 2.5, "step": 10}, 2),
            Record({"loss": 2.25, "step": 20}, 3),
            Record({"eval_loss": 2.5, "step": 20}, 4),
        ],
    ),
    Sample(
        program="Keras History.history, printed",
        cite="Python's repr of a dictionary of lists",
        text="{'loss': [0.75, nan], 'val_loss': [np.float64(0.75), inf]}\n",
        records=[
            Record({"loss": 0.75, "val_loss": 0.75}),
            Record({"loss": math.nan, "val_loss": math.inf}),
        ],
    ),
    Sample(
        program="trainer.state.log_history, printed",
        cite="Python's repr of a list of dictionaries",
        text="[{'loss': 2.5, 'step': 10},\n {'loss': nan, 'step': 20}, {'eval_loss': 2.5, 'step': 20}]\n",
        records=[
            Record({"loss": 2.5, "step": 10}),
            Record({"loss": math.nan, "step": 20}),
            Record({"eval_loss": 2.5, "step": 20}),
        ],
    ),
    Sample(
        program="CatBoost 1.2 catboost_training.json",
        cite="catboost/libs/loggers/logger.h TJsonLoggingBackend",
        text="""{
"meta":{"test_sets":["test"],"learn_metrics":[{"best_value":"Min","name":"RMSE"}],
"test_metrics":[{"best_value":"Min","name":"RMSE"}]},
"iterations":[
{"learn":[1.5],"iteration":0,"passed_time":0.01,"remaining_time":0.5,"test":[1.75]},
{"learn":[1.25],"iteration":1,"passed_time":0.02,"remaining_time":0.4,"test":[1.5]}
]}
""",
        records=[
            Record({"iteration": 0, "passed_time": 0.01, "remaining_time": 0.5, "learn/RMSE": 1.5, "test/RMSE": 1.75}),
            Record({"iteration": 1, "passed_time": 0.02, "remaining_time": 0.4, "learn/RMSE": 1.25, "test/RMSE": 1.5}),
        ],
    ),
    Sample(
        program="results per step or epoch",
        cite="json.dump of a dictionary of rows",
        text='{"epoch_1": {"loss": 0.5, "val": {"acc": 0.25}}, "epoch_2": {"loss": 0.25, "val": {"acc": 0.5}}}',
        records=[
            Record({"loss": 0.5, "val/acc": 0.25}, step=1, axis="epoch"),
            Record({"loss": 0.25, "val/acc": 0.5}, step=2, axis="epoch"),
        ],
    ),
]


def sniff(source: Source) -> float:
    start = source.head.lstrip("\ufeff \t\r\n")
    if not start.startswith(("{", "[")) or _STATE.search(source.head):
        return 0.0
    if _ROWS.match(start) or are_rows(start):
        return 0.0
    text = source.text.lstrip("\ufeff")
    try:
        tree = loads_python(text) if _PRINTED.match(text) else loads(text)
    except ValueError:  # an array that is cut is read as far as it goes
        tree = [item.values for item in islice(read(source), 20) if isinstance(item, Record)]
    if _is_catboost(tree) or _is_tensorboard(tree):
        return 0.97
    if isinstance(tree, dict) and tree.keys() >= _PROFILE:
        return 0.0  # a tree of where the time went, such as the timers.json of ML-Agents
    return max((_likelihood(keys) for keys in _key_sets(tree)), default=0.0)


def read(source: Source) -> Iterator[Item]:
    """Records in the order of the document; lists of unequal length become columns over their index."""
    text = source.text.lstrip("\ufeff")
    if text.lstrip().startswith("[") and not _PRINTED.match(text):
        yield from _points(text, source) if _PAIR.match(text) else _rows(text, text.index("[") + 1)
        return
    if _BARE.match(text):
        yield from _rows(text, 0)
        return
    try:
        tree = loads_python(text) if _PRINTED.match(text) else loads(text)
    except ValueError as error:
        yield Unread(getattr(error, "lineno", None), f"not one JSON document: {error}")
        return
    if isinstance(tree, list):
        for row in tree:
            if isinstance(row, dict):
                yield Record(flatten(row))
    elif _is_catboost(tree):
        yield from _catboost(tree)
    elif isinstance(tree, dict):
        yield from _from_dict(text, tree)


def _is_tensorboard(tree: Any) -> bool:
    """TensorBoard's download of one curve: [wall time, step, value] for each point."""
    if not isinstance(tree, list) or len(tree) < 2:
        return False
    numbers = [[to_float(part) for part in row] for row in tree[:20] if isinstance(row, list) and len(row) == 3]
    walls = [row[0] for row in numbers if row[0] is not None]
    return len(walls) == len(tree[:20]) and all(_FIRST_WALL < wall < _LAST_WALL for wall in walls)


def _points(text: str, source: Source) -> Iterator[Item]:
    key, split = tag_and_split(source)
    try:
        for line, row, _ in rows_with_lines(text, text.index("[") + 1):
            if isinstance(row, list) and len(row) == 3:
                yield Record({key: row[2]}, line, to_float(row[1]), "step", split=split)
    except ValueError:
        yield Event("cut", None, "the list of points breaks off")


def _from_dict(text: str, tree: dict[str, Any]) -> Iterator[Item]:
    if _by_step(tree):
        for name, row in tree.items():
            found = _STEP_KEY.fullmatch(name)
            word = (found[1] or "step").lower() if found else "step"
            axis = "epoch" if word in ("epoch", "round") else "step"
            yield Record(flatten(row), step=float(found[2]) if found else None, axis=axis)
        return
    curves = _curves(tree)
    if curves:
        yield from _from_lists(curves)
        return
    lists = [key for key, value in tree.items() if _is_rows(value)]
    for key in lists:
        found = re.search(rf'"{re.escape(key)}"\s*:\s*\[', text)
        if found is not None:
            yield from _rows(text, found.end())
    given = [key for key, value in tree.items() if is_settings(key, value)]
    for key in given:
        yield Event("config", 1, "settings beside the results", flatten(tree[key]))
    rest = flatten({key: value for key, value in tree.items() if key not in lists and key not in given})
    if not lists or any(map(is_strong, rest)):
        yield Record(rest, 1)


def _is_catboost(tree: Any) -> bool:
    """catboost_training.json: the names of the metrics stand apart from their values."""
    return isinstance(tree, dict) and isinstance(tree.get("meta"), dict) and _is_rows(tree.get("iterations"))


def _catboost(tree: Mapping[str, Any]) -> Iterator[Item]:
    names: dict[str, list[str]] = {}
    for part, kind in (("learn", "learn_metrics"), ("test", "test_metrics")):
        metrics = tree["meta"].get(kind)
        names[part] = [str(m.get("name", part)) for m in metrics if isinstance(m, dict)] if _is_rows(metrics) else []
    for row in tree["iterations"]:
        values = flatten(row)
        for part, metrics in names.items():
            points = row.get(part)
            if isinstance(points, list):
                values |= flatten({f"{part}/{name}": point for name, point in zip(metrics, points, strict=False)})
        yield Record(values)


def _from_lists(curves: Mapping[str, list[Any]]) -> Iterator[Item]:
    lengths = {len(values) for values in curves.values()}
    if len(lengths) == 1:
        for row in zip(*curves.values(), strict=True):
            yield Record(dict(zip(curves, row, strict=True)))
        return
    import numpy as np

    for key, values in curves.items():
        numbers = [(index, number) for index, value in enumerate(values) if (number := to_float(value)) is not None]
        if numbers:
            steps, points = np.array(numbers, dtype=float).T
            yield Columns(key, steps, points, axis="row")


def _rows(text: str, start: int) -> Iterator[Item]:
    line = None
    try:
        for line, row, _ in rows_with_lines(text, start):
            if isinstance(row, dict):
                yield Record(flatten(row), line)
    except ValueError:
        yield Event("cut", line, "the list of rows breaks off")


def _curves(tree: Mapping[str, Any], prefix: str = "") -> dict[str, list[Any]]:
    """Lists of numbers by key; {"history": {..}}, {"train": {"loss": [..]}} and {"loss": {"0": .., "1": ..}} too."""
    found: dict[str, list[Any]] = {}
    for key, value in tree.items():
        if isinstance(value, dict) and value and all(map(str.isdigit, value)):  # DataFrame.to_json
            value = list(value.values())
        if isinstance(value, dict):
            found.update(_curves(value, prefix if key in ("history", "metrics") else f"{prefix}{key}/"))
        elif isinstance(value, list) and len(value) > 1 and all(v is None or to_float(v) is not None for v in value):
            found[prefix + key] = value
    return found


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(row, dict) for row in value)


def _by_step(tree: Mapping[str, Any]) -> bool:
    return bool(tree) and all(isinstance(v, dict) and _STEP_KEY.fullmatch(k) for k, v in tree.items())


def _key_sets(tree: Any) -> Iterator[list[str]]:
    """The keys of numbers in what `read` would make of the document, some rows of each list."""
    if isinstance(tree, list):
        rows = [row for row in tree[:20] if isinstance(row, dict)]
    elif not isinstance(tree, dict):
        return
    elif _by_step(tree):
        rows = list(tree.values())[:20]
    elif curves := _curves(tree):
        yield [*curves, "epoch"] if any(map(is_strong, curves)) else []
        return
    else:
        lists = {key: value for key, value in tree.items() if _is_rows(value)}
        rows = [row for value in lists.values() for row in value[:20]]
        rows.append({key: value for key, value in tree.items() if key not in lists and not is_settings(key, value)})
    if sum(map(is_data_row, rows)) <= len(rows) / 4 and not one_row_each(rows, list(rows[0]) if rows else ()):
        for row in rows:
            yield [key for key, value in flatten(row).items() if to_float(value) is not None]


def _likelihood(keys: list[str]) -> float:
    """Settings of a model or a trainer hold learning_rate and num_train_epochs: without a result they are no log.

    Nor is a vocabulary, which has a number for every word.
    """
    strong = len(keys) <= MOST_KEYS and (any(map(is_strong, keys)) or earns(keys))
    return min(0.97, likelihood(keys) + 0.01) if strong else 0.0
