"""Keys to metrics, and values to numbers, for all rows of a source."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING

from msgspec import Struct

from lossdoc.assemble.blocks import rows_of
from lossdoc.assemble.bucket import Bucket, floats, numbers
from lossdoc.assemble.episodes import meant
from lossdoc.assemble.table import FURTHEST, Table, Words
from lossdoc.knowledge.words import named_split
from lossdoc.model.record import Block, Record
from lossdoc.words.splits import paired

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from lossdoc.assemble.bucket import Raws, Shared
    from lossdoc.knowledge import Knowledge, Resolved

# Roles of keys that are no curve: they place a row, or count nothing that can be judged.
POSITION_ROLES = ("step", "epoch", "tokens", "samples", "episodes")
# Of these a row of an evaluation has none.
_TRAINED = frozenset({"loss", "learning_rate", "grad_norm"})


class _Slot(Struct, frozen=True):
    """What to do with one key of a row: where it goes and how it is scaled."""

    key: str
    role: str | None
    factor: float
    bucket: Bucket | None  # None for keys that place a row or are ignored


def gather(
    records: Sequence[Record],
    knowledge: Knowledge,
    framework: str | None,
    objectives: Sequence[str],
    blocks: Sequence[Block] = (),
) -> Table:
    """Resolve every key once per kind of row and collect the values.

    A source that holds nothing but the closing row of a run (train_results.json) is read as what the run ended with.
    """
    table = _gather(records, knowledge, framework, objectives, blocks, closing=False)
    return table if table.buckets else _gather(records, knowledge, framework, objectives, blocks, closing=True)


def _gather(
    records: Sequence[Record],
    knowledge: Knowledge,
    framework: str | None,
    objectives: Sequence[str],
    blocks: Sequence[Block],
    closing: bool,
) -> Table:
    own, *others = rows_of(records, blocks)
    table = _empty(records, own, blocks, others)
    summary = _Summary()
    whole = {(block.split, block.keys): dict(zip(block.keys, block.columns, strict=True)) for block in blocks}
    for layout in _layouts(records):
        rows = own[layout]
        values = [records[number].values for number in layout]
        columns: dict[str, Raws] = {key: list(map(itemgetter(key), values)) for key in values[0]}
        first = records[layout[0]]
        # What a column means is seen in the many rows of a block, not in the few that stand before it.
        seen = whole.get((first.split, tuple(columns)), columns)
        for slot in _plan(table, first, seen, knowledge, framework, objectives, closing):
            _take(table, slot, rows, columns[slot.key], summary)
    for block, rows in zip(blocks, others, strict=True):
        taken = dict(zip(block.keys, block.columns, strict=True))
        first = Record(dict.fromkeys(block.keys), None, _any(block.steps), split=block.split)
        for slot in _plan(table, first, taken, knowledge, framework, objectives, closing):
            printed = None if block.printed is None else block.printed.get(slot.key, ())
            _take(table, slot, rows, taken[slot.key], summary, printed)
    shared: Shared = {}
    for bucket in table.buckets.values():
        bucket.close(shared)
    table.buckets = {name: bucket for name, bucket in table.buckets.items() if len(bucket.rows)}
    table.summary = summary.values()
    table.kinds = _kinds(table, summary.rows)
    return table


def _empty(
    records: Sequence[Record], own: NDArray[np.int64], blocks: Sequence[Block], others: Sequence[NDArray[np.int64]]
) -> Table:
    """A table of all rows with what stands beside their values, which rows of blocks have nothing of."""
    import numpy as np

    size = len(own) + sum(map(len, others))
    lines = np.zeros(size, dtype=np.int64)
    lines[own] = [record.line or 0 for record in records]
    steps, epochs, counts = np.full((3, size), np.nan)
    steps[own] = [_place(record.step) for record in records]
    epochs[own] = [_place(record.epoch) for record in records]
    for block, rows in zip(blocks, others, strict=True):
        lines[rows] = block.lines
        for places, said in ((steps, block.steps), (epochs, block.epochs)):
            if said is not None:
                places[rows] = np.where(np.abs(said) < FURTHEST, said, np.nan)
    counted, axes, streams, runs, kinds = (Words.empty(size) for _ in range(5))
    axes.code("step")
    axes.put(own, [record.axis for record in records])
    for block, rows in zip(blocks, others, strict=True):
        axes.codes[rows] = axes.code(block.axis)
    streams.put(own, [record.stream for record in records])
    runs.put(own, [record.run for record in records])
    return Table(lines, steps, epochs, counts, counted, axes, streams, runs, kinds)


def _layouts(records: Sequence[Record]) -> Iterable[list[int]]:
    """Records of one layout are taken together, column by column: their numbers."""
    layouts: dict[tuple[object, ...], list[int]] = {}
    for number, record in enumerate(records):
        layout = (record.split, *record.labels.items(), *record.values)
        if layout in layouts:
            layouts[layout].append(number)
        else:
            layouts[layout] = [number]
    return layouts.values()


def _any(places: NDArray[np.float64] | None) -> float | None:
    return None if places is None else float(places[0])


def _place(place: float | None) -> float:
    return place if place is not None and abs(place) < FURTHEST else math.nan


def _plan(
    table: Table,
    record: Record,
    columns: Mapping[str, Raws],
    knowledge: Knowledge,
    framework: str | None,
    objectives: Sequence[str],
    only_closing: bool,
) -> list[_Slot]:
    dataset = _eval_set(record.values, knowledge)
    whole = knowledge.resolve(f"eval_{dataset}_loss", framework, objectives) if dataset else None
    if whole is not None and "dataset" not in whole.labels:
        dataset = None  # the documents know the name as it stands: a loss of SetFit, no data set
    slots = []
    resolved = {key: _resolve(key, dataset, knowledge, framework, objectives) for key in record.values}
    closing = not only_closing and _is_closing(resolved)
    has_eval = _is_evaluation(resolved)
    spelt = paired(columns) | meant(columns, resolved)
    resolved |= {key: knowledge.resolve(name, framework) for key, name in spelt.items()}
    placed = record.step is not None or any(found and found.role in POSITION_ROLES for found in resolved.values())
    for key, found in resolved.items():
        role = found.role if found else None
        if found and found.metric == "log_calls":  # the step only where nothing else is
            slots.append(_Slot(key, "ignore" if placed else "step", 1.0, None))
            continue
        if found and found.metric == "batch_index":  # beside an epoch and without a step
            slots.append(_Slot(key, "batch", 1.0, None))
            continue
        if found and (role in POSITION_ROLES or role in ("time", "config", "ignore") or found.ignored):
            slots.append(_Slot(key, role or "ignore", found.factor, None))
            continue
        if (role == "summary" and not only_closing) or (closing and key.startswith(("train_", "train/"))):
            slots.append(_Slot(key, "summary", 1.0, None))
            continue
        labels = dict(record.labels)
        split = record.split
        metric, factor = key.lower(), 1.0
        if found:
            metric, factor, split = found.metric, found.factor, found.split or split
            labels |= found.labels
        else:
            split = named_split(key) or split
        # A bare key in a row of eval_ keys was measured on the evaluation set too (axolotl's memory keys apart).
        split = split or ("eval" if has_eval else "train")
        if dataset and split == "eval":
            labels.setdefault("dataset", dataset)
        name = (metric, split, key, tuple(sorted(labels.items())))
        bucket = table.buckets.get(name)
        if bucket is None:
            unit, aggregation = (found.unit, found.aggregation) if found else (None, None)
            bucket = Bucket(metric, split, labels, key, found is not None, unit, aggregation, factor)
            table.buckets[name] = bucket
        slots.append(_Slot(key, role, factor, bucket))
    slots.sort(key=lambda slot: slot.role == "batch")  # it counts where nothing else places a row
    return slots


def _eval_set(keys: Iterable[str], knowledge: Knowledge) -> str | None:
    """The data set of an evaluation, by the run time beside it; other metrics of the row may carry no name of it."""
    for key in keys:
        found = knowledge.resolve(key) if key.startswith("eval_") else None
        if found is not None and found.metric == "runtime" and "dataset" in found.labels:
            return found.labels["dataset"]
    return None


def _is_evaluation(resolved: Mapping[str, Resolved | None]) -> bool:
    """A row that an evaluation wrote: held-out keys, and none that only a training step has (wide tables hold both)."""
    named = {key.lower(): found for key, found in resolved.items() if not found or found.role not in POSITION_ROLES}
    trained = any(
        name.startswith("train/") or (found and found.metric in _TRAINED and found.split in (None, "train"))
        for name, found in named.items()
    )
    return any(name.startswith(("eval_", "eval/")) for name in named) and not trained


def _is_closing(resolved: Mapping[str, Resolved | None]) -> bool:
    """A row of means over the whole run: they are no further point of a curve.

    The run time alone does not tell, some versions put it on every row; a row that has a loss of its own is no closing
    row (transformers, trainer.py log()).
    """
    found = {entry.metric for entry in resolved.values() if entry}
    return "train_runtime" in found and not resolved.keys() & {"loss", "train/loss", "eval_loss"}


def _resolve(
    key: str, dataset: str | None, knowledge: Knowledge, framework: str | None, objectives: Sequence[str]
) -> Resolved | None:
    if dataset and key.startswith(f"eval_{dataset}_"):
        key = "eval_" + key[len(f"eval_{dataset}_") :]
    return knowledge.resolve(key, framework, objectives)


def _take(
    table: Table,
    slot: _Slot,
    rows: NDArray[np.int64],
    raws: Raws,
    summary: _Summary,
    printed: Sequence[str] | None = None,
) -> None:
    """One column of the rows of one layout."""
    if slot.bucket is not None:
        slot.bucket.add(rows, raws, printed)
    elif slot.role in ("summary", "time"):
        summary.add(slot, rows, raws)
    elif slot.role == "batch" or slot.role in POSITION_ROLES:
        _put(table, slot, rows, numbers(raws))


def _put(table: Table, slot: _Slot, rows: NDArray[np.int64], values: NDArray[np.float64]) -> None:
    """Numbers that say where their rows stand."""
    import numpy as np

    good = np.abs(values) < FURTHEST
    if not good.all():
        rows, values = rows[good], values[good]
    bare, no_epoch = np.isnan(table.steps[rows]), np.isnan(table.epochs[rows])
    if slot.role == "batch":
        inside = bare & ~no_epoch
        table.steps[rows[inside]] = values[inside]
    elif slot.role == "epoch":
        table.epochs[rows[no_epoch]] = values[no_epoch]
    elif slot.role == "step":
        step = table.axes.code("step")
        better = bare | (table.axes.codes[rows] > step)
        table.steps[rows[better]] = values[better] * slot.factor
        table.axes.codes[rows] = step
    else:
        counts, role = values * slot.factor, table.counted.code(slot.role)
        before = table.counts[rows]
        finer = ~(before > counts) | (table.counted.codes[rows] != role)  # of rollouts and steps in the environment
        if slot.role == "episodes":  # what else is counted is finer
            finer &= np.isnan(before) | (table.counted.codes[rows] == role)
        table.counts[rows[finer]] = counts[finer]
        table.counted.codes[rows[finer]] = role


class _Summary:
    """Final values of a run, and run times: the last one of each key, in the order in which the keys appear."""

    def __init__(self) -> None:
        self.rows: list[int] = []  # rows of final values
        self._found: dict[str, tuple[int, int, float]] = {}

    def add(self, slot: _Slot, rows: NDArray[np.int64], raws: Raws) -> None:
        if isinstance(raws, Sequence):
            said = [(row, value) for row, value in zip(rows.tolist(), floats(raws), strict=True) if value is not None]
        else:
            said = [(int(rows[at]), float(raws[at])) for at in (0, -1)]
        if not said:
            return
        if slot.role == "summary":
            self.rows += [row for row, _ in said] if isinstance(raws, Sequence) else rows.tolist()
        (first, _), (last, value) = said[0], said[-1]
        if slot.key in self._found:
            before, after, older = self._found[slot.key]
            first, last, value = min(first, before), max(last, after), value if last > after else older
        self._found[slot.key] = (first, last, value)

    def values(self) -> dict[str, float]:
        ordered = sorted(self._found.items(), key=lambda found: found[1][0])
        return {key: value for key, (_, _, value) in ordered}


def _kinds(table: Table, summaries: Sequence[int]) -> Words:
    """What each row holds: train before eval before any other split before final values."""
    import numpy as np

    splits = dict.fromkeys(bucket.split for bucket in table.buckets.values())
    names = ["", "summary", *(split for split in splits if split not in ("train", "eval")), "eval", "train"]
    kinds = Words(np.zeros(len(table), dtype=np.int64), names)
    kinds.codes[np.array(summaries, dtype=np.int64)] = 1
    for number, name in enumerate(names):
        for bucket in table.buckets.values():
            if bucket.split == name:
                kinds.codes[bucket.rows] = number
    return kinds
