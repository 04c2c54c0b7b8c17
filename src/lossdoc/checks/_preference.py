"""What the checks of preference training share: beta from the log itself, rewards in nats, whether a margin moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct

from lossdoc.checks._loss import gain, unfinished
from lossdoc.judge.case import Skip
from lossdoc.model.limit import Limit
from lossdoc.signal import difference, head, leaning, level, matched, median, noise, trend

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from lossdoc.judge.case import Case
    from lossdoc.model.finding import Finding
    from lossdoc.model.run import Curve, Floats, Run


NOTHING_NATS = Limit(
    0.001,
    "nats per pair",
    "ours: a margin below changes no choice, whatever the accuracy says; runs with a learning rate of "
    "1e-9 to 1e-8 end at 1e-7 to 2e-5, the slowest healthy labelled runs at 0.1",
)
NOTHING_RAW = Limit(
    1e-05,
    "units of a margin without a known beta",
    "ours: below, any beta of 0.01 or more is under 0.001 nat",
)
BETA_ERROR = Limit(0.2, "share of an estimated beta", "ours: its standard error has to be smaller")
PROPORTIONAL = Limit(
    0.02,
    "share of the quotient of reward and log-probability",
    "ours: trainers without a reference move it at no record",
)
SURE = Limit(3.0, "standard errors", "ours: a margin stands out of its noise, or rises")
STANDS_OUT = Limit(
    0.3,
    "share of the noise between batches",
    "ours: a level below does not stand out of it; random labels reach 0.2",
)
RULED_OUT = Limit(
    0.75,
    "share of the noise between batches",
    "ours: what the error of a flat margin has to exclude; the slowest healthy labelled run reaches 0.96",
)
ABOVE_HALF = Limit(0.1, "points of accuracy above a half", "ours: such an accuracy contradicts a flat margin")
POINTS = Limit(8, "records", "ours: fewer give no slope of the log-probability over the reward")
STILL_MARGIN = Limit(
    0.02,
    "nats",
    "ours: changes the loss of a pair by 1 %; dead labelled runs 0.001, the slowest healthy 0.2",
)
STILL_LOSS = Limit(
    0.001,
    "share of the first loss",
    "ours: the slowest healthy labelled preference run moves its loss by 1 %, one whose optimiser is dead by 0.001 %",
)


class Beta(Struct, frozen=True):
    """The factor between log-probability ratios and logged rewards, and where it was found."""

    value: float
    reference_free: bool
    source: str


def paired(*curves: Curve) -> list[Floats]:
    """Values of several curves at the records that all of them have; each array has the shape (common records,)."""
    common = curves[0].records
    if all(np.array_equal(common, curve.records) for curve in curves[1:]):
        return [c.values for c in curves]
    for curve in curves[1:]:
        common = common[matched(common, curve.records)[0]]
    # A curve stands in the order of its steps, which its records need not follow: rows of a resumed run may go back.
    orders = [np.argsort(curve.records, kind="stable") for curve in curves]
    return [
        curve.values[order[np.searchsorted(curve.records, common, sorter=order)]]
        for curve, order in zip(curves, orders, strict=True)
    ]


def alive(y: Floats) -> Floats:
    """The values before a tail of exact zeros.

    After a NaN, KTO prints rewards and log-probabilities as 0.0 for the rest of the run: the end of a measurement, not
    a measured 0. A curve that is 0 from its first point on is kept.
    """
    moved = np.flatnonzero(y != 0)
    if not len(moved) or len(y) - moved[-1] < 4:
        return y
    return y[: moved[-1] + 1]


def find_beta(run: Run, config: Mapping[str, Any], split: str = "train") -> Beta | None:
    """Beta as configured, or as the log shows it: a log-probability moves by 1 / beta per unit of reward.

    The rewards are beta (log p - log p_reference), so regressing log p on the reward leaves the reference's spread
    from batch to batch as plain noise of the regression: the slope is unbiased. It works once the policy has moved.
    """
    pairs = [(run.get(f"reward_{side}", split), run.get(f"logp_{side}", split)) for side in ("chosen", "rejected")]
    given = _number(config.get("beta"))
    found: list[tuple[float, float]] = []
    free = False
    for reward, logp in pairs:
        if reward is None or logp is None:
            continue
        r, p = (alive(y) for y in paired(reward, logp))
        n = min(len(r), len(p))
        r, p = r[:n], p[:n]
        ok = np.isfinite(r) & np.isfinite(p)
        r, p = r[ok], p[ok]
        if len(r) < POINTS:
            continue
        if np.all(p != 0) and (quotient := _steady(r / p)) is not None:
            free = True
            found.append((quotient, 0.0))
            continue
        order = np.argsort(r, kind="stable")
        line = trend(p[order], r[order])
        if line.slope > 0 and line.change > 0:
            found.append((1.0 / line.slope, line.error / line.change))
    if given is not None and given > 0:
        return Beta(given, free, "given")
    if not found:
        return None
    value, error = min(found, key=lambda b: b[1])
    return Beta(value, free, "from the log") if error <= BETA_ERROR else None


def _steady(quotient: Floats) -> float | None:
    middle = median(quotient)
    # Nearly all records: with a reference the quotient is 0 at first and settles only when the policy is far away.
    spread = float(np.quantile(np.abs(quotient - middle), 0.95))
    return middle if middle > 0 and spread <= PROPORTIONAL * middle else None


def _number(value: object) -> float | None:
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None


class Margin(Struct, frozen=True):
    """How a preference margin stands in the second half of its run.

    late, error, noise: in units of the margin; nats: late / beta where beta is known; score: how surely it rose, in
    standard errors (trend after the first tenth, or late level against the first points, whichever is surer);
    accuracy, accuracy_error: mean of the second half, where logged.
    """

    late: float
    error: float
    noise: float
    score: float
    nats: float | None = None
    accuracy: float | None = None
    accuracy_error: float = 0.0

    @property
    def learns(self) -> bool:
        """The margin rose beyond its noise and by an amount that matters."""
        return self.score >= SURE and not self.nothing

    @property
    def nothing(self) -> bool:
        """Too small to matter, however sure it is."""
        if self.nats is not None:
            return abs(self.nats) < NOTHING_NATS
        return abs(self.late) < NOTHING_RAW

    @property
    def flat(self) -> bool:
        """No margin that stands out of its noise, in a run long enough to say so.

        Neither the level nor the trend is above 0, no accuracy well above a half
        contradicts, and the level is known well enough to rule a real margin out (`sure`).
        """
        return self.nothing or (self.within_noise and self.sure)

    @property
    def within_noise(self) -> bool:
        """Neither level nor trend stand out, and the accuracy does not contradict."""
        if self.accuracy is not None and self.accuracy > 0.5 + max(ABOVE_HALF.value, SURE * self.accuracy_error):
            return False
        stands_out = self.late > SURE * self.error and self.late > STANDS_OUT * self.noise
        return not stands_out and self.score < SURE

    @property
    def sure(self) -> bool:
        """The upper end of the level's error leaves no room for a margin that matters."""
        return self.late + 2 * self.error < RULED_OUT * self.noise


def margin_state(margin: Floats, accuracy: Floats | None = None, beta: float | None = None) -> Margin:
    """Judge a margin, shape (n,), by its second half; accuracy has its own shape (m,)."""
    margin = alive(margin)
    half = margin[len(margin) // 2 :]
    # Half a run alone may look calmer by chance; noise that grows with the margin is larger in the half.
    scale = max(noise(half), noise(margin[len(margin) // 10 :]))
    now = level(half, scale)
    gain = difference(level(margin[head(len(margin))], scale), now)
    score = max(leaning(margin[max(1, len(margin) // 10) :]), gain.score)
    state = Margin(now.value, now.error, scale, score, None if beta is None else now.value / beta)
    if accuracy is None or len(accuracy) < 4:
        return state
    last = accuracy[len(accuracy) // 2 :]
    # The mean, not the median: shares of small batches take few values, and their median is one of these.
    error = float(np.std(last)) / np.sqrt(len(last))
    return Margin(state.late, state.error, scale, score, state.nats, float(np.mean(last)), error)


def by_margin(case: Case, loss: Curve, margin: Curve | None, beta: object) -> Iterator[Finding]:
    if margin is None:
        raise Skip("no reward margin in this log, and a preference loss alone does not tell")
    found = find_beta(case.run, {"beta": beta})
    state = margin_state(margin.values, None, found.value if found else None)
    late = loss.values[len(loss) // 2 :]
    moved = abs(median(late) - median(loss.values[:3])) / max(abs(float(loss.values[0])), 1e-12)
    who = "policy"
    if case.families() <= {"reward"}:
        # Its margin need not start at 0: an untrained head ranks by chance, and keeps that.
        who, change = "reward model", gain(margin, up=True)
        still = abs(change.value) + 2 * change.error < STILL_MARGIN and state.score < 3
    else:
        still = state.nothing and moved <= STILL_LOSS
    if not still:
        return
    early = unfinished(case)
    yield case.finding(
        margin,
        f"the {who} has not moved: margin {state.late:.2g}, loss {float(late[-1]):.6g} after {len(loss)} records",
        detected=len(margin) // 2,
        severity="warning" if early else "error",
        measured={"records": len(loss), "margin": state.late, "loss": float(late[-1])},
        cannot_tell=("whether the optimiser, the learning rate or the reference model is at fault",),
    )
