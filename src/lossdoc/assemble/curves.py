"""Buckets of a table to curves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from lossdoc.model.run import Curve
from lossdoc.words.expressions import expression

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from lossdoc.assemble.bucket import Bucket
    from lossdoc.assemble.segments import Part
    from lossdoc.assemble.table import Table
    from lossdoc.model.run import Floats, Ints

# A float source that was rounded before it was written (transformers 4 rounds the loss to 4 digits) shows it on every
# value; more digits than this are not worth knowing.
_MOST_DECIMALS = 6
_A_FEW = 64  # values that already tell most curves of full precision
# "Average train loss" beside "Batch loss": the mean of an epoch is no further batch.
_SUMS_UP = expression(r"(?i)(?:^|[^a-z])(?:avg|ave|average|mean|epoch)(?:[^a-z]|$)")
_FEWER = 4  # times fewer values than the other key has (ours)


def build_curves(table: Table, part: Part) -> list[Curve]:
    """The curves of the rows of one run, in the order of their keys; those of the same rows share arrays."""
    import numpy as np

    order = np.full(len(table), -1, dtype=np.int64)
    order[part.rows] = np.arange(len(part.rows))
    textual = bool(table.lines.any())
    known: dict[int, _Stand | None] = {}  # by the rows of a bucket
    curves = []
    for bucket in table.buckets.values():
        if id(bucket.rows) not in known:
            known[id(bucket.rows)] = _stand(table, bucket.rows, order, textual)
        stand = known[id(bucket.rows)]
        if stand is not None:
            values = bucket.values if stand.sequence is None else bucket.values[stand.sequence]
            curves.append(_curve(bucket, table, stand, values))
    return without_collisions(curves)


class _Stand(Struct, frozen=True):
    """Where the points of curves stand, and which values of their buckets these are in which order (None: all)."""

    steps: Floats
    records: Ints
    lines: Ints
    sequence: Ints | None


def _stand(table: Table, rows: Ints, order: Ints, textual: bool) -> _Stand | None:
    """Of the rows of a bucket those of one run, by their places; None where it has none."""
    import numpy as np

    of_run = np.flatnonzero(order[rows] >= 0)
    if not len(of_run):
        return None
    places = table.places[rows[of_run]]
    if len(of_run) < len(rows) or not (places[1:] >= places[:-1]).all():
        sequence = of_run[np.argsort(places, kind="stable")]
        rows, places = rows[sequence], table.places[rows[sequence]]
    else:
        sequence = None
    return _Stand(places, order[rows], table.lines[rows] if textual else table.lines[:0], sequence)


def epoch_curve(table: Table, part: Part) -> Curve | None:
    """The epoch of each record of one run, where the places of its curves are not epochs already."""
    return None if table.axis == "epoch" else _position_curve(table, part, "epoch", table.epochs[part.rows])


def count_curve(table: Table, part: Part) -> Curve | None:
    """Tokens or samples seen at each record of one run, where the places of its curves are not these already."""
    import numpy as np

    roles = table.counted.among(part.rows)
    if not roles or table.axis == roles[0]:
        return None
    counts = np.where(table.counted.are(roles[0])[part.rows], table.counts[part.rows], np.nan)
    return _position_curve(table, part, roles[0], counts)


def _position_curve(table: Table, part: Part, name: str, counts: Floats) -> Curve | None:
    """What else the records count (epochs, tokens), at their places; NaN where one does not."""
    import numpy as np

    known = np.flatnonzero(~np.isnan(counts))
    if len(known) < 2:
        return None
    return Curve(
        name,
        "train",
        name,
        table.places[part.rows[known]],
        counts[known],
        known,
        np.zeros(0, dtype=np.int64),
        axis=table.axis,
        steps_inferred=table.inferred,
    )


def _curve(bucket: Bucket, table: Table, stand: _Stand, values: Floats) -> Curve:
    decimals = None if bucket.decimals == -1 else bucket.decimals
    return Curve(
        bucket.metric,
        bucket.split,
        bucket.key,
        stand.steps,
        values,
        stand.records,
        stand.lines,
        axis=table.axis,
        steps_inferred=table.inferred,
        labels=bucket.labels,
        unit=bucket.unit,
        aggregation=bucket.aggregation,
        decimals=_rounded_to(values) if decimals is None else decimals,
        significant=None if bucket.significant == -1 else bucket.significant,
        known=bucket.known,
    )


def _rounded_to(values: NDArray[np.float64]) -> int | None:
    """Digits after the point if every value is rounded to them; None for full precision or too few values to tell."""
    import numpy as np

    finite = values[np.isfinite(values) & (values != np.rint(values))]
    first = finite[:_A_FEW]
    for digits in range(1, _MOST_DECIMALS + 1):
        if np.array_equal(np.round(first, digits), first) and np.array_equal(np.round(finite, digits), finite):
            return digits if len(distinct(finite)) >= 5 else None
    return None


def without_collisions(curves: Sequence[Curve]) -> list[Curve]:
    """Two keys with one meaning: one curve if they never stand in the same record, else the lesser is labelled."""
    import numpy as np

    groups: dict[tuple[str, str, tuple[tuple[str, str], ...]], list[Curve]] = {}
    for curve in curves:
        groups.setdefault((curve.metric, curve.split, tuple(sorted(curve.labels.items()))), []).append(curve)
    result = []
    for group in groups.values():
        group.sort(key=lambda c: (-len(c), len(c.key)))
        main = group[0]
        for other in group[1:]:
            together = np.intersect1d(main.records, other.records).size > 0
            if together or _sums_up(other, main) or _in_percent(main, other):
                result.append(replace(other, labels={**other.labels, "key": other.key}))
            else:
                main = _joined(main, other)
        result.append(main)
    first = {curve.key: position for position, curve in reversed(list(enumerate(curves)))}
    return sorted(result, key=lambda c: first[c.key])


def _sums_up(rare: Curve, often: Curve) -> bool:
    """The key of the rarer curve says that it is a mean, that of the other does not."""
    mean, each = _SUMS_UP.search(rare.key), _SUMS_UP.search(often.key)
    return mean is not None and each is None and len(often) >= _FEWER * len(rare)


def _in_percent(a: Curve, b: Curve) -> bool:
    """One of them says in percent what the other says as a share, of the same places: "372/1000" and "37.2%"."""
    import numpy as np

    _, of_a, of_b = np.intersect1d(a.steps, b.steps, return_indices=True)
    if 2 * len(of_a) < len(b):
        return False
    shares, percents = sorted((a.values[of_a], b.values[of_b]), key=lambda values: float(np.max(values)))
    return bool(len(of_a) > 1 and np.max(shares) <= 1 and np.allclose(100 * shares, percents, rtol=0.02, atol=0.1))


def _joined(a: Curve, b: Curve) -> Curve:
    import numpy as np

    steps = np.concatenate([a.steps, b.steps])
    order = np.argsort(steps, kind="stable")
    lines = np.concatenate([a.lines, b.lines])
    return replace(
        a,
        steps=steps[order],
        values=np.concatenate([a.values, b.values])[order],
        records=np.concatenate([a.records, b.records])[order],
        lines=lines[order] if len(lines) == len(order) else lines[:0],
        decimals=None if a.decimals is None or b.decimals is None else max(a.decimals, b.decimals),
    )


def distinct(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each value once, in order: np.unique, without the import of numpy.ma that it brings."""
    import numpy as np

    ordered = np.sort(values)
    distinct: NDArray[np.float64] = ordered[np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)]]
    return distinct
