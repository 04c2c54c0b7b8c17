"""Measures of merit: the curves that say whether a run gets better, and how each of them went."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from msgspec import Struct

from lossdoc.knowledge.words import named_split
from lossdoc.model.limit import Limit
from lossdoc.model.record import UNTOLD
from lossdoc.signal import best_stretch, died, head, leaning, level, median, noise, resolution, tail

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lossdoc.knowledge import Knowledge
    from lossdoc.model.run import Curve, Floats, Run

Went = Literal["better", "lost", "worse", "flat", "unclear"]


MATERIAL = Limit(
    0.03,
    "share of the first level",
    "ours: a loss or a score without bounds that gained less has not visibly learned; stuck labelled runs"
    " gain at most 0.4 %, the slowest healthy supervised one 7.8 %; runmedic asks for 2 %",
)
OF_RETURN = Limit(
    0.1,
    "share of the first level",
    "ours, for the return of an agent: running means of random policies wander by so much",
)
OF_FEW = Limit(
    0.1,
    "share of the first level",
    "ours, where points are too few for a noise: batches of one epoch wander by 6 %",
)
POINTS = Limit(0.01, "points of a score from 0 to 1", "ours: the sampling error of some hundred examples")
OF_ROOM = Limit(0.2, "share of what was still to be gained", "ours: 0.98 to 0.99 halves the errors")
LEAST = Limit(0.003, "points of a score from 0 to 1", "ours: however little was still to be gained")
NOTHING = Limit(
    0.005,
    "share of a perfect score",
    "ours: a detector, segmenter or translator below half a point of a hundred finds nothing, whatever the loss says",
)
CEILING = Limit(
    0.95,
    "share of a perfect score",
    "ours: little is left to be gained; a public detector stands at F1 0.99 from its first evaluation",
)
SIGMAS = Limit(3.0, "standard errors of both levels", "ours")
MONOTONE = Limit(0.75, "share of the steps that go the right way", "ours, where points are too few for a noise")
KEPT = Limit(0.5, "share of the best gain", "ours: what has to be left at the end, else it was lost again")
FEW = Limit(8, "points", "ours: fewer hold no noise of their own")
SHORT = Limit(
    15,
    "points",
    "ours: below it both levels rest on three points, and the whole course has to lean the same way",
)


class Measure(Struct, frozen=True):
    """A curve that progress is judged by. `role`: score, support, objective or part.

    `held_out`: measured on data that are not trained on.
    """

    curve: Curve
    role: str
    up: bool
    bounds: tuple[float | None, float | None] | None
    held_out: bool
    fraction: bool = False  # its unit, where no end is known
    least: float = MATERIAL.default  # share of the start level that counts as a gain where there is no end

    def reaches(self, value: float, share: float) -> bool:
        """The value is at least this share of a perfect one; never where there is no end."""
        return self.ends and (value >= share if self.up else value <= 1 - share)

    def room(self, value: float) -> float:
        """What is left to be gained from a value on, in the unit of the curve; infinite where there is no end."""
        if not self.up:
            return abs(value)
        return 1 - value if self.ends else float("inf")

    @property
    def ends(self) -> bool:
        """The measure is a share, from 0 to 1 (`judge.shares` makes it one), though errors may be more than all."""
        return self.bounds is not None and self.bounds[0] == 0 and (self.fraction or bool(self.bounds[1]))

    def is_nothing(self, value: float) -> bool:
        """The share is next to none of what there is to be had."""
        return self.ends and (value <= NOTHING if self.up else value >= 1 - NOTHING)


class Course(Struct, frozen=True):
    """How a measure went. `gain` is positive where it got better, in its unit; first, best and last are its values.

    `fell_back`: it once stood at more than twice what it kept.
    """

    went: Went
    first: float
    best: float
    best_at: int
    last: float
    gain: float
    fell_back: bool


def measures(run: Run, knowledge: Knowledge) -> list[Measure]:
    """Every curve whose document gives it a direction and a role; parts of a loss only where no total is logged.

    Not those of which nobody knows whose they are: what is no evaluation for sure proves nothing.
    """
    least = OF_RETURN.value if run.trainer.candidates == ("rl",) else MATERIAL.value
    found = list(_measures([c for c in run.curves if UNTOLD not in c.labels], knowledge, least))
    totals = {m.curve.split for m in found if m.role == "objective"}
    return [m for m in found if m.role != "part" or m.curve.split not in totals]


def _measures(curves: Sequence[Curve], knowledge: Knowledge, least: float) -> Iterator[Measure]:
    elsewhere = {curve.metric for curve in curves if curve.split != "train"}
    for curve in curves:
        facts = knowledge.metric(curve.metric)
        if facts.merit and facts.direction in ("up", "down") and len(curve):
            # A BLEU or an mAP is measured on held-out data, unless the log has another one that says so of itself.
            unmarked = curve.metric not in elsewhere and named_split(curve.key) is None
            held_out = curve.split != "train" or (facts.held_out and unmarked)
            yield Measure(
                curve, facts.merit, facts.direction == "up", facts.bounds, held_out, facts.unit == "fraction", least
            )


def course(measure: Measure) -> Course | None:
    """How a measure went from its first to its last points; None without a finite point."""
    curve = measure.curve.finite()
    y = curve.values
    if measure.role in ("objective", "part"):
        y = y[: died(y)]  # a filtered NaN reads 0 for ever, and 0 is no progress
    n = len(y)
    if not n:
        return None
    sign = 1.0 if measure.up else -1.0
    at = int(np.argmax(sign * y))
    first, last, best = float(y[0]), float(y[-1]), float(y[at])
    gain, best_gain, sure, held = _gain(sign * y, resolution(curve))
    need = material(measure, median(y[head(n)]) if n >= FEW else first, n)
    if n < 2:
        went: Went = "unclear"
    elif gain >= need and sure > 0:
        went = "better"
    elif held and best_gain >= 2 * need and gain < KEPT * best_gain and n >= 4 and at > 0:
        went = "lost"
    elif -gain >= need and sure < 0:
        went = "worse"
    else:
        went = "flat" if n >= 3 and abs(gain) < need and _steady(y, need) else "unclear"
    fell_back = held and best_gain > 2 * need and gain < KEPT * best_gain
    return Course(went, first, best, at, last, gain, fell_back)


def material(measure: Measure, start: float, points: float = float("inf")) -> float:
    """The smallest gain that counts from this start on, in the unit of the curve."""
    if not measure.ends:
        return (measure.least if points >= FEW else OF_FEW.value) * abs(start)
    return max(LEAST.value, min(POINTS.value, OF_ROOM * measure.room(start)))


def _gain(y: Floats, printed: float) -> tuple[float, float, int, bool]:
    """Gain of the last level over the first, of the best over the first, its sign where it is beyond the noise, and
    whether the best stands out from that noise as well."""
    n = len(y)
    if n < FEW:
        gain, best = float(y[-1] - y[0]), float(y.max() - y[0])
        steps = np.diff(y)
        right = float(np.mean(np.sign(steps) == np.sign(gain))) if len(steps) else 0.0
        # Few points have no noise of their own: a course that is nearly monotone, or a gain beyond its largest setback.
        back = float(np.abs(steps[np.sign(steps) == -np.sign(gain)]).max(initial=0.0))
        return gain, best, int(np.sign(gain)) if right >= MONOTONE or abs(gain) > 2 * back else 0, best > 2 * back
    scale = max(noise(y), printed / 4)
    # Thousands of episodes scatter so far that only many of them show a level.
    most = max(100, n // 50)
    start, end = (
        level(y[head(n, 0.15, least=3, most=most)], scale),
        level(y[tail(n, 0.25, least=3, most=4 * most)], scale),
    )
    gain = end.value - start.value
    first = median(y[:3])
    held = best_stretch(y, up=True)
    best = held.value - min(start.value, first)
    error = float(np.hypot(start.error, end.error))
    # Much may be learned within the first stretch already: the very first records stand for the start as well.
    early = end.value - first
    if early > gain and early > SIGMAS * float(np.hypot(1.2533 * scale / np.sqrt(3), end.error)):
        return early, max(best, early), 1, True
    lean = leaning(y) * np.sign(gain)
    beyond = abs(gain) > SIGMAS * error if n >= SHORT else abs(gain) > error and lean > 2
    beyond = beyond or (abs(gain) > 2 * error and lean > 4)
    # The best of many medians stands above the level by chance alone, hence the wider margin.
    chance = 2 * SIGMAS * scale / np.sqrt(held.last - held.first + 1)
    stands_out = best > chance and held.value - end.value > chance
    return gain, max(best, gain), int(np.sign(gain)) if beyond else 0, bool(stands_out)


def _steady(y: Floats, need: float) -> bool:
    """The points stay within what would have counted as a gain, but for their noise."""
    return bool(median(np.abs(y - median(y))) < max(need, 1e-300) or len(y) >= 50)


def said(measure: Measure, went: Course) -> str:
    """`eval loss 2.31 to 1.45` (first and last value), with the best where it is neither; one value is said alone."""
    first, last, best = (f"{measure.curve.as_logged(value):.4g}" for value in (went.first, went.last, went.best))
    if len(measure.curve.finite()) == 1:
        return f"{measure.curve.said} {last}"
    text = f"{measure.curve.said} {first} to {last}"
    return text if went.best in (went.first, went.last) else f"{text}, best {best}"
