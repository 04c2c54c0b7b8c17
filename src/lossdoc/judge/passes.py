"""How many times a run saw its data, and how far it got."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lossdoc.model.run import Run


def passes(run: Run) -> float | None:
    """How many times the data were seen, where the log says so."""
    epoch = run.get("epoch")
    if epoch is not None and len(epoch):
        return float(max(epoch.values) - min(0.0, float(epoch.values[0])))
    ends = [float(c.steps[-1]) for c in run.curves if len(c) and c.axis == "epoch"]
    return max(ends, default=None)
