"""Shares as checks judge them: an accuracy that a log writes in percent is handed to them as a share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from msgspec.structs import replace

from lossdoc.model.limit import Limit

if TYPE_CHECKING:
    from lossdoc.knowledge import Knowledge
    from lossdoc.model.run import Curve, Run

SMOOTHED = Limit(
    2.0, "largest value", "ours: a smoothed or bootstrapped share may stand a hair over 1, no percentage so low"
)


def as_shares(run: Run, knowledge: Knowledge) -> Run:
    """The run with every curve that has a largest value (`bounds` of its document), or is a fraction without one, as
    shares of it. The curves stand in the same order; `Curve.as_logged` gives back what the log writes."""
    most: dict[str, float] = {}
    for curve in run.curves:
        most[curve.metric] = max(_most(curve), most.get(curve.metric, 0.0))
    return replace(run, curves=[_share(curve, most[curve.metric], knowledge) for curve in run.curves])


def _most(curve: Curve) -> float:
    return float(np.abs(curve.finite().values).max(initial=0.0))


def _share(curve: Curve, of_metric: float, knowledge: Knowledge) -> Curve:
    full = _full(curve, of_metric, knowledge)
    if full == 1:
        return curve
    decimals = None if curve.decimals is None else curve.decimals + round(np.log10(full))
    return replace(curve, values=curve.values / full, decimals=decimals, full=full)


def _full(curve: Curve, of_metric: float, knowledge: Knowledge) -> float:
    """What a full share reads in this log: 1, or 100 for percent. Between 1 and 2 the other splits tell."""
    facts = knowledge.metric(curve.metric)
    low, high = facts.bounds or (None, None)
    if low is None or (high is None and facts.unit != "fraction"):
        return 1.0
    if high not in (None, 1, 100):
        return high
    most = _most(curve)
    return 100.0 if most > SMOOTHED or (most > 1 and of_metric > SMOOTHED) else 1.0
