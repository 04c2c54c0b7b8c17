"""What a fact may look at: a run, one finding of it, the checks that found something, the settings that were read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lossdoc.advice.readings import Readings
    from lossdoc.knowledge import Knowledge
    from lossdoc.model.finding import Finding
    from lossdoc.model.run import Curve, Run


@dataclass(frozen=True, slots=True, eq=False)
class Situation:
    """One finding and what surrounds it."""

    run: Run
    knowledge: Knowledge
    finding: Finding
    found: frozenset[str]  # checks that found something in this run
    readings: Readings

    @property
    def curve(self) -> Curve | None:
        """The curve of the finding."""
        f = self.finding
        return self.run.get(f.metric, f.split or "train", f.labels) if f.metric else None

    @property
    def progress(self) -> float | None:
        """Where the fault began, as a share of the curve's course: 0 at its first record."""
        curve, first = self.curve, self.finding.first_step
        if curve is None or first is None or len(curve) < 2 or curve.steps[-1] <= curve.steps[0]:
            return None
        return float((first - curve.steps[0]) / (curve.steps[-1] - curve.steps[0]))

    def at_onset(self, curve: Curve) -> int | None:
        """The point of another curve at which the fault began; None where their axes differ."""
        first = self.finding.first_step
        if first is None or curve.axis != self.finding.axis or not len(curve):
            return None
        return min(int((curve.steps < first).sum()), len(curve) - 1)
