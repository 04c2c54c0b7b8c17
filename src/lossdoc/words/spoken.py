"""Numbers as people write them."""

from __future__ import annotations

import math


def number(value: float) -> str:
    """One of a log: 300, 0.6931, 1.2e-05, nan."""
    if value == int(value) if abs(value) < 1e15 else False:
        return str(int(value))
    return f"{value:.4g}"


def brief(value: float) -> str:
    """One that is set: `5e-7`, `0.001`, `3`, `12000`; a log may say infinity."""
    if 1000 <= abs(value) < 1e6:
        return f"{value:.0f}"
    text = f"{value:.3g}"
    if 0 < abs(value) < 1e-3 or 1e6 <= abs(value) < math.inf:
        mantissa, _, exponent = f"{value:.2e}".partition("e")
        text = f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"
    return text
