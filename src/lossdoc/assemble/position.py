"""Where each row stands: a step, an epoch or a row number. What the log does not print is inferred, and said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lossdoc.assemble.hf_steps import infer_steps
from lossdoc.assemble.table import Table
from lossdoc.model.note import Note
from lossdoc.model.record import Event

if TYPE_CHECKING:
    from lossdoc.assemble.table import Mask, Numbers, Rows

_MOST_RUNS = 60  # more returns of the epoch in one file are no new runs
_ONCE = 0.9  # of the values of a key stand alone between two steps (ours)


def place_rows(table: Table, events: Sequence[Event], settings: Mapping[str, Any]) -> None:
    """Fill in `places`, `axis` and `inferred` of a table."""
    import numpy as np

    rows = np.flatnonzero(table.kinds.codes)
    with_step = rows[~np.isnan(table.steps[rows])]
    with_epoch = rows[~np.isnan(table.epochs[rows])]
    for placed in (with_step, with_epoch):
        if 0 < len(placed) < 0.5 * len(rows):
            rows = rows[~_followers(table, placed)[rows]]
    if len(with_step) >= 0.5 * len(rows) and _goes_forward(table, with_step, rows):
        _by_step(table, rows)
    elif len(with_epoch) >= 0.5 * len(rows):
        _by_epoch(table, rows, events, settings)
    elif np.count_nonzero(table.counted.codes[rows]) >= 0.5 * len(rows):
        table.axis = table.counted.commonest(rows) or "step"
        table.places = _carried(table.counts)
    else:
        _by_number(table)


def _by_number(table: Table, anew: bool = False) -> None:
    table.axis, table.inferred = "row", True
    table.places = _numbered(table, anew)
    table.notes.append(Note("rows counted"))


def _followers(table: Table, placed: Rows) -> Mask:
    """Rows that only stand behind those with a step or an epoch, as the figures of each class behind the line of an
    evaluation.

    What they hold is never told with such a place, and at most once between two: they belong where the one before
    them stood.
    """
    import numpy as np

    has_place, found, told = np.zeros((3, len(table)), dtype=bool)
    has_place[placed] = True
    for bucket in table.buckets.values():
        # Rows increase, so do the places before them: equal ones stand together.
        gaps = np.searchsorted(placed, bucket.rows)
        alone = not has_place[bucket.rows].any() and 1 + np.count_nonzero(np.diff(gaps)) >= _ONCE * len(gaps)
        (found if alone else told)[bucket.rows] = True
    return found & ~told


def _numbered(table: Table, anew: bool) -> Numbers:
    """Rows counted from 1; rows without a metric share the number of the next one. `anew`: where the first epoch comes
    again after later ones another run begins.
    """
    import numpy as np

    counts = table.kinds.codes != 0
    numbers = 1 + np.cumsum(counts) - counts
    if anew:
        first = np.zeros(len(table), dtype=np.int64)  # the number of the first row of the run that each row belongs to
        lowest, furthest = np.fmin.reduce(table.epochs), -1.0
        for row in np.flatnonzero(~np.isnan(table.epochs)).tolist():
            epoch = table.epochs[row]
            if epoch == lowest < furthest:
                first[row:], furthest = numbers[row] - 1, lowest
            furthest = max(furthest, epoch)
        numbers -= first
    return np.asarray(numbers, dtype=np.float64)


def _within_epochs(table: Table) -> bool:
    """The fullest curve has several values in one epoch, one after the other: the epoch does not tell them apart."""
    import numpy as np

    bucket = max(table.buckets.values(), key=lambda b: len(b.rows))
    epochs = table.epochs[bucket.rows]
    epochs = epochs[~np.isnan(epochs)]
    return len(epochs) > 3 and bool(np.count_nonzero(np.diff(epochs)) + 1 < 0.3 * len(epochs))


def _goes_forward(table: Table, with_step: Rows, rows: Rows) -> bool:
    """Steps differ among the rows of one kind: "Steps: 100" of each training epoch and 10 of each evaluation do not."""
    kinds = Counter(table.kinds.codes[with_step].tolist())
    steps = table.steps[with_step].tolist()
    if max(kinds.values(), default=0) > 1:
        differing: set[tuple[int, float]] = set()
        for kind, step in zip(table.kinds.codes[with_step].tolist(), steps, strict=True):
            differing.add((kind, step))
            if len(differing) > len(kinds):
                return True
        return False
    return len(set(steps)) > min(1, len(rows) - 1)


def _by_step(table: Table, rows: Rows) -> None:
    import numpy as np

    placed = rows[~np.isnan(table.steps[rows])]
    table.axis = table.axes.commonest(placed) or "step"
    _lend_epochs(table, rows)
    steps = _restarting(table, rows)
    if steps is None:
        steps = table.steps.copy()
    _evals_that_count_epochs(table, rows, steps)
    table.places = _carried(steps)


def _lend_epochs(table: Table, rows: Rows) -> None:
    """Rows of batches that begin anew and say no epoch have that of the row behind them, which sums the epoch up."""
    import numpy as np

    train = rows[table.kinds.are("train")[rows]]
    no_epoch, no_step = np.isnan(table.epochs[train]), np.isnan(table.steps[train])
    batches, sums = train[no_epoch & ~no_step], train[no_step & ~no_epoch]
    if min(len(sums), len(batches)) < 2 or len(batches) + len(sums) < len(train) or batches[0] > sums[0]:
        return
    back = batches[1:][np.diff(table.steps[batches]) < 0]
    behind = np.searchsorted(sums, back)  # as many sums stand before each return: one more each time
    if len(back) < len(sums) - 1 or (behind != np.arange(1, len(back) + 1)).any():
        return
    epochs = np.append(table.epochs[sums], table.epochs[sums[-1]] + 1)
    table.epochs[batches] = epochs[np.searchsorted(sums, batches)]


def _restarting(table: Table, rows: Rows) -> Numbers | None:
    """Steps that begin anew in each epoch, made to run on: (epoch, step) -> epoch * steps per epoch + step.

    Runs after one another may have epochs of different lengths: where the whole file has no one length, each run has.
    """
    import numpy as np

    trained = table.kinds.are("train")
    train = rows[trained[rows]]
    no_epoch, no_step = np.isnan(table.epochs), np.isnan(table.steps)
    # A line without any counter ("Loss: 0.5, MeanIU: 0.4") stands where the line before it stands.
    placed = train[~(no_epoch & no_step)[train]]
    known = train[~(no_epoch | no_step)[train]]
    # A row with an epoch alone sums an epoch up; one with a step alone belongs to steps that run on.
    if len(known) < max(3, 0.5 * len(placed)) or no_epoch[placed].any():
        return None
    parts, lengths = _lengths(table, known)
    if lengths is None:
        return None
    epochs = np.trunc(table.epochs)
    base = epochs[known].min()
    table.inferred = True
    table.notes.append(Note("steps begin anew", {"per_epoch": sorted(set(lengths))[:3]}))
    part = np.searchsorted([part[0] for part in parts[1:]], np.arange(len(table)), side="right")
    length = np.array(lengths)[part]
    steps: Numbers = np.where(no_step | ~trained, (epochs - base + 1) * length, (epochs - base) * length + table.steps)
    steps[no_epoch | (no_step & trained & _goes_on(table))] = np.nan
    return steps


def _lengths(table: Table, known: Rows) -> tuple[list[Rows], list[float] | None]:
    """Runs after one another, and the steps per epoch of each; one length for all where they agree or cannot tell."""
    import numpy as np

    common = _epoch_length(table, known)
    whole = [known], None if common is None else [common]
    epochs, steps = np.trunc(table.epochs[known]), table.steps[known]
    further = np.diff(epochs)
    back = np.flatnonzero((further < 0) | ((further == 0) & (np.diff(steps) < 0))) + 1
    if not len(back) or len(back) > _MOST_RUNS:
        return whole
    parts = np.split(known, back)
    own = [_epoch_length(table, part) for part in parts]
    for length, of_part in zip(own, np.split(epochs, back), strict=True):
        if length is None and (of_part != of_part[0]).any():
            return whole
    found = [length for length in own if length is not None]
    if not found or (common is not None and min(found) > 0.95 * common):
        return whole
    lengths = []
    for number, part in enumerate(parts):
        # A run of a single epoch has no length of its own: the one of a neighbour, its last step at least.
        near = max((length for length in own[max(0, number - 1) : number + 2] if length is not None), default=0.0)
        lengths.append(own[number] or max(near, float(table.steps[part].max()), 0.0))
    return parts, lengths


def _epoch_length(table: Table, rows: Rows) -> float | None:
    """Steps per epoch, where they run through the same range in each."""
    import numpy as np

    if len(rows) < 3:
        return None
    epochs, steps = np.trunc(table.epochs[rows]), table.steps[rows]
    if not _same_range_each_epoch(epochs, steps):
        return None
    gaps = np.diff(steps)
    gaps = gaps[(gaps > 0) & (np.diff(epochs) == 0)]
    return float(steps.max()) + (_median(gaps) if steps.min() == 0 and len(gaps) else 0.0)


def _median(numbers: Numbers) -> float:
    from statistics import median

    return float(median(numbers.tolist()))


def _goes_on(table: Table) -> Mask:
    """Whether the next row with a step belongs to the epoch of the row: a row that opens its epoch, or stands in it."""
    import numpy as np

    rows = np.flatnonzero(~np.isnan(table.steps))
    coming = np.append(table.epochs[rows], np.nan)[np.searchsorted(rows, np.arange(len(table)), side="right")]
    return np.asarray(coming == table.epochs)


def _same_range_each_epoch(epochs: Numbers, steps: Numbers) -> bool:
    """Steps run through the same range in every epoch but the first and last, whoever else writes between them."""
    import numpy as np

    order = np.argsort(epochs, kind="stable")
    begin = np.flatnonzero(np.append(True, np.diff(epochs[order]) != 0))
    low, high = np.minimum.reduceat(steps[order], begin), np.maximum.reduceat(steps[order], begin)
    lowest, highest = low.min(), high.max()
    span = highest - lowest
    if len(begin) < 2 or span <= 0:
        return False
    begins = low <= lowest + 0.1 * span
    if begins[0] and not begins[1:].any():
        return False  # steps run on: a single epoch, whose last record reads 1.0
    full = (begins & (high >= highest - 0.1 * span))[1:-1]
    return bool(begins.sum() >= 0.9 * (len(begin) - 1) and full.sum() >= 0.8 * len(full))


def _evals_that_count_epochs(table: Table, rows: Rows, steps: Numbers) -> None:
    """Evaluation rows whose "step" is the epoch, beside training rows in iterations (MMEngine)."""
    import numpy as np

    trained = table.kinds.are("train")[rows]
    train, evals = steps[rows[trained]], rows[~trained]
    if not len(train) or not len(evals):
        return
    furthest = np.fmax.reduce(train, initial=-np.inf)
    highest = np.fmax.reduce(steps[evals], initial=-np.inf)
    if np.isinf(furthest):
        furthest = 0.0
    same = (table.steps == table.epochs)[evals]
    if same.all() and -np.inf < highest < 0.5 * furthest:
        steps[evals] = np.nan


def _carried(steps: Numbers) -> Numbers:
    """Rows without a step of their own stand where the last one stood, those before the first where that one stands."""
    import numpy as np

    known = np.flatnonzero(~np.isnan(steps))
    if not len(known):
        return np.zeros(len(steps))
    if len(known) == len(steps):
        return steps
    return steps[known[np.maximum(0, np.searchsorted(known, np.arange(len(steps)), side="right") - 1)]]


def _by_epoch(table: Table, rows: Rows, events: Sequence[Event], settings: Mapping[str, Any]) -> None:
    import numpy as np

    epochs = table.epochs[rows]
    epochs = epochs[~np.isnan(epochs)]
    whole = bool((epochs == np.trunc(epochs)).all())
    often = whole and _within_epochs(table)
    if whole and not often:
        table.axis = "epoch"
        table.places = _carried(table.epochs)
        return
    inferred = None if often else infer_steps(table, rows, events, settings)
    if inferred is None:
        _by_number(table, anew=often)
    else:
        table.inferred = True
        table.axis = inferred.axis
        table.places = inferred.places
        table.notes.append(inferred.note)
