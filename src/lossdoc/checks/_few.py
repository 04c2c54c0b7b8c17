"""What a handful of records proves without a noise of its own: levels without any scatter, one direction throughout,
orders of magnitude, everything lost again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lossdoc.model.limit import Limit
from lossdoc.signal import median, resolution

if TYPE_CHECKING:
    from lossdoc.model.run import Curve, Floats

RECORDS = Limit(5, "records", "ours: fewer agree by chance")
STILL = Limit(
    0.001,
    "share of the level",
    "ours: the first five records of healthy labelled runs and public logs spread over 0.2 % and more",
)
RISES = Limit(
    1.2,
    "times the first record",
    "ours: of the labelled runs and public logs, only faulty ones rise so far in their first five records",
)
IDENTICAL = Limit(4, "records", "ours: two share four digits by chance once in a thousand times")
EXACT_TO = Limit(
    0.0005,
    "share of the value",
    "ours: four digits, which two batches share by chance once in a thousand times",
)
BLOWN = Limit(
    1000.0,
    "times the largest record before",
    "ours: no data, no stage and no schedule multiplies a loss like that, so two records prove it",
)
TENFOLD = Limit(10.0, "times the first record", "ours: no batch of a healthy run is so much worse than its first")
LEFT = Limit(0.8, "times the first record", "ours: a loss that came below it had learned something")
GONE = Limit(2.0, "times the best record", "ours: batches differ by less, three times in a row")
BEHIND = Limit(3, "records", "ours: one or two may be a bad batch")


def identical(curve: Curve) -> bool:
    """All records are the same to the last of at least four printed digits, and not 0."""
    y = curve.values
    same = len(y) >= IDENTICAL and float(np.ptp(y)) == 0 and y[0] != 0
    return bool(same) and resolution(curve) <= EXACT_TO * abs(float(y[0]))


def stands(y: Floats) -> bool:
    """All records lie within a thousandth of their level."""
    return len(y) >= RECORDS and float(np.ptp(y)) <= STILL * abs(median(y)) > 0


def rises(y: Floats) -> bool:
    """Each record lies above the one before, the last one far above the first."""
    return len(y) >= RECORDS and y[0] > 0 and bool(np.all(np.diff(y) > 0)) and bool(y[-1] >= RISES * y[0])


def explodes(y: Floats) -> int | None:
    """Where the loss left every size that it had had, to the end of the log: at once, or by growing record by record
    from its start on."""
    size = np.abs(y)
    largest = np.maximum.accumulate(size)[:-1]
    least = np.minimum.accumulate(y[::-1])[::-1][1:]
    blown = np.flatnonzero((largest > 0) & (least >= BLOWN * largest))
    if len(blown) and len(y) - blown[0] > 2:
        return int(blown[0]) + 1
    if rises(y) and y[-2] >= BLOWN * y[0]:
        return int(np.flatnonzero(y >= BLOWN * y[0])[0])
    return None


def leaves(y: Floats) -> int | None:
    """Where a loss left its first level, to end an order of magnitude above it: record by record, or with the last
    records all far above every one before them."""
    before, late = y[: -int(BEHIND)], y[-int(BEHIND) :]
    far = rises(y) or (len(before) > 0 and bool(late.min() >= GONE * before.max()))
    return int(np.flatnonzero(y <= GONE * y[0])[-1]) + 1 if far and 0 < TENFOLD * y[0] <= y[-1] else None


def lost_again(y: Floats) -> int | None:
    """Where all that had been learned was lost: the last three records lie above the first one and far above the
    best. What the very first record stands for was lost where all others lie far above it."""
    if len(y) < RECORDS:
        return None
    best = int(np.argmin(y))
    late = y[best + 1 :]
    if best == 0 and 0 < GONE * y[0] <= late.min():
        return 1
    away = float(late[-int(BEHIND) :].min()) if len(late) >= BEHIND else -np.inf
    if not 0 < y[best] <= LEFT * y[0] or away < max(float(y[0]), GONE * float(y[best])):
        return None
    below = np.flatnonzero(y < min(float(y[0]), GONE * float(y[best])))
    return int(below[-1]) + 1


def frozen(loss: Curve, score: Curve | None) -> bool:
    """The last records of a loss and of the score beside it repeat themselves to the last digit, the loss no lower than
    at its start."""
    last = int(BEHIND)
    if score is None or min(len(loss), len(score)) <= last or resolution(loss) > EXACT_TO * abs(float(loss.values[0])):
        return False
    return loss.values[-1] >= loss.values[0] > 0 and all(np.ptp(c.values[-last:]) == 0 for c in (loss, score))
