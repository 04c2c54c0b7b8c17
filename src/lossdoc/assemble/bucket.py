"""The values of one raw key under one meaning: taken as they were written, made numbers of all at once."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from lossdoc.input.numbers import COUNTED_DIGITS, parse, to_float
from lossdoc.model.record import Raw

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Raws = Sequence[Raw] | NDArray[np.float64]  # as written, or the column of a block
    # Rows of several layouts put together, and their order, by the rows of each.
    Shared = dict[tuple[int, ...], tuple[list[NDArray[np.int64]], NDArray[np.int64], NDArray[np.intp]]]


def _later() -> Any:
    """No value yet."""
    return None


class Bucket(Struct):
    """`rows` index the table, in file order; they and `values` are there when the bucket is closed."""

    metric: str
    split: str
    labels: Mapping[str, str]
    key: str
    known: bool
    unit: str | None
    aggregation: str | None
    factor: float = 1.0
    rows: NDArray[np.int64] = field(default_factory=_later)
    values: NDArray[np.float64] = field(default_factory=_later)
    decimals: int | None = -1  # most digits seen after the point; -1 = nothing seen, None = full precision
    significant: int | None = -1
    _blocks: list[tuple[NDArray[np.int64], Raws]] = field(default_factory=list)
    _printed: list[tuple[NDArray[np.int64], Sequence[Raw]]] = field(default_factory=list)
    _full: bool = False  # some values are numbers, not what was printed of them

    def add(self, rows: NDArray[np.int64], raws: Raws, printed: Sequence[str] | None = None) -> None:
        """Take values as written, or a column with the first of them as they were `printed` (None: they were not)."""
        self._blocks.append((rows, raws))
        if not isinstance(raws, Sequence):
            self._full |= printed is None
            self._printed += [(rows[: len(printed)], printed)] if printed else []

    def close(self, shared: Shared) -> None:
        """Make numbers of what was taken; what is no number stands in no row. Keys of one layout share their rows."""
        import numpy as np

        parts = [_numbers(rows, raws) for rows, raws in self._blocks]
        written = [(rows, raws) for rows, raws in self._blocks if not isinstance(raws, np.ndarray)]
        self._blocks.clear()
        self.rows, self.values = parts[0]
        if len(parts) > 1:
            same = tuple(id(rows) for rows, _ in parts)
            if same not in shared:
                rows = np.concatenate([rows for rows, _ in parts])
                order = np.argsort(rows)
                shared[same] = ([rows for rows, _ in parts], rows[order], order)  # kept: an id is used again
            _, self.rows, order = shared[same]
            self.values = np.concatenate([values for _, values in parts])[order]
        if self.factor != 1.0:
            with np.errstate(all="ignore"):
                self.values = self.values * self.factor
        if self._full:
            self.decimals = self.significant = None
        else:
            self._count_digits(_in_order([*written, *self._printed]))

    def _count_digits(self, raws: Sequence[Raw]) -> None:
        if not {float, int}.isdisjoint(map(type, raws)):
            self.decimals = self.significant = None
            return
        seen = 0
        for number in map(parse, raws):
            if number is None:
                continue
            if math.isfinite(number.value):
                self.decimals = _most(self.decimals, number.decimals)
                self.significant = _most(self.significant, number.significant)
            seen += 1
            if seen == COUNTED_DIGITS:
                return


def _numbers(rows: NDArray[np.int64], raws: Raws) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The rows that have a number, and their numbers."""
    import numpy as np

    if isinstance(raws, np.ndarray):
        return rows, raws
    values = floats(raws)
    if None in values:
        rows = rows[[value is not None for value in values]]
        values = [value for value in values if value is not None]
    return rows, np.array(values, dtype=np.float64)


def _in_order(parts: Sequence[tuple[NDArray[np.int64], Sequence[Raw]]]) -> Sequence[Raw]:
    """The values of several layouts in the order of their rows."""
    import numpy as np

    if len(parts) < 2:
        return parts[0][1] if parts else ()
    mixed = [raw for _, raws in parts for raw in raws]
    return [mixed[at] for at in np.argsort(np.concatenate([rows for rows, _ in parts])).tolist()]


def numbers(raws: Raws) -> NDArray[np.float64]:
    """The same as an array, NaN where there is no number."""
    import numpy as np

    return np.array(floats(raws), dtype=np.float64) if isinstance(raws, Sequence) else raws


def floats(raws: Raws) -> Sequence[float | None]:
    """`to_float` of each."""
    if not isinstance(raws, Sequence):
        column: list[float | None] = raws.tolist()
        return column
    kinds = set(map(type, raws))
    if kinds == {float}:
        return raws  # type: ignore[return-value]
    if kinds == {str} and "_" not in "".join(raws):  # type: ignore[arg-type]
        try:
            return list(map(float, raws))  # type: ignore[arg-type]
        except ValueError:  # a unit, a fraction, a word
            pass
    return list(map(to_float, raws))


def _most(seen: int | None, new: int | None) -> int | None:
    return None if seen is None or new is None else max(seen, new)
