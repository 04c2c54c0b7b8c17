"""A quantity of a gate, measured on a report. NaN in a curve is kept: a gate on it does not pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from lossdoc.gates.grammar import SPLITS, Fact, Part, Quantity
from lossdoc.signal import median

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lossdoc.knowledge import Knowledge
    from lossdoc.model.finding import Report
    from lossdoc.model.run import Curve, Floats, Run


_OVER_ALL: dict[str, Callable[[Floats], Any]] = {
    "min": np.min,
    "max": np.max,
    "mean": np.mean,
    "median": median,
    "std": np.std,
}


class NotMeasured(Exception):
    """The report does not hold what the gate asks for; the text is the reason."""


def fact(wanted: Fact, report: Report) -> float | str:
    """A number, or the word of a vital sign or of the verdict. NotMeasured where the log does not say it."""
    run = report.run
    if wanted.name == "verdict":
        return report.verdict
    if wanted.name == "records":
        return float(run.records)
    if wanted.name in ("errors", "warnings"):
        severity = wanted.name.removesuffix("s")
        return float(sum(f.severity == severity and not f.known for f in report.roots))
    if wanted.name == "steps":
        if run.last_step is None:
            raise NotMeasured("this log counts no steps")
        return run.last_step
    if wanted.name == "epochs":
        return _epochs(run)
    for name, sign in report.signs.items():
        if name == wanted.name:
            return sign.answer
    raise NotMeasured("nobody looked at this sign")


def _epochs(run: Run) -> float:
    if run.epochs is not None and len(run.epochs):
        return float(run.epochs.values[-1])
    ends = [float(c.steps[-1]) for c in run.curves if len(c) and c.axis == "epoch"]
    if not ends:
        raise NotMeasured("this log counts no epochs")
    return max(ends)


def quantity(wanted: Quantity, report: Report, knowledge: Knowledge) -> float:
    """The statistic of the curve. NotMeasured where there is no such curve or no point in the part of it."""
    curve = _curve(wanted, report.run, knowledge)
    values = curve.values[_inside(curve, wanted.part)]
    if wanted.statistic == "count":
        return float(len(values))
    if not len(values):
        raise NotMeasured(f"{curve.name} has no point in that part")
    return _statistic(wanted.statistic, values, knowledge.metric(curve.metric).direction, curve)


def _statistic(name: str, values: Floats, direction: str | None, curve: Curve) -> float:
    if name in ("last", "first"):
        return float(values[-1 if name == "last" else 0])
    if name == "non_finite":
        return float(np.count_nonzero(~np.isfinite(values)))
    if name.startswith("p") and name[1:2].isdigit():
        return float(np.percentile(values, float(name[1:].replace("_", "."))))
    if name == "best":
        if direction not in ("up", "down"):
            raise NotMeasured(f"neither direction of {curve.name} is better: ask for min or max")
        name = "max" if direction == "up" else "min"
    return float(_OVER_ALL[name](values))


def _inside(curve: Curve, part: Part | None) -> slice | NDArray[np.bool_]:
    n = len(curve)
    if part is None:
        return slice(0, n)
    if part.points is not None or part.share is not None:
        many = part.points if part.points is not None else max(1, round((part.share or 0) * n))
        return slice(max(0, n - many), n) if part.tail else slice(0, many)
    low = -np.inf if part.start is None else part.start
    high = np.inf if part.end is None else part.end
    inside: NDArray[np.bool_] = (curve.steps >= low) & (curve.steps <= high)
    return inside


def _curve(wanted: Quantity, run: Run, knowledge: Knowledge) -> Curve:
    """By key as logged, by `split/metric`, by a key that the documents know; the plainest where several fit."""
    found = _candidates(wanted, run, knowledge)
    if wanted.label is not None:
        found = [c for c in found if wanted.label in c.labels.values()]
    if not found:
        raise NotMeasured(_missing(wanted, run))
    return min(found, key=lambda curve: len(curve.labels))


def _candidates(wanted: Quantity, run: Run, knowledge: Knowledge) -> list[Curve]:
    curves = [c for c in run.curves if len(c)]
    if wanted.exact:
        return [c for c in curves if c.key == wanted.name]
    split, _, metric = wanted.name.rpartition("/")
    if split in SPLITS or not split:
        found = [c for c in curves if c.metric == metric and c.split == (split or "train")]
        if found:
            return found
    if found := [c for c in curves if c.key.lower() == wanted.name.lower()]:
        return found
    trainer = run.trainer
    known = knowledge.resolve(wanted.name, trainer.framework, trainer.candidates) or knowledge.resolve(wanted.name)
    if known is None:
        return []
    return [c for c in curves if c.metric == known.metric and c.split == (known.split or "train")]


def _missing(wanted: Quantity, run: Run) -> str:
    import difflib

    there = [c.metric if c.split == "train" else f"{c.split}/{c.metric}" for c in run.curves if len(c)]
    there += [c.key for c in run.curves if len(c)]
    close = list(dict.fromkeys(difflib.get_close_matches(wanted.name, there, n=2)))
    label = f" with the label {wanted.label}" if wanted.label is not None else ""
    other = [name for name in dict.fromkeys(there) if name.endswith(f"/{wanted.name}")]
    hint = close or other[:2]
    instead = f"; there is {' and '.join(hint)}" if hint else ""
    return f"no curve {wanted.name}{label} in this log{instead}"
