"""Where each row stands: a step, an epoch or a row number. What the log does not print is inferred, and said."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lossdoc.assemble.hf_steps import infer_steps
from lossdoc.assemble.rows import Table
from lossdoc.model.record import Event

_MOST_RUNS = 60  # more returns of the epoch in one file are no new runs
_ONCE = 0.9  # of the values of a key stand alone between two steps (ours)


def place_rows(table: Table, events: Sequence[Event], settings: Mapping[str, Any]) -> None:
    """Fill in `places`, `axis` and `inferred` of a table."""
    rows = [row for row in range(len(table)) if table.kinds[row]]
    with_step = [row for row in rows if table.steps[row] is not None]
    with_epoch = [row for row in rows if table.epochs[row] is not None]
    if 0 < len(with_step) < 0.5 * len(rows):
        followers = _followers(table, with_step)
        rows = [row for row in rows if row not in followers]
    if len(with_step) >= 0.5 * len(rows) and _goes_forward(table, with_step, rows):
        _by_step(table, rows)
    elif len(with_epoch) >= 0.5 * len(rows):
        _by_epoch(table, rows, events, settings)
    elif sum(table.counts[row] is not None for row in rows) >= 0.5 * len(rows):
        table.axis = _commonest(count[1] for row in rows if (count := table.counts[row]))
        table.places = _carried([count and count[0] for count in table.counts])
    else:
        table.axis, table.inferred = "row", True
        table.places = [float(n) for n in _numbered(table)]
        table.notes.append("the log prints no step: positions are counted in logged rows")


def _followers(table: Table, with_step: Sequence[int]) -> set[int]:
    """Rows that only stand behind those with a step, as the figures of each class behind the line of an evaluation.

    What they hold is never told with a step, and at most once between two steps: where that step stood they belong.
    """
    import numpy as np

    steps = np.asarray(with_step)
    found: set[int] = set()
    told: set[int] = set()
    for bucket in table.buckets.values():
        gaps = np.searchsorted(steps, bucket.rows)
        alone = not np.isin(bucket.rows, steps).any() and len(set(gaps.tolist())) >= _ONCE * len(gaps)
        (found if alone else told).update(bucket.rows.tolist())
    return found - told


def _numbered(table: Table, anew: bool = False) -> list[int]:
    """Rows counted from 1; rows without a metric share the number of the next one. `anew`: where the first epoch comes
    again after later ones another run begins.
    """
    numbers, count = [], 1
    known = [epoch for epoch in table.epochs if epoch is not None]
    lowest, furthest = min(known, default=0.0), -1.0
    for kind, epoch in zip(table.kinds, table.epochs, strict=True):
        if anew and epoch is not None:
            if epoch == lowest < furthest:
                count, furthest = 1, lowest
            furthest = max(furthest, epoch)
        numbers.append(count)
        count += bool(kind)
    return numbers


def _commonest(axes: Iterable[str]) -> str:
    return Counter(axes).most_common(1)[0][0]


def _within_epochs(table: Table) -> bool:
    """The fullest curve has several values in one epoch, one after the other: the epoch does not tell them apart."""
    bucket = max(table.buckets.values(), key=lambda b: len(b.rows))
    epochs = [epoch for row in bucket.rows if (epoch := table.epochs[row]) is not None]
    changes = sum(a != b for a, b in itertools.pairwise(epochs))
    return len(epochs) > 3 and changes + 1 < 0.3 * len(epochs)


def _goes_forward(table: Table, with_step: Sequence[int], rows: Sequence[int]) -> bool:
    """Steps differ among the rows of one kind: "Steps: 100" of each training epoch and 10 of each evaluation do not."""
    kinds = Counter(table.kinds[row] for row in with_step)
    if max(kinds.values(), default=0) > 1:
        differing: set[tuple[str, float | None]] = set()
        for row in with_step:
            differing.add((table.kinds[row], table.steps[row]))
            if len(differing) > len(kinds):
                return True
        return False
    return len({table.steps[row] for row in with_step}) > min(1, len(rows) - 1)


def _by_step(table: Table, rows: Sequence[int]) -> None:
    axes = [axis for row in rows if table.steps[row] is not None and (axis := table.axes[row])]
    table.axis = _commonest(axes) if axes else "step"
    steps = _restarting(table, rows) or [table.steps[row] for row in range(len(table))]
    _evals_that_count_epochs(table, rows, steps)
    table.places = _carried(steps)


def _restarting(table: Table, rows: Sequence[int]) -> list[float | None] | None:
    """Steps that begin anew in each epoch, made to run on: (epoch, step) -> epoch * steps per epoch + step.

    Runs after one another may have epochs of different lengths: where the whole file has no one length, each run has.
    """
    train = [row for row in rows if table.kinds[row] == "train"]
    # A line without any counter ("Loss: 0.5, MeanIU: 0.4") stands where the line before it stands.
    placed = [row for row in train if table.epochs[row] is not None or table.steps[row] is not None]
    known = [row for row in placed if table.epochs[row] is not None and table.steps[row] is not None]
    # A row with an epoch alone sums an epoch up; one with a step alone belongs to steps that run on.
    if len(known) < max(3, 0.5 * len(placed)) or any(table.epochs[row] is None for row in placed):
        return None
    parts, lengths = _lengths(table, known)
    if lengths is None:
        return None
    base = min(_epoch(table, row) for row in known)
    table.inferred = True
    said = " or ".join(f"{length:g}" for length in sorted(set(lengths))[:3])
    table.notes.append(f"steps begin anew in each epoch: {said} steps per epoch are assumed")
    goes_on = _goes_on(table)
    steps: list[float | None] = []
    part = 0
    for row, (epoch, step, kind) in enumerate(zip(table.epochs, table.steps, table.kinds, strict=True)):
        while part + 1 < len(parts) and row >= parts[part + 1][0]:
            part += 1
        length = lengths[part]
        if epoch is None or (step is None and kind == "train" and goes_on[row]):
            steps.append(None)
        elif step is None or kind != "train":
            steps.append((int(epoch) - base + 1) * length)
        else:
            steps.append((int(epoch) - base) * length + step)
    return steps


def _lengths(table: Table, known: list[int]) -> tuple[list[list[int]], list[float] | None]:
    """Runs after one another, and the steps per epoch of each; one length for all where they agree or cannot tell."""
    common = _epoch_length(table, known)
    whole = [known], None if common is None else [common]
    places = [(_epoch(table, row), _step(table, row)) for row in known]
    back = [i for i, (a, b) in enumerate(itertools.pairwise(places), 1) if b < a]
    if not back or len(back) > _MOST_RUNS:
        return whole
    parts = [known[a:b] for a, b in itertools.pairwise([0, *back, len(known)])]
    own = [_epoch_length(table, part) for part in parts]
    for length, part in zip(own, parts, strict=True):
        if length is None and len({_epoch(table, row) for row in part}) > 1:
            return whole
    found = [length for length in own if length is not None]
    if not found or (common is not None and min(found) > 0.95 * common):
        return whole
    lengths = []
    for number, part in enumerate(parts):
        # A run of a single epoch has no length of its own: the one of a neighbour, its last step at least.
        near = max((length for length in own[max(0, number - 1) : number + 2] if length is not None), default=0.0)
        lengths.append(own[number] or max(near, *(_step(table, row) for row in part), 0.0))
    return parts, lengths


def _epoch(table: Table, row: int) -> int:
    return int(table.epochs[row] or 0)


def _step(table: Table, row: int) -> float:
    return table.steps[row] or 0.0


def _epoch_length(table: Table, rows: Sequence[int]) -> float | None:
    """Steps per epoch, where they run through the same range in each."""
    from statistics import median

    if len(rows) < 3:
        return None
    pairs = [(_epoch(table, row), _step(table, row)) for row in rows]
    if not _same_range_each_epoch(pairs):
        return None
    gaps = [b[1] - a[1] for a, b in itertools.pairwise(pairs) if b[1] > a[1] and b[0] == a[0]]
    begins_at_0 = min(step for _, step in pairs) == 0
    return max(step for _, step in pairs) + (median(gaps) if begins_at_0 and gaps else 0.0)


def _goes_on(table: Table) -> list[bool]:
    """Whether the next row with a step belongs to the epoch of the row: a row that opens its epoch, or stands in it."""
    found: list[bool] = []
    coming: float | None = None
    for epoch, step in zip(reversed(table.epochs), reversed(table.steps), strict=True):
        found.append(epoch is not None and epoch == coming)
        coming = epoch if step is not None else coming
    return found[::-1]


def _same_range_each_epoch(pairs: Sequence[tuple[int, float]]) -> bool:
    """Steps run through the same range in every epoch but the first and last, whoever else writes between them."""
    ranges: dict[int, tuple[float, float]] = {}
    for epoch, step in pairs:
        low, high = ranges.get(epoch, (step, step))
        ranges[epoch] = (min(low, step), max(high, step))
    lowest, highest = min(low for low, _ in ranges.values()), max(high for _, high in ranges.values())
    span = highest - lowest
    if len(ranges) < 2 or span <= 0:
        return False
    whole = [epoch for epoch in ranges if epoch not in (min(ranges), max(ranges))]
    begins = [epoch for epoch, (low, _) in ranges.items() if low <= lowest + 0.1 * span]
    if begins == [min(ranges)]:
        return False  # steps run on: a single epoch, whose last record reads 1.0
    full = [epoch for epoch in whole if epoch in begins and ranges[epoch][1] >= highest - 0.1 * span]
    return len(begins) >= 0.9 * (len(ranges) - 1) and len(full) >= 0.8 * len(whole)


def _evals_that_count_epochs(table: Table, rows: Sequence[int], steps: list[float | None]) -> None:
    """Evaluation rows whose "step" is the epoch, beside training rows in iterations (MMEngine)."""
    train = [steps[row] for row in rows if table.kinds[row] == "train"]
    evals = [row for row in rows if table.kinds[row] != "train"]
    if not train or not evals:
        return
    furthest = max(step for step in train if step is not None) if any(s is not None for s in train) else 0.0
    same = [row for row in evals if table.epochs[row] is not None and table.steps[row] == table.epochs[row]]
    tops = [step for row in evals if (step := steps[row]) is not None]
    if len(same) == len(evals) and tops and max(tops) < 0.5 * furthest:
        for row in evals:
            steps[row] = None


def _carried(steps: Sequence[float | None]) -> list[float]:
    """Rows without a step of their own stand where the last one stood."""
    places: list[float] = []
    last = next((step for step in steps if step is not None), 0.0)
    for step in steps:
        last = last if step is None else float(step)
        places.append(last)
    return places


def _by_epoch(table: Table, rows: Sequence[int], events: Sequence[Event], settings: Mapping[str, Any]) -> None:
    epochs = [epoch for row in rows if (epoch := table.epochs[row]) is not None]
    whole = all(epoch == int(epoch) for epoch in epochs)
    often = whole and _within_epochs(table)
    if whole and not often:
        table.axis = "epoch"
        table.places = _carried(table.epochs)
        return
    inferred = None if often else infer_steps(table, rows, events, settings)
    table.inferred = True
    if inferred is None:
        table.axis = "row"
        table.places = [float(n) for n in _numbered(table, anew=often)]
        table.notes.append("the log prints no step: positions are counted in logged rows")
    else:
        table.axis = inferred.axis
        table.places = inferred.places
        table.notes.append(inferred.note)
