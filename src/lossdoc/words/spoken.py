"""Numbers as people write settings."""

from __future__ import annotations


def number(value: float) -> str:
    """`5e-7`, `0.001`, `3`, `12000`: short."""
    if 1000 <= abs(value) < 1e6:
        return f"{value:.0f}"
    text = f"{value:.3g}"
    if 0 < abs(value) < 1e-3 or abs(value) >= 1e6:
        mantissa, _, exponent = f"{value:.2e}".partition("e")
        text = f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"
    return text
