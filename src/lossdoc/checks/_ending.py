"""How a log ends: how far its counters came, and whether anything says that the run went on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lossdoc.model.limit import Limit
from lossdoc.signal import line, median

if TYPE_CHECKING:
    from lossdoc.model.run import Run

# Formats that are a copy of the whole state: where they end says nothing about the process.
STATES = ("trainer-state", "json")
DONE = Limit(0.98, "share of the declared total", "ours: the last record may stand before the last step")
OF_LINE = Limit(0.95, "share of the steps that a falling rate points to", "ours")
LEFT = Limit(0.05, "share of the peak of the learning rate", "ours: a schedule that ends higher is unfinished")
WHOLE = Limit(0.05, "epochs", "ours: this far from a whole number an epoch is open")


def progress(run: Run) -> tuple[float, float] | None:
    """(reached, total) of the longest progress counter, or the last step and the declared steps; None when unknown."""
    bars = [e.data for e in run.events if e.kind == "progress" and "n" in e.data and e.data.get("total")]
    if bars:
        total = max(float(b["total"]) for b in bars)
        return max(float(b["n"]) for b in bars if float(b["total"]) == total), total
    steps, last = run.config.get("max_steps"), run.last_step
    if isinstance(steps, (int, float)) and steps > 0 and last is not None:
        return last, float(steps)
    return None


class Stop(NamedTuple):
    """What shows that a log ends before its run does, and the numbers of these words."""

    text: str
    measured: Mapping[str, float]


def stops_short(run: Run) -> Stop | None:
    """What shows that the log ends before its run does; None when nothing does or the end was announced."""
    if any(event.kind == "end" for event in run.events) or run.format in STATES:
        return None
    reached = progress(run)
    if reached is not None:
        n, total = reached
        # The last record may stand up to one logging interval before the end.
        if n < DONE * total and n + interval(run) < total:
            text = f"the log ends at {n:g} of {total:g} without a summary of the end"
            return Stop(text, {"reached": n, "planned": total})
        return None
    if run.format == "hf-stdout":
        why = unfinished(run)
        return why and why._replace(text=f"the trainer's summary row is missing and {why.text}")
    end = end_of_line(run)
    if end is not None and run.last_step is not None and run.last_step < OF_LINE * end:
        text = f"the log ends at step {run.last_step:g}, and the learning rate falls in a line to 0 at step {end:.4g}"
        return Stop(text, {"reached": run.last_step, "planned": end})
    return None


def end_of_line(run: Run) -> float | None:
    """Where a learning rate that falls in a straight line since its peak would reach 0; None for other schedules."""
    rate = run.get("learning_rate")
    if rate is None or rate.axis != "step" or not np.all(np.isfinite(rate.values)):
        return None
    peak = int(np.argmax(rate.values))
    x, y = rate.steps[peak:], rate.values[peak:]
    if len(y) < 20 or y[-1] <= 0 or y[-1] > 0.95 * y[0]:
        return None
    slope, start = line(x, y)
    if slope >= 0 or float(np.max(np.abs(start + slope * x - y))) > 0.01 * y[0]:
        return None
    return float(-start / slope)


def interval(run: Run) -> float:
    """Steps between records: the median distance of the densest curve."""
    gaps = [median(np.diff(c.steps)) for c in run.curves if len(c) > 2 and c.axis == "step"]
    return min(gaps, default=0.0)


def unfinished(run: Run) -> Stop | None:
    """The schedule or the epoch that the last record leaves open."""
    epoch, rate = run.get("epoch"), run.get("learning_rate")
    if rate is not None and len(rate) >= 8:
        falling = rate.values[-1] < rate.values[-2] < rate.values[-3]
        peak, last = float(np.nanmax(rate.values, initial=0.0)), float(rate.values[-1])
        if falling and last > LEFT * peak > 0:
            text = f"the learning rate is still at {last / peak:.0%} of its peak"
            return Stop(text, {"of_peak": last / peak})
    if epoch is not None and len(epoch):
        last = float(epoch.values[-1])
        if abs(last - round(last)) > WHOLE:
            return Stop(f"the epoch stands at {last:.3g}", {"epoch": last})
    return None


def first_line(run: Run) -> int | None:
    """Source line of the first point of any curve."""
    return min((int(c.lines[0]) for c in run.curves if len(c.lines)), default=None)


def last_line(run: Run) -> int | None:
    """Source line of the last point of any curve."""
    return max((int(c.lines[-1]) for c in run.curves if len(c.lines)), default=None)
