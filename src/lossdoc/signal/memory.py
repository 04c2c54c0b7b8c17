"""What was computed of the same numbers is not computed again: a dozen checks ask for one course, one noise.

Short arrays are told by their content, long ones (whose content would cost too much to compare) by their identity, and
only what is small is kept of these: a number, or block medians, never a second array of their length.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import numpy as np

if TYPE_CHECKING:
    from lossdoc.model.run import Floats

MOST = 256  # answers per function: a run has some dozens of curves
SHORT = 1 << 12  # points that are told by their content: 32 KiB, so that all answers together stay below 50 MB

P = ParamSpec("P")
T = TypeVar("T")


def once(function: Callable[Concatenate[Floats, P], T]) -> Callable[Concatenate[Floats, P], T]:
    """The function of an array and of plain arguments, its answers remembered. Arrays among these are read-only."""
    by_content: dict[tuple[Any, ...], T] = {}
    by_identity: dict[tuple[Any, ...], tuple[weakref.ref[Floats], T]] = {}

    @wraps(function)
    def remembered(y: Floats, /, *args: P.args, **kwargs: P.kwargs) -> T:
        said = (args, *kwargs.items())
        if len(y) <= SHORT:
            key = (y.dtype.char, y.tobytes(), said)
            if key in by_content:
                return by_content[key]
            answer = by_content[key] = _sealed(function(y, *args, **kwargs))
            _forget(by_content)
            return answer
        place = (id(y), said)
        if (found := by_identity.get(place)) is not None and found[0]() is y:
            return found[1]
        answer = _sealed(function(y, *args, **kwargs))
        if _is_small(answer, len(y)):
            by_identity[place] = (weakref.ref(y), answer)
            _forget(by_identity)
        return answer

    return remembered


def _forget(answers: dict[tuple[Any, ...], Any]) -> None:
    """Without the oldest answer where there are too many."""
    if len(answers) > MOST:
        answers.pop(next(iter(answers)), None)


def _sealed(answer: T) -> T:
    for array in answer if isinstance(answer, tuple) else (answer,):
        if isinstance(array, np.ndarray):
            array.flags.writeable = False
    return answer


def _is_small(answer: object, points: int) -> bool:
    sizes = [
        array.size for array in (answer if isinstance(answer, tuple) else (answer,)) if isinstance(array, np.ndarray)
    ]
    return 4 * sum(sizes) <= points
