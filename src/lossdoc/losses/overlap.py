"""Losses of overlapping areas."""

from __future__ import annotations

from numpy.typing import ArrayLike

from lossdoc.losses._numeric import floats


def dice_coefficient(probabilities: ArrayLike, targets: ArrayLike, *, smooth: float = 0.0) -> float:
    """2 sum p g / (sum p^2 + sum g^2), over all elements: V-Net's form, 1 for equal masks. Any shape."""
    p, g = floats(probabilities), floats(targets)
    return float((2 * (p * g).sum() + smooth) / ((p**2).sum() + (g**2).sum() + smooth))


def dice(probabilities: ArrayLike, targets: ArrayLike, *, smooth: float = 0.0) -> float:
    """1 - Dice coefficient, between 0 and 1. `smooth` keeps two empty masks from 0/0."""
    return 1 - dice_coefficient(probabilities, targets, smooth=smooth)
