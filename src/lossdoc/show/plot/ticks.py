"""Round tick values and their labels for the axes of a plot."""

from __future__ import annotations

import math
import sys


def widened(low: float, high: float) -> tuple[float, float]:
    """The range of an axis: a constant curve sits in the middle of a range that its own size suggests."""
    if high - low > 1e-9 * max(abs(low), abs(high), 1e-290):
        return low, high
    return low - (abs(low) / 2 or 0.5), high + (abs(high) / 2 or 0.5)


def ticks(low: float, high: float, most: int, *, whole: bool = False) -> list[float]:
    """At most `most` round values (1, 2, 2.5 or 5 times a power of ten) in [low, high]; at least two where possible.

    whole: only whole numbers, for axes that count.
    """
    span = high - low
    if not (math.isfinite(span) and span > 0):
        return [low]
    power = 10.0 ** math.floor(math.log10(span / max(most, 1)))
    for factor in (1, 2, 2.5, 5, 10, 20, 25, 50, 100):
        step = factor * power
        if whole and not step.is_integer():
            continue
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first + 1 <= most:
            values = [n * step for n in range(first, last + 1)]
            return values if len(values) > 1 else [low, high]
    return [low, high]


def even(low: float, high: float, rows: int) -> tuple[float, float, list[float]]:
    """The smallest range around [low, high] on which round ticks fall on every second or third of `rows` rows.

    Text has no half rows: ticks of any other range look crooked.
    """
    span = high - low
    power = 10.0 ** math.floor(math.log10(span / rows))
    candidates = [
        (factor * power / apart, factor * power) for factor in (1, 2, 2.5, 5, 10, 20, 25, 50) for apart in (2, 3)
    ]
    for row, step in sorted(candidates):
        bottom = math.floor(low / row + 1e-9) * row
        top = bottom + row * (rows - 1)
        if top >= high - span * 1e-9:
            first, last = math.ceil(bottom / step - 1e-6), math.floor(top / step + 1e-6)
            return bottom, top, [n * step for n in range(first, last + 1)]
    return low, high, ticks(low, high, rows // 2)


def powers(low: float, high: float, most: int) -> list[float]:
    """Exponents of ten in [low, high] (both already logarithms), thinned to at most `most`."""
    inside = list(range(math.ceil(low - 1e-9), math.floor(high + 1e-9) + 1))
    if len(inside) < 2:
        return ticks(low, high, most)
    return [float(n) for n in inside[:: math.ceil(len(inside) / most)]]


def power_labels(exponents: list[float]) -> list[str]:
    """Labels of a logarithmic axis; one that runs beyond what a float holds is written by its exponent."""
    return [f"{10**n:.3g}" if n <= sys.float_info.max_10_exp else f"1e+{n:.0f}" for n in exponents]


def labels(values: list[float]) -> list[str]:
    """One style for all ticks of an axis: the fewest digits that still tell them apart; k, M and G from 10,000 on."""
    largest = max(map(abs, values), default=0.0)
    for limit, unit in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if limit <= largest < 1e12:
            scale = {"G": 1e9, "M": 1e6, "k": 1e3}[unit]
            return [f"{v / scale:g}{unit}" if v else "0" for v in (round(v, 9) for v in values)]
    if largest and (largest >= 1e12 or largest < 1e-3):
        return [f"{v:.3g}" if abs(v) > largest * 1e-9 else "0" for v in values]
    for digits in range(5):
        shown = [f"{v:.{digits}f}" for v in values]
        if len(set(shown)) == len(shown) and all(
            abs(float(s) - v) <= largest * 1e-3 for s, v in zip(shown, values, strict=True)
        ):
            return shown
    return [f"{v:.4g}" for v in values]
