"""A threshold: the number that a check holds a run against, its unit, and who says so.

    RISE = Limit(0.05, "share of the best eval loss", "runmedic's threshold")

In a formula it stands for its number: `rise < RISE * best`. What a user says instead is put in force by `instead`, for
what is called within it and nowhere else.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, cast, overload

from msgspec import Struct

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from lossdoc.model.run import Floats

_instead: ContextVar[Mapping[Limit, float] | None] = ContextVar("limits", default=None)


class _Calculates(Protocol):
    @overload
    def __call__(self, other: float | Limit, /) -> float: ...
    @overload
    def __call__(self, other: Floats, /) -> Floats: ...


class _Compares(Protocol):
    @overload
    def __call__(self, other: float | Limit, /) -> bool: ...
    @overload
    def __call__(self, other: Floats, /) -> NDArray[np.bool_]: ...


def _of(function: Callable[[Any, Any], Any]) -> Any:
    return lambda self, other: function(self.value, other)


def _swapped(function: Callable[[Any, Any], Any]) -> Any:
    return lambda self, other: function(other, self.value)


class Limit(Struct, frozen=True, eq=False):
    """`default` is whole where only whole numbers make sense. A unit that begins with "share" lies between 0 and 1."""

    default: float
    unit: str
    source: str
    __array_ufunc__: ClassVar[None] = None  # `array > LIMIT` is left to this class by NumPy

    @property
    def value(self) -> float:
        """The number in force; arguments of functions and keys need it, formulas do not."""
        said = _instead.get()
        return self.default if said is None else said.get(self, self.default)

    @property
    def whole(self) -> bool:
        return isinstance(self.default, int)

    def __float__(self) -> float:
        return float(self.value)

    def __index__(self) -> int:
        return operator.index(cast(int, self.value))

    def __neg__(self) -> float:
        return -self.value

    def __format__(self, how: str) -> str:
        return format(self.value, how)

    __add__: ClassVar[_Calculates] = _of(operator.add)
    __radd__: ClassVar[_Calculates] = _swapped(operator.add)
    __sub__: ClassVar[_Calculates] = _of(operator.sub)
    __rsub__: ClassVar[_Calculates] = _swapped(operator.sub)
    __mul__: ClassVar[_Calculates] = _of(operator.mul)
    __rmul__: ClassVar[_Calculates] = _swapped(operator.mul)
    __truediv__: ClassVar[_Calculates] = _of(operator.truediv)
    __rtruediv__: ClassVar[_Calculates] = _swapped(operator.truediv)
    __lt__: ClassVar[_Compares] = _of(operator.lt)
    __le__: ClassVar[_Compares] = _of(operator.le)
    __gt__: ClassVar[_Compares] = _of(operator.gt)
    __ge__: ClassVar[_Compares] = _of(operator.ge)


@contextmanager
def instead(numbers: Mapping[Limit, float]) -> Iterator[None]:
    """Other numbers for some limits while the block runs, in this thread or task alone."""
    token = _instead.set(numbers or None)
    try:
        yield
    finally:
        _instead.reset(token)
