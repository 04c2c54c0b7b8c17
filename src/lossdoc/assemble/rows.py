"""Keys to metrics, and values to numbers, for all rows of a source."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lossdoc.knowledge.words import without_split
from lossdoc.numbers import parse, to_float
from lossdoc.record import Raw, Record

if TYPE_CHECKING:
    from lossdoc.knowledge import Knowledge, Resolved

# Roles of keys that are no curve: they place a row, or count nothing that can be judged.
POSITION_ROLES = ("step", "epoch", "tokens", "samples")
# Beside an epoch and without a step these place a row inside the epoch.
_IN_EPOCH = re.compile(r"batch(?:[_ ]?(?:id|idx|index))?", re.IGNORECASE)
# transformers names the data set of an evaluation in the run time it logs beside it; TRL's own metrics in the same row
# carry no data set name (transformers, trainer.py evaluate()).
_EVAL_SET = re.compile(r"^eval_(?P<name>.+)_runtime$")


_TRAINING_ONLY = frozenset({"loss", "train/loss", "train_loss", "learning_rate", "lr", "grad_norm", "train/grad_norm"})
# What transformers gives W&B with every row.
_TRACKERS = frozenset({"train/global_step", "train/epoch"})
# Digits are counted in so many values of a key; what is printed later is printed alike.
_COUNTED_DIGITS = 2000
# A place beyond this is no place: NaN, infinity, a hash under a key that looks like a step.
_FURTHEST = 1e15


@dataclass(slots=True)
class Bucket:
    """The values of one raw key under one meaning. `rows` index the table, in file order."""

    metric: str
    split: str
    labels: Mapping[str, str]
    key: str
    known: bool
    unit: str | None
    aggregation: str | None
    rows: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    decimals: int | None = -1  # most digits seen after the point; -1 = nothing seen yet, None = full precision
    significant: int | None = -1

    def add(self, row: int, raw: Raw, factor: float) -> bool:
        """Take one value; False if it is no number."""
        if type(raw) is float or type(raw) is int:
            self.decimals = self.significant = None
            value = float(raw)
        elif len(self.rows) > _COUNTED_DIGITS:
            counted = to_float(raw)
            if counted is None:
                return False
            value = counted
        else:
            number = parse(raw) if isinstance(raw, str) else None
            if number is None:
                return False
            value = number.value
            if math.isfinite(value):
                self.decimals = _most(self.decimals, number.decimals)
                self.significant = _most(self.significant, number.significant)
        self.rows.append(row)
        self.values.append(value * factor)
        return True


@dataclass(slots=True)
class Table:
    """All rows of a source by column: lists of equal length, one entry per record."""

    lines: list[int | None] = field(default_factory=list)
    steps: list[float | None] = field(default_factory=list)
    axes: list[str | None] = field(default_factory=list)
    epochs: list[float | None] = field(default_factory=list)
    counts: list[tuple[float, str] | None] = field(default_factory=list)  # tokens or samples seen so far
    streams: list[str | None] = field(default_factory=list)
    runs: list[str | None] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)  # train, eval, test, summary, "" = no metric in the row
    buckets: dict[tuple[str, str, str, tuple[tuple[str, str], ...]], Bucket] = field(default_factory=dict)
    summary: dict[str, float] = field(default_factory=dict)  # final values such as train_runtime
    notes: list[str] = field(default_factory=list)
    axis: str = "step"  # filled in by position.py: what `places` count
    places: list[float] = field(default_factory=list)
    inferred: bool = False

    def __len__(self) -> int:
        return len(self.lines)


@dataclass(frozen=True, slots=True)
class _Slot:
    """What to do with one key of a row: where it goes and how it is scaled."""

    key: str
    role: str | None
    factor: float
    bucket: Bucket | None  # None for keys that place a row or are ignored


def gather(records: Sequence[Record], knowledge: Knowledge, framework: str | None, objectives: Sequence[str]) -> Table:
    """Resolve every key once per kind of row and collect the values.

    A source that holds nothing but the closing row of a run (train_results.json) is read as what the run ended with.
    """
    table = _gather(records, knowledge, framework, objectives, closing=False)
    return table if table.buckets else _gather(records, knowledge, framework, objectives, closing=True)


def _gather(
    records: Sequence[Record], knowledge: Knowledge, framework: str | None, objectives: Sequence[str], closing: bool
) -> Table:
    table = Table()
    plans: dict[tuple[object, ...], list[_Slot]] = {}
    for record in records:
        layout = (record.split, tuple(record.labels.items()), *record.values)
        plan = plans.get(layout)
        if plan is None:
            plan = plans[layout] = _plan(table, record, knowledge, framework, objectives, closing)
        _take(table, record, plan)
    table.buckets = {name: bucket for name, bucket in table.buckets.items() if bucket.rows}
    return table


def _plan(
    table: Table,
    record: Record,
    knowledge: Knowledge,
    framework: str | None,
    objectives: Sequence[str],
    only_closing: bool,
) -> list[_Slot]:
    dataset = _eval_set(record.values)
    whole = knowledge.resolve(f"eval_{dataset}_loss", framework, objectives) if dataset else None
    if whole is not None and "dataset" not in whole.labels:
        dataset = None  # the documents know the name as it stands: a loss of SetFit, no data set
    closing = not only_closing and _is_closing(record.values)
    has_eval = _is_evaluation(record.values)
    slots = []
    for key in record.values:
        found = _resolve(key, dataset, knowledge, framework, objectives)
        role = found.role if found else None
        if found and role == "ignore" and _IN_EPOCH.fullmatch(key):
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
            split = without_split(key)[-1][1] or split
        # A bare key in a row of eval_ keys was measured on the evaluation set too (axolotl's memory keys apart).
        split = split or ("eval" if has_eval else "train")
        if dataset and split == "eval":
            labels.setdefault("dataset", dataset)
        name = (metric, split, key, tuple(sorted(labels.items())))
        bucket = table.buckets.get(name)
        if bucket is None:
            unit, aggregation = (found.unit, found.aggregation) if found else (None, None)
            bucket = Bucket(metric, split, labels, key, found is not None, unit, aggregation)
            table.buckets[name] = bucket
        slots.append(_Slot(key, role, factor, bucket))
    return slots


def _eval_set(keys: Iterable[str]) -> str | None:
    for key in keys:
        if match := _EVAL_SET.match(key):
            return match["name"]
    return None


def _is_evaluation(keys: Iterable[str]) -> bool:
    """A row that an evaluation wrote: held-out keys, and none that only a training step has (wide tables hold both)."""
    names = {key.lower() for key in keys} - _TRACKERS
    trained = names & _TRAINING_ONLY or any(name.startswith("train/") for name in names)
    return any(name.startswith(("eval_", "eval/")) for name in names) and not trained


def _is_closing(keys: Iterable[str]) -> bool:
    """transformers closes a run with a row of means over the whole run: they are no further point of a curve.

    The run time alone does not tell, some versions put it on every row; a row that has a loss of its own is no closing
    row (transformers, trainer.py log()).
    """
    names = set(keys)
    return bool(names & {"train_runtime", "train/train_runtime"}) and not names & {"loss", "train/loss", "eval_loss"}


def _resolve(
    key: str, dataset: str | None, knowledge: Knowledge, framework: str | None, objectives: Sequence[str]
) -> Resolved | None:
    if dataset and key.startswith(f"eval_{dataset}_"):
        key = "eval_" + key[len(f"eval_{dataset}_") :]
    return knowledge.resolve(key, framework, objectives)


def _take(table: Table, record: Record, plan: Sequence[_Slot]) -> None:
    row = len(table.lines)
    step, epoch = (place if place is None or abs(place) < _FURTHEST else None for place in (record.step, record.epoch))
    axis = record.axis
    count: tuple[float, str] | None = None
    splits: set[str] = set()
    summary = False
    batch: float | None = None
    for slot, raw in zip(plan, record.values.values(), strict=True):
        if slot.bucket is not None:
            if raw is not None and slot.bucket.add(row, raw, slot.factor):
                splits.add(slot.bucket.split)
            continue
        if slot.role in POSITION_ROLES:
            value = _number(raw)
            if value is None or not abs(value) < _FURTHEST:
                continue
            if slot.role == "epoch":
                epoch = value if epoch is None else epoch
            elif slot.role == "step":
                step = value * slot.factor if step is None or axis not in (None, "step") else step
                axis = "step"
            elif slot.role is not None and (count is None or count[1] != slot.role or count[0] <= value * slot.factor):
                count = (value * slot.factor, slot.role)  # of episodes and steps in the environment the finer one
        elif slot.role == "batch":
            batch = _number(raw)
        elif slot.role in ("summary", "time") and (value := _number(raw)) is not None:
            table.summary[slot.key] = value
            summary = summary or slot.role == "summary"
    if step is None and epoch is not None and batch is not None and abs(batch) < _FURTHEST:
        step = batch
    table.lines.append(record.line)
    table.steps.append(step)
    table.axes.append(axis)
    table.epochs.append(epoch)
    table.counts.append(count)
    table.streams.append(record.stream)
    table.runs.append(record.run)
    table.kinds.append(_kind(splits, summary))


def _kind(splits: set[str], summary: bool) -> str:
    for split in ("train", "eval"):
        if split in splits:
            return split
    return next(iter(splits), "summary" if summary else "")


def _number(raw: Raw) -> float | None:
    if isinstance(raw, str):
        return to_float(raw)
    return float(raw) if isinstance(raw, (int, float)) and not isinstance(raw, bool) else None


def _most(seen: int | None, new: int | None) -> int | None:
    return None if seen is None or new is None else max(seen, new)
