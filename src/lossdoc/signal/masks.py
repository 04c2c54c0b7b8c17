"""Runs of True in a boolean array."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def stretches(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """(first, last) index of every run of True, both inclusive, in order."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], np.asarray(mask, dtype=np.int8), [0]))))
    return [(int(a), int(b) - 1) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def longest(mask: NDArray[np.bool_]) -> tuple[int, int] | None:
    """The longest run of True as (first, last), or None."""
    return max(stretches(mask), key=lambda s: s[1] - s[0], default=None)
