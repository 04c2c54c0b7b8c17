"""What the checks of reinforcement learning share: the reward's own scale, whether it rose, what was sustained."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct

from lossdoc.judge.case import TRAINER, Case, Skip
from lossdoc.model.limit import Limit
from lossdoc.signal import longest, median, noise, smooth, thin
from lossdoc.signal.medians import running

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lossdoc.model.run import Curve, Floats


BATCH_FACTOR = Limit(
    4.0,
    "times the spread of a batch mean",
    "ours: without a logged spread of the answers, batches of 16",
)
MATTERS = Limit(0.2, "share of the spread of one answer", "ours: healthy labelled runs gain 0.3 and more")
SURE = Limit(3.0, "standard errors", "ours")


def rl_only(case: Case) -> None:
    """Skip where a candidate trainer is not reinforcement learning: KTO logs a `kl` of another kind."""
    families = case.families()
    if not families and any(case.run.get(metric) for metric in ("reward_margin", "logp_chosen")):
        raise Skip("rewards of a pairwise trainer are no rewards of samples", TRAINER)
    if families - {"rl"}:
        others = [o for o in case.objectives if case.knowledge.trainer(o).family != "rl"]
        raise Skip(f"holds for reinforcement learning only and the run may be {' or '.join(others)}", TRAINER)


class Course(Struct, frozen=True):
    """How a reward moved between two stretches: change and error in units of `scale`, the spread of one answer."""

    change: float
    error: float
    scale: float
    early: float
    late: float

    @property
    def rose(self) -> bool:
        """Surely, and by enough to matter."""
        return self.change >= MATTERS and self.change > SURE * self.error

    @property
    def fell(self) -> bool:
        return self.change <= -MATTERS and -self.change > SURE * self.error


def spread_of(reward: Floats, std: Floats | None) -> float:
    """The spread of one answer's reward: the median of positive reward_std early on, else from the batch noise."""
    if std is not None:
        positive = std[np.isfinite(std) & (std > 1e-6)]
        if len(positive) >= 3:
            # The first third: a policy that falls apart takes its spread with it.
            return median(positive[: max(3, len(positive) // 3)])
    return BATCH_FACTOR * noise(reward)


def course(reward: Floats, std: Floats | None = None, early: float = 0.2, late: float = 0.3) -> Course:
    """Means of the first and last share of a reward, shape (n,).

    Means, not medians: rewards are bounded and often 0 or 1.
    """
    n = len(reward)
    a, b = reward[: max(1, int(n * early))], reward[n - max(1, int(n * late)) :]
    scale = spread_of(reward, std)
    change = float(b.mean() - a.mean())
    error = noise(reward) * float(np.sqrt(1 / len(a) + 1 / len(b)))
    if scale <= 0:
        size = abs(change) or 1.0
        return Course(change / size, 0.0, size, float(a.mean()), float(b.mean()))
    return Course(change / scale, error / scale, scale, float(a.mean()), float(b.mean()))


def highest_level(y: Floats, window: int) -> tuple[int, int, float]:
    """(first, last, value) of the full window with the highest median: a single high point carries no level.

    Long curves are judged on block medians: a window of a tenth of 100,000 points costs gigabytes otherwise.
    """
    _, short = thin(np.arange(len(y), dtype=float), np.asarray(y, dtype=float), 1000)
    block = len(y) / len(short)
    window = max(1, min(len(short), round(window / block)))
    medians = running(short, window)
    at = int(np.argmax(medians))
    return int(at * block), min(len(y), int((at + window) * block)) - 1, float(medians[at])


def unlabelled(curve: Curve | None) -> Curve | None:
    """The curve of the whole reward, not of a component."""
    return curve if curve is not None and not curve.labels else None


def sustained(mask: NDArray[np.bool_], share: float, least: int) -> tuple[int, int] | None:
    """The longest stretch of True as (first, last) if it covers a share of the curve and `least` points."""
    found = longest(mask)
    if found is None or found[1] - found[0] + 1 < max(least, share * len(mask)):
        return None
    return found


def course_above(y: Floats, limit: float, share: float, least: int) -> tuple[int, int] | None:
    """The longest stretch over which the running median of `y` stands at or above a limit."""
    return sustained(smooth(y) >= limit, share, least)
