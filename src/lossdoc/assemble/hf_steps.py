"""Steps of logs that print only a fractional epoch (transformers on standard output): epoch x steps per epoch.

The steps per epoch come from the configuration, the progress bar, or the speed in the closing row. Without any of them
the place is counted in logging intervals. Rounded epochs (two decimals before transformers 5) repeat or lie by half a
digit: rows of one stretch are therefore counted, and the count is checked against the epochs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from lossdoc.assemble.table import FURTHEST, Table
from lossdoc.model.note import Note
from lossdoc.model.record import Bars, Event

if TYPE_CHECKING:
    from lossdoc.assemble.table import Numbers, Rows

# Half a unit of the last digit of an epoch with two decimals, and of one with four significant digits.
_ROUNDED = 0.0051
_SIGNIFICANT = 5.1e-4
_MOST_INTERVALS = 1e12  # between the rows of a run: an epoch that is a hair above 0 counts nothing (ours)


class Inferred(Struct, frozen=True):
    axis: str
    places: Numbers
    note: Note


def infer_steps(table: Table, rows: Rows, events: Sequence[Event], settings: Mapping[str, Any]) -> Inferred | None:
    """Places of all rows, or None where the epochs do not advance."""
    import numpy as np

    known = rows[~np.isnan(table.epochs[rows])]
    train = known[table.kinds.are("train")[known]]
    if len(train) < 2:
        train = known
    # Training rows between two returns of the epoch to an earlier value.
    stretches = np.split(train, np.flatnonzero(np.diff(table.epochs[train]) < 0) + 1) if len(train) else []
    interval = _interval(table, max(stretches, key=len)) if stretches else None
    if interval is None:
        return None
    furthest = float(np.fmax.reduce(np.abs(table.epochs[table.epochs != 0])))
    if interval * _MOST_INTERVALS < furthest:
        return None
    per_epoch, how = _steps_per_epoch(table, rows, stretches, interval, events, settings)
    furthest = _last(table, rows) / interval
    if per_epoch is not None and not furthest * max(1.0, per_epoch * interval) < FURTHEST:
        per_epoch = None  # a total or a speed that no run has
    if not furthest < FURTHEST:
        return None
    if per_epoch is None:
        if any(_counted(table, stretch, interval) is None for stretch in stretches):
            return None  # epochs that repeat or leap count nothing
        every, axis = 1, "row"
        note = Note("intervals counted")
    else:
        every, axis = max(1, round(per_epoch * interval)), "step"
        if abs(per_epoch * interval - every) < 0.02 * every:
            interval = every / per_epoch
        note = Note("steps inferred", {"by": how})
    return Inferred(axis, _places(table, stretches, interval, every), note)


def _last(table: Table, rows: Rows) -> float:
    """The furthest epoch; a row without one counts as 0."""
    import numpy as np

    return float(np.nan_to_num(table.epochs[rows]).max())


def _interval(table: Table, stretch: Rows) -> float | None:
    """Epochs between two rows of a stretch; the first and last rows may stand off the grid."""
    from statistics import linear_regression, median

    import numpy as np

    epochs = table.epochs[stretch]
    if len(epochs) > 4:
        epochs = epochs[1:-1]
    if len(epochs) < 2 or epochs[-1] <= epochs[0]:
        return float(epochs[0]) if len(epochs) == 1 and epochs[0] > 0 else None
    gaps = np.diff(epochs)
    typical = median(gaps.tolist())
    if _rounded(epochs) or gaps.max() < 1.6 * typical:
        # Single differences of rounded epochs say little, the slope over all rows says much.
        return linear_regression(range(len(epochs)), epochs.tolist()).slope
    return typical if typical > 0 else float(epochs[-1] - epochs[0]) / len(gaps)


def _rounded(epochs: Numbers) -> bool:
    """To two decimals, all of them."""
    import numpy as np

    return bool((np.round(epochs, 2) == epochs).all())


def _steps_per_epoch(
    table: Table,
    rows: Rows,
    stretches: Sequence[Rows],
    interval: float,
    events: Sequence[Event],
    settings: Mapping[str, Any],
) -> tuple[float | None, str]:
    last = _last(table, rows)
    if isinstance(every := settings.get("logging_steps"), (int, float)) and every >= 1:
        return every / interval, "logging_steps"
    if isinstance(total := settings.get("max_steps"), (int, float)) and total > 0 and _ended(table):
        return total / last, "max_steps"
    if total := _bar_total(events):
        if _ended(table):
            return total / last, "the progress bar"
        if ratio := _bar_ratio(table, rows, events, total):
            return ratio, "the progress bar"
    seconds, speed = (_closing(table, name) for name in ("train_runtime", "train_steps_per_second"))
    if seconds and speed:
        first = float(table.epochs[stretches[-1][0]]) - interval if len(stretches) > 1 else 0.0
        for begin in (first, 0.0):
            ratio = seconds * speed / (last - begin) if last > begin else 0.0
            every = ratio * interval
            if 0.5 < every < FURTHEST and abs(every - round(every)) < 0.1 * round(every):
                return ratio, "the speed in the closing row"
    return None, ""


def _ended(table: Table) -> bool:
    """The closing row of the training is there: each evaluation closes with a runtime of its own."""
    return any(key.startswith(("train_", "train/")) for key in table.summary)


def _closing(table: Table, name: str) -> float | None:
    return next((value for key, value in table.summary.items() if key.endswith(name)), None)


def _bar_total(events: Sequence[Event]) -> float | None:
    """The total of the training bar: of all bars the one that was seen at the most different positions."""
    seen: dict[float, set[float]] = {}
    for event in events:
        if event.kind == "progress" and event.data.get("total"):
            states = seen.setdefault(float(event.data["total"]), set())
            states.update(event.states.tolist() if isinstance(event, Bars) else (float(event.data.get("n", 0)),))
    return max(seen, key=lambda total: (len(seen[total]), total)) if seen else None


def _bar_ratio(table: Table, rows: Rows, events: Sequence[Event], total: float) -> float | None:
    """Steps per epoch from bars beside rows: a bar stands at the row's step or one before it."""
    from statistics import median

    import numpy as np

    lines: list[int] = []
    states: list[float] = []
    for event in events:
        if event.kind == "progress" and event.data.get("total") == total:
            lines += event.lines.tolist() if isinstance(event, Bars) else (event.line or 0,)
            states += event.states.tolist() if isinstance(event, Bars) else (event.data["n"],)
    epochs = table.epochs[rows]
    rows = rows[(table.lines[rows] > 0) & ~np.isnan(epochs) & (epochs != 0) & table.kinds.are("train")[rows]]
    before = np.searchsorted(np.maximum.accumulate(lines), table.lines[rows], side="right") - 1
    drawn = np.array(states, dtype=np.float64)[before]
    ratios = ((drawn + 0.5) / table.epochs[rows])[(before >= 0) & (drawn > 0)].tolist()
    return median(ratios[len(ratios) // 2 :]) if ratios else None


def _places(table: Table, stretches: Sequence[Rows], interval: float, every: int) -> Numbers:
    import numpy as np

    known = np.full(len(table), np.nan)
    for stretch in stretches:
        counted = _counted(table, stretch, interval)
        places = np.rint(table.epochs[stretch] / interval * every) if counted is None else counted * float(every)
        known[stretch] = np.maximum(1.0, places)
    rounded = _rounded(table.epochs[~np.isnan(table.epochs)])
    result: list[float] = []
    last = 0.0
    for place, epoch in zip(known.tolist(), table.epochs.tolist(), strict=True):
        if place == place:
            last = place
        elif epoch == epoch:
            guess = float(round(epoch / interval * every))
            # An evaluation stands at the step of the training row before it unless the epoch says otherwise.
            near = (_ROUNDED if rounded else _SIGNIFICANT * epoch) / interval * every + 0.5
            last = last if abs(guess - last) <= near else guess
        result.append(last)
    return np.array(result)


def _counted(table: Table, stretch: Rows, interval: float) -> Numbers | None:
    """Logging intervals counted row by row, if that agrees with the epochs within their rounding."""
    import numpy as np

    epochs = table.epochs[stretch]
    counted = np.rint(epochs[0] / interval) + np.arange(len(stretch))
    allowed = np.maximum(max(1.1 * _ROUNDED, 0.3 * interval), _SIGNIFICANT * epochs)
    off = np.count_nonzero(np.abs(counted * interval - epochs) > allowed)
    return counted if off <= 0.05 * len(stretch) else None
