"""Rows that stand for episodes: what counts the steps of each of them is its length, what counts all steps a place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from lossdoc.assemble.bucket import numbers
from lossdoc.words.counters import episode_counter
from lossdoc.words.expressions import expression

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from lossdoc.assemble.bucket import Raws
    from lossdoc.knowledge import Resolved

LENGTH, PLACE = "episode_length", "global_step"
# One word for both: the steps of this episode, or all steps so far.
_STEPS = expression(r"(?:n_?|num_?)?(?:time[ _]?)?(?:step|frame)s?", re.IGNORECASE)
_BACK = 0.1  # of the rows: what falls so often counts nothing up (ours; a run that is resumed falls once)
_ENOUGH = 8  # rows: the lengths of so many episodes do not rise one after the other by chance (ours)


def meant(columns: Mapping[str, Raws], resolved: Mapping[str, Resolved | None]) -> dict[str, str]:
    """The keys of episodes that mean another thing than their name says: up and down is a length, up alone a place."""
    found: dict[str, str] = {}
    episode = episode_counter(columns)
    counted = episode is not None and _falls(columns[episode]) == 0
    for key, metric in resolved.items():
        if metric is None or key == episode or not _STEPS.fullmatch(key):
            continue
        if metric.metric == LENGTH:
            found |= {key: PLACE} if _adds_up(columns[key]) else {}
        elif counted and _falls(columns[key]) > _BACK:
            found[key] = LENGTH
    return found


def _adds_up(raws: Raws) -> bool:
    """All steps so far: they rise from row to row, and by what a row takes, not by a step or two."""
    found = _finite(raws)
    rises = len(found) >= _ENOUGH and _falls(raws, equal=True) <= _BACK
    return bool(rises and found[-1] >= 0.5 * len(found) * found[0])


def _falls(raws: Raws, equal: bool = False) -> float:
    """The share of rows that stand below the row before them, or not above it."""
    found = _finite(raws)
    before, after = found[:-1], found[1:]
    return int((after <= before if equal else after < before).sum()) / max(1, len(found))


def _finite(raws: Raws) -> NDArray[np.float64]:
    import numpy as np

    found = numbers(raws)
    return found[~np.isnan(found)]
