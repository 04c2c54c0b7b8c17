"""The curves of all runs as the page's script takes them: thinned to a budget, with all axes that the log holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lossdoc.model.finding import Finding, Report
from lossdoc.model.run import Curve, Run
from lossdoc.show.plot.thin import thin
from lossdoc.show.report._numbers import numbered
from lossdoc.show.report._panels import PARTNERS, choose
from lossdoc.show.report._summary import names
from lossdoc.show.report._words import safe

if TYPE_CHECKING:
    from lossdoc.model.run import Floats, Ints

    Axes = dict[str, list[float | None]]

# A point is two numbers of some eight characters: together they stay well below the 5 MB of a page that one can mail.
POINTS = 200_000  # of all curves of a page
FEWEST = 40  # of one curve, however many curves there are
MOST = 8_000  # of one curve: what the widest screen shows
CURVES = 4_000  # of a page
HOLES = 200  # places of NaN and infinity of one curve that are marked
CHARTS = 6  # that stand open when the page opens


def of(reports: Sequence[Report]) -> dict[str, Any]:
    """What explorer.js reads: {runs: [{name, charts, curves, xs, findings}]}, see there."""
    share = max(1, CURVES // max(1, len(reports)))
    curves = sum(min(share, len(report.run.curves)) for report in reports)
    most = min(MOST, max(FEWEST, POINTS // max(1, curves)))
    called = zip(names(reports), reports, strict=True)
    return {"runs": [{"name": safe(name)} | _run(report, share, most) for name, report in called]}


def group(curve: Curve) -> str:
    """Curves of one group share a chart: a metric on one axis, all its splits."""
    labels = "".join(f" ({value})" for value in curve.labels.values())
    return safe(curve.metric + labels) + ("" if curve.axis == "step" else f" per {curve.axis}")


def _partners(run: Run) -> dict[str, str]:
    """Groups that say little without each other."""
    pairs = [(c, run.get(PARTNERS.get(c.metric, ""), c.split, c.labels)) for c in run.curves]
    return {group(one): group(other) for one, other in pairs if other is not None and other.axis == one.axis}


def _group_of(finding: Finding, run: Run) -> str:
    """The chart that a finding belongs to, "" where no curve shows it."""
    curve = finding.curve(run)
    return "" if curve is None else group(curve)


def _run(report: Report, share: int, most: int) -> dict[str, Any]:
    run = report.run
    open_first = [group(panel.curves[0]) for panel in choose(report, CHARTS)]
    ranked = sorted(run.curves, key=lambda c: (group(c) not in open_first, c.metric, c.split != "train"))
    kept = [curve for curve in ranked if len(curve)][:share]
    shared: dict[bytes, int] = {}
    xs: list[Axes] = []
    curves = [_curve(curve, run, most, shared, xs) for curve in kept]
    return {
        "charts": open_first,
        "partners": _partners(run),
        "left_out": len(run.curves) - len(kept),
        "curves": curves,
        "xs": xs,
        "findings": [
            {
                "number": number,
                "check": finding.check,
                "severity": finding.severity,
                "group": _group_of(finding, run),
                "from": _number(finding.first_step),
                "to": _number(finding.last_step),
            }
            for number, finding in numbered(report)
            if finding.metric is not None and finding.first_step is not None
        ],
    }


def _curve(curve: Curve, run: Run, most: int, shared: dict[bytes, int], xs: list[Axes]) -> dict[str, Any]:
    import numpy as np

    finite = np.isfinite(curve.values)
    steps, values = curve.steps, curve.values
    # A drawn column holds up to four points; the places of what is not finite break the line.
    kept = thin(steps, values, float(steps[0]), float(steps[-1]), max(1, most // 4))
    holes = np.flatnonzero(~finite)
    few = holes[np.unique(np.linspace(0, len(holes) - 1, min(HOLES, len(holes))).astype(np.int64))]
    every = np.union1d(kept, few)
    x = steps[every]
    place = shared.get(x.tobytes())
    if place is None:
        place = shared[x.tobytes()] = len(xs)
        xs.append({curve.axis: _rounded(x, 12), **_other_axes(curve, run, x)})
    sick = {"NaN": np.isnan(values[few]), "inf": np.isposinf(values[few]), "-inf": np.isneginf(values[few])}
    entry = {
        "name": safe(curve.name),
        "split": safe(curve.split),
        "key": safe(curve.key),
        "group": group(curve),
        "x": place,
        "y": _rounded(values[every], 6),
        "points": len(curve),
        "holes": {
            word: np.flatnonzero(np.isin(every, few[mask])).tolist() for word, mask in sick.items() if mask.any()
        },
        "not_finite": len(holes),
    }
    if len(kept) < int(finite.sum()):
        entry |= _between(values, every)
    return entry


def _between(values: Floats, kept: Ints) -> dict[str, Any]:
    """What smoothing needs of a thinned curve: how many points each kept one stands for, and their mean."""
    import numpy as np

    finite = np.isfinite(values)
    count = np.add.reduceat(finite.astype(np.int64), kept)
    # The small share keeps the sum of numbers near the end of floats finite.
    total = np.add.reduceat(np.where(finite, values, 0.0) / 2**40, kept)
    with np.errstate(invalid="ignore", over="ignore"):
        mean = total / np.where(count, count, np.nan) * 2**40
    return {"mean": _rounded(mean, 6), "count": count.tolist()}


def _other_axes(curve: Curve, run: Run, x: Floats) -> Axes:
    """The same places in epochs, tokens or samples, and seconds, where the log tells these along this axis."""
    import numpy as np

    found: Axes = {}
    timer = run.get("runtime") or run.get("train_runtime")
    sources: Mapping[str, Curve | None] = {
        "epoch": run.epochs,
        run.counts.metric if run.counts else "": run.counts,
        "seconds": timer if timer is not None and len(timer) > 2 else None,
    }
    for name, source in sources.items():
        if source is None or name == curve.axis or source.axis != curve.axis:
            continue
        clean = source.finite()
        # A clock that was set back, or that counts each epoch anew, is no axis.
        if len(clean) < 2 or (np.diff(clean.values) < 0).any():
            continue
        found[name] = _rounded(np.interp(x, clean.steps, clean.values), 9)
    return found


def _rounded(values: Floats, digits: int) -> list[float | None]:
    """Numbers as short as a chart needs them; None for what is not finite, which JSON does not know."""
    return [_number(float(f"{value:.{digits}g}")) for value in values.tolist()]


def _number(value: float | None) -> float | int | None:
    import math

    if value is None or not math.isfinite(value):
        return None
    value = float(value)
    return int(value) if value.is_integer() and abs(value) < 1e15 else value
