"""Steps of logs that print only a fractional epoch (transformers on standard output): epoch x steps per epoch.

The steps per epoch come from the configuration, the progress bar, or the speed in the closing row. Without any of them
the place is counted in logging intervals. Rounded epochs (two decimals before transformers 5) repeat or lie by half a
digit: rows of one stretch are therefore counted, and the count is checked against the epochs.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lossdoc.assemble.rows import FURTHEST, Table
from lossdoc.model.record import Event

# Half a unit of the last digit of an epoch with two decimals, and of one with four significant digits.
_ROUNDED = 0.0051
_SIGNIFICANT = 5.1e-4
_MOST_INTERVALS = 1e12  # between the rows of a run: an epoch that is a hair above 0 counts nothing (ours)


@dataclass(frozen=True, slots=True)
class Inferred:
    axis: str
    places: list[float]
    note: str


def infer_steps(
    table: Table, rows: Sequence[int], events: Sequence[Event], settings: Mapping[str, Any]
) -> Inferred | None:
    """Places of all rows, or None where the epochs do not advance."""
    train = [row for row in rows if table.kinds[row] == "train" and table.epochs[row] is not None]
    if len(train) < 2:
        train = [row for row in rows if table.epochs[row] is not None]
    stretches = _stretches(table, train)
    interval = _interval(table, max(stretches, key=len)) if stretches else None
    if interval is None or interval * _MOST_INTERVALS < max(abs(epoch) for epoch in table.epochs if epoch):
        return None
    per_epoch, how = _steps_per_epoch(table, rows, stretches, interval, events, settings)
    furthest = max(_epoch(table, row) for row in rows) / interval
    if per_epoch is not None and not furthest * max(1.0, per_epoch * interval) < FURTHEST:
        per_epoch = None  # a total or a speed that no run has
    if not furthest < FURTHEST:
        return None
    if per_epoch is None:
        if not all(_counted(table, stretch, interval) for stretch in stretches):
            return None  # epochs that repeat or leap count nothing
        every, axis = 1, "row"
        note = "the log prints no step: positions are counted in logging intervals"
    else:
        every, axis = max(1, round(per_epoch * interval)), "step"
        if abs(per_epoch * interval - every) < 0.02 * every:
            interval = every / per_epoch
        note = f"steps are inferred from the epochs and {how}"
    return Inferred(axis, _places(table, stretches, interval, every), note)


def _stretches(table: Table, train: Sequence[int]) -> list[list[int]]:
    """Training rows between two returns of the epoch to an earlier value."""
    stretches: list[list[int]] = []
    for row in train:
        if stretches and _epoch(table, row) >= _epoch(table, stretches[-1][-1]):
            stretches[-1].append(row)
        else:
            stretches.append([row])
    return stretches


def _epoch(table: Table, row: int) -> float:
    epoch = table.epochs[row]
    return 0.0 if epoch is None else epoch


def _interval(table: Table, stretch: Sequence[int]) -> float | None:
    """Epochs between two rows of a stretch; the first and last rows may stand off the grid."""
    from statistics import linear_regression, median

    epochs = [_epoch(table, row) for row in stretch]
    if len(epochs) > 4:
        epochs = epochs[1:-1]
    if len(epochs) < 2 or epochs[-1] <= epochs[0]:
        return epochs[0] if len(epochs) == 1 and epochs[0] > 0 else None
    gaps = [b - a for a, b in itertools.pairwise(epochs)]
    typical = median(gaps)
    rounded = all(epoch == round(epoch, 2) for epoch in epochs)
    if rounded or max(gaps) < 1.6 * typical:
        # Single differences of rounded epochs say little, the slope over all rows says much.
        return linear_regression(range(len(epochs)), epochs).slope
    return typical if typical > 0 else (epochs[-1] - epochs[0]) / len(gaps)


def _steps_per_epoch(
    table: Table,
    rows: Sequence[int],
    stretches: Sequence[Sequence[int]],
    interval: float,
    events: Sequence[Event],
    settings: Mapping[str, Any],
) -> tuple[float | None, str]:
    last = max(_epoch(table, row) for row in rows)
    if isinstance(every := settings.get("logging_steps"), (int, float)) and every >= 1:
        return every / interval, "logging_steps"
    if isinstance(total := settings.get("max_steps"), (int, float)) and total > 0 and table.summary:
        return total / last, "max_steps"
    if total := _bar_total(events):
        if table.summary:
            return total / last, "the progress bar"
        if ratio := _bar_ratio(table, rows, events, total):
            return ratio, "the progress bar"
    seconds, speed = (_closing(table, name) for name in ("train_runtime", "train_steps_per_second"))
    if seconds and speed:
        first = _epoch(table, stretches[-1][0]) - interval if len(stretches) > 1 else 0.0
        for begin in (first, 0.0):
            ratio = seconds * speed / (last - begin) if last > begin else 0.0
            every = ratio * interval
            if 0.5 < every < FURTHEST and abs(every - round(every)) < 0.1 * round(every):
                return ratio, "the speed in the closing row"
    return None, ""


def _closing(table: Table, name: str) -> float | None:
    return next((value for key, value in table.summary.items() if key.endswith(name)), None)


def _bar_total(events: Sequence[Event]) -> float | None:
    """The total of the training bar: of all bars the one that was seen at the most different positions."""
    seen: dict[float, set[float]] = {}
    for event in events:
        if event.kind == "progress" and event.data.get("total"):
            seen.setdefault(float(event.data["total"]), set()).add(float(event.data.get("n", 0)))
    return max(seen, key=lambda total: (len(seen[total]), total)) if seen else None


def _bar_ratio(table: Table, rows: Sequence[int], events: Sequence[Event], total: float) -> float | None:
    """Steps per epoch from bars beside rows: a bar stands at the row's step or one before it."""
    from statistics import median

    bars = [(e.line, float(e.data["n"])) for e in events if e.kind == "progress" and e.data.get("total") == total]
    ratios: list[float] = []
    position = 0
    for row in rows:
        line, epoch = table.lines[row], table.epochs[row]
        if line is None or not epoch or table.kinds[row] != "train":
            continue
        while position + 1 < len(bars) and (bars[position + 1][0] or 0) <= line:
            position += 1
        if bars and (bars[position][0] or 0) <= line and bars[position][1] > 0:
            ratios.append((bars[position][1] + 0.5) / epoch)
    return median(ratios[len(ratios) // 2 :]) if ratios else None


def _places(table: Table, stretches: Sequence[Sequence[int]], interval: float, every: int) -> list[float]:
    places: list[float | None] = [None] * len(table)
    for stretch in stretches:
        counted = _counted(table, stretch, interval)
        for position, row in enumerate(stretch):
            step = counted[position] * every if counted else round(_epoch(table, row) / interval * every)
            places[row] = float(max(1, step))
    result: list[float] = []
    last = 0.0
    rounded = all(epoch is None or epoch == round(epoch, 2) for epoch in table.epochs)
    for row, place in enumerate(places):
        epoch = table.epochs[row]
        if place is None and epoch is not None:
            guess = float(round(epoch / interval * every))
            # An evaluation stands at the step of the training row before it unless the epoch says otherwise.
            near = (_ROUNDED if rounded else _SIGNIFICANT * epoch) / interval * every + 0.5
            place = last if abs(guess - last) <= near else guess
        last = last if place is None else place
        result.append(last)
    return result


def _counted(table: Table, stretch: Sequence[int], interval: float) -> list[int] | None:
    """Logging intervals counted row by row, if that agrees with the epochs within their rounding."""
    first = round(_epoch(table, stretch[0]) / interval)
    start = first
    if len(stretch) > 1 and first == 0:  # a row at step 1 before the first full interval
        start = 0
    count = [start + position for position in range(len(stretch))]
    off = 0
    for position, row in zip(count, stretch, strict=True):
        epoch = _epoch(table, row)
        off += abs(position * interval - epoch) > max(1.1 * _ROUNDED, _SIGNIFICANT * epoch, 0.3 * interval)
    return count if off <= 0.05 * len(stretch) else None
