"""Curves of several runs on one axis. Curve -> positions, shape (points,)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, get_args

import numpy as np

from lossdoc.comparison.result import Axis
from lossdoc.signal import median

if TYPE_CHECKING:
    from lossdoc.model.run import Curve, Floats, Run

# What runs are laid on when nobody says: the first that all of them have.
_PREFERRED: tuple[Axis, ...] = ("step", "epoch", "tokens", "samples", "episodes", "row", "progress")


class NoCommonAxis(ValueError):
    """The runs do not share the axis that was asked for."""


def choose(runs: Sequence[Run], wanted: Axis | None) -> Axis:
    """The axis on which all runs stand; NoCommonAxis, naming the run that lacks it and what there is instead."""
    shared = [axis for axis in get_args(Axis) if all(_has(run, axis) for run in runs)]
    if wanted is None:
        return next(axis for axis in _PREFERRED if axis in shared)
    if wanted not in shared:
        lacking = [str(number) for number, run in enumerate(runs, 1) if not _has(run, wanted)]
        raise NoCommonAxis(
            f"--by {wanted}: run {' and '.join(lacking)} {'does' if len(lacking) == 1 else 'do'} not log it; "
            f"shared by all: {', '.join(a for a in shared if a != 'row')}"
        )
    return wanted


def positions(run: Run, curve: Curve, by: Axis) -> Floats | None:
    """Where the points of a curve stand on the axis; None where it cannot be known. Never decreasing."""
    if by == curve.axis:
        return curve.steps
    if by == "progress":
        end = max((float(c.steps[-1]) for c in run.curves if len(c) and c.axis == curve.axis), default=0.0)
        return curve.steps / end if end > 0 else None
    other = _counter(run, by)
    if other is None or other.axis != curve.axis or len(other) < 2:
        return None
    ahead = np.maximum.accumulate(other.values)
    x = np.interp(curve.steps, other.steps, ahead)
    # Outside of what was counted the count goes on at the pace of the whole run.
    pace = (ahead[-1] - ahead[0]) / max(float(other.steps[-1] - other.steps[0]), 1e-12)
    beyond: Floats = x + pace * (
        np.minimum(curve.steps - other.steps[0], 0) + np.maximum(curve.steps - other.steps[-1], 0)
    )
    return beyond


def _has(run: Run, by: Axis) -> bool:
    if by == "progress":
        return True
    main = max(run.curves, key=len)
    return positions(run, main, by) is not None


def _counter(run: Run, by: Axis) -> Curve | None:
    """What counts epochs, tokens, samples or seconds beside the steps of a run."""
    if by == "epoch":
        return run.epochs
    if by == "time":
        return _clock(run)
    return run.counts if run.counts is not None and run.counts.metric == by else None


def _clock(run: Run) -> Curve | None:
    """Seconds since the start: the step times added up. A time without its step time counts like its neighbours."""
    from msgspec.structs import replace

    times = run.get("step_time")
    if times is None or len(times) < 2:
        return None
    seconds = np.where(np.isfinite(times.values), times.values, np.nanmedian(times.values))
    steps = np.diff(times.steps, prepend=times.steps[0] - median(np.diff(times.steps)))
    return replace(times, metric="time", values=np.cumsum(seconds * steps))
