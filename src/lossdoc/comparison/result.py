"""What a comparison is made of. Plain records without arrays (but for the courses that plots draw)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from msgspec import Struct, field

from lossdoc.model.finding import Confidence, Report

if TYPE_CHECKING:
    from lossdoc.model.note import Note
    from lossdoc.model.run import Floats

Axis = Literal["step", "tokens", "samples", "episodes", "epoch", "time", "progress", "row"]
Outcome = Literal["worse", "better", "slightly worse", "slightly better", "higher", "lower", "same", "not compared"]
Key = tuple[str, str, tuple[tuple[str, str], ...]]  # metric, split, labels
Standing = Literal["worse", "mixed", "better", "slightly worse", "slightly better", "no difference", "not comparable"]

# The share of the baseline's progress that a run must lose before the difference counts as material. Ours: of 66
# ordered pairs of healthy labelled runs of one kind (another seed, often also another batch size, length or schedule)
# the worst loses 0.35 of a loss, 0.41 of an accuracy and 0.47 of a margin beyond the noise; runs on shuffled labels or
# with a dead rate lose 0.7 and more. A peer asks for floors of 2 times the baseline's instead, which healthy pairs near
# a floor of 0 reach (0.003 against 0.035).
TOLERANCE = 0.5


class Choice(Struct, frozen=True):
    """What the user asked for. `baselines` count from 1; `metrics` are canonical ids, empty = all.

    Several baselines are one training with other seeds: they are the yardstick together. `tolerance` None is TOLERANCE
    where there is one baseline, and whatever goes beyond the spread where there are several; `tolerances` are shares
    of the baseline's progress by metric, where they differ from it.
    """

    by: Axis | None = None
    baselines: Sequence[int] = (1,)
    metrics: Sequence[str] = ()
    tolerance: float | None = None
    tolerances: Mapping[str, float] = field(default_factory=dict)

    @property
    def baseline(self) -> int:
        """The one that settings and units are taken from."""
        return self.baselines[0]

    def tolerance_of(self, metric: str, baselines: int) -> float:
        """`baselines`: how many of them log the metric."""
        given = self.tolerances.get(metric, self.tolerance)
        return given if given is not None else 0.0 if baselines > 1 else TOLERANCE


class Side(Struct, frozen=True):
    """One curve of one run: the level of its last stretch, its best level, and where that was.

    `x`, `values`, `course`: the points on the common axis and their running median, shape (points,).
    `lost_at`: from where on the numbers mean nothing (NaN, or the zeros that hide it).
    """

    start: float
    final: float
    best: float
    best_at: float
    points: int
    noise: float
    x: Floats
    values: Floats
    course: Floats
    lost_at: float | None = None


class Delta(Struct, frozen=True):
    """A run against the baseline in one metric; `value` = run - baseline at matched places, `error` its noise.

    `level`, `base_level`: medians over the common last window. `share`: the difference as a share of the baseline's
    progress, positive = better; `end_share`: the same between the ends of both runs, wherever these lie.
    `since`: first place from which on the difference holds. `slower`: places needed for four fifths of
    the baseline's progress, as a multiple of the baseline's; infinite = never got there. `tolerance`: the share that
    may be lost. `seeds`: levels of several baselines, whose mean is `base_level` and whose spread is part of `error`.
    """

    run: int
    outcome: Outcome
    level: float = float("nan")
    base_level: float = float("nan")
    value: float = float("nan")
    error: float = float("nan")
    share: float | None = None
    end_share: float | None = None
    window: tuple[float, float] | None = None
    since: float | None = None
    slower: float | None = None
    confidence: Confidence = "high"
    tolerance: float = TOLERANCE
    seeds: Sequence[float] = ()
    why: str = ""  # why it was not compared

    @property
    def score(self) -> float:
        return abs(self.value) / self.error if self.error > 0 else float("inf") if self.value else 0.0

    @property
    def ratio(self) -> float | None:
        """The run's level as a multiple of the baseline's, where both are positive."""
        return self.level / self.base_level if self.level > 0 and self.base_level > 0 else None


class Row(Struct, frozen=True):
    """One metric of one split in all runs. `sides` and `deltas` by number of the run; `judged` = it decides."""

    metric: str
    split: str
    labels: Mapping[str, str]
    unit: str | None
    direction: str | None
    judged: bool
    why: str  # why it does not decide
    sides: Mapping[int, Side]
    deltas: Mapping[int, Delta]
    raw: Mapping[int, float] = field(default_factory=dict)  # levels as logged where betas differ; 0 = the baseline

    @property
    def name(self) -> str:
        label = f" ({', '.join(self.labels.values())})" if self.labels else ""
        return f"{'' if self.split == 'train' else self.split + ' '}{self.metric}{label}"


class Conclusion(Struct, frozen=True):
    """How one run stands against the baseline, with the reasons, the weightiest first.

    `regressions`: names of judged rows that are worse by more than the tolerance. `new`: checks that found something
    in this run and nothing in the baseline, or something milder.
    """

    run: int
    standing: Standing
    reasons: Sequence[Note]
    regressions: Sequence[str] = ()
    new: Sequence[str] = ()


class Comparison(Struct, frozen=True):
    """Everything that one call of `compare` found out. `settings`: values by number of the run, where they differ."""

    by: Axis
    baselines: Sequence[int]
    reports: Mapping[int, Report]
    rows: Sequence[Row]
    conclusions: Sequence[Conclusion]
    settings: Mapping[str, Mapping[int, str]] = field(default_factory=dict)
    notes: Sequence[Note] = ()
    tolerance: float | None = None  # as in Choice

    @property
    def baseline(self) -> int:
        return self.baselines[0]

    @property
    def regressions(self) -> list[tuple[int, str]]:
        return [(c.run, name) for c in self.conclusions for name in (*c.regressions, *c.new)]
