"""Is a difference real, does it matter, and which way is better? Two sides in, a Delta out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.comparison import differ
from lossdoc.comparison.result import TOLERANCE, Delta, Outcome, Side
from lossdoc.model.limit import Limit
from lossdoc.signal import median

if TYPE_CHECKING:
    from lossdoc.knowledge import MetricFacts
    from lossdoc.model.finding import Confidence

SIGNIFICANT = Limit(
    4.0,
    "standard errors of both levels",
    "ours: levels follow slow swings, so that fewer would call these a difference",
)
LEAST_PROGRESS = Limit(
    0.2,
    "share of the first level, or of the range of a fraction",
    "ours: a baseline that hardly moved is no measure; at the default tolerance a tenth of a loss or 0.1 "
    "of an accuracy",
)
FREE_MARGIN = Limit(
    1.5,
    "times the tolerance",
    "ours: a margin has no floor to settle on, it grows with every step and every bit of learning rate",
)
MOST_OF_IT = Limit(
    0.8,
    "share of the progress",
    "ours: slower learners are told apart before the floor, where all courses are flat",
)
SLOW = Limit(1.5, "times as long", "ours: worth saying")
FEW = Limit(8, "points", "ours: a level of fewer is not the last word")
_FREE = {"reward_margin": FREE_MARGIN}


def weigh(
    number: int,
    base: Side,
    other: Side,
    direction: str | None,
    grown: Side,
    facts: MetricFacts,
    resolution: float,
    tolerance: float,
    seeds: Sequence[Side] = (),
) -> Delta:
    """`direction`: up, down, or None where neither is better; `resolution`: the smallest difference in print.

    `seeds`: the baselines whose mean `base` is, where there are several. Their spread is the noise then.
    """
    low, high = differ.window(base, other)
    if high < low or min(base.x[-1], other.x[-1]) < max(base.x[0], other.x[0]):
        return Delta(number, "not compared", why="the two do not overlap")
    x, course_a, course_b = differ.matched(base, other, low, high)
    value = median(course_b - course_a)
    base_level = median(course_a)
    error = within = float(np.hypot(differ.error(base, low, high), differ.error(other, low, high)))
    seen = differ.levels(seeds, x)
    if seen:
        error = float(np.hypot(error, np.std(seen, ddof=1) * np.sqrt(1 + 1 / len(seen))))
    error = max(error, resolution / 2)
    sign = 1.0 if value > 0 else -1.0
    good = {"up": 1.0, "down": -1.0}.get(direction or "", 0.0)
    floor = max(base.noise, LEAST_PROGRESS * (1.0 if facts.unit == "fraction" else abs(grown.start)))
    to_here, to_end = abs(base_level - grown.start), abs(base.final - grown.start)
    progress = max(to_here, floor, 1e-12)
    share = good * value / progress if good else None
    end_share = good * (other.final - base.final) / max(to_end, floor, 1e-12) if good else None
    least = _beyond_seeds(seen, progress) if seen else SIGNIFICANT * error
    # Two curves without noise or digits are as equal as they are.
    real = value != 0 and abs(value) >= max(least, SIGNIFICANT * within, resolution)
    lost = other.lost_at is not None and base.lost_at is None
    allowed = tolerance * float(_FREE.get(facts.id, 1.0))
    slower = None
    if good and to_end > 0:
        goal = grown.start + MOST_OF_IT * (base.final - grown.start)
        slower = differ.slower(base, other, goal, falling=base.final < grown.start)
    return Delta(
        number,
        "worse" if lost and good else _outcome(real, share, end_share, sign, allowed),
        level=base_level + value,
        base_level=base_level,
        value=value,
        error=error,
        share=share,
        end_share=end_share,
        window=(float(x[0]), float(x[-1])),
        since=differ.since(base, other, sign) if real else None,
        slower=slower if slower is not None and (slower >= SLOW or slower <= 1 / SLOW) else None,
        confidence=_confidence(base, other, value, error),
        tolerance=allowed,
        seeds=seen,
    )


def _beyond_seeds(levels: Sequence[float], progress: float) -> float:
    """What another seed explains: never more than the tolerance of one baseline, unless seeds themselves lie so far."""
    return min(differ.next_seed(levels), max(TOLERANCE * progress, max(levels) - min(levels)))


def _outcome(real: bool, share: float | None, end_share: float | None, sign: float, tolerance: float) -> Outcome:
    if not real:
        return "same"
    if share is None or end_share is None:
        return "higher" if sign > 0 else "lower"
    if share < 0:
        return "worse" if max(share, end_share) <= -tolerance else "slightly worse"
    return "better" if min(share, end_share) >= tolerance else "slightly better"


def _confidence(base: Side, other: Side, value: float, error: float) -> Confidence:
    """A level from few points, or a difference of few errors, is not the last word."""
    if min(base.points, other.points) < FEW or abs(value) < 2 * SIGNIFICANT * error:
        return "medium"
    return "high"
