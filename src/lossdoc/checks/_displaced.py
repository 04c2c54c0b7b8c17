"""How far the chosen answers fell, in nats, since when, and against what gain of the margin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec import Struct

from lossdoc.checks._preference import alive, find_beta, paired
from lossdoc.model.limit import Limit
from lossdoc.signal import level, median, noise, onset, tail

if TYPE_CHECKING:
    from lossdoc.model.run import Curve, Floats, Run

SHORT_FACTOR = Limit(
    3.0,
    "times the first log-probability",
    "ours: healthy short answers become likelier, the injected fault makes them eight times as costly",
)
FIRST = Limit(
    3,
    "records",
    "ours: so many carry the start of a log-probability; a high learning rate moves it within ten steps",
)
POINTS = Limit(8, "records", "ours")


class Fall(Struct, frozen=True):
    """How the chosen answers fell.

    nats: change of the chosen log-probability (negative = fell) and its error; `curve` and the indices of its points;
    ratio: fall over the gain of the margin (infinite without gain, None without a margin); rejected_share: part of the
    margin that came from pushing the rejected answers down; start, end: logged log-probabilities;
    short: a likely answer became three times as costly.
    """

    curve: Curve
    nats: float
    error: float
    how: str
    first: int
    detected: int
    ratio: float | None
    rejected_share: float | None
    start: float | None
    end: float | None
    short: bool


def fall_of_chosen(run: Run, config: Mapping[str, Any], split: str = "train") -> Fall | None:
    """The change of the chosen answers over a run; None without rewards with a beta and without log-probabilities."""
    beta = find_beta(run, config, split)
    reward, logp = finite(run.get("reward_chosen", split)), finite(run.get("logp_chosen", split))
    start = end = None
    if logp is not None:
        y = alive(logp.values)
        start, end = median(y[:FIRST]), level(y[tail(len(y))]).value
    if reward is not None and beta is not None and not beta.reference_free:
        curve, how, unit, reference = reward, "reward_chosen / beta", beta.value, 0.0
        # Averaged first records have moved a little already: the reference is 0 by definition.
        values = alive(reward.values)
    elif logp is not None:
        curve, how, unit = logp, "logp_chosen", 1.0
        values = alive(logp.values)
        reference = median(values[:FIRST])
    else:
        return None
    if len(values) < POINTS:
        return None
    scale = noise(values)
    now = level(values[tail(len(values))], scale)
    change = (now.value - reference) / unit
    error = now.error / unit
    if unit == 1.0:
        error = float(np.hypot(error, 1.2533 * scale / np.sqrt(FIRST.value)))
    first = onset(-values, -reference, margin=max(0.1 * abs(now.value - reference), scale)) or 0
    half = onset(-values, -reference, margin=max(0.5 * abs(now.value - reference), scale)) or first
    ratio, share = against_margin(run, split)
    short = bool(start is not None and end is not None and start < 0 and end <= SHORT_FACTOR * start)
    return Fall(curve, change, error, how, first, max(first, half), ratio, share, start, end, short)


def against_margin(run: Run, split: str) -> tuple[float | None, float | None]:
    """Fall of the chosen side over the gain of the margin, and the share of that gain that the rejected side gave."""
    reward, rejected = finite(run.get("reward_chosen", split)), finite(run.get("reward_rejected", split))
    if reward is None or rejected is None:
        return None, None
    chosen, other = paired(reward, rejected)
    both = min(len(alive(chosen)), len(alive(other)))
    if both < POINTS:
        return None, None
    chosen_change = change_of(chosen[:both])
    gain = change_of(chosen[:both] - other[:both])
    if gain <= 0:
        return float("inf"), None
    return -chosen_change / gain, -change_of(other[:both]) / gain


def change_of(y: Floats) -> float:
    return level(y[tail(len(y))]).value - median(y[:FIRST])


def finite(curve: Curve | None) -> Curve | None:
    """The curve without its NaN and infinite points; None if nothing is left."""
    found = None if curve is None else curve.finite()
    return found if found is not None and len(found) else None
