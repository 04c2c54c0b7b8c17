"""Columns of stores (event files, run databases) to curves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from lossdoc.assemble.curves import distinct, without_collisions
from lossdoc.assemble.rows import POSITION_ROLES
from lossdoc.assemble.segments import MOST_RESUMES
from lossdoc.model.note import Note
from lossdoc.model.record import Event
from lossdoc.model.run import Curve

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from lossdoc.knowledge import Knowledge
    from lossdoc.model.record import Columns

_STANDS = 2  # equal steps after the first: two points at one place are a value written twice
_COUNTED = 5  # points of a counter of its own (ours)
_HARDLY_BEGUN = 0.05  # of the steps of the others (ours)


def columns_to_curves(
    columns: Sequence[Columns], knowledge: Knowledge, framework: str | None, objectives: Sequence[str]
) -> Iterator[tuple[str, list[Curve], int, list[Event]]]:
    """(run name, curves, records, replays) for each run of a store; one value is one record."""
    import numpy as np

    no_lines = np.zeros(0, dtype=np.int64)
    by_run: dict[str, list[Columns]] = {}
    for column in columns:
        by_run.setdefault(column.run or "", []).append(column)
    for name, several in by_run.items():
        group, notes = _on_one_counter([_in_order(column) for column in _merged(several)])
        grid = distinct(np.concatenate([column.steps for column in group]))
        curves: list[Curve] = []
        count = 0
        replay: tuple[float, float, int] | None = None
        for column in group:
            found = knowledge.resolve(column.key, framework, objectives)
            if found and found.role in (*POSITION_ROLES, "time"):
                continue
            count += len(column.steps)
            if found and (found.role or found.ignored):
                continue
            keep = _newest(column.steps)
            if not keep.all():
                gone = column.steps[~keep]
                seen = replay or (float(gone.min()), float(gone.max()), 0)
                replay = (min(seen[0], float(gone.min())), max(seen[1], float(gone.max())), seen[2] + len(gone))
            steps = column.steps[keep]
            factor = found.factor if found else 1.0
            curves.append(
                Curve(
                    found.metric if found else column.key.lower(),
                    (found.split if found else None) or column.split or "train",
                    column.key,
                    steps,
                    column.values[keep] * factor,
                    np.searchsorted(grid, steps).astype(np.int64),
                    no_lines,
                    axis=column.axis or "step",
                    steps_inferred=column.inferred,
                    labels=found.labels if found else {},
                    unit=found.unit if found else None,
                    aggregation=found.aggregation if found else None,
                    known=found is not None,
                )
            )
        events = [Event("note", data={"note": note}) for note in notes]
        if replay:
            data = {"from_step": replay[0], "to_step": replay[1], "dropped": replay[2]}
            events.append(Event("replay", data=data))
        yield name if len(by_run) > 1 else "", without_collisions(curves), count, events


def _merged(columns: Sequence[Columns]) -> list[Columns]:
    """Columns of one key from several files of a run, one after the other."""
    import numpy as np

    by_key: dict[tuple[str, str | None], list[Columns]] = {}
    for column in columns:
        by_key.setdefault((column.key, column.split), []).append(column)
    return [
        same[0]
        if len(same) == 1
        else replace(
            same[0],
            steps=np.concatenate([column.steps for column in same]),
            values=np.concatenate([column.values for column in same]),
        )
        for same in by_key.values()
    ]


def _in_order(column: Columns) -> Columns:
    """A counter that goes back again and again, or never moves, counts nothing: points stand in the order they came."""
    import numpy as np

    differences = np.diff(column.steps)
    stands = len(differences) >= _STANDS and not differences.any()
    if not stands and np.count_nonzero(differences < 0) <= MOST_RESUMES:
        return column
    return replace(column, steps=np.arange(len(column.steps), dtype=float), axis="row", inferred=True)


def _on_one_counter(columns: Sequence[Columns]) -> tuple[list[Columns], list[Note]]:
    """Columns that count epochs or episodes beside others that count steps, spread evenly over these; what was done.

    A writer of events takes any whole number for a step, and each call may hand it another one.
    """
    import numpy as np

    furthest = max((float(c.steps[-1]) for c in columns if len(c.steps) and c.axis in (None, "step")), default=0.0)
    own = [column for column in columns if _counts_alone(column, furthest)]
    if not own:
        return list(columns), []
    first = min(float(column.steps[0]) for column in own)
    each = furthest / (max(float(column.steps[-1]) for column in own) - first + 1)
    placed = [
        replace(column, steps=np.round((column.steps - first + 1) * each), inferred=True) if column in own else column
        for column in columns
    ]
    return placed, [Note("spread over steps", {"keys": [column.key for column in own], "steps": furthest})]


def _counts_alone(column: Columns, furthest: float) -> bool:
    """Counts by ones, and ends where the others have hardly begun."""
    import numpy as np

    steps = column.steps
    few = column.axis in (None, "step") and len(steps) >= _COUNTED and float(steps[-1]) <= _HARDLY_BEGUN * furthest
    return few and bool(np.all(np.diff(steps) == 1))


def _newest(steps: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Points that no later segment replaces: where steps go back, what stands at or after that place is dropped."""
    import numpy as np

    returns = np.full(len(steps) + 1, np.inf)
    back = np.flatnonzero(np.diff(steps) < 0) + 1
    returns[back] = steps[back]
    following = np.minimum.accumulate(returns[::-1])[::-1][1:]
    return np.asarray(steps < following)
