"""The figures of the README ("How often it is right") from findings and labels. Pure functions; nothing here knows lossdoc or a rival."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from benchmarks.diagnosis.labels import Label

# These count at any severity: a run that is still going on need not fail for them (runs/README).
AT_ANY_SEVERITY = frozenset({"truncated-log", "resumed", "epoch-staircase"})


@dataclass(frozen=True)
class Said:
    """One root or consequence that a tool reported."""

    check: str
    severity: str = "warning"
    first_step: float | None = None
    root: bool = True

    @property
    def counts(self) -> bool:
        return self.severity in ("error", "warning") or self.check in AT_ANY_SEVERITY


@dataclass
class Outcome:
    """What a tool said about one labelled run, scored."""

    label: Label
    said: Sequence[Said]
    found: bool = False
    led: bool = False
    extra: int = 0
    alarm: bool = False  # healthy run with a warning or error that may_report does not allow
    strict_alarm: bool = False  # the same without may_report
    violated: bool = False
    onset_error: float | None = None


def outcome(label: Label, said: Sequence[Said]) -> Outcome:
    """Score one run. `said` is in the order in which the tool reports it."""
    counted = [s for s in said if s.counts]
    roots = [s for s in counted if s.root]
    result = Outcome(label, said)
    loud = [s for s in counted if s.severity in ("error", "warning")]
    if label.healthy:
        result.strict_alarm = bool(loud)
        result.alarm = any(s.check not in label.may_report for s in loud)
        return result
    wanted = frozenset().union(*label.expected)
    hits = [s for s in counted if s.check in wanted]
    result.found = bool(hits)
    result.led = bool(roots) and roots[0].check in wanted
    result.extra = sum(s.check not in label.allowed for s in roots if s.severity in ("error", "warning"))
    forbidden = loud if "any" in label.must_not else [s for s in loud if s.check in label.must_not]
    result.violated = any(s.check not in label.allowed for s in forbidden)
    if hits and hits[0].first_step is not None and label.onset is not None and label.steps:
        result.onset_error = abs(hits[0].first_step - label.onset) / label.steps
    return result


@dataclass
class Figures:
    """Totals of a set of outcomes."""

    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def faulty(self) -> list[Outcome]:
        return [o for o in self.outcomes if o.label.observable and not o.label.healthy]

    @property
    def healthy(self) -> list[Outcome]:
        return [o for o in self.outcomes if o.label.healthy]

    @property
    def sick(self) -> list[Outcome]:
        return [o for o in self.outcomes if not o.label.healthy]

    @property
    def precision(self) -> float:
        found, extra = sum(o.found for o in self.faulty), sum(o.extra for o in self.faulty)
        return found / (found + extra) if found + extra else math.nan

    @property
    def onset(self) -> float:
        errors = [o.onset_error for o in self.faulty if o.onset_error is not None]
        return statistics.median(errors) if errors else math.nan

    def lines(self) -> list[tuple[str, str]]:
        """Names and values as they are printed."""
        return [
            ("found", share(o.found for o in self.faulty)),
            ("led", share(o.led for o in self.faulty)),
            ("extra per faulty run", f"{sum(o.extra for o in self.faulty) / max(1, len(self.faulty)):.2f}"),
            ("precision", f"{self.precision:.3f}"),
            ("healthy with a false alarm", share(o.alarm for o in self.healthy)),
            ("  counting may_report too", share(o.strict_alarm for o in self.healthy)),
            ("must_not_report violated", share(o.violated for o in self.sick)),
            ("median onset error", f"{100 * self.onset:.1f} % of the run"),
        ]


def share(flags: Iterable[bool]) -> str:
    """k/n with the percentage and its 95 % Wilson interval."""
    values = list(flags)
    n, k = len(values), sum(values)
    if not n:
        return "0/0"
    low, high = wilson(k, n)
    return f"{k}/{n} = {100 * k / n:.1f} % ({100 * low:.0f}-{100 * high:.0f})"


def wilson(k: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """Wilson score interval of a proportion (Wilson 1927)."""
    p = k / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)
