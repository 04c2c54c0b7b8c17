"""What a fact may look at: a run, one finding of it, the checks that found something, the settings that were read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable

    from lossdoc.advice.readings import Readings
    from lossdoc.knowledge import Knowledge
    from lossdoc.model.finding import Finding
    from lossdoc.model.run import Curve, Floats, Run


class Situation(Struct, frozen=True, eq=False):
    """One finding and what surrounds it."""

    run: Run
    knowledge: Knowledge
    finding: Finding
    found: frozenset[str]  # checks that found something in this run
    readings: Readings

    @property
    def curve(self) -> Curve | None:
        """The curve of the finding."""
        return self.finding.curve(self.run)

    @property
    def progress(self) -> float | None:
        """Where the fault began, as a share of the curve's course: 0 at its first record."""
        curve, first = self.curve, self.finding.first_step
        if curve is None or first is None or len(curve) < 2 or curve.steps[-1] <= curve.steps[0]:
            return None
        return float((first - curve.steps[0]) / (curve.steps[-1] - curve.steps[0]))

    def values(self, metric: str, least: int, split: str = "train") -> Floats | None:
        """The finite values of a metric, shape (n,); None where they are fewer than `least`."""
        curve = self.run.get(metric, split)
        y = None if curve is None else curve.finite().values
        return y if y is not None and len(y) >= least else None

    def against_usual(self, setting: str, test: Callable[[float, float, float], bool]) -> bool | None:
        """A test of a setting's value, the lowest and the highest usual one; None where one of them is not known."""
        value, usual = self.readings.value(setting), self.readings.usual(setting)
        return test(value, usual.low, usual.high) if value is not None and usual is not None else None

    def at_onset(self, curve: Curve) -> int | None:
        """The point of another curve at which the fault began; None where their axes differ."""
        first = self.finding.first_step
        if first is None or curve.axis != self.finding.axis or not len(curve):
            return None
        return min(int((curve.steps < first).sum()), len(curve) - 1)
