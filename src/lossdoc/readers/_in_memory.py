"""Logs that are in memory already: rows, a table, arrays, the state of a trainer. Python values -> items.

What a file would show and these do not (a crash, a progress bar) is not made up: a log in memory is judged by its
numbers. Nothing here imports pandas, polars, torch or Keras: their objects are known by what they can do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from lossdoc.model.record import Event, Item, Raw, Record

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]

# What transformers puts into every row of `TrainerState.log_history`, and what it alone writes beside these.
_EVERY_ROW = ("step", "epoch")
_ITS_OWN = frozenset({"eval_runtime", "train_runtime", "grad_norm", "learning_rate"})
_STATE = ("max_steps", "num_train_epochs", "logging_steps", "eval_steps", "train_batch_size", "global_step")
# Columns of a table that are filled together: ours. Beside its companions a blank cell is a NaN that was logged;
# a column that is filled in other rows only marks rows of another kind (evaluations, the summary).
_COMPANION, _STRANGER = 0.8, 0.2


class InMemory(Struct, frozen=True):
    """The items of a log in memory: what it is called, its format, and the framework if the rows prove it."""

    items: Sequence[Item]
    name: str
    format: str
    framework: str | None = None


def in_memory(log: Any) -> InMemory:
    """Rows (`log_history`), a DataFrame, a mapping of arrays, or an object that holds one of them.

    Such an object is a `Trainer` or its `state` (`log_history`) or a Keras `History` (`history`). TypeError, with what
    is accepted, for anything else; ValueError for arrays of different lengths.
    """
    state = getattr(log, "state", log)
    if isinstance(getattr(state, "log_history", None), list):
        return _of_state(state)
    if isinstance(getattr(log, "history", None), Mapping):
        epochs = [epoch + 1 for epoch in getattr(log, "epoch", [])]
        return _of_arrays({**({"epoch": epochs} if epochs else {}), **log.history}, "history")
    if hasattr(log, "columns") and hasattr(log, "__getitem__"):
        return InMemory(_of_table(log), "DataFrame", "table")
    if isinstance(log, Mapping):
        return _of_arrays(log, "arrays")
    if isinstance(log, Iterable) and not isinstance(log, str | bytes):
        return _of_rows(list(log))
    raise TypeError(
        f"a log is a path, a list of dicts, a DataFrame or a dict of arrays, not {type(log).__name__} {log!r:.60}"
    )


def _of_state(state: Any) -> InMemory:
    read = _of_rows(state.log_history)
    settings = {key: value for key in _STATE if isinstance(value := getattr(state, key, None), int | float)}
    items: list[Item] = [*read.items, Event("config", None, "TrainerState", settings)]
    if any("train_loss" in row for row in state.log_history):  # the summary is written only when train() returns
        items.append(Event("end", None, "log_history holds the summary of a finished training"))
    return InMemory(items, read.name, "trainer-state", "transformers")


def _of_rows(rows: Sequence[Any]) -> InMemory:
    for row in rows:
        if not isinstance(row, Mapping):
            raise TypeError(f"rows of a log are dicts of names and numbers, not {type(row).__name__} {row!r:.60}")
    theirs = bool(rows) and all(key in row for row in rows for key in _EVERY_ROW)
    framework = "transformers" if theirs and any(_ITS_OWN & row.keys() for row in rows) else None
    return InMemory([Record(_flat(row)) for row in rows], "log_history", "log-history", framework)


def _of_arrays(arrays: Mapping[str, Any], name: str) -> InMemory:
    """Row by row: NaN is a NaN that was logged, None was not logged."""
    columns = {str(key): list(values) for key, values in arrays.items()}
    lengths = {key: len(values) for key, values in columns.items()}
    if len(set(lengths.values())) > 1:
        listed = ", ".join(f"{key}: {length}" for key, length in lengths.items())
        raise ValueError(
            f"arrays of different lengths ({listed}): give what is logged at other steps as a list of dicts"
        )
    rows = zip(*columns.values(), strict=True)
    return InMemory([Record(_flat(dict(zip(columns, row, strict=True)))) for row in rows], name, "arrays")


def _of_table(table: Any) -> list[Item]:
    """Rows of a DataFrame of pandas or polars, with an index that has a name as a column of its own.

    A table cannot tell "not logged" from NaN; a blank cell is NaN where columns that always come with it are filled.
    """
    import numpy as np

    index = getattr(getattr(table, "index", None), "name", None)
    columns: dict[str, list[Raw]] = {str(index): [_raw(v) for v in table.index]} if index is not None else {}
    columns |= {str(key): [_raw(value) for value in table[key]] for key in table.columns}
    if not columns:
        return []
    present = np.array([[value is not None and value == value for value in cells] for cells in columns.values()]).T
    nan = _logged_nan(present)
    return [
        Record(
            {
                key: cells[row] if present[row, column] else float("nan")
                for column, (key, cells) in enumerate(columns.items())
                if present[row, column] or nan[row, column]
            }
        )
        for row in range(len(present))
    ]


def _logged_nan(present: Mask) -> Mask:
    """Blank cells that were logged as NaN. present, and what is returned: shape (rows, columns)."""
    import numpy as np

    found = np.zeros_like(present)
    for column in range(present.shape[1]):
        filled = np.flatnonzero(present[:, column])
        if not len(filled):
            found[:, column] = True  # it has a column of its own, so it was logged, and never as a number
            continue
        until = present[: filled[-1] + 1]  # a run that turned NaN stays NaN: what follows says nothing of the habit
        total = until.sum(axis=0)
        share = (until & until[:, [column]]).sum(axis=0) / np.maximum(total, 1)
        companion = (total > 0) & (share >= _COMPANION)
        companion[column] = False
        stranger = share <= _STRANGER
        found[:, column] = present[:, companion].any(axis=1) & ~present[:, stranger].any(axis=1)
    return found & ~present


def _flat(row: Mapping[Any, Any], prefix: str = "") -> dict[str, Raw]:
    """Nested rows become keys joined by "/"; what is no number and no text is no metric."""
    flat: dict[str, Raw] = {}
    for key, value in row.items():
        if isinstance(value, Mapping):
            flat.update(_flat(value, f"{prefix}{key}/"))
        elif (raw := _raw(value)) is not None:
            flat[f"{prefix}{key}"] = raw
    return flat


def _raw(value: Any) -> Raw:
    """A number or a text; None for what was not logged and for what is no value of one metric (arrays, flags)."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float | str):
        return value
    try:
        return float(value)  # NumPy's and torch's numbers, tensors of one element, Decimal
    except (TypeError, ValueError, RuntimeError):
        return None
